//! A moment in the reader's own zone and language.

use leptos::prelude::*;

/// Shows `at` (RFC 3339, UTC). Without script the reader sees `fallback`, which names its zone.
#[island]
pub fn LocalTime(at: String, fallback: String, lang: String) -> impl IntoView {
    let shown = RwSignal::new(fallback);

    #[cfg(feature = "hydrate")]
    {
        let at = at.clone();
        Effect::new(move || {
            if let Some(local) = in_readers_zone(&at, &lang) {
                shown.set(local);
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = lang;

    view! { <time datetime=at>{move || shown.get()}</time> }
}

#[cfg(feature = "hydrate")]
fn in_readers_zone(at: &str, lang: &str) -> Option<String> {
    let date = js_sys::Date::new(&at.into());
    if date.get_time().is_nan() {
        return None;
    }
    let options = js_sys::Object::new();
    for (key, value) in
        [("day", "numeric"), ("month", "long"), ("hour", "2-digit"), ("minute", "2-digit")]
    {
        js_sys::Reflect::set(&options, &key.into(), &value.into()).ok()?;
    }
    date.to_locale_string(lang, &options).as_string()
}
