//! What everybody may see: the landing page, the accessibility statement, the choice of a language.

use app::pages::PublicPage;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use model::Locale;

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::redirect::see_other;
use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(home))
        .route("/accessibility", get(accessibility))
        .route("/language", post(language))
}

/// `GET /`.
async fn home(request: PageRequest) -> Response {
    request.show(PublicPage::Home)
}

/// `GET /accessibility/`.
async fn accessibility(request: PageRequest) -> Response {
    request.show(PublicPage::Accessibility)
}

/// `POST /language/`: remembers the language and comes back to the page.
async fn language(State(state): State<AppState>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    let next = form.next();
    let page = next.as_ref().map_or("/", |next| next.as_str());
    let chosen = Locale::from_tag(form.get("language"));
    see_other(page, chosen.map(|locale| state.cookies.language(locale)))
}
