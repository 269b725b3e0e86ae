//! Tokens for programs: which there are, and the form for another one.

use leptos::prelude::*;
use model::{ApiScope, ApiToken, Lifetime, Profile, TokenName};
use secrecy::{ExposeSecret, SecretString};
use service::{TokenDraft, TokenRefusal};

use crate::components::{Icon, Layout, Moment};
use crate::request_context::RequestContext;
use crate::words::{self, say};

/// What the page shows.
#[derive(Debug, Default)]
pub struct TokensPage {
    /// The profile, for its time zone.
    pub profile: Profile,
    /// The live tokens, newest first.
    pub tokens: Vec<ApiToken>,
    /// What the form holds.
    pub draft: TokenDraft,
    /// Why what was sent is refused.
    pub refusal: Option<TokenRefusal>,
    /// The token that was made just now.
    pub made: Option<Made>,
}

/// A new token, on its way to the only page that shows it.
#[derive(Debug)]
pub struct Made {
    /// What its owner calls it.
    pub name: String,
    pub token: SecretString,
}

#[component]
pub(crate) fn TokensView(page: TokensPage) -> impl IntoView {
    let TokensPage { tokens, draft, refusal, made, .. } = page;
    let is_made = made.is_some();
    let made = made.map(|made| view! { <MadeCard made/> });
    let is_empty = tokens.is_empty();
    let list = tokens.into_iter().map(|token| view! { <OneToken token/> }).collect_view();
    // Beside a new token there is one thing to do.
    let form = (!is_made).then(|| view! { <TokenForm draft refusal/> });
    view! {
        <Layout>
            {made}
            <section class="card">
                <h1>{say!(tokens.title)}</h1>
                <p class="lead">{say!(tokens.lead)}" "<a href="/api/">{say!(tokens.docs)}</a></p>
                <h2 class="tokens__heading">{say!(tokens.live)}</h2>
                {if is_empty {
                    view! { <p class="card__aside">{say!(tokens.empty)}</p> }.into_any()
                } else {
                    view! { <ul class="tokens">{list}</ul> }.into_any()
                }}
                {form}
                <p class="card__aside"><a href="/dashboard/">{say!(profile.back)}</a></p>
            </section>
        </Layout>
    }
}

#[component]
fn MadeCard(made: Made) -> impl IntoView {
    view! {
        <section class="card token-made" role="status" id="made" tabindex="-1" autofocus=true>
            <h2><Icon name="check"/>{say!(tokens.made, name = made.name)}</h2>
            <p>{say!(tokens.made_text)}</p>
            <code class="token-made__token" tabindex="0" aria-label=say!(tokens.made_label) translate="no">
                {made.token.expose_secret().to_owned()}
            </code>
            <a class="button" href="/dashboard/tokens/">{say!(tokens.made_done)}</a>
        </section>
    }
}

#[component]
fn OneToken(token: ApiToken) -> impl IntoView {
    let id = token.id.to_string();
    let scopes: Vec<_> = token.scopes.iter().map(|scope| words::api_scope(*scope)).collect();
    let used = match token.last_used_at {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => view! { {say!(tokens.never)} }.into_any(),
    };
    let label = say!(tokens.revoke_one, name = token.name);
    view! {
        <li class="tokens__item" data-token=id>
            <div class="tokens__what">
                <h3>{token.name}</h3>
                <p>{say!(tokens.allows)}": "{scopes.join("; ")}</p>
                <p class="tokens__times">
                    <span>{say!(tokens.created)}" "<Moment at=token.created_at/></span>
                    <span>{say!(tokens.expires)}" "<Moment at=token.expires_at/></span>
                    <span>{say!(tokens.used)}" "{used}</span>
                </p>
            </div>
            <form action="/dashboard/tokens/revoke/" method="post">
                <input type="hidden" name="token" value=id.clone()/>
                <button class="button button--small button--danger" type="submit" aria-label=label>
                    {say!(tokens.revoke)}
                </button>
            </form>
        </li>
    }
}

#[component]
fn TokenForm(draft: TokenDraft, refusal: Option<TokenRefusal>) -> impl IntoView {
    // Names this form, so that its token is made once however often it is sent.
    let form = RequestContext::current().reference.clone();
    let is_bad = |wrong: TokenRefusal| (refusal == Some(wrong)).then_some("true");
    let said = refusal.map(|refusal| {
        view! {
            <div class="flash flash--error" role="alert" id="refusal" tabindex="-1" autofocus=true>
                <Icon name="alert"/>
                <p class="flash__text">{words::token_refusal(refusal)}</p>
            </div>
        }
    });
    let scopes = ApiScope::ALL
        .iter()
        .map(|scope| {
            view! {
                <label class="choice">
                    <input
                        type="checkbox"
                        name="scope"
                        value=scope.as_str()
                        checked=draft.scopes.contains(scope)
                    />
                    <span>{words::api_scope(*scope)}" "<code>{scope.as_str()}</code></span>
                </label>
            }
        })
        .collect_view();
    let days = Lifetime::ALL
        .iter()
        .map(|lifetime| {
            let is_chosen = draft.lifetime == Some(*lifetime);
            view! {
                <option value=lifetime.as_str() selected=is_chosen>
                    {say!(tokens.days, days = lifetime.as_str())}
                </option>
            }
        })
        .collect_view();
    view! {
        <h2 class="tokens__heading" id="new">{say!(tokens.new)}</h2>
        {said}
        <form class="form" action="/dashboard/tokens/" method="post" aria-labelledby="new">
            <input type="hidden" name="form" value=form/>
            <div class="field">
                <label class="field__label" for="name">{say!(tokens.name)}</label>
                <input
                    class="field__input"
                    id="name"
                    name="name"
                    type="text"
                    autocomplete="off"
                    required=true
                    maxlength=TokenName::LONGEST.to_string()
                    value=draft.name
                    aria-invalid=is_bad(TokenRefusal::Name)
                    aria-describedby="name-hint"
                />
                <p class="field__hint" id="name-hint">{say!(tokens.name_hint)}</p>
            </div>
            <fieldset class="tokens__scopes" aria-invalid=is_bad(TokenRefusal::NoScope)>
                <legend class="field__label">{say!(tokens.scopes)}</legend>
                {scopes}
            </fieldset>
            <div class="field">
                <label class="field__label" for="days">{say!(tokens.lifetime)}</label>
                <select
                    class="field__input"
                    id="days"
                    name="days"
                    aria-invalid=is_bad(TokenRefusal::Lifetime)
                >
                    {days}
                </select>
            </div>
            <div class="actions">
                <button class="button button--primary" type="submit">{say!(tokens.create)}</button>
            </div>
        </form>
    }
}
