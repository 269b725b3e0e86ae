//! After a disconnection: how telling Google stands, and what became of everything.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::{Feature, Field, Receipt};
use service::{GOOGLE_PERMISSIONS, RevocationState};

use crate::components::{Icon, Moment};
use crate::words::{self, say};

/// `undo_until` is set while the disconnection can be taken back.
#[component]
pub(crate) fn RevocationStatus(
    revocation: RevocationState,
    undo_until: Option<DateTime<Utc>>,
) -> impl IntoView {
    let (word, icon) = match (undo_until, revocation.done_at) {
        (Some(_), _) => ("undo", "info"),
        (None, Some(_)) => ("done", "check"),
        (None, None) => ("pending", "sync"),
    };
    let text = match (word, revocation.tries) {
        ("undo", _) => say!(farewell.waiting).into_any(),
        ("done", _) => say!(connection.revoked).into_any(),
        (_, 0) => say!(connection.revoking).into_any(),
        _ => view! { {say!(connection.revoke_retry)}" "<Moment at=revocation.due_at/> }.into_any(),
    };
    let receipt = revocation.receipt.map(|receipt| {
        view! { <ReceiptDetails receipt ended_at=revocation.created_at revoked_at=revocation.done_at/> }
    });
    view! {
        <div class="revocation" data-revocation=word>
            <p class="revocation__state"><Icon name=icon/><span>{text}</span></p>
            {receipt}
        </div>
    }
}

/// What was deleted, what was restored, what is kept and why.
#[component]
fn ReceiptDetails(
    receipt: Receipt,
    ended_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
) -> impl IntoView {
    let fields = |title: String, fields: Vec<Field>| {
        (!fields.is_empty()).then(|| {
            let names: Vec<_> = fields.iter().map(|field| words::field(*field)).collect();
            view! {
                <div class="facts__row"><dt>{title}</dt><dd>{names.join(", ").to_lowercase()}</dd></div>
            }
        })
    };
    let features: Vec<_> = Feature::ALL
        .iter()
        .filter(|feature| receipt.granted.has(&feature.scope()))
        .map(|feature| words::feature(*feature))
        .collect();
    let revoked = revoked_at.map(|at| {
        view! {
            <div class="facts__row"><dt>{say!(farewell.revoked_at)}</dt><dd><Moment at/></dd></div>
        }
    });
    view! {
        <details class="revocation__receipt">
            <summary>{say!(farewell.receipt)}</summary>
            <dl class="facts">
                {fields(say!(farewell.deleted), receipt.rollback.deleted)}
                {fields(say!(farewell.restored), receipt.rollback.restored)}
                <div class="facts__row">
                    <dt>{say!(farewell.kept)}</dt>
                    <dd>{say!(farewell.kept_text)}</dd>
                </div>
                <div class="facts__row">
                    <dt>{say!(farewell.agreed)}</dt>
                    <dd><Moment at=receipt.connected_at/></dd>
                </div>
                <div class="facts__row">
                    <dt>{say!(farewell.granted)}</dt>
                    <dd>{features.join("; ")}</dd>
                </div>
                <div class="facts__row">
                    <dt>{say!(farewell.ended)}</dt>
                    <dd><Moment at=ended_at/></dd>
                </div>
                {revoked}
            </dl>
            <p>
                {say!(farewell.check)}" "
                <a href=GOOGLE_PERMISSIONS rel="noreferrer">{say!(farewell.google_page)}</a>
            </p>
        </details>
    }
}
