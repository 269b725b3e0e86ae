//! The leaves of a page that wake up in the browser. Each works without waking, too.

mod leave_button;
mod password_field;
mod readers_zone;
mod sync_button;

pub use leave_button::*;
pub use password_field::*;
pub use readers_zone::*;
pub use sync_button::*;
