//! Before the trip to Google: what is read, what is not, what it fills, how to undo it.

use leptos::prelude::*;
use model::Feature;

use crate::components::{Icon, Layout};
use crate::islands::SubmitButton;
use crate::words::say;

/// The page before the authorization flow; `extra` is what the user asked for besides.
#[component]
pub(crate) fn Connect(extra: Option<Feature>) -> impl IntoView {
    let (title, reads) = match extra {
        Some(Feature::Calendar) => {
            (say!(connect.calendar_title), vec![say!(connect.calendar_reads)])
        }
        Some(Feature::Mailbox) => (say!(connect.mailbox_title), vec![say!(connect.mailbox_reads)]),
        _ => (
            say!(connect.title),
            vec![
                say!(connect.reads1),
                say!(connect.reads2),
                say!(connect.reads3),
                say!(connect.reads4),
            ],
        ),
    };
    let never = [say!(connect.not1), say!(connect.not2), say!(connect.not3)];
    let after = if extra.is_some() {
        view! {
            <h2>{say!(connect.extra_free)}</h2>
            <p>{say!(connect.extra_free_text)}</p>
        }
        .into_any()
    } else {
        view! {
            <h2>{say!(connect.fills)}</h2>
            <p>{say!(connect.fills_text)}</p>
            <h2>{say!(connect.undo)}</h2>
            <p>{say!(connect.undo_text)}</p>
        }
        .into_any()
    };
    let feature =
        extra.map(|extra| view! { <input type="hidden" name="feature" value=extra.as_str()/> });
    view! {
        <Layout>
            <section class="card consent">
                <h1>{title}</h1>
                <p class="lead">{say!(connect.lead)}</p>
                <div class="consent__columns">
                    <Points title=say!(connect.reads) icon="check" points=reads/>
                    <Points title=say!(connect.reads_not) icon="cross" points=never.to_vec()/>
                </div>
                {after}
                <form class="actions" action="/gmail/connect/" method="post">
                    {feature}
                    <SubmitButton label=say!(connect.go) busy=say!(connect.leaving)/>
                    <a class="button button--quiet" href="/dashboard/">{say!(connect.back)}</a>
                </form>
            </section>
        </Layout>
    }
}

#[component]
fn Points(title: String, icon: &'static str, points: Vec<String>) -> impl IntoView {
    let points = points
        .into_iter()
        .map(|point| view! { <li><Icon name=icon/><span>{point}</span></li> })
        .collect_view();
    view! {
        <div>
            <h2>{title}</h2>
            <ul class=format!("points points--{icon}")>{points}</ul>
        </div>
    }
}
