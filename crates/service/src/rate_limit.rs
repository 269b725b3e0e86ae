//! How often something may be done: a password or a token tried; a mail sent; a sync
//! begun by hand; a change by a program.

use chrono::{DateTime, TimeDelta, Utc};
use model::{Email, UserId};
use store::{RunLimit, Store};

use crate::error::Result;
use crate::random::sha256;

/// Wrong passwords for one address before it has to wait.
pub(crate) const TRIES_PER_EMAIL: i64 = 10;
/// Wrong passwords from one client, over all addresses, before it has to wait.
pub(crate) const TRIES_PER_CLIENT: i64 = 50;
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// Whole seconds until something may be tried again: never none, or it would be tried in vain.
pub(crate) fn wait_secs(again_at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (again_at - now).num_seconds().max(1)
}

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

/// Wrong tokens from one client before it has to wait.
pub(crate) const GUESSES_PER_CLIENT: i64 = 30;

/// The count of a client's wrong tokens. Only those are counted: a right one costs no write.
pub(crate) struct Guesses([u8; 32]);

impl Guesses {
    pub(crate) fn of(client: &str) -> Guesses {
        Guesses(sha256(&format!("token client {client}")))
    }

    /// The time until which this client is not heard, whatever it says.
    pub(crate) async fn held_until(
        &self,
        store: &Store,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        let open = store.find_throttle(&self.0, now).await?;
        let is_over = |throttle: &store::Throttle| throttle.tries >= GUESSES_PER_CLIENT;
        Ok(open.filter(is_over).map(|throttle| throttle.window_ends_at))
    }

    /// Counts a wrong token. Guesses at the same moment may pass the limit by a few, which 256
    /// bits do not notice.
    pub(crate) async fn count(&self, store: &Store, now: DateTime<Utc>) -> Result<()> {
        store.add_try(&self.0, now, now + WINDOW).await?;
        Ok(())
    }
}

/// Changes that programs may make for one user in a minute.
pub(crate) const WRITES_PER_USER: i64 = 60;
const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// The count of the changes that programs make for a user.
pub(crate) struct Writes([u8; 32]);

impl Writes {
    pub(crate) fn of(user: UserId) -> Writes {
        Writes(sha256(&format!("api writes {user}")))
    }

    /// Counts a change; `Some` is the time from which the next one is welcome.
    pub(crate) async fn count(
        &self,
        store: &Store,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        let throttle = store.add_try(&self.0, now, now + A_MINUTE).await?;
        Ok((throttle.tries > WRITES_PER_USER).then_some(throttle.window_ends_at))
    }
}
