//! The accessibility statement: what holds, how it was checked, what does not, whom to tell.

use leptos::prelude::*;

use crate::components::{Help, Layout};
use crate::words::say;

#[component]
pub(crate) fn Accessibility() -> impl IntoView {
    let parts = [
        (say!(accessibility.aim), say!(accessibility.aim_text)),
        (say!(accessibility.checked), say!(accessibility.checked_text)),
        (say!(accessibility.limits), say!(accessibility.limits_text)),
        (say!(accessibility.tell), say!(accessibility.tell_text)),
    ];
    let parts = parts.map(|(title, text)| view! { <h2>{title}</h2><p>{text}</p> }).collect_view();
    view! {
        <Layout>
            <section class="card consent">
                <h1>{say!(accessibility.title)}</h1>
                <p class="lead">{say!(accessibility.lead)}</p>
                {parts}
                <Help/>
            </section>
        </Layout>
    }
}
