//! A request that led to no page: one sentence, one way out, in the site's own frame.

use leptos::prelude::*;

use crate::components::{Help, Layout};
use crate::problem::Problem;
use crate::request_context::RequestContext;
use crate::words::{self, say};

#[component]
pub(crate) fn ProblemPage(problem: Problem) -> impl IntoView {
    let (title, text) = words::problem(problem);
    let reference = problem.is_ours().then(|| {
        view! { " "<code data-reference="">{RequestContext::current().reference.clone()}</code> }
    });
    view! {
        <Layout>
            <section class="card card--form">
                <h1>{title}</h1>
                <p class="lead">{text}{reference}</p>
                {problem.is_ours().then(|| view! { <Help/> })}
                <a class="button" href="/">{say!(problem.home)}</a>
            </section>
        </Layout>
    }
}
