//! The site's mail: sealed into the outbox beside what it reports, sent by the worker.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use mail::{Envelope, Mailer};
use model::{Email, MailId, MailKind, UserId};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use store::{PendingMail, QueuedMail, SealedColumn, Store};
use tokio::sync::Notify;
use url::Url;
use vault::{AssociatedData, KeyRing};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::random;
use crate::sealing::associated_data;

/// Mails that are sent at once.
const AT_ONCE: usize = 4;
const BATCH: i64 = 20;
/// How long a claim holds before another process may take it over: longer than a batch can last.
const LEASE: TimeDelta = TimeDelta::minutes(10);
/// The first wait after a failure; each further one doubles it.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest wait between two tries.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);
/// How long the receipts of mail are kept, for an operator who is asked for them.
const RECEIPTS_KEPT: TimeDelta = TimeDelta::days(30);

/// What a mail says in particular. Sealed as a whole, because the token is a key to an account.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct MailParams {
    /// The token of a link.
    pub(crate) token: Option<String>,
    /// A mail address, masked.
    pub(crate) address: Option<String>,
}

/// The verbs of mail. Cheap to clone.
#[derive(Clone)]
pub struct MailOutbox {
    store: Store,
    keys: Arc<KeyRing>,
    clock: Clock,
    mailer: Option<Arc<Mailer>>,
    /// The site's address: the only one that links are made from, whatever a request says of it.
    site: Url,
    /// Tells the worker that there is mail to send now.
    wake: Arc<Notify>,
}

fn letter_aad(row: &str) -> AssociatedData<'_> {
    associated_data(SealedColumn::QueuedMail, row)
}

impl MailOutbox {
    /// Mail kept in `store` with links to `site`. Without a mailer none is sent.
    pub fn new(
        store: Store,
        keys: KeyRing,
        clock: Clock,
        mailer: Option<Mailer>,
        site: Url,
    ) -> MailOutbox {
        let (keys, mailer) = (Arc::new(keys), mailer.map(Arc::new));
        MailOutbox { store, keys, clock, mailer, site, wake: Arc::default() }
    }

    /// Whether the operator has switched mail on.
    pub fn is_on(&self) -> bool {
        self.mailer.is_some()
    }

    /// A mail about a user, to be queued with what it reports.
    pub(crate) fn letter(
        &self,
        kind: MailKind,
        user: UserId,
        to: Option<Email>,
        particulars: &MailParams,
    ) -> Result<QueuedMail> {
        let id = MailId(random::id(self.clock.now())?);
        let text = serde_json::to_string(particulars).map_err(|_| Error::Corrupt("mail"))?;
        let parameters = Some(self.keys.seal(&text, letter_aad(&id.to_string()))?);
        Ok(QueuedMail { id, kind, user, to, parameters })
    }

    /// Tells the worker that something was queued.
    pub(crate) fn posted(&self) {
        self.wake.notify_one();
    }

    /// Resolves when there is mail for the worker.
    pub async fn work_available(&self) {
        self.wake.notified().await;
    }

    /// Sends mail that is due, a few at a time, and says how much there was. Where mail is off, it
    /// is thrown away: a mail of last month helps nobody once it is switched on.
    pub async fn send_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let Some(mailer) = &self.mailer else {
            self.store.give_up_letters(now).await?;
            return Ok(0);
        };
        let due = self.store.claim_letters(now, now + LEASE, BATCH).await?;
        let count = due.len();
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, async |letter| {
                if let Err(error) = self.send(mailer, &letter).await {
                    tracing::error!(mail = %letter.id, %error, "storing the mail status failed");
                }
            })
            .await;
        Ok(count)
    }

    async fn send(&self, mailer: &Mailer, letter: &PendingMail) -> Result<()> {
        let envelope = Envelope {
            id: letter.id,
            to: letter.to.clone(),
            locale: letter.locale,
            written_at: letter.created_at,
        };
        let sent = match self.opened(letter) {
            Ok(opened) => mailer.send(&envelope, &opened).await.map_err(|error| {
                tracing::warn!(mail = %letter.id, %error, "sending the mail failed");
                matches!(error, mail::Error::Recipient | mail::Error::Refused(_))
            }),
            Err(error) => {
                tracing::error!(mail = %letter.id, %error,
                    "decrypting the mail failed; is a key missing from ENCRYPTION_KEYS?");
                Err(false)
            }
        };
        let now = self.clock.now();
        let due_at = now + wait(letter.tries);
        match sent {
            Ok(()) => self.store.save_letter_sent(letter.id, now).await?,
            Err(false) if due_at < letter.useless_at => {
                self.store.save_letter_retry(letter.id, due_at).await?;
            }
            Err(_) => {
                tracing::error!(mail = %letter.id, kind = letter.kind.as_str(),
                    tries = letter.tries + 1, "giving up on the mail");
                self.store.save_letter_given_up(letter.id, now).await?;
            }
        }
        Ok(())
    }

    /// What a mail says, with its links.
    fn opened(&self, letter: &PendingMail) -> Result<mail::MailContent> {
        let MailParams { token, address } = match &letter.parameters {
            None => MailParams::default(),
            Some(sealed) => {
                let text = self.keys.open(sealed, letter_aad(&letter.id.to_string()))?;
                serde_json::from_str(text.expose_secret()).map_err(|_| Error::Corrupt("mail"))?
            }
        };
        let new = address.unwrap_or_default();
        Ok(match letter.kind {
            MailKind::Connected => {
                mail::MailContent::Connected { cabinet: self.page("/dashboard/") }
            }
            MailKind::Disconnected => mail::MailContent::Disconnected { history: self.history() },
            MailKind::NeedsReconnect => {
                mail::MailContent::NeedsReconnect { cabinet: self.page("/dashboard/") }
            }
            MailKind::AddressRequested => mail::MailContent::AddressRequested {
                new,
                account: self.page("/dashboard/account/"),
            },
            MailKind::AddressProof => {
                mail::MailContent::AddressProof { link: self.link("/address/confirm/", token)? }
            }
            MailKind::AddressInUse => {
                mail::MailContent::AddressInUse { login: self.page("/login/") }
            }
            MailKind::AddressChanged => mail::MailContent::AddressChanged {
                new,
                link: self.link("/address/restore/", token)?,
            },
            MailKind::AddressRestored => {
                mail::MailContent::AddressRestored { history: self.history() }
            }
        })
    }

    fn page(&self, path: &str) -> Url {
        let mut page = self.site.clone();
        page.set_path(path);
        page
    }

    fn history(&self) -> Url {
        self.page("/dashboard/history/")
    }

    fn link(&self, path: &str, token: Option<String>) -> Result<Url> {
        let token = token.ok_or(Error::Corrupt("mail"))?;
        let mut link = self.page(path);
        link.query_pairs_mut().append_pair("token", &token);
        Ok(link)
    }

    /// Forgets receipts that nobody will ask for.
    pub async fn purge(&self) -> Result<()> {
        let before: DateTime<Utc> = self.clock.now() - RECEIPTS_KEPT;
        self.store.purge_letters(before).await?;
        Ok(())
    }
}

/// Doubles with every failure, up to the longest wait.
fn wait(failures: i64) -> TimeDelta {
    let doublings = u32::try_from(failures).unwrap_or(u32::MAX).min(16);
    (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT)
}
