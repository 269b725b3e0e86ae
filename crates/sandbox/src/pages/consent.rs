//! Google's three pages on the way: choose an account, consent, or read why not.

use axum::http::HeaderValue;
use axum::response::Response;
use maud::{Markup, html};

use super::{ERROR, Lang, page};
use crate::endpoints::Refusal;
use crate::world::account::Account;
use crate::world::permission::{Permission, Permissions};

/// The account chooser: one button an account.
pub(crate) fn chooser_page(
    lang: Lang,
    app: &str,
    request: &str,
    accounts: &[&Account],
) -> Response {
    let title = lang.pick("Выберите аккаунт", "Choose an account");
    let body = html! {
        h1 { (title) }
        p { (lang.pick("Переход в приложение", "to continue to")) " " strong { (app) } }
        form method="post" action="/o/oauth2/chooser" {
            input type="hidden" name="request" value=(request);
            ul {
                @for account in accounts {
                    li {
                        button.account type="submit" name="account" value=(account.sub)
                            data-testid=(format!("account-{}", account.email)) {
                            span { (account.label()) }
                            span.quiet { (account.email) }
                        }
                    }
                }
            }
        }
    };
    page(lang, "chooser", title, &body)
}

/// What the consent page shows.
pub(crate) struct ConsentPage<'a> {
    pub(crate) app: &'a str,
    pub(crate) account: &'a Account,
    pub(crate) request: &'a str,
    pub(crate) asked: &'a Permissions,
    pub(crate) boxed: &'a Permissions,
    pub(crate) are_ticked: bool,
}

/// The consent page: sentences for what comes with signing in, boxes for what may be left out.
pub(crate) fn consent_page(lang: Lang, consent: &ConsentPage<'_>) -> Response {
    let title = match lang {
        Lang::Ru => format!("Приложение {} запрашивает доступ", consent.app),
        Lang::En => format!("{} wants access to your Google Account", consent.app),
    };
    let body = html! {
        h1 { (title) }
        p.quiet { (consent.account.label()) " · " (consent.account.email) }
        form method="post" action="/o/oauth2/consent" {
            input type="hidden" name="request" value=(consent.request);
            input type="hidden" name="account" value=(consent.account.sub);
            h2 { (lang.pick("Приложение сможет:", "This will allow the app to:")) }
            ul {
                @for permission in consent.asked.difference(consent.boxed) {
                    li { (sentence(lang, *permission)) }
                }
            }
            @if !consent.boxed.is_empty() {
                fieldset {
                    legend { (lang.pick("Отметьте, к чему открыть доступ",
                        "Select what the app can access")) }
                    ul {
                        @for permission in consent.boxed {
                            li { (tick_box(lang, *permission, consent.are_ticked)) }
                        }
                    }
                }
            }
            div.answers {
                button type="submit" name="answer" value="deny" data-testid="consent-deny" {
                    (lang.pick("Отмена", "Cancel"))
                }
                button.allow type="submit" name="answer" value="allow" data-testid="consent-allow" {
                    (lang.pick("Разрешить", "Allow"))
                }
            }
        }
    };
    page(lang, "consent", &title, &body)
}

fn tick_box(lang: Lang, permission: Permission, is_ticked: bool) -> Markup {
    html! {
        label {
            input type="checkbox" name="scope" value=(permission.short()) checked[is_ticked]
                data-testid=(format!("scope-{}", permission.short()));
            span { (sentence(lang, permission)) }
        }
    }
}

fn sentence(lang: Lang, permission: Permission) -> &'static str {
    let (ru, en) = permission.sentence();
    lang.pick(ru, en)
}

/// Google's error page. The client never learns of it.
pub(crate) fn refusal_page(lang: Lang, refusal: &Refusal) -> Response {
    let title = lang.pick("Доступ заблокирован", "Access blocked");
    let status = refusal.status.as_u16();
    let body = html! {
        h1 { (title) }
        p { (lang.pick("Ошибка", "Error")) " " (status) ": " code { (refusal.code) } }
        p.quiet lang="en" { "Error " (status) ": " (refusal.code) ". " (refusal.detail) }
    };
    let mut response = page(lang, "error", title, &body);
    *response.status_mut() = refusal.status;
    if let Ok(code) = HeaderValue::from_str(&refusal.code) {
        response.headers_mut().insert(ERROR, code);
    }
    response
}
