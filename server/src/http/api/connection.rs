//! The link to Google: its state, a sync, its end. It begins in a browser only.

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use model::accounts::account::masked;
use model::{Scope, ScopeSet, Status, SyncInterval, SyncOutcome, SyncReport, Trigger};
use serde::{Deserialize, Serialize};
use service::{Cabinet, Disconnected, IntervalChoice, SyncRefusal};
use utoipa::ToSchema;
use uuid::Uuid;

use super::history::ChangeState;
use super::names::{CauseName, FailureName, IntervalName, OutcomeName, no_such_word};
use crate::http::extract::api_request::ApiRequest;
use crate::http::extract::json_body::JsonBody;
use crate::http::respond::api_problem::Kind;
use crate::http::respond::early_response::{EarlyResponse, HandlerResult};
use crate::http::respond::problem_details::{Fault, FaultCode};

/// The state of the link to Google. Holds no token of Google's.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Connection)]
pub(crate) struct ConnectionState {
    /// What it can do now.
    status: StatusName,
    /// Why it needs its user.
    #[schema(required)]
    cause: Option<CauseName>,
    /// The Google account's address, all but its beginning hidden.
    #[schema(required)]
    account: Option<String>,
    /// When the user connected.
    #[schema(required)]
    connected_at: Option<DateTime<Utc>>,
    /// When Google's answer last arrived whole.
    #[schema(required)]
    synced_at: Option<DateTime<Utc>>,
    /// When the next sync is due by itself.
    #[schema(required)]
    next_sync_at: Option<DateTime<Utc>>,
    /// How often its user wants it synced; null where they leave that to the site.
    #[schema(required)]
    interval: Option<IntervalName>,
    /// The intervals that can be chosen.
    intervals: Vec<IntervalName>,
    /// Why the last sync failed, if it did.
    #[schema(required)]
    last_failure: Option<FailureName>,
    /// Permissions that the user gave us at Google.
    granted: Vec<String>,
    /// Permissions that we would like and were not given.
    missing: Vec<String>,
}

/// What a connection can do.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StatusName {
    /// There is none.
    #[default]
    NotConnected,
    /// It syncs.
    Active,
    /// It is kept, and syncs only when asked to.
    Paused,
    /// Nothing works until the user agrees at Google again. Data and settings are kept.
    NeedsReconnect,
}

/// How often syncs are to come by themselves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IntervalBody {
    /// One of the connection's `intervals`; null leaves it to the site.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required, value_type = Option<IntervalName>)]
    interval: Option<String>,
}

/// What a sync did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Sync {
    /// How it ended.
    outcome: OutcomeName,
    /// Why it failed, if it did.
    #[schema(required)]
    failure: Option<FailureName>,
    /// What changed in the profile.
    changes: Vec<ChangeState>,
    /// Its id, for taking the changes back; null where there are none.
    #[schema(required)]
    sync: Option<Uuid>,
}

impl ConnectionState {
    pub(crate) fn of(cabinet: Cabinet) -> ConnectionState {
        let Some(connection) = cabinet.dashboard.connection else {
            return ConnectionState::default();
        };
        let names =
            |scopes: &ScopeSet| scopes.iter().map(Scope::as_str).map(str::to_owned).collect();
        ConnectionState {
            status: match connection.status {
                Status::Active => StatusName::Active,
                Status::Paused => StatusName::Paused,
                Status::NeedsReconnect => StatusName::NeedsReconnect,
            },
            cause: connection.cause.map(CauseName),
            account: connection.email.as_deref().map(masked),
            connected_at: Some(connection.connected_at),
            synced_at: connection.synced_at,
            next_sync_at: Some(connection.next_sync_at),
            interval: connection.interval.map(IntervalName),
            intervals: cabinet.intervals.into_iter().map(IntervalName).collect(),
            last_failure: connection.last_failure.map(FailureName),
            granted: names(&connection.granted),
            missing: names(&cabinet.offered.missing_from(&connection.granted)),
        }
    }
}

impl Sync {
    fn of(report: SyncReport, sync: Option<Uuid>) -> Sync {
        Sync {
            outcome: OutcomeName(report.outcome),
            failure: report.failure.map(FailureName),
            changes: report.changed.into_iter().map(ChangeState::of).collect(),
            sync,
        }
    }
}

/// The state of the connection
///
/// Never waits for Google.
#[utoipa::path(
    get, path = "/api/v1/connection", tag = "Connection", operation_id = "getConnection",
    security(("token" = ["connection:read"])),
    responses((status = 200, description = "The connection.", body = ConnectionState))
)]
pub(super) async fn read(request: ApiRequest) -> HandlerResult {
    Ok(Json(ConnectionState::of(cabinet(&request).await?)).into_response())
}

/// Choose how often syncs come by themselves
///
/// The operator's limits hold: see `intervals` of the connection. The next sync is then due so long
/// after the last one.
#[utoipa::path(
    put, path = "/api/v1/connection/interval", tag = "Connection",
    operation_id = "setSyncInterval",
    security(("token" = ["connection:read", "connection:write"])),
    request_body(content = IntervalBody, example = json!({"interval": "daily"})),
    responses((status = 200, description = "The connection as it is now.", body = ConnectionState))
)]
pub(super) async fn choose_interval(
    request: ApiRequest,
    JsonBody(IntervalBody { interval }): JsonBody<IntervalBody>,
) -> HandlerResult {
    let syncs = &request.state.services.syncs;
    let chosen = interval.as_deref().map(SyncInterval::parse);
    let choice = match chosen {
        Some(None) => IntervalChoice::NotOffered,
        None | Some(Some(_)) => syncs
            .choose_interval(request.user, chosen.flatten())
            .await
            .map_err(request.failed("API: storing the sync interval failed"))?,
    };
    match choice {
        IntervalChoice::Saved => read(request).await,
        IntervalChoice::NotOffered => {
            let fault = Fault {
                pointer: "/interval".to_owned(),
                code: FaultCode::InvalidValue,
                detail: no_such_word(syncs.intervals().into_iter().map(SyncInterval::as_str)),
            };
            Err(request.problem(Kind::InvalidBody).with_faults(vec![fault]).into())
        }
        IntervalChoice::NotConnected => Err(request.problem(Kind::NotConnected).into()),
    }
}

/// Sync now
///
/// Asks Google what it has, applies the policies, and says what changed. Waits for Google, for some
/// seconds at most. A sync that Google did not let succeed is an answer, too: see `outcome`.
#[utoipa::path(
    post, path = "/api/v1/sync", tag = "Connection", operation_id = "sync",
    security(("token" = ["profile:read", "connection:write"])),
    responses((status = 200, description = "What the sync did.", body = Sync))
)]
pub(super) async fn sync(request: ApiRequest) -> HandlerResult {
    let synced = request.state.services.syncs.sync(request.user, Trigger::Button).await;
    let report = match synced.map_err(request.failed("API: storing the sync result failed"))? {
        Ok(report) => report,
        Err(SyncRefusal::TooOften { wait_secs }) => {
            return Err(request.problem(Kind::TooMany).retry_after(wait_secs).into());
        }
        Err(SyncRefusal::NotConnected | SyncRefusal::NeedsReconnect) => {
            return Err(request.problem(Kind::NotConnected).into());
        }
    };
    let newest = match report.outcome {
        SyncOutcome::Updated => cabinet(&request).await?.dashboard.diff,
        SyncOutcome::Unchanged | SyncOutcome::Failed | SyncOutcome::Cancelled => None,
    };
    // Another sync may have ended since; its id would take back something else.
    let own = newest.filter(|diff| diff.changes == report.changed).map(|diff| diff.sync.0);
    Ok(Json(Sync::of(report, own)).into_response())
}

/// Disconnect
///
/// Everything that came from Google leaves the profile at once, what the user had typed comes back,
/// and Google is told to forget the consent. Cannot be undone but by connecting again, in a browser.
#[utoipa::path(
    post, path = "/api/v1/disconnect", tag = "Connection", operation_id = "disconnect",
    security(("token" = ["connection:write"])),
    responses((status = 204, description = "Disconnected."))
)]
pub(super) async fn disconnect(request: ApiRequest) -> HandlerResult {
    let done = request.state.services.connections.disconnect(request.user).await;
    match done.map_err(request.failed("API: disconnecting failed"))? {
        Disconnected::Done => Ok(StatusCode::NO_CONTENT.into_response()),
        Disconnected::NotConnected => Err(request.problem(Kind::NotConnected).into()),
    }
}

async fn cabinet(request: &ApiRequest) -> Result<Cabinet, EarlyResponse> {
    let cabinet = request.state.services.connections.cabinet(request.user).await;
    cabinet.map_err(request.failed("API: loading the connection failed"))
}
