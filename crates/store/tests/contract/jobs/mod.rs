//! What is to be done until it is done: the queue, mail and revocations.

mod mails;
mod queue;
mod revocations;
