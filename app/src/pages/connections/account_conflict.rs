//! Another account was chosen at Google than the connected one: keep or switch, never silently.

use leptos::prelude::*;
use model::accounts::account::{mask_distinctly, masked};
use service::AccountConflict;

use crate::components::{Icon, Layout, Moment};
use crate::words::say;

#[component]
pub(crate) fn AccountConflictPage(conflict: AccountConflict) -> impl IntoView {
    let (connected, chosen) = match (conflict.connected, conflict.chosen) {
        (Some(connected), Some(chosen)) => mask_distinctly(&connected, &chosen),
        (connected, chosen) => {
            let name = |email: Option<String>| email.as_deref().map(masked);
            let nameless = || say!(crossroads.nameless);
            (name(connected).unwrap_or_else(nameless), name(chosen).unwrap_or_else(nameless))
        }
    };
    let until = conflict.until;
    view! {
        <Layout>
            <section class="card consent">
                <h1>{say!(crossroads.title)}</h1>
                <p class="lead">
                    {say!(crossroads.connected)}" "<b>{connected.clone()}</b>". "
                    {say!(crossroads.chosen)}" "<b>{chosen.clone()}</b>"."
                </p>
                <ul class="points">
                    <li><Icon name="check"/><span>{say!(crossroads.nothing_yet)}</span></li>
                    <li><Icon name="info"/><span>{say!(crossroads.switch_text)}</span></li>
                    <li>
                        <Icon name="info"/>
                        <span>{say!(crossroads.until)}" "<Moment at=until/></span>
                    </li>
                </ul>
                <div class="actions">
                    <form action="/gmail/switch/keep/" method="post">
                        <button class="button button--primary" type="submit">
                            {say!(crossroads.keep, name = connected)}
                        </button>
                    </form>
                    <form action="/gmail/switch/" method="post">
                        <button class="button" type="submit">
                            {say!(crossroads.switch, name = chosen)}
                        </button>
                    </form>
                </div>
            </section>
        </Layout>
    }
}
