//! mail.send: hands a mail to the mail server, until it takes it or nobody is helped by it.

use mail::Envelope;
use model::MailId;
use store::PendingMail;

use crate::error::Result;
use crate::jobs::attempt::{Attempt, JobError};
use crate::notifications::mail::MailOutbox;

impl MailOutbox {
    /// Sends a mail that waits. Where mail is off, it is thrown away: a mail of last month helps
    /// nobody once it is switched on.
    pub(crate) async fn send_mail(&self, id: MailId, attempt: Attempt) -> Result<(), JobError> {
        let Some(pending) = self.store.find_waiting_mail(id).await? else { return Ok(()) };
        let Some(mailer) = &self.mailer else {
            self.store.save_mail_given_up(id, self.clock.now()).await?;
            return Ok(());
        };
        let envelope = Envelope {
            id,
            to: pending.to.clone(),
            locale: pending.locale,
            written_at: pending.created_at,
        };
        let opened = match self.opened(&pending) {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(mail = %id, %error,
                    "decrypting the mail failed; is a key missing from ENCRYPTION_KEYS?");
                return self.retry_or_give_up(&pending, attempt, "unreadable").await;
            }
        };
        let Err(error) = mailer.send(&envelope, &opened).await else {
            self.store.save_mail_sent(id, self.clock.now()).await?;
            return Ok(());
        };
        tracing::warn!(mail = %id, %error, "sending the mail failed");
        match error {
            mail::Error::Recipient | mail::Error::Refused(_) => {
                self.give_up(&pending, attempt, "refused").await
            }
            mail::Error::Unavailable(_) => {
                self.retry_or_give_up(&pending, attempt, "unavailable").await
            }
        }
    }

    async fn retry_or_give_up(
        &self,
        pending: &PendingMail,
        attempt: Attempt,
        why: &'static str,
    ) -> Result<(), JobError> {
        let at = attempt.next_at(None, self.clock.now())?;
        if at < pending.useless_at {
            return Err(JobError::Retry { why, at });
        }
        self.give_up(pending, attempt, why).await
    }

    async fn give_up(
        &self,
        pending: &PendingMail,
        attempt: Attempt,
        why: &'static str,
    ) -> Result<(), JobError> {
        tracing::error!(mail = %pending.id, kind = pending.kind.as_str(),
            tries = attempt.failures + 1, "giving up on the mail");
        self.store.save_mail_given_up(pending.id, self.clock.now()).await?;
        Err(JobError::GiveUp { why })
    }
}
