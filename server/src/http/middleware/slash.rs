//! Every address works with and without its last slash.

use axum::extract::Request;
use axum::http::Uri;

/// Drops the last slash before routing. Rewriting instead of redirecting: a redirect would turn
/// a POST into a GET or ask the browser twice.
pub(crate) fn strip_slash(mut request: Request) -> Request {
    let path = request.uri().path();
    let bare = path.trim_end_matches('/');
    if bare.len() == path.len() || bare.is_empty() {
        return request;
    }
    let target = match request.uri().query() {
        Some(query) => format!("{bare}?{query}"),
        None => bare.to_owned(),
    };
    if let Ok(uri) = target.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn only_the_last_slash_goes() {
        for (from, to) in [
            ("/", "/"),
            ("/dashboard/", "/dashboard"),
            ("/gmail/callback/?code=4%2F0A&state=x", "/gmail/callback?code=4%2F0A&state=x"),
            ("/gmail/connect", "/gmail/connect"),
            ("//", "//"),
        ] {
            let request = Request::builder().uri(from).body(Body::empty()).unwrap();
            assert_eq!(strip_slash(request).uri().to_string(), to);
        }
    }
}
