//! The button of a form that leaves for another site: it says so, and comes back clean.

use leptos::prelude::*;

/// A submit button that turns itself off and says `busy` once its form is on the way.
///
/// A page that comes back from the browser's history shows the button as it was: no spinner that
/// nothing will end.
#[island]
pub fn SubmitButton(label: String, busy: String) -> impl IntoView {
    let leaving = RwSignal::new(false);
    let button = NodeRef::<leptos::html::Button>::new();

    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        use leptos::ev::{pageshow, submit};
        let Some(form) = button.get().and_then(|button| button.form()) else { return };
        // Listening to the form, not to the button: the Enter key submits as well.
        let submitted = leptos::leptos_dom::helpers::window_event_listener(submit, move |event| {
            if event.target().is_some_and(|target| target == form.clone().into()) {
                // After this turn, or the browser would not send the form of a disabled button.
                set_timeout(move || leaving.set(true), std::time::Duration::ZERO);
            }
        });
        let shown = leptos::leptos_dom::helpers::window_event_listener(pageshow, move |_| {
            leaving.set(false);
        });
        on_cleanup(move || {
            submitted.remove();
            shown.remove();
        });
    });

    view! {
        <button node_ref=button type="submit" class="button button--primary" disabled=move || leaving.get()>
            {move || if leaving.get() { busy.clone() } else { label.clone() }}
        </button>
    }
}
