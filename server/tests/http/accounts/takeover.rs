//! Attempts to take an account over through its sign-in address. Each of them fails.
//!
//! Vera is the victim; Mallory has an account of his own, and in each attempt something more.

use chrono::TimeDelta;
use model::JobKind;
use reqwest::Method;
use sandbox::Visit;
use testkit::browser::{Browser, Page};
use testkit::users::{PASSWORD, TANYA};

use super::address::{ask_for, press, sign_in, sign_in_address};
use crate::site::Site;

const VERA: &str = "vera@example.com";
const MALLORY: &str = "mallory@evil.example";
const EVIL: &str = "evil@evil.example";

/// Vera's account is Vera's: her address and password sign in, and the address is hers.
async fn assert_veras(site: &Site) {
    let (mut vera, is_in) = sign_in(site, VERA, PASSWORD).await;
    assert!(is_in, "Vera is locked out");
    assert_eq!(sign_in_address(&vera.get("/dashboard/account/").await), VERA);
}

/// Vera's browser with a wish of hers that waits, and its link.
async fn wishing(site: &Site) -> (Browser, String) {
    let mut vera = site.registered(VERA).await;
    ask_for(&mut vera, "vera.new@example.com").await;
    let link = site.link_to("vera.new@example.com").await;
    (vera, link)
}

/// What Mallory does with an open session and the password: Vera's account signs in with his
/// address. Returns the browser that he did it in.
async fn taken_over(site: &Site) -> Browser {
    let mut browser = site.registered(VERA).await;
    ask_for(&mut browser, EVIL).await;
    let page = press(&mut browser, &site.link_to(EVIL).await).await;
    assert_eq!(sign_in_address(&page), EVIL);
    browser
}

async fn restore(browser: &mut Browser, link: &str, password: &str) -> String {
    let token = link.split_once("?token=").unwrap().1;
    let form = [("token", token), ("password", password)];
    assert_eq!(browser.post("/address/restore/", &form).await.location(), "/login/");
    browser.get("/login/").await.notice().to_owned()
}

#[tokio::test]
async fn a_stolen_session_without_the_password_asks_in_vain() {
    let site = Site::with_a_clock().await;
    let mut stolen = site.registered(VERA).await;
    site.pass(TimeDelta::minutes(10));
    let page = stolen.post("/dashboard/account/address/", &[("email", EVIL)]).await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("action=\"/confirm/\""), "{}", page.body);
    assert!(site.mails_to(EVIL).await.is_empty());
    assert!(!stolen.get("/dashboard/account/").await.body.contains("data-pending"));
    assert_veras(&site).await;
}

#[tokio::test]
async fn a_stolen_link_does_nothing_in_another_account() {
    let site = Site::start().await;
    let (mut vera, link) = wishing(&site).await;
    let mut mallory = site.registered(MALLORY).await;
    assert!(mallory.get(&link).await.body.contains("data-link=\"dead\""));
    let page = press(&mut mallory, &link).await;
    assert_eq!((page.notice(), sign_in_address(&page)), ("dead_link", MALLORY));
    assert_eq!(press(&mut vera, &link).await.notice(), "address_changed", "and costs Vera nothing");
}

#[tokio::test]
async fn a_stolen_link_does_nothing_without_a_session() {
    let site = Site::start().await;
    let (_, link) = wishing(&site).await;
    let (path, token) = link.split_once("?token=").unwrap();
    let refused = site.browser().post(path, &[("token", token)]).await;
    assert_eq!((refused.status, refused.location()), (303, "/login/?next=/dashboard/"));
    assert_veras(&site).await;
}

#[tokio::test]
async fn a_link_does_nothing_again() {
    let site = Site::start().await;
    let (mut vera, link) = wishing(&site).await;
    press(&mut vera, &link).await;
    assert_eq!(site.mails_to(VERA).await.len(), 2, "before the link to this address is sent");
    ask_for(&mut vera, VERA).await;
    press(&mut vera, &site.link_to(VERA).await).await;
    let page = press(&mut vera, &link).await;
    assert_eq!((page.notice(), sign_in_address(&page)), ("dead_link", VERA));
}

#[tokio::test]
async fn the_link_of_a_cancelled_wish_is_dead() {
    let site = Site::start().await;
    let (mut vera, link) = wishing(&site).await;
    vera.post("/dashboard/account/cancel/", &[]).await;
    assert_eq!(press(&mut vera, &link).await.notice(), "dead_link");
    assert_veras(&site).await;
}

#[tokio::test]
async fn a_link_is_dead_after_an_hour() {
    let site = Site::with_a_clock().await;
    let (mut vera, link) = wishing(&site).await;
    site.pass(TimeDelta::minutes(60));
    assert!(vera.get(&link).await.body.contains("data-link=\"dead\""));
    assert_eq!(press(&mut vera, &link).await.notice(), "dead_link");
    assert_veras(&site).await;
}

#[tokio::test]
async fn of_two_wishes_only_the_second_has_a_link() {
    let site = Site::start().await;
    let (mut vera, first) = wishing(&site).await;
    ask_for(&mut vera, "vera.other@example.com").await;
    assert_eq!(press(&mut vera, &first).await.notice(), "dead_link");
    let second = site.link_to("vera.other@example.com").await;
    assert_eq!(sign_in_address(&press(&mut vera, &second).await), "vera.other@example.com");
}

#[tokio::test]
async fn guessed_tokens_open_nothing() {
    let site = Site::start().await;
    let (mut vera, link) = wishing(&site).await;
    let token = link.split_once("?token=").unwrap().1.to_owned();
    assert_eq!(token.len(), 43, "256 bits");
    let last = if token.ends_with('A') { 'B' } else { 'A' };
    let near = format!("{}{last}", &token[..42]);
    let upper = token.to_uppercase();
    for guess in ["", "%", "0", "' or 1=1 --", &token[..42], &format!("{token}A"), &near, &upper] {
        let page = vera.post("/address/confirm/", &[("token", guess)]).await;
        assert_eq!(page.location(), "/dashboard/account/", "{guess}");
        assert_eq!(vera.get("/dashboard/account/").await.notice(), "dead_link", "{guess}");
        assert_eq!(
            restore(&mut site.browser(), &format!("?token={guess}"), EVIL).await,
            "dead_link"
        );
    }
    assert_veras(&site).await;
}

#[tokio::test]
async fn a_google_account_with_veras_address_is_not_vera() {
    let site = Site::start().await;
    site.registered(VERA).await;
    let mut mallory = site.registered(MALLORY).await;
    for is_verified in [true, false] {
        site.google.world().edit_account(TANYA, |account| {
            account.email = VERA.to_owned();
            account.email_verified = is_verified;
        });
        site.connect(&mut mallory, Visit::allow(TANYA)).await;
        mallory.post("/gmail/sync/", &[]).await;
        assert_eq!(sign_in_address(&mallory.get("/dashboard/account/").await), MALLORY);
        mallory.post("/gmail/disconnect/", &[]).await;
    }
    assert!(!sign_in(&site, VERA, "a guess at Vera's").await.1);
    assert_veras(&site).await;
}

#[tokio::test]
async fn an_address_that_google_never_verified_is_proved_by_mail_alone() {
    let site = Site::start().await;
    let mut mallory = site.registered(MALLORY).await;
    site.google.world().edit_account(TANYA, |account| {
        account.email = "nobody.yet@example.com".to_owned();
        account.email_verified = false;
    });
    site.connect(&mut mallory, Visit::allow(TANYA)).await;
    let page = ask_for(&mut mallory, "nobody.yet@example.com").await;
    assert_eq!(sign_in_address(&page), MALLORY, "the link went to who reads that mail");
    assert_eq!(site.mails_to("nobody.yet@example.com").await.len(), 1);
}

#[tokio::test]
async fn promoting_googles_address_that_is_veras_tells_only_vera() {
    let site = Site::start().await;
    site.registered(VERA).await;
    let mut mallory = site.registered(MALLORY).await;
    site.google.world().edit_account(TANYA, |account| account.email = VERA.to_owned());
    site.connect(&mut mallory, Visit::allow(TANYA)).await;
    let taken = ask_for(&mut mallory, VERA).await;
    mallory.post("/dashboard/account/cancel/", &[]).await;
    let free = ask_for(&mut mallory, "zoya@example.com").await;
    assert_eq!(taken.notice(), free.notice());
    let neutral = |page: &Page, email: &str| {
        // Up to the offer of Google's address, which is on both pages.
        let (shown, _) = page.body.split_once("<input type=\"hidden\" name=\"email\"").unwrap();
        let parts = shown.replace(email, "EMAIL");
        // Moments differ by themselves.
        let timeless =
            parts.split("<time").map(|part| part.split_once("</time>").map_or(part, |p| p.1));
        timeless.collect::<String>()
    };
    assert_eq!(neutral(&taken, VERA), neutral(&free, "zoya@example.com"));

    let mails = site.mails_to(VERA).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Кто-то указал ваш адрес");
    assert!(!mails[0].text.contains("token="), "no link that proves anything: {}", mails[0].text);
    assert!(!mails[0].text.contains(MALLORY), "nor whose wish it was");
    assert_veras(&site).await;
}

#[tokio::test]
async fn an_address_that_vera_registers_meanwhile_is_veras() {
    let site = Site::start().await;
    let mut mallory = site.registered(MALLORY).await;
    ask_for(&mut mallory, VERA).await;
    let link = site.link_to(VERA).await;
    site.registered(VERA).await;
    let page = press(&mut mallory, &link).await;
    assert_eq!((page.notice(), sign_in_address(&page)), ("address_taken", MALLORY));
    assert_veras(&site).await;
}

#[tokio::test]
async fn links_name_this_site_whatever_the_request_says_it_is() {
    let site = Site::start().await;
    let mut vera = site.registered(VERA).await;
    let body = "email=vera.new%40example.com".to_owned();
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("sec-fetch-site", "same-origin"),
    ];
    let page = vera.send(Method::POST, "/dashboard/account/address/", Some(body), &headers).await;
    assert_eq!(page.status, 303);
    for address in [VERA, "vera.new@example.com"] {
        let mail = site.mails_to(address).await.remove(0);
        assert!(mail.links()[0].starts_with(site.url.as_str()), "{}", mail.text);
        assert!(!mail.text.contains("evil.example") && !mail.html.contains("evil.example"));
    }
}

#[tokio::test]
async fn a_form_on_another_site_changes_nothing() {
    let site = Site::start().await;
    let (mut vera, link) = wishing(&site).await;
    let token = link.split_once('?').unwrap().1.to_owned();
    let before = site.google.world().mails().len();
    for (path, body) in [
        ("/dashboard/account/address/", format!("email={EVIL}")),
        ("/dashboard/account/cancel/", String::new()),
        ("/address/confirm/", token.clone()),
        ("/address/restore/", format!("{token}&password=a+new+pass+phrase")),
        ("/confirm/", format!("password={PASSWORD}")),
        ("/login/", format!("draft=address&draft.email={EVIL}&email={VERA}&password={PASSWORD}")),
    ] {
        for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let page = vera.send(Method::POST, path, Some(body.clone()), &[header]).await;
            assert_eq!(page.status, 403, "{path}");
        }
    }
    site.run_due(JobKind::SendMail).await;
    assert_eq!(site.google.world().mails().len(), before);
    assert_eq!(press(&mut vera, &link).await.notice(), "address_changed", "her wish still stands");
}

#[tokio::test]
async fn a_mail_scanner_that_opens_links_presses_nothing() {
    let site = Site::start().await;
    let (mut vera, link) = wishing(&site).await;
    assert_eq!(vera.get(&link).await.status, 200);
    assert_eq!(sign_in_address(&vera.get("/dashboard/account/").await), VERA);
    press(&mut vera, &link).await;
    let way_back = site.link_to(VERA).await;
    assert_eq!(site.browser().get(&way_back).await.status, 200);
    assert_eq!(sign_in_address(&vera.get("/dashboard/account/").await), "vera.new@example.com");
}

#[tokio::test]
async fn a_session_stolen_earlier_ends_with_the_change() {
    let site = Site::start().await;
    let (mut vera, link) = wishing(&site).await;
    let (mut stolen, is_in) = sign_in(&site, VERA, PASSWORD).await;
    assert!(is_in);
    press(&mut vera, &link).await;
    assert_eq!(stolen.get("/dashboard/").await.location(), "/login/?next=/dashboard/");
    assert_eq!(vera.get("/dashboard/").await.status, 200, "her own goes on");
}

#[tokio::test]
async fn who_took_an_account_over_loses_it_to_the_former_address() {
    let site = Site::start().await;
    let mut mallory = taken_over(&site).await;
    let way_back = site.link_to(VERA).await;
    assert_eq!(restore(&mut site.browser(), &way_back, PASSWORD).await, "address_restored");
    assert_eq!(mallory.get("/dashboard/").await.status, 303);
    assert!(!sign_in(&site, EVIL, PASSWORD).await.1);
    assert_veras(&site).await;
    let again = restore(&mut site.browser(), &way_back, "another pass phrase").await;
    assert_eq!(again, "dead_link", "the way back works once");
    assert_veras(&site).await;
}

#[tokio::test]
async fn the_freed_address_cannot_be_registered_to_shut_vera_out() {
    let site = Site::with_a_clock().await;
    taken_over(&site).await;
    let way_back = site.link_to(VERA).await;
    let form = [("email", "VERA@example.com"), ("password", PASSWORD)];
    let refused = site.browser().post("/register/", &form).await;
    assert_eq!(refused.status, 422);
    let mut other = site.registered("other@evil.example").await;
    ask_for(&mut other, VERA).await;
    // Mallory reads no mail of Vera's; even if he did, the address is kept for her.
    let link = site.link_to(VERA).await;
    assert!(link.starts_with("/address/confirm/"), "{link}");
    assert_eq!(press(&mut other, &link).await.notice(), "address_taken");
    site.pass(TimeDelta::days(6));
    assert_eq!(restore(&mut site.browser(), &way_back, PASSWORD).await, "address_restored");
    assert_veras(&site).await;
}

#[tokio::test]
async fn two_changes_in_a_row_do_not_wear_the_way_back_out() {
    let site = Site::start().await;
    let mut mallory = taken_over(&site).await;
    let veras = site.link_to(VERA).await;
    ask_for(&mut mallory, "evil2@evil.example").await;
    press(&mut mallory, &site.link_to("evil2@evil.example").await).await;
    let mallorys = site.link_to(EVIL).await;
    // Mallory goes back to his first address, which ends nothing of Vera's.
    assert_eq!(
        restore(&mut site.browser(), &mallorys, "evil pass phrase").await,
        "address_restored"
    );
    assert_eq!(restore(&mut site.browser(), &veras, PASSWORD).await, "address_restored");
    assert_veras(&site).await;
}

#[tokio::test]
async fn the_way_back_takes_mallorys_own_ways_with_it() {
    let site = Site::start().await;
    let mut mallory = taken_over(&site).await;
    let veras = site.link_to(VERA).await;
    ask_for(&mut mallory, "evil2@evil.example").await;
    press(&mut mallory, &site.link_to("evil2@evil.example").await).await;
    let mallorys = site.link_to(EVIL).await;
    ask_for(&mut mallory, "evil3@evil.example").await;
    let wish = site.link_to("evil3@evil.example").await;
    restore(&mut site.browser(), &veras, PASSWORD).await;
    assert_eq!(restore(&mut site.browser(), &mallorys, "evil pass phrase").await, "dead_link");
    let (mut vera, _) = sign_in(&site, VERA, PASSWORD).await;
    assert_eq!(press(&mut vera, &wish).await.notice(), "dead_link", "nor is his wish left");
    assert_veras(&site).await;
}

#[tokio::test]
async fn the_way_back_is_closed_after_a_week() {
    let site = Site::with_a_clock().await;
    let (mut vera, link) = wishing(&site).await;
    press(&mut vera, &link).await;
    let way_back = site.link_to(VERA).await;
    site.pass(TimeDelta::days(7));
    let mut finder = site.browser();
    assert!(finder.get(&way_back).await.body.contains("data-link=\"dead\""));
    assert_eq!(restore(&mut finder, &way_back, "a finder's phrase").await, "dead_link");
    assert!(sign_in(&site, "vera.new@example.com", PASSWORD).await.1);
}

#[tokio::test]
async fn no_link_lies_in_the_database_to_be_read() {
    let site = Site::start_in_files().await;
    let mut vera = site.registered(VERA).await;
    ask_for(&mut vera, "vera.new@example.com").await;
    // The mail still waits, with its token; searched before it leaves.
    let files: Vec<Vec<u8>> = std::fs::read_dir(site.folder.path())
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    let link = site.link_to("vera.new@example.com").await;
    let token = link.split_once("?token=").unwrap().1;
    let has = |bytes: &[u8]| files.iter().any(|file| file.windows(bytes.len()).any(|w| w == bytes));
    assert!(has(b"vera.new@example.com"), "the database was there to be searched");
    assert!(!has(token.as_bytes()));
}
