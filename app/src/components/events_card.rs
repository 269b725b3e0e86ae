//! What happened lately, newest first.

use leptos::prelude::*;
use model::{Event, EventKind};

use crate::components::{Icon, Moment};
use crate::words::{self, say};

#[component]
pub(crate) fn EventsCard(events: Vec<Event>) -> impl IntoView {
    let is_empty = events.is_empty();
    let list = events
        .into_iter()
        .map(|event| {
            let why = event.failure.map(|failure| format!(" — {}", words::failure(failure)));
            view! {
                <li class="events__item" data-kind=event.kind.word()>
                    <Icon name=icon_of(event.kind)/>
                    <span class="events__what">{words::event(event.kind)}{why}</span>
                    <Moment at=event.at/>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card events" aria-labelledby="events">
            <h2 id="events">{say!(dashboard.events)}</h2>
            {if is_empty {
                view! { <p class="card__aside">{say!(dashboard.no_events)}</p> }.into_any()
            } else {
                view! { <ul class="events__list">{list}</ul> }.into_any()
            }}
        </section>
    }
}

const fn icon_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Linked | EventKind::Relinked | EventKind::Unlinked => "plug",
        EventKind::Updated | EventKind::Synced => "sync",
        EventKind::SyncFailed | EventKind::NeedsReconnect | EventKind::Refused => "alert",
        EventKind::Revoked => "check",
        EventKind::Registered | EventKind::SignedIn | EventKind::Cancelled => "info",
    }
}
