//! confirm: prove anew who one is, before something that matters (OWASP ASVS 5.0, 7.5.1).

use chrono::{DateTime, TimeDelta, Utc};
use model::{Email, Password};

use crate::accounts::{Accounts, SignInRefusal, SignedIn, Viewer};
use crate::error::Result;
use crate::random;
use crate::rate_limit::{Tries, wait_secs};

/// For so long after a sign-in nobody is asked for the password again.
const RECENT: TimeDelta = TimeDelta::minutes(10);

/// Whether a proof of that moment still counts.
pub(crate) fn is_recent(authenticated_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - authenticated_at < RECENT
}

/// Why a viewer was not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmRefusal {
    /// As at sign-in, and counted with its tries.
    SignIn(SignInRefusal),
    /// The session is over.
    SignedOut,
}

impl Accounts {
    /// Confirms a viewer by their password: the session goes on under another token (ASVS 7.2.4).
    ///
    /// `client` and `token` are where the request came from and its cookie's value.
    pub async fn confirm(
        &self,
        viewer: &Viewer,
        password: &str,
        client: &str,
        token: &str,
    ) -> Result<Result<SignedIn, ConfirmRefusal>> {
        let mismatch = ConfirmRefusal::SignIn(SignInRefusal::Mismatch);
        let (Ok(email), Ok(password)) = (Email::parse(&viewer.email), Password::typed(password))
        else {
            return Ok(Err(mismatch));
        };
        let tries = Tries::of(&email, client);
        let now = self.clock.now();
        if let Some(again_at) = tries.count(&self.store, now).await? {
            let wait_secs = wait_secs(again_at, now);
            return Ok(Err(ConfirmRefusal::SignIn(SignInRefusal::TooMany { wait_secs })));
        }
        let Some(user) = self.store.find_user_by_id(viewer.user).await? else {
            return Ok(Err(ConfirmRefusal::SignedOut));
        };
        if !self.passwords.verify(&password, Some(&user.password_hash)).await? {
            return Ok(Err(mismatch));
        }
        tries.forgive(&self.store).await?;
        let fresh = random::token()?;
        let ends_at = self
            .store
            .save_session_confirmed(
                viewer.session,
                &random::sha256(token),
                &random::sha256(&fresh),
                now,
            )
            .await?;
        let Some(ends_at) = ends_at else { return Ok(Err(ConfirmRefusal::SignedOut)) };
        Ok(Ok(SignedIn { user: viewer.user, token: fresh.into(), max_age: ends_at - now }))
    }
}
