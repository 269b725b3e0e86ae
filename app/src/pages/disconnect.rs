//! Before disconnecting: what goes, by name.

use leptos::prelude::*;
use model::{Field, Source};
use service::Cabinet;

use crate::components::{Frame, Icon};
use crate::words::{self, say};

#[component]
pub(crate) fn Disconnect(cabinet: Cabinet) -> impl IntoView {
    if cabinet.dashboard.connection.is_none() {
        return view! {
            <Frame>
                <section class="card card--form">
                    <h1>{say!(disconnect.title)}</h1>
                    <p class="lead">{say!(disconnect.nothing)}</p>
                    <a class="button" href="/dashboard/">{say!(disconnect.to_dashboard)}</a>
                </section>
            </Frame>
        }
        .into_any();
    }
    let profile = &cabinet.dashboard.profile;
    let from_google: Vec<_> = Field::ALL
        .iter()
        .filter(|field| profile.source(**field) == Some(Source::Google))
        .map(|field| words::field(*field).to_lowercase())
        .collect();
    let goes = (!from_google.is_empty())
        .then(|| format!("{}: {}", say!(disconnect.goes), from_google.join(", ")));
    let hides_own = Field::ALL.iter().any(|field| {
        profile.source(*field) == Some(Source::Google) && profile.slot(*field).own.is_some()
    });
    let points = goes
        .into_iter()
        .chain(hides_own.then(|| say!(disconnect.returns)))
        .chain([say!(disconnect.stops), say!(disconnect.revokes), say!(disconnect.keeps)])
        .map(|point| view! { <li><Icon name="info"/><span>{point}</span></li> })
        .collect_view();
    view! {
        <Frame>
            <section class="card consent">
                <h1>{say!(disconnect.title)}</h1>
                <p class="lead">{say!(disconnect.lead)}</p>
                <ul class="points">{points}</ul>
                <form class="actions" action="/gmail/disconnect/" method="post">
                    <button class="button button--danger" type="submit">{say!(disconnect.submit)}</button>
                    <a class="button button--quiet" href="/dashboard/">{say!(disconnect.back)}</a>
                </form>
            </section>
        </Frame>
    }
    .into_any()
}
