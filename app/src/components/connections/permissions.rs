//! What Google allows us and what that does for the user: sentences first, technical names behind a
//! disclosure, and beside everything that is off the one button that asks for it alone.

use leptos::prelude::*;
use model::{Feature, FeatureState, Scope, ScopeSet};

use crate::components::Icon;
use crate::words::{self, say};

#[component]
pub(crate) fn Permissions(offered: ScopeSet, granted: ScopeSet) -> impl IntoView {
    let states: Vec<_> = Feature::ALL
        .iter()
        .filter_map(|feature| Some((*feature, feature.state(&offered, &granted)?)))
        .collect();
    let is_whole = states.iter().all(|(_, state)| *state == FeatureState::On);
    let features = states
        .into_iter()
        .map(|(feature, state)| view! { <FeatureLine feature state/> })
        .collect_view();
    let names = granted.iter().map(Scope::wire).collect::<Vec<_>>().join(" ");
    view! {
        <details class="permissions" open=!is_whole>
            <summary>{say!(connection.permissions)}</summary>
            <ul class="permissions__list">{features}</ul>
            <details class="permissions__names">
                <summary>{say!(connection.technical)}</summary>
                <code>{names}</code>
            </details>
        </details>
    }
}

#[component]
fn FeatureLine(feature: Feature, state: FeatureState) -> impl IntoView {
    let (icon, word) = match state {
        FeatureState::On => ("check", "on"),
        FeatureState::Refused => ("alert", "refused"),
        FeatureState::Off => ("info", "off"),
    };
    let remedy = match state {
        FeatureState::On => None,
        FeatureState::Refused => Some(("/gmail/connect/".to_owned(), say!(connection.allow))),
        FeatureState::Off => {
            let page = format!("/gmail/connect/?feature={}", feature.as_str());
            Some((page, say!(connection.turn_on)))
        }
    };
    let remedy = remedy.map(|(page, label)| {
        let whole = format!("{label}: {}", words::feature(feature));
        view! { <a class="button button--small" href=page aria-label=whole>{label}</a> }
    });
    view! {
        <li
            class=format!("permission permission--{word}")
            data-feature=feature.as_str()
            data-feature-state=word
        >
            <Icon name=icon/>
            <span class="permission__text">
                {words::feature(feature)}
                {(state == FeatureState::Refused).then(|| format!(" — {}", say!(connection.refused)))}
            </span>
            {remedy}
        </li>
    }
}
