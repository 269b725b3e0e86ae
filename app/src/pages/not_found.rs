//! No such page.

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::components::Page;
use crate::words::say;

#[component]
pub(crate) fn NotFound() -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
    view! {
        <Page title=say!(problem.not_found)>
            <section class="card card--form">
                <h1>{say!(problem.not_found)}</h1>
                <p class="lead">{say!(problem.not_found_text)}</p>
                <a class="button" href="/">{say!(problem.home)}</a>
            </section>
        </Page>
    }
}
