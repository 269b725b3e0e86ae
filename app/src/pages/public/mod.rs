//! Pages for everybody, signed in or not.

mod accessibility;
mod home;
mod problem;

use leptos::prelude::*;

use self::accessibility::Accessibility;
use self::home::Home;
use self::problem::ProblemPage;
use crate::local_time::TimeZone;
use crate::problem::Problem;
use crate::words::{self, say};

/// A page for everybody.
#[derive(Debug)]
pub enum PublicPage {
    /// What this site is.
    Home,
    /// How far everybody can use this site.
    Accessibility,
    /// A request that led to no page.
    Problem(Problem),
}

impl PublicPage {
    pub(super) fn title(&self) -> String {
        match self {
            PublicPage::Home => say!(site.tagline),
            PublicPage::Accessibility => say!(accessibility.title),
            PublicPage::Problem(problem) => words::problem(*problem).0,
        }
    }

    pub(super) fn zone(&self) -> TimeZone {
        TimeZone::UNKNOWN
    }

    pub(super) fn view(self) -> AnyView {
        match self {
            PublicPage::Home => view! { <Home/> }.into_any(),
            PublicPage::Accessibility => view! { <Accessibility/> }.into_any(),
            PublicPage::Problem(problem) => view! { <ProblemPage problem/> }.into_any(),
        }
    }
}
