//! Where users get help from people.

/// A place to ask for help, as the operator named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// A `mailto:` or `https:` address.
    pub href: String,
    /// The same for readers.
    pub text: String,
}
