//! The management API of the event stream, for the demo project's service account alone
//! (docs/google-facts.md 5.1).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use serde_json::{Value, json};
use url::{Host, Url};

use crate::event_stream::EventStream;
use crate::fault::Endpoint;
use crate::mishap;
use crate::security_event::{EventKind, SecurityEvent};
use crate::service_account::is_its_own;
use crate::world::World;

const PUSH: &str = "https://schemas.openid.net/secevent/risc/delivery-method/push";

pub(super) fn router() -> Router<World> {
    Router::new()
        .route("/stream", routing::get(show))
        .route("/stream:update", routing::post(update))
        .route("/stream:verify", routing::post(verify))
        .route("/stream/status", routing::get(status))
        .route("/stream/status:update", routing::post(set_status))
}

type Refused = Box<Response>;

async fn show(State(world): State<World>, headers: HeaderMap) -> Response {
    managed(&world, &headers, || {
        let stream = registered(&world)?;
        Ok(json!({
            "delivery": { "delivery_method": PUSH, "url": stream.url },
            "events_requested": stream.requested,
            "events_delivered": stream.requested,
        }))
    })
    .await
}

async fn update(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    managed(&world, &headers, || {
        let asked = read(&body)?;
        let missing = |name| {
            let message = format!("Stream configuration must contain {name} field.");
            refused(StatusCode::BAD_REQUEST, &message)
        };
        let url = asked["delivery"]["url"].as_str().ok_or_else(|| missing("delivery"))?;
        let wanted = asked["events_requested"].as_array();
        let wanted = wanted.ok_or_else(|| missing("events_requested"))?;
        if asked["delivery"]["delivery_method"] != PUSH {
            return Err(forbidden("Delivery method is not compliant."));
        }
        match Url::parse(url) {
            Ok(url) if url.scheme() == "https" || is_loopback(&url) => {}
            _ => return Err(forbidden("Receiver endpoint must use HTTPS.")),
        }
        // A type that is not known is dropped without a word.
        let known = EventKind::ALL.map(EventKind::uri);
        let requested = wanted.iter().filter_map(Value::as_str).map(str::to_owned);
        let requested = requested.filter(|wanted| known.contains(wanted)).collect();
        let mut state = world.state();
        let is_enabled = state.event_stream.as_ref().is_none_or(|stream| stream.is_enabled);
        state.event_stream = Some(EventStream { url: url.to_owned(), requested, is_enabled });
        Ok(json!({}))
    })
    .await
}

async fn verify(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    managed(&world, &headers, || {
        registered(&world)?;
        let state = read(&body)?["state"].clone();
        let mut event = SecurityEvent::new(EventKind::Verification);
        event.details.insert("state".to_owned(), state);
        world.push_in_background(vec![event]);
        Ok(json!({}))
    })
    .await
}

async fn status(State(world): State<World>, headers: HeaderMap) -> Response {
    managed(&world, &headers, || {
        let stream = registered(&world)?;
        Ok(json!({ "status": if stream.is_enabled { "enabled" } else { "disabled" } }))
    })
    .await
}

async fn set_status(State(world): State<World>, headers: HeaderMap, body: Bytes) -> Response {
    managed(&world, &headers, || {
        registered(&world)?;
        let is_enabled = match read(&body)?["status"].as_str() {
            Some("enabled") => true,
            Some("disabled") => false,
            _ => return Err(forbidden("Unsupported status.")),
        };
        if let Some(stream) = &mut world.state().event_stream {
            stream.is_enabled = is_enabled;
        }
        Ok(json!({}))
    })
    .await
}

/// Counts the call, plays its fault, and lets the service account in.
async fn managed(
    world: &World,
    headers: &HeaderMap,
    work: impl FnOnce() -> Result<Value, Refused> + Send,
) -> Response {
    mishap::around(world, Endpoint::RiscManagement, || {
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if !bearer.is_some_and(|token| is_its_own(token, world.base(), world.now())) {
            return *refused(StatusCode::UNAUTHORIZED, "Unauthorized");
        }
        work().map_or_else(|refused| *refused, |body| Json(body).into_response())
    })
    .await
}

fn registered(world: &World) -> Result<EventStream, Refused> {
    let none = || refused(StatusCode::NOT_FOUND, "The project has no RISC configuration.");
    world.event_stream().ok_or_else(none)
}

fn read(body: &[u8]) -> Result<Value, Refused> {
    serde_json::from_slice(body).map_err(|_| refused(StatusCode::BAD_REQUEST, "Not JSON."))
}

fn forbidden(message: &str) -> Refused {
    refused(StatusCode::FORBIDDEN, message)
}

fn refused(status: StatusCode, message: &str) -> Refused {
    let body = json!({ "error": { "code": status.as_u16(), "message": message } });
    Box::new((status, Json(body)).into_response())
}

/// The demonstration has no certificate.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
