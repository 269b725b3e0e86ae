//! For half a minute after a disconnection: the way back, where nobody has to look for it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use crate::components::Moment;
use crate::words::say;

#[component]
pub(crate) fn UndoCard(until: DateTime<Utc>) -> impl IntoView {
    view! {
        <section class="card undo" aria-labelledby="undo">
            <div>
                <h2 id="undo">{say!(farewell.undo_title)}</h2>
                <p>{say!(farewell.undo_until)}" "<Moment at=until/></p>
            </div>
            <div class="actions">
                <form action="/gmail/disconnect/undo/" method="post">
                    <button class="button button--primary" type="submit">{say!(farewell.undo)}</button>
                </form>
                <form action="/gmail/disconnect/finish/" method="post">
                    <button class="button button--quiet" type="submit">{say!(farewell.finish)}</button>
                </form>
            </div>
        </section>
    }
}
