//! Registration.

use leptos::prelude::*;

use super::sign_in::with_next;
use crate::components::{AccountForm, Layout};
use crate::request_context::RequestContext;
use crate::words::say;

#[component]
pub(crate) fn Register() -> impl IntoView {
    let login = with_next("/login/", &RequestContext::current());
    view! {
        <Layout>
            <section class="card card--form">
                <h1>{say!(register.title)}</h1>
                <p class="lead">{say!(register.lead)}</p>
                <AccountForm
                    action="/register/"
                    submit=say!(register.submit)
                    password_autocomplete="new-password"
                    password_hint=Some(say!(register.password_hint))
                />
                <p class="card__aside">{say!(register.have_account)}" "<a href=login>{say!(site.sign_in)}</a></p>
            </section>
        </Layout>
    }
}
