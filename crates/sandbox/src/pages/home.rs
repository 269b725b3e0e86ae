//! The front page: what this is, who lives here, where to look.

use axum::response::Response;
use maud::html;

use super::{Lang, page};
use crate::world::account::Account;

/// Addresses worth opening by hand.
const LINKS: [&str; 10] = [
    "/mail/",
    "/.well-known/openid-configuration",
    "/oauth2/v3/certs",
    "/sandbox/accounts",
    "/sandbox/behaviour",
    "/sandbox/calls",
    "/sandbox/deliveries",
    "/sandbox/faults",
    "/sandbox/grants",
    "/sandbox/issued",
];

/// The page at `/`.
pub(crate) fn home_page(
    lang: Lang,
    base: &str,
    accounts: &[Account],
    connected: &[String],
) -> Response {
    let title = lang.pick("Учебная копия Google", "A stand-in for Google");
    let body = html! {
        h1 { (title) }
        p { (lang.pick(
            "Этот сервер заменяет Google в тестах и на демонстрациях. Он работает только на этом \
             компьютере, люди вымышлены, пароли не нужны.",
            "This server plays Google in tests and demonstrations. It works on this computer only; \
             the people are invented and need no password.")) }
        p.quiet { code { (base) } }
        h2 { (lang.pick("Аккаунты", "Accounts")) }
        ul {
            @for account in accounts {
                li {
                    (account.label()) br; span.quiet { (account.email) }
                    @if connected.contains(&account.sub) {
                        form.answers method="post" action="/remove-access" {
                            button type="submit" name="account" value=(account.sub)
                                data-testid=(format!("remove-access-{}", account.email)) {
                                (lang.pick("Закрыть приложению доступ", "Remove the app's access"))
                            }
                        }
                    }
                }
            }
        }
        h2 { (lang.pick("Адреса", "Addresses")) }
        ul { @for link in LINKS { li { a href=(link) { (link) } } } }
    };
    page(lang, "home", title, &body)
}
