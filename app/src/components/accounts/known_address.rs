//! Whose password a form asks for.

use leptos::prelude::*;

use crate::words::say;

/// Read-only, and there for the people and the password managers that look.
#[component]
pub(crate) fn KnownAddress(email: String) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for="email">{say!(form.email)}</label>
            <input
                class="field__input"
                id="email"
                type="email"
                autocomplete="username"
                readonly=true
                value=email
            />
        </div>
    }
}
