//! What the routes share.

use std::ops::Deref;
use std::sync::Arc;

use app::cookies::Cookies;
use app::document::Head;
use model::Contact;
use service::Services;
use store::Store;
use url::Url;

use crate::site::Site;

/// Everything that a request may need. Cheap to clone, because every layer does it.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What stands behind [`AppState`].
pub struct Shared {
    /// What every page's head holds.
    pub head: Head,
    /// Where pages may load from, as far as it is the same for all.
    pub page_policy: String,
    /// The product's verbs.
    pub services: Services,
    /// For the readiness probe alone; everything else goes through the services.
    pub store: Store,
    /// How cookies are written here.
    pub cookies: Cookies,
    /// The site's address.
    pub base_url: Url,
    /// The issuer's origin, where the form that leaves for Google may end.
    pub issuer_origin: String,
    /// Proxies of ours in front.
    pub trusted_proxies: usize,
    /// Where users get help.
    pub contact: Option<Contact>,
    /// The client's files.
    pub site: Site,
}

impl From<Shared> for AppState {
    fn from(shared: Shared) -> AppState {
        AppState(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
