//! Fields, whose value each shows, and what may change it.

pub mod field;
pub mod field_state;
pub mod values;
