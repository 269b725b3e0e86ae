//! What a start says of the keys: without one it refuses, with the wrong ones it is loud.

use std::process::Command;

use testkit::running::Running;
use vault::KeyRing;

use crate::test_app::{TestApp, key, ring};

/// Everything that serving needs besides a key. Google need not be there for it.
fn serving(mut command: Command) -> Command {
    command
        .env("NO_COLOR", "1")
        .env("SELEXIA_LISTEN", "127.0.0.1:0")
        .env("GMAIL_CLIENT_ID", "id")
        .env("GMAIL_CLIENT_SECRET", "s3cret")
        .env("GMAIL_ISSUER", "http://127.0.0.1:9")
        .env("GMAIL_API_URL", "http://127.0.0.1:9");
    command
}

#[tokio::test]
async fn a_new_key_has_the_next_id_and_says_where_to_put_it() {
    let app = TestApp::sqlite().await;
    let first = app.run("", &["keys", "generate"]);
    first.assert_succeeded();
    assert!(first.err.starts_with("Set ENCRYPTION_KEYS to it"), "{first:#?}");
    let next = app.run(&first.out, &["keys", "generate"]);
    next.assert_succeeded();
    assert!(next.err.starts_with("Put it first in ENCRYPTION_KEYS"), "{next:#?}");
    // In the form of the setting, in the order of the setting.
    let ring = KeyRing::parse(&format!("{},{}", next.out, first.out)).unwrap();
    let [next_id, first_id] = [0, 1].map(|n| ring.ids().nth(n).unwrap());
    assert!(next_id > first_id, "{next_id:?} after {first_id:?}");
    for said in [&first, &next] {
        let secret = said.out.trim().split_once(':').unwrap().1;
        assert!(!said.err.contains(secret), "the key is in the log");
    }
    // Broken settings do not keep anybody from making the key that mends them.
    app.run("k1:c2hvcnQ=", &["keys", "generate"]).assert_succeeded();
}

#[tokio::test]
async fn without_a_key_nothing_starts() {
    let app = TestApp::sqlite().await;
    for ring in ["", " ", "k1:c2hvcnQ=", "k1"] {
        for words in [&["serve"][..], &["keys", "rotate"], &["keys", "verify"], &["keys", "list"]] {
            let output = serving(app.command(ring, words)).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{words:?} with {ring:?}: {said}");
            assert!(said.contains("ENCRYPTION_KEYS"), "{said}");
            assert!(said.contains("selexia keys generate"), "{said}");
            assert!(!said.contains("ready"), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_and_an_old_one_are_named_at_the_start_and_the_site_runs() {
    let app = TestApp::sqlite().await;
    let (k0, k1, k2) = (key("k0"), key("k1"), key("k2"));
    app.connect(&k0, 1).await;
    app.connect(&k1, 2).await;
    app.connect(&k2, 3).await;
    let command = serving(app.command(&ring(&[&k2, &k1]), &["serve"]));
    let mut site = Running::start(command);
    // The check runs beside the start: either may be first.
    let mut said = site.until_it_says("selexia keys rotate");
    while ![" ready ", "ENCRYPTION_KEYS lacks a key"].iter().all(|text| said.contains(text)) {
        said += &site.until_it_says("");
    }
    let line = |text: &str| said.lines().find(|line| line.contains(text)).unwrap();
    let lacking = line("ENCRYPTION_KEYS lacks a key");
    assert!(lacking.contains("ERROR"), "{lacking}");
    assert!(lacking.contains("key=\"k0\" values=2"), "{lacking}");
    let old = line("selexia keys rotate");
    assert!(old.contains("WARN") && old.contains("key=\"k1\" values=2"), "{old}");
    assert!(site.ended().is_none());

    // And nothing is said once all is well.
    let all = ring(&[&k2, &k1, &k0]);
    app.run(&all, &["keys", "rotate"]).assert_succeeded();
    let listed = app.run(&k2, &["keys", "list"]);
    assert_eq!(listed.out, "k2  seals    grants.access_token 3, grants.refresh_token 3\n");
}
