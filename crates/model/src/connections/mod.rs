//! The link between a user and a Google account.

pub mod call_result;
pub mod diagnosis;
pub mod feature;
pub mod identity;
pub mod receipt;
pub mod scope;
pub mod status;
