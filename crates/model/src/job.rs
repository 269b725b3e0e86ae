//! What waits to be done in the background: one kind a thing that can be tried again on its own.

use serde::{Deserialize, Serialize};

use crate::id::{MailId, RevocationId};
use crate::string_enum::string_enum;

string_enum! {
    /// The kinds of job, in the order in which a worker turns to them.
    JobKind {
        /// To act on what Google told of an account's safety.
        ApplySecurityEvent = "security_event.apply",
        /// To tell Google that it should forget a token.
        RevokeToken = "google.revoke",
        /// To send a mail.
        SendMail = "mail.send",
    }
}

/// One job: its kind, and the row that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Job {
    /// The received security event with this name.
    ApplySecurityEvent([u8; 32]),
    /// A token to be revoked.
    RevokeToken(RevocationId),
    /// A mail to be sent.
    SendMail(MailId),
}

impl Job {
    /// Its kind.
    pub const fn kind(&self) -> JobKind {
        match self {
            Job::ApplySecurityEvent(_) => JobKind::ApplySecurityEvent,
            Job::RevokeToken(_) => JobKind::RevokeToken,
            Job::SendMail(_) => JobKind::SendMail,
        }
    }
}
