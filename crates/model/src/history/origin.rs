//! Where a line of the history comes from: who did it, and with what.

use serde::{Deserialize, Serialize};

use crate::string_enum::string_enum;

string_enum! {
    /// Who did something to an account.
    Actor {
        /// Its user, in a browser.
        User = "user",
        /// A program that the user gave a token.
        Program = "program",
        /// This site by itself.
        Site = "site",
        /// Google, unasked.
        Google = "google",
        /// Whoever runs the site.
        Operator = "operator",
    }
}

/// Who did something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub actor: Actor,
    /// From where, as people know it: a browser and its address, or a program's name.
    pub place: Option<String>,
}

impl Origin {
    /// Somebody whose place says nothing more.
    pub const fn of(actor: Actor) -> Origin {
        Origin { actor, place: None }
    }
}
