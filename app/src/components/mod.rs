//! The pieces that pages are made of, one file a piece, in the areas of the pages.

mod accounts;
mod connections;
mod flash_banner;
mod help;
mod history;
mod icon;
mod layout;
mod profile;
mod refusal_banner;
mod time;

pub(crate) use accounts::{AccountForm, HiddenFormState, KnownAddress};
pub(crate) use connections::{ConnectionCard, UndoCard};
pub(crate) use flash_banner::FlashBanner;
pub(crate) use help::Help;
pub(crate) use history::{DiffList, EventLine, EventsCard};
pub(crate) use icon::Icon;
pub(crate) use layout::Layout;
pub(crate) use profile::{ConflictsCard, ProfileCard, SourceMark};
pub(crate) use refusal_banner::RefusalBanner;
pub(crate) use time::Moment;
