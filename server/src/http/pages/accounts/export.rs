//! `GET /dashboard/export/`: everything that we keep of somebody, as a file for them to take away.
//! In the API's own shapes, so that what reads the one reads the other.

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use axum::response::IntoResponse;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::Field;
use serde::Serialize;
use service::Filter;

use crate::http::api::connection::ConnectionState;
use crate::http::api::history::HistoryLine;
use crate::http::api::profile_shape::ProfileState;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;

const UNREAD: &str = "loading the export failed";
const FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"selexia-travel.json\"");
const NOWHERE: HeaderValue = HeaderValue::from_static("no-store");

/// What the file holds.
#[derive(Serialize)]
struct Export {
    /// The sign-in address.
    account: String,
    profile: ProfileState,
    /// The picture that the profile names, as a `data:` address (RFC 2397).
    avatar: Option<String>,
    connection: ConnectionState,
    /// Newest first, whole.
    history: Vec<HistoryLine>,
}

/// The viewer's file. Reads only, and never asks Google.
pub(super) async fn export(request: PageRequest) -> HandlerResult {
    let user = request.require_viewer()?;
    let services = &request.state.services;
    let failed = request.failed(UNREAD);
    let cabinet = services.connections.cabinet(user).await.map_err(&failed)?;
    let profile = services.profiles.find(user).await.map_err(&failed)?;
    let avatar = match profile.get(Field::Avatar) {
        Some(hash) => services.connections.avatar(user, hash).await.map_err(&failed)?,
        None => None,
    };
    let mut history = Vec::new();
    for page in 1.. {
        let lines = services.profiles.history(user, Filter::All, page).await.map_err(&failed)?;
        history.extend(lines.lines.into_iter().map(HistoryLine::of));
        // The last page is given again for every number after it.
        if !lines.has_more || lines.page != page {
            break;
        }
    }
    let export = Export {
        account: request.context.viewer_email().unwrap_or_default(),
        profile: ProfileState::of(&profile),
        avatar: avatar.map(|avatar| {
            format!("data:{};base64,{}", avatar.media_type, BASE64_STANDARD.encode(avatar.bytes))
        }),
        connection: ConnectionState::of(cabinet),
        history,
    };
    Ok(([(CONTENT_DISPOSITION, FILE), (CACHE_CONTROL, NOWHERE)], Json(export)).into_response())
}
