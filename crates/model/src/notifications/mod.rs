//! The mails that the site sends.

pub mod mail_kind;
