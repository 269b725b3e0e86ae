//! How often something may be done: a password tried, for an address and for a client; a mail sent;
//! a sync begun by hand.

use chrono::{DateTime, TimeDelta, Utc};
use model::{Email, UserId};
use store::{RunLimit, Store};

use crate::Result;
use crate::random::sha256;

/// Wrong passwords for one address before it has to wait.
pub(crate) const TRIES_PER_EMAIL: i64 = 10;
/// Wrong passwords from one client, over all addresses, before it has to wait.
pub(crate) const TRIES_PER_CLIENT: i64 = 50;
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Syncs that a user may begin by hand before they have to wait. Joining one is free.
pub(crate) const SYNCS_PER_USER: i64 = 20;
const SYNC_WINDOW: TimeDelta = TimeDelta::minutes(10);

/// The count that a user's syncs by hand fall under.
pub(crate) fn syncs_of(user: UserId, now: DateTime<Utc>) -> RunLimit {
    RunLimit {
        key: sha256(&format!("sync by hand {user}")),
        runs: SYNCS_PER_USER,
        window_ends_at: now + SYNC_WINDOW,
    }
}

/// How often something may be done in a window of time.
pub(crate) struct Limit {
    /// What is done; part of the key, so that no two limits share a count.
    pub(crate) what: &'static str,
    /// How often.
    pub(crate) tries: i64,
    /// In how much time.
    pub(crate) window: TimeDelta,
}

impl Limit {
    /// Counts one more for `whom`. `Some` is the time from which it may be done again.
    pub(crate) async fn count(
        &self,
        whom: &str,
        store: &Store,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        let key = sha256(&format!("{} {whom}", self.what));
        let throttle = store.add_try(&key, now, now + self.window).await?;
        Ok((throttle.tries > self.tries).then_some(throttle.window_ends_at))
    }
}

/// The two counts that a try falls under. Keys are hashes: the table names nobody.
pub(crate) struct Tries {
    email: [u8; 32],
    client: [u8; 32],
}

impl Tries {
    pub(crate) fn of(email: &Email, client: &str) -> Tries {
        Tries {
            email: sha256(&format!("sign-in email {}", email.key())),
            client: sha256(&format!("sign-in client {client}")),
        }
    }

    /// Counts a try before the password is looked at, so that parallel guesses count too.
    /// `Some` is the time from which it may be tried again.
    pub(crate) async fn count(
        &self,
        store: &Store,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        let email = store.add_try(&self.email, now, now + WINDOW).await?;
        let client = store.add_try(&self.client, now, now + WINDOW).await?;
        let over = [(email, TRIES_PER_EMAIL), (client, TRIES_PER_CLIENT)]
            .into_iter()
            .filter(|(throttle, limit)| throttle.tries > *limit)
            .map(|(throttle, _)| throttle.window_ends_at);
        Ok(over.max())
    }

    /// The password was right: neither count should hold it against anybody.
    pub(crate) async fn forgive(&self, store: &Store) -> Result<()> {
        store.forgive_try(&self.email).await?;
        store.forgive_try(&self.client).await?;
        Ok(())
    }
}
