//! A security event is kept once, acted on once at a time until it is done, and names nobody.
//!
//! What it does to a connection is refused where the connection is not as the event found it.

use chrono::{DateTime, TimeDelta, Utc};
use model::{
    Cause, DisabledReason, EventKind, Job, JobKind, SecurityKind, SecurityOutcome, Status, Subject,
};
use store::{
    Link, NewSecurityEvent, NewSession, PendingSecurityEvent, RefreshMarks, Renewal,
    SecurityEventAdded, SecurityTarget, StreamCheck, Unlinked,
};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_micros, at_once, claim_jobs, connected, due_users, entry, event_kinds,
    grant_of, hash, id, lease, link_to, marks_of, sealed,
};

on_both_engines! {
    an_event_that_comes_again_is_known,
    of_ten_deliveries_at_once_one_is_kept,
    what_nobody_acted_on_is_claimed_until_the_lease_ends,
    a_failed_try_comes_back_when_it_is_due,
    an_event_is_done_once_with_one_line,
    an_event_outlives_the_connection_and_not_the_user,
    the_newer_of_closed_and_open_overtakes,
    an_account_is_found_by_its_subject,
    a_token_is_found_by_its_marks,
    a_prefix_of_two_tokens_names_neither,
    marks_follow_the_refresh_token,
    destroyed_tokens_are_gone_and_the_row_still_opens,
    tokens_written_since_are_not_destroyed,
    a_connection_rests_and_wakes_for_its_cause,
    a_resting_connection_can_still_need_its_user,
    the_user_wakes_what_they_paused_and_google_what_it_closed,
    a_resting_connection_that_comes_back_still_rests,
    a_sync_is_made_due_and_never_put_off,
    every_session_of_the_user_ends_and_no_other,
    a_check_is_answered_once_by_its_own_state,
    what_is_old_and_done_is_forgotten,
}
in_memory! { of_ten_deliveries_at_once_one_is_kept, an_event_is_done_once_with_one_line }

fn event(name: &str, kind: SecurityKind, link: Option<&Link>) -> NewSecurityEvent {
    NewSecurityEvent {
        id: hash(name),
        kind,
        reason: None,
        target: link.map(target_of),
        outcome: None,
        issued_at: at(10),
        lease: lease(at(60)),
    }
}

fn target_of(link: &Link) -> SecurityTarget {
    SecurityTarget { user: link.user, connection: link.id }
}

async fn add(database: &Database, event: &NewSecurityEvent, secs: i64) -> bool {
    let added = database.store.add_security_event(event, at(secs)).await.unwrap();
    added != SecurityEventAdded::Known
}

async fn claimed_at(database: &Database, now: DateTime<Utc>) -> Vec<PendingSecurityEvent> {
    let store = &database.store;
    let (kind, until) = (JobKind::ApplySecurityEvent, now + TimeDelta::seconds(60));
    let mut events = Vec::new();
    for claimed in claim_jobs(store, kind, now, until, 99).await.unwrap() {
        let Job::ApplySecurityEvent(id) = claimed.job else { panic!("{claimed:?}") };
        events.extend(store.find_pending_security_event(&id).await.unwrap());
    }
    events
}

async fn claimed(database: &Database, now: i64) -> Vec<PendingSecurityEvent> {
    claimed_at(database, at(now)).await
}

async fn an_event_that_comes_again_is_known(database: &Database) {
    let link = connected(database, "anna").await;
    let first = event("first", SecurityKind::TokensRevoked, Some(&link));
    assert!(add(database, &first, 11).await);
    assert!(!add(database, &first, 12).await);
    let other = event("other", SecurityKind::TokensRevoked, Some(&link));
    assert!(add(database, &other, 13).await);
    assert_eq!(database.store.find_last_security_event().await.unwrap(), Some(at(13)));
}

async fn of_ten_deliveries_at_once_one_is_kept(database: &Database) {
    let link = connected(database, "anna").await;
    let kept = at_once(10, |_| {
        let (store, link) = (database.store.clone(), link.clone());
        let event = event("same", SecurityKind::SessionsRevoked, Some(&link));
        async move { store.add_security_event(&event, at(11)).await.unwrap() }
    })
    .await;
    let is_new = |kept: &SecurityEventAdded| *kept != SecurityEventAdded::Known;
    assert_eq!(kept.iter().filter(|kept| is_new(kept)).count(), 1);
}

async fn what_nobody_acted_on_is_claimed_until_the_lease_ends(database: &Database) {
    let link = connected(database, "anna").await;
    let mut new = event("one", SecurityKind::AccountDisabled, Some(&link));
    new.reason = Some(DisabledReason::Hijacking);
    database.store.add_security_event(&new, at(11)).await.unwrap();
    let done = SecurityOutcome::NobodyHere;
    let nobody = event("nobody", SecurityKind::TokensRevoked, None);
    let nobody = NewSecurityEvent { outcome: Some(done), ..nobody };
    database.store.add_security_event(&nobody, at(11)).await.unwrap();
    let expected = PendingSecurityEvent {
        id: new.id,
        kind: SecurityKind::AccountDisabled,
        reason: Some(DisabledReason::Hijacking),
        user: Some(link.user),
        connection: Some(link.id),
        issued_at: at(10),
    };
    assert_eq!(claimed_at(database, at_micros(59_999_999)).await, []);
    assert_eq!(claimed(database, 60).await, [expected]);
    assert_eq!(claimed(database, 119).await, []);
    assert_eq!(claimed(database, 120).await.len(), 1);
}

async fn a_failed_try_comes_back_when_it_is_due(database: &Database) {
    let link = connected(database, "anna").await;
    let new = event("one", SecurityKind::TokensRevoked, Some(&link));
    let added = database.store.add_security_event(&new, at(11)).await.unwrap();
    let SecurityEventAdded::Claimed(job) = added else { panic!("{added:?}") };
    assert!(database.store.retry_job(&job, at(30), "internal").await.unwrap());
    assert_eq!(claimed(database, 29).await, []);
    assert_eq!(claimed(database, 30).await.len(), 1, "sooner than the lease of who kept it");
}

async fn an_event_is_done_once_with_one_line(database: &Database) {
    let link = connected(database, "anna").await;
    let new = event("one", SecurityKind::TokensRevoked, Some(&link));
    database.store.add_security_event(&new, at(11)).await.unwrap();
    for secs in [12, 13] {
        let line = Some((link.user, EventKind::AccessRemoved, entry()));
        let done = SecurityOutcome::Acted;
        database.store.save_security_event_done(&new.id, done, line, at(secs)).await.unwrap();
    }
    let kinds = event_kinds(database, link.user).await;
    assert_eq!(kinds.iter().filter(|kind| **kind == EventKind::AccessRemoved).count(), 1);
    assert_eq!(database.store.find_pending_security_event(&new.id).await.unwrap(), None);
    assert_eq!(claimed(database, 9_999).await, [], "what is done stays done");
}

async fn an_event_outlives_the_connection_and_not_the_user(database: &Database) {
    let link = connected(database, "anna").await;
    let new = event("one", SecurityKind::SessionsRevoked, Some(&link));
    database.store.add_security_event(&new, at(11)).await.unwrap();
    let gone = database.store.unlink(link.user, link.id, 1, None, &entry(), at(12)).await;
    assert_eq!(gone.unwrap(), Unlinked::Done);
    assert!(!add(database, &new, 13).await, "still known");
    let pending = claimed(database, 60).await;
    assert_eq!((pending[0].user, pending[0].connection), (Some(link.user), None));
    database.execute("delete from users").await;
    assert_eq!(database.count("security_events").await, 0);
}

async fn the_newer_of_closed_and_open_overtakes(database: &Database) {
    let link = connected(database, "anna").await;
    let other = connected(database, "boris").await;
    let overtaken = async |user, secs| {
        database.store.is_security_event_overtaken(user, at(secs)).await.unwrap()
    };
    for (n, kind) in SecurityKind::ALL.iter().enumerate() {
        let new = event(&format!("{n}"), *kind, Some(&link));
        database.store.add_security_event(&new, at(11)).await.unwrap();
        let is_of_that_kind = n >= 3;
        assert_eq!(overtaken(link.user, 9).await, is_of_that_kind, "{kind:?}");
    }
    assert!(!overtaken(link.user, 10).await, "not by itself");
    assert!(!overtaken(other.user, 9).await);
}

async fn an_account_is_found_by_its_subject(database: &Database) {
    let link = connected(database, "anna").await;
    connected(database, "boris").await;
    let find = async |subject: &str| {
        let subject = Subject::parse(subject).unwrap();
        database.store.find_security_target(&subject).await.unwrap()
    };
    assert_eq!(find("anna").await, Some(target_of(&link)));
    assert_eq!(find("Anna").await, None);
    let view = database.store.find_security_view(link.id).await.unwrap().unwrap();
    assert_eq!((view.status, view.cause, view.generation), (Status::Active, None, 1));
    assert_eq!(view.consented_at, Some(at(1)));
    let nobody = link_to("nobody", add_user(database, "cleo").await);
    assert_eq!(database.store.find_security_view(nobody.id).await.unwrap(), None);
}

async fn found(database: &Database, marks: &RefreshMarks) -> [Option<SecurityTarget>; 2] {
    let store = &database.store;
    [
        store.find_target_of_refresh_prefix(&marks.prefix).await.unwrap(),
        store.find_target_of_refresh_hash(&marks.hash).await.unwrap(),
    ]
}

async fn a_token_is_found_by_its_marks(database: &Database) {
    let link = connected(database, "anna").await;
    connected(database, "boris").await;
    assert_eq!(found(database, &marks_of("anna")).await, [Some(target_of(&link)); 2]);
    let RefreshMarks { prefix, hash } = marks_of("anna");
    assert_eq!(found(database, &RefreshMarks { prefix: hash, hash: prefix }).await, [None; 2]);
}

async fn a_prefix_of_two_tokens_names_neither(database: &Database) {
    let RefreshMarks { prefix, .. } = marks_of("same");
    for name in ["anna", "boris"] {
        let mut link = link_to(name, add_user(database, name).await);
        link.marks = Some(RefreshMarks { prefix, ..marks_of(name) });
        database.store.link(&link, at(1)).await.unwrap();
    }
    let [by_prefix, by_hash] = found(database, &RefreshMarks { prefix, ..marks_of("anna") }).await;
    assert_eq!((by_prefix, by_hash.is_some()), (None, true));
}

async fn marks_follow_the_refresh_token(database: &Database) {
    let link = connected(database, "anna").await;
    let here = [Some(target_of(&link)); 2];
    let kept = Link { refresh: None, marks: None, entry: entry(), ..link.clone() };
    database.store.link(&kept, at(2)).await.unwrap();
    assert_eq!(found(database, &marks_of("anna")).await, here, "kept with the token");
    let mut renewal = Renewal {
        connection: link.id,
        generation: 2,
        fence: 0,
        renewed_at: at(3),
        access: sealed("access 2"),
        access_expires_at: at(7_200),
        refresh: None,
        marks: None,
        refresh_expires_at: None,
        granted: None,
    };
    assert!(database.store.save_renewal(&renewal).await.unwrap());
    assert_eq!(found(database, &marks_of("anna")).await, here);
    renewal = Renewal { generation: 3, marks: Some(marks_of("anew")), ..renewal };
    assert!(database.store.save_renewal(&renewal).await.unwrap());
    assert_eq!(found(database, &marks_of("anna")).await, [None; 2]);
    assert_eq!(found(database, &marks_of("anew")).await, here);
    let next = Link { marks: Some(marks_of("next")), entry: entry(), ..link.clone() };
    database.store.link(&next, at(5)).await.unwrap();
    assert_eq!(found(database, &marks_of("next")).await, here);
    let view = database.store.find_security_view(link.id).await.unwrap().unwrap();
    assert_eq!(view.consented_at, Some(at(5)), "the last consent counts");
    let lost = Link { refresh: None, marks: None, keeps_refresh: false, ..kept };
    database.store.link(&Link { entry: entry(), ..lost }, at(6)).await.unwrap();
    assert_eq!(found(database, &marks_of("next")).await, [None; 2]);
}

async fn destroyed_tokens_are_gone_and_the_row_still_opens(database: &Database) {
    let link = connected(database, "anna").await;
    let nothing = sealed("nothing");
    let destroyed = database.store.save_tokens_destroyed(link.id, 1, &nothing, at(9)).await;
    assert!(destroyed.unwrap());
    for token in ["access 1", "refresh 1"] {
        let places = database.places_of(token.as_bytes()).await;
        assert_eq!(places, Vec::<String>::new(), "{token}");
    }
    let grant = grant_of(database, link.user).await;
    assert_eq!((grant.access, grant.access_expires_at), (nothing, at(9)));
    assert_eq!((grant.refresh, grant.generation), (None, 2));
    let here = [Some(target_of(&link)); 2];
    assert_eq!(found(database, &marks_of("anna")).await, here, "the second telling finds it");
}

async fn tokens_written_since_are_not_destroyed(database: &Database) {
    let link = connected(database, "anna").await;
    let destroyed = database.store.save_tokens_destroyed(link.id, 2, &sealed(""), at(9)).await;
    assert!(!destroyed.unwrap());
    assert_eq!(grant_of(database, link.user).await.refresh, link.refresh);
}

async fn status_of(database: &Database, link: &Link) -> (Status, Option<Cause>) {
    let view = database.store.find_security_view(link.id).await.unwrap().unwrap();
    (view.status, view.cause)
}

async fn a_connection_rests_and_wakes_for_its_cause(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let cause = Cause::AccountDisabled;
    assert!(!store.resume_by_google(link.id, cause, at(9)).await.unwrap());
    assert!(store.suspend_by_google(link.id, cause).await.unwrap());
    assert!(!store.suspend_by_google(link.id, Cause::AdminPolicy).await.unwrap());
    assert_eq!(status_of(database, &link).await, (Status::Paused, Some(cause)));
    assert_eq!(due_users(store, at(99), at(199), 9).await, []);
    assert!(!store.resume_by_google(link.id, Cause::AdminPolicy, at(9)).await.unwrap());
    assert!(store.resume_by_google(link.id, cause, at(9)).await.unwrap());
    assert_eq!(status_of(database, &link).await, (Status::Active, None));
    assert_eq!(due_users(store, at(9), at(199), 9).await, [link.user]);
}

async fn a_resting_connection_can_still_need_its_user(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    assert!(store.suspend_by_google(link.id, Cause::AccountDisabled).await.unwrap());
    let cause = Cause::RevokedAtGoogle;
    assert!(
        store.save_needs_reconnect(link.id, link.user, 1, cause, &entry(), at(9)).await.unwrap()
    );
    assert_eq!(status_of(database, &link).await, (Status::NeedsReconnect, Some(cause)));
    assert!(!store.suspend_by_google(link.id, Cause::AccountDisabled).await.unwrap());
    assert!(!store.resume_by_google(link.id, Cause::AccountDisabled, at(9)).await.unwrap());
}

async fn the_user_wakes_what_they_paused_and_google_what_it_closed(database: &Database) {
    let store = &database.store;
    let (anna, boris) = (connected(database, "anna").await, connected(database, "boris").await);
    let cause = Cause::AccountDisabled;
    assert!(store.save_paused(anna.user, &entry(), at(2)).await.unwrap());
    assert!(store.suspend_by_google(boris.id, cause).await.unwrap());

    assert!(!store.suspend_by_google(anna.id, cause).await.unwrap(), "it rests already");
    assert!(!store.resume_by_google(anna.id, cause, at(9)).await.unwrap());
    assert_eq!(status_of(database, &anna).await, (Status::Paused, None));

    assert!(!store.save_paused(boris.user, &entry(), at(3)).await.unwrap(), "it does not work");
    assert!(!store.save_resumed(boris.user, &entry(), at(4)).await.unwrap());
    assert_eq!(status_of(database, &boris).await, (Status::Paused, Some(cause)));
    let grant = grant_of(database, boris.user).await;
    assert_eq!((grant.status, grant.cause), (Status::Paused, Some(cause)));
    assert_eq!(event_kinds(database, boris.user).await[0], EventKind::Linked);
}

async fn a_resting_connection_that_comes_back_still_rests(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let cause = Cause::AccountDisabled;
    assert!(store.suspend_by_google(link.id, cause).await.unwrap());
    let memory = store.find_snapshot(link.user).await.unwrap().unwrap();
    store.unlink(link.user, link.id, 1, None, &entry(), at(5)).await.unwrap();
    let back = Link { is_return: true, entry: entry(), ..link.clone() };
    store.link(&back, at(6)).await.unwrap();
    store.restore(link.id, &memory).await.unwrap();
    assert_eq!(status_of(database, &link).await, (Status::Paused, Some(cause)));
    assert_eq!(found(database, &marks_of("anna")).await, [Some(target_of(&link)); 2]);
}

async fn a_sync_is_made_due_and_never_put_off(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    let due = async |now| due_users(store, at(now), at(now), 9).await.len();
    store.save_sync_due(link.id, at(50)).await.unwrap();
    assert_eq!(due(1).await, 1, "it was due before");
    store.suspend_by_google(link.id, Cause::AccountDisabled).await.unwrap();
    store.resume_by_google(link.id, Cause::AccountDisabled, at(900)).await.unwrap();
    assert_eq!(due(51).await, 0);
    store.save_sync_due(link.id, at(50)).await.unwrap();
    assert_eq!((due(49).await, due(50).await), (0, 1));
}

async fn every_session_of_the_user_ends_and_no_other(database: &Database) {
    let (anna, boris) = (add_user(database, "anna").await, add_user(database, "boris").await);
    for (token, user) in [("a1", anna), ("a2", anna), ("b1", boris)] {
        let session = NewSession {
            id: model::SessionId(id()),
            token_hash: hash(token),
            user,
            expires_at: at(1_000),
            replaces: None,
            entry: entry(),
        };
        database.store.add_session(&session, at(0)).await.unwrap();
    }
    assert_eq!(database.store.end_sessions(anna).await.unwrap(), 2);
    assert_eq!(database.store.end_sessions(anna).await.unwrap(), 0);
    for (token, is_open) in [("a1", false), ("a2", false), ("b1", true)] {
        let found = database.store.find_session(&hash(token), at(1), at(-1)).await.unwrap();
        assert_eq!(found.is_some(), is_open, "{token}");
    }
}

async fn a_check_is_answered_once_by_its_own_state(database: &Database) {
    let store = &database.store;
    assert_eq!(store.find_stream_check().await.unwrap(), None);
    store.add_stream_check("first", at(1)).await.unwrap();
    store.add_stream_check("second", at(2)).await.unwrap();
    assert!(!store.save_stream_check_answered("third", at(3)).await.unwrap());
    assert!(store.save_stream_check_answered("first", at(3)).await.unwrap());
    let second = StreamCheck { asked_at: at(2), answered_at: None };
    assert_eq!(store.find_stream_check().await.unwrap(), Some(second));
    for secs in [4, 5] {
        assert!(store.save_stream_check_answered("second", at(secs)).await.unwrap());
    }
    let answered = StreamCheck { answered_at: Some(at(4)), ..second };
    assert_eq!(store.find_stream_check().await.unwrap(), Some(answered));
}

async fn what_is_old_and_done_is_forgotten(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    for (name, secs) in [("old", 10), ("pending", 10), ("new", 20)] {
        let new = event(name, SecurityKind::TokensRevoked, Some(&link));
        store.add_security_event(&new, at(secs)).await.unwrap();
        if name != "pending" {
            let done = SecurityOutcome::Acted;
            store.save_security_event_done(&new.id, done, None, at(secs)).await.unwrap();
        }
    }
    for (state, secs) in [("a", 10), ("b", 11)] {
        store.add_stream_check(state, at(secs)).await.unwrap();
    }
    assert_eq!(store.purge_security_events(at(20)).await.unwrap(), 1);
    assert_eq!(store.purge_stream_checks(at(20)).await.unwrap(), 1);
    assert_eq!(database.count("security_events").await, 2);
    assert_eq!(database.count("stream_checks").await, 1, "the newest stays to be shown");
    assert!(store.save_stream_check_answered("b", at(30)).await.unwrap());
}
