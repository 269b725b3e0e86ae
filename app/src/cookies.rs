//! The cookies of this site: their names, and the flags that keep them ours.

use model::Locale;
use secrecy::ExposeSecret;
use service::{BrowserSecret, SignedIn};

use crate::flash::Flash;

/// How cookies are written: over https with the `__Host-` prefix and `Secure` (RFC 6265bis
/// section 4.1.3.2), over plain http on loopback without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    /// Whether the site is served over https.
    pub is_secure: bool,
}

const SESSION: &str = "selexia_session";
const ATTEMPT: &str = "selexia_attempt";
const FLASH: &str = "selexia_flash";
const LANGUAGE: &str = "selexia_language";

const A_YEAR_SECS: i64 = 365 * 24 * 60 * 60;

impl Cookies {
    fn name(self, name: &str) -> String {
        if self.is_secure { format!("__Host-{name}") } else { name.to_owned() }
    }

    fn write(self, name: &str, value: &str, max_age_secs: i64) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let name = self.name(name);
        format!("{name}={value}; Path=/; Max-Age={max_age_secs}; HttpOnly; SameSite=Lax{secure}")
    }

    fn read(self, header: &str, name: &str) -> Option<String> {
        let name = self.name(name);
        header.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name && !value.is_empty()).then(|| value.to_owned())
        })
    }

    /// The session token in a `Cookie` header.
    pub fn read_session(self, header: &str) -> Option<String> {
        self.read(header, SESSION)
    }

    /// The browser's attempt secret in a `Cookie` header.
    pub fn read_attempt(self, header: &str) -> Option<BrowserSecret> {
        BrowserSecret::from_cookie(&self.read(header, ATTEMPT)?)
    }

    /// What the last action left to say.
    pub fn read_flash(self, header: &str) -> Option<Flash> {
        Flash::from_cookie(&self.read(header, FLASH)?)
    }

    /// The language that the user chose.
    pub fn read_language(self, header: &str) -> Option<Locale> {
        Locale::from_tag(&self.read(header, LANGUAGE)?)
    }

    /// Opens a session in the browser.
    pub fn session(self, session: &SignedIn) -> String {
        self.write(SESSION, session.token.expose_secret(), session.max_age.num_seconds())
    }

    /// Ends the session in the browser.
    pub fn no_session(self) -> String {
        self.write(SESSION, "", 0)
    }

    /// Ties authorization flows to this browser. Lax, because Google's redirect comes from another
    /// site (docs/google-facts.md, Traps: Strict is not sent back).
    pub fn attempt(self, secret: &BrowserSecret) -> String {
        self.write(ATTEMPT, secret.expose(), 60 * 60)
    }

    /// Says something on the next page.
    pub fn flash(self, flash: &Flash) -> String {
        self.write(FLASH, &flash.to_cookie(), 60)
    }

    /// It has been said.
    pub fn no_flash(self) -> String {
        self.write(FLASH, "", 0)
    }

    /// Remembers the language.
    pub fn language(self, locale: Locale) -> String {
        self.write(LANGUAGE, locale.tag(), A_YEAR_SECS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_cookie_belongs_to_this_host_alone() {
        let written = Cookies { is_secure: true }.no_session();
        assert_eq!(
            written,
            "__Host-selexia_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn over_https_a_cookie_without_the_prefix_is_not_ours() {
        let cookies = Cookies { is_secure: true };
        assert_eq!(cookies.read_session("selexia_session=abc"), None);
        let both = "x=1; selexia_session=planted; __Host-selexia_session=abc";
        assert_eq!(cookies.read_session(both), Some("abc".to_owned()));
    }

    #[test]
    fn a_malformed_attempt_secret_is_no_secret() {
        let cookies = Cookies { is_secure: false };
        assert!(cookies.read_attempt("selexia_attempt=short").is_none());
    }
}
