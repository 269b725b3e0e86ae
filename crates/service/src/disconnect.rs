//! disconnect: everything from Google goes at once; Google is told when it can be reached.

use model::{RevocationId, UserId};
use secrecy::ExposeSecret;
use store::Unlinked;

use crate::gmail::{access_place, refresh_place};
use crate::revoke::revocation_place;
use crate::{Error, Gmail, Result, random};

/// What became of a disconnection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnected {
    /// The connection and all that came from it are gone.
    Done,
    /// There was none.
    NotConnected,
}

impl Gmail {
    /// Forgets a user's connection and everything that came from it, and queues the revocation.
    pub async fn disconnect(&self, user: UserId) -> Result<Disconnected> {
        // The token may be refreshed in between; then the newer one is the one to revoke.
        for _ in 0..5 {
            let Some(grant) = self.store.find_grant(user).await? else {
                return Ok(Disconnected::NotConnected);
            };
            let now = self.clock.now();
            let row = grant.connection.to_string();
            // Revoking the refresh token ends the whole grant (GOOGLE.md 1.7).
            let opened = match &grant.refresh {
                Some(sealed) => self.keys.open(sealed, refresh_place(&row)),
                None => self.keys.open(&grant.access, access_place(&row)),
            };
            let revocation = match opened {
                // Google has told us that they are dead, and we have destroyed them.
                Ok(token) if token.expose_secret().is_empty() => None,
                Ok(token) => {
                    let id = RevocationId(random::id(now)?);
                    let place = id.to_string();
                    Some((id, self.keys.seal(token.expose_secret(), revocation_place(&place))?))
                }
                Err(error) => {
                    tracing::error!(connection = %grant.connection, %error,
                        "a token that cannot be opened is forgotten without telling Google");
                    None
                }
            };
            let unlinked = self
                .store
                .unlink(
                    user,
                    grant.connection,
                    grant.generation,
                    revocation.as_ref(),
                    random::id(now)?,
                    now,
                )
                .await?;
            match unlinked {
                Unlinked::Done => {
                    self.wake.notify_one();
                    return Ok(Disconnected::Done);
                }
                Unlinked::NotConnected => return Ok(Disconnected::NotConnected),
                Unlinked::Changed => {}
            }
        }
        Err(Error::Contention)
    }
}
