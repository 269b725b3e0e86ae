//! What only administrators may see: for everybody else there is no such address.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use server::config::{Config, Raw};
use server::http::extract::AdminRequest;
use server::http::middleware::request_context::provide_request_context;
use tower::ServiceExt;

use crate::browser::Browser;
use crate::site::{PASSWORD, Site};

/// A router with nothing but one address for administrators, over the site's own accounts.
fn admin_site(site: &Site) -> Router {
    let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap().expose();
    let raw = Raw::from_pairs([
        ("GMAIL_CLIENT_ID", site.google.client_id()),
        ("GMAIL_CLIENT_SECRET", site.google.client_secret()),
        ("ENCRYPTION_KEYS", key.as_str()),
    ]);
    let config = Config::read(&raw).unwrap();
    let state = server::app::state(&config, site.store.clone(), site.services.clone()).unwrap();
    Router::new()
        .route("/admin", get(|admin: AdminRequest| async move { admin.viewer.email }))
        .layer(from_fn_with_state(state.clone(), provide_request_context))
        .with_state(state)
}

async fn ask(site: &Site, browser: &Browser) -> (StatusCode, String) {
    let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
    let cookies = cookies.collect::<Vec<_>>().join("; ");
    let request = Request::builder().uri("/admin").header("cookie", cookies);
    let request = request.body(Body::empty()).unwrap();
    let response = admin_site(site).oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn only_an_administrator_finds_what_is_for_administrators() {
    let site = Site::start().await;
    let (chief, names) = ("chief@example.com", [None, None]);
    let made = site.services.accounts.create(chief, PASSWORD, names, true).await.unwrap();
    assert!(made.is_ok());
    let mut admin = site.browser();
    admin.post("/login/", &[("email", chief), ("password", PASSWORD)]).await;
    assert_eq!(ask(&site, &admin).await, (StatusCode::OK, chief.to_owned()));

    let anna = site.registered("anna@example.com").await;
    let unknown = site.browser().get("/no-such-page/").await;
    let title = unknown.body.split_once("<h1>").unwrap().1.split('<').next().unwrap();
    for browser in [site.browser(), anna] {
        let (status, body) = ask(&site, &browser).await;
        assert_eq!((status.as_u16(), unknown.status), (404, 404), "{body}");
        assert!(body.contains(&format!("<h1>{title}<")), "as an unknown address: {body}");
    }
}
