//! ID tokens: the claims Google asserts, and the forgeries a client has to refuse.

mod claims;
mod forge;
mod hostile;
mod jws;

pub(crate) use claims::{Assertion, person_claims};
pub use forge::{IdTokenForge, Signing};
pub use hostile::{Hostile, hostile_id_tokens};
pub(crate) use jws::{mint, overlay};
