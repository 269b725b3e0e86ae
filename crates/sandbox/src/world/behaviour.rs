//! Switches for what Google may or may not do: lasting habits, as opposed to faults, which happen
//! a number of times. The defaults are what docs/google-facts.md calls usual.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How this Google behaves until told otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Check boxes start ticked. Google's start unticked (docs/google-facts.md 1.10).
    pub boxes_start_ticked: bool,
    /// Whatever the user ticks, only these extra permissions are granted (short names).
    pub grant_only: Option<Vec<String>>,
    /// Permissions that are never granted, those of sign-in included (short names).
    pub withhold: Vec<String>,
    /// Callbacks carry `iss`, `authuser`, `hd` and `prompt` (docs/google-facts.md 1.4).
    pub callback_extras: bool,
    /// The `iss` of callbacks, when it should be another than the sandbox's own.
    pub callback_iss: Option<String>,
    /// Every callback carries this error instead of a code, e.g. `temporarily_unavailable`.
    pub callback_error: Option<String>,
    /// Every authorization ends on Google's error page with this code, e.g. `deleted_client`.
    pub refuse_authorization: Option<String>,
    /// The addresses that may authorize while the project is in Testing; `None` means everyone.
    pub test_users: Option<Vec<String>>,
    /// Refresh tokens with more than sign-in permissions live 7 days (docs/google-facts.md 1.9).
    pub testing_mode: bool,
    /// Never issue a refresh token, not even after consent.
    pub withhold_refresh_token: bool,
    /// A refresh answers with a new refresh token and the old one dies.
    pub rotate_refresh_tokens: bool,
    /// A refresh answers with an ID token too.
    pub id_token_on_refresh: bool,
    /// `max-age` of the key set.
    pub jwks_max_age_secs: u64,
    /// Claims put over every userinfo answer; `null` removes one.
    pub userinfo_overrides: Map<String, Value>,
    /// The mail server's answer to every mail in place of taking it, e.g. `451 4.3.0 later`.
    pub mail_refusal: Option<String>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            boxes_start_ticked: false,
            grant_only: None,
            withhold: Vec::new(),
            callback_extras: true,
            callback_iss: None,
            callback_error: None,
            refuse_authorization: None,
            test_users: None,
            testing_mode: false,
            withhold_refresh_token: false,
            rotate_refresh_tokens: false,
            id_token_on_refresh: false,
            jwks_max_age_secs: 18_671,
            userinfo_overrides: Map::new(),
            mail_refusal: None,
        }
    }
}
