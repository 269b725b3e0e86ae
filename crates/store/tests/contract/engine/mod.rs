//! The database itself: opened, migrated, and read with care.

mod bad_rows;
mod opening;
