//! Pieces that show what happened.

mod diff_list;
mod events_card;

pub(crate) use diff_list::DiffList;
pub(crate) use events_card::{EventLine, EventsCard};
