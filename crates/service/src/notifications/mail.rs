//! The site's mail: what it says, sealed until its job sends it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mail::Mailer;
use model::{Email, MailId, MailKind, UserId};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use store::{PendingMail, QueuedMail, SealedColumn, Store};
use url::Url;
use vault::{AssociatedData, KeyRing};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::random;
use crate::sealing::associated_data;

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
    pub(crate) store: Store,
    keys: Arc<KeyRing>,
    pub(crate) clock: Clock,
    pub(crate) mailer: Option<Arc<Mailer>>,
    /// The site's address: the only one that links are made from, whatever a request says of it.
    site: Url,
}

fn mail_aad(row: &str) -> AssociatedData<'_> {
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
        MailOutbox { store, keys, clock, mailer, site }
    }

    /// Whether the operator has switched mail on.
    pub fn is_on(&self) -> bool {
        self.mailer.is_some()
    }

    /// A mail about a user, to be queued with what it reports.
    pub(crate) fn mail(
        &self,
        kind: MailKind,
        user: UserId,
        to: Option<Email>,
        particulars: &MailParams,
    ) -> Result<QueuedMail> {
        let id = MailId(random::id(self.clock.now())?);
        let text = serde_json::to_string(particulars).map_err(|_| Error::Corrupt("mail"))?;
        let parameters = Some(self.keys.seal(&text, mail_aad(&id.to_string()))?);
        Ok(QueuedMail { id, kind, user, to, parameters })
    }

    /// What a mail says, with its links.
    pub(crate) fn opened(&self, pending: &PendingMail) -> Result<mail::MailContent> {
        let MailParams { token, address } = match &pending.parameters {
            None => MailParams::default(),
            Some(sealed) => {
                let text = self.keys.open(sealed, mail_aad(&pending.id.to_string()))?;
                serde_json::from_str(text.expose_secret()).map_err(|_| Error::Corrupt("mail"))?
            }
        };
        let new = address.unwrap_or_default();
        Ok(match pending.kind {
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
        self.store.purge_mails(before).await?;
        Ok(())
    }
}
