//! The page for a request that never became a visit: one sentence, one way out.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use model::Locale;

use crate::words::i18n;

/// What went wrong with a request as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No such page, or not in this way.
    NotFound,
    /// It came from another site.
    Forbidden,
    /// Its body is too large.
    TooLarge,
    /// Ours.
    Internal,
}

impl Problem {
    /// The title of the problem details for programs, in English by their custom.
    pub const fn title_for_programs(self) -> &'static str {
        match self {
            Problem::NotFound => "no such resource, or not with this method",
            Problem::Forbidden => "the request came from another site",
            Problem::TooLarge => "the request body is too large",
            Problem::Internal => "internal error",
        }
    }
}

/// The page as HTML. Needs no visit: it may stand where none could be made out.
pub fn page(options: &LeptosOptions, locale: Locale, problem: Problem) -> String {
    let lang = match locale {
        Locale::Ru => i18n::Locale::ru,
        Locale::En => i18n::Locale::en,
    };
    macro_rules! say {
        ($($key:tt)*) => { leptos_i18n::td_string!(lang, $($key)*).to_string() };
    }
    let (title, text) = match problem {
        Problem::NotFound => (say!(problem.not_found), say!(problem.not_found_text)),
        Problem::Forbidden => (say!(problem.forbidden), say!(problem.forbidden_text)),
        Problem::TooLarge => (say!(problem.too_large), say!(problem.too_large_text)),
        Problem::Internal => (say!(problem.internal), say!(problem.internal_text)),
    };
    let styles = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    Owner::new().with(|| {
        view! {
            <!DOCTYPE html>
            <html lang=locale.tag()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>{title.clone()}</title>
                    <link rel="stylesheet" href=styles/>
                </head>
                <body>
                    <main class="page" id="content">
                        <section class="card card--form">
                            <h1>{title}</h1>
                            <p class="lead">{text}</p>
                            <a class="button" href="/">{say!(problem.home)}</a>
                        </section>
                    </main>
                </body>
            </html>
        }
        .to_html()
    })
}
