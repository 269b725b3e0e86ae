//! What a sync changed, as the history tells it.

use model::{Change, Field, SyncId, UserId};

use crate::engine::Store;
use crate::error::{Error, Result};

/// A sync's changes, and which of them were taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub sync: SyncId,
    pub changes: Vec<Change>,
    /// The fields that the user took back.
    pub undone: Vec<Field>,
}

/// Reads the two lists of a sync, which both engines give as text.
pub(crate) fn lists_of(changes: &str, undone: &str) -> Result<(Vec<Change>, Vec<Field>)> {
    let bad = |column| Error::bad_row("syncs", column);
    Ok((
        serde_json::from_str(changes).map_err(|_| bad("changes"))?,
        serde_json::from_str(undone).map_err(|_| bad("undone"))?,
    ))
}

impl Store {
    /// What one of a user's syncs changed, if the sync is theirs and its connection still exists.
    pub async fn find_diff(&self, user: UserId, sync: SyncId) -> Result<Option<Diff>> {
        const SQL: &str = "select cast(s.changes as text), cast(s.undone as text) from syncs s
            join connections c on c.id = s.connection_id where s.id = $1 and c.user_id = $2";
        let row: Option<(String, String)> = read!(self, |db| {
            sqlx::query_as(SQL).bind(sync.0).bind(user.0).fetch_optional(db).await
        })?;
        row.map(|(changes, undone)| {
            let (changes, undone) = lists_of(&changes, &undone)?;
            Ok(Diff { sync, changes, undone })
        })
        .transpose()
    }
}
