//! The sign-in address: asked for, proved, taken back.

use chrono::TimeDelta;
use sandbox::Visit;
use testkit::browser::{Browser, Page};
use testkit::users::{ANNA, PASSWORD, TANYA};

use crate::site::Site;

const NEW: &str = "anna.new@example.com";

pub(crate) async fn ask_for(browser: &mut Browser, email: &str) -> Page {
    let asked = browser.post("/dashboard/account/address/", &[("email", email)]).await;
    if asked.status == 303 {
        assert_eq!(asked.location(), "/dashboard/account/");
        return browser.get("/dashboard/account/").await;
    }
    asked
}

/// Presses the button of a link's page; returns the page after it.
pub(crate) async fn press(browser: &mut Browser, link: &str) -> Page {
    let (path, token) = link.split_once("?token=").unwrap();
    let pressed = browser.post(path, &[("token", token)]).await;
    assert_eq!((pressed.status, pressed.location()), (303, "/dashboard/account/"));
    browser.get("/dashboard/account/").await
}

pub(crate) fn sign_in_address(page: &Page) -> &str {
    page.body.split_once("data-sign-in=\"\">").unwrap().1.split('<').next().unwrap()
}

pub(crate) async fn sign_in(site: &Site, email: &str, password: &str) -> (Browser, bool) {
    let mut browser = site.browser();
    let page = browser.post("/login/", &[("email", email), ("password", password)]).await;
    (browser, page.status == 303)
}

#[tokio::test]
async fn an_address_changes_once_its_mail_is_read_and_not_before() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    assert!(anna.get("/dashboard/").await.body.contains("href=\"/dashboard/account/\""));
    let page = ask_for(&mut anna, NEW).await;
    assert_eq!((page.notice(), sign_in_address(&page)), ("address_requested", ANNA));
    assert!(page.body.contains(&format!("data-pending=\"{NEW}\"")), "{}", page.body);
    assert!(sign_in(&site, ANNA, PASSWORD).await.1, "the present address still signs in");
    assert!(!sign_in(&site, NEW, PASSWORD).await.1);

    let notice = site.mails_to(ANNA).await.remove(0);
    assert_eq!(notice.subject, "Запрошена смена адреса для входа");
    assert!(notice.text.contains("an…@example.com") && !notice.text.contains(NEW));
    let link = site.link_to(NEW).await;
    let page = anna.get(&link).await;
    assert!(page.body.contains(NEW) && page.body.contains("action=\"/address/confirm/\""));
    let page = press(&mut anna, &link).await;
    assert_eq!((page.notice(), sign_in_address(&page)), ("address_changed", NEW));
    assert!(!page.body.contains("data-pending"), "nothing waits any more");
    assert!(sign_in(&site, NEW, PASSWORD).await.1);
    assert!(!sign_in(&site, ANNA, PASSWORD).await.1);

    let history = anna.get("/dashboard/history/?show=account").await.body;
    for kind in ["address.requested", "address.changed"] {
        assert!(history.contains(&format!("data-kind=\"{kind}\"")), "{kind}");
    }
    assert_eq!(site.mails_to(ANNA).await[1].subject, "Адрес для входа изменён");
}

#[tokio::test]
async fn a_link_opened_signed_out_leads_through_the_sign_in_and_back() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    ask_for(&mut anna, NEW).await;
    let link = site.link_to(NEW).await;
    let mut phone = site.browser();
    let login = phone.get(&link).await;
    assert_eq!((login.status, login.location()), (303, format!("/login/?next={link}").as_str()));
    let form = [("email", ANNA), ("password", PASSWORD), ("next", link.as_str())];
    assert_eq!(phone.post("/login/", &form).await.location(), link);
    assert_eq!(press(&mut phone, &link).await.notice(), "address_changed");
}

#[tokio::test]
async fn a_change_can_be_cancelled() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    ask_for(&mut anna, NEW).await;
    anna.post("/dashboard/account/cancel/", &[]).await;
    let page = anna.get("/dashboard/account/").await;
    assert_eq!((page.notice(), sign_in_address(&page)), ("address_cancelled", ANNA));
    assert!(!page.body.contains("data-pending"));
}

#[tokio::test]
async fn refusals_say_why_and_keep_what_was_typed() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    for (typed, said) in [("anna", "не похоже на адрес"), ("ANNA@example.com", "уже входите")]
    {
        let page = ask_for(&mut anna, typed).await;
        assert_eq!(page.status, 422);
        assert!(page.body.contains(said), "{typed}: {}", page.body);
        assert!(page.body.contains(&format!("value=\"{typed}\"")), "{typed}");
    }
    assert!(site.mails_to(ANNA).await.is_empty());
}

#[tokio::test]
async fn asking_is_limited_and_says_for_how_long() {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered(ANNA).await;
    for n in 0..5 {
        assert_eq!(ask_for(&mut anna, &format!("n{n}@example.com")).await.status, 200);
    }
    let page = ask_for(&mut anna, NEW).await;
    assert_eq!(page.status, 429);
    assert!(page.body.contains("через 60 мин"), "{}", page.body);
    assert!(site.mails_to(NEW).await.is_empty());
    site.pass(TimeDelta::minutes(9));
    assert_eq!(ask_for(&mut anna, NEW).await.status, 429);
}

#[tokio::test]
async fn nobody_is_flooded_with_mail_that_others_ask_for() {
    let site = Site::start().await;
    for n in 0..8 {
        let mut somebody = site.registered(&format!("user{n}@example.com")).await;
        let page = ask_for(&mut somebody, "victim@example.com").await;
        assert_eq!(page.notice(), "address_requested", "the answer is the same");
    }
    assert_eq!(site.mails_to("victim@example.com").await.len(), 5);
}

#[tokio::test]
async fn without_mail_the_page_says_so_and_nothing_is_promised() {
    let site = Site::start_with(&[("SMTP_URL", "")]).await;
    let mut anna = site.registered(ANNA).await;
    let page = anna.get("/dashboard/account/").await;
    assert!(page.body.contains("data-mail=\"off\""), "{}", page.body);
    let page = ask_for(&mut anna, NEW).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("не включена отправка писем"), "{}", page.body);
    assert!(!page.body.contains("data-pending"));
}

#[tokio::test]
async fn googles_address_is_offered_and_proved_like_any_other() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let page = anna.get("/dashboard/account/").await;
    assert_eq!(sign_in_address(&page), ANNA, "never by itself");
    let offered = page.inputs().into_iter().find(|(name, _)| name == "email").unwrap().1;
    assert!(page.body.contains("value=\"tanran.an@gmail.com\""), "{offered}");
    ask_for(&mut anna, "tanran.an@gmail.com").await;
    let link = site.link_to("tanran.an@gmail.com").await;
    assert_eq!(sign_in_address(&press(&mut anna, &link).await), "tanran.an@gmail.com");
    let page = anna.get("/dashboard/account/").await;
    assert!(!page.body.contains("type=\"hidden\" name=\"email\""), "there is nothing to offer");
}

#[tokio::test]
async fn a_former_address_comes_back_with_a_new_password_and_without_sessions() {
    let site = Site::with_a_clock().await;
    let mut anna = site.registered(ANNA).await;
    ask_for(&mut anna, NEW).await;
    press(&mut anna, &site.link_to(NEW).await).await;
    let way_back = site.link_to(ANNA).await;
    assert!(way_back.starts_with("/address/restore/?token="), "{way_back}");
    site.pass(TimeDelta::days(6));

    let mut owner = site.browser();
    let page = owner.get(&way_back).await;
    assert!(page.body.contains(ANNA) && page.body.contains("name=\"password\""), "{}", page.body);
    let token = way_back.split_once("?token=").unwrap().1;
    let weak = owner.post("/address/restore/", &[("token", token), ("password", "short")]).await;
    assert_eq!(weak.status, 422);
    assert!(weak.body.contains("слишком короткий") && weak.body.contains(ANNA));
    let form = [("token", token), ("password", "a new pass phrase")];
    let done = owner.post("/address/restore/", &form).await;
    assert_eq!((done.status, done.location()), (303, "/login/"));
    assert_eq!(owner.get("/login/").await.notice(), "address_restored");

    assert_eq!(anna.get("/dashboard/").await.status, 303, "every session is over");
    assert!(!sign_in(&site, ANNA, PASSWORD).await.1, "so is the old password");
    let (mut owner, is_in) = sign_in(&site, ANNA, "a new pass phrase").await;
    assert!(is_in);
    let history = owner.get("/dashboard/history/").await.body;
    assert!(history.contains("data-kind=\"address.restored\""));
    assert_eq!(
        site.mails_to(ANNA).await.last().unwrap().subject,
        "Прежний адрес для входа возвращён"
    );
}
