//! What one signs in with: the address, the one that waits for its proof, and the form for another.

use leptos::prelude::*;
use service::{AddressPage, AddressRefusal, PendingAddress};

use crate::components::{Icon, Layout, Moment, RefusalBanner};
use crate::request_context::RequestContext;
use crate::words::{self, say};

/// What the page shows: the address as it stands, and what was typed where that was refused.
#[derive(Clone, Debug, Default)]
pub struct SignInAddress {
    /// The address and what is known of others.
    pub address: AddressPage,
    pub typed: String,
    /// Why that was refused.
    pub refusal: Option<AddressRefusal>,
}

#[component]
pub(crate) fn SignInAddressPage(address: SignInAddress) -> impl IntoView {
    let SignInAddress { address, typed, refusal } = address;
    let pending = address.pending.map(|pending| view! { <Pending pending/> });
    let form = if address.is_mail_on {
        view! { <AddressForm typed refusal googles=address.googles/> }.into_any()
    } else {
        view! { <p class="card__aside" data-mail="off">{say!(account.mail_off)}</p> }.into_any()
    };
    view! {
        <Layout>
            <section class="card consent">
                <h1>{say!(account.title)}</h1>
                <p class="lead">{say!(account.lead)}</p>
                <dl class="facts">
                    <div class="facts__row">
                        <dt>{say!(dashboard.sign_in_email)}</dt>
                        <dd data-sign-in="">{RequestContext::current().viewer_email()}</dd>
                    </div>
                </dl>
                {pending}
                <h2>{say!(account.change)}</h2>
                {form}
                <h2>{say!(account.data)}</h2>
                <p>{say!(account.data_text)}</p>
                <div class="actions">
                    <a class="button" href="/dashboard/export/" download="">{say!(account.export)}</a>
                </div>
                <p class="card__aside"><a href="/dashboard/">{say!(profile.back)}</a></p>
            </section>
        </Layout>
    }
}

#[component]
fn Pending(pending: PendingAddress) -> impl IntoView {
    view! {
        <div class="flash flash--info" data-pending=pending.email.to_string()>
            <Icon name="mail"/>
            <p class="flash__text">
                {say!(account.pending, email = pending.email)}" "
                {say!(account.pending_until)}" "<Moment at=pending.expires_at/>"."
            </p>
        </div>
        <form class="actions" action="/dashboard/account/cancel/" method="post">
            <button class="button" type="submit">{say!(account.cancel)}</button>
        </form>
    }
}

#[component]
fn AddressForm(
    typed: String,
    #[prop(optional_no_strip)] refusal: Option<AddressRefusal>,
    #[prop(optional_no_strip)] googles: Option<String>,
) -> impl IntoView {
    let is_invalid =
        matches!(refusal, Some(AddressRefusal::Malformed | AddressRefusal::Same)).then_some("true");
    let banner =
        refusal.map(|refusal| view! { <RefusalBanner text=words::address_refusal(refusal)/> });
    let promote = googles.map(|email| {
        view! {
            <form class="actions" action="/dashboard/account/address/" method="post">
                <input type="hidden" name="email" value=email.clone()/>
                <button class="button" type="submit">{say!(account.promote, email = email)}</button>
            </form>
            <p class="field__hint">{say!(account.promote_hint)}</p>
        }
    });
    view! {
        {banner}
        <form class="form" action="/dashboard/account/address/" method="post">
            <div class="field">
                <label class="field__label" for="email">{say!(account.new)}</label>
                <input
                    class="field__input"
                    id="email"
                    name="email"
                    type="email"
                    autocomplete="email"
                    inputmode="email"
                    required=true
                    maxlength="254"
                    value=typed
                    aria-invalid=is_invalid
                    aria-describedby="email-hint refusal"
                />
                <p class="field__hint" id="email-hint">{say!(account.hint)}</p>
            </div>
            <div class="actions">
                <button class="button button--primary" type="submit">{say!(account.submit)}</button>
            </div>
        </form>
        {promote}
    }
}
