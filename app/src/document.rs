//! A whole page: data in, HTML out, in one go. Nothing waits and nothing is asked while rendering.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::config::LeptosOptions;
use leptos::prelude::*;

use crate::pages::Page;
use crate::request_context::RequestContext;
use crate::words;

/// The part of a document's head that is the same for every page and every visitor.
#[derive(Debug)]
pub struct Head(String);

impl Head {
    /// The head that finds the client's files by `options`.
    pub fn new(options: LeptosOptions) -> Head {
        let styles = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
        Head(in_owner(|| {
            view! {
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=styles/>
                <HydrationScripts options=options islands=true/>
            }
            .to_html()
        }))
    }

    /// The text of the only inline script, which loads the client. A content security policy can
    /// name its hash, because it never changes.
    pub fn loader(&self) -> &str {
        let script = self.0.split_once("<script type=\"module\">").map(|(_, after)| after);
        script.and_then(|after| after.split_once("</script>")).map_or("", |(text, _)| text)
    }
}

/// The HTML document of a page, in the visitor's language.
pub fn document(head: &Head, context: Arc<RequestContext>, page: Page) -> String {
    let (locale, head) = (context.locale, &head.0);
    in_owner(move || {
        provide_context(locale);
        provide_context(context);
        provide_context(page.zone());
        let title = words::page_title(&page.title());
        let (title, body) = (view! { <title>{title}</title> }.to_html(), page.view().to_html());
        let lang = locale.tag();
        format!(
            "<!DOCTYPE html><html lang=\"{lang}\"><head>{head}{title}</head><body>{body}</body></html>"
        )
    })
}

/// Renders in a reactive owner of its own, where only islands count as hydrated.
fn in_owner(render: impl FnOnce() -> String) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(render);
    owner.unset_with_forced_cleanup();
    html
}
