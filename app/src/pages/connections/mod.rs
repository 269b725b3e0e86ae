//! The link to Google: the dashboard that shows it, and the pages before it changes.

mod account_conflict;
mod connect;
mod dashboard;
mod disconnect;

use leptos::prelude::*;
use model::Feature;
use service::{AccountConflict, Cabinet};

use self::account_conflict::AccountConflictPage;
use self::connect::Connect;
use self::dashboard::Dashboard;
use self::disconnect::Disconnect;
use crate::local_time::TimeZone;
use crate::words::say;

/// A page about the link to Google.
#[derive(Debug)]
pub enum ConnectionsPage {
    /// The dashboard.
    Dashboard(Cabinet),
    /// Before the authorization at Google.
    Connect {
        /// The extra that the user asked for.
        extra: Option<Feature>,
    },
    /// Two Google accounts to decide between.
    AccountConflict(AccountConflict),
    /// Before disconnecting.
    Disconnect(Cabinet),
}

impl ConnectionsPage {
    pub(super) fn title(&self) -> String {
        match self {
            ConnectionsPage::Dashboard(_) => say!(dashboard.title),
            ConnectionsPage::Connect { .. } => say!(connect.title),
            ConnectionsPage::AccountConflict(_) => say!(crossroads.title),
            ConnectionsPage::Disconnect(_) => say!(disconnect.title),
        }
    }

    pub(super) fn zone(&self) -> TimeZone {
        match self {
            ConnectionsPage::Dashboard(cabinet) | ConnectionsPage::Disconnect(cabinet) => {
                TimeZone::of(&cabinet.dashboard.profile)
            }
            ConnectionsPage::AccountConflict(conflict) => TimeZone::of(&conflict.profile),
            ConnectionsPage::Connect { .. } => TimeZone::UNKNOWN,
        }
    }

    pub(super) fn view(self) -> AnyView {
        match self {
            ConnectionsPage::Dashboard(cabinet) => view! { <Dashboard cabinet/> }.into_any(),
            ConnectionsPage::Connect { extra } => view! { <Connect extra/> }.into_any(),
            ConnectionsPage::AccountConflict(conflict) => {
                view! { <AccountConflictPage conflict/> }.into_any()
            }
            ConnectionsPage::Disconnect(cabinet) => view! { <Disconnect cabinet/> }.into_any(),
        }
    }
}
