//! A moment, in UTC for everyone; where there is script, [`LocalTimes`](crate::islands::LocalTimes)
//! puts it into the reader's zone.

use chrono::{DateTime, SecondsFormat, Utc};
use leptos::prelude::*;

use crate::words;

#[component]
pub(crate) fn Moment(at: DateTime<Utc>) -> impl IntoView {
    let datetime = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    view! { <time datetime=datetime>{words::moment(at)}</time> }
}
