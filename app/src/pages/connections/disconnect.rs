//! Before disconnecting: what goes, by name.

use leptos::prelude::*;
use model::{Field, Status};
use service::Cabinet;

use crate::components::{Icon, Layout};
use crate::words::{self, say};

#[component]
pub(crate) fn Disconnect(cabinet: Cabinet) -> impl IntoView {
    if cabinet.dashboard.connection.is_none() {
        return view! {
            <Layout>
                <section class="card card--form">
                    <h1>{say!(disconnect.title)}</h1>
                    <p class="lead">{say!(disconnect.nothing)}</p>
                    <a class="button" href="/dashboard/">{say!(disconnect.to_dashboard)}</a>
                </section>
            </Layout>
        }
        .into_any();
    }
    let rollback = cabinet.dashboard.profile.rollback();
    let names = |fields: &[Field]| {
        fields
            .iter()
            .map(|field| words::field(*field).to_lowercase())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let named = |fields: &[Field], title: String| {
        (!fields.is_empty()).then(|| format!("{title}: {}", names(fields)))
    };
    let goes = named(&rollback.deleted, say!(disconnect.goes));
    let returns = named(&rollback.restored, say!(disconnect.returns));
    let is_active = cabinet.dashboard.connection.is_some_and(|c| c.status == Status::Active);
    let points = goes
        .into_iter()
        .chain(returns)
        .chain([say!(disconnect.stops), say!(disconnect.revokes), say!(disconnect.keeps)])
        .map(|point| view! { <li><Icon name="info"/><span>{point}</span></li> })
        .collect_view();
    view! {
        <Layout>
            <section class="card consent">
                <h1>{say!(disconnect.title)}</h1>
                <p class="lead">{say!(disconnect.lead)}</p>
                <ul class="points">{points}</ul>
                <div class="actions">
                    <form action="/gmail/disconnect/" method="post">
                        <button class="button button--danger" type="submit">{say!(disconnect.submit)}</button>
                    </form>
                    <a class="button button--quiet" href="/dashboard/">{say!(disconnect.back)}</a>
                </div>
                {is_active.then(|| view! { <PauseInstead/> })}
            </section>
        </Layout>
    }
    .into_any()
}

/// What most people want who press "disconnect": that nothing changes for a while.
#[component]
fn PauseInstead() -> impl IntoView {
    view! {
        <div class="instead">
            <h2>{say!(disconnect.pause_title)}</h2>
            <p>{say!(disconnect.pause_text)}</p>
            <form action="/gmail/pause/" method="post">
                <button class="button" type="submit">{say!(disconnect.pause)}</button>
            </form>
        </div>
    }
}
