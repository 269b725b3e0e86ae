//! Where to get help from people, if the operator named a place.

use leptos::prelude::*;

use crate::request_context::RequestContext;
use crate::words::say;

#[component]
pub(crate) fn Help() -> impl IntoView {
    let contact = RequestContext::current().contact.clone();
    contact.map(|contact| {
        view! {
            <p class="help">{say!(problem.help)}" "<a href=contact.href>{contact.text}</a></p>
        }
    })
}
