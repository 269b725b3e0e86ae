//! The control API under /sandbox: what `World` offers, as JSON (see the crate's README).

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, patch, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::event_stream::Delivery;
use crate::fault::Fault;
use crate::id_token::{IdTokenForge, overlay};
use crate::security_event::SecurityEvent;
use crate::smtp::Mail;
use crate::world::World;
use crate::world::account::Account;
use crate::world::behaviour::Behaviour;
use crate::world::client::Client;
use crate::world::ledger::{GrantView, Issued};

type Refused = (StatusCode, String);

pub(super) fn router() -> Router<World> {
    Router::new()
        .route("/accounts", get(list_accounts).post(add_account))
        .route("/accounts/{sub}", patch(edit_account))
        .route("/accounts/{sub}/password", post(change_password))
        .route("/behaviour", get(show_behaviour).patch(adjust))
        .route("/calls", get(calls))
        .route("/clients", post(register_client))
        .route("/clock", get(show_clock).post(advance))
        .route("/deliveries", get(list_deliveries).post(push))
        .route("/events", post(sign_event))
        .route("/faults", get(list_faults).post(inject).delete(clear_faults))
        .route("/grants", get(list_grants))
        .route("/grants/{sub}", delete(remove_access))
        .route("/id-token-forges", post(forge))
        .route("/issued", get(issued))
        .route("/keys/rotate", post(rotate))
        .route("/mail", get(list_mails).delete(clear_mails))
        .route("/redirect-uris", post(register_redirect_uri))
        .route("/reset", post(reset))
        .route("/service-account", get(service_account))
        .route("/tokens", get(token))
}

async fn list_accounts(State(world): State<World>) -> Json<Vec<Account>> {
    Json(world.accounts())
}

async fn add_account(State(world): State<World>, Json(account): Json<Account>) -> StatusCode {
    world.add_account(account);
    StatusCode::CREATED
}

/// Merges members into an account; `null` removes an optional one.
async fn edit_account(
    State(world): State<World>,
    Path(sub): Path<String>,
    Json(changes): Json<Map<String, Value>>,
) -> Result<Json<Account>, Refused> {
    let account = world.accounts().into_iter().find(|account| account.sub == sub);
    let account = account.ok_or((StatusCode::NOT_FOUND, "no such account".to_owned()))?;
    let changed: Account = merged(&account, &changes)?;
    if changed.sub != sub {
        return Err((StatusCode::UNPROCESSABLE_ENTITY, "a subject never changes".to_owned()));
    }
    world.edit_account(&sub, |account| *account = changed.clone());
    Ok(Json(changed))
}

async fn change_password(State(world): State<World>, Path(sub): Path<String>) -> StatusCode {
    world.change_password(&sub);
    StatusCode::NO_CONTENT
}

async fn show_behaviour(State(world): State<World>) -> Json<Behaviour> {
    Json(world.behaviour())
}

async fn adjust(
    State(world): State<World>,
    Json(changes): Json<Map<String, Value>>,
) -> Result<Json<Behaviour>, Refused> {
    let changed: Behaviour = merged(&world.behaviour(), &changes)?;
    world.adjust(|behaviour| *behaviour = changed.clone());
    Ok(Json(changed))
}

async fn calls(State(world): State<World>) -> Json<Value> {
    let counts = world.all_calls().into_iter().map(|(endpoint, count)| (json!(endpoint), count));
    Json(counts.map(|(name, n)| (name.as_str().unwrap_or_default().to_owned(), json!(n))).collect())
}

async fn register_client(State(world): State<World>, Json(client): Json<Client>) -> StatusCode {
    world.register_client(client);
    StatusCode::CREATED
}

#[derive(Deserialize)]
struct RedirectUri {
    redirect_uri: String,
}

async fn register_redirect_uri(
    State(world): State<World>,
    Json(added): Json<RedirectUri>,
) -> StatusCode {
    world.register_redirect_uri(added.redirect_uri);
    StatusCode::CREATED
}

#[derive(Deserialize)]
struct Advance {
    advance_secs: u64,
}

async fn show_clock(State(world): State<World>) -> Json<Value> {
    Json(json!({ "now": world.now() }))
}

async fn advance(State(world): State<World>, Json(step): Json<Advance>) -> Json<Value> {
    world.advance(Duration::from_secs(step.advance_secs));
    Json(json!({ "now": world.now() }))
}

async fn sign_event(State(world): State<World>, Json(event): Json<SecurityEvent>) -> Json<Value> {
    Json(json!({ "token": world.sign_event(&event) }))
}

#[derive(Deserialize)]
struct Push {
    events: Vec<SecurityEvent>,
    #[serde(default = "once")]
    copies: usize,
}

fn once() -> usize {
    1
}

/// Pushes events to the registered receiver and waits for the last answer.
async fn push(State(world): State<World>, Json(push): Json<Push>) -> Json<Vec<Delivery>> {
    Json(world.push_events(&push.events, push.copies).await)
}

async fn list_deliveries(State(world): State<World>) -> Json<Vec<Delivery>> {
    Json(world.deliveries())
}

async fn service_account(State(world): State<World>) -> String {
    world.service_account()
}

async fn list_faults(State(world): State<World>) -> Json<Vec<Fault>> {
    Json(world.faults())
}

async fn inject(State(world): State<World>, Json(fault): Json<Fault>) -> StatusCode {
    world.inject(fault);
    StatusCode::CREATED
}

async fn clear_faults(State(world): State<World>) -> StatusCode {
    world.clear_faults();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Forgery {
    forge: IdTokenForge,
    #[serde(default)]
    times: Option<u32>,
}

async fn forge(State(world): State<World>, Json(forgery): Json<Forgery>) -> StatusCode {
    world.forge_id_token(forgery.forge, forgery.times);
    StatusCode::CREATED
}

async fn list_grants(State(world): State<World>) -> Json<Vec<GrantView>> {
    Json(world.grants())
}

async fn remove_access(State(world): State<World>, Path(sub): Path<String>) -> StatusCode {
    world.remove_access(&sub);
    StatusCode::NO_CONTENT
}

async fn issued(State(world): State<World>) -> Json<Issued> {
    Json(world.issued_by_kind())
}

async fn list_mails(State(world): State<World>) -> Json<Vec<Mail>> {
    Json(world.mails())
}

async fn clear_mails(State(world): State<World>) -> StatusCode {
    world.clear_mails();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Rotation {
    #[serde(default)]
    keep_old: bool,
}

async fn rotate(State(world): State<World>, Json(rotation): Json<Rotation>) -> StatusCode {
    world.rotate_keys(rotation.keep_old);
    StatusCode::NO_CONTENT
}

async fn reset(State(world): State<World>) -> StatusCode {
    world.reset();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Asked {
    token: String,
}

async fn token(State(world): State<World>, Query(asked): Query<Asked>) -> Json<Value> {
    Json(json!({ "is_live": world.is_live(&asked.token) }))
}

fn merged<T: Serialize + for<'de> Deserialize<'de>>(
    present: &T,
    changes: &Map<String, Value>,
) -> Result<T, Refused> {
    let unprocessable =
        |error: serde_json::Error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
    let mut object = serde_json::to_value(present).map_err(unprocessable)?;
    if let Value::Object(members) = &mut object {
        overlay(members, changes);
    }
    serde_json::from_value(object).map_err(unprocessable)
}
