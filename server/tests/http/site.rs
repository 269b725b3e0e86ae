//! One site a test: its own database, key, socket and Google.

use chrono::TimeDelta;
use model::{JobKind, UserId};
use sandbox::{Mail, Sandbox, Settings, Visit};
use server::config::{Config, Raw};
use server::serve;
use service::{Clock, Jobs, Services};
use store::Store;
use tempfile::TempDir;
use testkit::browser::{Browser, Page};
use testkit::users::ANNA;
pub(crate) use testkit::users::{PASSWORD, TANYA};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

pub(crate) struct Site {
    pub(crate) url: Url,
    pub(crate) google: Sandbox,
    pub(crate) services: Services,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    /// Where the database is.
    pub(crate) database: String,
    pub(crate) folder: TempDir,
    stop: CancellationToken,
    served: Option<JoinHandle<std::io::Result<()>>>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Site {
    pub(crate) async fn start() -> Site {
        Site::start_with(&[]).await
    }

    /// A site with some settings of its own.
    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Site {
        Site::start_on(Clock::shifted(), settings).await
    }

    /// A site whose time stands still until it is moved.
    pub(crate) async fn with_a_clock() -> Site {
        Site::start_on(Clock::manual(Clock::system().now()), &[]).await
    }

    /// A site that lives by a clock of its own. Google's clock is another one.
    pub(crate) async fn start_on(clock: Clock, settings: &[(&str, &str)]) -> Site {
        let folder = tempfile::tempdir().unwrap();
        let database = testkit::engine::fresh_database(folder.path()).await;
        Site::start_in(folder, database, clock, settings).await
    }

    /// A site whose database is files in its folder, to be searched.
    pub(crate) async fn start_in_files() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite://{}", folder.path().join("selexia.db").display());
        Site::start_in(folder, database, Clock::shifted(), &[]).await
    }

    pub(crate) async fn start_in(
        folder: TempDir,
        database: String,
        clock: Clock,
        settings: &[(&str, &str)],
    ) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let callback = url.join("/gmail/callback/").unwrap();
        let google = Sandbox::start(Settings::redirecting_to(callback)).await.unwrap();
        let key = vault::Key::generate(vault::KeyId::parse("k1").unwrap()).unwrap().expose();
        let issuer = google.issuer();
        let smtp = format!("smtp://{}", google.mail_address());
        let pairs = [
            ("DATABASE_URL", database.as_str()),
            ("SELEXIA_BASE_URL", url.as_str()),
            ("GMAIL_CLIENT_ID", google.client_id()),
            ("GMAIL_CLIENT_SECRET", google.client_secret()),
            ("GMAIL_ISSUER", issuer.as_str()),
            ("GMAIL_API_URL", issuer.as_str()),
            ("GMAIL_CALENDAR_URL", issuer.as_str()),
            ("ENCRYPTION_KEYS", key.as_str()),
            ("SMTP_URL", smtp.as_str()),
            ("MAIL_FROM", "SELEXIA Travel <noreply@travel.example>"),
        ];
        let raw = Raw::from_pairs(pairs.into_iter().chain(settings.iter().copied()));
        let config = Config::read(&raw).unwrap();
        let store = Store::open(&config.database.url, 4).await.unwrap();
        store.migrate().await.unwrap();
        let services = server::app::services(&config, &store, &clock).unwrap();
        let state = server::app::state(&config, store.clone(), services.clone()).unwrap();
        let stop = CancellationToken::new();
        let served = Some(tokio::spawn(serve::on(listener, state, stop.clone())));
        Site { url, google, services, clock, store, database, folder, stop, served }
    }

    /// Asks the site to stop, and comes back when it has.
    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(served) = self.served.take() {
            served.await.unwrap().unwrap();
        }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.url.clone())
    }

    /// A browser signed in with a new account.
    pub(crate) async fn registered(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        browser.register(email).await;
        browser
    }

    /// A browser signed in with a new account, which is connected to Tanya's at Google.
    pub(crate) async fn connected(&self, email: &str) -> Browser {
        let mut browser = self.registered(email).await;
        assert_eq!(self.connect(&mut browser, Visit::allow(TANYA)).await.state(), "active");
        browser
    }

    /// A site, and Anna's browser there, connected.
    pub(crate) async fn with_anna_connected() -> (Site, Browser) {
        let site = Site::start().await;
        let anna = site.connected(ANNA).await;
        (site, anna)
    }

    pub(crate) async fn user(&self, email: &str) -> UserId {
        self.services.accounts.find(email).await.unwrap().expect("they are registered")
    }

    /// Moves time on, for the site and for Google, where the site has a clock of its own.
    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
        self.google.world().advance(time.to_std().unwrap());
    }

    /// Sends what waits and gives all the mail that an address has had, oldest first.
    pub(crate) async fn mails_to(&self, email: &str) -> Vec<Mail> {
        self.run_due(JobKind::SendMail).await;
        let is_theirs = |mail: &Mail| mail.to.iter().any(|to| to.eq_ignore_ascii_case(email));
        self.google.world().mails().into_iter().filter(is_theirs).collect()
    }

    /// The path of the link in the newest mail to an address.
    pub(crate) async fn link_to(&self, email: &str) -> String {
        let mails = self.mails_to(email).await;
        let mail = mails.last().expect("there is a mail");
        let links = mail.links();
        assert_eq!(links.len(), 1, "{}", mail.text);
        let path = links[0].strip_prefix(self.url.as_str()).expect("a link to this site");
        format!("/{path}")
    }

    /// The browser's whole trip to Google and back; returns the dashboard it ends on.
    pub(crate) async fn connect(&self, browser: &mut Browser, visit: Visit) -> Page {
        browser.connect(&self.google, None, visit).await
    }

    /// A trip for an extra, from its button to the dashboard.
    pub(crate) async fn extend(&self, browser: &mut Browser, feature: &str, visit: Visit) -> Page {
        browser.connect(&self.google, Some(feature), visit).await
    }

    /// Lets the half minute pass in which a disconnection can be taken back, and tells Google.
    pub(crate) async fn revoke(&self) -> usize {
        self.clock.advance(chrono::TimeDelta::seconds(30));
        self.run_due(JobKind::RevokeToken).await
    }

    /// Does a batch of due jobs of a kind, as the worker would, and says how many there were.
    pub(crate) async fn run_due(&self, kind: JobKind) -> usize {
        self.services.jobs.run_due(kind).await.unwrap()
    }

    /// Fails where something is still to be done, or was given up.
    pub(crate) async fn assert_no_job_left(&self) {
        Site::assert_none_left_in(&self.services.jobs).await;
    }

    pub(crate) async fn assert_none_left_in(jobs: &Jobs) {
        jobs.run_all_due().await.unwrap();
        let left = jobs.counts().await.unwrap();
        assert!(left.is_empty(), "jobs are left over: {left:?}");
    }

    /// The trip up to the address that Google sends the browser back to.
    pub(crate) async fn callback(&self, browser: &mut Browser, visit: Visit) -> String {
        browser.visit_google(&self.google, None, visit).await
    }
}
