//! google.revoke: tells Google to forget a token, as often as it takes.

use model::{AlertKind, RevocationId};

use crate::caller;
use crate::error::Result;
use crate::grants::Grants;
use crate::grants::call_failure::retry_after;
use crate::jobs::attempt::{Attempt, JobError};
use crate::sealing::revocation_aad;

impl Grants {
    /// Tells Google about a token that is to be forgotten. From here on there is no way back.
    pub(crate) async fn revoke_token(
        &self,
        id: RevocationId,
        attempt: Attempt,
    ) -> Result<(), JobError> {
        let Some(revocation) = self.context.store.begin_revocation(id).await? else {
            return Ok(());
        };
        let token = match self.context.keys.open(&revocation.token, revocation_aad(&id.to_string()))
        {
            Ok(token) => token,
            Err(error) => {
                tracing::error!(revocation = %id, %error, "decrypting a token to revoke failed");
                self.alerts.raise(AlertKind::KeyMissing).await;
                let at = attempt.next_at(None, self.context.clock.now())?;
                return Err(JobError::Retry { why: "unreadable", at });
            }
        };
        let told = self.context.google.revoke(&token, self.context.clock.now()).await;
        let now = self.context.clock.now();
        if let Err(error) = told {
            tracing::warn!(%error, "revocation request failed");
            self.alerts.raise_for(&error).await;
            let at = attempt.next_at(retry_after(&error), now)?;
            return Err(JobError::Retry { why: error.call_result().as_str(), at });
        }
        self.context.store.save_revoked(id, &caller::entry_of_google(now)?, now).await?;
        Ok(())
    }
}
