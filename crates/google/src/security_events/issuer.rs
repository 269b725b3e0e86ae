//! Whether Google speaks, in any of its spellings.

use crate::settings::Issuer;

/// Google writes its own name with and without slash and scheme (docs/google-facts.md 5.2).
pub(super) fn is_issuer(text: &str, issuer: &Issuer) -> bool {
    let text = text.trim_end_matches('/');
    text == issuer.as_str() || text == issuer.without_scheme()
}
