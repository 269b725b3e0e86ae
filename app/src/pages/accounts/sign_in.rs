//! Sign-in.

use leptos::prelude::*;

use crate::components::{AccountForm, Layout};
use crate::request_context::RequestContext;
use crate::words::say;

#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let context = RequestContext::current();
    let register = with_next("/register/", &context);
    view! {
        <Layout>
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
        </Layout>
    }
}

/// Carries the way on from one form to the other.
pub(super) fn with_next(page: &str, context: &RequestContext) -> String {
    context.next.as_ref().map_or_else(|| page.to_owned(), |next| next.after(page))
}
