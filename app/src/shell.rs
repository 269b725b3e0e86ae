//! The document around every page, and the table of pages.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::pages::{Connect, Dashboard, Disconnect, Home, Login, NotFound, Register};
use crate::visit::Visit;

/// The HTML document. Its language is the visitor's; its only script is the client's loader.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let pkg = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    // While the routes are listed, at the start of the server, nobody is visiting.
    let lang = use_context::<Visit>().map_or("ru", |visit| visit.locale.tag());
    view! {
        <!DOCTYPE html>
        <html lang=lang>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=pkg/>
                <HydrationScripts options=options islands=true/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Every page of the site. All are whole with the first response, so they need no script.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Home ssr=SsrMode::Async/>
                <Route path=path!("/register") view=Register ssr=SsrMode::Async/>
                <Route path=path!("/login") view=Login ssr=SsrMode::Async/>
                <Route path=path!("/dashboard") view=Dashboard ssr=SsrMode::Async/>
                <Route path=path!("/gmail/connect") view=Connect ssr=SsrMode::Async/>
                <Route path=path!("/gmail/disconnect") view=Disconnect ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
