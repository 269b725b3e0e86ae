//! What a page needs to know of the request that asks for it.

use std::sync::Arc;

use leptos::prelude::expect_context;
use model::accounts::account::InvalidPassword;
use model::{Contact, LocalPath, Locale};
use service::{BrowserSecret, Error, Viewer};

use crate::cookies::Cookies;
use crate::draft::FormDraft;
use crate::error::AppError;
use crate::flash::Flash;

/// One request, as pages and server functions see it.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// Who is asking, if they are signed in.
    pub viewer: Option<Arc<Viewer>>,
    /// The language to answer in.
    pub locale: Locale,
    /// The path asked for, with its query.
    pub path: String,
    /// Where to go once signed in: the query's `next`, if it is a page of ours.
    pub next: Option<LocalPath>,
    /// What the last action left to say.
    pub flash: Option<Flash>,
    /// The secret in the browser's attempt cookie.
    pub browser: Option<BrowserSecret>,
    /// How cookies are written on this site.
    pub cookies: Cookies,
    /// A form that was refused, to be shown again with what was typed.
    pub rejected: Option<RejectedForm>,
    /// A form that waits for its user to sign in.
    pub draft: Option<FormDraft>,
    /// What this request is called in the log.
    pub reference: String,
    /// Where users get help, if the operator named a place.
    pub contact: Option<Contact>,
}

/// A refused form that asked for a password. The password is not given back.
#[derive(Clone, Debug)]
pub struct RejectedForm {
    /// The address as it was typed.
    pub email: String,
    /// Why.
    pub reason: FormError,
}

/// Why a form was refused, one sentence each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// Address and password do not belong together.
    Mismatch,
    /// Too many tries; minutes until the next one.
    TooMany(i64),
    /// An operator shut the user out.
    Blocked,
    /// Not a mail address.
    BadEmail,
    /// The address has an account.
    EmailTaken,
    /// The password is too short.
    TooShort,
    /// The password is too long.
    TooLong,
    /// The password is on every attacker's list.
    TooCommon,
}

impl From<InvalidPassword> for FormError {
    fn from(fault: InvalidPassword) -> FormError {
        match fault {
            InvalidPassword::TooShort => FormError::TooShort,
            InvalidPassword::TooLong => FormError::TooLong,
            InvalidPassword::TooCommon => FormError::TooCommon,
        }
    }
}

impl RequestContext {
    /// The request being answered.
    pub fn current() -> Arc<RequestContext> {
        expect_context()
    }

    /// The viewer of what is anybody's own.
    pub fn viewer(&self) -> Result<&Viewer, AppError> {
        self.viewer.as_deref().ok_or(AppError::SignedOut)
    }

    /// The viewer, for what matters: connecting, disconnecting, what one signs in with. They must
    /// have proved lately who they are (OWASP ASVS 5.0, 7.5.1). Routes and server functions alike
    /// ask here.
    pub fn recent_viewer(&self) -> Result<&Viewer, AppError> {
        match self.viewer.as_deref() {
            Some(viewer) if viewer.is_recent => Ok(viewer),
            Some(_) => Err(AppError::NotRecent),
            None => Err(AppError::SignedOut),
        }
    }

    /// The browser's attempt secret, or a new one to be set.
    pub fn browser_or_new(&self) -> Result<BrowserSecret, Error> {
        match &self.browser {
            Some(secret) => Ok(secret.clone()),
            None => Ok(BrowserSecret::generate()?),
        }
    }

    /// Where an authorization that begins here ends.
    pub fn return_to(&self) -> LocalPath {
        LocalPath::dashboard()
    }

    /// The viewer's address, shortened for the page head.
    pub fn viewer_email(&self) -> Option<String> {
        self.viewer.as_ref().map(|viewer| viewer.email.clone())
    }
}
