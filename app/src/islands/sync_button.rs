//! "Sync now": the same form with and without script.

use leptos::prelude::*;

/// A form that posts to the sync address. With script it stays on the page until the answer is
/// there, says what it is doing, and a second press joins the first.
#[island]
pub fn SyncButton(label: String, busy: String, offline: String) -> impl IntoView {
    let is_busy = RwSignal::new(false);
    let is_offline = RwSignal::new(false);

    let press = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        is_offline.set(false);
        #[cfg(feature = "hydrate")]
        leptos::task::spawn_local(async move {
            use crate::error::AppError;
            match crate::api::connection::sync().await {
                Err(AppError::Offline) => {
                    is_busy.set(false);
                    is_offline.set(true);
                }
                // Whatever came out, the page as it is now says it best.
                _ => drop(window().location().assign("/dashboard/")),
            }
        });
    };
    let said = move || match (is_busy.get(), is_offline.get()) {
        (true, _) => busy.clone(),
        (false, true) => offline.clone(),
        (false, false) => String::new(),
    };

    view! {
        <form class="sync" action="/gmail/sync/" method="post" on:submit=press>
            <button type="submit" class="button" aria-disabled=move || is_busy.get().to_string()>
                {label}
            </button>
            <p class="sync__said" role="status" aria-live="polite">{said}</p>
        </form>
    }
}
