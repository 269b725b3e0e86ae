//! How long the long proofs are: short in `make test`, whole in `make soak`.

use std::env;

/// Set, and not to nothing, for the whole length.
pub const VARIABLE: &str = "SELEXIA_SOAK";

/// How often to do it: `full` where the promise is being proved, `short` in everyday tests.
#[must_use]
pub fn rounds(full: u32, short: u32) -> u32 {
    if env::var_os(VARIABLE).is_some_and(|value| !value.is_empty()) { full } else { short }
}
