//! OAuth clients: who may ask, with which secret, and where answers may go.
//! Redirect URIs are compared byte for byte (docs/google-facts.md 1.2).

use serde::{Deserialize, Serialize};

/// A registered web client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// The public identifier.
    #[serde(rename = "client_id")]
    pub id: String,
    /// The secret it proves itself with.
    #[serde(rename = "client_secret")]
    pub secret: String,
    /// The app's name on the consent page.
    #[serde(default = "demo_name")]
    pub name: String,
    /// Where answers may be sent; exact strings.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
}

fn demo_name() -> String {
    "Selexia".to_owned()
}
