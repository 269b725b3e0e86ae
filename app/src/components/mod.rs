//! The pieces that pages are made of, one file a piece.

mod account_form;
mod carried;
mod connection_card;
mod diff_list;
mod events_card;
mod farewell;
mod flash_banner;
mod frame;
mod help;
mod icon;
mod interval_form;
mod known_address;
mod offers_card;
mod permissions;
mod profile_card;
mod refusal_banner;
mod time;
mod undo_card;

pub(crate) use account_form::AccountForm;
pub(crate) use carried::Carried;
pub(crate) use connection_card::ConnectionCard;
pub(crate) use diff_list::DiffList;
pub(crate) use events_card::{EventLine, EventsCard};
pub(crate) use farewell::Farewell;
pub(crate) use flash_banner::FlashBanner;
pub(crate) use frame::Frame;
pub(crate) use help::Help;
pub(crate) use icon::Icon;
pub(crate) use interval_form::IntervalForm;
pub(crate) use known_address::KnownAddress;
pub(crate) use offers_card::OffersCard;
pub(crate) use permissions::Permissions;
pub(crate) use profile_card::{ProfileCard, SourceMark};
pub(crate) use refusal_banner::RefusalBanner;
pub(crate) use time::Moment;
pub(crate) use undo_card::UndoCard;
