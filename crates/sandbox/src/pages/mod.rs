//! What a person sees: plain HTML forms that work without script, in Russian and English.
//! maud escapes every value; nothing here writes raw text.

mod consent;
mod home;
mod lang;
mod mail;

pub(crate) use consent::{ConsentPage, chooser_page, consent_page, refusal_page};
pub(crate) use home::home_page;
pub(crate) use lang::Lang;
pub(crate) use mail::{mail_page, mails_page};

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");
/// Tells a test which page it got without reading the HTML.
pub(crate) const PAGE: HeaderName = HeaderName::from_static("x-sandbox-page");
/// Google's error code of a refusal page.
pub(crate) const ERROR: HeaderName = HeaderName::from_static("x-sandbox-error");

fn page(lang: Lang, name: &'static str, title: &str, body: &Markup) -> Response {
    let whole = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header.banner { (lang.pick("Учебная копия Google", "Training copy of Google"))
                    " · stand-in, not Google" }
                main data-testid=(format!("google-{name}")) { (body) }
            }
        }
    };
    let headers = [
        (PAGE, name),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    (StatusCode::OK, headers, Html(whole.into_string())).into_response()
}
