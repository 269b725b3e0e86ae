//! Before the trip to Google: what is read, what is not, what it fills, how to undo it.

use leptos::prelude::*;

use crate::components::{Frame, Icon};
use crate::islands::LeaveButton;
use crate::words::say;

#[component]
pub(crate) fn Connect(reads_mailbox: bool) -> impl IntoView {
    let mut reads = vec![
        say!(connect.reads1),
        say!(connect.reads2),
        say!(connect.reads3),
        say!(connect.reads4),
    ];
    if reads_mailbox {
        reads.push(say!(connect.reads_mailbox));
    }
    let never = [say!(connect.not1), say!(connect.not2), say!(connect.not3)];
    view! {
        <Frame>
            <section class="card consent">
                <h1>{say!(connect.title)}</h1>
                <p class="lead">{say!(connect.lead)}</p>
                <div class="consent__columns">
                    <Points title=say!(connect.reads) icon="check" points=reads/>
                    <Points title=say!(connect.reads_not) icon="cross" points=never.to_vec()/>
                </div>
                <h2>{say!(connect.fills)}</h2>
                <p>{say!(connect.fills_text)}</p>
                <h2>{say!(connect.undo)}</h2>
                <p>{say!(connect.undo_text)}</p>
                <form class="actions" action="/gmail/connect/" method="post">
                    <LeaveButton label=say!(connect.go) busy=say!(connect.leaving)/>
                    <a class="button button--quiet" href="/dashboard/">{say!(connect.back)}</a>
                </form>
            </section>
        </Frame>
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
