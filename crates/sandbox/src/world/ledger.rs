//! Everything ever handed out: codes, access tokens, refresh tokens and the grants behind them.
//! Grants belong to (account, client), so revoking any token of one ends them all
//! (docs/google-facts.md 1.7).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::permission::{Permission, Permissions};
use crate::pkce::Challenge;

/// Live refresh tokens an account may hold for one client; one more kills the oldest.
const REFRESH_TOKENS_PER_GRANT: usize = 100;
/// Google ends a refresh token unused for six months.
const IDLE: TimeDelta = TimeDelta::days(183);

/// Account and client.
pub(crate) type GrantKey = (String, String);

/// What an account granted to a client.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) scopes: Permissions,
    pub(crate) granted_at: DateTime<Utc>,
    pub(crate) revoked_at: Option<DateTime<Utc>>,
}

/// An authorization code waiting to be exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) grant: GrantKey,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Permissions,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) with_refresh_token: bool,
    pub(crate) expires_at: DateTime<Utc>,
}

/// A bearer token for the APIs.
#[derive(Clone, Debug)]
pub(crate) struct AccessToken {
    pub(crate) grant: GrantKey,
    pub(crate) scopes: Permissions,
    pub(crate) expires_at: DateTime<Utc>,
}

/// A refresh token, with what may end it.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) grant: GrantKey,
    pub(crate) scopes: Permissions,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) order: u64,
}

impl RefreshToken {
    pub(crate) fn is_dead(&self, now: DateTime<Utc>) -> bool {
        now - self.last_used_at >= IDLE || self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Every token string ever issued, so that a test can search logs and dumps for leaks.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Issued {
    pub codes: Vec<String>,
    pub access_tokens: Vec<String>,
    pub refresh_tokens: Vec<String>,
    pub id_tokens: Vec<String>,
}

/// A grant as its owner would see it on their Google account page.
#[derive(Clone, Debug, Serialize)]
pub struct GrantView {
    pub sub: String,
    pub client_id: String,
    /// What was granted, combined over all consents; short names over HTTP.
    pub scopes: Vec<Permission>,
    /// How many refresh tokens still work.
    pub live_refresh_tokens: usize,
    /// When it was first granted, or granted anew after its end.
    pub granted_at: DateTime<Utc>,
    /// When the app or the user ended it.
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) grants: BTreeMap<GrantKey, Grant>,
    pub(crate) codes: BTreeMap<String, Code>,
    pub(crate) access_tokens: BTreeMap<String, AccessToken>,
    pub(crate) refresh_tokens: BTreeMap<String, RefreshToken>,
    pub(crate) issued: Issued,
}

impl Ledger {
    /// What a live grant covers; nothing when there is none.
    pub(crate) fn granted(&self, key: &GrantKey) -> Permissions {
        self.grants
            .get(key)
            .filter(|grant| grant.revoked_at.is_none())
            .map(|grant| grant.scopes.clone())
            .unwrap_or_default()
    }

    /// Adds permissions to a grant; a revoked one begins anew.
    pub(crate) fn grant(&mut self, key: &GrantKey, scopes: &Permissions, now: DateTime<Utc>) {
        let mut combined = self.granted(key);
        let granted_at = match self.grants.get(key) {
            Some(grant) if grant.revoked_at.is_none() => grant.granted_at,
            _ => now,
        };
        combined.extend(scopes);
        self.grants.insert(key.clone(), Grant { scopes: combined, granted_at, revoked_at: None });
    }

    pub(crate) fn add_code(&mut self, text: String, code: Code) {
        self.issued.codes.push(text.clone());
        self.codes.insert(text, code);
    }

    pub(crate) fn add_access_token(&mut self, text: String, token: AccessToken) {
        self.issued.access_tokens.push(text.clone());
        self.access_tokens.insert(text, token);
    }

    /// Adds a refresh token and lets the oldest beyond the limit die silently.
    pub(crate) fn add_refresh_token(&mut self, text: String, mut token: RefreshToken) {
        let key = token.grant.clone();
        token.order = self.issued.refresh_tokens.len() as u64;
        self.issued.refresh_tokens.push(text.clone());
        self.refresh_tokens.insert(text, token);
        let mut siblings: Vec<(u64, String)> = self
            .refresh_tokens
            .iter()
            .filter(|(_, token)| token.grant == key)
            .map(|(text, token)| (token.order, text.clone()))
            .collect();
        siblings.sort_unstable();
        let surplus = siblings.len().saturating_sub(REFRESH_TOKENS_PER_GRANT);
        for (_, text) in siblings.drain(..surplus) {
            self.refresh_tokens.remove(&text);
        }
    }

    /// Ends the whole grant: every code, access token and refresh token of (account, client).
    pub(crate) fn revoke(&mut self, key: &GrantKey, now: DateTime<Utc>) {
        if let Some(grant) = self.grants.get_mut(key) {
            grant.revoked_at.get_or_insert(now);
            grant.scopes.clear();
        }
        self.codes.retain(|_, code| code.grant != *key);
        self.access_tokens.retain(|_, token| token.grant != *key);
        self.refresh_tokens.retain(|_, token| token.grant != *key);
    }

    /// The grant behind a token that still works.
    pub(crate) fn grant_of(&self, token: &str, now: DateTime<Utc>) -> Option<GrantKey> {
        let access = self.access_tokens.get(token).filter(|access| access.expires_at > now);
        let refresh = self.refresh_tokens.get(token).filter(|refresh| !refresh.is_dead(now));
        access.map(|a| a.grant.clone()).or_else(|| refresh.map(|r| r.grant.clone()))
    }

    pub(crate) fn views(&self, now: DateTime<Utc>) -> Vec<GrantView> {
        let live = |key: &GrantKey| {
            self.refresh_tokens.values().filter(|r| r.grant == *key && !r.is_dead(now)).count()
        };
        self.grants
            .iter()
            .map(|(key, grant)| GrantView {
                sub: key.0.clone(),
                client_id: key.1.clone(),
                scopes: grant.scopes.iter().copied().collect(),
                live_refresh_tokens: live(key),
                granted_at: grant.granted_at,
                revoked_at: grant.revoked_at,
            })
            .collect()
    }
}
