//! Texts of the site in the visitor's language. A missing key does not compile.

use leptos::prelude::expect_context;
use leptos_i18n::{Locale as _, td_string};
use model::{
    Actor, ApiScope, Cause, EventKind, Feature, Field, Locale, Origin, Policy, Source, Step,
    SyncFailure, SyncInterval,
};
use service::{AddressRefusal, Filter, TokenRefusal};

use crate::flash::{Level, Notice};
use crate::problem::Problem;
use crate::request_context::FormError;

#[expect(
    deprecated,
    reason = "the build script that replaces it compiles all of ICU's sources for the same checks"
)]
mod catalogue {
    leptos_i18n::load_locales!();
}
pub(crate) use catalogue::i18n;

/// The visitor's language. It has a place of its own in the context: a page asks a hundred times.
pub(crate) fn visitors() -> Locale {
    expect_context()
}

/// The visitor's language, as the catalogue names it.
pub(crate) fn locale() -> i18n::Locale {
    catalogued(visitors())
}

/// A language of the site, as the catalogue names it; both lists are one.
fn catalogued(locale: Locale) -> i18n::Locale {
    let known = <i18n::Locale as leptos_i18n::Locale>::get_all();
    known.iter().copied().find(|known| known.as_str() == locale.tag()).unwrap_or_default()
}

/// What a language calls itself.
pub(crate) fn language(locale: Locale) -> &'static str {
    td_string!(catalogued(locale), site.language_name)
}

/// The text of a key in the visitor's language; `%name%` in it is replaced by `name = value`.
macro_rules! say {
    ($($key:ident).+) => {
        leptos_i18n::td_string!($crate::words::locale(), $($key).+).to_string()
    };
    ($($key:ident).+, $name:ident = $value:expr) => {
        // The catalogue's own interpolation makes views, and these are texts.
        $crate::words::say!($($key).+)
            .replace(concat!("%", stringify!($name), "%"), &$value.to_string())
    };
}
pub(crate) use say;

pub(crate) fn field(field: Field) -> String {
    match field {
        Field::FirstName => say!(dashboard.first_name),
        Field::LastName => say!(dashboard.last_name),
        Field::DisplayName => say!(dashboard.display_name),
        Field::Email => say!(dashboard.email),
        Field::Avatar => say!(dashboard.avatar),
        Field::Language => say!(dashboard.language),
        Field::Timezone => say!(dashboard.timezone),
    }
}

pub(crate) fn event(kind: EventKind) -> String {
    match kind {
        EventKind::Registered => say!(event.registered),
        EventKind::SignedIn => say!(event.signed_in),
        EventKind::Blocked => say!(event.blocked),
        EventKind::Unblocked => say!(event.unblocked),
        EventKind::Linked => say!(event.linked),
        EventKind::Relinked => say!(event.relinked),
        EventKind::Cancelled => say!(event.cancelled),
        EventKind::Refused => say!(event.refused),
        EventKind::Updated => say!(event.updated),
        EventKind::Synced => say!(event.synced),
        EventKind::SyncFailed => say!(event.sync_failed),
        EventKind::SyncCancelled => say!(event.sync_cancelled),
        EventKind::NeedsReconnect => say!(event.needs_reconnect),
        EventKind::Paused => say!(event.paused),
        EventKind::Resumed => say!(event.resumed),
        EventKind::Restored => say!(event.restored),
        EventKind::Unlinked => say!(event.unlinked),
        EventKind::Edited => say!(event.edited),
        EventKind::Undone => say!(event.undone),
        EventKind::Revoked => say!(event.revoked),
        EventKind::AddressRequested => say!(event.address_requested),
        EventKind::AddressChanged => say!(event.address_changed),
        EventKind::AddressRestored => say!(event.address_restored),
        EventKind::TokenCreated => say!(event.token_created),
        EventKind::TokenRevoked => say!(event.token_revoked),
        EventKind::SessionsEnded => say!(event.security.sessions_ended),
        EventKind::AccessRemoved => say!(event.security.access_removed),
        EventKind::AccountHijacked => say!(event.security.hijacked),
        EventKind::AccountSuspected => say!(event.security.suspected),
        EventKind::AccountDisabled => say!(event.security.disabled),
        EventKind::AccountEnabled => say!(event.security.enabled),
        EventKind::PasswordAtRisk => say!(event.security.password_at_risk),
    }
}

pub(crate) fn failure(failure: SyncFailure) -> String {
    match failure {
        SyncFailure::NeedsReconnect => say!(failure.needs_reconnect),
        SyncFailure::GoogleUnavailable => say!(failure.unavailable),
        SyncFailure::RateLimited => say!(failure.limited),
        SyncFailure::GoogleProtocol => say!(failure.protocol),
        SyncFailure::OperatorFault => say!(failure.operator),
        SyncFailure::Internal => say!(failure.internal),
    }
}

/// Why a connection does not work, and what to do.
pub(crate) fn cause(cause: Cause) -> String {
    match cause {
        Cause::NoRefreshToken => say!(cause.no_refresh_token),
        Cause::GrantEnded => say!(cause.grant_ended),
        Cause::PasswordOrWithdrawn => say!(cause.password_or_withdrawn),
        Cause::Idle => say!(cause.idle),
        Cause::TestingEnded => say!(cause.testing_ended),
        Cause::TimeLimit => say!(cause.time_limit),
        Cause::TooManyTokens => say!(cause.too_many_tokens),
        Cause::AccountDeleted => say!(cause.account_deleted),
        Cause::RotationLost => say!(cause.rotation_lost),
        Cause::SessionControl => say!(cause.session_control),
        Cause::AdminPolicy => say!(cause.admin_policy),
        Cause::Unreadable => say!(cause.unreadable),
        Cause::RevokedAtGoogle => say!(cause.revoked_at_google),
        Cause::AccountHijacked => say!(cause.account_hijacked),
        Cause::AccountDisabled => say!(cause.account_disabled),
    }
}

/// A step of a sync, as it is while it runs.
pub(crate) fn step(step: Step) -> String {
    match step {
        Step::Token => say!(live.token),
        Step::Google => say!(live.google),
        Step::Picture => say!(live.picture),
        Step::Saving => say!(live.saving),
    }
}

/// How often the profile is brought up to date.
pub(crate) fn interval(interval: SyncInterval) -> String {
    match interval {
        SyncInterval::SixHours => say!(interval.six_hours),
        SyncInterval::Daily => say!(interval.daily),
        SyncInterval::ThreeDays => say!(interval.three_days),
        SyncInterval::Weekly => say!(interval.weekly),
    }
}

/// What a permission does for the user, as a sentence.
pub(crate) fn feature(feature: Feature) -> String {
    match feature {
        Feature::Names => say!(connection.feature_names),
        Feature::Address => say!(connection.feature_address),
        Feature::Mailbox => say!(connection.feature_mailbox),
        Feature::Calendar => say!(connection.feature_calendar),
    }
}

pub(crate) fn form_error(error: FormError) -> String {
    match error {
        FormError::Mismatch => say!(login.mismatch),
        FormError::TooMany(minutes) => say!(login.too_many, minutes = minutes),
        FormError::Blocked => say!(login.blocked),
        FormError::BadEmail => say!(register.bad_email),
        FormError::EmailTaken => say!(register.taken),
        FormError::TooShort => say!(register.too_short),
        FormError::TooLong => say!(register.too_long),
        FormError::TooCommon => say!(register.too_common),
    }
}

/// Why somebody was not confirmed: as at sign-in, but only the password was typed.
pub(crate) fn reauthentication_error(reason: FormError) -> String {
    match reason {
        FormError::Mismatch => say!(confirm.mismatch),
        other => form_error(other),
    }
}

/// Why no other sign-in address was asked for.
pub(crate) fn address_refusal(refusal: AddressRefusal) -> String {
    match refusal {
        AddressRefusal::MailOff => say!(account.mail_off),
        AddressRefusal::Malformed => say!(register.bad_email),
        AddressRefusal::Same => say!(account.same),
        AddressRefusal::TooMany { wait_secs } => {
            // Rounded up: who comes back a moment early would be refused again.
            say!(account.too_many, minutes = model::whole_minutes(wait_secs))
        }
    }
}

/// A page's title with the site's name.
pub(crate) fn page_title(page: &str) -> String {
    format!("{page} · {}", say!(site.name))
}

/// Title and text of a problem.
pub(crate) fn problem(problem: Problem) -> (String, String) {
    match problem {
        Problem::NotFound => (say!(problem.not_found), say!(problem.not_found_text)),
        Problem::WrongMethod => (say!(problem.wrong_method), say!(problem.wrong_method_text)),
        Problem::Forbidden => (say!(problem.forbidden), say!(problem.forbidden_text)),
        Problem::TooLarge => (say!(problem.too_large), say!(problem.too_large_text)),
        Problem::Internal => (say!(problem.internal), say!(problem.internal_text)),
        Problem::Unavailable => (say!(problem.unavailable), say!(problem.unavailable_text)),
    }
}

pub(crate) fn notice(notice: Notice) -> String {
    match notice {
        Notice::Registered => say!(flash.registered),
        Notice::SignedOut => say!(flash.signed_out),
        Notice::Connected => say!(flash.connected),
        Notice::ConnectedUnchanged => say!(flash.connected_unchanged),
        Notice::ConnectedLater => say!(flash.connected_later),
        Notice::Extended => say!(flash.extended),
        Notice::NotExtended => say!(flash.not_extended),
        Notice::NoRefreshToken => say!(flash.no_refresh_token),
        Notice::Cancelled => say!(flash.cancelled),
        Notice::UnknownRequest => say!(flash.unknown_attempt),
        Notice::Taken => say!(flash.taken),
        Notice::OtherAccount => say!(flash.other_account),
        Notice::GoogleUnavailable => say!(flash.google_unavailable),
        Notice::Rejected => say!(flash.rejected),
        Notice::OperatorFault => say!(flash.operator_fault),
        Notice::Synced => say!(flash.synced),
        Notice::Unchanged => say!(flash.unchanged),
        Notice::SyncReconnect => say!(flash.sync_reconnect),
        Notice::SyncUnavailable => say!(flash.sync_unavailable),
        Notice::SyncLimited => say!(flash.sync_limited),
        Notice::SyncFailed => say!(flash.sync_failed),
        Notice::SyncCancelled => say!(flash.sync_cancelled),
        Notice::SyncTooLate => say!(flash.sync_too_late),
        Notice::SyncNotRunning => say!(flash.sync_not_running),
        Notice::SyncTooOften => say!(flash.sync_too_often),
        Notice::Disconnected => say!(flash.disconnected),
        Notice::IntervalSaved => say!(flash.interval_saved),
        Notice::Paused => say!(flash.paused),
        Notice::Resumed => say!(flash.resumed),
        Notice::Restored => say!(flash.restored),
        Notice::TooLate => say!(flash.too_late),
        Notice::Finished => say!(flash.finished),
        Notice::Kept => say!(flash.kept),
        Notice::NotConnected => say!(flash.not_connected),
        Notice::Saved => say!(flash.saved),
        Notice::Chosen => say!(flash.chosen),
        Notice::Undone => say!(flash.undone),
        Notice::NothingToUndo => say!(flash.nothing_to_undo),
        Notice::DraftKept => say!(flash.draft_kept),
        Notice::NotSaved => say!(flash.not_saved),
        Notice::AddressRequested => say!(flash.address_requested),
        Notice::AddressCancelled => say!(flash.address_cancelled),
        Notice::AddressChanged => say!(flash.address_changed),
        Notice::AddressRestored => say!(flash.address_restored),
        Notice::DeadLink => say!(flash.dead_link),
        Notice::AddressTaken => say!(flash.address_taken),
        Notice::TokenRevoked => say!(flash.token_revoked),
        Notice::TokenGone => say!(flash.token_gone),
        Notice::TokenShownBefore => say!(flash.token_shown_before),
        Notice::Internal => say!(flash.internal),
    }
}

/// The icon that says a tone without colour.
pub(crate) const fn level_icon(level: Level) -> &'static str {
    match level {
        Level::Success => "check",
        Level::Info => "info",
        Level::Warning => "alert",
        Level::Error => "cross",
    }
}

/// The value of a field, as readers know it.
pub(crate) fn value(field: Field, value: &str) -> String {
    match (field, value) {
        (Field::Language, tag) => match Locale::from_tag(tag) {
            Some(ours) if ours.tag() == tag => language(ours).to_owned(),
            Some(ours) => format!("{} ({tag})", language(ours)),
            None => tag.to_owned(),
        },
        (Field::Timezone, name) => name.replace('_', " "),
        (Field::Avatar, _) => say!(diff.new_picture),
        (_, text) => text.to_owned(),
    }
}

/// Who did something, and from where.
pub(crate) fn origin(origin: &Origin) -> String {
    let who = match origin.actor {
        Actor::User => say!(history.by_user),
        Actor::Program => say!(history.by_program),
        Actor::Site => say!(history.by_site),
        Actor::Google => say!(history.by_google),
        Actor::Operator => say!(history.by_operator),
    };
    match &origin.place {
        Some(place) => format!("{who} · {place}"),
        None => who,
    }
}

pub(crate) fn source(source: Source) -> String {
    match source {
        Source::Google => say!(dashboard.from_google),
        Source::User => say!(dashboard.from_user),
        Source::Browser => say!(dashboard.from_browser),
    }
}

pub(crate) fn policy(policy: Policy) -> String {
    match policy {
        Policy::Follow => say!(profile.follow),
        Policy::FillOnce => say!(profile.fill_once),
        Policy::Keep => say!(profile.keep),
    }
}

pub(crate) fn filter(filter: Filter) -> String {
    match filter {
        Filter::All => say!(history.all),
        Filter::Profile => say!(history.profile),
        Filter::Connection => say!(history.connection),
        Filter::Account => say!(history.account),
        Filter::Security => say!(history.security),
    }
}

/// What a token allows, as a sentence.
pub(crate) fn api_scope(scope: ApiScope) -> String {
    match scope {
        ApiScope::ReadProfile => say!(tokens.read_profile),
        ApiScope::WriteProfile => say!(tokens.write_profile),
        ApiScope::ReadConnection => say!(tokens.read_connection),
        ApiScope::WriteConnection => say!(tokens.write_connection),
    }
}

/// Why no token was made.
pub(crate) fn token_refusal(refusal: TokenRefusal) -> String {
    match refusal {
        TokenRefusal::Name => say!(tokens.bad_name),
        TokenRefusal::NoScope => say!(tokens.no_scope),
        TokenRefusal::Lifetime => say!(tokens.bad_lifetime),
        TokenRefusal::TooMany => say!(tokens.too_many),
    }
}

/// Why a text cannot be the value of a field.
pub(crate) fn impossible(field: Field) -> Option<String> {
    match field {
        Field::Email => Some(say!(profile.bad_email)),
        Field::Language => Some(say!(profile.bad_language)),
        Field::Timezone => Some(say!(profile.bad_timezone)),
        Field::FirstName | Field::LastName | Field::DisplayName | Field::Avatar => None,
    }
}
