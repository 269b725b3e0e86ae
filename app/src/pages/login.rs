//! Sign-in.

use leptos::prelude::*;

use crate::components::{AccountForm, Frame};
use crate::visit::Visit;
use crate::words::say;

#[component]
pub(crate) fn Login() -> impl IntoView {
    let visit = Visit::current();
    let register = with_next("/register/", &visit);
    view! {
        <Frame>
            <section class="card card--form">
                <h1>{say!(login.title)}</h1>
                <p class="lead">{say!(login.lead)}</p>
                <AccountForm
                    action="/login/"
                    submit=say!(login.submit)
                    password_autocomplete="current-password"
                />
                <p class="card__aside">{say!(login.no_account)}" "<a href=register>{say!(site.register)}</a></p>
            </section>
        </Frame>
    }
}

/// Carries the way on from one form to the other.
pub(super) fn with_next(page: &str, visit: &Visit) -> String {
    visit.next.as_ref().map_or_else(|| page.to_owned(), |next| next.after(page))
}
