//! One user, one Google, one database, and as many processes of ours as a test wants.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use google::{EventVerifier, Google};
use model::{
    AlertKind, Connection, ConnectionId, Email, Feature, Identity, LocalPath, Locale, OwnValues,
    ScopeSet, Status, Subject, SyncReport, Trigger, UserId,
};
use sandbox::{Account, Endpoint, Sandbox, Visit, World};
use store::{Grant, Link, Linked, NewUser, Store};
use tempfile::TempDir;
pub(crate) use testkit::users::{IVAN, TANYA};
use url::Url;
use vault::KeyRing;

use crate::sealing::{access_aad, refresh_aad};
use crate::tests::process::Process;
use crate::{
    BrowserSecret, Callback, Clock, ConnectStart, Context, Jobs, MailOutbox, Outcome, Schedule,
    SecurityEvents, random,
};

const REDIRECT: &str = "http://127.0.0.1:3000/gmail/callback/";

pub(crate) struct TestApp {
    pub(crate) google: Sandbox,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) user: UserId,
    url: String,
    key: String,
    asked: ScopeSet,
    _folder: Option<TempDir>,
}

impl TestApp {
    /// On the engine of this run of the tests.
    pub(crate) async fn start() -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        TestApp::on(testkit::engine::fresh_database(folder.path()).await, Some(folder)).await
    }

    pub(crate) async fn on_sqlite() -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        TestApp::on(url, Some(folder)).await
    }

    /// `None`, said aloud, where PostgreSQL is not installed.
    pub(crate) async fn on_postgres() -> Option<TestApp> {
        Some(TestApp::on(testkit::cluster::fresh_database().await?, None).await)
    }

    async fn on(url: String, folder: Option<TempDir>) -> TestApp {
        let google = Sandbox::start(sandbox::Settings::redirecting_to(REDIRECT)).await.unwrap();
        let store = Store::open(&url, 4).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::manual(google.world().now());
        let user = add_user(&store, &clock, "anna@example.com").await;
        let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap();
        let key = key.expose().to_string();
        let asked = ScopeSet::sign_in();
        TestApp { google, clock, store, user, url, key, asked, _folder: folder }
    }

    /// The same, where the operator wants to read the mailbox's size too.
    pub(crate) fn asking_for_gmail(mut self) -> TestApp {
        self.asked = ScopeSet::parse("openid email profile gmail.readonly");
        self
    }

    /// The same, with a user who has connected.
    pub(crate) async fn connected(self) -> TestApp {
        assert!(matches!(self.connect(self.user, TANYA).await, Outcome::Connected(_)));
        self
    }

    /// One process of ours. Gives up on Google within half a second.
    pub(crate) async fn process(&self) -> Process {
        self.plan().start().await
    }

    /// One that is patient with Google.
    pub(crate) async fn process_with(&self, timeout: Duration) -> Process {
        let mut plan = self.plan();
        plan.settings.timeout = timeout;
        plan.start().await
    }

    /// The background work of such a process.
    pub(crate) fn jobs(&self, process: &Process) -> Jobs {
        let verifier = EventVerifier::new(&self.plan().settings, &[]).unwrap();
        let security_events =
            SecurityEvents::new(process.context.clone(), process.syncs.clone(), verifier);
        let (store, clock) = (process.context.store.clone(), process.context.clock.clone());
        let (keys, site) = (KeyRing::parse(&self.key).unwrap(), Url::parse(REDIRECT).unwrap());
        let post = MailOutbox::new(store.clone(), keys, clock.clone(), None, site);
        Jobs::new(store, clock, post, process.grants.clone(), security_events)
    }

    /// What is needed to start a process, also on another runtime.
    pub(crate) fn plan(&self) -> Plan {
        let settings = google::Settings {
            issuer: self.google.issuer(),
            api_url: self.google.issuer(),
            calendar_url: self.google.issuer(),
            client_id: self.google.client_id().to_owned(),
            client_secret: self.google.client_secret().into(),
            redirect_uri: Url::parse(REDIRECT).unwrap(),
            picture_hosts: Vec::new(),
            timeout: Duration::from_millis(500),
        };
        Plan {
            settings,
            url: self.url.clone(),
            key: self.key.clone(),
            clock: self.clock.clone(),
            asked: self.asked.clone(),
        }
    }

    pub(crate) fn world(&self) -> &World {
        self.google.world()
    }

    pub(crate) fn refreshes(&self) -> u64 {
        self.world().calls(Endpoint::TokenRefresh)
    }

    /// So many users whose connections are due, with access tokens that work for an hour.
    pub(crate) async fn crowd(&self, users: u32) -> Vec<UserId> {
        let keys = KeyRing::parse(&self.key).unwrap();
        let now = self.clock.now();
        let mut crowd = Vec::new();
        for n in 0..users {
            let subject = format!("2{n:020}");
            self.world().add_account(Account::new(&subject, format!("{n}@gmail.com")));
            let access = self.world().issue_access_token(&subject);
            let user = self.add_user(&format!("{n}@example.com")).await;
            let id = ConnectionId(random::id(now).unwrap());
            let row = id.to_string();
            let link = Link {
                id,
                user,
                identity: Identity {
                    subject: Subject::parse(&subject).unwrap(),
                    email: None,
                    email_verified: false,
                    hosted_domain: None,
                },
                subject_hash: random::sha256(&subject),
                is_return: false,
                status: Status::Active,
                cause: None,
                granted: ScopeSet::sign_in(),
                access: keys.seal(&access, access_aad(&row)).unwrap(),
                access_expires_at: now + TimeDelta::hours(1),
                refresh: Some(keys.seal("none", refresh_aad(&row)).unwrap()),
                marks: None,
                keeps_refresh: false,
                refresh_expires_at: None,
                next_sync_at: now,
                entry: crate::caller::entry(now).unwrap(),
            };
            assert_eq!(self.store.link(&link, now).await.unwrap(), Linked::New);
            crowd.push(user);
        }
        crowd
    }

    pub(crate) async fn add_user(&self, email: &str) -> UserId {
        add_user(&self.store, &self.clock, email).await
    }

    /// A user's whole trip to Google and back.
    pub(crate) async fn connect(&self, user: UserId, account: &str) -> Outcome {
        let process = self.process().await;
        let browser = BrowserSecret::generate().unwrap();
        let mailbox = Some(Feature::Mailbox).filter(|extra| self.asked.has(&extra.scope()));
        let departure = process
            .connections
            .connect(user, &browser, Locale::default(), mailbox, LocalPath::dashboard())
            .await;
        let ConnectStart::To(address) = departure.unwrap() else { panic!("Google is not there") };
        let address = Url::parse(&address).unwrap();
        let back = self.google.browse(&address, Visit::allow(account)).await.unwrap();
        let parameter = |name: &str| {
            back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let callback = Callback {
            state: parameter("state"),
            code: parameter("code"),
            error: parameter("error"),
            iss: parameter("iss"),
        };
        process.connections.complete(user, Some(&browser), &callback).await.unwrap().0
    }

    /// Time passes for us alone: tokens grow old here, whatever Google thinks of them.
    pub(crate) fn later(&self, by: TimeDelta) -> DateTime<Utc> {
        self.clock.advance(by);
        self.clock.now()
    }

    /// Time passes for us and for Google.
    pub(crate) fn later_everywhere(&self, by: TimeDelta) {
        self.clock.advance(by);
        self.world().advance(by.to_std().unwrap());
    }

    pub(crate) async fn grant(&self) -> Grant {
        self.store.find_grant(self.user).await.unwrap().unwrap()
    }

    pub(crate) async fn sync(&self) -> SyncReport {
        self.sync_of(self.user).await
    }

    pub(crate) async fn sync_of(&self, user: UserId) -> SyncReport {
        self.process().await.syncs.sync(user, Trigger::Button).await.unwrap().unwrap()
    }

    /// The connection as its user sees it.
    pub(crate) async fn shown(&self, user: UserId) -> Connection {
        self.store.find_overview(user, 1).await.unwrap().connection.unwrap()
    }

    pub(crate) async fn alerts(&self) -> Vec<AlertKind> {
        let alerts = self.process().await.alerts.list().await.unwrap();
        alerts.into_iter().map(|alert| alert.kind).collect()
    }
}

/// A process of ours that is yet to be started.
pub(crate) struct Plan {
    settings: google::Settings,
    url: String,
    key: String,
    clock: Clock,
    asked: ScopeSet,
}

impl Plan {
    pub(crate) async fn start(self) -> Process {
        let store = Store::open(&self.url, 2).await.unwrap();
        let keys = KeyRing::parse(&self.key).unwrap();
        let google = Google::new(self.settings).unwrap();
        let context = Context::new(store, google, keys, self.clock, self.asked);
        Process::new(context, Schedule::default())
    }
}

async fn add_user(store: &Store, clock: &Clock, email: &str) -> UserId {
    let now = clock.now();
    let user = NewUser {
        id: UserId(random::id(now).unwrap()),
        email: Email::parse(email).unwrap(),
        password_hash: "none".to_owned(),
        is_admin: false,
        own: OwnValues::default(),
        entry: crate::caller::entry(now).unwrap(),
    };
    store.add_user(&user, now).await.unwrap();
    user.id
}

/// Comes back when it is so.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let watch = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), watch).await.expect("it never came to that");
}
