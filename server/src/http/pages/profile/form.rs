//! The form of the profile's fields, and the choices where Google has another value.

use app::draft::DraftOf;
use app::flash::{Flash, Notice};
use app::pages::{ProfileForm, ProfilePage};
use axum::body::Bytes;
use axum::http::StatusCode;
use model::{Field, Policy};
use service::{Choice, Draft};

use crate::http::extract::form::Form;
use crate::http::extract::page_request::PageRequest;
use crate::http::respond::early_response::HandlerResult;

const UNREAD: &str = "loading the profile failed";
const UNSAVED: &str = "changing the profile failed";

/// `GET /dashboard/profile/`: the form.
pub(super) async fn page(request: PageRequest) -> HandlerResult {
    let profile = request.state.services.profiles.find(request.require_viewer()?).await;
    let profile = profile.map_err(request.failed(UNREAD))?;
    Ok(request.show(ProfilePage::Form(ProfileForm { profile, ..ProfileForm::default() })))
}

/// `POST /dashboard/profile/`: takes over what was typed and decided. A refused form comes back
/// with everything that was typed.
pub(super) async fn save(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    let user = request.require_viewer_keeping_form(DraftOf::Profile, &form)?;
    let draft = draft(&form);
    let profiles = &request.state.services.profiles;
    let Err(bad) = profiles.edit(user, &draft).await.map_err(request.failed(UNSAVED))? else {
        return Ok(request.redirect_to_dashboard(&Flash::from(Notice::Saved)));
    };
    let profile = profiles.find(user).await.map_err(request.failed(UNREAD))?;
    let mut response = request.show(ProfilePage::Form(ProfileForm { profile, draft, bad }));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The form as it was typed before and waited for a sign-in.
pub(crate) async fn filled_in(request: &PageRequest, typed: &Form) -> HandlerResult {
    let profile = request.state.services.profiles.find(request.require_viewer()?).await;
    let profile = profile.map_err(request.failed(UNREAD))?;
    let form = ProfileForm { profile, draft: draft(typed), bad: Vec::new() };
    Ok(request.show(ProfilePage::Form(form)))
}

fn draft(form: &Form) -> Draft {
    let mut draft = Draft::default();
    for field in Field::TYPED {
        if let Some(text) = form.find(field.as_str()) {
            draft.values.insert(*field, text.to_owned());
        }
        let policy = form.find(&format!("policy_{}", field.as_str())).and_then(Policy::parse);
        if let Some(policy) = policy {
            draft.policies.insert(*field, policy);
        }
    }
    draft
}

/// `POST /dashboard/choices/`: what to do where Google has another value.
pub(super) async fn choose(request: PageRequest, body: Bytes) -> HandlerResult {
    let form = Form::parse(&body);
    let choices: Vec<_> = Field::ALL
        .iter()
        .filter_map(|field| {
            let choice = match form.get(field.as_str()) {
                "apply" => Choice::Apply,
                "keep" => Choice::KeepOnce,
                "always" => Choice::KeepAlways,
                _ => return None,
            };
            Some((*field, choice))
        })
        .collect();
    let chosen = request.state.services.profiles.choose(request.require_viewer()?, &choices).await;
    chosen.map_err(request.failed(UNSAVED))?;
    Ok(request.redirect_to_dashboard(&Flash::from(Notice::Chosen)))
}
