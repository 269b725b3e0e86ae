//! Mail that the site sends: composed in the reader's language, handed over by SMTP.
//!
//! Plain text and plain HTML that say the same: nothing is loaded from anywhere, nothing tells who
//! has read it. A link is the only thing that can be pressed.

mod compose;
mod error;
mod letter;
mod mailer;
mod settings;
mod words;

pub use error::Error;
pub use letter::{Envelope, Letter};
pub use mailer::Mailer;
pub use settings::{InvalidSettings, Settings};
