//! The closed set of things that a server function can refuse.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Why a server function did nothing. Codes without texts: one may end up in an address bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum AppError {
    /// No session, or one that is over.
    #[error("signed out")]
    SignedOut,
    /// The session's user has to prove anew who they are.
    #[error("not confirmed lately")]
    NotRecent,
    /// There is no connection to do it with.
    #[error("not connected")]
    NotConnected,
    /// Google cannot be reached.
    #[error("Google is unavailable")]
    GoogleUnavailable,
    /// The request could not be read.
    #[error("malformed request")]
    Malformed,
    /// The site could not be reached.
    #[error("the site cannot be reached")]
    Offline,
    /// Ours.
    #[error("internal error")]
    Internal,
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> AppError {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => AppError::Malformed,
            ServerFnErrorErr::Request(_) => AppError::Offline,
            _ => AppError::Internal,
        }
    }
}
