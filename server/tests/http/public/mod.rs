//! What holds on every page, for everybody.

mod pages;
mod refusals;
