//! Mail that the site sends: composed in the reader's language, handed over by SMTP.
//!
//! Plain text and plain HTML that say the same: nothing is loaded from anywhere, nothing tells who
//! has read it. A link is the only thing that can be pressed.

mod compose;
mod content;
mod error;
mod mailer;
mod settings;
mod words;

pub use content::{Envelope, MailContent};
pub use error::Error;
pub use mailer::Mailer;
pub use settings::{InvalidSettings, Settings};
