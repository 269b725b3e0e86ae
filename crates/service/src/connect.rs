//! connect: begin a trip to Google.

use chrono::TimeDelta;
use google::{AuthorizeRequest, Prompt, Verifier};
use model::{LocalPath, Locale, Status, UserId};
use store::{Attempt, SealedColumn};
use vault::Place;

use crate::places::place;
use crate::{BrowserSecret, Gmail, Result, random};

/// How long a trip may take.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

pub(crate) fn verifier_place(state_hash_hex: &str) -> Place<'_> {
    place(SealedColumn::Verifier, state_hash_hex)
}

pub(crate) fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How a trip begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Departure {
    /// Send the browser to this address of Google's.
    To(String),
    /// Google cannot be reached; nothing was begun.
    GoogleUnavailable,
}

impl Gmail {
    /// Begins a trip to Google for this user in this browser.
    ///
    /// Consent is asked for again only where we hold no live refresh token (GOOGLE.md 1.5).
    pub async fn connect(
        &self,
        user: UserId,
        browser: &BrowserSecret,
        locale: Locale,
        return_to: LocalPath,
    ) -> Result<Departure> {
        let now = self.clock.now();
        let grant = self.store.find_grant(user).await?;
        let is_live =
            grant.as_ref().is_some_and(|g| g.status == Status::Active && g.refresh.is_some());
        let hint = grant.as_ref().map(|g| g.email.as_deref().unwrap_or(g.subject.as_str()));

        let state = random::token()?;
        let nonce = random::token()?;
        let verifier = Verifier::from_random(&random::bytes()?);
        let ask = AuthorizeRequest {
            state: &state,
            nonce: &nonce,
            verifier: &verifier,
            scopes: &self.asked,
            prompt: if is_live { Prompt::AsNeeded } else { Prompt::Consent },
            login_hint: hint,
            language: locale.tag(),
        };
        let address = match self.google.authorize_url(&ask, now).await {
            Ok(address) => address,
            Err(error) => {
                tracing::warn!(%error, "no trip to Google can begin");
                return Ok(Departure::GoogleUnavailable);
            }
        };

        let state_hash = random::sha256(&state);
        let sealed = self.keys.seal(verifier.expose(), verifier_place(&hex(&state_hash)))?;
        let attempt = Attempt {
            state_hash,
            browser_hash: browser.hash(),
            user,
            verifier: sealed,
            nonce,
            asked: (*self.asked).clone(),
            return_to,
            expires_at: now + LIFETIME,
        };
        self.store.add_attempt(&attempt, now).await?;
        Ok(Departure::To(address.into()))
    }
}
