//! revoke: what Google is to be told to forget, sealed until its job tells it.

use chrono::{DateTime, Utc};
use model::{Receipt, RevocationId, Subject, UndoKind};
use secrecy::{ExposeSecret, SecretString};
use store::{NewRevocation, UndoWindow};

use crate::connections::undo_payload::UndoPayload;
use crate::error::Result;
use crate::grants::Grants;
use crate::random;
use crate::sealing::{kept_aad, revocation_aad};

impl Grants {
    /// The revocation to tell Google that it should forget a token, with what the token may still
    /// be wanted for, until when.
    pub(crate) fn new_revocation(
        &self,
        subject: &Subject,
        token: &SecretString,
        way_back: Option<(UndoKind, UndoPayload, DateTime<Utc>)>,
        receipt: Option<Receipt>,
    ) -> Result<NewRevocation> {
        let id = RevocationId(random::id(self.context.clock.now())?);
        let row = id.to_string();
        let undo = match way_back {
            Some((way_back, payload, until)) => {
                let kept = self.context.keys.seal(&payload.to_text()?, kept_aad(&row))?;
                Some(UndoWindow { way_back, kept, until })
            }
            None => None,
        };
        Ok(NewRevocation {
            id,
            token: self.context.keys.seal(token.expose_secret(), revocation_aad(&row))?,
            subject_hash: random::sha256(subject.as_str()),
            undo,
            receipt,
        })
    }
}
