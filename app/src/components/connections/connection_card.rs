//! The state of the connection, always plain to see, with its remedy beside it.

use super::interval_form::IntervalForm;
use super::permissions::Permissions;
use super::revocation_status::RevocationStatus;
use crate::components::{Icon, Moment};
use crate::islands::{SyncButton, SyncWords};
use crate::words::{self, say};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::accounts::account::masked;
use model::connections::status::Mailbox;
use model::{
    Cause, Connection, Feature, FeatureState, ScopeSet, Status, Step, SyncFailure, SyncInterval,
};
use service::RevocationState;

/// What the card shows: derived once, so that head, text and buttons cannot disagree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotConnected,
    Healthy,
    Partly,
    GoogleDown,
    Trouble,
    Paused,
    Closed(Cause),
    Blocked,
    NeedsReconnect(Cause),
}

impl State {
    fn of(connection: Option<&Connection>, offered: &ScopeSet) -> State {
        let Some(connection) = connection else { return State::NotConnected };
        match (connection.status, connection.cause) {
            (Status::NeedsReconnect, Some(Cause::AdminPolicy)) => return State::Blocked,
            (Status::NeedsReconnect, cause) => {
                return State::NeedsReconnect(cause.unwrap_or(Cause::GrantEnded));
            }
            (Status::Paused, Some(cause)) => return State::Closed(cause),
            (Status::Paused, None) => return State::Paused,
            (Status::Active, _) => {}
        }
        match connection.last_failure {
            Some(SyncFailure::GoogleUnavailable | SyncFailure::RateLimited) => State::GoogleDown,
            Some(_) => State::Trouble,
            None if is_partly(connection, offered) => State::Partly,
            None => State::Healthy,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            State::NotConnected => "none",
            State::Healthy => "active",
            State::Partly => "partly",
            State::GoogleDown => "down",
            State::Trouble => "trouble",
            State::Paused => "paused",
            State::Closed(_) => "closed",
            State::Blocked => "blocked",
            State::NeedsReconnect(_) => "reconnect",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            State::NotConnected => "plug",
            State::Healthy => "check",
            State::Partly | State::GoogleDown => "info",
            State::Paused => "pause",
            State::Blocked => "lock",
            State::Trouble | State::Closed(_) | State::NeedsReconnect(_) => "alert",
        }
    }

    fn title(self) -> String {
        match self {
            State::NotConnected => say!(connection.state_none),
            State::Healthy | State::Trouble => say!(connection.state_active),
            State::Partly => say!(connection.state_partly),
            State::GoogleDown => say!(connection.state_down),
            State::Paused => say!(connection.state_paused),
            State::Closed(_) => say!(connection.state_closed),
            State::Blocked => say!(connection.state_blocked),
            State::NeedsReconnect(_) => say!(connection.state_reconnect),
        }
    }
}

#[component]
pub(crate) fn ConnectionCard(
    connection: Option<Connection>,
    offered: ScopeSet,
    revocation: Option<RevocationState>,
    undo_until: Option<DateTime<Utc>>,
    intervals: Vec<SyncInterval>,
) -> impl IntoView {
    let state = State::of(connection.as_ref(), &offered);
    let body = match connection {
        Some(connection) => view! { <Connected connection state offered intervals/> }.into_any(),
        None => view! { <NotConnected revocation undo_until/> }.into_any(),
    };
    view! {
        <section class="card connection" aria-labelledby="connection" data-state=state.as_str()>
            <div class="connection__head">
                <h2 id="connection">{say!(connection.title)}</h2>
                <p class=format!("state state--{}", state.as_str())>
                    <Icon name=state.icon()/>
                    {state.title()}
                </p>
            </div>
            {body}
        </section>
    }
}

#[component]
fn NotConnected(
    revocation: Option<RevocationState>,
    undo_until: Option<DateTime<Utc>>,
) -> impl IntoView {
    view! {
        <p>{say!(connection.none_text)}</p>
        <div class="actions">
            <a class="button button--primary" href="/gmail/connect/">{say!(connection.connect)}</a>
        </div>
        {revocation.map(|revocation| view! { <RevocationStatus revocation undo_until/> })}
    }
}

#[component]
fn Connected(
    connection: Connection,
    state: State,
    offered: ScopeSet,
    intervals: Vec<SyncInterval>,
) -> impl IntoView {
    let remedy = match state {
        State::Closed(cause) | State::NeedsReconnect(cause) => {
            Some(view! { <p class="connection__remedy">{words::cause(cause)}</p> }.into_any())
        }
        State::Blocked => Some(
            view! { <p class="connection__remedy">{words::cause(Cause::AdminPolicy)}</p> }
                .into_any(),
        ),
        State::Paused => Some(
            view! { <p class="connection__remedy">{say!(connection.paused_text)}</p> }.into_any(),
        ),
        State::GoogleDown => Some(
            view! {
                <p class="connection__remedy">
                    {say!(connection.down_text)}" "<Moment at=connection.next_sync_at/>
                </p>
            }
            .into_any(),
        ),
        State::Trouble => Some(
            view! {
                <p class="connection__remedy">
                    {say!(connection.trouble_text)}" "<Moment at=connection.next_sync_at/>
                </p>
            }
            .into_any(),
        ),
        State::Partly => Some(
            view! { <p class="connection__remedy">{say!(connection.partly_text)}</p> }.into_any(),
        ),
        State::Healthy | State::NotConnected => None,
    };
    let primary = match state {
        State::Blocked | State::NeedsReconnect(Cause::AccountDeleted) => ().into_any(),
        State::Paused => view! {
            <form action="/gmail/resume/" method="post">
                <button class="button button--primary" type="submit">
                    {say!(connection.resume)}
                </button>
            </form>
        }
        .into_any(),
        State::NeedsReconnect(_) => view! {
            <a class="button button--primary" href="/gmail/connect/">
                {say!(connection.reconnect)}
            </a>
        }
        .into_any(),
        _ => view! {
            <SyncButton words=sync_words()/>
        }
        .into_any(),
    };
    let is_live = connection.status == Status::Active;
    view! {
        {remedy}
        <dl class="facts">
            <div class="facts__row">
                <dt>{say!(connection.account)}</dt>
                <dd>{connection.email.as_deref().map(masked)}</dd>
            </div>
            <div class="facts__row">
                <dt>{say!(connection.since)}</dt>
                <dd><Moment at=connection.connected_at/></dd>
            </div>
            <div class="facts__row">
                <dt>{say!(connection.synced)}</dt>
                <dd>
                    {match connection.synced_at {
                        Some(at) => view! { <Moment at/> }.into_any(),
                        None => say!(connection.never).into_any(),
                    }}
                </dd>
            </div>
            {is_live.then(|| view! {
                <div class="facts__row">
                    <dt>{say!(connection.next)}</dt>
                    <dd><Moment at=connection.next_sync_at/></dd>
                </div>
            })}
            {connection.mailbox.map(|mailbox| view! { <MailboxRow mailbox/> })}
        </dl>
        {is_live.then(|| view! { <IntervalForm chosen=connection.interval intervals/> })}
        <Permissions offered granted=connection.granted/>
        <div class="actions">
            {primary}
            {(state == State::Blocked).then(|| view! {
                <a class="button" href="/dashboard/export/" download="">{say!(account.export)}</a>
            })}
            <a class="button button--quiet" href="/gmail/disconnect/">{say!(connection.disconnect)}</a>
        </div>
    }
}

#[component]
fn MailboxRow(mailbox: Mailbox) -> impl IntoView {
    let language = mailbox.display_language.map(|language| {
        view! {
            <div class="facts__row">
                <dt>{say!(connection.gmail_language)}</dt>
                <dd lang="">{language}</dd>
            </div>
        }
    });
    view! {
        <div class="facts__row">
            <dt>{say!(connection.mailbox)}</dt>
            <dd>
                {say!(connection.messages, count = mailbox.messages_total)}", "
                {say!(connection.threads, count = mailbox.threads_total)}
            </dd>
        </div>
        {language}
    }
}

/// Whether a part of what every connection has was left out at Google.
fn is_partly(connection: &Connection, offered: &ScopeSet) -> bool {
    Feature::ALL
        .iter()
        .any(|feature| feature.state(offered, &connection.granted) == Some(FeatureState::Refused))
}

fn sync_words() -> SyncWords {
    SyncWords {
        sync: say!(connection.sync),
        syncing: say!(connection.syncing),
        list: say!(live.steps),
        steps: Step::ALL.iter().map(|step| words::step(*step)).collect(),
        done: say!(live.done),
        running: say!(live.running),
        cancel: say!(live.cancel),
        cancelling: say!(live.cancelling),
        too_late: say!(flash.sync_too_late),
        too_often: say!(flash.sync_too_often),
        offline: say!(connection.sync_offline),
    }
}
