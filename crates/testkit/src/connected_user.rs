//! A user with a connection, put into the store without asking anybody. For tests and measurements
//! that need many of them.

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use model::{
    Actor, ConnectionId, Email, Identity, Origin, OwnValues, ScopeSet, Status, Subject, UserId,
};
use store::{Added, Link, Linked, NewHistoryEvent, NewUser, Store};
use uuid::Uuid;
use vault::{AssociatedData, KeyRing, Sealed};

/// One of them: all that is not the same for everybody.
pub struct ConnectedUser<'a> {
    /// Makes the ids of user and connection.
    pub number: u64,
    /// Who they are at Google.
    pub subject: &'a str,
    /// The access token, for its column.
    pub access: Sealed,
    /// When Google ends it.
    pub access_expires_at: DateTime<Utc>,
    /// The refresh token, for its column.
    pub refresh: Sealed,
    /// When they are due for a sync.
    pub next_sync_at: DateTime<Utc>,
}

/// The connection with this number. Its user's id is the same.
pub fn connection(number: u64) -> ConnectionId {
    ConnectionId(Uuid::from_u128(number.into()))
}

/// Seals a token for its column in the row of this connection.
pub fn seal(keys: &KeyRing, column: &str, number: u64, token: &str) -> anyhow::Result<Sealed> {
    let row = connection(number).to_string();
    Ok(keys.seal(token, AssociatedData { table: "grants", column, row: &row })?)
}

impl ConnectedUser<'_> {
    /// Adds user and connection.
    pub async fn add(self, store: &Store, now: DateTime<Utc>) -> anyhow::Result<()> {
        let number = self.number;
        let id = connection(number);
        let event = |which: u128| NewHistoryEvent {
            id: Uuid::from_u128(which << 64 | u128::from(number)),
            origin: Origin::of(Actor::Site),
        };
        let user = NewUser {
            id: UserId(id.0),
            email: Email::parse(&format!("user-{number}@example.com"))
                .ok()
                .context("an address")?,
            password_hash: "none".to_owned(),
            is_admin: false,
            own: OwnValues::default(),
            entry: event(1),
        };
        ensure!(store.add_user(&user, now).await? == Added::Created, "there is a user {number}");
        let link = Link {
            id,
            user: user.id,
            identity: Identity {
                subject: Subject::parse(self.subject).ok().context("a subject")?,
                email: None,
                email_verified: false,
                hosted_domain: None,
            },
            subject_hash: hash_of(number),
            is_return: false,
            status: Status::Active,
            cause: None,
            granted: ScopeSet::sign_in(),
            access: self.access,
            access_expires_at: self.access_expires_at,
            refresh: Some(self.refresh),
            marks: None,
            keeps_refresh: false,
            refresh_expires_at: None,
            next_sync_at: self.next_sync_at,
            entry: event(2),
        };
        ensure!(store.link(&link, now).await? == Linked::New, "there is a connection {number}");
        Ok(())
    }
}

/// A hash for the subject with this number. No token of it is revoked, so any will do.
fn hash_of(number: u64) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&number.to_be_bytes());
    hash
}
