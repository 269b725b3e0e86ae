//! What the verbs about Google have in common, and nothing that only one domain needs.

use std::sync::Arc;

use google::Google;
use model::ScopeSet;
use store::Store;
use vault::KeyRing;

use crate::clock::Clock;

/// Where things are kept, who is asked, and what seals. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    pub(crate) store: Store,
    pub(crate) google: Google,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) clock: Clock,
    /// The permissions that the operator allows to be asked for.
    pub(crate) offered: Arc<ScopeSet>,
}

impl Context {
    /// Kept in `store`, sealed with `keys`, asking Google for nothing but `offered`.
    pub fn new(
        store: Store,
        google: Google,
        keys: KeyRing,
        clock: Clock,
        offered: ScopeSet,
    ) -> Context {
        Context { store, google, keys: Arc::new(keys), clock, offered: Arc::new(offered) }
    }
}
