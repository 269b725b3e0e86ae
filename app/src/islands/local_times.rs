//! The reader's own time zone, as their browser knows it.

use leptos::prelude::*;

/// Tells the site the browser's time zone where it is another one than `known`, and, where the
/// page had to tell its moments in UTC (`is_utc`), puts every `<time datetime="…">` into it.
///
/// One island for all moments: an island for each was a third of the page's work.
#[island]
pub fn LocalTimes(known: Option<String>, is_utc: bool, lang: String) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        let zone = browsers_zone().filter(|zone| Some(zone) != known.as_ref());
        if let Some(zone) = zone {
            leptos::task::spawn_local(async move {
                // A page that cannot say it now says it the next time.
                crate::api::profile::browser(zone).await.ok();
            });
        }
        if is_utc {
            rewrite(&lang);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (known, is_utc, lang);
}

#[cfg(feature = "hydrate")]
fn browsers_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::default().resolved_options();
    js_sys::Reflect::get(&format, &"timeZone".into()).ok()?.as_string()
}

#[cfg(feature = "hydrate")]
fn rewrite(lang: &str) {
    use wasm_bindgen::JsCast;
    let Ok(moments) = document().query_selector_all("time[datetime]") else { return };
    for at in 0..moments.length() {
        let Some(moment) = moments.get(at) else { continue };
        let utc = moment.unchecked_ref::<web_sys::Element>().get_attribute("datetime");
        if let Some(local) = utc.and_then(|utc| in_local_time(&utc, lang)) {
            moment.set_text_content(Some(&local));
        }
    }
}

#[cfg(feature = "hydrate")]
fn in_local_time(at: &str, lang: &str) -> Option<String> {
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
