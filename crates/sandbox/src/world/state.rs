//! Everything that changes while the stand-in runs, and the verbs that hand out tokens.
//! No network and no waiting in here: the lock around it is held for moments only.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::account::Account;
use super::behaviour::Behaviour;
use super::client::Client;
use super::clock::Clock;
use super::ledger::{AccessToken, GrantKey, Ledger, RefreshToken};
use super::permission::Permissions;
use crate::event_stream::{Delivery, EventStream};
use crate::fault::{Endpoint, Fault};
use crate::id_token::{Assertion, IdTokenForge, mint};
use crate::keys::KeyRing;
use crate::random;
use crate::settings::Settings;
use crate::smtp::Mail;

/// What `expires_in` says; the token itself lives a second longer (docs/google-facts.md 1.5).
pub(crate) const EXPIRES_IN_SECS: i64 = 3599;
/// What Google reports as the life of a refresh token of a project in Testing.
pub(crate) const TESTING_SECS: i64 = 604_799;

pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) accounts: Vec<Account>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) ledger: Ledger,
    pub(crate) keys: KeyRing,
    pub(crate) behaviour: Behaviour,
    pub(crate) faults: Vec<Fault>,
    pub(crate) forgeries: Vec<(IdTokenForge, Option<u32>)>,
    pub(crate) calls: BTreeMap<Endpoint, u64>,
    pub(crate) mails: Vec<Mail>,
    pub(crate) event_stream: Option<EventStream>,
    pub(crate) deliveries: Vec<Delivery>,
}

impl State {
    pub(crate) fn new(settings: &Settings) -> State {
        let client = settings.client();
        State {
            clock: Clock::default(),
            accounts: settings.accounts.clone(),
            clients: BTreeMap::from([(client.id.clone(), client)]),
            ledger: Ledger::default(),
            keys: KeyRing::new(),
            behaviour: Behaviour::default(),
            faults: Vec::new(),
            forgeries: Vec::new(),
            calls: BTreeMap::new(),
            mails: Vec::new(),
            event_stream: None,
            deliveries: Vec::new(),
        }
    }

    pub(crate) fn account(&self, sub: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.sub == sub && !account.is_disabled)
    }

    /// The account that a `login_hint` names, by address or subject.
    pub(crate) fn hinted(&self, hint: &str) -> Option<&Account> {
        self.accounts
            .iter()
            .filter(|account| !account.is_disabled)
            .find(|account| account.email.eq_ignore_ascii_case(hint) || account.sub == hint)
    }

    pub(crate) fn issue_access_token(
        &mut self,
        grant: &GrantKey,
        scopes: &Permissions,
        now: DateTime<Utc>,
    ) -> String {
        let text = random::access_token();
        let token = AccessToken {
            grant: grant.clone(),
            scopes: scopes.clone(),
            expires_at: now + TimeDelta::seconds(EXPIRES_IN_SECS + 1),
        };
        self.ledger.add_access_token(text.clone(), token);
        text
    }

    pub(crate) fn issue_refresh_token(
        &mut self,
        grant: &GrantKey,
        scopes: &Permissions,
        now: DateTime<Utc>,
    ) -> String {
        let text = random::refresh_token();
        let token = RefreshToken {
            grant: grant.clone(),
            scopes: scopes.clone(),
            last_used_at: now,
            expires_at: self
                .ends_after_a_week(scopes)
                .then(|| now + TimeDelta::seconds(TESTING_SECS + 1)),
            order: 0,
        };
        self.ledger.add_refresh_token(text.clone(), token);
        text
    }

    /// Whether the seven days of a project in Testing apply (docs/google-facts.md 1.9).
    pub(crate) fn ends_after_a_week(&self, scopes: &Permissions) -> bool {
        self.behaviour.testing_mode && !scopes.iter().all(|p| p.is_sign_in())
    }

    /// The ID token, forged if a forgery waits. `None` when the account is gone.
    pub(crate) fn issue_id_token(
        &mut self,
        issuer: &str,
        grant: &GrantKey,
        scopes: &Permissions,
        nonce: Option<&str>,
        access_token: &str,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let forge = self.next_forgery();
        let (sub, client_id) = grant;
        let account = self.account(sub)?;
        let claims =
            Assertion { issuer, client_id, account, scopes, nonce, access_token, now }.claims();
        let secret = self.clients.get(client_id).map(|client| client.secret.as_str());
        let text = mint(claims, &self.keys.current, secret.unwrap_or_default(), &forge);
        self.ledger.issued.id_tokens.push(text.clone());
        Some(text)
    }

    fn next_forgery(&mut self) -> IdTokenForge {
        let Some((forge, times)) = self.forgeries.first_mut() else {
            return IdTokenForge::default();
        };
        let forge = forge.clone();
        if let Some(times) = times {
            *times -= 1;
            if *times == 0 {
                self.forgeries.remove(0);
            }
        }
        forge
    }
}
