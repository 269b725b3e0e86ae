//! The two Calendar settings that the product may read, and a counter for all it must not
//! (docs/google-facts.md 4, 6).

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::gmail::{not_found, read};
use crate::fault::Endpoint;
use crate::mishap;
use crate::world::World;
use crate::world::permission::Permission;

pub(super) async fn setting(
    State(world): State<World>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !matches!(name.as_str(), "timezone" | "locale") {
        return other(State(world)).await;
    }
    mishap::around(&world, Endpoint::CalendarSettings, || {
        read(&world, &headers, &[Permission::CalendarSettingsReadonly], |account| {
            let calendar = &account.calendar;
            let value = if name == "locale" { &calendar.locale } else { &calendar.timezone };
            json!({
                "kind": "calendar#setting",
                "etag": "\"0\"",
                "id": name,
                "value": value,
            })
        })
    })
    .await
}

pub(super) async fn other(State(world): State<World>) -> Response {
    mishap::around(&world, Endpoint::CalendarOther, not_found).await
}
