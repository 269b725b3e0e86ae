//! Google's tokens: kept sealed, refreshed by one at a time, and revoked.

pub(crate) mod call_failure;
pub(crate) mod refresh;
pub(crate) mod refresh_locks;
pub(crate) mod revocation;

use google::RefreshNames;
use secrecy::SecretString;
use store::RefreshMarks;

use crate::context::Context;
use crate::grants::refresh_locks::RefreshLocks;
use crate::operations::alerts::Alerts;

/// The verbs of what users granted. Cheap to clone.
#[derive(Clone)]
pub struct Grants {
    pub(crate) context: Context,
    pub(crate) alerts: Alerts,
    refresh_locks: RefreshLocks,
}

impl Grants {
    /// Grants of the users in `context`; what only the operator can mend goes to `alerts`.
    pub fn new(context: Context, alerts: Alerts) -> Grants {
        Grants { context, alerts, refresh_locks: RefreshLocks::default() }
    }

    /// By what a refresh token will be found when Google names it.
    pub(crate) fn marks_of(&self, refresh: &SecretString) -> RefreshMarks {
        let RefreshNames { prefix, hash } = RefreshNames::of(refresh);
        RefreshMarks {
            prefix: self.context.keys.mark(PREFIX_MARK, &prefix),
            hash: self.context.keys.mark(HASH_MARK, &hash),
        }
    }
}

/// The kinds of mark by which a refresh token is found.
pub(crate) const PREFIX_MARK: &str = "refresh token's prefix";
pub(crate) const HASH_MARK: &str = "refresh token's hash";
