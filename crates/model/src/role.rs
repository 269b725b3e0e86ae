//! What somebody may do on this site besides what everybody may.

/// A user's role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Their own account, and nothing else.
    #[default]
    User,
    /// The site, too.
    Admin,
}

impl Role {
    /// The role of a user who is, or is not, marked as an administrator.
    pub const fn of(is_admin: bool) -> Role {
        if is_admin { Role::Admin } else { Role::User }
    }
}
