//! The stand-in's world: accounts, clients, grants, keys, clock and faults behind one lock.
//! `World` is what tests hold; the endpoints work on the `State` inside.

pub(crate) mod account;
pub(crate) mod behaviour;
pub(crate) mod client;
mod clock;
pub(crate) mod ledger;
pub(crate) mod permission;
pub(crate) mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::fault::{Endpoint, Fault};
use crate::id_token::{self, IdTokenForge};
use crate::security_event::{EventKind, Naming, SecurityEvent};
use crate::service_account;
use crate::settings::Settings;
use crate::smtp::Mail;
use account::Account;
use behaviour::Behaviour;
use client::Client;
use ledger::{GrantView, Issued};
use permission::Permission;
use state::State;

/// A handle to the shared state. Cheap to clone; every method returns at once.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    base: String,
    settings: Settings,
    state: Mutex<State>,
}

impl World {
    pub(crate) fn new(base: String, settings: Settings) -> World {
        let state = Mutex::new(State::new(&settings));
        World(Arc::new(Inner { base, settings, state }))
    }

    /// The issuer: `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.0.base
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call and takes the fault that waits for it, if one does.
    pub(crate) fn begin_call(&self, endpoint: Endpoint) -> Option<Fault> {
        let mut state = self.state();
        *state.calls.entry(endpoint).or_default() += 1;
        let waiting = state.faults.iter().position(|fault| fault.endpoint == endpoint)?;
        let fault = state.faults[waiting].clone();
        if let Some(times) = &mut state.faults[waiting].times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                state.faults.remove(waiting);
            }
        }
        Some(fault)
    }

    /// The sandbox's time. Pass it to code under test that must agree with the tokens.
    pub fn now(&self) -> DateTime<Utc> {
        self.state().clock.now()
    }

    /// Moves the sandbox's time forward.
    pub fn advance(&self, by: Duration) {
        self.state().clock.advance(by);
    }

    /// The accounts, in the order of the chooser.
    pub fn accounts(&self) -> Vec<Account> {
        self.state().accounts.clone()
    }

    /// Adds an account, or replaces the one with the same subject.
    pub fn add_account(&self, account: Account) {
        let mut state = self.state();
        state.accounts.retain(|known| known.sub != account.sub);
        state.accounts.push(account);
    }

    /// Lets the owner, or Google, change an account. False when there is no such subject.
    pub fn edit_account(&self, sub: &str, edit: impl FnOnce(&mut Account)) -> bool {
        match self.state().accounts.iter_mut().find(|account| account.sub == sub) {
            Some(account) => {
                edit(account);
                true
            }
            None => false,
        }
    }

    /// The owner changes the password: refresh tokens with Gmail permissions die
    /// (docs/google-facts.md 1.9).
    pub fn change_password(&self, sub: &str) {
        self.state()
            .ledger
            .refresh_tokens
            .retain(|_, token| token.grant.0 != sub || !token.scopes.iter().any(|p| p.is_gmail()));
    }

    /// Registers a client, or replaces the one with the same id.
    pub fn register_client(&self, client: Client) {
        self.state().clients.insert(client.id.clone(), client);
    }

    /// Allows another exact redirect address for the client that the sandbox started with.
    pub fn register_redirect_uri(&self, uri: impl Into<String>) {
        let id = &self.0.settings.client_id;
        if let Some(client) = self.state().clients.get_mut(id) {
            client.redirect_uris.push(uri.into());
        }
    }

    /// Changes lasting habits.
    pub fn adjust(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state().behaviour);
    }

    pub fn behaviour(&self) -> Behaviour {
        self.state().behaviour.clone()
    }

    /// Lets something go wrong. Faults of one endpoint happen in the order they were injected.
    pub fn inject(&self, fault: Fault) {
        if fault.times != Some(0) {
            self.state().faults.push(fault);
        }
    }

    /// The faults still to come.
    pub fn faults(&self) -> Vec<Fault> {
        self.state().faults.clone()
    }

    /// Ends all faults and forgeries.
    pub fn clear_faults(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.forgeries.clear();
    }

    /// Forges the next ID tokens: that many, or all until cleared.
    pub fn forge_id_token(&self, forge: IdTokenForge, times: Option<u32>) {
        if times != Some(0) {
            self.state().forgeries.push((forge, times));
        }
    }

    /// How many requests reached the endpoint, failed ones included.
    pub fn calls(&self, endpoint: Endpoint) -> u64 {
        self.state().calls.get(&endpoint).copied().unwrap_or_default()
    }

    /// The counts of every endpoint called so far.
    pub fn all_calls(&self) -> Vec<(Endpoint, u64)> {
        self.state().calls.iter().map(|(endpoint, count)| (*endpoint, *count)).collect()
    }

    /// The mail that was taken, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.state().mails.clone()
    }

    /// Throws the mail away.
    pub fn clear_mails(&self) {
        self.state().mails.clear();
    }

    /// What was granted to whom, ended grants included.
    pub fn grants(&self) -> Vec<GrantView> {
        let state = self.state();
        state.ledger.views(state.clock.now())
    }

    /// An access token for the client that the sandbox started with, as if the owner of the
    /// account had agreed to sign in a moment ago: for crowds, whose trips would take too long.
    pub fn issue_access_token(&self, sub: &str) -> String {
        let mut state = self.state();
        let now = state.clock.now();
        let grant = (sub.to_owned(), self.0.settings.client_id.clone());
        let scopes = Permission::ALL.into_iter().filter(|p| p.is_sign_in()).collect();
        state.ledger.grant(&grant, &scopes, now);
        state.issue_access_token(&grant, &scopes, now)
    }

    /// The user removes access on their Google account page, for every client. Whoever listens to
    /// events is told so twice: once of the account, once of its newest token (docs/google-facts.md
    /// 5.3).
    pub fn remove_access(&self, sub: &str) {
        let mut events = vec![SecurityEvent::about(sub, EventKind::TokensRevoked)];
        {
            let mut state = self.state();
            let now = state.clock.now();
            let tokens = &state.ledger.refresh_tokens;
            let newest = tokens
                .iter()
                .filter(|(_, token)| token.grant.0 == sub)
                .max_by_key(|(_, token)| token.order)
                .map(|(text, _)| SecurityEvent::token_revoked(text, Naming::Hash));
            events.extend(newest);
            let grants = state.ledger.grants.keys();
            let keys: Vec<_> = grants.filter(|key| key.0 == sub).cloned().collect();
            for key in keys {
                state.ledger.revoke(&key, now);
            }
        }
        self.push_in_background(events);
    }

    /// Whether an access or refresh token works now.
    pub fn is_live(&self, token: &str) -> bool {
        let state = self.state();
        state.ledger.grant_of(token, state.clock.now()).is_some()
    }

    /// Every code and token string ever issued, for leak tests.
    pub fn issued(&self) -> Vec<String> {
        let Issued { codes, access_tokens, refresh_tokens, id_tokens } = self.issued_by_kind();
        [codes, access_tokens, refresh_tokens, id_tokens].concat()
    }

    /// The same, by kind and in order of issue.
    pub fn issued_by_kind(&self) -> Issued {
        self.state().ledger.issued.clone()
    }

    /// A new key begins to sign; the old one stays published or is withdrawn.
    pub fn rotate_keys(&self, keep_old: bool) {
        self.state().keys.rotate(keep_old);
    }

    /// A signed security event for the client the sandbox started with (docs/google-facts.md 5).
    pub fn sign_event(&self, event: &SecurityEvent) -> String {
        let state = self.state();
        let claims = event.claims(self.base(), &self.0.settings.client_id, state.clock.now());
        let mut forge = event.forge.clone();
        forge.header_overrides.entry("typ").or_insert_with(|| "secevent+jwt".into());
        id_token::mint(claims, &state.keys.current, &self.0.settings.client_secret, &forge)
    }

    /// The JSON key file of the service account that may manage the event stream.
    pub fn service_account(&self) -> String {
        service_account::key_file()
    }

    /// Back to the beginning: accounts, clients, time, keys, faults, counts.
    pub fn reset(&self) {
        *self.state() = State::new(&self.0.settings);
    }
}
