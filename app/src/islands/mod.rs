//! The leaves of a page that wake up in the browser. Each works without waking, too.

#![expect(missing_docs, reason = "the island macro makes structs that nobody can document")]

mod local_times;
mod password_field;
mod submit_button;
mod sync_button;

pub use local_times::*;
pub use password_field::*;
pub use submit_button::*;
pub use sync_button::*;
