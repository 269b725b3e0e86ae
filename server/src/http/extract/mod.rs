//! What a handler is given of a request. Stands on `middleware` and `respond`.

mod admin_request;
pub(crate) mod api_request;
pub(crate) mod form;
pub(crate) mod json_body;
pub(crate) mod page_request;

pub use admin_request::AdminRequest;
