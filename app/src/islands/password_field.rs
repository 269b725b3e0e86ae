//! A password input whose owner may look at what they typed.

use leptos::prelude::*;

/// The input, and a button that shows and hides its text. The button is there only with script.
#[island]
pub fn PasswordField(
    autocomplete: String,
    show: String,
    hide: String,
    described_by: String,
    is_invalid: bool,
) -> impl IntoView {
    let is_shown = RwSignal::new(false);
    let is_awake = RwSignal::new(false);
    Effect::new(move || is_awake.set(true));

    view! {
        <div class="field__secret">
            <input
                class="field__input"
                id="password"
                name="password"
                type=move || if is_shown.get() { "text" } else { "password" }
                autocomplete=autocomplete
                required=true
                maxlength="256"
                aria-describedby=described_by
                aria-invalid=is_invalid.then_some("true")
            />
            <button
                class="field__reveal"
                type="button"
                hidden=move || !is_awake.get()
                aria-pressed=move || is_shown.get().to_string()
                on:click=move |_| is_shown.update(|shown| *shown = !*shown)
            >
                {move || if is_shown.get() { hide.clone() } else { show.clone() }}
            </button>
        </div>
    }
}
