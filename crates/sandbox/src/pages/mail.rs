//! The mail box of everybody: what was taken, as plain text with links that can be followed.

use axum::response::Response;
use maud::{Markup, html};

use super::{Lang, page};
use crate::smtp::Mail;

/// The page at `/mail/`, the newest mail first.
pub(crate) fn mails_page(lang: Lang, mails: &[Mail]) -> Response {
    let title = lang.pick("Письма сайта", "Mail from the site");
    let body = html! {
        h1 { (title) }
        p { (lang.pick(
            "Сюда попадает всё, что сайт отправил по почте. Дальше письма не уходят.",
            "Everything that the site sent by mail lands here. It goes no further.")) }
        @if mails.is_empty() { p.quiet { (lang.pick("Пока пусто.", "Nothing yet.")) } }
        ul {
            @for (index, mail) in mails.iter().enumerate().rev() {
                li {
                    a href=(format!("/mail/{}", index + 1)) { (mail.subject) }
                    br; span.quiet { (mail.to.join(", ")) }
                }
            }
        }
    };
    page(lang, "mails", title, &body)
}

/// The page of one mail.
pub(crate) fn mail_page(lang: Lang, mail: &Mail) -> Response {
    let body = html! {
        h1 { (mail.subject) }
        p.quiet { (mail.from) " → " (mail.to.join(", ")) }
        @for paragraph in mail.text.split("\r\n\r\n").flat_map(|part| part.split("\n\n")) {
            p { (linked(paragraph)) }
        }
        p { a href="/mail/" { (lang.pick("Все письма", "All mail")) } }
    };
    page(lang, "mail", &mail.subject, &body)
}

/// A paragraph whose addresses can be pressed.
fn linked(paragraph: &str) -> Markup {
    html! {
        @for line in paragraph.lines() {
            @if line.starts_with("http://") || line.starts_with("https://") {
                a href=(line) data-testid="mail-link" { (line) }
            } @else { (line) }
            br;
        }
    }
}
