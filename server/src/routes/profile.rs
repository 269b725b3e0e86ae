//! The user's profile: the form of its fields, choices, changes taken back, history.

use std::sync::Arc;

use app::flash::{Flash, Notice};
use app::pages::{Page, ProfileForm};
use app::visit::Visit;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use model::{Field, LocalPath, Policy, SyncId, UserId};
use service::{Choice, Draft, Filter};
use uuid::Uuid;

use super::form::{Form, see_other};
use super::page::show;
use super::problem::{Problem, problem};
use crate::state::AppState;

/// Who is asking, and with what.
struct Asked<'a> {
    state: &'a AppState,
    visit: &'a Arc<Visit>,
    headers: &'a HeaderMap,
}

impl Asked<'_> {
    /// The viewer; the sign-in page for everybody else, which comes back to the cabinet.
    fn viewer(&self) -> Result<UserId, Box<Response>> {
        let viewer = self.visit.viewer.as_ref().map(|viewer| viewer.user);
        viewer.ok_or_else(|| {
            Box::new(Redirect::to("/login/?next=/dashboard/profile/").into_response())
        })
    }

    fn failed(&self, error: &service::Error) -> Box<Response> {
        tracing::error!(%error, "a profile could not be read or changed");
        Box::new(problem(self.state, self.visit, self.headers, Problem::Internal))
    }

    fn back(&self, flash: &Flash) -> Response {
        see_other(&LocalPath::dashboard(), [self.state.cookies.flash(flash)])
    }
}

fn answer(result: Result<Response, Box<Response>>) -> Response {
    result.unwrap_or_else(|response| *response)
}

/// `GET /dashboard/profile/`: the form.
pub(super) async fn form(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
) -> Response {
    let asked = Asked { state: &state, visit: &visit, headers: &headers };
    let read = async {
        let profile = state.services.profiles.find(asked.viewer()?).await;
        let profile = profile.map_err(|error| asked.failed(&error))?;
        let form = ProfileForm { profile, ..ProfileForm::default() };
        Ok(show(&state, visit.clone(), Page::Profile(form)))
    };
    answer(read.await)
}

/// `POST /dashboard/profile/`: takes over what was typed and decided. A refused form comes back
/// with everything that was typed.
pub(super) async fn save(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked { state: &state, visit: &visit, headers: &headers };
    let draft = draft(&Form::parse(&body));
    let saved = async {
        let user = asked.viewer()?;
        let profiles = &state.services.profiles;
        match profiles.edit(user, &draft).await.map_err(|error| asked.failed(&error))? {
            Ok(()) => Ok(asked.back(&Flash::from(Notice::Saved))),
            Err(bad) => {
                let profile = profiles.find(user).await.map_err(|error| asked.failed(&error))?;
                let form = ProfileForm { profile, draft, bad };
                let mut response = show(&state, visit.clone(), Page::Profile(form));
                *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
                Ok(response)
            }
        }
    };
    answer(saved.await)
}

fn draft(form: &Form) -> Draft {
    let mut draft = Draft::default();
    for field in Field::TYPED {
        if let Some(text) = form.find(field.word()) {
            draft.values.insert(*field, text.to_owned());
        }
        let policy = form.find(&format!("policy_{}", field.word())).and_then(Policy::from_word);
        if let Some(policy) = policy {
            draft.policies.insert(*field, policy);
        }
    }
    draft
}

/// `POST /dashboard/choices/`: what to do where Google has another value.
pub(super) async fn choose(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked { state: &state, visit: &visit, headers: &headers };
    let form = Form::parse(&body);
    let choices: Vec<_> = Field::ALL
        .iter()
        .filter_map(|field| {
            let choice = match form.get(field.word()) {
                "apply" => Choice::Apply,
                "keep" => Choice::KeepOnce,
                "always" => Choice::KeepAlways,
                _ => return None,
            };
            Some((*field, choice))
        })
        .collect();
    let chosen = async {
        let chosen = state.services.profiles.choose(asked.viewer()?, &choices).await;
        chosen.map_err(|error| asked.failed(&error))?;
        Ok(asked.back(&Flash::from(Notice::Chosen)))
    };
    answer(chosen.await)
}

/// `POST /dashboard/undo/`: takes back what a sync changed, one `field` or all.
pub(super) async fn undo(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked { state: &state, visit: &visit, headers: &headers };
    let form = Form::parse(&body);
    let undone = async {
        let user = asked.viewer()?;
        let sync = Uuid::parse_str(form.get("sync")).map(SyncId);
        let only = form.find("field").map(Field::from_word);
        let fields = match (sync, only) {
            // A field that we do not know must not mean all of them.
            (Err(_), _) | (_, Some(None)) => Vec::new(),
            (Ok(sync), only) => {
                let undone = state.services.profiles.undo(user, sync, only.flatten()).await;
                undone.map_err(|error| asked.failed(&error))?
            }
        };
        Ok(asked.back(&Flash::of_undo(fields)))
    };
    answer(undone.await)
}

/// `GET /dashboard/history/?show=…&page=…`.
pub(super) async fn history(
    State(state): State<AppState>,
    Extension(visit): Extension<Arc<Visit>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let asked = Asked { state: &state, visit: &visit, headers: &headers };
    let form = Form::parse(&query.unwrap_or_default().into());
    let filter = Filter::from_word(form.get("show")).unwrap_or_default();
    let page = form.get("page").parse().unwrap_or(1);
    let read = async {
        let user = asked.viewer()?;
        let profiles = &state.services.profiles;
        let profile = profiles.find(user).await.map_err(|error| asked.failed(&error))?;
        let history = profiles.history(user, filter, page).await;
        let history = history.map_err(|error| asked.failed(&error))?;
        Ok(show(&state, visit.clone(), Page::History { profile, history }))
    };
    answer(read.await)
}
