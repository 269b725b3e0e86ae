//! The page's moments in the reader's own zone and language.

use leptos::prelude::*;

/// Rewrites every `<time datetime="…">` of the page (RFC 3339, UTC) once it is awake. Without
/// script the reader sees what stands there, which names its zone.
///
/// One island for all of them: an island for each moment was a third of the page's work.
#[island]
pub fn LocalTimes(lang: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        use wasm_bindgen::JsCast;
        let Ok(moments) = document().query_selector_all("time[datetime]") else { return };
        for at in 0..moments.length() {
            let Some(moment) = moments.get(at) else { continue };
            let utc = moment.unchecked_ref::<web_sys::Element>().get_attribute("datetime");
            if let Some(local) = utc.and_then(|utc| in_readers_zone(&utc, &lang)) {
                moment.set_text_content(Some(&local));
            }
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = lang;
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
