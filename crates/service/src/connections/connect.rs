//! connect: begin an authorization flow.

use chrono::TimeDelta;
use google::{AuthorizeRequest, Prompt, Verifier};
use model::{Feature, LocalPath, Locale, ScopeSet, Status, UserId};
use store::{AuthorizationRequest, SealedColumn};
use vault::AssociatedData;

use crate::connections::Connections;
use crate::error::Result;
use crate::random;
use crate::random::BrowserSecret;
use crate::sealing::associated_data;

/// How long an authorization flow may take.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

pub(crate) fn verifier_aad(state_hash_hex: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::Verifier, state_hash_hex)
}

pub(crate) fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How an authorization flow begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectStart {
    /// Send the browser to this address of Google's.
    To(String),
    /// Google cannot be reached; nothing was begun.
    GoogleUnavailable,
}

impl Connections {
    /// Begins an authorization flow for this user in this browser; `extra` is what they asked for
    /// besides.
    ///
    /// Consent is asked for again only where we hold no live refresh token that covers everything
    /// (docs/google-facts.md 1.5).
    pub async fn connect(
        &self,
        user: UserId,
        browser: &BrowserSecret,
        locale: Locale,
        extra: Option<Feature>,
        return_to: LocalPath,
    ) -> Result<ConnectStart> {
        let now = self.context.clock.now();
        let grant = self.context.store.find_grant(user).await?;
        let granted = grant.as_ref().map(|grant| grant.granted.clone()).unwrap_or_default();
        let asked = self.permissions_for(&granted, extra);
        let is_live = grant
            .as_ref()
            .is_some_and(|g| g.status != Status::NeedsReconnect && g.refresh.is_some());
        let covers_all = asked.missing_from(&granted).is_empty();
        let hint = grant.as_ref().map(|g| g.email.as_deref().unwrap_or(g.subject.as_str()));

        let state = random::token()?;
        let nonce = random::token()?;
        let verifier = Verifier::from_random(&random::bytes()?);
        let ask = AuthorizeRequest {
            state: &state,
            nonce: &nonce,
            verifier: &verifier,
            scopes: &asked,
            prompt: if is_live && covers_all { Prompt::AsNeeded } else { Prompt::Consent },
            login_hint: hint,
            language: locale.tag(),
        };
        let address = match self.context.google.authorize_url(&ask, now).await {
            Ok(address) => address,
            Err(error) => {
                tracing::warn!(%error, "building the authorization request failed");
                return Ok(ConnectStart::GoogleUnavailable);
            }
        };

        let state_hash = random::sha256(&state);
        let sealed = self.context.keys.seal(verifier.expose(), verifier_aad(&hex(&state_hash)))?;
        let request = AuthorizationRequest {
            state_hash,
            browser_hash: browser.hash(),
            user,
            verifier: sealed,
            nonce,
            asked,
            return_to,
            expires_at: now + LIFETIME,
        };
        self.context.store.add_authorization_request(&request, now).await?;
        Ok(ConnectStart::To(address.into()))
    }

    /// Least privilege: what every connection needs, the extras that were granted before, and the
    /// one that was asked for. Only what the operator offers is among it.
    fn permissions_for(&self, granted: &ScopeSet, extra: Option<Feature>) -> ScopeSet {
        let is_unasked = |feature: &&Feature| {
            feature.is_extra() && Some(**feature) != extra && !granted.has(&feature.scope())
        };
        let unasked = Feature::ALL.iter().filter(is_unasked).map(|feature| feature.scope());
        self.context.offered.missing_from(&unasked.collect())
    }
}
