//! Where the links of our mails about the sign-in address lead: a page that says what its button
//! will do, because mail programs open links by themselves.

use leptos::prelude::*;
use model::Email;

use crate::components::{KnownAddress, Layout, RefusalBanner};
use crate::islands::PasswordField;
use crate::request_context::RequestContext;
use crate::words::{self, say};

/// The page of the link that proves a new address; without an address the link does not work.
#[component]
pub(crate) fn AddressProof(
    token: String,
    #[prop(optional_no_strip)] email: Option<Email>,
) -> impl IntoView {
    let Some(email) = email else { return view! { <DeadLink/> }.into_any() };
    view! {
        <Layout>
            <section class="card card--form">
                <h1>{say!(proof.title)}</h1>
                <p class="lead">{say!(proof.lead, email = email)}</p>
                <p>{say!(proof.consequences)}</p>
                <form class="actions" action="/address/confirm/" method="post">
                    <input type="hidden" name="token" value=token/>
                    <button class="button button--primary" type="submit">{say!(proof.submit)}</button>
                    <a class="button button--quiet" href="/dashboard/account/">{say!(proof.back)}</a>
                </form>
            </section>
        </Layout>
    }
    .into_any()
}

/// The page of the link that takes a former address back; without an address it does not work.
#[component]
pub(crate) fn AddressRestore(
    token: String,
    #[prop(optional_no_strip)] email: Option<Email>,
) -> impl IntoView {
    let Some(email) = email else { return view! { <DeadLink/> }.into_any() };
    let reason = RequestContext::current().rejected.as_ref().map(|refused| refused.reason);
    let refusal = reason.map(|reason| view! { <RefusalBanner text=words::form_error(reason)/> });
    view! {
        <Layout>
            <section class="card card--form">
                <h1>{say!(restore.title)}</h1>
                <p class="lead">{say!(restore.lead, email = email.clone())}</p>
                {refusal}
                <form class="form" action="/address/restore/" method="post">
                    <input type="hidden" name="token" value=token/>
                    <KnownAddress email=email.to_string()/>
                    <div class="field">
                        <label class="field__label" for="password">{say!(restore.password)}</label>
                        <PasswordField
                            autocomplete="new-password".to_owned()
                            show=say!(form.show)
                            hide=say!(form.hide)
                            described_by="password-hint refusal".to_owned()
                            is_invalid=reason.is_some()
                        />
                        <p class="field__hint" id="password-hint">{say!(register.password_hint)}</p>
                    </div>
                    <button class="button button--danger button--wide" type="submit">{say!(restore.submit)}</button>
                </form>
            </section>
        </Layout>
    }
    .into_any()
}

/// A link that does nothing any more, whatever the reason.
#[component]
fn DeadLink() -> impl IntoView {
    view! {
        <Layout>
            <section class="card card--form" data-link="dead">
                <h1>{say!(proof.dead)}</h1>
                <p class="lead">{say!(proof.dead_text)}</p>
                <a class="button" href="/dashboard/account/">{say!(proof.back)}</a>
            </section>
        </Layout>
    }
}
