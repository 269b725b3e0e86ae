//! Pieces that show the profile.

mod conflicts_card;
mod profile_card;

pub(crate) use conflicts_card::ConflictsCard;
pub(crate) use profile_card::{ProfileCard, SourceMark};
