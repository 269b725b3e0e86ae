//! Pieces that show the link to Google.

mod connection_card;
mod interval_form;
mod permissions;
mod revocation_status;
mod undo_card;

pub(crate) use connection_card::ConnectionCard;
pub(crate) use undo_card::UndoCard;
