//! The program itself: exit codes, sentences, and refusals before anything starts.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::process::Output;

use sandbox::{Sandbox, Settings};
use testkit::selexia::Selexia;

fn machine() -> Selexia {
    Selexia::new(env!("CARGO_BIN_EXE_selexia"))
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

#[test]
fn a_generated_key_is_a_key_and_needs_no_settings() {
    let output = machine().run(&["keys", "generate"]);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(vault::KeyRing::parse(&text).is_ok(), "not a key");
}

#[test]
fn serving_without_settings_names_each_missing_one_and_its_fix() {
    let output = machine().run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    for word in
        ["GMAIL_CLIENT_ID", "GMAIL_CLIENT_SECRET", "ENCRYPTION_KEYS", "selexia keys generate"]
    {
        assert!(said.contains(word), "{word} in {said}");
    }
}

#[test]
fn users_are_made_once() {
    let machine = machine();
    assert!(machine.run(&["migrate"]).status.success());
    let words = ["user", "create", "--email", "tanRan.an@yandex.ru", "--password", "testpass123"];
    let made = machine.run(&words);
    assert!(made.status.success(), "{}", said(&made));
    assert_eq!(machine.run(&words).status.code(), Some(3));
    let weak =
        machine.run(&["user", "create", "--email", "a@example.com", "--password", "12345678"]);
    assert_eq!(weak.status.code(), Some(1));
    assert!(said(&weak).contains("commonest"), "{}", said(&weak));
    let unnamed = machine.run(&["user", "create", "--email", "b@example.com"]);
    assert!(said(&unnamed).contains("password: "), "{}", said(&unnamed));
}

#[test]
fn settings_may_stand_in_a_file() {
    let mut machine = machine();
    let database = format!("sqlite://{}", machine.path().join("other.db").display());
    let file = machine.path().join("selexia.toml");
    std::fs::write(&file, format!("DATABASE_URL = \"{database}\"\n")).unwrap();
    machine.clear_settings();
    machine.set("SELEXIA_CONFIG", file.display().to_string());
    assert!(machine.run(&["migrate"]).status.success());
    assert!(machine.path().join("other.db").exists());
    std::fs::write(&file, "GMAIL_CLIENT_SECRT = \"s3cret\"\n").unwrap();
    let output = machine.run(&["migrate"]);
    assert!(said(&output).contains("no setting GMAIL_CLIENT_SECRT"), "{}", said(&output));
    assert!(!said(&output).contains("s3cret"));
}

/// A machine that is set up against a stand-in, with one user.
fn machine_with_anna(google: &Sandbox) -> Selexia {
    let mut machine = machine();
    let key = machine.run(&["keys", "generate"]);
    machine.set("ENCRYPTION_KEYS", String::from_utf8(key.stdout).unwrap());
    machine.set_google(google);
    machine.run(&["user", "create", "--email", "anna@example.com", "--password", "testpass123"]);
    machine
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_see_and_sync_a_users_connection() {
    let google = Sandbox::start(Settings::default()).await.unwrap();
    let machine = machine_with_anna(&google);

    let status = machine.run(&["gmail", "status", "--user", "anna@example.com"]);
    assert!(said(&status).contains("Gmail: not connected"), "{}", said(&status));
    let schedule = machine.run(&["gmail", "schedule"]);
    for line in ["connections: 0", "older than promised: 0", "at most 168.0 h", "Google: answers"] {
        assert!(said(&schedule).contains(line), "{line} in {}", said(&schedule));
    }
    let sync = machine.run(&["gmail", "sync", "--user", "anna@example.com"]);
    assert_eq!(sync.status.code(), Some(1));
    assert!(
        said(&sync).contains("Синхронизация: неудачна (Gmail is not connected)"),
        "{}",
        said(&sync)
    );
    let nobody = machine.run(&["gmail", "sync", "--user", "nobody@example.com"]);
    assert!(said(&nobody).contains("there is no user nobody@example.com"), "{}", said(&nobody));
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_shut_users_out_let_them_in_and_remove_them() {
    let google = Sandbox::start(Settings::default()).await.unwrap();
    let machine = machine_with_anna(&google);
    let user = |verb, more: &[&str]| {
        let words = [&["user", verb, "--user", "anna@example.com"], more].concat();
        let output = machine.run(&words);
        (output.status.code(), said(&output))
    };
    for (verb, more, code, sentence) in [
        ("unblock", &[][..], 0, "was not shut out"),
        ("block", &[], 0, "is shut out"),
        ("block", &[], 0, "was shut out already"),
        ("unblock", &[], 0, "may sign in again"),
        ("delete", &[], 1, "add --yes"),
        ("block", &[], 0, "is shut out"),
        ("delete", &["--yes"], 0, "is removed"),
        ("delete", &["--yes"], 1, "there is no user"),
    ] {
        let (status, text) = user(verb, more);
        assert_eq!(status, Some(code), "{verb} {more:?}: {text}");
        assert!(text.contains(sentence), "{verb} {more:?}: {text}");
    }
}

/// What a command and all below it print when asked for help, each under the words that ask.
fn help(command: &clap::Command, words: &[&str], pages: &mut String) {
    let asked = [words, &["--help"]].concat();
    let program = <server::cli::Cli as clap::CommandFactory>::command();
    let said = program.try_get_matches_from(&asked).unwrap_err();
    pages.push_str(&format!("$ {}\n{said}\n", asked.join(" ")));
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        help(below, &[words, &[below.get_name()]].concat(), pages);
    }
}

#[test]
fn the_help_of_every_command_is_as_reviewed() {
    let mut pages = String::new();
    help(&<server::cli::Cli as clap::CommandFactory>::command(), &["selexia"], &mut pages);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("help", pages);
    });
}
