//! What the browser says of its reader.

use leptos::prelude::*;

use crate::error::AppError;

/// Notes the browser's time zone: the last resort for the profile's.
#[server(prefix = "/dashboard", endpoint = "browser")]
pub async fn browser(timezone: String) -> Result<(), AppError> {
    use crate::visit::Visit;
    use service::Services;

    let visit = Visit::current();
    let Some(viewer) = visit.viewer.as_ref() else { return Err(AppError::SignedOut) };
    let profiles = expect_context::<Services>().profiles;
    profiles.note_browser(viewer.user, None, Some(&timezone)).await.map_err(|error| {
        tracing::error!(%error, "storing the browser's time zone failed");
        AppError::Internal
    })
}
