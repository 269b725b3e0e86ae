//! Before something that matters: the password once more, and then on to where one was going.

use leptos::prelude::*;

use crate::components::{HiddenFormState, KnownAddress, Layout, RefusalBanner};
use crate::islands::PasswordField;
use crate::request_context::RequestContext;
use crate::words::{self, say};

#[component]
pub(crate) fn Reauthentication() -> impl IntoView {
    let context = RequestContext::current();
    let reason = context.rejected.as_ref().map(|refused| refused.reason);
    let refusal =
        reason.map(|reason| view! { <RefusalBanner text=words::reauthentication_error(reason)/> });
    view! {
        <Layout>
            <section class="card card--form">
                <h1>{say!(confirm.title)}</h1>
                <p class="lead">{say!(confirm.lead)}</p>
                {refusal}
                <form class="form" action="/confirm/" method="post">
                    <HiddenFormState/>
                    <KnownAddress email=context.viewer_email().unwrap_or_default()/>
                    <div class="field">
                        <label class="field__label" for="password">{say!(form.password)}</label>
                        <PasswordField
                            autocomplete="current-password".to_owned()
                            show=say!(form.show)
                            hide=say!(form.hide)
                            described_by="refusal".to_owned()
                            is_invalid=reason.is_some()
                        />
                    </div>
                    <button class="button button--primary button--wide" type="submit">{say!(confirm.submit)}</button>
                </form>
                <p class="card__aside"><a href="/dashboard/">{say!(profile.back)}</a></p>
            </section>
        </Layout>
    }
}
