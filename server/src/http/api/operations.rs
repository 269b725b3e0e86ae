//! The operations of the API, each declared once for its route and for the document.

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{connection, history, profile};
use crate::http::respond::problem_details::Details;
use crate::http::state::AppState;

/// The operations, each under its own address and in the document at once.
pub(super) fn operations() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(base())
        .routes(routes!(profile::read, profile::change))
        .routes(routes!(profile::avatar))
        .routes(routes!(profile::decide))
        .routes(routes!(profile::choose))
        .routes(routes!(connection::read))
        .routes(routes!(connection::choose_interval))
        .routes(routes!(connection::sync))
        .routes(routes!(connection::disconnect))
        .routes(routes!(history::list))
        .routes(routes!(history::undo))
}

/// What the API is, before its operations. Paragraphs are parted by empty lines.
const ABOUT: &str = "\
The profile of a user of SELEXIA Travel, and its link to Google, for programs that act for them.

A program shows a token that the user made in their cabinet, as `Authorization: Bearer slx_…`. \
A token has scopes and an end; an operation needs every scope that it lists. Sessions of browsers \
are not accepted here, and the token is accepted nowhere else.

Connecting Google cannot be done by a program: Google asks the user for their consent, in a browser.

Whatever goes wrong is answered with problem details (RFC 9457), media type \
`application/problem+json`. Decide by `type`; the kinds are listed below.

Send an `Idempotency-Key` of your own drawing, such as a UUID, with every request that changes \
something. Asked again under the same key within 24 hours, we do it only once: you get the first \
answer again, with `Idempotency-Replayed: true`.

Answers may get new members and lists of words new words; nothing that is described here goes away \
within `v1`.";

#[derive(OpenApi)]
#[openapi(
    tags(
        (name = "Profile", description = "What is known of the user, and who decides about it."),
        (name = "Connection", description = "The link to Google."),
        (name = "History", description = "What happened, and the way back."),
    ),
    components(schemas(Details)),
)]
struct Base;

/// The document before its operations.
fn base() -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    document.info.title = "SELEXIA Travel API".to_owned();
    document.info.version = "1".to_owned();
    document.info.description = Some(ABOUT.to_owned());
    document.info.license = None;
    document.info.contact = None;
    document
}
