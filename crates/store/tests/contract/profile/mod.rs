//! The profile and who may change it.

mod profiles;
