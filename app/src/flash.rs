//! What an action has to say on the page after it: a closed set of codes in a short-lived cookie.

use model::{Field, SyncFailure, SyncOutcome, SyncReport};
use service::Outcome;

macro_rules! notices {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $tone:ident;)*) => {
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
            pub const fn tone(self) -> Tone {
                match self { $(Notice::$variant => Tone::$tone),* }
            }
        }
    };
}

/// How a notice is meant. Shown by icon and text, not by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    /// For your information.
    Calm,
    /// Something waits for the user.
    Warning,
    /// It did not work.
    Bad,
}

notices! {
    /// An account was made.
    Registered = "registered", Good;
    /// A session was ended.
    SignedOut = "signed_out", Calm;
    /// Connected and filled.
    Connected = "connected", Good;
    /// Connected; the profile was right already.
    ConnectedUnchanged = "connected_unchanged", Good;
    /// Connected; the first sync has to be repeated.
    ConnectedLater = "connected_later", Warning;
    /// An extra permission was granted.
    Extended = "extended", Good;
    /// An extra permission was not granted.
    NotExtended = "not_extended", Calm;
    /// No refresh token came.
    NoRefreshToken = "no_refresh_token", Warning;
    /// The user said no at Google.
    Cancelled = "cancelled", Calm;
    /// Replayed, expired, altered or somebody else's.
    UnknownRequest = "unknown_attempt", Warning;
    /// Another user here has the account.
    Taken = "taken", Warning;
    /// The user has another account connected.
    OtherAccount = "other_account", Warning;
    /// Google did not answer.
    GoogleUnavailable = "google_unavailable", Calm;
    /// Google's answer proved nothing.
    Rejected = "rejected", Bad;
    /// Our registration at Google is wrong.
    OperatorFault = "operator_fault", Bad;
    /// A sync changed something.
    Synced = "synced", Good;
    /// A sync changed nothing.
    Unchanged = "unchanged", Good;
    /// A sync needs the user.
    SyncReconnect = "sync_reconnect", Warning;
    /// A sync found Google away.
    SyncUnavailable = "sync_unavailable", Calm;
    /// A sync was slowed down.
    SyncLimited = "sync_limited", Calm;
    /// A sync failed otherwise.
    SyncFailed = "sync_failed", Bad;
    /// A sync was stopped; nothing changed.
    SyncCancelled = "sync_cancelled", Calm;
    /// A sync was to be stopped when it was all but done.
    SyncTooLate = "sync_too_late", Calm;
    /// A sync was to be stopped and none was running.
    SyncNotRunning = "sync_not_running", Calm;
    /// A sync was begun too often; says when it can be again.
    SyncTooOften = "sync_too_often", Calm;
    Disconnected = "disconnected", Good;
    /// Syncs wait until they are wanted again.
    Paused = "paused", Good;
    /// Syncs come as often as the user wants.
    IntervalSaved = "interval_saved", Good;
    /// Syncs come again.
    Resumed = "resumed", Good;
    /// A disconnection was taken back.
    Restored = "restored", Good;
    /// It is too late to take a disconnection back.
    TooLate = "too_late", Calm;
    /// The user wants no way back.
    Finished = "finished", Good;
    /// The connected account stays.
    Kept = "kept", Good;
    /// There is nothing connected.
    NotConnected = "not_connected", Calm;
    /// The profile was saved.
    Saved = "saved", Good;
    Chosen = "chosen", Good;
    /// A change was taken back.
    Undone = "undone", Good;
    /// There was nothing to take back.
    NothingToUndo = "nothing_to_undo", Calm;
    /// A form waits for its user to sign in.
    DraftKept = "draft_kept", Calm;
    /// A form is back as it was typed, and not saved.
    NotSaved = "not_saved", Warning;
    /// Another sign-in address was asked for.
    AddressRequested = "address_requested", Good;
    /// It is no longer asked for.
    AddressCancelled = "address_cancelled", Calm;
    /// The sign-in address is another one.
    AddressChanged = "address_changed", Good;
    /// The sign-in address is the former one.
    AddressRestored = "address_restored", Good;
    /// A link does nothing any more.
    DeadLink = "dead_link", Warning;
    /// Somebody else has the address.
    AddressTaken = "address_taken", Warning;
    /// A token for a program was revoked.
    TokenRevoked = "token_revoked", Good;
    /// There is no such token.
    TokenGone = "token_gone", Calm;
    /// The form of a token came again, and a token is shown once.
    TokenShownBefore = "token_shown_before", Warning;
    Internal = "internal", Bad;
}

/// A notice, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
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

    /// How a trip to Google ended.
    pub fn of_trip(outcome: &Outcome) -> Flash {
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
