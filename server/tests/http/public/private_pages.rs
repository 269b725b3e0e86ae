//! Every address that shows something of a person asks first who one is. The addresses are read
//! from the very tables of routes, so that a new one cannot be forgotten here.

use std::fs;
use std::path::Path;

use reqwest::Method;

use crate::site::Site;

/// Addresses that show nothing of anybody.
const PUBLIC: [&str; 6] = ["/", "/accessibility", "/register", "/login", "/api", "/favicon.svg"];
/// Addresses for whoever asks, with an answer of their own for strangers.
const OF_THEIR_OWN: [(&str, u16); 5] = [
    // Its owner may have no session any more: the link's token is what is looked at.
    ("/address/restore", 200),
    // Asked by a page, and not by a person: nobody would see a form.
    ("/gmail/sync/events", 401),
    ("/avatar/{hash}", 404),
    ("/healthz", 200),
    ("/readyz", 200),
];

/// The addresses of the tables below `folder` that answer to GET.
fn addresses(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            addresses(&path, found);
            continue;
        }
        let text: String = fs::read_to_string(path).unwrap().split_whitespace().collect();
        for route in text.split(".route(\"").skip(1) {
            let (address, handlers) = route.split_once("\",").unwrap();
            if handlers.starts_with("get(") {
                found.push(address.to_owned());
            }
        }
    }
}

#[tokio::test]
async fn a_stranger_signs_in_before_every_page_of_a_person() {
    let mut all = Vec::new();
    addresses(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/pages"), &mut all);
    let site = Site::start().await;
    let mut private = 0;
    for address in all.iter().filter(|address| !address.starts_with("/pkg/")) {
        for method in [Method::GET, Method::HEAD] {
            let headers = [("accept", "text/html")];
            let page = site.browser().send(method, address, None, &headers).await;
            let own = OF_THEIR_OWN.iter().find(|(known, _)| known == address);
            if let Some((_, status)) = own {
                assert_eq!(page.status, *status, "{address}");
            } else if address == "/gmail/callback" {
                assert_eq!(page.location(), "/login/?next=/gmail/connect/");
            } else if !PUBLIC.contains(&address.as_str()) {
                let login = format!("/login/?next={address}/");
                assert_eq!((page.status, page.location()), (303, login.as_str()), "{address}");
                private += 1;
            }
        }
    }
    assert!(private >= 2 * 10, "the tables were not found: {all:?}");
}
