//! What no user can do anything about: logged once where it is handled, shown as a code.

/// The result of a verb whose refusals are part of its success type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The verb could not be carried out and nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The system has no randomness to give.
    #[error("the system's random number generator failed: {0}")]
    Random(#[from] getrandom::Error),
    /// A sealed value does not open with any key of ENCRYPTION_KEYS.
    #[error("decrypting a stored value failed: {0}")]
    Vault(#[from] vault::OpenError),
    /// A stored password hash cannot be read, or hashing was stopped.
    #[error("password hashing failed")]
    Hashing,
    /// A task of ours ended before its work was done: the program is stopping, or it is a bug.
    #[error("background task failed")]
    Interrupted,
    /// Others wrote the same rows again and again while we tried.
    #[error("giving up after repeated concurrent changes")]
    Contention,
    /// A value that we sealed ourselves does not read back.
    #[error("invalid stored {0}")]
    Corrupt(&'static str),
}
