//! What a server function wants to be answered with. The server makes the HTTP answer of it, as of
//! every other one: redirects, cookies and statuses are made nowhere else.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::expect_context;
use service::{BrowserSecret, Error};

use crate::error::AppError;
use crate::flash::Flash;

/// How a server function ended, as its caller should learn it.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It goes on at another site; this browser is the one that may come back.
    LeaveTo {
        /// The other site's address.
        address: String,
        /// What ties the way there to this browser.
        browser: BrowserSecret,
    },
    /// It is done, and the next page says so.
    Done(Flash),
    /// It was not done, and the next page says why.
    Refused(AppError),
    /// It goes on without its caller.
    Started,
    /// It was not done; the caller says why itself and stays where they are.
    Stay(AppError),
}

/// Where a server function leaves its reply for the server.
#[derive(Clone, Debug, Default)]
pub struct ReplySlot(Arc<Mutex<Option<Reply>>>);

impl ReplySlot {
    /// The reply, if there is one.
    pub fn take(&self) -> Option<Reply> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, reply: Reply) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
    }
}

/// Ends a server function that says on the next page what it did.
pub(crate) fn conclude<T>(
    result: Result<T, AppError>,
    done: impl FnOnce(&T) -> Reply,
) -> Result<T, AppError> {
    conclude_as(result, |result| match result {
        Ok(value) => done(value),
        Err(error) => Reply::Refused(*error),
    })
}

/// Ends a server function with a reply of its own.
pub(crate) fn conclude_as<T>(
    result: Result<T, AppError>,
    reply: impl FnOnce(&Result<T, AppError>) -> Reply,
) -> Result<T, AppError> {
    expect_context::<ReplySlot>().put(reply(&result));
    result
}

/// An error of ours, logged under `what` here and nowhere else.
pub(crate) fn internal(what: &'static str) -> impl Fn(Error) -> AppError {
    move |error| {
        tracing::error!(%error, "{what}");
        AppError::Internal
    }
}
