//! The hidden inputs that carry a form through a sign-in.

use leptos::prelude::*;

use crate::visit::Visit;

/// What this visit carries, if it carries something. Stands within the form that asks who one is.
#[component]
pub(crate) fn CarriedDraft() -> impl IntoView {
    let inputs = Visit::current().draft.as_ref().map(|draft| draft.inputs()).unwrap_or_default();
    inputs
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
}
