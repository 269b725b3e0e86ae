//! Where to get help from people, if the operator named a place.

use leptos::prelude::*;

use crate::visit::Visit;
use crate::words::say;

#[component]
pub(crate) fn Help() -> impl IntoView {
    let contact = Visit::current().contact.clone();
    contact.map(|contact| {
        view! {
            <p class="help">{say!(problem.help)}" "<a href=contact.href>{contact.text}</a></p>
        }
    })
}
