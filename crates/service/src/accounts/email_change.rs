//! The sign-in address: ask for another one, prove it, take the former one back.
//!
//! Whoever holds a session for a moment must not be able to keep the account: the former address
//! is told at once, twice, and has the last word for a week.

use chrono::TimeDelta;
use model::accounts::account::{InvalidPassword, masked};
use model::{Email, MailKind, Password, UserId};
use store::{AddressChange, AddressMove, AddressReturn, Moved, PendingAddress, QueuedMail};

use crate::accounts::{Accounts, Viewer};
use crate::error::Result;
use crate::notifications::mail::{MailOutbox, MailParams};
use crate::rate_limit::{Limit, wait_secs};
use crate::{caller, random};

/// How long the link to a new address works; its mail is worth sending as long.
const PROOF_LIFETIME: TimeDelta = MailKind::AddressProof.lifetime();
/// How long a former address can be taken back.
const FORMER_LIFETIME: TimeDelta = TimeDelta::days(7);
/// How often one user may ask for another address.
const REQUESTS: Limit = Limit { what: "address user", tries: 5, window: TimeDelta::hours(1) };
/// How often one address may be written to because somebody typed it.
const MAILS: Limit = Limit { what: "address mail", tries: 5, window: TimeDelta::days(1) };

/// What the page of the sign-in address shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressPage {
    /// The address that waits for its proof.
    pub pending: Option<PendingAddress>,
    /// The connected Google account's address, where it is another one.
    pub googles: Option<String>,
    /// Whether the site can send mail at all.
    pub is_mail_on: bool,
}

/// Why no other address was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRefusal {
    /// The site sends no mail, so no address can be proved.
    MailOff,
    /// Not a mail address.
    Malformed,
    /// It is the sign-in address already.
    Same,
    /// Asked too often.
    TooMany {
        /// Seconds until it may be asked again.
        wait_secs: i64,
    },
}

/// Why a link did nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    /// Used, cancelled, replaced, over, somebody else's, or never there: the answer does not say.
    Unknown,
    /// Somebody else has the address by now.
    Taken,
}

/// Why a former address was not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreRefusal {
    /// The link did nothing.
    Link(LinkRefusal),
    /// Not an acceptable new password. The link still works.
    Password(InvalidPassword),
}

/// The verbs of the sign-in address. Cheap to clone.
#[derive(Clone)]
pub struct Addresses {
    accounts: Accounts,
    post: MailOutbox,
}

impl Addresses {
    /// The addresses of these accounts, told about by this post.
    pub fn new(accounts: Accounts, post: MailOutbox) -> Addresses {
        Addresses { accounts, post }
    }

    /// What the page of the sign-in address shows.
    pub async fn page(&self, viewer: &Viewer) -> Result<AddressPage> {
        let Accounts { store, clock, .. } = &self.accounts;
        let pending = store.find_address_change(viewer.user, clock.now()).await?;
        let grant = store.find_grant(viewer.user).await?;
        let googles = grant.and_then(|grant| grant.email);
        let is_other = |email: &String| email.to_lowercase() != viewer.email.to_lowercase();
        Ok(AddressPage {
            pending,
            googles: googles.filter(is_other),
            is_mail_on: self.post.is_on(),
        })
    }

    /// Asks for another sign-in address: the present one is told, the new one gets a link. Nothing
    /// changes before that link is used.
    ///
    /// The answer is the same whether or not the new address has an account here; only its owner
    /// learns of it.
    pub async fn request(
        &self,
        viewer: &Viewer,
        typed: &str,
    ) -> Result<Result<(), AddressRefusal>> {
        if !self.post.is_on() {
            return Ok(Err(AddressRefusal::MailOff));
        }
        let Ok(email) = Email::parse(typed) else { return Ok(Err(AddressRefusal::Malformed)) };
        if email.key() == viewer.email.to_lowercase() {
            return Ok(Err(AddressRefusal::Same));
        }
        let Accounts { store, clock, .. } = &self.accounts;
        let now = clock.now();
        if let Some(again_at) = REQUESTS.count(&viewer.user.to_string(), store, now).await? {
            let wait_secs = wait_secs(again_at, now);
            return Ok(Err(AddressRefusal::TooMany { wait_secs }));
        }
        let token = random::token()?;
        let notice = MailParams { address: Some(masked(email.as_str())), token: None };
        let notice = self.post.mail(MailKind::AddressRequested, viewer.user, None, &notice)?;
        let mut mails = vec![notice];
        if MAILS.count(&email.key(), store, now).await?.is_none() {
            mails.push(self.mail_to(&email, viewer.user, &token).await?);
        }
        let change = AddressChange {
            user: viewer.user,
            email,
            token_hash: random::sha256(&token),
            expires_at: now + PROOF_LIFETIME,
            mails,
            entry: caller::entry(now)?,
        };
        store.add_address_change(&change, now).await?;
        Ok(Ok(()))
    }

    /// The mail to an address that somebody wants: the link, or the news to whose it is.
    async fn mail_to(&self, email: &Email, user: UserId, token: &str) -> Result<QueuedMail> {
        match self.accounts.store.find_user(email).await? {
            Some(owner) => {
                let nothing = MailParams::default();
                self.post.mail(MailKind::AddressInUse, owner.id, None, &nothing)
            }
            None => {
                let link = MailParams { token: Some(token.to_owned()), address: None };
                self.post.mail(MailKind::AddressProof, user, Some(email.clone()), &link)
            }
        }
    }

    /// Takes a wish for another address back. False where there was none.
    pub async fn cancel(&self, user: UserId) -> Result<bool> {
        Ok(self.accounts.store.end_address_change(user).await?)
    }

    /// The address that a link would prove for this user.
    pub async fn proposed(&self, user: UserId, token: &str) -> Result<Option<Email>> {
        let Accounts { store, clock, .. } = &self.accounts;
        Ok(store.find_address_of_link(user, &random::sha256(token), clock.now()).await?)
    }

    /// Moves the viewer to the address that their link proves. All other sessions end, and the
    /// former address is told how to take it back.
    pub async fn prove(&self, viewer: &Viewer, token: &str) -> Result<Result<(), LinkRefusal>> {
        let Some(new) = self.proposed(viewer.user, token).await? else {
            return Ok(Err(LinkRefusal::Unknown));
        };
        let Accounts { store, clock, .. } = &self.accounts;
        let now = clock.now();
        let way_back = random::token()?;
        let particulars =
            MailParams { token: Some(way_back.clone()), address: Some(masked(new.as_str())) };
        let moved = AddressMove {
            user: viewer.user,
            token_hash: random::sha256(token),
            session: viewer.session,
            former_token_hash: random::sha256(&way_back),
            former_expires_at: now + FORMER_LIFETIME,
            mail: self.post.mail(MailKind::AddressChanged, viewer.user, None, &particulars)?,
            entry: caller::entry(now)?,
        };
        let done = outcome(store.save_address(&moved, now).await?);
        Ok(done)
    }

    /// The former address that a link would take back. Asks for no session: who took the account
    /// over has it.
    pub async fn former(&self, token: &str) -> Result<Option<Email>> {
        let Accounts { store, clock, .. } = &self.accounts;
        let former = store.find_former_address(&random::sha256(token), clock.now()).await?;
        Ok(former.map(|(_, email)| email))
    }

    /// Takes a former address back: with a new password, and with every session ended.
    pub async fn restore(&self, token: &str, password: &str) -> Result<Result<(), RestoreRefusal>> {
        let Accounts { store, clock, passwords } = &self.accounts;
        let now = clock.now();
        let token_hash = random::sha256(token);
        // First, so that only who has a link can make us hash.
        let Some((user, _)) = store.find_former_address(&token_hash, now).await? else {
            return Ok(Err(RestoreRefusal::Link(LinkRefusal::Unknown)));
        };
        let password = match Password::choose(password) {
            Ok(password) => password,
            Err(fault) => return Ok(Err(RestoreRefusal::Password(fault))),
        };
        let nothing = MailParams::default();
        let returned = AddressReturn {
            user,
            token_hash,
            password_hash: passwords.hash(&password).await?,
            mail: self.post.mail(MailKind::AddressRestored, user, None, &nothing)?,
            entry: caller::entry(now)?,
        };
        let done = outcome(store.restore_address(&returned, now).await?);
        Ok(done.map_err(RestoreRefusal::Link))
    }

    /// Forgets links that are over.
    pub async fn purge(&self) -> Result<()> {
        let Accounts { store, clock, .. } = &self.accounts;
        store.purge_addresses(clock.now()).await?;
        Ok(())
    }
}

fn outcome(moved: Moved) -> Result<(), LinkRefusal> {
    match moved {
        Moved::Done => Ok(()),
        Moved::UnknownLink => Err(LinkRefusal::Unknown),
        Moved::Taken => Err(LinkRefusal::Taken),
    }
}
