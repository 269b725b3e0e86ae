//! What is to be done until it is done: mail and revocations.

mod mails;
mod revocations;
