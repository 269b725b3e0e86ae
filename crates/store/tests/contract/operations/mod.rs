//! What operators look at and exchange.

mod alerts;
mod sealed;
