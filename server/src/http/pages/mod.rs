//! The site's pages and forms, a folder an area: the same areas as in `app::pages`.

pub(crate) mod accounts;
pub(crate) mod api_access;
pub(crate) mod connections;
pub(crate) mod fallback;
pub(crate) mod files;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod profile;
pub(crate) mod public;
mod server_functions;
pub(crate) mod sync;
