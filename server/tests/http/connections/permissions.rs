//! Features and their permissions: asked for one at a time, refused one at a time.

use sandbox::{Endpoint, Visit};
use testkit::browser::Page;
use testkit::users::{ANNA, TANYA};

use crate::site::Site;

const ALL: (&str, &str) =
    ("GMAIL_SCOPES", "openid email profile gmail.readonly calendar.settings.readonly");

/// How the page says that a feature stands; empty where it is not offered.
fn feature<'a>(page: &'a Page, name: &str) -> &'a str {
    let marker = format!("data-feature=\"{name}\" data-feature-state=\"");
    let Some(from) = page.body.find(&marker) else { return "" };
    page.body[from + marker.len()..].split('"').next().unwrap()
}

#[tokio::test]
async fn extras_are_not_asked_for_at_connect() {
    let site = Site::start_with(&[ALL]).await;
    let mut anna = site.registered(ANNA).await;
    let leaving = anna.post("/gmail/connect/", &[]).await;
    assert!(leaving.location().contains("scope=openid+email+profile&"), "{}", leaving.location());
    let page = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!((page.state(), page.notice()), ("active", "connected"));
    assert_eq!((feature(&page, "mailbox"), feature(&page, "calendar")), ("off", "off"));
    let world = site.google.world();
    assert_eq!(world.calls(Endpoint::GmailProfile) + world.calls(Endpoint::CalendarSettings), 0);
}

#[tokio::test]
async fn the_time_zone_comes_from_calendar_after_a_click() {
    let site = Site::start_with(&[ALL]).await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let before = anna.get("/gmail/connect/?feature=calendar").await;
    assert!(before.body.contains("name=\"feature\" value=\"calendar\""), "{}", before.body);

    let page = site.extend(&mut anna, "calendar", Visit::allow(TANYA)).await;
    assert_eq!((page.state(), page.notice()), ("active", "extended"));
    assert_eq!((feature(&page, "calendar"), feature(&page, "mailbox")), ("on", "off"));
    assert_eq!(page.field("timezone"), "Asia/Yekaterinburg");
    assert!(page.body.contains("Asia/Yekaterinburg</span><span class=\"mark mark--google\">"));
    let world = site.google.world();
    assert_eq!(world.calls(Endpoint::CalendarSettings), 2, "the time zone and the language");
    assert_eq!(world.calls(Endpoint::CalendarOther), 0, "no calendar is touched");
    // The extra stays part of what is asked for, so that connecting again does not lose it.
    let again = anna.post("/gmail/connect/", &[]).await;
    assert!(again.location().contains("calendar.settings.readonly"), "{}", again.location());
    assert!(!again.location().contains("gmail.readonly"), "{}", again.location());
}

#[tokio::test]
async fn refusing_the_time_zone_leaves_everything_else_as_it_was() {
    let site = Site::start_with(&[ALL]).await;
    for (email, visit) in
        [(ANNA, Visit::allow_only(TANYA, &[])), ("ivan@example.com", Visit::deny(TANYA))]
    {
        let mut browser = site.registered(email).await;
        let connected = site.connect(&mut browser, Visit::allow(TANYA)).await;
        let page = site.extend(&mut browser, "calendar", visit).await;
        assert_eq!((page.state(), page.notice()), ("active", "not_extended"), "{email}");
        assert_eq!(feature(&page, "calendar"), "off");
        assert_eq!(page.field("first_name"), connected.field("first_name"));
        let synced = browser.post("/gmail/sync/", &[]).await;
        assert_eq!(synced.status, 303);
        assert_eq!(browser.get("/dashboard/").await.notice(), "unchanged");
        browser.post("/gmail/disconnect/", &[]).await;
    }
    assert_eq!(site.google.world().calls(Endpoint::CalendarSettings), 0);
}

#[tokio::test]
async fn with_the_mailbox_permission_only_totals_and_language_are_read() {
    let site = Site::start_with(&[ALL]).await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let page = site.extend(&mut anna, "mailbox", Visit::allow(TANYA)).await;
    assert_eq!((page.state(), page.notice()), ("active", "extended"));
    assert!(page.body.contains("Язык Gmail"), "{}", page.body);
    let world = site.google.world();
    assert_eq!(world.calls(Endpoint::GmailProfile), 1);
    assert_eq!(world.calls(Endpoint::GmailLanguage), 1);
    assert_eq!(world.calls(Endpoint::GmailOther), 0);
}

#[tokio::test]
async fn what_the_operator_does_not_offer_cannot_be_asked_for() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    for feature in ["calendar", "mailbox", "names", "everything"] {
        let leaving = anna.post("/gmail/connect/", &[("feature", feature)]).await;
        assert!(leaving.location().contains("scope=openid+email+profile&"), "{feature}");
        let page = anna.get(&format!("/gmail/connect/?feature={feature}")).await;
        assert!(!page.body.contains("name=\"feature\""), "{feature}");
    }
    let page = anna.get("/dashboard/").await;
    assert_eq!((feature(&page, "calendar"), feature(&page, "mailbox")), ("", ""));
}

/// Target: feature ↔ permission; each of the 2ⁿ combinations that Google may grant has its state.
#[tokio::test]
async fn every_combination_of_permissions_has_its_state() {
    const FEATURES: [(&str, &str); 4] = [
        ("names", "profile"),
        ("address", "email"),
        ("mailbox", "gmail.readonly"),
        ("calendar", "calendar.settings.readonly"),
    ];
    let site = Site::start_with(&[ALL]).await;
    for combination in 0..1_u8 << FEATURES.len() {
        let is_granted = |index: usize| combination & (1 << index) != 0;
        let refused: Vec<_> = (0..FEATURES.len())
            .filter(|index| !is_granted(*index))
            .map(|index| FEATURES[index].1.to_owned())
            .collect();
        let mut browser = site.registered(&format!("user{combination}@example.com")).await;
        site.google.world().adjust(|google| google.withhold = refused.clone());
        site.connect(&mut browser, Visit::allow(TANYA)).await;
        for extra in ["mailbox", "calendar"] {
            site.extend(&mut browser, extra, Visit::allow(TANYA)).await;
        }
        let page = browser.get("/dashboard/").await;
        for (index, (name, _)) in FEATURES.iter().enumerate() {
            let expected = match (is_granted(index), index) {
                (true, _) => "on",
                (false, 0 | 1) => "refused",
                (false, _) => "off",
            };
            assert_eq!(feature(&page, name), expected, "{name} without {refused:?}");
            let has_remedy =
                page.body.contains(&format!("href=\"/gmail/connect/?feature={name}\""));
            assert_eq!(has_remedy, expected == "off", "{name} without {refused:?}");
        }
        let expected = if is_granted(0) && is_granted(1) { "active" } else { "partly" };
        assert_eq!(page.state(), expected, "without {refused:?}");
        let is_filled = |field: &str, text: &str| page.field(field) == text;
        assert_eq!(is_filled("first_name", "Татьяна"), is_granted(0), "{refused:?}");
        assert_eq!(is_filled("email", "tanran.an@gmail.com"), is_granted(1), "{refused:?}");
        assert_eq!(page.body.contains("Язык Gmail"), is_granted(2), "{refused:?}");
        assert_eq!(is_filled("timezone", "Asia/Yekaterinburg"), is_granted(3), "{refused:?}");
        browser.post("/gmail/disconnect/", &[]).await;
    }
}
