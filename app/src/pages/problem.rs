//! A request that led to no page: one sentence, one way out, in the site's own frame.

use leptos::prelude::*;

use crate::components::{Frame, Help};
use crate::problem::Problem;
use crate::visit::Visit;
use crate::words::{self, say};

#[component]
pub(crate) fn ProblemPage(problem: Problem) -> impl IntoView {
    let (title, text) = words::problem(problem);
    let reference = problem.is_ours().then(|| {
        view! { " "<code data-reference="">{Visit::current().reference.clone()}</code> }
    });
    view! {
        <Frame>
            <section class="card card--form">
                <h1>{title}</h1>
                <p class="lead">{text}{reference}</p>
                {problem.is_ours().then(|| view! { <Help/> })}
                <a class="button" href="/">{say!(problem.home)}</a>
            </section>
        </Frame>
    }
}
