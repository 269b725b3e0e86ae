//! The personal cabinet: profile, connection, what happened lately.

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use service::Cabinet;

use crate::components::{ConnectionCard, EventsCard, Page, ProfileCard};
use crate::visit::{Services, Visit};
use crate::words::say;

#[component]
pub(crate) fn Dashboard() -> impl IntoView {
    view! {
        <Page title=say!(dashboard.title) wide=true>
            {load_cabinet(|cabinet| view! { <Rooms cabinet/> }.into_any())}
        </Page>
    }
}

#[component]
fn Rooms(cabinet: Cabinet) -> impl IntoView {
    let greeting = match cabinet.dashboard.profile.greeting_name() {
        Some(name) => say!(dashboard.hello_name, name = name),
        None => say!(dashboard.hello),
    };
    let Cabinet { dashboard, missing } = cabinet;
    let is_connected = dashboard.connection.is_some();
    view! {
        <h1 class="greeting">{greeting}</h1>
        <div class="rooms">
            <ProfileCard profile=dashboard.profile updated_at=dashboard.profile_updated_at is_connected/>
            <ConnectionCard
                connection=dashboard.connection
                missing=missing
                revocation=dashboard.revocation
            />
            <EventsCard events=dashboard.events/>
        </div>
    }
}

/// Reads the viewer's cabinet and shows it. The render path never asks Google.
pub(super) fn load_cabinet(
    show: impl FnOnce(Cabinet) -> AnyView + Send + 'static,
) -> impl IntoView {
    let viewer = Visit::current().viewer;
    let gmail = expect_context::<Services>().gmail;
    let owner = Owner::current();
    Suspend::new(async move {
        let Some(viewer) = viewer else {
            // The router lets nobody in here without a session.
            return ().into_any();
        };
        match gmail.cabinet(viewer.user).await {
            Ok(cabinet) => match owner {
                Some(owner) => owner.with(|| show(cabinet)),
                None => show(cabinet),
            },
            Err(error) => {
                tracing::error!(%error, "a cabinet could not be read");
                if let Some(response) = use_context::<ResponseOptions>() {
                    response.set_status(StatusCode::INTERNAL_SERVER_ERROR);
                }
                view! { <p class="flash flash--bad" role="alert">{say!(flash.internal)}</p> }
                    .into_any()
            }
        }
    })
}
