//! People and their sessions: register, sign in, sign out, and who is asking.

pub(crate) mod email_change;
pub(crate) mod moderation;
pub(crate) mod password;
pub(crate) mod reauthentication;

use chrono::TimeDelta;
use model::accounts::account::{InvalidEmail, InvalidPassword};
use model::role::Role;
use model::{Email, Field, OwnValues, Password, SessionId, UserId};
use secrecy::SecretString;
use store::{Added, NewSession, NewUser, Store};

use crate::accounts::password::Passwords;
use crate::accounts::reauthentication::is_recent;
use crate::clock::Clock;
use crate::error::Result;
use crate::rate_limit::{Tries, wait_secs};
use crate::{caller, random};

/// A session ends after this long without a request.
const IDLE: TimeDelta = TimeDelta::days(14);
/// A session ends after this long whatever happens.
const ABSOLUTE: TimeDelta = TimeDelta::days(60);
/// "Last seen" is written at most this often: a page view should not cost a write.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);

/// The user making a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub user: UserId,
    /// Their sign-in address.
    pub email: String,
    /// What they may do besides.
    pub role: Role,
    /// The session that the request came in.
    pub session: SessionId,
    /// Whether they proved who they are only lately; what matters asks for it.
    pub is_recent: bool,
}

/// A session that has just been opened.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who signed in.
    pub user: UserId,
    /// The cookie's value. It exists nowhere else.
    pub token: SecretString,
    /// How long the browser should keep it.
    pub max_age: TimeDelta,
}

/// Why nobody was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterRefusal {
    /// Not a mail address.
    Email,
    /// Not an acceptable password.
    Password(InvalidPassword),
    /// The address has an account.
    EmailTaken,
}

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefusal {
    /// No such address, or another password: the answer does not say which.
    Mismatch,
    /// Too many wrong passwords: it may be tried again after this long.
    TooMany {
        /// Seconds until then.
        wait_secs: i64,
    },
    /// The password is right, and an operator shut its owner out.
    Blocked,
}

/// The verbs of accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
}

impl From<InvalidEmail> for RegisterRefusal {
    fn from(_: InvalidEmail) -> Self {
        RegisterRefusal::Email
    }
}

impl From<InvalidPassword> for RegisterRefusal {
    fn from(fault: InvalidPassword) -> Self {
        RegisterRefusal::Password(fault)
    }
}

impl Accounts {
    /// Accounts kept in `store`.
    pub fn new(store: Store, clock: Clock) -> Accounts {
        Accounts { store, clock, passwords: Passwords::new() }
    }

    /// Makes an account. The inner result is the refusal.
    pub async fn register(
        &self,
        email: &str,
        password: &str,
    ) -> Result<Result<UserId, RegisterRefusal>> {
        self.create(email, password, [None, None], false).await
    }

    /// Makes an account with names and role, as an operator does.
    pub async fn create(
        &self,
        email: &str,
        password: &str,
        [first_name, last_name]: [Option<&str>; 2],
        is_admin: bool,
    ) -> Result<Result<UserId, RegisterRefusal>> {
        let parsed = Email::parse(email)
            .map_err(RegisterRefusal::from)
            .and_then(|email| Ok((email, Password::choose(password)?)));
        let (email, password) = match parsed {
            Ok(parsed) => parsed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let now = self.clock.now();
        let typed = [(Field::FirstName, first_name), (Field::LastName, last_name)];
        let own = typed.into_iter().filter_map(|(f, value)| Some((f, Field::clean(value?)?)));
        let user = NewUser {
            id: UserId(random::id(now)?),
            email,
            password_hash: self.passwords.hash(&password).await?,
            is_admin,
            own: OwnValues(own.collect()),
            entry: caller::entry(now)?,
        };
        Ok(match self.store.add_user(&user, now).await? {
            Added::Created => Ok(user.id),
            Added::EmailTaken => Err(RegisterRefusal::EmailTaken),
        })
    }

    /// Opens a session for the right password and ends the one that the browser had.
    ///
    /// `client` names where the request came from, for the limit on guessing.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        client: &str,
        current: Option<&str>,
    ) -> Result<Result<SignedIn, SignInRefusal>> {
        let (Ok(email), Ok(password)) = (Email::parse(email), Password::typed(password)) else {
            return Ok(Err(SignInRefusal::Mismatch));
        };
        let tries = Tries::of(&email, client);
        let now = self.clock.now();
        if let Some(again_at) = tries.count(&self.store, now).await? {
            let wait_secs = wait_secs(again_at, now);
            return Ok(Err(SignInRefusal::TooMany { wait_secs }));
        }
        let found = self.store.find_user(&email).await?;
        let hash = found.as_ref().map(|user| user.password_hash.as_str());
        let is_right = self.passwords.verify(&password, hash).await?;
        let Some(user) = found.filter(|_| is_right) else {
            return Ok(Err(SignInRefusal::Mismatch));
        };
        if user.is_blocked {
            return Ok(Err(SignInRefusal::Blocked));
        }
        tries.forgive(&self.store).await?;
        if Passwords::is_outdated(&user.password_hash) {
            // Only now is the password at hand that a stronger hash needs.
            let hash = self.passwords.hash(&password).await?;
            self.store.save_password_hash(user.id, &hash).await?;
        }
        self.open_session(user.id, current).await.map(Ok)
    }

    /// Opens a session for somebody who has just proved who they are.
    pub async fn open_session(&self, user: UserId, current: Option<&str>) -> Result<SignedIn> {
        let now = self.clock.now();
        let token = random::token()?;
        let session = NewSession {
            id: SessionId(random::id(now)?),
            token_hash: random::sha256(&token),
            user,
            expires_at: now + ABSOLUTE,
            replaces: current.map(random::sha256),
            entry: caller::entry(now)?,
        };
        self.store.add_session(&session, now).await?;
        Ok(SignedIn { user, token: token.into(), max_age: ABSOLUTE })
    }

    pub async fn sign_out(&self, token: &str) -> Result<()> {
        Ok(self.store.end_session(&random::sha256(token)).await?)
    }

    /// The user behind a session cookie, if the session lives.
    pub async fn viewer(&self, token: &str) -> Result<Option<Viewer>> {
        let now = self.clock.now();
        let hash = random::sha256(token);
        let Some(found) = self.store.find_session(&hash, now, now - IDLE).await? else {
            return Ok(None);
        };
        if found.last_seen_at < now - SEEN_EVERY {
            self.store.save_session_seen(found.session, now).await?;
        }
        Ok(Some(Viewer {
            user: found.user,
            email: found.email,
            role: found.role,
            session: found.session,
            is_recent: is_recent(found.authenticated_at, now),
        }))
    }

    /// The user of a sign-in address.
    pub async fn find(&self, email: &str) -> Result<Option<UserId>> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        Ok(self.store.find_user(&email).await?.map(|user| user.id))
    }

    /// Forgets sessions and counts that are over.
    pub async fn purge(&self) -> Result<()> {
        let now = self.clock.now();
        self.store.purge_sessions(now, now - IDLE).await?;
        self.store.purge_throttles(now).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use argon2::{Argon2, Params, PasswordHasher};

    use super::*;

    #[tokio::test]
    async fn a_hash_with_weaker_parameters_is_replaced_at_sign_in() {
        let store = Store::open("sqlite::memory:", 1).await.unwrap();
        store.migrate().await.unwrap();
        let accounts = Accounts::new(store.clone(), Clock::system());
        let email = Email::parse("anna@example.com").unwrap();
        let user = accounts.register("anna@example.com", "pass phrase").await.unwrap().unwrap();
        let weak = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        let weak = weak.hash_password(b"pass phrase").unwrap().to_string();
        store.save_password_hash(user, &weak).await.unwrap();

        let stored = async || store.find_user(&email).await.unwrap().unwrap().password_hash;
        let wrong = accounts.sign_in("anna@example.com", "another", "::1", None).await.unwrap();
        assert!(wrong.is_err());
        assert_eq!(stored().await, weak, "a wrong password changes nothing");
        let right = accounts.sign_in("anna@example.com", "pass phrase", "::1", None).await.unwrap();
        assert!(right.is_ok());
        let strong = stored().await;
        assert!(!Passwords::is_outdated(&strong), "{strong}");
        let again = accounts.sign_in("anna@example.com", "pass phrase", "::1", None).await.unwrap();
        assert!(again.is_ok());
        assert_eq!(stored().await, strong, "and is then left alone");
    }
}
