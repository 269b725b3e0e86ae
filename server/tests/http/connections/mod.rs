//! The trip to Google and back, and everything that ends or resumes a connection.

mod callback;
mod permissions;
mod walk;
mod ways_back;
