//! What the routes share.

use std::sync::Arc;

use app::cookies::Cookies;
use app::visit::Services;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use store::Store;
use url::Url;

use crate::site::Site;

/// Everything that a request may need. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// How pages find the client's files.
    pub options: LeptosOptions,
    /// The product's verbs.
    pub services: Services,
    /// For the readiness probe alone; everything else goes through the services.
    pub store: Store,
    /// How cookies are written here.
    pub cookies: Cookies,
    /// The site's address.
    pub base_url: Arc<Url>,
    /// The issuer's origin, where the form that leaves for Google may end.
    pub issuer_origin: Arc<str>,
    /// Proxies of ours in front.
    pub trusted_proxies: usize,
    /// The client's files.
    pub site: Arc<Site>,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> LeptosOptions {
        state.options.clone()
    }
}
