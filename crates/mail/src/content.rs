//! What a mail says, before it is words, and to whom.

use chrono::{DateTime, Utc};
use model::{Email, Locale, MailId};
use url::Url;

/// To whom a mail goes, and under which name.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Names the mail, however often it has to be sent (RFC 5322 section 3.6.4).
    pub id: MailId,
    pub to: Email,
    pub locale: Locale,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

/// What a mail says. Addresses in it are masked: a mail may be read over a shoulder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailContent {
    Connected {
        /// Where that can be looked at and undone.
        cabinet: Url,
    },
    Disconnected {
        /// Where that stands in the history.
        history: Url,
    },
    /// The connection waits for its user.
    NeedsReconnect {
        /// Where it can be repaired.
        cabinet: Url,
    },
    /// Somebody asked for another sign-in address.
    AddressRequested {
        /// The address, masked.
        new: String,
        /// Where that can be cancelled.
        account: Url,
    },
    /// Prove that you read this address.
    AddressProof { link: Url },
    /// Somebody else asked for this address.
    AddressInUse {
        /// Where its owner signs in.
        login: Url,
    },
    /// The sign-in address is another one.
    AddressChanged {
        /// The new one, masked.
        new: String,
        /// Where this can be taken back.
        link: Url,
    },
    /// The sign-in address is this one again.
    AddressRestored {
        /// Where that stands in the history.
        history: Url,
    },
}

impl MailContent {
    /// The one address that can be pressed.
    pub(crate) fn link(&self) -> &Url {
        match self {
            MailContent::Connected { cabinet } | MailContent::NeedsReconnect { cabinet } => cabinet,
            MailContent::Disconnected { history } | MailContent::AddressRestored { history } => {
                history
            }
            MailContent::AddressRequested { account, .. } => account,
            MailContent::AddressProof { link } | MailContent::AddressChanged { link, .. } => link,
            MailContent::AddressInUse { login } => login,
        }
    }
}
