//! Why a form was refused, above it.

use leptos::prelude::*;

use crate::components::Icon;

/// The sentence, under the id that the form's inputs are described by.
#[component]
pub(crate) fn RefusalBanner(text: String) -> impl IntoView {
    view! {
        <div class="flash flash--error" role="alert" id="refusal" tabindex="-1">
            <Icon name="alert"/>
            <p class="flash__text">{text}</p>
        </div>
    }
}
