//! A moment in the reader's zone, as far as that is known; else in UTC, until
//! [`LocalTimes`](crate::islands::LocalTimes) wakes up.

use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;

use crate::local_time::moment;

#[component]
pub(crate) fn Moment(at: DateTime<Utc>) -> impl IntoView {
    let datetime = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    view! { <time datetime=datetime>{moment(at)}</time> }
}
