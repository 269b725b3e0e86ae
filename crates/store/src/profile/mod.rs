//! The fields of profiles and their pictures.

pub(crate) mod fields;
