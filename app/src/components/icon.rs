//! The site's icons: strokes in the colour of the text around them.

use leptos::prelude::*;

/// An icon by name. Always beside a text that says the same, so hidden from screen readers.
#[component]
pub(crate) fn Icon(name: &'static str) -> impl IntoView {
    let path = match name {
        "check" => "M4 12.5l5 5L20 6.5",
        "cross" => "M6 6l12 12M18 6L6 18",
        "alert" => "M12 3.5l9.5 17h-19zM12 10v4.5M12 17.6v.1",
        "sync" => {
            "M20 11a8 8 0 0 0-14.3-4L3 9.5M3 4v5.5h5.5M4 13a8 8 0 0 0 14.3 4l2.7-2.5M21 20v-5.5h-5.5"
        }
        "pause" => "M9 5v14M15 5v14",
        "plug" => "M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4",
        "pen" => "M4 20l1-4.500L16.500 4 20 7.500 8.500 19z",
        "key" => {
            "M14 10a5 5 0 1 0-4.500 5L12 12.500l1.500 1.500 1.500-1.500 1.500 1.500 4-4-2-2h-5"
        }
        "lock" => "M6 11h12v9.5H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
        "leaf" => "M5 19c0-9 5-14 15-14 0 10-5 15-14 15M5 20c3-5 6-7.5 10-10",
        "mail" => "M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5",
        _ => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.6v.1",
    };
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
}
