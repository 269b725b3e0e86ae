//! Exchange of keys: who needs which key, everything sealed anew under the newest, and a look
//! whether everything opens.
//!
//! A rotation keeps no notes: what is left to do is what still names another key, so it may be
//! killed at any moment and begun again.

use std::collections::BTreeMap;
use std::fmt;
use std::slice::Iter;

use secrecy::ExposeSecret;
use store::{Resealed, RowId, SealedColumn, SealedRow, Store};
use vault::{KeyId, KeyRing, OpenError};

use crate::error::Result;
use crate::sealing::associated_data;

/// How often a rotation looks again for values that others held while it passed.
const PASSES: u32 = 3;

/// The operator's verbs about keys.
#[derive(Clone, Debug)]
pub struct Keys {
    store: Store,
    ring: KeyRing,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It seals, and opens what it sealed.
    Seals,
    /// It only opens what it sealed when it was the first.
    Opens,
    /// It is not in the ring: what it sealed cannot be opened.
    Missing,
}

/// A key and the values that cannot be opened without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The key's name; `None` stands for values that name none, because they are no envelopes.
    pub key: Option<KeyId>,
    /// What it is for.
    pub role: Role,
    /// How many values of each column it sealed, where there are any.
    pub values: BTreeMap<SealedColumn, u64>,
}

impl KeyUse {
    /// How many values it sealed.
    pub fn total(&self) -> u64 {
        self.values.values().sum()
    }
}

/// A value that does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub column: SealedColumn,
    pub row: RowId,
    /// The key that it names, if it names one.
    pub key: Option<KeyId>,
    /// Why it does not open.
    pub reason: OpenError,
}

impl Unreadable {
    fn new(column: SealedColumn, sealed: SealedRow, reason: OpenError) -> Unreadable {
        let key = KeyId::of_header(sealed.value.as_bytes());
        Unreadable { column, row: sealed.row, key, reason }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_ref().map_or("none", KeyId::as_str);
        write!(f, "{}, row {}, key {key}: {}", self.column, self.row, self.reason)
    }
}

/// What became of one batch of values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Values that opened, and in a rotation were sealed anew.
    pub done: u64,
    /// Values that somebody wrote or removed in the very moment, which is as good.
    pub overtaken: u64,
    /// Values that do not open. They are left as they are.
    pub unreadable: Vec<Unreadable>,
}

impl Keys {
    /// The keys of what is kept in `store`.
    pub fn new(store: Store, ring: KeyRing) -> Keys {
        Keys { store, ring }
    }

    /// Every key, in the order of the ring, then those that are missing from it, each with the
    /// values that need it.
    pub async fn uses(&self) -> Result<Vec<KeyUse>> {
        let mut counted: BTreeMap<Option<KeyId>, BTreeMap<SealedColumn, u64>> = BTreeMap::new();
        for column in SealedColumn::ALL {
            for count in self.store.count_sealed(*column).await? {
                let key = KeyId::of_header(&count.header);
                let values = counted.entry(key).or_default().entry(*column).or_default();
                *values += count.values.unsigned_abs();
            }
        }
        let mut uses = Vec::new();
        for id in self.ring.ids() {
            let role = if id == self.ring.sealing_id() { Role::Seals } else { Role::Opens };
            let key = Some(id.clone());
            let values = counted.remove(&key).unwrap_or_default();
            uses.push(KeyUse { key, role, values });
        }
        let missing = counted.into_iter();
        uses.extend(missing.map(|(key, values)| KeyUse { key, role: Role::Missing, values }));
        Ok(uses)
    }

    /// Begins to seal everything anew that another key than the newest has sealed.
    pub fn rotation(&self, batch: u32) -> Rotation<'_> {
        Rotation {
            keys: self,
            header: self.ring.sealing_id().header(),
            walk: SealedRowCursor::new(batch),
            pass: 1,
            overtaken: 0,
        }
    }

    /// Begins to open everything.
    pub fn verification(&self, batch: u32) -> Verification<'_> {
        Verification { keys: self, walk: SealedRowCursor::new(batch) }
    }
}

/// A rotation under way. Holds one batch at a time, and nothing between two of them.
#[derive(Debug)]
pub struct Rotation<'a> {
    keys: &'a Keys,
    /// What is sealed with the newest key begins with this.
    header: Vec<u8>,
    walk: SealedRowCursor,
    pass: u32,
    /// Values of this pass that somebody else held.
    overtaken: u64,
}

impl Rotation<'_> {
    /// Seals the next batch anew; `None` once there is nothing left.
    ///
    /// Safe beside everybody else: a value is replaced only if it still is what was read, and
    /// whoever wrote it in between has sealed it with their newest key.
    pub async fn next(&mut self) -> Result<Option<Batch>> {
        loop {
            let found = self.walk.next(&self.keys.store, Some(&self.header)).await?;
            if let Some((column, rows)) = found {
                return self.reseal(column, rows).await.map(Some);
            }
            if self.overtaken == 0 || self.pass == PASSES {
                return Ok(None);
            }
            self.walk = SealedRowCursor::new(self.walk.batch);
            self.pass += 1;
            self.overtaken = 0;
        }
    }

    async fn reseal(&mut self, column: SealedColumn, rows: Vec<SealedRow>) -> Result<Batch> {
        let Keys { store, ring } = self.keys;
        let mut batch = Batch::default();
        let mut resealed = Vec::with_capacity(rows.len());
        for sealed in rows {
            let row = sealed.row.to_string();
            match ring.open(&sealed.value, associated_data(column, &row)) {
                Ok(secret) => {
                    let new = ring.seal(secret.expose_secret(), associated_data(column, &row))?;
                    resealed.push(Resealed { row: sealed.row, old: sealed.value, new });
                }
                // The first pass has said so already.
                Err(_) if self.pass > 1 => {}
                Err(reason) => batch.unreadable.push(Unreadable::new(column, sealed, reason)),
            }
        }
        batch.done = store.save_resealed(column, &resealed).await?;
        batch.overtaken = resealed.len() as u64 - batch.done;
        self.overtaken += batch.overtaken;
        Ok(batch)
    }
}

/// A verification under way. Holds one batch at a time.
#[derive(Debug)]
pub struct Verification<'a> {
    keys: &'a Keys,
    walk: SealedRowCursor,
}

impl Verification<'_> {
    /// Opens the next batch; `None` once everything was opened.
    pub async fn next(&mut self) -> Result<Option<Batch>> {
        let Keys { store, ring } = self.keys;
        let Some((column, rows)) = self.walk.next(store, None).await? else { return Ok(None) };
        let mut batch = Batch::default();
        for sealed in rows {
            match ring.open(&sealed.value, associated_data(column, &sealed.row.to_string())) {
                Ok(_) => batch.done += 1,
                Err(reason) => batch.unreadable.push(Unreadable::new(column, sealed, reason)),
            }
        }
        Ok(Some(batch))
    }
}

/// A way through all sealed values, column by column and row by row.
#[derive(Debug)]
struct SealedRowCursor {
    batch: u32,
    to_come: Iter<'static, SealedColumn>,
    /// The column and the last row that was seen of it.
    at: Option<(SealedColumn, RowId)>,
}

impl SealedRowCursor {
    fn new(batch: u32) -> SealedRowCursor {
        let mut to_come = SealedColumn::ALL.iter();
        let at = to_come.next().map(|column| (*column, column.before_all()));
        SealedRowCursor { batch, to_come, at }
    }

    async fn next(
        &mut self,
        store: &Store,
        but: Option<&[u8]>,
    ) -> Result<Option<(SealedColumn, Vec<SealedRow>)>> {
        while let Some((column, last)) = &mut self.at {
            let rows = store.list_sealed(*column, last, but, self.batch.into()).await?;
            if let Some(newest) = rows.last() {
                *last = newest.row.clone();
                return Ok(Some((*column, rows)));
            }
            self.at = self.to_come.next().map(|column| (*column, column.before_all()));
        }
        Ok(None)
    }
}
