//! What a sync changed, old and new, and the way back.

use leptos::prelude::*;
use model::{Change, Field};
use service::Diff;

use crate::components::Icon;
use crate::words::{self, say};

/// The changes of one sync, each with a button that takes it back.
#[component]
pub(crate) fn DiffList(diff: Diff) -> impl IntoView {
    let sync = diff.sync.to_string();
    let open = diff.changes.iter().filter(|change| !diff.undone.contains(&change.field)).count();
    let all = (open > 1).then(|| {
        view! { <UndoForm sync=sync.clone() field=None label=say!(diff.undo_all)/> }
    });
    let items = diff
        .changes
        .into_iter()
        .map(|change| {
            let is_undone = diff.undone.contains(&change.field);
            view! { <OneChange sync=sync.clone() change is_undone/> }
        })
        .collect_view();
    view! {
        <ul class="diff">{items}</ul>
        {all}
    }
}

#[component]
fn OneChange(sync: String, change: Change, is_undone: bool) -> impl IntoView {
    let Change { field, old, new, .. } = change;
    let said = |value: Option<String>| match value {
        Some(value) => words::value(field, &value),
        None => say!(diff.nothing),
    };
    let end = if is_undone {
        view! { <span class="mark"><Icon name="check"/>{say!(diff.undone)}</span> }.into_any()
    } else {
        view! { <UndoForm sync field=Some(field) label=say!(diff.undo)/> }.into_any()
    };
    view! {
        <li class="diff__item" data-change=field.as_str()>
            <span class="diff__field">{words::field(field)}</span>
            <span class="diff__values">
                <del>{said(old)}</del>" → "<ins>{said(new)}</ins>
            </span>
            {end}
        </li>
    }
}

#[component]
fn UndoForm(sync: String, field: Option<Field>, label: String) -> impl IntoView {
    // Several buttons with one word on them: each says to a screen reader what it is about.
    let about = field.map(|field| format!("{label}: {}", words::field(field)));
    let field =
        field.map(|field| view! { <input type="hidden" name="field" value=field.as_str()/> });
    view! {
        <form class="diff__undo" action="/dashboard/undo/" method="post">
            <input type="hidden" name="sync" value=sync/>
            {field}
            <button class="button button--small" type="submit" aria-label=about>{label}</button>
        </form>
    }
}
