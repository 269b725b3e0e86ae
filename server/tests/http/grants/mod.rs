//! Tokens in use, in one process and in several.

mod processes;
mod tokens;
