//! The form of sign-in and registration: one address, one password.

use leptos::prelude::*;

use crate::components::{Help, HiddenFormState, RefusalBanner};
use crate::islands::PasswordField;
use crate::request_context::{FormError, RequestContext};
use crate::words::{self, say};

/// A form that posts to `action`. What was refused is said above it, what was typed stays in it.
#[component]
pub(crate) fn AccountForm(
    action: &'static str,
    submit: String,
    password_autocomplete: &'static str,
    #[prop(optional_no_strip)] password_hint: Option<String>,
) -> impl IntoView {
    let context = RequestContext::current();
    let (email, reason) = match context.rejected.clone() {
        Some(refused) => (refused.email, Some(refused.reason)),
        None => (String::new(), None),
    };
    let (email_invalid, password_invalid) = match reason {
        Some(FormError::Mismatch) => (true, true),
        Some(FormError::BadEmail | FormError::EmailTaken) => (true, false),
        Some(FormError::TooShort | FormError::TooLong | FormError::TooCommon) => (false, true),
        Some(FormError::TooMany(_) | FormError::Blocked) | None => (false, false),
    };
    let refusal = reason.map(|reason| view! { <RefusalBanner text=words::form_error(reason)/> });
    // The one refusal that only people can lift.
    let help = (reason == Some(FormError::Blocked)).then(|| view! { <Help/> });
    let hint =
        password_hint.map(|hint| view! { <p class="field__hint" id="password-hint">{hint}</p> });
    view! {
        {refusal}
        {help}
        <form class="form" action=action method="post">
            <HiddenFormState/>
            <div class="field">
                <label class="field__label" for="email">{say!(form.email)}</label>
                <input
                    class="field__input"
                    id="email"
                    name="email"
                    type="email"
                    autocomplete="username"
                    inputmode="email"
                    required=true
                    maxlength="254"
                    value=email
                    aria-invalid=email_invalid.then_some("true")
                    aria-describedby="refusal"
                />
            </div>
            <div class="field">
                <label class="field__label" for="password">{say!(form.password)}</label>
                <PasswordField
                    autocomplete=password_autocomplete.to_owned()
                    show=say!(form.show)
                    hide=say!(form.hide)
                    described_by="password-hint refusal".to_owned()
                    is_invalid=password_invalid
                />
                {hint}
            </div>
            <button class="button button--primary button--wide" type="submit">{submit}</button>
        </form>
    }
}
