//! The frame of every page: head, flash, content, foot.

use leptos::prelude::*;
use model::Locale;

use crate::components::FlashBanner;
use crate::request_context::RequestContext;
use crate::words::{self, say};

/// What stands around a page; `wide` for pages that are not a single form.
#[component]
pub(crate) fn Layout(#[prop(optional)] wide: bool, children: Children) -> impl IntoView {
    let class = if wide { "page page--wide" } else { "page" };
    view! {
        <a class="skip" href="#content">{say!(site.skip)}</a>
        <SiteHead/>
        <main id="content" class=class tabindex="-1">
            <FlashBanner/>
            {children()}
        </main>
        <SiteFoot/>
    }
}

#[component]
fn SiteHead() -> impl IntoView {
    let context = RequestContext::current();
    let links = match context.viewer_email() {
        Some(email) => view! {
            <a class="head__link" href="/dashboard/">{say!(site.cabinet)}</a>
            <span class="head__who" title=email.clone()>{email.clone()}</span>
            <form action="/logout/" method="post">
                <button class="head__button" type="submit">{say!(site.sign_out)}</button>
            </form>
        }
        .into_any(),
        None => view! {
            <a class="head__link" href="/login/">{say!(site.sign_in)}</a>
            <a class="head__link head__link--strong" href="/register/">{say!(site.register)}</a>
        }
        .into_any(),
    };
    view! {
        <header class="head">
            <a class="head__brand" href="/">
                <svg class="head__mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
                    <circle cx="16" cy="16" r="15"></circle>
                    <path d="M6 20c5-1 8-4 10-9 1.6 4 4.600 7 10 8M9 24h14"></path>
                </svg>
                <span>{say!(site.name)}</span>
            </a>
            <nav class="head__links" aria-label=say!(site.menu)>{links}</nav>
        </header>
    }
}

#[component]
fn SiteFoot() -> impl IntoView {
    let context = RequestContext::current();
    let here = context.path.clone();
    let tokens = context.viewer_email().map(|_| {
        view! { <a href="/dashboard/tokens/">{say!(tokens.title)}</a> }
    });
    let languages = Locale::all().map(|locale| {
        let (tag, is_current) = (locale.tag(), locale == context.locale);
        view! {
            <button
                class="foot__language"
                type="submit"
                name="language"
                value=tag
                lang=tag
                aria-current=is_current.then_some("true")
            >
                {words::language(locale)}
            </button>
        }
    });
    let languages = languages.collect_view();
    view! {
        <footer class="foot">
            <nav class="foot__links" aria-label=say!(site.foot)>
                <a href="/accessibility/">{say!(accessibility.title)}</a>
                <a href="/api/">{say!(api.title)}</a>
                {tokens}
            </nav>
            <p class="foot__promise">{say!(site.promise)}" "{say!(site.rights)}</p>
            <form class="foot__languages" action="/language/" method="post" aria-label=say!(site.language)>
                <input type="hidden" name="next" value=here/>
                {languages}
            </form>
        </footer>
    }
}
