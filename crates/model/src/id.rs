//! Identifiers as their own types, so that one can never stand in for another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A person with an account here.
    UserId,
    /// A signed-in browser. Names the row; the cookie's token is another, secret value.
    SessionId,
    /// A user's link to one Google identity.
    ConnectionId,
    /// One run of fetch, compare and record.
    SyncId,
    /// One thing that happened to a user's account.
    EventId,
    /// One token waiting to be revoked at Google.
    RevocationId,
    /// One mail of ours to a user.
    MailId,
    /// A key that a user gave to a program of theirs. Names the row; the token is another value.
    ApiTokenId,
}
