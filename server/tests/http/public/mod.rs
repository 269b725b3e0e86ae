//! What holds on every page, for everybody.

mod pages;
mod private_pages;
mod refusals;
