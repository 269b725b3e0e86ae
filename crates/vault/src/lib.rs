//! Sealing: the only crate that names a cipher.
//!
//! A secret leaves memory only as [`Sealed`] bytes that open in one place: the same table, column
//! and row, under the same key. Anything else fails closed.

#![warn(missing_docs)]

mod envelope;
mod key;
mod mark;
mod ring;

pub use envelope::Sealed;
pub use key::{InvalidKey, Key, KeyId};
pub use mark::Mark;
pub use ring::{AssociatedData, InvalidRing, KeyRing, OpenError};
