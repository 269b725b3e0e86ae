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
    #[error("reauthentication needed")]
    NotRecent,
    /// There is no connection to do it with.
    #[error("not connected")]
    NotConnected,
    /// Google is not asked again until the user agrees there.
    #[error("reconnection needed")]
    NeedsReconnect,
    /// Done too often of late.
    #[error("too many requests")]
    TooOften {
        /// Seconds until it may be tried again.
        wait_secs: i64,
    },
    /// What was to be stopped is all but done.
    #[error("too late")]
    TooLate,
    /// There is nothing to stop.
    #[error("not running")]
    NotRunning,
    /// Google cannot be reached.
    #[error("Google is unavailable")]
    GoogleUnavailable,
    /// The request could not be read.
    #[error("malformed request")]
    Malformed,
    /// The site could not be reached.
    #[error("site unreachable")]
    Offline,
    #[error("internal error")]
    Internal,
}

#[cfg(feature = "ssr")]
impl From<service::SyncRefusal> for AppError {
    fn from(refusal: service::SyncRefusal) -> AppError {
        use service::SyncRefusal;
        match refusal {
            SyncRefusal::NotConnected => AppError::NotConnected,
            SyncRefusal::NeedsReconnect => AppError::NeedsReconnect,
            SyncRefusal::TooOften { wait_secs } => AppError::TooOften { wait_secs },
        }
    }
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
