//! The hidden inputs that carry the way on, and a form that waits, through a sign-in.

use leptos::prelude::*;

use crate::request_context::RequestContext;

/// What this visit carries, if it carries something. Stands within the form that asks who one is.
#[component]
pub(crate) fn HiddenFormState() -> impl IntoView {
    let context = RequestContext::current();
    let next = context.next.as_ref().map(|next| ("next".to_owned(), next.as_str().to_owned()));
    let draft = context.draft.as_ref().map(|draft| draft.inputs()).unwrap_or_default();
    next.into_iter()
        .chain(draft)
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
}
