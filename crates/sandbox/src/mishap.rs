//! Plays a fault on the wire, around the real work of an endpoint.
//! A broken connection is a response marked `HangUp`, which the accept loop never sends.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::fault::{Endpoint, FaultBody, InjectedFault};
use crate::world::World;

/// Marks a response that must not be sent: the connection breaks instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HangUp;

/// Counts the call, lets its fault happen if there is one, and does the work if the fault lets it.
pub(crate) async fn around(
    world: &World,
    endpoint: Endpoint,
    work: impl FnOnce() -> Response + Send,
) -> Response {
    let Some(fault) = world.begin_call(endpoint) else { return work() };
    tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    match fault.mishap {
        InjectedFault::Slow => work(),
        InjectedFault::Answer { status, headers, body } => {
            let mut response = answer(status, body);
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) =
                    (HeaderName::try_from(name), HeaderValue::try_from(value))
                {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        InjectedFault::Hang => std::future::pending().await,
        InjectedFault::Endless => endless(),
        InjectedFault::Oversized { bytes } => oversized(work(), bytes),
        InjectedFault::Truncated => truncated(work()).await,
        InjectedFault::DropBefore => hang_up(),
        InjectedFault::DropAfter => {
            work();
            hang_up()
        }
        InjectedFault::HangAfter => {
            work();
            std::future::pending().await
        }
    }
}

fn hang_up() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(HangUp);
    response
}

fn answer(status: u16, body: FaultBody) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json_type = |text: String| ([(header::CONTENT_TYPE, "application/json")], text);
    match body {
        FaultBody::Empty => status.into_response(),
        FaultBody::Html => {
            (status, Html("<!doctype html><title>Error</title><h1>That’s an error.</h1>"))
                .into_response()
        }
        FaultBody::MalformedJson => {
            (status, json_type(r#"{"access_token":"ya29.cut","expires_"#.to_owned()))
                .into_response()
        }
        FaultBody::OauthError { error, description, subtype } => {
            let mut body = json!({ "error": error });
            if let Some(description) = description {
                body["error_description"] = Value::String(description);
            }
            if let Some(subtype) = subtype {
                body["error_subtype"] = Value::String(subtype);
            }
            (status, json_type(body.to_string())).into_response()
        }
        FaultBody::GoogleError { reason, message } => {
            let message = message.unwrap_or_else(|| reason.clone());
            (status, json_type(google_error(status, &reason, &message).to_string())).into_response()
        }
        FaultBody::Raw { content_type, text } => {
            (status, [(header::CONTENT_TYPE, content_type)], text).into_response()
        }
    }
}

/// An API error that both kinds of parser understand (docs/google-facts.md 6).
fn google_error(status: StatusCode, reason: &str, message: &str) -> Value {
    let name = match status.as_u16() {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        _ => "INTERNAL",
    };
    json!({ "error": {
        "code": status.as_u16(), "message": message, "status": name,
        "errors": [{ "domain": "usageLimits", "reason": reason, "message": message }],
    }})
}

fn endless() -> Response {
    let blanks = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(&[b' '; 1024])), ()))
    });
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(blanks)).into_response()
}

fn oversized(response: Response, bytes: usize) -> Response {
    const BLANKS: [u8; 8192] = [b' '; 8192];
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    let padding =
        stream::iter((0..bytes.div_ceil(BLANKS.len())).map(|_| Ok(Bytes::from_static(&BLANKS))));
    Response::from_parts(parts, Body::from_stream(body.into_data_stream().chain(padding)))
}

async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len().max(2)));
    let half = whole.slice(..whole.len() / 2);
    let pause = stream::once(async {
        // The first half must leave before the connection breaks.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    Response::from_parts(parts, Body::from_stream(stream::iter([Ok(half)]).chain(pause)))
}
