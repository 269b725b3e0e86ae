//! What the browser says of its reader.

#![expect(missing_docs, reason = "the server macro makes a struct that nobody can document")]

use leptos::prelude::*;

use crate::error::AppError;

/// Notes the browser's time zone: the last resort for the profile's. Answered with its result
/// alone: the client asks, and the page stays as it is.
#[server(prefix = "/dashboard", endpoint = "browser")]
pub async fn browser(timezone: String) -> Result<(), AppError> {
    use service::Services;

    use crate::reply::internal;
    use crate::request_context::RequestContext;

    let user = RequestContext::current().viewer()?.user;
    let profiles = expect_context::<Services>().profiles;
    let noted = profiles.note_browser(user, None, Some(&timezone)).await;
    noted.map_err(internal("storing the browser's time zone failed"))
}
