//! The user's picture, copied here so that no page of ours sends a browser to Google.
//!
//! The address comes from outside, so this is where server-side request forgery would happen:
//! `guard` decides where we may go, `media` what we keep; `source` fetches, with a client whose names
//! lead to the public internet alone.

mod guard;
mod media;
mod source;

use crate::{Error, Google};

pub(crate) use source::Source;

/// A picture whose first bytes say that it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// One of `image/png`, `image/jpeg`, `image/webp`, `image/gif`, from the bytes themselves.
    pub media_type: &'static str,
    /// The picture, at most 2 MiB.
    pub bytes: Vec<u8>,
}

impl Google {
    /// Downloads a picture from the address that [`Userinfo`](crate::Userinfo) gave.
    ///
    /// # Errors
    /// [`Error::Protocol`] for an address that is neither Google's nor the operator's, for more
    /// than 2 MiB and for anything that is not a PNG, JPEG, WebP or GIF.
    pub async fn picture(&self, url: &str) -> Result<Picture, Error> {
        let bytes = self.inner.pictures.fetch(url).await?;
        let media_type =
            media::sniff(&bytes).ok_or(Error::Protocol { what: "unsupported picture format" })?;
        Ok(Picture { media_type, bytes })
    }
}
