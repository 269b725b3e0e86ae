//! A program that did not hear our answer asks again, and the request is carried out once.
//!
//! draft-ietf-httpapi-idempotency-key-header: the answer is kept under the program's key, and given
//! again to the same request.

use std::sync::Arc;

use chrono::TimeDelta;
use model::UserId;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use store::{KeyClaim, KeyClaimed, SealedColumn, Store};
use vault::{AssociatedData, KeyRing};

use crate::clock::Clock;
use crate::connections::connect::hex;
use crate::error::Result;
use crate::random;
use crate::rate_limit::wait_secs;
use crate::sealing::associated_data;

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);
/// How long a request may take before its process counts as dead.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    /// Its body; empty where it had none.
    pub body: String,
}

/// Whose turn it is to carry out a request.
#[derive(Clone, Debug)]
pub enum IdempotencyState {
    /// The caller's. They end it with [`Idempotency::answered`] or [`Idempotency::failed`].
    Yours(IdempotencyClaim),
    /// Somebody's before: this was the answer.
    Answered(KeptAnswer),
    /// Somebody's before, and the answer is no longer kept: the user has disconnected since.
    Forgotten,
    /// Somebody else's, at this moment.
    Running {
        /// Seconds after which it is over, one way or the other.
        wait_secs: i64,
    },
    /// The key belongs to another request.
    OtherRequest,
}

/// The right to answer a request.
#[derive(Clone, Debug)]
pub struct IdempotencyClaim(KeyClaim);

/// The verbs of repeated requests. Cheap to clone.
#[derive(Clone)]
pub struct Idempotency {
    store: Store,
    keys: Arc<KeyRing>,
    clock: Clock,
}

/// The status of an answer without a body (RFC 9110 section 15.3.5).
const NO_CONTENT: i64 = 204;

impl Idempotency {
    /// Answers kept in `store`, sealed with `keys`.
    ///
    /// Sealed because they hold profile data for a day, and a copy of the database should tell
    /// none of it; they are forgotten as a whole when the user disconnects.
    pub fn new(store: Store, keys: KeyRing, clock: Clock) -> Idempotency {
        Idempotency { store, keys: Arc::new(keys), clock }
    }

    /// Takes the turn to carry out a request under a key of the user's, or says who had it before.
    /// The parts of the request are what makes it this one: method, path, body.
    pub async fn take_turn(
        &self,
        user: UserId,
        key: &str,
        request: &[&[u8]],
    ) -> Result<IdempotencyState> {
        let now = self.clock.now();
        let claim = KeyClaim {
            user,
            // Of the user too: what is sealed for this row is sealed for this user.
            key_hash: random::sha256(&format!("{user} {key}")),
            fingerprint: fingerprint(request),
            claim: random::id(now)?,
            claimed_until: now + LEASE,
            expires_at: now + KEPT,
        };
        Ok(match self.store.claim_idempotency_key(&claim, now).await? {
            KeyClaimed::Yes => IdempotencyState::Yours(IdempotencyClaim(claim)),
            KeyClaimed::Running { until } => {
                IdempotencyState::Running { wait_secs: wait_secs(until, now) }
            }
            KeyClaimed::OtherRequest => IdempotencyState::OtherRequest,
            KeyClaimed::Answered { status: NO_CONTENT, .. } => {
                IdempotencyState::Answered(KeptAnswer { status: 204, body: String::new() })
            }
            KeyClaimed::Answered { answer: None, .. } => IdempotencyState::Forgotten,
            KeyClaimed::Answered { status, answer: Some(sealed) } => {
                let body = self.keys.open(&sealed, answer_aad(&row_of(&claim)))?;
                let status = u16::try_from(status).unwrap_or(200);
                IdempotencyState::Answered(KeptAnswer {
                    status,
                    body: body.expose_secret().to_owned(),
                })
            }
        })
    }

    /// Keeps the answer of a request that was carried out.
    pub async fn answered(&self, ticket: &IdempotencyClaim, answer: &KeptAnswer) -> Result<()> {
        let IdempotencyClaim(claim) = ticket;
        let sealed = self.keys.seal(&answer.body, answer_aad(&row_of(claim)))?;
        let status = i64::from(answer.status);
        if !self.store.save_idempotent_answer(claim, status, Some(&sealed)).await? {
            tracing::warn!("request outlived its idempotency lease and was taken over");
        }
        Ok(())
    }

    /// Gives the key back: the request could not be carried out, and may be tried again at once.
    pub async fn failed(&self, ticket: &IdempotencyClaim) -> Result<()> {
        Ok(self.store.end_idempotency_claim(&ticket.0).await?)
    }

    /// Forgets keys that are over.
    pub async fn purge(&self) -> Result<()> {
        self.store.purge_idempotency_keys(self.clock.now()).await?;
        Ok(())
    }
}

fn row_of(claim: &KeyClaim) -> String {
    hex(&claim.key_hash)
}

fn answer_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::Answer, row)
}

/// Each part is preceded by its length, so that no two requests read alike.
fn fingerprint(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Accounts;

    struct Bench {
        clock: Clock,
        idempotency: Idempotency,
        user: UserId,
    }

    async fn bench() -> Bench {
        let store = Store::open("sqlite::memory:", 1).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::manual(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let accounts = Accounts::new(store.clone(), clock.clone());
        let user = accounts.register("anna@example.com", "pass phrase").await.unwrap().unwrap();
        let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap();
        let keys = KeyRing::parse(&key.expose()).unwrap();
        Bench { idempotency: Idempotency::new(store, keys, clock.clone()), clock, user }
    }

    impl Bench {
        async fn ask(&self, key: &str, body: &str) -> IdempotencyState {
            self.idempotency.take_turn(self.user, key, &[b"POST", body.as_bytes()]).await.unwrap()
        }

        async fn mine(&self, key: &str) -> IdempotencyClaim {
            match self.ask(key, "{}").await {
                IdempotencyState::Yours(ticket) => ticket,
                other => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn an_answer_is_given_again_for_a_day_and_to_this_request_only() {
        let bench = bench().await;
        let ticket = bench.mine("k").await;
        assert!(matches!(bench.ask("k", "{}").await, IdempotencyState::Running { wait_secs: 60 }));
        let answer = KeptAnswer { status: 201, body: "{\"a\":1}".to_owned() };
        bench.idempotency.answered(&ticket, &answer).await.unwrap();
        bench.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
        let again = bench.ask("k", "{}").await;
        assert!(matches!(&again, IdempotencyState::Answered(kept) if *kept == answer), "{again:?}");
        assert!(matches!(bench.ask("k", "{ }").await, IdempotencyState::OtherRequest));
        bench.clock.advance(TimeDelta::seconds(1));
        bench.mine("k").await;
    }

    #[tokio::test]
    async fn a_request_that_died_does_not_block_its_key_for_more_than_a_minute() {
        let bench = bench().await;
        let dead = bench.mine("k").await;
        bench.clock.advance(TimeDelta::seconds(60));
        let alive = bench.mine("k").await;
        let answer = |body: &str| KeptAnswer { status: 200, body: body.to_owned() };
        bench.idempotency.answered(&dead, &answer("dead")).await.unwrap();
        bench.idempotency.answered(&alive, &answer("alive")).await.unwrap();
        let again = bench.ask("k", "{}").await;
        assert!(
            matches!(&again, IdempotencyState::Answered(kept) if kept.body == "alive"),
            "{again:?}"
        );
    }

    #[tokio::test]
    async fn a_request_that_failed_may_be_tried_again_at_once() {
        let bench = bench().await;
        let ticket = bench.mine("k").await;
        bench.idempotency.failed(&ticket).await.unwrap();
        bench.mine("k").await;
    }

    #[test]
    fn no_two_requests_have_one_fingerprint() {
        let prints = [
            fingerprint(&[b"POST", b"/a", b"b"]),
            fingerprint(&[b"POST", b"/ab", b""]),
            fingerprint(&[b"POST/ab"]),
            fingerprint(&[b"PUT", b"/a", b"b"]),
        ];
        for (n, one) in prints.iter().enumerate() {
            assert!(!prints[n + 1..].contains(one));
        }
    }
}
