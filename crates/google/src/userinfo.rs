//! The user's profile as Google has it now (OpenID Connect Core section 5.3, docs/google-facts.md
//! 2.5).

use chrono::{DateTime, Utc};
use model::Subject;
use secrecy::SecretString;
use serde::Deserialize;

use crate::id_token::verified;
use crate::{Error, Google};

/// What the userinfo endpoint says. Any field may be withheld, by the user or the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Userinfo {
    /// The name as a whole.
    pub name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// The address of a picture, for [`Google::picture`].
    pub picture: Option<String>,
    /// The mail address at this moment.
    pub email: Option<String>,
    /// Whether Google verified that address; anything but true or `"true"` is false.
    #[serde(default, deserialize_with = "verified")]
    pub email_verified: bool,
    /// A BCP 47 tag; Google may have stopped sending it.
    pub locale: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    sub: String,
    #[serde(flatten)]
    userinfo: Userinfo,
}

impl Google {
    /// Reads the profile that an access token opens.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] when the token is not accepted; [`Error::Protocol`] when the answer
    /// is about somebody else than `expected` (OpenID Connect Core section 5.3.2).
    pub async fn userinfo(
        &self,
        access: &SecretString,
        expected: &Subject,
        now: DateTime<Utc>,
    ) -> Result<Userinfo, Error> {
        let metadata = self.inner.metadata(now).await.map_err(Error::into_unavailable)?;
        let answer: Answer = self.inner.http.get_api(&metadata.userinfo_endpoint, access).await?;
        if answer.sub != expected.as_str() {
            return Err(Error::Protocol { what: "a profile of another account" });
        }
        Ok(answer.userinfo)
    }
}
