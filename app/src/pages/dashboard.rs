//! The personal cabinet: profile, connection, what happened lately.

use leptos::prelude::*;
use service::Cabinet;

use crate::components::{ConnectionCard, EventsCard, Frame, ProfileCard};
use crate::islands::LocalTimes;
use crate::words::{self, say};

#[component]
pub(crate) fn Dashboard(cabinet: Cabinet) -> impl IntoView {
    let greeting = match cabinet.dashboard.profile.greeting_name() {
        Some(name) => say!(dashboard.hello_name, name = name),
        None => say!(dashboard.hello),
    };
    let Cabinet { dashboard, missing } = cabinet;
    let is_connected = dashboard.connection.is_some();
    view! {
        <Frame wide=true>
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
            <LocalTimes lang=words::dates_of(words::visitors()).to_owned()/>
        </Frame>
    }
}
