//! Argon2id off the async threads, a few at a time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use model::Password;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// OWASP's minimum for Argon2id (ASVS 5.0 appendix C): 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and verifies passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    /// Each hash takes 19 MiB and a core: more at once would only make all of them slow.
    slots: Arc<Semaphore>,
}

/// Verified against where there is no user, so that both answers take the same time. Whether a
/// password belongs to it does not matter: nobody is let in by it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2VsZXhpYS1ub2JvZHkhIQ\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the constants are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &[u8]) -> Result<String> {
    argon2().hash_password(password).map(|hash| hash.to_string()).map_err(|_| Error::Hashing)
}

impl Passwords {
    pub(crate) fn new() -> Passwords {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Passwords { slots: Arc::new(Semaphore::new(cores)) }
    }

    pub(crate) async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.clone();
        self.apart(move || hash_now(password.expose())).await
    }

    /// Whether the password is the one behind `hash`. Without a hash it takes as long and says no.
    pub(crate) async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool> {
        let password = password.clone();
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        self.apart(move || {
            let hash = PasswordHash::new(&hash).map_err(|_| Error::Hashing)?;
            Ok(argon2().verify_password(password.expose(), &hash).is_ok() && is_somebody)
        })
        .await
    }

    /// Whether a hash was made with other parameters than today's.
    pub(crate) fn is_outdated(hash: &str) -> bool {
        !hash.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"))
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let _slot = self.slots.acquire().await.map_err(|_| Error::Hashing)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Error::Hashing)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_verifies() {
        let passwords = Passwords::new();
        let right = Password::choose("пароль №1 с пробелом ").unwrap();
        let hash = passwords.hash(&right).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(&right, Some(&hash)).await.unwrap());
        let trimmed = Password::typed("пароль №1 с пробелом").unwrap();
        assert!(!passwords.verify(&trimmed, Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&right, None).await.unwrap());
    }

    #[test]
    fn nobody_takes_as_long_as_somebody() {
        assert!(!Passwords::is_outdated(NOBODY));
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(hash.hash.unwrap().as_bytes().len(), 32, "as long as every hash of ours");
    }

    #[tokio::test]
    async fn long_passwords_are_not_cut() {
        let passwords = Passwords::new();
        let long = "ab".repeat(127);
        let hash = passwords.hash(&Password::choose(&format!("{long}1")).unwrap()).await.unwrap();
        let other = Password::typed(&format!("{long}2")).unwrap();
        assert!(!passwords.verify(&other, Some(&hash)).await.unwrap());
    }
}
