//! What happened, with the differences; and the way back.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use model::{Change, Origin, SyncId};
use serde::{Deserialize, Serialize};
use service::{Diff, Filter, History, HistoryEntry};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::names::{
    ActorName, EventName, FailureName, FieldName, FilterName, SourceName, value_of,
};
use crate::http::extract::api_request::ApiRequest;
use crate::http::extract::json_body::JsonBody;
use crate::http::respond::api_problem::Kind;
use crate::http::respond::early_response::{EarlyResponse, HandlerResult};

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryQuery {
    /// Which lines; all of them where nothing is said.
    filter: Option<FilterName>,
    /// Which page, from 1.
    #[param(minimum = 1)]
    page: Option<usize>,
}

/// A page of the history, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = History)]
pub(super) struct HistoryPage {
    /// The lines.
    lines: Vec<HistoryLine>,
    /// Which lines.
    filter: FilterName,
    /// Which page, from 1.
    page: usize,
    /// Whether older lines follow on the next page.
    has_more: bool,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryLine {
    /// What.
    event: EventName,
    /// When.
    at: DateTime<Utc>,
    /// Why, for what did not succeed.
    #[schema(required)]
    failure: Option<FailureName>,
    /// Who did it; null for what happened before that was written down.
    #[schema(required)]
    actor: Option<ActorName>,
    /// From where: a browser with its address, or a program's name.
    #[schema(required)]
    place: Option<String>,
    /// What a sync changed; null for everything else, and when the connection is gone.
    #[schema(required)]
    diff: Option<DiffState>,
}

/// What a sync changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Diff)]
struct DiffState {
    /// The sync, for taking it back.
    sync: Uuid,
    /// The changes.
    changes: Vec<ChangeState>,
    /// The fields that were taken back since.
    undone: Vec<FieldName>,
}

/// A change of one field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub(super) struct ChangeState {
    /// The field.
    field: FieldName,
    /// The value before.
    #[schema(required)]
    old: Option<String>,
    /// Where that came from.
    #[schema(required)]
    old_source: Option<SourceName>,
    /// The value after.
    #[schema(required)]
    new: Option<String>,
}

/// What to take back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UndoBody {
    /// Only this field; everything that the sync changed where nothing is said.
    field: Option<FieldName>,
}

/// What was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Undone {
    /// The fields that have their value from before the sync again.
    undone: Vec<FieldName>,
}

impl HistoryPage {
    fn of(history: History) -> HistoryPage {
        HistoryPage {
            lines: history.lines.into_iter().map(HistoryLine::of).collect(),
            filter: FilterName(history.filter),
            page: history.page,
            has_more: history.has_more,
        }
    }
}

impl HistoryLine {
    pub(crate) fn of(HistoryEntry { event, diff, origin }: HistoryEntry) -> HistoryLine {
        let (actor, place) = origin.map(|Origin { actor, place }| (actor, place)).unzip();
        HistoryLine {
            event: EventName(event.kind),
            at: event.at,
            failure: event.failure.map(FailureName),
            actor: actor.map(ActorName),
            place: place.flatten(),
            diff: diff.map(DiffState::of),
        }
    }
}

impl DiffState {
    fn of(diff: Diff) -> DiffState {
        DiffState {
            sync: diff.sync.0,
            changes: diff.changes.into_iter().map(ChangeState::of).collect(),
            undone: diff.undone.into_iter().map(FieldName).collect(),
        }
    }
}

impl ChangeState {
    pub(super) fn of(change: Change) -> ChangeState {
        let value = |value: Option<String>| value.map(|value| value_of(change.field, &value));
        ChangeState {
            field: FieldName(change.field),
            old: value(change.old),
            old_source: change.old_source.map(SourceName),
            new: value(change.new),
        }
    }
}

/// What happened
///
/// Twenty lines a page, newest first: sign-ins, tokens, changes of the profile, what became of the
/// connection. A sync that changed something carries its differences and its id.
#[utoipa::path(
    get, path = "/api/v1/history", tag = "History", operation_id = "getHistory",
    security(("token" = ["profile:read", "connection:read"])),
    params(HistoryQuery),
    responses((status = 200, description = "A page of the history.", body = HistoryPage))
)]
pub(super) async fn list(
    request: ApiRequest,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> HandlerResult {
    let Query(HistoryQuery { filter, page }) = query.map_err(|rejection| -> EarlyResponse {
        request.problem(Kind::BadRequest).because(rejection.body_text()).into()
    })?;
    let filter = filter.map_or(Filter::All, |FilterName(filter)| filter);
    let history = request.profiles().history(request.user, filter, page.unwrap_or(1)).await;
    let history = history.map_err(request.failed("API: loading the history failed"))?;
    Ok(Json(HistoryPage::of(history)).into_response())
}

/// Take a change back
///
/// Gives one field, or all that the sync changed, its value from before, as far as the sync's value
/// is still shown. The value that was taken back does not come again with the next sync.
#[utoipa::path(
    post, path = "/api/v1/history/{sync}/undo", tag = "History", operation_id = "undoSync",
    security(("token" = ["profile:write"])),
    params(("sync" = Uuid, Path, description = "The id of the sync, as in the history.")),
    request_body(content = UndoBody, example = json!({"field": "first_name"})),
    responses((status = 200, description = "The fields that were taken back.", body = Undone))
)]
pub(super) async fn undo(
    request: ApiRequest,
    Path(sync): Path<String>,
    JsonBody(UndoBody { field }): JsonBody<UndoBody>,
) -> HandlerResult {
    const UNDONE: &str = "API: undoing a change failed";
    let Ok(sync) = Uuid::parse_str(&sync).map(SyncId) else {
        return Err(request.problem(Kind::NotFound).into());
    };
    let known =
        request.profiles().diff(request.user, sync).await.map_err(request.failed(UNDONE))?;
    if known.is_none() {
        return Err(request.problem(Kind::NotFound).into());
    }
    let only = field.map(|FieldName(field)| field);
    let undone =
        request.profiles().undo(request.user, sync, only).await.map_err(request.failed(UNDONE))?;
    if undone.is_empty() {
        return Err(request.problem(Kind::NothingToUndo).into());
    }
    Ok(Json(Undone { undone: undone.into_iter().map(FieldName).collect() }).into_response())
}
