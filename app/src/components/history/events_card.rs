//! What happened lately, newest first.

use leptos::prelude::*;
use model::{Event, EventKind};
use service::HistoryEntry;

use crate::components::{DiffList, Icon, Moment};
use crate::words::{self, say};

#[component]
pub(crate) fn EventsCard(events: Vec<Event>) -> impl IntoView {
    let is_empty = events.is_empty();
    let list = events
        .into_iter()
        .map(|event| view! { <EventLine line=HistoryEntry { event, diff: None, origin: None }/> })
        .collect_view();
    view! {
        <section class="card events" aria-labelledby="events">
            <div class="card__head">
                <h2 id="events">{say!(dashboard.events)}</h2>
                <a class="button button--small" href="/dashboard/history/">{say!(dashboard.all_events)}</a>
            </div>
            {if is_empty {
                view! { <p class="card__aside">{say!(dashboard.no_events)}</p> }.into_any()
            } else {
                view! { <ul class="events__list">{list}</ul> }.into_any()
            }}
        </section>
    }
}

/// One line, with the changes where it has some.
#[component]
pub(crate) fn EventLine(line: HistoryEntry) -> impl IntoView {
    let HistoryEntry { event, diff, origin } = line;
    let why = event.failure.map(|failure| format!(" — {}", words::failure(failure)));
    let origin = origin.map(|origin| {
        view! { <span class="events__who">{words::origin(&origin)}</span> }
    });
    // Where a value's source leads to.
    let anchor = diff.as_ref().map(|diff| format!("sync-{}", diff.sync));
    let diff = diff.map(|diff| view! { <div class="events__diff"><DiffList diff/></div> });
    view! {
        <li class="events__item" id=anchor data-kind=event.kind.as_str()>
            <Icon name=icon_of(event.kind)/>
            <span class="events__what">{words::event(event.kind)}{why}</span>
            <Moment at=event.at/>
            {origin}
            {diff}
        </li>
    }
}

const fn icon_of(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Linked | EventKind::Relinked | EventKind::Unlinked | EventKind::Restored => {
            "plug"
        }
        EventKind::Paused => "pause",
        EventKind::Resumed => "sync",
        EventKind::Updated | EventKind::Synced => "sync",
        EventKind::SyncFailed
        | EventKind::NeedsReconnect
        | EventKind::Refused
        | EventKind::Blocked => "alert",
        EventKind::SessionsEnded
        | EventKind::AccessRemoved
        | EventKind::AccountHijacked
        | EventKind::AccountSuspected
        | EventKind::AccountDisabled
        | EventKind::PasswordAtRisk => "alert",
        EventKind::Revoked | EventKind::AccountEnabled | EventKind::Unblocked => "check",
        EventKind::Edited | EventKind::Undone => "pen",
        EventKind::TokenCreated | EventKind::TokenRevoked => "key",
        EventKind::AddressRequested | EventKind::AddressChanged | EventKind::AddressRestored => {
            "mail"
        }
        EventKind::Registered
        | EventKind::SignedIn
        | EventKind::Cancelled
        | EventKind::SyncCancelled => "info",
    }
}
