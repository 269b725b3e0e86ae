//! What Google tells of an account.

mod received;
