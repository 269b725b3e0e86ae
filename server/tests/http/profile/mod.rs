//! The profile is the user's own.

mod ownership;
