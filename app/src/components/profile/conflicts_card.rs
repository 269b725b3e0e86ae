//! Where Google has another value than the user typed: old, new, and who decides.

use leptos::prelude::*;
use model::{Field, Offer};

use crate::words::{self, say};

/// A form over every open offer; nothing where there is none.
#[component]
pub(crate) fn ConflictsCard(offers: Vec<(Field, Offer)>) -> impl IntoView {
    (!offers.is_empty()).then(|| {
        let offers = offers
            .into_iter()
            .map(|(field, offer)| view! { <OneConflict field offer/> })
            .collect_view();
        view! {
            <section class="card conflicts" aria-labelledby="offers">
                <h2 id="offers">{say!(offers.title)}</h2>
                <p class="card__aside">{say!(offers.lead)}</p>
                <form action="/dashboard/choices/" method="post">
                    {offers}
                    <div class="actions">
                        <button class="button button--primary" type="submit">{say!(offers.submit)}</button>
                    </div>
                </form>
            </section>
        }
    })
}

#[component]
fn OneConflict(field: Field, offer: Offer) -> impl IntoView {
    let choices = [
        ("apply", say!(offers.apply)),
        ("keep", say!(offers.keep_once)),
        ("always", say!(offers.keep_always)),
    ]
    .map(|(choice, text)| {
        // The one that changes nothing is the one that is ticked.
        let is_first = choice == "keep";
        view! {
            <label class="choice">
                <input type="radio" name=field.as_str() value=choice checked=is_first/>
                <span>{text}</span>
            </label>
        }
    });
    view! {
        <fieldset class="conflicts__one" data-offer=field.as_str()>
            <legend>{words::field(field)}</legend>
            <dl class="versus">
                <dt>{say!(offers.yours)}</dt>
                <dd>{words::value(field, &offer.old)}</dd>
                <dt>{say!(offers.googles)}</dt>
                <dd>{words::value(field, &offer.new)}</dd>
            </dl>
            <div class="choices">{choices}</div>
        </fieldset>
    }
}
