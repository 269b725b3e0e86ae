//! Who did what.

mod origins;
