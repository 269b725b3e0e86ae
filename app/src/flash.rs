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
    /// It worked.
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
    /// No refresh token came.
    NoRefreshToken = "no_refresh_token", Warning;
    /// The user said no at Google.
    Cancelled = "cancelled", Calm;
    /// Replayed, expired, altered or somebody else's.
    UnknownAttempt = "unknown_attempt", Warning;
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
    /// Disconnected.
    Disconnected = "disconnected", Good;
    /// There is nothing connected.
    NotConnected = "not_connected", Calm;
    /// The profile was saved.
    Saved = "saved", Good;
    /// Choices were saved.
    Chosen = "chosen", Good;
    /// A change was taken back.
    Undone = "undone", Good;
    /// There was nothing to take back.
    NothingToUndo = "nothing_to_undo", Calm;
    /// A token for a program was revoked.
    TokenRevoked = "token_revoked", Good;
    /// There is no such token.
    TokenGone = "token_gone", Calm;
    /// The form of a token came again, and a token is shown once.
    TokenShownBefore = "token_shown_before", Warning;
    /// Ours.
    Internal = "internal", Bad;
}

/// A notice, and the fields that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// What to say.
    pub notice: Notice,
    /// The fields that changed.
    pub fields: Vec<Field>,
}

impl From<Notice> for Flash {
    fn from(notice: Notice) -> Flash {
        Flash { notice, fields: Vec::new() }
    }
}

impl Flash {
    /// What was taken back.
    pub fn of_undo(fields: Vec<Field>) -> Flash {
        let notice = if fields.is_empty() { Notice::NothingToUndo } else { Notice::Undone };
        Flash { notice, fields }
    }

    /// How a sync ended.
    pub fn of_sync(report: &SyncReport) -> Flash {
        let notice = match (report.outcome, report.failure) {
            (SyncOutcome::Updated, _) => Notice::Synced,
            (SyncOutcome::Unchanged, _) => Notice::Unchanged,
            (SyncOutcome::Failed, Some(SyncFailure::NeedsReconnect)) => Notice::SyncReconnect,
            (SyncOutcome::Failed, Some(SyncFailure::GoogleUnavailable)) => Notice::SyncUnavailable,
            (SyncOutcome::Failed, Some(SyncFailure::RateLimited)) => Notice::SyncLimited,
            (SyncOutcome::Failed, _) => Notice::SyncFailed,
        };
        Flash { notice, fields: report.changed.iter().map(|change| change.field).collect() }
    }

    /// How a trip to Google ended.
    pub fn of_trip(outcome: &Outcome) -> Flash {
        let notice = match outcome {
            Outcome::Connected(report) => match report.outcome {
                SyncOutcome::Updated => Notice::Connected,
                SyncOutcome::Unchanged => Notice::ConnectedUnchanged,
                SyncOutcome::Failed => Notice::ConnectedLater,
            },
            Outcome::NoRefreshToken => Notice::NoRefreshToken,
            Outcome::Cancelled => Notice::Cancelled,
            Outcome::UnknownAttempt => Notice::UnknownAttempt,
            Outcome::TakenByAnother => Notice::Taken,
            Outcome::OtherAccount => Notice::OtherAccount,
            Outcome::GoogleUnavailable => Notice::GoogleUnavailable,
            Outcome::Rejected => Notice::Rejected,
            Outcome::OperatorFault => Notice::OperatorFault,
        };
        notice.into()
    }

    pub(crate) fn to_cookie(&self) -> String {
        let fields = self.fields.iter().map(|field| field.word());
        std::iter::once(self.notice.code()).chain(fields).collect::<Vec<_>>().join(".")
    }

    pub(crate) fn from_cookie(value: &str) -> Option<Flash> {
        let mut parts = value.split('.');
        let notice = Notice::from_code(parts.next()?)?;
        let fields = parts.map(Field::from_word).collect::<Option<Vec<_>>>()?;
        (fields.len() <= Field::ALL.len()).then_some(Flash { notice, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flash_survives_its_cookie_and_nothing_else_does() {
        let flash = Flash { notice: Notice::Synced, fields: vec![Field::FirstName, Field::Avatar] };
        assert_eq!(flash.to_cookie(), "synced.first_name.avatar");
        assert_eq!(Flash::from_cookie(&flash.to_cookie()), Some(flash));
        let endless = format!("synced{}", ".email".repeat(Field::ALL.len() + 1));
        for forged in ["", "nonsense", "synced.<b>", &endless] {
            assert_eq!(Flash::from_cookie(forged), None, "{forged}");
        }
    }
}
