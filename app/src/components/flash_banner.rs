//! What the last action has to say: the first thing read on the page after it.

use leptos::prelude::*;

use crate::components::Icon;
use crate::flash::{Notice, Tone};
use crate::visit::Visit;
use crate::words;

/// The notice of this visit, if there is one. Takes the focus, so that it is read first.
#[component]
pub(crate) fn FlashBanner() -> impl IntoView {
    Visit::current().flash.as_ref().map(|flash| {
        let tone = flash.notice.tone();
        let (class, role) = match tone {
            Tone::Good => ("flash flash--good", "status"),
            Tone::Calm => ("flash flash--calm", "status"),
            Tone::Warning => ("flash flash--warning", "alert"),
            Tone::Bad => ("flash flash--bad", "alert"),
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
                <Icon name=words::tone_icon(tone)/>
                <p class="flash__text">{text}{fields}</p>
            </div>
        }
    })
}
