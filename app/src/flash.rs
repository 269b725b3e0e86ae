//! What an action has to say on the page after it: a closed set of codes in a short-lived cookie.

use model::{Field, SyncFailure, SyncOutcome, SyncReport};
use service::Outcome;

macro_rules! notices {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $level:ident;)*) => {
        /// One thing that can be said.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Notice { $($(#[$doc])* $variant),* }

        impl Notice {
            const fn code(self) -> &'static str {
                match self { $(Notice::$variant => $code),* }
            }

            fn from_code(code: &str) -> Option<Notice> {
                match code { $($code => Some(Notice::$variant),)* _ => None }
            }

            /// How it is meant.
            pub const fn level(self) -> Level {
                match self { $(Notice::$variant => Level::$level),* }
            }
        }
    };
}

/// How a notice is meant. Shown by icon and text, not by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It worked.
    Success,
    /// For your information.
    Info,
    /// Something waits for the user.
    Warning,
    /// It did not work.
    Error,
}

notices! {
    /// An account was made.
    Registered = "registered", Success;
    /// A session was ended.
    SignedOut = "signed_out", Info;
    /// Connected and filled.
    Connected = "connected", Success;
    /// Connected; the profile was right already.
    ConnectedUnchanged = "connected_unchanged", Success;
    /// Connected; the first sync has to be repeated.
    ConnectedLater = "connected_later", Warning;
    /// An extra permission was granted.
    Extended = "extended", Success;
    /// An extra permission was not granted.
    NotExtended = "not_extended", Info;
    /// No refresh token came.
    NoRefreshToken = "no_refresh_token", Warning;
    /// The user said no at Google.
    Cancelled = "cancelled", Info;
    /// Replayed, expired, altered or somebody else's.
    UnknownRequest = "unknown_attempt", Warning;
    /// Another user here has the account.
    Taken = "taken", Warning;
    /// The user has another account connected.
    OtherAccount = "other_account", Warning;
    /// Google did not answer.
    GoogleUnavailable = "google_unavailable", Info;
    /// Google's answer proved nothing.
    Rejected = "rejected", Error;
    /// Our registration at Google is wrong.
    OperatorFault = "operator_fault", Error;
    /// A sync changed something.
    Synced = "synced", Success;
    /// A sync changed nothing.
    Unchanged = "unchanged", Success;
    /// A sync needs the user.
    SyncReconnect = "sync_reconnect", Warning;
    /// A sync found Google away.
    SyncUnavailable = "sync_unavailable", Info;
    /// A sync was slowed down.
    SyncLimited = "sync_limited", Info;
    /// A sync failed otherwise.
    SyncFailed = "sync_failed", Error;
    /// A sync was stopped; nothing changed.
    SyncCancelled = "sync_cancelled", Info;
    /// A sync was to be stopped when it was all but done.
    SyncTooLate = "sync_too_late", Info;
    /// A sync was to be stopped and none was running.
    SyncNotRunning = "sync_not_running", Info;
    /// A sync was begun too often; says when it can be again.
    SyncTooOften = "sync_too_often", Info;
    /// Disconnected.
    Disconnected = "disconnected", Success;
    /// Syncs wait until they are wanted again.
    Paused = "paused", Success;
    /// Syncs come as often as the user wants.
    IntervalSaved = "interval_saved", Success;
    /// Syncs come again.
    Resumed = "resumed", Success;
    /// A disconnection was taken back.
    Restored = "restored", Success;
    /// It is too late to take a disconnection back.
    TooLate = "too_late", Info;
    /// The user wants no way back.
    Finished = "finished", Success;
    /// The connected account stays.
    Kept = "kept", Success;
    /// There is nothing connected.
    NotConnected = "not_connected", Info;
    /// The profile was saved.
    Saved = "saved", Success;
    /// Choices were saved.
    Chosen = "chosen", Success;
    /// A change was taken back.
    Undone = "undone", Success;
    /// There was nothing to take back.
    NothingToUndo = "nothing_to_undo", Info;
    /// A form waits for its user to sign in.
    DraftKept = "draft_kept", Info;
    /// A form is back as it was typed, and not saved.
    NotSaved = "not_saved", Warning;
    /// Another sign-in address was asked for.
    AddressRequested = "address_requested", Success;
    /// It is no longer asked for.
    AddressCancelled = "address_cancelled", Info;
    /// The sign-in address is another one.
    AddressChanged = "address_changed", Success;
    /// The sign-in address is the former one.
    AddressRestored = "address_restored", Success;
    /// A link does nothing any more.
    DeadLink = "dead_link", Warning;
    /// Somebody else has the address.
    AddressTaken = "address_taken", Warning;
    /// A token for a program was revoked.
    TokenRevoked = "token_revoked", Success;
    /// There is no such token.
    TokenGone = "token_gone", Info;
    /// The form of a token came again, and a token is shown once.
    TokenShownBefore = "token_shown_before", Warning;
    /// Ours.
    Internal = "internal", Error;
}

/// A notice, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// What to say.
    pub notice: Notice,
    /// The fields that changed.
    pub fields: Vec<Field>,
    /// Minutes until it can be tried again, where there is something to wait for.
    pub minutes: Option<u16>,
}

impl From<Notice> for Flash {
    fn from(notice: Notice) -> Flash {
        Flash { notice, fields: Vec::new(), minutes: None }
    }
}

impl Flash {
    /// What was taken back.
    pub fn of_undo(fields: Vec<Field>) -> Flash {
        let notice = if fields.is_empty() { Notice::NothingToUndo } else { Notice::Undone };
        Flash { fields, ..Flash::from(notice) }
    }

    /// How long to wait before the next sync by hand.
    pub fn of_wait(wait_secs: i64) -> Flash {
        let minutes = u16::try_from(model::whole_minutes(wait_secs)).unwrap_or(u16::MAX);
        Flash { minutes: Some(minutes), ..Flash::from(Notice::SyncTooOften) }
    }

    /// How a sync ended.
    pub fn of_sync(report: &SyncReport) -> Flash {
        let notice = match (report.outcome, report.failure) {
            (SyncOutcome::Updated, _) => Notice::Synced,
            (SyncOutcome::Unchanged, _) => Notice::Unchanged,
            (SyncOutcome::Cancelled, _) => Notice::SyncCancelled,
            (SyncOutcome::Failed, Some(SyncFailure::NeedsReconnect)) => Notice::SyncReconnect,
            (SyncOutcome::Failed, Some(SyncFailure::GoogleUnavailable)) => Notice::SyncUnavailable,
            (SyncOutcome::Failed, Some(SyncFailure::RateLimited)) => Notice::SyncLimited,
            (SyncOutcome::Failed, _) => Notice::SyncFailed,
        };
        let fields = report.changed.iter().map(|change| change.field).collect();
        Flash { fields, ..Flash::from(notice) }
    }

    /// How an authorization at Google ended.
    pub fn of_authorization(outcome: &Outcome) -> Flash {
        let notice = match outcome {
            Outcome::Connected(report) => match report.outcome {
                SyncOutcome::Updated => Notice::Connected,
                SyncOutcome::Unchanged => Notice::ConnectedUnchanged,
                SyncOutcome::Failed | SyncOutcome::Cancelled => Notice::ConnectedLater,
            },
            Outcome::Extended(_) => Notice::Extended,
            Outcome::NotExtended(_) => Notice::NotExtended,
            Outcome::NoRefreshToken => Notice::NoRefreshToken,
            Outcome::Cancelled => Notice::Cancelled,
            Outcome::UnknownRequest => Notice::UnknownRequest,
            Outcome::TakenByAnother => Notice::Taken,
            Outcome::OtherAccount => Notice::OtherAccount,
            Outcome::GoogleUnavailable => Notice::GoogleUnavailable,
            Outcome::Rejected => Notice::Rejected,
            Outcome::OperatorFault => Notice::OperatorFault,
        };
        notice.into()
    }

    pub(crate) fn to_cookie(&self) -> String {
        let fields = self.fields.iter().map(|field| field.as_str().to_owned());
        let parts = std::iter::once(self.notice.code().to_owned());
        let parts = parts.chain(self.minutes.map(|minutes| minutes.to_string())).chain(fields);
        parts.collect::<Vec<_>>().join(".")
    }

    pub(crate) fn from_cookie(value: &str) -> Option<Flash> {
        let mut parts = value.split('.').peekable();
        let notice = Notice::from_code(parts.next()?)?;
        let minutes = parts.peek().and_then(|part| part.parse().ok());
        let fields = parts.skip(usize::from(minutes.is_some())).map(Field::parse);
        let fields = fields.collect::<Option<Vec<_>>>()?;
        (fields.len() <= Field::ALL.len()).then_some(Flash { notice, fields, minutes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flash_survives_its_cookie_and_nothing_else_does() {
        let fields = vec![Field::FirstName, Field::Avatar];
        let flash = Flash { fields, ..Flash::from(Notice::Synced) };
        assert_eq!(flash.to_cookie(), "synced.first_name.avatar");
        assert_eq!(Flash::from_cookie(&flash.to_cookie()), Some(flash));
        let wait = Flash::of_wait(61);
        assert_eq!(wait.to_cookie(), "sync_too_often.2");
        assert_eq!(Flash::from_cookie("sync_too_often.2"), Some(wait));
        let endless = format!("synced{}", ".email".repeat(Field::ALL.len() + 1));
        for forged in ["", "nonsense", "synced.<b>", "sync_too_often.70000", &endless] {
            assert_eq!(Flash::from_cookie(forged), None, "{forged}");
        }
    }
}
