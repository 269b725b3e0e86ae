//! What the last action has to say: the first thing read on the page after it.

use leptos::prelude::*;

use crate::components::Icon;
use crate::flash::{Level, Notice};
use crate::request_context::RequestContext;
use crate::words;

/// The notice of this visit, if there is one. Takes the focus, so that it is read first.
#[component]
pub(crate) fn FlashBanner() -> impl IntoView {
    RequestContext::current().flash.as_ref().map(|flash| {
        let level = flash.notice.level();
        let (class, role) = match level {
            Level::Success => ("flash flash--success", "status"),
            Level::Info => ("flash flash--info", "status"),
            Level::Warning => ("flash flash--warning", "alert"),
            Level::Error => ("flash flash--error", "alert"),
        };
        let fields: Vec<_> = flash.fields.iter().map(|field| words::field(*field)).collect();
        let fields = matches!(flash.notice, Notice::Synced | Notice::Undone)
            .then(|| format!(" {}.", fields.join(", ").to_lowercase()));
        let text = words::notice(flash.notice);
        let text = match flash.minutes {
            Some(minutes) => text.replace("%minutes%", &minutes.to_string()),
            None => text,
        };
        view! {
            <div class=class role=role tabindex="-1" autofocus=true data-notice=flash.to_cookie()>
                <Icon name=words::level_icon(level)/>
                <p class="flash__text">{text}{fields}</p>
            </div>
        }
    })
}
