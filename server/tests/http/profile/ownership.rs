//! The user owns the profile: edits, policies, choices, changes taken back, history.

use model::Trigger;
use reqwest::Method;
use sandbox::Visit;
use testkit::browser::{Browser, Page};
use testkit::users::{ANNA, PASSWORD, TANYA};

use crate::site::Site;

/// A site, and a browser whose user had typed `Таня` before they connected.
async fn connected_with_a_name() -> (Site, Browser, Page) {
    let site = Site::start().await;
    let names = [Some("Таня"), None];
    site.services.accounts.create(ANNA, PASSWORD, names, false).await.unwrap().unwrap();
    let mut anna = site.browser();
    anna.post("/login/", &[("email", ANNA), ("password", PASSWORD)]).await;
    let page = site.connect(&mut anna, Visit::allow(TANYA)).await;
    (site, anna, page)
}

fn rename(site: &Site, name: &str) {
    site.google.world().edit_account(TANYA, |account| account.given_name = Some(name.to_owned()));
}

/// Saves the form of the profile as a browser would send it, with some fields changed.
async fn save(browser: &mut Browser, changed: &[(&str, &str)]) -> Page {
    let form = browser.get("/dashboard/profile/").await;
    let mut pairs = form.inputs();
    for (name, value) in changed {
        let pair = pairs.iter_mut().find(|(key, _)| key == name).expect("the form has the field");
        pair.1 = (*value).to_owned();
    }
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    browser.post("/dashboard/profile/", &pairs).await
}

/// The sync whose changes the page offers to take back.
fn sync_of(page: &Page) -> String {
    let after = page.body.split("name=\"sync\" value=\"").nth(1).expect("a change is shown");
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_typed_waits_for_a_choice_and_the_choice_holds() {
    for (choice, shown, after_another) in
        [("apply", "Татьяна", "Т. Р."), ("keep", "Таня", "Таня"), ("always", "Таня", "Таня")]
    {
        let (site, mut anna, page) = connected_with_a_name().await;
        assert!(page.body.contains("data-offer=\"first_name\""), "{}", page.body);
        assert!(!page.body.contains("data-offer=\"last_name\""), "it was empty, and is filled");
        assert_eq!(page.field("first_name"), "Таня");

        let chosen = anna.post("/dashboard/choices/", &[("first_name", choice)]).await;
        assert_eq!((chosen.status, chosen.location()), (303, "/dashboard/"));
        let page = anna.get("/dashboard/").await;
        assert_eq!((page.notice(), page.field("first_name")), ("chosen", shown), "{choice}");
        assert!(!page.body.contains("data-offer="), "{choice}");

        rename(&site, "Т. Р.");
        anna.post("/gmail/sync/", &[]).await;
        let page = anna.get("/dashboard/").await;
        assert_eq!(page.field("first_name"), after_another, "{choice}");
        let asks_again = page.body.contains("data-offer=\"first_name\"");
        assert_eq!(asks_again, choice == "keep", "{choice}: another value is another question");
    }
}

#[tokio::test]
async fn a_saved_form_without_changes_changes_nothing() {
    let (site, mut anna) = Site::with_anna_connected().await;
    let before = anna.get("/dashboard/profile/").await.inputs();
    let saved = save(&mut anna, &[]).await;
    assert_eq!((saved.status, saved.location()), (303, "/dashboard/"));
    assert_eq!(anna.get("/dashboard/profile/").await.inputs(), before);
    rename(&site, "Таня");
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Таня", "still followed");
}

#[tokio::test]
async fn an_edited_field_stops_following() {
    let (site, mut anna) = Site::with_anna_connected().await;
    let form = anna.get("/dashboard/profile/").await;
    assert!(form.body.contains("оно перестанет обновляться из Google"), "{}", form.body);
    save(&mut anna, &[("first_name", " Танечка ")]).await;
    rename(&site, "Т. Р.");
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Танечка");
    let form = anna.get("/dashboard/profile/").await;
    assert!(form.body.contains("Сейчас в Google:"), "what Google has is said beside it");

    save(&mut anna, &[("policy_first_name", "follow")]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Т. Р.");
    anna.post("/gmail/disconnect/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Танечка", "the user's own");
}

#[tokio::test]
async fn a_value_that_cannot_be_is_refused_and_nothing_typed_is_lost() {
    let (_site, mut anna) = Site::with_anna_connected().await;
    for (field, bad, said) in [
        ("email", "nobody", "не похоже на адрес почты"),
        ("timezone", "Europe/Atlantis", "Такого часового пояса нет"),
        ("language", "по-русски", "Такого языка мы не знаем"),
    ] {
        let page = save(&mut anna, &[(field, bad), ("last_name", "Соколова")]).await;
        assert_eq!(page.status, 422);
        assert!(page.body.contains(said), "{field}");
        let inputs = page.inputs();
        let typed = |name: &str| inputs.iter().find(|(key, _)| key == name).unwrap().1.clone();
        assert_eq!((typed(field), typed("last_name")), (bad.to_owned(), "Соколова".to_owned()));
        assert_eq!(anna.get("/dashboard/").await.field("last_name"), "Ранова", "nothing is saved");
    }
}

#[tokio::test]
async fn the_contact_address_is_never_the_one_to_sign_in_with() {
    let (site, mut anna) = Site::with_anna_connected().await;
    save(&mut anna, &[("email", "boris@example.com")]).await;
    assert_eq!(anna.get("/dashboard/").await.field("email"), "boris@example.com");
    for (email, status) in [("boris@example.com", 422), ("tanran.an@gmail.com", 422), (ANNA, 303)] {
        let form = [("email", email), ("password", PASSWORD)];
        assert_eq!(site.browser().post("/login/", &form).await.status, status, "{email}");
    }
}

#[tokio::test]
async fn a_change_is_taken_back_and_does_not_come_again() {
    let (site, mut anna) = Site::with_anna_connected().await;
    rename(&site, "Ошибка");
    anna.post("/gmail/sync/", &[]).await;
    let page = anna.get("/dashboard/").await;
    let sync = sync_of(&page);
    let form = [("sync", sync.as_str()), ("field", "first_name")];
    let undone = anna.post("/dashboard/undo/", &form).await;
    assert_eq!((undone.status, undone.location()), (303, "/dashboard/"));
    let page = anna.get("/dashboard/").await;
    assert_eq!((page.notice(), page.field("first_name")), ("undone.first_name", "Татьяна"));
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Татьяна");
    anna.post("/dashboard/undo/", &form).await;
    assert_eq!(anna.get("/dashboard/").await.notice(), "nothing_to_undo");
}

#[tokio::test]
async fn all_changes_of_a_sync_are_taken_back_at_once() {
    let (site, mut anna) = Site::with_anna_connected().await;
    site.google.world().edit_account(TANYA, |account| {
        account.given_name = Some("Ошибка".to_owned());
        account.family_name = Some("Опечатка".to_owned());
    });
    anna.post("/gmail/sync/", &[]).await;
    let sync = sync_of(&anna.get("/dashboard/").await);
    anna.post("/dashboard/undo/", &[("sync", &sync)]).await;
    let page = anna.get("/dashboard/").await;
    assert_eq!((page.field("first_name"), page.field("last_name")), ("Татьяна", "Ранова"));
}

#[tokio::test]
async fn nobody_takes_back_what_is_not_theirs() {
    let (site, mut anna) = Site::with_anna_connected().await;
    rename(&site, "Таня");
    anna.post("/gmail/sync/", &[]).await;
    let sync = sync_of(&anna.get("/dashboard/").await);
    let mut boris = site.registered("boris@example.com").await;
    for form in [
        [("sync", sync.as_str()), ("field", "first_name")],
        [("sync", sync.as_str()), ("field", "no_such_field")],
        [("sync", "nonsense"), ("field", "first_name")],
    ] {
        boris.post("/dashboard/undo/", &form).await;
        assert_eq!(boris.get("/dashboard/").await.notice(), "nothing_to_undo");
        assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Таня");
    }
    let form = [("sync", sync.as_str()), ("field", "no_such_field")];
    anna.post("/dashboard/undo/", &form).await;
    assert_eq!(anna.get("/dashboard/").await.field("first_name"), "Таня", "not all of them");
    let stranger = site.browser().post("/dashboard/undo/", &form).await;
    assert!(stranger.location().starts_with("/login/"), "{}", stranger.location());
}

#[tokio::test]
async fn the_history_has_filters_pages_and_the_differences() {
    let (site, mut anna) = Site::with_anna_connected().await;
    rename(&site, "Таня");
    let user = site.user(ANNA).await;
    for _ in 0..25 {
        site.services.syncs.sync(user, Trigger::Operator).await.unwrap().unwrap();
    }
    let all = anna.get("/dashboard/history/").await;
    assert_eq!(all.body.matches("class=\"events__item\"").count(), 20);
    assert!(all.body.contains("show=all&amp;page=2") && !all.body.contains("rel=\"prev\""));
    let second = anna.get("/dashboard/history/?show=all&page=2").await;
    assert!(second.body.contains("rel=\"prev\"") && !second.body.contains("rel=\"next\""));
    let profile = anna.get("/dashboard/history/?show=profile").await;
    assert_eq!(profile.body.matches("class=\"events__item\"").count(), 2);
    assert!(profile.body.contains("<del>Татьяна</del>"), "{}", profile.body);
    for odd in ["?show=nonsense&page=-1", "?page=99999999999999999999", "?page=0", "?show=%00"] {
        assert_eq!(anna.get(&format!("/dashboard/history/{odd}")).await.status, 200, "{odd}");
    }
    let empty = anna.get("/dashboard/history/?page=9999").await;
    assert!(empty.body.contains("Здесь пока ничего нет"));

    anna.post("/gmail/disconnect/", &[]).await;
    let after = anna.get("/dashboard/history/").await;
    assert!(!after.body.contains("<del>"), "differences came from Google and are gone with it");
}

#[tokio::test]
async fn a_value_leads_to_the_sync_that_brought_it() {
    let (site, mut anna) = Site::with_anna_connected().await;
    let user = site.user(ANNA).await;
    for n in 0..25 {
        rename(&site, &format!("Таня {n}"));
        site.services.syncs.sync(user, Trigger::Operator).await.unwrap().unwrap();
    }
    let form = anna.get("/dashboard/profile/").await.body;
    let links: Vec<_> = form
        .split("href=\"")
        .filter_map(|part| part.strip_prefix("/dashboard/history/?show=profile&amp;sync="))
        .map(|part| part.split('#').next().unwrap().to_owned())
        .collect();
    assert!(links.len() > 3, "{form}");
    let (newest, first) = (&links[0], &links[1]);
    assert_ne!(newest, first, "only the first name has changed since");
    for (sync, page) in [(newest, "page=1"), (first, "page=2")] {
        let line = format!("id=\"sync-{sync}\"");
        let led = anna.get(&format!("/dashboard/history/?show=profile&sync={sync}")).await;
        assert_eq!(led.body.matches(&line).count(), 1);
        let same = anna.get(&format!("/dashboard/history/?show=profile&{page}")).await;
        assert!(same.body.contains(&line), "{page}");
    }
    let mut boris = site.registered("boris@example.com").await;
    let led = boris.get(&format!("/dashboard/history/?show=profile&sync={first}")).await;
    let line = format!("id=\"sync-{first}\"");
    assert_eq!((led.status, led.body.contains(&line)), (200, false), "not his");
}

#[tokio::test]
async fn the_browsers_time_zone_is_the_last_resort_and_tells_the_times() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    assert!(anna.get("/dashboard/").await.body.contains(" UTC</time>"));
    let noted = anna.post("/dashboard/browser/", &[("timezone", "Asia/Kamchatka")]).await;
    assert!(noted.status == 200 || noted.status == 302, "{}", noted.status);
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.field("timezone"), "Asia/Kamchatka");
    assert!(page.body.contains("из браузера") && !page.body.contains(" UTC</time>"));
    for odd in ["Europe/Atlantis", "<script>", ""] {
        anna.post("/dashboard/browser/", &[("timezone", odd)]).await;
        assert_eq!(anna.get("/dashboard/").await.field("timezone"), "Asia/Kamchatka", "{odd}");
    }
    save(&mut anna, &[("timezone", "Europe/Moscow")]).await;
    assert_eq!(anna.get("/dashboard/").await.field("timezone"), "Europe/Moscow");
}

#[tokio::test]
async fn the_browsers_language_is_the_last_resort() {
    let site = Site::start().await;
    site.registered(ANNA).await;
    let mut anna = site.browser();
    let form = format!("email=anna%40example.com&password={PASSWORD}");
    let headers = [("accept", "text/html"), ("accept-language", "de;q=0.7, pt-BR, *;q=0.1")];
    anna.send(Method::POST, "/login/", Some(form), &headers).await;
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.field("language"), "pt-BR");
    assert!(page.body.contains("из браузера"));
    let connected = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(connected.field("language"), "Русский", "Google knows better");
    anna.post("/gmail/disconnect/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("language"), "pt-BR");
}

#[tokio::test]
async fn googles_language_is_taken_where_it_is_sent() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.google.world().edit_account(TANYA, |account| account.locale = Some("de".to_owned()));
    let page = site.connect(&mut anna, Visit::allow(TANYA)).await;
    assert_eq!(page.field("language"), "de");
    site.google.world().edit_account(TANYA, |account| account.locale = Some("<b>".to_owned()));
    anna.post("/gmail/sync/", &[]).await;
    assert_eq!(anna.get("/dashboard/").await.field("language"), "de", "no language at all");
}
