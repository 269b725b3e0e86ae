//! The page about the API: made from the document, for everybody, without script.

use reqwest::Method;

use crate::site::Site;

#[tokio::test]
async fn the_reference_shows_everything_that_the_document_holds() {
    let site = Site::start().await;
    let document = site.browser().get("/api/openapi.json").await;
    assert_eq!(document.header("content-type"), "application/json");
    let document = document.json();
    let page = site.browser().get("/api/").await;
    assert_eq!(page.status, 200);
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(page.body.contains(path), "{path}");
        for operation in item.as_object().unwrap().values() {
            operations += 1;
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
            assert!(page.body.contains(&format!("href=\"#{id}\"")), "{id} is in the contents");
        }
    }
    assert_eq!(page.body.matches("curl -X ").count(), operations);
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.body.contains(&format!("id=\"schema-{name}\"")), "{name}");
    }
    for link in page.body.split("href=\"#").skip(1) {
        let anchor = link.split('"').next().unwrap();
        assert!(page.body.contains(&format!("id=\"{anchor}\"")), "{anchor} leads nowhere");
    }
    assert!(page.body.contains(site.url.as_str()), "examples can be pasted");
}

#[tokio::test]
async fn the_reference_stands_in_the_sites_own_frame_and_loads_nothing_from_elsewhere() {
    let site = Site::start().await;
    for (language, title) in [("ru", "API для программ"), ("en", "API reference")] {
        let headers = [("accept", "text/html"), ("accept-language", language)];
        let page = site.browser().send(Method::GET, "/api/", None, &headers).await;
        assert!(page.body.contains(title) && page.body.contains("SELEXIA"), "{language}");
        assert!(page.body.contains("lang=\"en\""), "the reference says what language it is in");
        assert_eq!(page.body.matches("<script").count(), 1, "the client's loader");
        assert!(!page.body.contains("https://"), "{}", page.body);
        assert!(!page.body.contains("/dashboard/tokens/"), "a stranger has none");
    }
    let mut anna = site.registered("anna@example.com").await;
    assert!(anna.get("/api/").await.body.contains("href=\"/dashboard/tokens/\""));
    assert!(anna.get("/dashboard/").await.body.contains("href=\"/dashboard/tokens/\""));
}
