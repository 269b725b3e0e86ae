//! A request as every handler sees it, and what it may be answered with instead.

use std::sync::Arc;

use app::draft::{DraftOf, FormDraft};
use app::error::AppError;
use app::flash::{Flash, Notice};
use app::pages::Page;
use app::visit::Visit;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use model::{LocalPath, UserId};
use service::Viewer;

use super::form::{Form, see_other};
use super::page::show;
use super::problem::{Problem, problem};
use crate::state::AppState;

/// Who is asking, in which words, and whom we ask for the answer.
pub(super) struct Asked {
    pub(super) state: AppState,
    pub(super) visit: Arc<Visit>,
    pub(super) headers: HeaderMap,
    /// Where a sign-in leads back to: the page that was asked for; the cabinet after a form.
    way_back: LocalPath,
}

/// An answer, or the one there is instead.
pub(super) type Answer = Result<Response, Instead>;

/// What ends a handler early: a redirect, or the page of a problem. Boxed, because it is rare and
/// would make every result as large as a response.
pub(super) struct Instead(Box<Response>);

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Response> for Instead {
    fn from(response: Response) -> Instead {
        Instead(Box::new(response))
    }
}

impl FromRequestParts<AppState> for Asked {
    /// A route that stands outside of `provide_visit`: a mistake in the table.
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Asked, StatusCode> {
        let visit = parts.extensions.get::<Arc<Visit>>().cloned();
        let visit = visit.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let page = (parts.method == Method::GET).then(|| LocalPath::parse(&visit.path)).flatten();
        let way_back = page.unwrap_or_else(LocalPath::dashboard);
        Ok(Asked { state: state.clone(), visit, headers: parts.headers.clone(), way_back })
    }
}

impl Asked {
    /// The viewer; the sign-in page for everybody else.
    pub(super) fn viewer(&self) -> Result<UserId, Instead> {
        let viewer = self.visit.viewer.as_ref().map(|viewer| viewer.user);
        viewer.ok_or_else(|| {
            let login = Redirect::to(&self.way_back.after("/login/"));
            Instead(Box::new(login.into_response()))
        })
    }

    /// The viewer who sent a form; everybody else gets the sign-in page, which carries what they
    /// typed until it can be shown to them again.
    pub(super) fn viewer_or_keep(&self, of: DraftOf, form: &Form) -> Result<UserId, Instead> {
        match &self.visit.viewer {
            Some(viewer) => Ok(viewer.user),
            None => Err(self.prove_first(AppError::SignedOut, of, form)),
        }
    }

    /// The viewer of a page before something that matters; everybody else proves first who they
    /// are, and comes back.
    pub(super) fn recent_viewer(&self) -> Result<&Viewer, Instead> {
        self.visit.recent_viewer().map_err(|refusal| {
            let page = if refusal == AppError::NotRecent { "/confirm/" } else { "/login/" };
            let proof = Redirect::to(&self.way_back.after(page));
            Instead(Box::new(proof.into_response()))
        })
    }

    /// The viewer who sent a form that does something that matters, as above.
    pub(super) fn recent_viewer_or_keep(
        &self,
        of: DraftOf,
        form: &Form,
    ) -> Result<&Viewer, Instead> {
        self.visit.recent_viewer().map_err(|refusal| self.prove_first(refusal, of, form))
    }

    fn prove_first(&self, refusal: AppError, of: DraftOf, form: &Form) -> Instead {
        let (page, path) = match refusal {
            AppError::NotRecent => (Page::Confirm, "/confirm/"),
            _ => (Page::Login, "/login/"),
        };
        let next = LocalPath::parse(of.page());
        let visit = Visit {
            path: next.as_ref().map_or_else(|| path.to_owned(), |next| next.after(path)),
            next,
            flash: (refusal == AppError::SignedOut).then(|| Flash::from(Notice::DraftKept)),
            draft: Some(of.draft(|name| form.find(name))),
            ..Visit::clone(&self.visit)
        };
        let mut response = self.for_visit(visit).show(page);
        *response.status_mut() = StatusCode::FORBIDDEN;
        Instead(Box::new(response))
    }

    /// The same request with another visit.
    pub(super) fn for_visit(&self, visit: Visit) -> Asked {
        Asked {
            state: self.state.clone(),
            visit: Arc::new(visit),
            headers: self.headers.clone(),
            way_back: self.way_back.clone(),
        }
    }

    /// The same request, carrying a form that waits for its user.
    pub(super) fn carrying(self, draft: Option<FormDraft>) -> Asked {
        match draft {
            Some(_) => self.for_visit(Visit { draft, ..Visit::clone(&self.visit) }),
            None => self,
        }
    }

    /// The page of a problem, or its details for a program.
    pub(super) fn problem(&self, what: Problem) -> Response {
        problem(&self.state, &self.visit, &self.headers, what)
    }

    /// An error of ours, logged under `what` here and nowhere else.
    pub(super) fn failed(&self, what: &'static str) -> impl Fn(service::Error) -> Instead {
        move |error| {
            tracing::error!(%error, "{what}");
            Instead(Box::new(self.problem(Problem::Internal)))
        }
    }

    /// A page.
    pub(super) fn show(&self, page: Page) -> Response {
        show(&self.state, self.visit.clone(), page)
    }

    /// The cabinet, with something to say.
    pub(super) fn back(&self, flash: &Flash) -> Response {
        see_other(&LocalPath::dashboard(), [self.state.cookies.flash(flash)])
    }
}
