//! Alerts, and the list of what is sealed.

pub(crate) mod alerts;
pub(crate) mod sealed_columns;
