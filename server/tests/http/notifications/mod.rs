//! The mail that the site sends.

mod mail;
