//! A moment, in words for everyone and in the reader's zone where there is script.

use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;

use crate::islands::LocalTime;
use crate::words;

#[component]
pub(crate) fn Moment(at: DateTime<Utc>) -> impl IntoView {
    view! {
        <LocalTime
            at=at.to_rfc3339_opts(SecondsFormat::Secs, true)
            fallback=words::moment(at)
            lang=words::dates_of(words::visitors()).to_owned()
        />
    }
}
