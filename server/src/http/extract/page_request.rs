//! A request of a browser, as every page's handler sees it, and what such a handler answers with.

use std::sync::Arc;

use app::draft::{DraftOf, FormDraft};
use app::error::AppError;
use app::flash::{Flash, Notice};
use app::pages::{AccountsPage, Page};
use app::request_context::{RejectedForm, RequestContext};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use model::{LocalPath, UserId};
use service::Viewer;

use super::form::Form;
use crate::http::middleware::request_context::{cookies, next_of};
use crate::http::respond::early_response::EarlyResponse;
use crate::http::respond::page::show;
use crate::http::respond::problem::{Problem, problem};
use crate::http::respond::redirect::see_other;
use crate::http::state::AppState;

/// Request context of a page handler: the state, the viewer, and the headers.
pub(crate) struct PageRequest {
    pub(crate) state: AppState,
    pub(crate) context: Arc<RequestContext>,
    pub(crate) headers: HeaderMap,
    /// Where a sign-in leads back to: the page that was asked for; the dashboard after a form.
    return_to: LocalPath,
}

impl FromRequestParts<AppState> for PageRequest {
    /// A route that stands outside of `provide_request_context`: a mistake in the table.
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<PageRequest, StatusCode> {
        let context = parts.extensions.get::<Arc<RequestContext>>().cloned();
        let context = context.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let is_page = matches!(parts.method, Method::GET | Method::HEAD);
        let page = is_page.then(|| LocalPath::parse(&context.path)).flatten();
        let return_to = page.unwrap_or_else(LocalPath::dashboard);
        Ok(PageRequest { state: state.clone(), context, headers: parts.headers.clone(), return_to })
    }
}

impl PageRequest {
    /// The viewer; the sign-in page for everybody else.
    pub(crate) fn require_viewer(&self) -> Result<UserId, EarlyResponse> {
        let viewer = self.context.viewer.as_ref().map(|viewer| viewer.user);
        viewer.ok_or_else(|| see_other(&self.return_to.after("/login/"), []).into())
    }

    /// The viewer who sent a form; everybody else gets the sign-in page, which carries what they
    /// typed until it can be shown to them again.
    pub(crate) fn require_viewer_keeping_form(
        &self,
        of: DraftOf,
        form: &Form,
    ) -> Result<UserId, EarlyResponse> {
        match &self.context.viewer {
            Some(viewer) => Ok(viewer.user),
            None => Err(self.ask_to_reauthenticate(AppError::SignedOut, of, form)),
        }
    }

    /// The viewer of a page before something that matters; everybody else proves first who they
    /// are, and comes back.
    pub(crate) fn require_recent_login(&self) -> Result<&Viewer, EarlyResponse> {
        self.context.recent_viewer().map_err(|refusal| {
            let page = if refusal == AppError::NotRecent { "/confirm/" } else { "/login/" };
            see_other(&self.return_to.after(page), []).into()
        })
    }

    /// The viewer who sent a form that does something that matters, as above.
    pub(crate) fn require_recent_login_keeping_form(
        &self,
        of: DraftOf,
        form: &Form,
    ) -> Result<&Viewer, EarlyResponse> {
        let viewer = self.context.recent_viewer();
        viewer.map_err(|refusal| self.ask_to_reauthenticate(refusal, of, form))
    }

    fn ask_to_reauthenticate(&self, refusal: AppError, of: DraftOf, form: &Form) -> EarlyResponse {
        let (page, path) = match refusal {
            AppError::NotRecent => (AccountsPage::Reauthentication, "/confirm/"),
            _ => (AccountsPage::SignIn, "/login/"),
        };
        let next = LocalPath::parse(of.page());
        let context = RequestContext {
            path: next.as_ref().map_or_else(|| path.to_owned(), |next| next.after(path)),
            next,
            flash: (refusal == AppError::SignedOut).then(|| Flash::from(Notice::DraftKept)),
            draft: Some(of.draft(|name| form.find(name))),
            ..RequestContext::clone(&self.context)
        };
        let mut response = self.with_context(context).show(page);
        *response.status_mut() = StatusCode::FORBIDDEN;
        response.into()
    }

    /// The same request in another context.
    pub(crate) fn with_context(&self, context: RequestContext) -> PageRequest {
        PageRequest {
            state: self.state.clone(),
            context: Arc::new(context),
            headers: self.headers.clone(),
            return_to: self.return_to.clone(),
        }
    }

    /// The same request, carrying a form that waits for its user.
    pub(crate) fn with_draft(self, draft: Option<FormDraft>) -> PageRequest {
        match draft {
            Some(_) => {
                self.with_context(RequestContext { draft, ..RequestContext::clone(&self.context) })
            }
            None => self,
        }
    }

    /// The token in the session cookie, whether it opens anything or not.
    pub(crate) fn session_token(&self) -> Option<String> {
        self.state.cookies.read_session(&cookies(&self.headers))
    }

    /// The page of a problem, or its details for a program.
    pub(crate) fn problem(&self, what: Problem) -> Response {
        problem(&self.state, &self.context, &self.headers, what)
    }

    /// An error of ours, logged under `what` here and nowhere else.
    pub(crate) fn failed(&self, what: &'static str) -> impl Fn(service::Error) -> EarlyResponse {
        move |error| {
            tracing::error!(%error, "{what}");
            self.problem(Problem::Internal).into()
        }
    }

    /// A page.
    pub(crate) fn show(&self, page: impl Into<Page>) -> Response {
        show(&self.state, self.context.clone(), page.into())
    }

    /// A form's page again, with what was typed and why it was refused. `path` is the page's own.
    pub(crate) fn rerender_form(
        &self,
        path: &str,
        page: impl Into<Page>,
        rejected: RejectedForm,
        status: StatusCode,
    ) -> Response {
        let context = RequestContext {
            path: path.to_owned(),
            next: next_of(path),
            rejected: Some(rejected),
            ..RequestContext::clone(&self.context)
        };
        let mut response = self.with_context(context).show(page);
        *response.status_mut() = status;
        response
    }

    /// The dashboard, with something to say.
    pub(crate) fn redirect_to_dashboard(&self, flash: &Flash) -> Response {
        see_other(LocalPath::dashboard().as_str(), [self.state.cookies.flash(flash)])
    }
}
