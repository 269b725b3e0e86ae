//! The landing page: what this is, in one screen.

use leptos::prelude::*;

use crate::components::{Icon, Layout};
use crate::request_context::RequestContext;
use crate::words::say;

#[component]
pub(crate) fn Home() -> impl IntoView {
    let is_signed_in = RequestContext::current().viewer.is_some();
    let actions = if is_signed_in {
        view! { <a class="button button--primary" href="/dashboard/">{say!(home.open)}</a> }
            .into_any()
    } else {
        view! {
            <a class="button button--primary" href="/register/">{say!(home.start)}</a>
            <p class="hero__aside">{say!(home.have)}" "<a href="/login/">{say!(site.sign_in)}</a></p>
        }
        .into_any()
    };
    let steps = [
        (say!(home.step1), say!(home.step1_text)),
        (say!(home.step2), say!(home.step2_text)),
        (say!(home.step3), say!(home.step3_text)),
    ]
    .map(|(title, text)| {
        view! { <li class="steps__item"><h3>{title}</h3><p>{text}</p></li> }
    });
    let safe = [
        ("mail", say!(home.safe1), say!(home.safe1_text)),
        ("lock", say!(home.safe2), say!(home.safe2_text)),
        ("leaf", say!(home.safe3), say!(home.safe3_text)),
    ]
    .map(|(icon, title, text)| {
        view! { <li class="safe__item"><Icon name=icon/><h3>{title}</h3><p>{text}</p></li> }
    });
    view! {
        <Layout wide=true>
            <section class="hero">
                <div class="hero__words">
                    <p class="eyebrow">{say!(home.eyebrow)}</p>
                    <h1>{say!(home.title)}</h1>
                    <p class="lead">{say!(home.lead)}</p>
                    <div class="hero__actions">{actions}</div>
                </div>
                <Pass/>
            </section>
            <section class="section" aria-labelledby="how">
                <h2 id="how">{say!(home.how)}</h2>
                <ol class="steps">{steps}</ol>
            </section>
            <section class="section" aria-labelledby="safe">
                <h2 id="safe">{say!(home.safe)}</h2>
                <ul class="safe">{safe}</ul>
            </section>
        </Layout>
    }
}

/// A filled-in profile drawn as a boarding pass: the product at a glance. Decoration only.
#[component]
fn Pass() -> impl IntoView {
    let name = say!(home.pass_person);
    let initial = name.chars().next().map(String::from);
    view! {
        <div class="pass" aria-hidden="true">
            <div class="pass__top">
                <span class="pass__face">{initial}</span>
                <div>
                    <span class="pass__label">{say!(home.pass_name)}</span>
                    <span class="pass__value">{name}</span>
                </div>
            </div>
            <svg class="pass__route" viewBox="0 0 300 70" focusable="false">
                <path class="pass__arc" d="M18 58C80 4 220 4 282 58"></path>
                <circle cx="18" cy="58" r="6"></circle>
                <circle cx="282" cy="58" r="6"></circle>
                <path class="pass__plane" d="M150 8l16 9-16 9 3.500-9z"></path>
            </svg>
            <div class="pass__ends"><span>"Gmail"</span><span>"SELEXIA"</span></div>
            <div class="pass__stub">
                <div>
                    <span class="pass__label">{say!(home.pass_mail)}</span>
                    <span class="pass__value">"ta…@gmail.com"</span>
                </div>
                <span class="pass__state"><Icon name="check"/>{say!(home.pass_state)}</span>
            </div>
        </div>
    }
}
