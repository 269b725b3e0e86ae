//! The composition root: everything that the program is made of, built from its settings in one
//! place.

use anyhow::Context;
use app::cookies::Cookies;
use app::document::Head;
use google::{EventVerifier, Google};
use leptos::config::LeptosOptions;
use mail::Mailer;
use service::{
    Accounts, Addresses, Alerts, ApiTokens, Clock, Connections, Grants, Idempotency, Jobs,
    MailOutbox, Moderation, Profiles, SecurityEvents, Services, Syncs,
};
use store::Store;

use crate::config::Config;
use crate::http::respond::page;
use crate::http::state::{AppState, Shared};
use crate::site::Site;

/// Builds the verbs from the settings.
pub fn services(config: &Config, store: &Store, clock: &Clock) -> anyhow::Result<Services> {
    let google = Google::new(config.gmail.google.clone())?;
    let scopes = config.gmail.scopes.clone();
    let context =
        service::Context::new(store.clone(), google, config.keys.clone(), clock.clone(), scopes);
    let alerts = Alerts::new(context.clone());
    let grants = Grants::new(context.clone(), alerts.clone());
    let syncs = Syncs::new(context.clone(), alerts.clone(), grants.clone(), config.schedule.0);
    let connections =
        Connections::new(context.clone(), alerts.clone(), grants.clone(), syncs.clone());
    let moderation = Moderation::new(connections.clone());
    let verifier = EventVerifier::new(&config.gmail.google, &config.events.other_clients)?;
    let security_events = SecurityEvents::new(context, syncs.clone(), verifier);

    let mailer = config.mail.0.clone().map(Mailer::new).transpose().context("SMTP_URL")?;
    let site = config.site.base_url.clone();
    let mail_outbox =
        MailOutbox::new(store.clone(), config.keys.clone(), clock.clone(), mailer, site);
    let accounts = Accounts::new(store.clone(), clock.clone());
    Ok(Services {
        addresses: Addresses::new(accounts.clone(), mail_outbox.clone()),
        accounts,
        moderation,
        connections,
        syncs,
        profiles: Profiles::new(store.clone(), clock.clone()),
        tokens: ApiTokens::new(store.clone(), clock.clone()),
        idempotency: Idempotency::new(store.clone(), config.keys.clone(), clock.clone()),
        jobs: Jobs::new(
            store.clone(),
            clock.clone(),
            mail_outbox.clone(),
            grants,
            security_events.clone(),
        ),
        mail_outbox,
        security_events,
        alerts,
    })
}

/// Builds what the routes share.
pub fn state(config: &Config, store: Store, services: Services) -> anyhow::Result<AppState> {
    let site =
        Site::open(config.site.site_root.as_deref()).context("SELEXIA_SITE_ROOT cannot be read")?;
    if site.is_empty() {
        tracing::warn!("no client build found; serving plain HTML without styles");
    }
    let options = LeptosOptions::builder()
        .output_name("selexia")
        .site_pkg_dir(site.pkg_path())
        .site_addr(config.site.listen)
        .build();
    let head = Head::new(options);
    Ok(Shared {
        page_policy: page::policy(&head),
        head,
        services,
        store,
        cookies: Cookies { is_secure: config.site.base_url.scheme() == "https" },
        issuer_origin: config.gmail.google.issuer.origin().ascii_serialization(),
        base_url: config.site.base_url.clone(),
        trusted_proxies: config.site.trusted_proxies,
        contact: config.site.contact.clone(),
        site,
    }
    .into())
}
