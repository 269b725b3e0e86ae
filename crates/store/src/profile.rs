//! What the user typed, what Google has, and the picture.

use std::collections::BTreeMap;

use model::{Field, GoogleValues, OwnValues, UserId};
use serde::Deserialize;

use crate::{Error, Result, Store};

/// A picture from Google, as bytes that we serve ourselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avatar {
    /// Names the bytes; part of the picture's address here.
    pub hash: String,
    /// One of the few image types that we pass on.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The user's own values and Google's, in one answer. `$1` is the user.
macro_rules! both_values {
    () => {
        "select field, value, 'user' as source from profile_values where user_id = $1
        union all
        select g.field, g.value, 'google' from google_values g
            join connections c on c.id = g.connection_id where c.user_id = $1"
    };
}
pub(crate) use both_values;

/// The same as a statement of its own.
pub(crate) const BOTH: &str = both_values!();

#[derive(Deserialize, sqlx::FromRow)]
pub(crate) struct ValueRow {
    field: String,
    value: String,
    source: String,
}

pub(crate) fn sorted(rows: Vec<ValueRow>) -> Result<(OwnValues, GoogleValues)> {
    let (mut own, mut google) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        let is_google = row.source == "google";
        let table = if is_google { "google_values" } else { "profile_values" };
        let field = Field::from_word(&row.field).ok_or_else(|| Error::bad_row(table, "field"))?;
        let values = if is_google { &mut google } else { &mut own };
        values.insert(field, row.value);
    }
    Ok((OwnValues(own), GoogleValues(google)))
}

impl Store {
    /// What a user typed and what Google last had of them.
    pub async fn find_values(&self, user: UserId) -> Result<(OwnValues, GoogleValues)> {
        let rows = read!(self, |db| sqlx::query_as(BOTH).bind(user.0).fetch_all(db).await)?;
        sorted(rows)
    }

    /// A user's picture, if it is still the one with this hash.
    pub async fn find_avatar(&self, user: UserId, hash: &str) -> Result<Option<Avatar>> {
        const SQL: &str = "select a.hash, a.media_type, a.bytes from avatars a
            join connections c on c.id = a.connection_id where c.user_id = $1 and a.hash = $2";
        let row: Option<(String, String, Vec<u8>)> = read!(self, |db| {
            sqlx::query_as(SQL).bind(user.0).bind(hash).fetch_optional(db).await
        })?;
        Ok(row.map(|(hash, media_type, bytes)| Avatar { hash, media_type, bytes }))
    }
}
