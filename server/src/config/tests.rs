//! All wrong settings are reported together, each with its fix, and none of them is repeated.

use super::*;

const KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn good() -> Vec<(&'static str, &'static str)> {
    vec![("GMAIL_CLIENT_ID", "id"), ("GMAIL_CLIENT_SECRET", "s3cret"), ("ENCRYPTION_KEYS", KEY)]
}

fn faults_of(changed: &[(&'static str, &'static str)]) -> Vec<&'static str> {
    let raw = Raw::from_pairs(good().into_iter().chain(changed.iter().copied()));
    Config::read(&raw).unwrap_err().0.iter().map(|fault| fault.setting).collect()
}

#[test]
fn a_client_and_a_key_are_enough() {
    let config = Config::read(&Raw::from_pairs(good())).unwrap();
    let issuer = config.gmail.google.issuer.as_str();
    assert_eq!(issuer.trim_end_matches('/'), google::DEFAULT_ISSUER);
    assert_eq!(config.site.callback().as_str(), "http://localhost:3000/gmail/callback/");
    assert_eq!(config.gmail.scopes, model::ScopeSet::sign_in());
    assert!(config.gmail.warnings().is_empty());
}

#[test]
fn everything_wrong_is_said_at_once_and_nothing_secret_is() {
    let raw = Raw::from_pairs([
        ("DATABASE_URL", "mysql://root:hunter2@db"),
        ("DATABASE_MAX_CONNECTIONS", "0"),
        ("SELEXIA_BASE_URL", "http://travel.example"),
        ("SELEXIA_LISTEN", "3000"),
        ("SELEXIA_TRUSTED_PROXIES", "some"),
        ("GMAIL_CLIENT_SECRET", "s3cret"),
        ("GMAIL_ISSUER", "http://google.example"),
        ("GMAIL_API_URL", "gmail"),
        ("GMAIL_CALENDAR_URL", "ftp://calendar.example"),
        ("GMAIL_SCOPES", "email"),
        ("ENCRYPTION_KEYS", "k1:c2hvcnQ="),
    ]);
    let faults = Config::read(&raw).unwrap_err();
    let named: Vec<_> = faults.0.iter().map(|fault| fault.setting).collect();
    assert_eq!(
        named,
        [
            "DATABASE_URL",
            "DATABASE_MAX_CONNECTIONS",
            "SELEXIA_BASE_URL",
            "SELEXIA_LISTEN",
            "SELEXIA_TRUSTED_PROXIES",
            "GMAIL_CLIENT_ID",
            "GMAIL_ISSUER",
            "GMAIL_API_URL",
            "GMAIL_CALENDAR_URL",
            "GMAIL_SCOPES",
            "ENCRYPTION_KEYS",
        ]
    );
    let text = faults.to_string();
    for secret in ["hunter2", "s3cret", "c2hvcnQ="] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(faults.0.iter().all(|fault| !fault.fix.is_empty()));
}

#[test]
fn without_a_key_it_says_how_to_make_one() {
    let raw = Raw::from_pairs(good().into_iter().filter(|(name, _)| *name != "ENCRYPTION_KEYS"));
    let faults = Config::read(&raw).unwrap_err();
    assert!(faults.to_string().contains("selexia keys generate"), "{faults}");
}

#[test]
fn two_sources_of_one_thing_are_refused() {
    assert_eq!(faults_of(&[("ENCRYPTION_KEYS_FILE", "keys")]), ["ENCRYPTION_KEYS"]);
    assert_eq!(
        faults_of(&[("GMAIL_CREDENTIALS_FILE", "no-such-file")]),
        ["GMAIL_CREDENTIALS_FILE", "GMAIL_CREDENTIALS_FILE"]
    );
}

#[test]
fn a_desktop_clients_file_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client_secret.json");
    let read = |json: &str| {
        std::fs::write(&file, json).unwrap();
        let path = file.to_str().unwrap().to_owned();
        let raw =
            Raw::from_pairs([("GMAIL_CREDENTIALS_FILE", path.as_str()), ("ENCRYPTION_KEYS", KEY)]);
        Config::read(&raw)
    };
    let desktop = read(r#"{"installed":{"client_id":"a","client_secret":"b"}}"#).unwrap_err();
    assert!(desktop.to_string().contains("desktop client"), "{desktop}");
    let web = read(r#"{"web":{"client_id":"a.apps","client_secret":"b"}}"#).unwrap();
    assert_eq!(web.gmail.google.client_id, "a.apps");
    assert!(read("{").is_err());
}

#[test]
fn a_mailbox_scope_is_allowed_and_warned_about() {
    let raw = Raw::from_pairs(
        good().into_iter().chain([("GMAIL_SCOPES", "openid email profile gmail.readonly")]),
    );
    assert_eq!(Config::read(&raw).unwrap().gmail.warnings().len(), 1);
}

#[test]
fn the_schedule_is_in_order_and_has_room() {
    let of = |pairs: &[(&'static str, &'static str)]| {
        let raw = Raw::from_pairs(good().into_iter().chain(pairs.iter().copied()));
        Config::read(&raw).unwrap().schedule.0
    };
    assert_eq!(of(&[]), service::Schedule::default());
    let own = of(&[("GMAIL_SYNC_EVERY", "12h"), ("GMAIL_SYNCS_PER_MINUTE", "0")]);
    assert_eq!((own.intervals.every.num_hours(), own.per_minute), (12, None));
    for (setting, value) in [
        ("GMAIL_SYNC_EVERY", "5h"),
        ("GMAIL_SYNC_EVERY", "8d"),
        ("GMAIL_SYNC_EVERY_MIN", "often"),
        ("GMAIL_SYNC_EVERY_MAX", "0d"),
        ("GMAIL_SYNCS_AT_ONCE", "0"),
        ("GMAIL_SYNCS_AT_ONCE", "257"),
        ("GMAIL_SYNCS_PER_MINUTE", "-1"),
    ] {
        assert_eq!(faults_of(&[(setting, value)]), [setting], "{value}");
    }
}

#[test]
fn mail_is_off_until_it_has_a_server_and_then_needs_a_sender() {
    let mail = |pairs: &[(&'static str, &'static str)]| {
        Config::read(&Raw::from_pairs(good().into_iter().chain(pairs.iter().copied())))
            .map(|config| config.mail)
    };
    assert!(mail(&[]).unwrap().warning().unwrap().contains("no mail is sent"));
    let on = [("SMTP_URL", "smtps://anna:s3cret@mail.example"), ("MAIL_FROM", "a@travel.example")];
    let on = mail(&on).unwrap();
    assert!(on.warning().is_none());
    assert!(!format!("{on:?}").contains("s3cret"), "{on:?}");
    for (server, from, setting) in [
        ("smtps://mail.example", "", "MAIL_FROM"),
        ("smtps://mail.example", "nobody", "MAIL_FROM"),
        ("https://anna:s3cret@mail.example", "a@travel.example", "SMTP_URL"),
        ("smtps://:s3cret@mail.example", "a@travel.example", "SMTP_URL"),
    ] {
        let faults = mail(&[("SMTP_URL", server), ("MAIL_FROM", from)]).unwrap_err();
        assert_eq!(faults.0.iter().map(|fault| fault.setting).collect::<Vec<_>>(), [setting]);
        assert!(!faults.to_string().contains("s3cret"), "{faults}");
    }
}
