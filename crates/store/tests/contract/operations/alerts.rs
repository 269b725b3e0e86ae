//! An alert is news once, and the ends of grants can be looked at together.

use model::{Alert, AlertKind, Cause};
use store::GrantEnd;

use crate::database::Database;
use crate::samples::{at, at_once, connected, entry};

on_both_engines! {
    an_alert_is_news_until_it_was_quiet,
    kinds_of_alert_are_apart,
    of_ten_alerts_at_once_one_is_news,
    ends_of_grants_are_kept_for_a_while,
    what_cannot_be_read_is_named,
}
in_memory! { an_alert_is_news_until_it_was_quiet }

const KIND: AlertKind = AlertKind::ClientRefused;

async fn raise(database: &Database, kind: AlertKind, secs: i64) -> bool {
    database.store.save_alert(kind, at(secs - 100), at(secs)).await.unwrap()
}

async fn an_alert_is_news_until_it_was_quiet(database: &Database) {
    assert!(raise(database, KIND, 0).await);
    assert!(!raise(database, KIND, 90).await);
    assert!(!raise(database, KIND, 190).await, "it was never quiet for so long");
    let noted = Alert { kind: KIND, since: at(0), seen_at: at(190), times: 3 };
    assert_eq!(database.store.list_alerts(at(190)).await.unwrap(), [noted]);
    assert_eq!(database.store.list_alerts(at(191)).await.unwrap(), []);
    assert!(raise(database, KIND, 291).await);
    let news = Alert { kind: KIND, since: at(291), seen_at: at(291), times: 1 };
    assert_eq!(database.store.list_alerts(at(0)).await.unwrap(), [news]);
}

async fn kinds_of_alert_are_apart(database: &Database) {
    for (secs, kind) in (0..).zip(AlertKind::ALL) {
        assert!(raise(database, *kind, secs).await, "{kind:?}");
    }
    let noted = database.store.list_alerts(at(0)).await.unwrap();
    let kinds: Vec<_> = noted.iter().map(|alert| alert.kind).rev().collect();
    assert_eq!(kinds, AlertKind::ALL);
}

async fn of_ten_alerts_at_once_one_is_news(database: &Database) {
    let news = at_once(10, |_| {
        let store = database.store.clone();
        async move { store.save_alert(KIND, at(0), at(5)).await.unwrap() }
    })
    .await;
    assert_eq!(news.iter().filter(|is_news| **is_news).count(), 1);
}

async fn ends_of_grants_are_kept_for_a_while(database: &Database) {
    let store = &database.store;
    for (secs, cause) in [(10, Cause::Idle), (20, Cause::AdminPolicy)] {
        let link = connected(database, cause.as_str()).await;
        store.save_needs_reconnect(link.id, link.user, 1, cause, &entry(), at(secs)).await.unwrap();
    }
    let end = |cause, secs| GrantEnd { cause, consented_at: Some(at(1)), ended_at: at(secs) };
    let both = [end(Cause::AdminPolicy, 20), end(Cause::Idle, 10)];
    assert_eq!(store.list_grant_ends(at(10)).await.unwrap(), both);
    assert_eq!(store.list_grant_ends(at(11)).await.unwrap(), both[..1]);
    store.purge_grant_ends(at(20)).await.unwrap();
    assert_eq!(store.list_grant_ends(at(0)).await.unwrap(), both[..1]);
}

async fn what_cannot_be_read_is_named(database: &Database) {
    let store = &database.store;
    let link = connected(database, "anna").await;
    store.save_needs_reconnect(link.id, link.user, 1, Cause::Idle, &entry(), at(9)).await.unwrap();
    assert!(raise(database, KIND, 9).await);
    database.execute("update alarms set kind = 'odd'").await;
    database.execute("update grant_ends set cause = 'odd'").await;
    let alerts = store.list_alerts(at(0)).await.unwrap_err();
    assert_eq!(alerts.to_string(), "invalid value in alarms.kind");
    let ends = store.list_grant_ends(at(0)).await.unwrap_err();
    assert_eq!(ends.to_string(), "invalid value in grant_ends.cause");
}
