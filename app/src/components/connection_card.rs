//! The state of the connection, always plain to see, with its remedy beside it.

use leptos::prelude::*;
use model::account::masked;
use model::connection::Mailbox;
use model::{Cause, Connection, ScopeSet, Status, SyncFailure};
use service::RevocationState;

use crate::components::{Icon, Moment};
use crate::islands::SyncButton;
use crate::words::{self, say};

/// What the card shows: derived once, so that head, text and buttons cannot disagree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    NotConnected,
    Healthy,
    Partly,
    GoogleDown,
    Trouble,
    NeedsReconnect(Cause),
    Paused,
}

impl State {
    fn of(connection: Option<&Connection>, missing: &ScopeSet) -> State {
        let Some(connection) = connection else { return State::NotConnected };
        match connection.status {
            Status::NeedsReconnect => {
                return State::NeedsReconnect(connection.cause.unwrap_or(Cause::GrantEnded));
            }
            Status::Paused => return State::Paused,
            Status::Active => {}
        }
        match connection.last_failure {
            Some(SyncFailure::GoogleUnavailable | SyncFailure::RateLimited) => State::GoogleDown,
            Some(_) => State::Trouble,
            None if !missing.is_empty() => State::Partly,
            None => State::Healthy,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            State::NotConnected => "none",
            State::Healthy => "active",
            State::Partly => "partly",
            State::GoogleDown => "down",
            State::Trouble => "trouble",
            State::NeedsReconnect(_) => "reconnect",
            State::Paused => "paused",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            State::NotConnected => "plug",
            State::Healthy => "check",
            State::Partly | State::GoogleDown => "info",
            State::Trouble | State::NeedsReconnect(_) | State::Paused => "alert",
        }
    }

    fn title(self) -> String {
        match self {
            State::NotConnected => say!(connection.state_none),
            State::Healthy | State::Trouble => say!(connection.state_active),
            State::Partly => say!(connection.state_partly),
            State::GoogleDown => say!(connection.state_down),
            State::NeedsReconnect(_) => say!(connection.state_reconnect),
            State::Paused => say!(connection.state_paused),
        }
    }
}

#[component]
pub(crate) fn ConnectionCard(
    connection: Option<Connection>,
    missing: ScopeSet,
    revocation: Option<RevocationState>,
) -> impl IntoView {
    let state = State::of(connection.as_ref(), &missing);
    let body = match connection {
        Some(connection) => view! { <Connected connection state missing/> }.into_any(),
        None => view! { <NotConnected revocation/> }.into_any(),
    };
    view! {
        <section class="card connection" aria-labelledby="connection" data-state=state.word()>
            <div class="connection__head">
                <h2 id="connection">{say!(connection.title)}</h2>
                <p class=format!("state state--{}", state.word())>
                    <Icon name=state.icon()/>
                    {state.title()}
                </p>
            </div>
            {body}
        </section>
    }
}

#[component]
fn NotConnected(revocation: Option<RevocationState>) -> impl IntoView {
    view! {
        <p>{say!(connection.none_text)}</p>
        <div class="actions">
            <a class="button button--primary" href="/gmail/connect/">{say!(connection.connect)}</a>
        </div>
        {revocation.map(|revocation| view! { <Revocation revocation/> })}
    }
}

/// How telling Google stands, after a disconnection.
#[component]
fn Revocation(revocation: RevocationState) -> impl IntoView {
    let text = match (revocation.done_at, revocation.tries) {
        (Some(_), _) => view! { {say!(connection.revoked)} }.into_any(),
        (None, 0) => view! { {say!(connection.revoking)} }.into_any(),
        (None, _) => {
            view! { {say!(connection.revoke_retry)}" "<Moment at=revocation.due_at/> }.into_any()
        }
    };
    view! {
        <p class="card__aside" data-revocation=if revocation.done_at.is_some() { "done" } else { "pending" }>
            {text}
        </p>
    }
}

#[component]
fn Connected(connection: Connection, state: State, missing: ScopeSet) -> impl IntoView {
    let remedy = match state {
        State::NeedsReconnect(cause) => {
            Some(view! { <p class="connection__remedy">{cause_text(cause)}</p> }.into_any())
        }
        State::Paused => {
            let text = cause_text(connection.cause.unwrap_or(Cause::AccountDisabled));
            Some(view! { <p class="connection__remedy">{text}</p> }.into_any())
        }
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
        State::Partly => Some(view! { <Missing missing/> }.into_any()),
        State::Healthy | State::NotConnected => None,
    };
    let primary = match state {
        State::NeedsReconnect(Cause::AdminPolicy) => ().into_any(),
        State::NeedsReconnect(_) => view! {
            <a class="button button--primary" href="/gmail/connect/">
                {say!(connection.reconnect)}
            </a>
        }
        .into_any(),
        _ => view! {
            <SyncButton
                label=say!(connection.sync)
                busy=say!(connection.syncing)
                offline=say!(connection.sync_offline)
            />
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
        <Permissions granted=connection.granted/>
        <div class="actions">
            {primary}
            <a class="button button--quiet" href="/gmail/disconnect/">{say!(connection.disconnect)}</a>
        </div>
    }
}

#[component]
fn Missing(missing: ScopeSet) -> impl IntoView {
    let names: Vec<_> = missing.iter().map(|scope| words::scope(scope).to_lowercase()).collect();
    view! {
        <div class="connection__remedy">
            <p>{say!(connection.missing)}" "{names.join("; ")}"."</p>
            <a class="button" href="/gmail/connect/">{say!(connection.missing_fix)}</a>
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

/// Permissions as sentences, their technical names behind a disclosure.
#[component]
fn Permissions(granted: ScopeSet) -> impl IntoView {
    let sentences = granted
        .iter()
        .map(|scope| view! { <li><Icon name="check"/><span>{words::scope(scope)}</span></li> })
        .collect_view();
    let names = granted.iter().map(model::Scope::wire).collect::<Vec<_>>().join(" ");
    view! {
        <details class="permissions">
            <summary>{say!(connection.permissions)}</summary>
            <ul class="points points--check">{sentences}</ul>
            <p class="permissions__names">{say!(connection.technical)}": "<code>{names}</code></p>
        </details>
    }
}

fn cause_text(cause: Cause) -> String {
    match cause {
        Cause::NoRefreshToken => say!(connection.cause_no_refresh),
        Cause::GrantEnded => say!(connection.cause_ended),
        Cause::AdminPolicy => say!(connection.cause_admin),
        Cause::Unreadable => say!(connection.cause_unreadable),
        Cause::RevokedAtGoogle => say!(connection.cause_revoked),
        Cause::AccountHijacked => say!(connection.cause_hijacked),
        Cause::AccountDisabled => say!(connection.cause_disabled),
    }
}
