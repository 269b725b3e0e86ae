//! The pages, an area a folder, a page a file. A page gets what it shows and arranges it; the
//! pieces that it arranges lie in `components`.
//!
//! Each area has an enum of its pages, which says of each its title, its time zone and its view.

mod accounts;
mod api_access;
mod connections;
mod history;
mod profile;
mod public;

use leptos::prelude::AnyView;

pub use self::accounts::{AccountsPage, SignInAddress};
pub use self::api_access::{ApiAccessPage, Made, TokensPage, reference};
pub use self::connections::ConnectionsPage;
pub use self::history::HistoryPage;
pub use self::profile::{ProfileForm, ProfilePage};
pub use self::public::PublicPage;
use crate::local_time::TimeZone;

macro_rules! areas {
    ($($(#[$doc:meta])* $area:ident($page:ty);)*) => {
        /// A page of the site with everything that it shows, by its area.
        #[derive(Debug)]
        #[expect(clippy::large_enum_variant, reason = "one a request, rendered where it is made")]
        pub enum Page { $($(#[$doc])* $area($page)),* }

        impl Page {
            pub(crate) fn title(&self) -> String {
                match self { $(Page::$area(page) => page.title()),* }
            }

            /// The time zone that the page's moments are told in.
            pub(crate) fn zone(&self) -> TimeZone {
                match self { $(Page::$area(page) => page.zone()),* }
            }

            pub(crate) fn view(self) -> AnyView {
                match self { $(Page::$area(page) => page.view()),* }
            }
        }

        $(impl From<$page> for Page {
            fn from(page: $page) -> Page {
                Page::$area(page)
            }
        })*
    };
}

areas! {
    /// What everybody may see.
    Public(PublicPage);
    /// People and what they sign in with.
    Accounts(AccountsPage);
    /// The link to Google.
    Connections(ConnectionsPage);
    /// The fields of the profile.
    Profile(ProfilePage);
    /// What happened.
    History(HistoryPage);
    /// Programs that act for users.
    ApiAccess(ApiAccessPage);
}
