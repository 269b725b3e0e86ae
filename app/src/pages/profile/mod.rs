//! The profile: the form of its fields.

mod form;

use leptos::prelude::*;

pub use self::form::ProfileForm;
use self::form::ProfileFormPage;
use crate::local_time::TimeZone;
use crate::words::say;

/// A page about the profile.
#[derive(Debug)]
pub enum ProfilePage {
    /// The form of its fields.
    Form(ProfileForm),
}

impl ProfilePage {
    pub(super) fn title(&self) -> String {
        match self {
            ProfilePage::Form(_) => say!(profile.title),
        }
    }

    pub(super) fn zone(&self) -> TimeZone {
        match self {
            ProfilePage::Form(form) => TimeZone::of(&form.profile),
        }
    }

    pub(super) fn view(self) -> AnyView {
        match self {
            ProfilePage::Form(form) => view! { <ProfileFormPage form/> }.into_any(),
        }
    }
}
