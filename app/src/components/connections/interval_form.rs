//! How often the profile is brought up to date by itself.

use crate::words::{self, say};
use leptos::prelude::*;
use model::SyncInterval;

/// `intervals` are those that the operator lets users choose.
#[component]
pub(crate) fn IntervalForm(
    chosen: Option<SyncInterval>,
    intervals: Vec<SyncInterval>,
) -> impl IntoView {
    let options = intervals
        .into_iter()
        .map(|interval| {
            view! {
                <option value=interval.as_str() selected=chosen == Some(interval)>
                    {words::interval(interval)}
                </option>
            }
        })
        .collect_view();
    view! {
        <form class="interval" action="/gmail/interval/" method="post">
            <label class="interval__label" for="interval">{say!(interval.label)}</label>
            <select class="field__input" id="interval" name="interval">
                <option value="" selected=chosen.is_none()>{say!(interval.ours)}</option>
                {options}
            </select>
            <button class="button button--quiet" type="submit">{say!(interval.save)}</button>
        </form>
    }
}
