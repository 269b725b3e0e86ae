//! The user's profile: the form of its fields, choices, changes taken back, history.

use app::draft::DraftOf;
use app::flash::{Flash, Notice};
use app::pages::{Page, ProfileForm};
use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use model::{Field, Policy, SyncId};
use service::{Choice, Draft, Filter};
use uuid::Uuid;

use super::asked::{Answer, Asked};
use super::form::Form;

const UNREAD: &str = "loading the profile failed";
const UNSAVED: &str = "changing the profile failed";

/// `GET /dashboard/profile/`: the form.
pub(super) async fn form(asked: Asked) -> Answer {
    let profile = asked.state.services.profiles.find(asked.viewer()?).await;
    let profile = profile.map_err(asked.failed(UNREAD))?;
    Ok(asked.show(Page::Profile(ProfileForm { profile, ..ProfileForm::default() })))
}

/// `POST /dashboard/profile/`: takes over what was typed and decided. A refused form comes back
/// with everything that was typed.
pub(super) async fn save(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    let user = asked.viewer_or_keep(DraftOf::Profile, &form)?;
    let draft = draft(&form);
    let profiles = &asked.state.services.profiles;
    let Err(bad) = profiles.edit(user, &draft).await.map_err(asked.failed(UNSAVED))? else {
        return Ok(asked.back(&Flash::from(Notice::Saved)));
    };
    let profile = profiles.find(user).await.map_err(asked.failed(UNREAD))?;
    let mut response = asked.show(Page::Profile(ProfileForm { profile, draft, bad }));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The form as it was typed before and waited for a sign-in.
pub(super) async fn filled_in(asked: &Asked, typed: &Form) -> Answer {
    let profile = asked.state.services.profiles.find(asked.viewer()?).await;
    let profile = profile.map_err(asked.failed(UNREAD))?;
    let form = ProfileForm { profile, draft: draft(typed), bad: Vec::new() };
    Ok(asked.show(Page::Profile(form)))
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
pub(super) async fn choose(asked: Asked, body: Bytes) -> Answer {
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
    let chosen = asked.state.services.profiles.choose(asked.viewer()?, &choices).await;
    chosen.map_err(asked.failed(UNSAVED))?;
    Ok(asked.back(&Flash::from(Notice::Chosen)))
}

/// `POST /dashboard/undo/`: takes back what a sync changed, one `field` or all.
pub(super) async fn undo(asked: Asked, body: Bytes) -> Answer {
    let form = Form::parse(&body);
    let user = asked.viewer()?;
    let sync = Uuid::parse_str(form.get("sync")).map(SyncId);
    let only = form.find("field").map(Field::parse);
    let fields = match (sync, only) {
        // A field that we do not know must not mean all of them.
        (Err(_), _) | (_, Some(None)) => Vec::new(),
        (Ok(sync), only) => {
            let undone = asked.state.services.profiles.undo(user, sync, only.flatten()).await;
            undone.map_err(asked.failed(UNSAVED))?
        }
    };
    Ok(asked.back(&Flash::of_undo(fields)))
}

/// `GET /dashboard/history/?show=…&page=…`, or with `sync=…` in place of the page's number.
pub(super) async fn history(asked: Asked, RawQuery(query): RawQuery) -> Answer {
    let form = Form::parse(&query.unwrap_or_default().into());
    let filter = Filter::parse(form.get("show")).unwrap_or_default();
    let user = asked.viewer()?;
    let profiles = &asked.state.services.profiles;
    let page = match Uuid::parse_str(form.get("sync")).map(SyncId) {
        Ok(sync) => profiles.page_of(user, filter, sync).await.map_err(asked.failed(UNREAD))?,
        Err(_) => form.get("page").parse().unwrap_or(1),
    };
    let profile = profiles.find(user).await.map_err(asked.failed(UNREAD))?;
    let history = profiles.history(user, filter, page).await.map_err(asked.failed(UNREAD))?;
    Ok(asked.show(Page::History { profile, history }))
}
