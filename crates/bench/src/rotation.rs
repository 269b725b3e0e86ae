//! The exchange of keys on a full database, while the dashboard is loaded.
//! On a site of its own, so that nothing else is measured on a database of this size.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use model::{
    Actor, ConnectionId, Email, Identity, Origin, OwnValues, ScopeSet, Status, Subject, UserId,
};
use sandbox::Account;
use store::{Added, Entry, Link, Linked, NewUser, Store};
use uuid::Uuid;
use vault::{KeyRing, Place};

use crate::browser::Browser;
use crate::load::{self, Expected, Round, Target};
use crate::measure::DASHBOARD;
use crate::site::{EMAIL, Site};

/// As long as Google's, in characters.
const TOKEN_LENGTH: usize = 220;
/// More than an exchange may take.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// 2100: nobody syncs these connections meanwhile.
const FAR_SECS: i64 = 4_102_444_800;

/// How an exchange of keys went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rotation {
    /// Connections, of two sealed tokens each.
    pub(crate) connections: u64,
    /// From the start of the command to its end.
    pub(crate) took: Duration,
    /// The dashboard while it ran.
    pub(crate) dashboard: Round,
}

/// Fills a database, puts a new key first, and seals everything anew under load.
pub(crate) async fn measure(program: &Path, connections: u64) -> anyhow::Result<Rotation> {
    eprintln!("bench: making {connections} connections");
    let mut site = Site::prepare(program).await?;
    fill(&site, connections).await.context("filling the database")?;
    let (running, _) = site.start().await?;
    let account = Account::seeds().into_iter().next().context("the stand-in has no account")?;
    let mut browser = Browser::new(site.address);
    browser.sign_in().await?;
    browser.connect(&site.google, &account.sub).await?;
    browser.sync_once().await?;
    running.stop().await?;

    site.put_a_new_key_first().await?;
    let (running, _) = site.start().await?;
    let page = browser.dashboard(&account).await?;
    let dashboard = Arc::new(Target {
        address: site.address,
        request: browser.question(DASHBOARD, "br"),
        expected: Expected::like(&page.body, EMAIL)?,
    });
    let rotate = site.run_within(PATIENCE, &["keys", "rotate"]);
    let (said, took, dashboard) = load::beside(&dashboard, rotate).await?;
    eprintln!("bench: keys exchanged in {:.1} s: {}", took.as_secs_f64(), said.trim());
    running.stop().await?;
    site.run_within(PATIENCE, &["keys", "verify"]).await?;
    Ok(Rotation { connections, took, dashboard })
}

async fn fill(site: &Site, connections: u64) -> anyhow::Result<()> {
    let store = Store::open(site.setting("DATABASE_URL")?, 1).await?;
    let keys = KeyRing::parse(site.setting("ENCRYPTION_KEYS")?)?;
    let token = "x".repeat(TOKEN_LENGTH);
    for number in 1..=u128::from(connections) {
        add(&store, &keys, number, &token).await?;
    }
    store.close().await;
    Ok(())
}

async fn add(store: &Store, keys: &KeyRing, number: u128, token: &str) -> anyhow::Result<()> {
    let now = DateTime::<Utc>::UNIX_EPOCH;
    let far = DateTime::from_timestamp(FAR_SECS, 0).context("a time")?;
    let id = Uuid::from_u128(number);
    let event = |which: u128| Entry {
        id: Uuid::from_u128(which << 64 | number),
        origin: Origin::of(Actor::Site),
    };
    let user = NewUser {
        id: UserId(id),
        email: Email::parse(&format!("user-{number}@example.com")).ok().context("an address")?,
        password_hash: "none".to_owned(),
        is_admin: false,
        own: OwnValues::default(),
        entry: event(1),
    };
    ensure!(store.add_user(&user, now).await? == Added::Yes, "there is a user {number}");
    let row = id.to_string();
    let seal = |column| keys.seal(token, Place { table: "grants", column, row: &row });
    let link = Link {
        id: ConnectionId(id),
        user: user.id,
        identity: Identity {
            subject: Subject::parse(&number.to_string()).ok().context("a subject")?,
            email: None,
            email_verified: false,
            hosted_domain: None,
        },
        subject_hash: hash_of(number),
        is_return: false,
        status: Status::Active,
        cause: None,
        granted: ScopeSet::sign_in(),
        access: seal("access_token")?,
        access_expires_at: far,
        refresh: Some(seal("refresh_token")?),
        marks: None,
        keeps_refresh: false,
        refresh_expires_at: None,
        next_sync_at: far,
        entry: event(2),
    };
    ensure!(store.link(&link, now).await? == Linked::New, "there is a connection {number}");
    Ok(())
}

/// A hash for the subject with this number. Nothing is revoked here, so any will do.
fn hash_of(number: u128) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(&number.to_be_bytes());
    hash
}
