//! Every setting: its name, its default, its meaning. The only reader of environment and files.

mod events;
mod fault;
mod gmail;
mod keys;
mod mail;
mod raw;
mod schedule;
mod site;

pub use events::EventsConfig;
pub use fault::{Fault, Faults};
pub use gmail::GmailConfig;
pub use keys::key_ring;
pub use mail::MailConfig;
pub use raw::Raw;
pub use schedule::ScheduleConfig;
pub use site::{DatabaseConfig, LogConfig, LogFormat, SiteConfig};
use vault::KeyRing;

/// One setting, as the README's table shows it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name, in the environment and in the file.
    pub name: &'static str,
    /// What it is when it is not given.
    pub default: &'static str,
    pub meaning: &'static str,
}

macro_rules! settings {
    ($($name:literal, $default:expr, $meaning:literal;)*) => {
        /// All settings, in the order of the README's table.
        pub const SETTINGS: &[Setting] =
            &[$(Setting { name: $name, default: $default, meaning: $meaning }),*];
    };
}

settings! {
    "SELEXIA_CONFIG", "", "A TOML file with any of the settings below; the environment goes first.";
    "DATABASE_URL", "sqlite://selexia.db", "`sqlite://` and a file, or `postgres://user:password@host/database`.";
    "DATABASE_MAX_CONNECTIONS", "8", "Most connections to the database.";
    "SELEXIA_BASE_URL", "http://localhost:3000", "The site's address as browsers see it; https, except on loopback.";
    "SELEXIA_LISTEN", "127.0.0.1:3000", "Address and port to listen on.";
    "SELEXIA_SITE_ROOT", "", "The built client; not needed where the program carries it.";
    "SELEXIA_TRUSTED_PROXIES", "0", "How many proxies of yours stand in front and add to X-Forwarded-For.";
    "SELEXIA_CONTACT", "", "Where users get help: a mail address or the address of a page. Shown beside errors of ours.";
    "SELEXIA_LOG", "info", "What to log, as a tracing filter.";
    "SELEXIA_LOG_FORMAT", "text", "`text` or `json`.";
    "GMAIL_CLIENT_ID", "", "The OAuth client's id from Google's console.";
    "GMAIL_CLIENT_SECRET", "", "Its secret.";
    "GMAIL_CREDENTIALS_FILE", "", "The console's JSON of a web client, in place of id and secret.";
    "GMAIL_ISSUER", google::DEFAULT_ISSUER, "The OpenID Connect issuer; every other address of sign-in comes from its discovery document.";
    "GMAIL_API_URL", google::DEFAULT_API_URL, "Where Gmail's API is.";
    "GMAIL_CALENDAR_URL", google::DEFAULT_CALENDAR_URL, "Where Google Calendar's API is.";
    "GMAIL_SCOPES", "openid email profile", "Permissions that may be asked for. `calendar.settings.readonly` (time zone) and `gmail.readonly` (Gmail's language; costs a restricted-scope review by Google) may be added: users are then offered them, each behind a button of its own.";
    "GMAIL_SYNC_EVERY", "24h", "How often a connection is synced by itself: a number with `m`, `h` or `d`. Users may choose another interval within the limits below.";
    "GMAIL_SYNC_EVERY_MIN", "6h", "No connection is synced by itself more often.";
    "GMAIL_SYNC_EVERY_MAX", "7d", "Nor less often: the promise of how old a healthy connection's data can be.";
    "GMAIL_SYNCS_AT_ONCE", "16", "Most syncs that one process carries out by itself at the same time, from 1 to 256.";
    "GMAIL_SYNCS_PER_MINUTE", "3000", "Most syncs that all processes together begin by themselves in any minute; `0` is no limit. Syncs by hand count, and are not held up by it.";
    "GMAIL_RISC_URL", google::DEFAULT_RISC_URL, "Where the stream of Google's security events is managed.";
    "GMAIL_EVENTS_KEY_FILE", "", "The JSON key of the service account that manages that stream; only `gmail events` needs it.";
    "GMAIL_EVENTS_CLIENT_IDS", "", "Client ids of the same project besides ours that security events may be meant for, separated by commas.";
    "GMAIL_PICTURE_HOSTS", "", "Hosts besides Google's that profile pictures may come from, separated by commas.";
    "SMTP_URL", "", "The mail server: `smtps://user:password@host`, or `smtp://…` with STARTTLS (without on loopback). Not given, no mail is sent.";
    "MAIL_FROM", "", "The sender of the site's mail, such as `SELEXIA Travel <noreply@travel.example>`.";
    "ENCRYPTION_KEYS", "", "Keys that seal tokens: `id:base64` of 32 bytes, separated by commas; the first seals, all open.";
    "ENCRYPTION_KEYS_FILE", "", "A file with the same, one key a line.";
}

/// Everything that `serve` needs.
#[derive(Debug)]
pub struct Config {
    /// Where things are kept.
    pub database: DatabaseConfig,
    /// The site and its address.
    pub site: SiteConfig,
    pub gmail: GmailConfig,
    /// How syncs come by themselves.
    pub schedule: ScheduleConfig,
    pub mail: MailConfig,
    /// What Google tells of the accounts' safety.
    pub events: EventsConfig,
    /// What seals tokens.
    pub keys: KeyRing,
}

impl Config {
    /// Reads all settings and reports everything that is wrong with them at once.
    pub fn read(raw: &Raw) -> Result<Config, Faults> {
        let mut faults = Faults::default();
        let database = DatabaseConfig::read(raw, &mut faults);
        let site = SiteConfig::read(raw, &mut faults);
        let gmail = site.as_ref().and_then(|site| GmailConfig::read(raw, site, &mut faults));
        if site.is_none() {
            // The callback's address cannot be known, but everything else of Google's can.
            GmailConfig::read(raw, &SiteConfig::fallback(), &mut faults);
        }
        let schedule = ScheduleConfig::read(raw, &mut faults);
        let mail = MailConfig::read(raw, &mut faults);
        let events = EventsConfig::read(raw, &mut faults);
        let keys = keys::read(raw, &mut faults);
        match (database, site, gmail, schedule, mail, events, keys) {
            (
                Some(database),
                Some(site),
                Some(gmail),
                Some(schedule),
                Some(mail),
                Some(events),
                Some(keys),
            ) if faults.is_empty() => {
                Ok(Config { database, site, gmail, schedule, mail, events, keys })
            }
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests;
