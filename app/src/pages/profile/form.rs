//! The form of the profile: every field, whose it is, and who decides about it.

use leptos::prelude::*;
use model::{Field, FieldState, Locale, Policy, Profile, Source};
use service::Draft;

use crate::components::{Icon, Layout, SourceMark};
use crate::words::{self, say};

/// What the form shows: the profile, and what was typed where that was refused.
#[derive(Clone, Debug, Default)]
pub struct ProfileForm {
    /// The profile as it is.
    pub profile: Profile,
    /// What was typed.
    pub draft: Draft,
    /// The fields whose text cannot be what it should be.
    pub bad: Vec<Field>,
}

/// Time zones to choose from; any other of the IANA database may be typed.
const ZONES: &[&str] = &[
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Novosibirsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
    "Europe/Minsk",
    "Europe/Kyiv",
    "Asia/Almaty",
    "Asia/Tashkent",
    "Asia/Tbilisi",
    "Asia/Yerevan",
    "Asia/Baku",
    "Europe/Istanbul",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Rome",
    "Europe/London",
    "Asia/Dubai",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "UTC",
];

#[component]
pub(crate) fn ProfileFormPage(form: ProfileForm) -> impl IntoView {
    let refusal = (!form.bad.is_empty()).then(|| {
        let names: Vec<_> = form.bad.iter().map(|field| words::field(*field)).collect();
        view! {
            <div class="flash flash--error" role="alert" id="refusal" tabindex="-1" autofocus=true>
                <Icon name="alert"/>
                <p class="flash__text">{names.join(", ")}</p>
            </div>
        }
    });
    let fields = Field::TYPED
        .iter()
        .map(|field| {
            let known = form.profile.field(*field).clone();
            let typed = form.draft.values.get(field).cloned();
            let wanted = form.draft.policies.get(field).copied();
            let is_bad = form.bad.contains(field);
            view! { <OneField field=*field known typed wanted is_bad/> }
        })
        .collect_view();
    let languages = Locale::all()
        .map(|locale| view! { <option value=locale.tag()>{words::language(locale)}</option> })
        .collect_view();
    let zones = ZONES.iter().map(|zone| view! { <option value=*zone></option> }).collect_view();
    view! {
        <Layout>
            <section class="card">
                <h1>{say!(profile.title)}</h1>
                <p class="lead">{say!(profile.lead)}</p>
                {refusal}
                <form class="form" action="/dashboard/profile/" method="post">
                    {fields}
                    <datalist id="zones">{zones}</datalist>
                    <datalist id="languages">
                        {languages}
                    </datalist>
                    <div class="actions">
                        <button class="button button--primary" type="submit">{say!(profile.save)}</button>
                        <a class="button button--quiet" href="/dashboard/">{say!(profile.back)}</a>
                    </div>
                </form>
            </section>
        </Layout>
    }
}

#[component]
fn OneField(
    field: Field,
    known: FieldState,
    typed: Option<String>,
    wanted: Option<Policy>,
    is_bad: bool,
) -> impl IntoView {
    let id = field.as_str();
    let value = typed.or_else(|| known.text().map(str::to_owned)).unwrap_or_default();
    let (kind, complete, list) = match field {
        Field::FirstName => ("text", "given-name", None),
        Field::LastName => ("text", "family-name", None),
        Field::DisplayName => ("text", "name", None),
        Field::Email => ("email", "email", None),
        Field::Language => ("text", "language", Some("languages")),
        Field::Timezone => ("text", "off", Some("zones")),
        Field::Avatar => ("text", "off", None),
    };
    let source =
        known.shown().map(|(kept, source)| view! { <SourceMark source kept=kept.clone()/> });
    let follows =
        known.shown().is_some_and(|(_, source)| source == Source::Google) && known.follows();
    let hint = if is_bad {
        words::impossible(field)
    } else if follows {
        Some(say!(profile.stops_following))
    } else if field == Field::Email {
        Some(say!(profile.email_hint))
    } else {
        None
    };
    let hint_class = if is_bad { "field__hint field__hint--bad" } else { "field__hint" };
    let hint_id = format!("{id}-hint");
    let described_by = hint.is_some().then(|| hint_id.clone());
    let elsewhere = known.google.as_deref().filter(|google| Some(*google) != known.text()).map(|google| {
        view! {
            <p class="field__hint">{say!(profile.google_has)}" "<b>{words::value(field, google)}</b></p>
        }
    });
    let effective = known.effective();
    let chosen = wanted.or(effective);
    let ask = effective.is_none().then(|| {
        view! { <option value="ask" selected=chosen.is_none()>{say!(profile.ask)}</option> }
    });
    let options = Policy::ALL
        .iter()
        .map(|policy| {
            view! {
                <option value=policy.as_str() selected=chosen == Some(*policy)>{words::policy(*policy)}</option>
            }
        })
        .collect_view();
    let policy_label = format!("{}: {}", say!(profile.policy), words::field(field));
    // Where Google has nothing there is nothing to decide.
    let policies = known.google.is_some().then(|| {
        view! {
            <select class="field__input" name=format!("policy_{id}") aria-label=policy_label>
                {ask}
                {options}
            </select>
        }
    });
    view! {
        <div class="field" data-policy=effective.map_or("ask", Policy::as_str)>
            <div class="field__head">
                <label class="field__label" for=id>{words::field(field)}</label>
                {source}
            </div>
            <div class="field__pair">
                <input
                    class="field__input"
                    id=id
                    name=id
                    type=kind
                    value=value
                    maxlength=Field::LONGEST.to_string()
                    autocomplete=complete
                    list=list
                    aria-describedby=described_by
                    aria-invalid=is_bad.then_some("true")
                />
                {policies}
            </div>
            {hint.map(|hint| view! { <p class=hint_class id=hint_id>{hint}</p> })}
            {elsewhere}
        </div>
    }
}
