//! The two Gmail answers the product may read, and a counter for all it must not
//! (docs/google-facts.md 4, 6).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::bearer::bearer;
use crate::fault::Endpoint;
use crate::mishap;
use crate::world::World;
use crate::world::account::Account;
use crate::world::permission::Permission;

pub(super) async fn profile(State(world): State<World>, headers: HeaderMap) -> Response {
    let opens = [
        Permission::GmailFull,
        Permission::GmailModify,
        Permission::GmailReadonly,
        Permission::GmailMetadata,
    ];
    mishap::around(&world, Endpoint::GmailProfile, || {
        read(&world, &headers, &opens, |account| {
            json!({
                "emailAddress": account.email,
                "messagesTotal": account.mailbox.messages_total,
                "threadsTotal": account.mailbox.threads_total,
                "historyId": account.mailbox.history_id.to_string(),
            })
        })
    })
    .await
}

pub(super) async fn language(State(world): State<World>, headers: HeaderMap) -> Response {
    let opens = [
        Permission::GmailSettingsBasic,
        Permission::GmailFull,
        Permission::GmailModify,
        Permission::GmailReadonly,
    ];
    mishap::around(&world, Endpoint::GmailLanguage, || {
        read(
            &world,
            &headers,
            &opens,
            |account| json!({ "displayLanguage": account.mailbox.display_language }),
        )
    })
    .await
}

pub(super) async fn other(State(world): State<World>) -> Response {
    mishap::around(&world, Endpoint::GmailOther, not_found).await
}

pub(super) fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "notFound", "NOT_FOUND", "Requested entity was not found.")
}

pub(super) fn read(
    world: &World,
    headers: &HeaderMap,
    opens: &[Permission],
    body: impl FnOnce(&Account) -> Value,
) -> Response {
    let Some((account, scopes)) = bearer(world, headers) else {
        let challenge = r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#;
        let body =
            error(StatusCode::UNAUTHORIZED, "authError", "UNAUTHENTICATED", "Invalid Credentials");
        return ([(header::WWW_AUTHENTICATE, challenge)], body).into_response();
    };
    if !opens.iter().any(|permission| scopes.contains(permission)) {
        return error(
            StatusCode::FORBIDDEN,
            "insufficientPermissions",
            "PERMISSION_DENIED",
            "Request had insufficient authentication scopes.",
        );
    }
    Json(body(&account)).into_response()
}

/// Both error shapes in one body, as Google sends them (docs/google-facts.md 6).
fn error(status: StatusCode, reason: &str, name: &str, message: &str) -> Response {
    let mut entry = json!({ "domain": "global", "reason": reason, "message": message });
    let mut details = json!([]);
    if status == StatusCode::UNAUTHORIZED {
        entry["locationType"] = json!("header");
        entry["location"] = json!("Authorization");
    }
    if status == StatusCode::FORBIDDEN {
        details = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            "domain": "googleapis.com",
        }]);
    }
    let body = json!({ "error": {
        "code": status.as_u16(), "message": message, "status": name,
        "errors": [entry], "details": details,
    }});
    (status, Json(body)).into_response()
}
