//! The personal cabinet: profile, connection, what happened lately.

use leptos::prelude::*;
use model::Field;
use service::Cabinet;

use crate::components::{
    ConflictsCard, ConnectionCard, DiffList, EventsCard, Layout, ProfileCard, UndoCard,
};
use crate::islands::LocalTimes;
use crate::local_time;
use crate::words::say;

#[component]
pub(crate) fn Dashboard(cabinet: Cabinet) -> impl IntoView {
    let greeting = match cabinet.dashboard.profile.greeting_name() {
        Some(name) => say!(dashboard.hello_name, name = name),
        None => say!(dashboard.hello),
    };
    let Cabinet { dashboard, offered, undo_until, intervals } = cabinet;
    let timezone = dashboard.profile.field(Field::Timezone);
    let known = timezone.browser.as_ref().map(|kept| kept.value.clone());
    let is_utc = timezone.text().is_none();
    let offers = dashboard.profile.offers();
    let changed = dashboard.diff.map(|diff| {
        view! {
            <section class="card changed" aria-labelledby="changed">
                <h2 id="changed">{say!(diff.title)}</h2>
                <DiffList diff/>
            </section>
        }
    });
    let is_connected = dashboard.connection.is_some();
    view! {
        <Layout wide=true>
            <h1 class="greeting">{greeting}</h1>
            <div class="rooms">
                {undo_until.map(|until| view! { <UndoCard until/> })}
                <ConflictsCard offers/>
                <ProfileCard profile=dashboard.profile updated_at=dashboard.profile_updated_at is_connected/>
                <ConnectionCard
                    connection=dashboard.connection
                    offered=offered
                    revocation=dashboard.revocation
                    undo_until
                    intervals
                />
                {changed}
                <EventsCard events=dashboard.events/>
            </div>
            <LocalTimes
                known=known
                is_utc=is_utc
                lang=local_time::dates()
            />
        </Layout>
    }
}
