//! Tokens for programs: made once, shown once, known by their hashes from then on.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use model::{ApiScope, ApiToken, ApiTokenId, Lifetime, TokenName, UserId};
use secrecy::SecretString;
use store::{NewApiToken, Store, TokenAdded, TokenBearer};

use crate::clock::Clock;
use crate::error::Result;
use crate::rate_limit::{Guesses, Writes, wait_secs};
use crate::{caller, random};

/// What every token begins with, so that people and secret scanners know one when they see it.
const PREFIX: &str = "slx_";
/// "Last used" is written at most this often: a request should not cost a write.
const USED_EVERY: TimeDelta = TimeDelta::minutes(5);
/// Most live tokens of a user.
pub const MOST_TOKENS: i64 = 20;

/// A token that a user wants, as their form says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenDraft {
    /// What they call it.
    pub name: String,
    /// What it should allow.
    pub scopes: BTreeSet<ApiScope>,
    /// For how long, if they said so.
    pub lifetime: Option<Lifetime>,
}

/// Why no token was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// The name is empty or too long.
    Name,
    /// A token that allows nothing is of no use.
    NoScope,
    /// Not one of the lifetimes there are.
    Lifetime,
    /// The user has [`MOST_TOKENS`] already.
    TooMany,
}

/// Why a program is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No such token: never made, revoked or past its end. The answer does not say which.
    Unknown,
    /// Too many wrong tokens from this client, or too many changes for this user.
    TooMany {
        /// Seconds until it may be tried again.
        wait_secs: i64,
    },
}

/// The verbs of tokens for programs. Cheap to clone.
#[derive(Clone)]
pub struct ApiTokens {
    store: Store,
    clock: Clock,
}

impl ApiTokens {
    /// Tokens kept in `store`.
    pub fn new(store: Store, clock: Clock) -> ApiTokens {
        ApiTokens { store, clock }
    }

    /// Makes a token. The inner result is the token itself, which exists nowhere else, or the
    /// refusal.
    pub async fn create(
        &self,
        user: UserId,
        draft: &TokenDraft,
    ) -> Result<Result<SecretString, TokenRefusal>> {
        let Ok(name) = TokenName::parse(&draft.name) else { return Ok(Err(TokenRefusal::Name)) };
        if draft.scopes.is_empty() {
            return Ok(Err(TokenRefusal::NoScope));
        }
        let Some(lifetime) = draft.lifetime else { return Ok(Err(TokenRefusal::Lifetime)) };
        let now = self.clock.now();
        let token = format!("{PREFIX}{}", random::token()?);
        let new = NewApiToken {
            id: ApiTokenId(random::id(now)?),
            token_hash: random::sha256(&token),
            user,
            name,
            scopes: draft.scopes.clone(),
            expires_at: now + lifetime.span(),
            entry: caller::entry(now)?,
        };
        Ok(match self.store.add_api_token(&new, MOST_TOKENS, now).await? {
            TokenAdded::Yes => Ok(token.into()),
            TokenAdded::TooMany => Err(TokenRefusal::TooMany),
        })
    }

    /// A user's live tokens, newest first.
    pub async fn list(&self, user: UserId) -> Result<Vec<ApiToken>> {
        Ok(self.store.list_api_tokens(user, self.clock.now()).await?)
    }

    /// Ends a token at once. False where it is not the user's, or over already.
    pub async fn revoke(&self, user: UserId, token: ApiTokenId) -> Result<bool> {
        let now = self.clock.now();
        Ok(self.store.end_api_token(user, token, &caller::entry(now)?, now).await?)
    }

    /// Who stands behind a token. The inner result is why nobody is let in.
    ///
    /// `client` names where the request came from, for the limit on guessing.
    pub async fn bearer(&self, token: &str, client: &str) -> Result<Result<TokenBearer, Denied>> {
        let now = self.clock.now();
        let guesses = Guesses::of(client);
        if let Some(again_at) = guesses.held_until(&self.store, now).await? {
            let wait_secs = wait_secs(again_at, now);
            return Ok(Err(Denied::TooMany { wait_secs }));
        }
        let found = if is_well_formed(token) {
            self.store.find_token_bearer(&random::sha256(token), now).await?
        } else {
            None
        };
        let Some(bearer) = found else {
            guesses.count(&self.store, now).await?;
            return Ok(Err(Denied::Unknown));
        };
        if bearer.last_used_at.is_none_or(|at| at < now - USED_EVERY) {
            self.store.save_api_token_used(bearer.token, now).await?;
        }
        Ok(Ok(bearer))
    }

    /// Counts a change that a program makes for a user, before it is made: each may ask Google,
    /// and none should be able to keep us busy.
    pub async fn count_write(&self, user: UserId) -> Result<Result<(), Denied>> {
        let now = self.clock.now();
        Ok(match Writes::of(user).count(&self.store, now).await? {
            Some(again_at) => Err(Denied::TooMany { wait_secs: wait_secs(again_at, now) }),
            None => Ok(()),
        })
    }

    /// Forgets tokens that are over.
    pub async fn purge(&self) -> Result<()> {
        self.store.purge_api_tokens(self.clock.now()).await?;
        Ok(())
    }
}

/// Whether a text can be a token of ours at all: anything else is refused without looking.
fn is_well_formed(token: &str) -> bool {
    let bytes = token.strip_prefix(PREFIX).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    bytes.is_some_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use model::Email;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::accounts::Accounts;
    use crate::rate_limit::{GUESSES_PER_CLIENT, WRITES_PER_USER};

    struct Bench {
        store: Store,
        clock: Clock,
        tokens: ApiTokens,
        user: UserId,
    }

    async fn bench() -> Bench {
        let store = Store::open("sqlite::memory:", 1).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::manual(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let accounts = Accounts::new(store.clone(), clock.clone());
        accounts.register("anna@example.com", "pass phrase").await.unwrap().unwrap();
        let anna = Email::parse("anna@example.com").unwrap();
        let user = store.find_user(&anna).await.unwrap().unwrap().id;
        Bench { tokens: ApiTokens::new(store.clone(), clock.clone()), store, clock, user }
    }

    fn draft() -> TokenDraft {
        TokenDraft {
            name: "CRM".to_owned(),
            scopes: [ApiScope::ReadProfile].into(),
            lifetime: Some(Lifetime::Week),
        }
    }

    impl Bench {
        async fn made(&self) -> String {
            let token = self.tokens.create(self.user, &draft()).await.unwrap().unwrap();
            token.expose_secret().to_owned()
        }

        async fn ask(&self, token: &str) -> Result<TokenBearer, Denied> {
            self.tokens.bearer(token, "::1").await.unwrap()
        }
    }

    #[tokio::test]
    async fn a_token_is_256_bits_and_is_kept_as_a_hash() {
        let bench = bench().await;
        let (one, other) = (bench.made().await, bench.made().await);
        assert_ne!(one, other);
        assert!(is_well_formed(&one), "{one}");
        assert_eq!(one.len(), 4 + 43);
        let found = bench.store.find_token_bearer(&random::sha256(&one), bench.clock.now()).await;
        assert_eq!(found.unwrap().unwrap().user, bench.user);
        assert_ne!(random::sha256(&one).as_slice(), one.as_bytes());
    }

    #[tokio::test]
    async fn a_token_ends_by_itself_and_when_it_is_revoked() {
        let bench = bench().await;
        let (kept, revoked) = (bench.made().await, bench.made().await);
        let id = bench.ask(&revoked).await.unwrap().token;
        assert!(bench.tokens.revoke(bench.user, id).await.unwrap());
        assert!(!bench.tokens.revoke(bench.user, id).await.unwrap(), "once");
        assert_eq!(bench.ask(&revoked).await, Err(Denied::Unknown));
        bench.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
        assert!(bench.ask(&kept).await.is_ok());
        bench.clock.advance(TimeDelta::seconds(1));
        assert_eq!(bench.ask(&kept).await, Err(Denied::Unknown));
        assert_eq!(bench.tokens.list(bench.user).await.unwrap(), []);
    }

    #[tokio::test]
    async fn use_is_noted_every_few_minutes_and_not_at_every_request() {
        let bench = bench().await;
        let token = bench.made().await;
        let used = async || bench.tokens.list(bench.user).await.unwrap()[0].last_used_at;
        assert_eq!(used().await, None);
        bench.ask(&token).await.unwrap();
        let first = bench.clock.now();
        assert_eq!(used().await, Some(first));
        bench.clock.advance(TimeDelta::minutes(4));
        bench.ask(&token).await.unwrap();
        assert_eq!(used().await, Some(first));
        bench.clock.advance(TimeDelta::minutes(2));
        bench.ask(&token).await.unwrap();
        assert_eq!(used().await, Some(bench.clock.now()));
    }

    #[tokio::test]
    async fn guessing_is_slowed_down_for_a_client_and_right_tokens_do_not_count() {
        let bench = bench().await;
        let token = bench.made().await;
        let wrong = format!("slx_{}", "A".repeat(43));
        for n in 0..GUESSES_PER_CLIENT {
            bench.ask(&token).await.unwrap();
            let guess = if n % 2 == 0 { wrong.as_str() } else { "nonsense" };
            assert_eq!(bench.ask(guess).await, Err(Denied::Unknown));
        }
        let denied = bench.ask(&token).await.unwrap_err();
        assert!(matches!(denied, Denied::TooMany { wait_secs: 1..=900 }), "{denied:?}");
        assert!(bench.tokens.bearer(&token, "::2").await.unwrap().is_ok(), "another client");
        bench.clock.advance(TimeDelta::minutes(15));
        assert!(bench.ask(&token).await.is_ok());
    }

    #[tokio::test]
    async fn a_user_makes_so_many_changes_a_minute() {
        let bench = bench().await;
        for _ in 0..WRITES_PER_USER {
            assert_eq!(bench.tokens.count_write(bench.user).await.unwrap(), Ok(()));
        }
        let over = bench.tokens.count_write(bench.user).await.unwrap();
        assert!(matches!(over, Err(Denied::TooMany { wait_secs: 1..=60 })), "{over:?}");
        bench.clock.advance(TimeDelta::minutes(1));
        assert_eq!(bench.tokens.count_write(bench.user).await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn a_draft_is_refused_for_each_thing_that_it_lacks() {
        let bench = bench().await;
        for (draft, refusal) in [
            (TokenDraft { name: " ".to_owned(), ..draft() }, TokenRefusal::Name),
            (TokenDraft { name: "я".repeat(61), ..draft() }, TokenRefusal::Name),
            (TokenDraft { scopes: BTreeSet::new(), ..draft() }, TokenRefusal::NoScope),
            (TokenDraft { lifetime: None, ..draft() }, TokenRefusal::Lifetime),
        ] {
            let made = bench.tokens.create(bench.user, &draft).await.unwrap();
            assert_eq!(made.err(), Some(refusal));
        }
        for _ in 0..MOST_TOKENS {
            bench.made().await;
        }
        let made = bench.tokens.create(bench.user, &draft()).await.unwrap();
        assert_eq!(made.err(), Some(TokenRefusal::TooMany));
    }
}
