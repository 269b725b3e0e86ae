//! The profile: each value with its source, in text.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::{Field, Profile, Source, StoredValue};

use crate::components::Moment;
use crate::request_context::RequestContext;
use crate::words::{self, say};

#[component]
pub(crate) fn ProfileCard(
    profile: Profile,
    updated_at: Option<DateTime<Utc>>,
    is_connected: bool,
) -> impl IntoView {
    let rows = Field::TYPED.iter().map(|field| {
        let field = *field;
        let value = match profile.get(field) {
            Some(value) => {
                view! { <span data-field=field.as_str()>{words::value(field, value)}</span> }
                    .into_any()
            }
            None => view! {
                <span class="facts__empty" data-field=field.as_str()>{say!(dashboard.empty)}</span>
            }
            .into_any(),
        };
        let source = profile.source(field).map(|source| view! { <SourceMark source/> });
        view! {
            <div class="facts__row">
                <dt>{words::field(field)}</dt>
                <dd>{value}{source}</dd>
            </div>
        }
    });
    let rows = rows.collect_view();
    let updated = updated_at.map(|at| {
        view! {
            <div class="facts__row">
                <dt>{say!(dashboard.updated)}</dt>
                <dd><Moment at/></dd>
            </div>
        }
    });
    let invite =
        (!is_connected).then(|| view! { <p class="card__aside">{say!(dashboard.invite)}</p> });
    view! {
        <section class="card profile" aria-labelledby="profile">
            <div class="profile__head">
                <Avatar profile=profile.clone()/>
                <h2 id="profile">{say!(dashboard.profile)}</h2>
                <a class="button button--small" href="/dashboard/profile/">{say!(dashboard.edit)}</a>
            </div>
            <dl class="facts">
                {rows}
                <div class="facts__row">
                    <dt>{say!(dashboard.sign_in_email)}</dt>
                    <dd>
                        {RequestContext::current().viewer_email()}" "
                        <a class="facts__link" href="/dashboard/account/">{say!(dashboard.account)}</a>
                    </dd>
                </div>
                {updated}
            </dl>
            {invite}
        </section>
    }
}

/// Where a value comes from, in text; where there is room for it since when, and by which sync.
#[component]
pub(crate) fn SourceMark(
    source: Source,
    #[prop(optional)] kept: Option<StoredValue>,
) -> impl IntoView {
    let class = format!("mark mark--{}", source.as_str());
    let since = kept.map(|StoredValue { at, sync, .. }| match sync {
        Some(sync) if source == Source::Google => {
            let line = format!("/dashboard/history/?show=profile&sync={sync}#sync-{sync}");
            view! { ", "<a href=line title=say!(profile.see_sync)><Moment at/></a> }.into_any()
        }
        _ => view! { ", "<Moment at/> }.into_any(),
    });
    view! { <span class=class>{words::source(source)}{since}</span> }
}

/// The picture from our own address, or initials.
#[component]
fn Avatar(profile: Profile) -> impl IntoView {
    let name = profile.full_name();
    match profile.get(Field::Avatar) {
        Some(hash) => view! {
            <img
                class="avatar"
                src=format!("/avatar/{hash}")
                alt=name.unwrap_or_else(|| say!(dashboard.avatar))
                width="72"
                height="72"
            />
        }
        .into_any(),
        None => {
            let email = RequestContext::current().viewer_email();
            let initials: String = name
                .or(email)
                .unwrap_or_default()
                .split_whitespace()
                .filter_map(|word| word.chars().next())
                .take(2)
                .flat_map(char::to_uppercase)
                .collect();
            view! { <span class="avatar avatar--initials" aria-hidden="true">{initials}</span> }
                .into_any()
        }
    }
}
