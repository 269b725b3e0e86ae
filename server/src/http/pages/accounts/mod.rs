//! Accounts: register, sign in and out, prove anew who one is, the sign-in address, one's data.

mod email_change;
mod export;
mod reauthentication;
mod sign_in;

use axum::Router;
use axum::routing::{get, post};

use crate::http::state::AppState;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/register", get(sign_in::register_page).post(sign_in::register))
        .route("/login", get(sign_in::login_page).post(sign_in::login))
        .route("/logout", post(sign_in::logout))
        .route("/confirm", get(reauthentication::page).post(reauthentication::reauthenticate))
        .route("/dashboard/account", get(email_change::page))
        .route("/dashboard/account/address", post(email_change::request_change))
        .route("/dashboard/account/cancel", post(email_change::cancel))
        .route("/address/confirm", get(email_change::proof_page).post(email_change::prove))
        .route("/address/restore", get(email_change::restore_page).post(email_change::restore))
        .route("/dashboard/export", get(export::export))
}
