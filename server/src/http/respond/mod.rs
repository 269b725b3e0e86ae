//! How requests are answered: pages, redirects, problems. Stands below everything that answers.

pub(crate) mod api_problem;
pub(crate) mod early_response;
pub(crate) mod page;
pub(crate) mod problem;
pub(crate) mod problem_details;
pub(crate) mod redirect;
pub(crate) mod server_function;
