//! The way back from Google, and the door to the server functions of `app`.

use app::flash::{Flash, Notice};
use app::pages::Page;
use axum::body::Bytes;
use axum::extract::{RawQuery, Request};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::context::provide_context;
use leptos_axum::handle_server_fns_with_context;
use model::{SyncInterval, UndoKind};
use service::{Callback, IntervalChoice, Outcome, UndoOutcome};

use super::asked::{Answer, Asked};
use super::form::{Form, see_other};

/// `POST` to the address of a server function: one door for forms, the client and programs.
pub(super) async fn server_function(asked: Asked, request: Request) -> Response {
    let Asked { state, visit, .. } = asked;
    let context = move || {
        provide_context(state.services.clone());
        provide_context(visit.clone());
    };
    handle_server_fns_with_context(context, request).await.into_response()
}

/// `GET /gmail/callback/`: finishes the trip and leaves this address at once, so that code and
/// state do not stay in the address bar (RFC 9700 section 4.2).
pub(super) async fn callback(asked: Asked, RawQuery(query): RawQuery) -> Answer {
    let Asked { state, visit, .. } = &asked;
    let Some(viewer) = &visit.viewer else {
        // The session ended at Google's. Nothing is taken; a new trip begins after signing in.
        return Ok(Redirect::to("/login/?next=/gmail/connect/").into_response());
    };
    let callback = read(&query.unwrap_or_default());
    let gmail = &state.services.gmail;
    let completed = gmail.complete(viewer.user, visit.browser.as_ref(), &callback).await;
    let (outcome, return_to) = completed.map_err(asked.failed("completing the callback failed"))?;
    if outcome == Outcome::OtherAccount {
        // That page says it, as long as there is something to decide.
        return Ok(Redirect::to("/gmail/switch/").into_response());
    }
    Ok(see_other(&return_to, [state.cookies.flash(&Flash::of_trip(&outcome))]))
}

/// `GET /gmail/switch/`: the connected account, or the one that was chosen?
pub(super) async fn account_conflict(asked: Asked) -> Answer {
    let viewer = asked.recent_viewer()?.user;
    let crossroads = asked.state.services.gmail.account_conflict(viewer).await;
    Ok(match crossroads.map_err(asked.failed("loading the pending account switch failed"))? {
        Some(crossroads) => asked.show(Page::AccountConflict(crossroads)),
        None => asked.back(&Notice::OtherAccount.into()),
    })
}

/// `POST /gmail/switch/`: the chosen account it is.
pub(super) async fn switch(asked: Asked) -> Answer {
    let viewer = asked.recent_viewer()?.user;
    let switched = asked.state.services.gmail.switch_account(viewer).await;
    let outcome = switched.map_err(asked.failed("switching the account failed"))?;
    Ok(asked.back(&outcome.map_or(Notice::UnknownRequest.into(), |o| Flash::of_trip(&o))))
}

/// `POST /gmail/switch/keep/`: the connected account it is.
pub(super) async fn keep(asked: Asked) -> Answer {
    let kept = asked.state.services.gmail.discard_undo(asked.viewer()?, UndoKind::Switch).await;
    kept.map_err(asked.failed("keeping the connected account failed"))?;
    Ok(asked.back(&Notice::Kept.into()))
}

/// `POST /gmail/pause/`.
pub(super) async fn pause(asked: Asked) -> Answer {
    let paused = asked.state.services.gmail.pause(asked.viewer()?).await;
    let is_paused = paused.map_err(asked.failed("pausing the connection failed"))?;
    Ok(asked.back(&if is_paused { Notice::Paused } else { Notice::NotConnected }.into()))
}

/// `POST /gmail/resume/`.
pub(super) async fn resume(asked: Asked) -> Answer {
    let resumed = asked.state.services.gmail.resume(asked.viewer()?).await;
    let is_resumed = resumed.map_err(asked.failed("resuming the connection failed"))?;
    Ok(asked.back(&if is_resumed { Notice::Resumed } else { Notice::NotConnected }.into()))
}

/// `POST /gmail/interval/`: how often syncs come by themselves; an empty `interval` is the site's.
pub(super) async fn interval(asked: Asked, body: Bytes) -> Answer {
    let viewer = asked.viewer()?;
    let form = Form::parse(&body);
    let chosen = match form.get("interval") {
        "" => Some(None),
        word => SyncInterval::parse(word).map(Some),
    };
    // A word that is not offered comes from no form of ours.
    let Some(chosen) = chosen else { return Ok(asked.back(&Notice::NotSaved.into())) };
    let saved = asked.state.services.gmail.choose_interval(viewer, chosen).await;
    let notice = match saved.map_err(asked.failed("storing the sync interval failed"))? {
        IntervalChoice::Saved => Notice::IntervalSaved,
        IntervalChoice::NotOffered => Notice::NotSaved,
        IntervalChoice::NotConnected => Notice::NotConnected,
    };
    Ok(asked.back(&notice.into()))
}

/// `POST /gmail/disconnect/undo/`: within half a minute everything is as it was.
pub(super) async fn undo_disconnect(asked: Asked) -> Answer {
    let returned = asked.state.services.gmail.undo_disconnect(asked.viewer()?).await;
    let returned = returned.map_err(asked.failed("undoing the disconnect failed"))?;
    let notice = match returned {
        UndoOutcome::Done => Notice::Restored,
        UndoOutcome::TooLate => Notice::TooLate,
        UndoOutcome::Taken => Notice::Taken,
    };
    Ok(asked.back(&notice.into()))
}

/// `POST /gmail/disconnect/finish/`: no way back is wanted; Google is told now.
pub(super) async fn finish_disconnect(asked: Asked) -> Answer {
    let ended = asked.state.services.gmail.discard_undo(asked.viewer()?, UndoKind::Undo).await;
    ended.map_err(asked.failed("finishing the disconnect failed"))?;
    Ok(asked.back(&Notice::Finished.into()))
}

/// Reads the parameters we know, decoded once; a parameter given twice is given wrongly
/// (RFC 6749 section 3.1) and counts as missing.
fn read(query: &str) -> Callback {
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let only = |name: &str| {
        let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value.clone().into_owned()),
            _ => None,
        }
    };
    let iss = match pairs.iter().filter(|(key, _)| key == "iss").count() {
        // Two issuers are no issuer, and that is not the same as none given.
        2.. => Some(String::new()),
        _ => only("iss"),
    };
    Callback { state: only("state"), code: only("code"), error: only("error"), iss }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_decoded_once_and_extras_are_ignored() {
        let callback = read("state=a%20b&iss=https%3A%2F%2Fx&code=4%2F0A%252F&authuser=0&prompt=x");
        assert_eq!(callback.code.as_deref(), Some("4/0A%2F"));
        assert_eq!(callback.state.as_deref(), Some("a b"));
        assert_eq!(callback.iss.as_deref(), Some("https://x"));
    }

    #[test]
    fn a_parameter_given_twice_counts_as_missing_or_wrong() {
        let callback = read("state=a&state=b&code=x&iss=good&iss=evil");
        assert_eq!(callback.state, None);
        assert_eq!(callback.iss.as_deref(), Some(""));
    }
}
