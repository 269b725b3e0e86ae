//! The pages, one file each. A page gets what it shows and arranges it; the pieces that it
//! arranges lie in `components`.

mod accessibility;
mod account;
mod address_link;
mod confirm;
mod connect;
mod crossroads;
mod dashboard;
mod disconnect;
mod history;
mod home;
mod login;
mod problem;
mod profile;
pub mod reference;
mod register;
mod tokens;

use chrono_tz::Tz;
use leptos::prelude::*;
use model::{Email, Feature, Field, Profile};
use service::{AccountConflict, Cabinet, History};

use self::accessibility::Accessibility;
use self::account::Account;
pub use self::account::AccountPage;
use self::address_link::{AddressProof, AddressRestore};
use self::confirm::Confirm;
use self::connect::Connect;
use self::crossroads::CrossroadsPage;
use self::dashboard::Dashboard;
use self::disconnect::Disconnect;
use self::history::HistoryPage;
use self::home::Home;
use self::login::Login;
use self::problem::ProblemPage;
pub use self::profile::ProfileForm;
use self::profile::ProfilePage;
use self::reference::{Reference, ReferencePage};
use self::register::Register;
use self::tokens::TokensView;
pub use self::tokens::{Made, TokensPage};
use crate::problem::Problem;
use crate::words::{self, say};

/// A page of the site with everything that it shows.
#[derive(Debug)]
pub enum Page {
    /// What this site is.
    Home,
    /// How far everybody can use this site.
    Accessibility,
    Register,
    Login,
    Dashboard(Cabinet),
    /// The form of the profile.
    Profile(ProfileForm),
    History {
        /// The profile, for its time zone.
        profile: Profile,
        history: History,
    },
    /// Before something that matters: the password once more.
    Confirm,
    /// What one signs in with.
    Account {
        /// The profile, for its time zone.
        profile: Profile,
        account: AccountPage,
    },
    /// Behind the link that proves a new sign-in address.
    AddressProof {
        /// The link's token.
        token: String,
        /// The address, if the link works.
        email: Option<Email>,
    },
    /// Behind the link that takes a former sign-in address back.
    AddressRestore {
        /// The link's token.
        token: String,
        /// The address, if the link works.
        email: Option<Email>,
    },
    /// Before the trip to Google.
    Connect {
        /// The extra that the user asked for.
        extra: Option<Feature>,
    },
    /// Two accounts to decide between.
    AccountConflict(AccountConflict),
    /// Before disconnecting.
    Disconnect(Cabinet),
    /// Tokens for programs. Boxed, as the next one: no other page holds as much.
    Tokens(Box<TokensPage>),
    /// The reference of the API.
    Api(Box<Reference>),
    /// A request that led to no page.
    Problem(Problem),
}

impl Page {
    pub(crate) fn title(&self) -> String {
        match self {
            Page::Home => say!(site.tagline),
            Page::Accessibility => say!(accessibility.title),
            Page::Register => say!(register.title),
            Page::Login => say!(login.title),
            Page::Dashboard(_) => say!(dashboard.title),
            Page::Profile(_) => say!(profile.title),
            Page::History { .. } => say!(history.title),
            Page::Confirm => say!(confirm.title),
            Page::Account { .. } => say!(account.title),
            Page::AddressProof { .. } => say!(proof.title),
            Page::AddressRestore { .. } => say!(restore.title),
            Page::Connect { .. } => say!(connect.title),
            Page::AccountConflict(_) => say!(crossroads.title),
            Page::Disconnect(_) => say!(disconnect.title),
            Page::Tokens(_) => say!(tokens.title),
            Page::Api(_) => say!(api.title),
            Page::Problem(problem) => words::problem(*problem).0,
        }
    }

    /// The time zone that the page's moments are told in, if it is known.
    pub(crate) fn zone(&self) -> Option<Tz> {
        let profile = match self {
            Page::Dashboard(cabinet) | Page::Disconnect(cabinet) => &cabinet.dashboard.profile,
            Page::Profile(form) => &form.profile,
            Page::AccountConflict(crossroads) => &crossroads.profile,
            Page::History { profile, .. } | Page::Account { profile, .. } => profile,
            Page::Tokens(page) => &page.profile,
            _ => return None,
        };
        profile.get(Field::Timezone)?.parse().ok()
    }

    pub(crate) fn view(self) -> AnyView {
        match self {
            Page::Home => view! { <Home/> }.into_any(),
            Page::Accessibility => view! { <Accessibility/> }.into_any(),
            Page::Register => view! { <Register/> }.into_any(),
            Page::Login => view! { <Login/> }.into_any(),
            Page::Dashboard(cabinet) => view! { <Dashboard cabinet/> }.into_any(),
            Page::Profile(form) => view! { <ProfilePage form/> }.into_any(),
            Page::History { history, .. } => view! { <HistoryPage history/> }.into_any(),
            Page::Connect { extra } => view! { <Connect extra/> }.into_any(),
            Page::AccountConflict(crossroads) => view! { <CrossroadsPage crossroads/> }.into_any(),
            Page::Confirm => view! { <Confirm/> }.into_any(),
            Page::Account { account, .. } => view! { <Account account/> }.into_any(),
            Page::AddressProof { token, email } => view! { <AddressProof token email/> }.into_any(),
            Page::AddressRestore { token, email } => {
                view! { <AddressRestore token email/> }.into_any()
            }
            Page::Disconnect(cabinet) => view! { <Disconnect cabinet/> }.into_any(),
            Page::Tokens(page) => view! { <TokensView page=*page/> }.into_any(),
            Page::Api(reference) => view! { <ReferencePage reference=*reference/> }.into_any(),
            Page::Problem(problem) => view! { <ProblemPage problem/> }.into_any(),
        }
    }
}
