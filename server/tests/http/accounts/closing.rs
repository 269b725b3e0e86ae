//! Accounts that an operator closes, seen from outside: who is shut out is told so, and Google is
//! told to forget them, as it is of who is removed.

use chrono::TimeDelta;
use model::JobKind;
use sandbox::{Endpoint, Fault, Visit};
use testkit::browser::Browser;
use testkit::users::{ANNA, PASSWORD, TANYA};

use crate::program::Program;
use crate::site::Site;

const CONTACT: &str = "help@travel.example";

async fn sign_in(browser: &mut Browser, password: &str) -> testkit::browser::Page {
    browser.post("/login/", &[("email", ANNA), ("password", password)]).await
}

#[tokio::test]
async fn who_is_shut_out_is_told_so_and_nothing_of_theirs_opens_anything() {
    let site = Site::start_with(&[("SELEXIA_CONTACT", CONTACT)]).await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let program = Program::of(&site, &mut anna, &["connection:read"]).await;
    assert_eq!(program.get("/api/v1/connection").await.status, 200);
    let user = site.user(ANNA).await;

    assert!(site.services.moderation.block(user).await.unwrap());
    assert_eq!(anna.get("/dashboard/").await.location(), "/login/?next=/dashboard/");
    assert_eq!(program.get("/api/v1/connection").await.status, 401);
    let refused = sign_in(&mut site.browser(), PASSWORD).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("закрыт администратором") && refused.body.contains(CONTACT));
    let stranger = sign_in(&mut site.browser(), "another password").await;
    assert_eq!(stranger.status, 422, "only who knows the password learns of it");
    assert!(!stranger.body.contains("закрыт администратором"));

    assert!(site.services.moderation.unblock(user).await.unwrap());
    assert_eq!(sign_in(&mut anna, PASSWORD).await.location(), "/dashboard/");
    let page = anna.get("/dashboard/").await;
    assert_eq!(page.state(), "none");
    assert!(page.body.contains("data-kind=\"user.blocked\""), "the history says why");
}

#[tokio::test]
async fn a_consent_that_comes_back_too_late_connects_nobody() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
    let user = site.user(ANNA).await;
    site.services.moderation.block(user).await.unwrap();
    let back = anna.get(&callback).await;
    assert!(back.location().starts_with("/login/"), "{}", back.location());
    assert!(site.store.find_grant(user).await.unwrap().is_none());
}

/// The consent is under way when its user is shut out, or removed: nobody is connected, and Google
/// is told.
#[tokio::test]
async fn a_consent_that_is_being_exchanged_is_revoked() {
    for is_for_good in [false, true] {
        let site = Site::start().await;
        let mut anna = site.registered(ANNA).await;
        let callback = site.callback(&mut anna, Visit::allow(TANYA)).await;
        let wait = std::time::Duration::from_millis(500);
        site.google.world().inject(Fault::slow(Endpoint::TokenCode, wait).times(1));
        let (moderation, user) = (&site.services.moderation, site.user(ANNA).await);
        let coming_back = tokio::spawn(async move { anna.get(&callback).await });
        let asked = async {
            while site.google.world().calls(Endpoint::TokenCode) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), asked).await.unwrap();
        if is_for_good {
            assert!(moderation.remove(user).await.unwrap());
        } else {
            assert!(moderation.block(user).await.unwrap());
        }
        assert_eq!(coming_back.await.unwrap().status, 303);
        assert!(site.store.find_grant(user).await.unwrap().is_none());
        let refresh_token = site.google.world().issued_by_kind().refresh_tokens[0].clone();
        assert!(site.google.world().is_live(&refresh_token));
        assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
        assert!(!site.google.world().is_live(&refresh_token));
    }
}

#[tokio::test]
async fn shutting_out_ends_the_way_back() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    anna.post("/gmail/disconnect/", &[]).await;
    let (moderation, user) = (&site.services.moderation, site.user(ANNA).await);
    assert_eq!(
        site.run_due(JobKind::RevokeToken).await,
        0,
        "it can be taken back for half a minute"
    );
    moderation.block(user).await.unwrap();
    moderation.unblock(user).await.unwrap();
    assert_eq!(
        site.services.connections.undo_disconnect(user).await.unwrap(),
        service::UndoOutcome::TooLate
    );
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
}

#[tokio::test]
async fn google_is_told_of_who_is_shut_out_or_removed_after_two_days_of_outage() {
    for is_for_good in [false, true] {
        let site = Site::with_a_clock().await;
        let mut anna = site.registered(ANNA).await;
        site.connect(&mut anna, Visit::allow(TANYA)).await;
        let moderation = &site.services.moderation;
        let user = site.user(ANNA).await;
        let refresh_token = site.google.world().issued_by_kind().refresh_tokens[0].clone();
        site.google.world().inject(Fault::status(Endpoint::Revoke, 503));
        if is_for_good {
            assert!(moderation.remove(user).await.unwrap());
            assert!(!moderation.remove(user).await.unwrap());
        } else {
            assert!(moderation.block(user).await.unwrap());
        }
        assert_eq!(site.run_due(JobKind::RevokeToken).await, 1, "at once: there is no way back");
        for _ in 0..48 {
            site.clock.advance(TimeDelta::hours(1));
            site.run_due(JobKind::RevokeToken).await;
        }
        assert!(site.google.world().is_live(&refresh_token));
        site.google.world().clear_faults();
        site.clock.advance(TimeDelta::hours(8));
        assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
        assert!(!site.google.world().is_live(&refresh_token));
        assert_eq!(site.services.accounts.find(ANNA).await.unwrap().is_none(), is_for_good);
        if is_for_good {
            // The address is free, and whoever has it now has nothing of Anna's.
            let mut next = site.registered(ANNA).await;
            assert!(!next.get("/dashboard/history/").await.body.contains("connection."));
        }
    }
}

#[tokio::test]
async fn the_worker_ends_what_a_process_that_died_had_left() {
    let site = Site::start().await;
    let mut anna = site.registered(ANNA).await;
    site.connect(&mut anna, Visit::allow(TANYA)).await;
    let user = site.user(ANNA).await;
    let refresh_token = site.google.world().issued_by_kind().refresh_tokens[0].clone();
    // As if the process had died half-way: nobody got to the connection.
    let origin = model::Origin::of(model::Actor::Operator);
    let entry = store::NewHistoryEvent { id: uuid::Uuid::from_u128(1), origin };
    assert!(site.store.save_blocked(user, &entry, site.clock.now()).await.unwrap());
    assert!(site.store.find_grant(user).await.unwrap().is_some());
    site.services.moderation.purge().await.unwrap();
    assert!(site.store.find_grant(user).await.unwrap().is_none());
    assert_eq!(site.run_due(JobKind::RevokeToken).await, 1);
    assert!(!site.google.world().is_live(&refresh_token));
}
