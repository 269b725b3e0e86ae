//! What only the operator can see and mend.

pub mod alert;
