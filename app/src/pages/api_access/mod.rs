//! Programs that act for users: their tokens, and the reference of the API.

pub mod reference;
mod tokens;

use leptos::prelude::*;

use self::reference::{Reference, ReferencePage};
use self::tokens::TokensView;
pub use self::tokens::{Made, TokensPage};
use crate::local_time::TimeZone;
use crate::words::say;

/// A page about programs. Boxed: no other page holds as much.
#[derive(Debug)]
pub enum ApiAccessPage {
    /// Tokens for programs.
    Tokens(Box<TokensPage>),
    /// The reference of the API.
    Reference(Box<Reference>),
}

impl ApiAccessPage {
    pub(super) fn title(&self) -> String {
        match self {
            ApiAccessPage::Tokens(_) => say!(tokens.title),
            ApiAccessPage::Reference(_) => say!(api.title),
        }
    }

    pub(super) fn zone(&self) -> TimeZone {
        match self {
            ApiAccessPage::Tokens(page) => TimeZone::of(&page.profile),
            ApiAccessPage::Reference(_) => TimeZone::UNKNOWN,
        }
    }

    pub(super) fn view(self) -> AnyView {
        match self {
            ApiAccessPage::Tokens(page) => view! { <TokensView page=*page/> }.into_any(),
            ApiAccessPage::Reference(reference) => {
                view! { <ReferencePage reference=*reference/> }.into_any()
            }
        }
    }
}
