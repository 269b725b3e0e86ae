//! Everything that happened, newest first, by kind and by page.

use leptos::prelude::*;
use service::{Filter, History};

use crate::components::{EventLine, Layout};
use crate::words::{self, say};

#[component]
pub(crate) fn HistoryList(history: History) -> impl IntoView {
    let History { lines, filter, page, has_more } = history;
    let address = |filter: Filter, page: usize| {
        format!("/dashboard/history/?show={}&page={page}", filter.as_str())
    };
    let filters = Filter::ALL
        .iter()
        .map(|other| {
            let is_current = *other == filter;
            view! {
                <a class="tab" href=address(*other, 1) aria-current=is_current.then_some("page")>
                    {words::filter(*other)}
                </a>
            }
        })
        .collect_view();
    let is_empty = lines.is_empty();
    let lines = lines.into_iter().map(|line| view! { <EventLine line/> }).collect_view();
    let newer = (page > 1).then(|| {
        view! { <a class="button button--small" href=address(filter, page - 1) rel="prev">{say!(history.newer)}</a> }
    });
    let older = has_more.then(|| {
        view! { <a class="button button--small" href=address(filter, page + 1) rel="next">{say!(history.older)}</a> }
    });
    view! {
        <Layout>
            <section class="card events">
                <h1>{say!(history.title)}</h1>
                <p class="lead">{say!(history.lead)}</p>
                <nav class="tabs" aria-label=say!(history.filter)>{filters}</nav>
                {if is_empty {
                    view! { <p class="card__aside">{say!(history.empty)}</p> }.into_any()
                } else {
                    view! { <ul class="events__list">{lines}</ul> }.into_any()
                }}
                <div class="actions pager">
                    {newer}
                    <span class="card__aside">{say!(history.page, page = page)}</span>
                    {older}
                </div>
                <p><a href="/dashboard/">{say!(profile.back)}</a></p>
            </section>
        </Layout>
    }
}
