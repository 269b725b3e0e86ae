//! Users, links and syncs to test with, so that a rule states only what it is about.
//!
//! Ids are counted, times are seconds after a fixed moment: nothing here is random.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use model::{
    Actor, ConnectionId, Email, Event, EventKind, Field, FieldState, GoogleValues, Identity, Job,
    JobKind, Origin, OwnValues, RevocationId, ScopeSet, Status, StoredValue, Subject, SyncId,
    Trigger, UserId,
};
use store::{
    Added, Claim, ClaimedJob, Grant, JobLease, Link, Linked, NewClaim, NewHistoryEvent,
    NewRevocation, NewRun, NewUser, PendingMail, PendingRevocation, ReceivedProfile, RefreshMarks,
    Store, SyncRecord,
};
use tokio::task::JoinSet;
use uuid::Uuid;
use vault::Sealed;

use crate::database::Database;

static IDS: AtomicU64 = AtomicU64::new(1);

/// A new id, greater than those before.
pub(crate) fn id() -> Uuid {
    Uuid::from_u128(u128::from(IDS.fetch_add(1, Ordering::Relaxed)))
}

/// A line for the history, by the site.
pub(crate) fn entry() -> NewHistoryEvent {
    NewHistoryEvent { id: id(), origin: Origin::of(Actor::Site) }
}

/// A moment, in seconds.
pub(crate) fn at(secs: i64) -> DateTime<Utc> {
    at_micros(secs * 1_000_000)
}

/// A moment, in microseconds: the finest that both engines keep.
pub(crate) fn at_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_800_000_000_000_000 + micros).unwrap()
}

/// A stand-in for a hash.
pub(crate) fn hash(text: &str) -> [u8; 32] {
    let mut hash = [0xff; 32];
    for (at, byte) in text.bytes().enumerate() {
        hash[at % 32] ^= byte.rotate_left(u32::try_from(at / 32).unwrap());
    }
    hash
}

/// A stand-in for a sealed token.
pub(crate) fn sealed(text: &str) -> Sealed {
    Sealed::from_bytes([b"\x00\xfe", text.as_bytes()].concat())
}

/// An errand to revoke a token of nobody's account in particular.
pub(crate) fn revocation(token: &str) -> NewRevocation {
    NewRevocation {
        id: RevocationId(id()),
        token: sealed(token),
        subject_hash: hash("nobody's"),
        undo: None,
        receipt: None,
    }
}

/// What somebody typed of their profile.
pub(crate) fn own(values: &[(Field, &str)]) -> OwnValues {
    OwnValues(values.iter().map(|(field, value)| (*field, (*value).to_owned())).collect())
}

/// A value since `at(secs)` that came with no sync.
pub(crate) fn kept(value: &str, secs: i64) -> StoredValue {
    StoredValue { value: value.to_owned(), at: at(secs), sync: None }
}

/// A person who can be added.
pub(crate) fn new_user(email: &str, own: OwnValues) -> NewUser {
    NewUser {
        id: UserId(id()),
        email: Email::parse(email).unwrap(),
        password_hash: "$argon2id$first".to_owned(),
        is_admin: false,
        own,
        entry: entry(),
    }
}

/// A person who has an account and typed nothing else.
pub(crate) async fn add_user(database: &Database, name: &str) -> UserId {
    let user = new_user(&format!("{name}@example.com"), OwnValues::default());
    assert_eq!(database.store.add_user(&user, at(0)).await.unwrap(), Added::Created);
    user.id
}

/// Stand-ins for the marks of a refresh token.
pub(crate) fn marks_of(name: &str) -> RefreshMarks {
    let mark = |kind: &str| {
        let mut mark = [0; 32];
        for (to, from) in mark.iter_mut().zip(format!("{kind} {name}").bytes()) {
            *to = from;
        }
        mark
    };
    RefreshMarks { prefix: mark("p"), hash: mark("h") }
}

/// A link with live tokens to the account of this subject.
pub(crate) fn link_to(subject: &str, user: UserId) -> Link {
    Link {
        id: ConnectionId(id()),
        user,
        identity: Identity {
            subject: Subject::parse(subject).unwrap(),
            email: Some(format!("{subject}@gmail.com")),
            email_verified: true,
            hosted_domain: None,
        },
        subject_hash: hash(subject),
        is_return: false,
        status: Status::Active,
        cause: None,
        granted: ScopeSet::sign_in(),
        access: sealed("access 1"),
        access_expires_at: at(3_600),
        refresh: Some(sealed("refresh 1")),
        marks: Some(marks_of(subject)),
        keeps_refresh: true,
        refresh_expires_at: None,
        next_sync_at: at(1),
        entry: entry(),
    }
}

/// A person who has an account and a connection.
pub(crate) async fn connected(database: &Database, name: &str) -> Link {
    let link = link_to(name, add_user(database, name).await);
    assert_eq!(database.store.link(&link, at(1)).await.unwrap(), Linked::New);
    link
}

/// The grant of somebody who has one.
pub(crate) async fn grant_of(database: &Database, user: UserId) -> Grant {
    database.store.find_grant(user).await.unwrap().unwrap()
}

/// A run by hand of a link, which lives until `at(lease)`.
pub(crate) fn run_of(link: &Link, lease: i64) -> NewRun {
    NewRun {
        id: SyncId(id()),
        connection: link.id,
        trigger: Trigger::Button,
        lease_ends_at: at(lease),
        is_counted: false,
    }
}

/// A sync of a link, begun at `at(secs)`, the next one due an hour later.
pub(crate) fn sync_of(link: &Link, secs: i64) -> SyncRecord {
    SyncRecord {
        id: SyncId(id()),
        connection: link.id,
        user: link.user,
        trigger: Trigger::Button,
        started_at: at(secs),
        next_sync_at: at(secs + 3_600),
        next_after_change_at: at(secs + 3_600),
        quiet_syncs: 0,
        entry: entry(),
    }
}

/// Claims up to so many due syncs, where nobody limits how many begin in a minute.
pub(crate) async fn claim(store: &Store, now: i64, lease_ends_at: i64, room: usize) -> Claim {
    let asked = NewClaim {
        runs: (0..room).map(|_| SyncId(id())).collect(),
        lease_ends_at: at(lease_ends_at),
        per_minute: None,
    };
    store.claim_due(&asked, at(now)).await.unwrap()
}

/// The users whose due syncs are claimed.
pub(crate) async fn due_users(
    store: &Store,
    now: DateTime<Utc>,
    lease_ends_at: DateTime<Utc>,
    room: usize,
) -> Vec<UserId> {
    let runs = (0..room).map(|_| SyncId(id())).collect();
    let asked = NewClaim { runs, lease_ends_at, per_minute: None };
    let claim = store.claim_due(&asked, now).await.unwrap();
    claim.begun.into_iter().map(|(_, grant)| grant.user).collect()
}

/// An answer from Google with these values and nothing else.
pub(crate) fn received(values: &[(Field, &str)]) -> ReceivedProfile {
    let values = values.iter().map(|(field, value)| (*field, Some((*value).to_owned())));
    ReceivedProfile { values: GoogleValues::received(values), ..ReceivedProfile::default() }
}

/// What a user typed, and what Google last had.
pub(crate) async fn values_of(store: &Store, user: UserId) -> (OwnValues, GoogleValues) {
    let profile = store.find_profile(user).await.unwrap();
    let own = |slot: &FieldState| slot.own.as_ref().map(|kept| kept.value.clone());
    let of = |value: &dyn Fn(&FieldState) -> Option<String>| {
        profile.0.iter().filter_map(|(field, slot)| Some((*field, value(slot)?))).collect()
    };
    (OwnValues(of(&own)), GoogleValues(of(&|slot| slot.google.clone())))
}

/// A user's newest events, newest first.
pub(crate) async fn events_of(store: &Store, user: UserId, limit: i64) -> Vec<Event> {
    let lines = store.list_history(user, EventKind::ALL, 0, limit).await.unwrap();
    lines.into_iter().map(|line| line.event).collect()
}

/// The kinds of a user's events, newest first.
pub(crate) async fn event_kinds(database: &Database, user: UserId) -> Vec<EventKind> {
    let events = events_of(&database.store, user, 100).await;
    events.into_iter().map(|event| event.kind).collect()
}

/// Makes `n` calls at once and gives their answers, in the order in which they came.
pub(crate) async fn at_once<T, F>(n: usize, call: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    (0..n).map(call).collect::<JoinSet<T>>().join_all().await
}

/// A claim of its own, which holds until a moment.
pub(crate) fn lease(until: DateTime<Utc>) -> JobLease {
    JobLease { claim: id(), until }
}

/// Claims due jobs of a kind, as a worker does.
pub(crate) async fn claim_jobs(
    store: &Store,
    kind: JobKind,
    now: DateTime<Utc>,
    lease_ends_at: DateTime<Utc>,
    limit: i64,
) -> store::Result<Vec<ClaimedJob>> {
    store.claim_jobs(kind, limit, &lease(lease_ends_at), now).await
}

/// Claims the jobs of mail that is due, and reads what they are about.
pub(crate) async fn claim_mails(
    store: &Store,
    now: DateTime<Utc>,
    lease_ends_at: DateTime<Utc>,
    limit: i64,
) -> store::Result<Vec<PendingMail>> {
    let mut mails = Vec::new();
    for claimed in claim_jobs(store, JobKind::SendMail, now, lease_ends_at, limit).await? {
        let Job::SendMail(id) = claimed.job else { panic!("{claimed:?}") };
        mails.extend(store.find_waiting_mail(id).await?);
    }
    Ok(mails)
}

/// Claims the jobs of revocations that are due, and begins them.
pub(crate) async fn claim_revocations(
    store: &Store,
    now: DateTime<Utc>,
    lease_ends_at: DateTime<Utc>,
    limit: i64,
) -> store::Result<Vec<PendingRevocation>> {
    let mut revocations = Vec::new();
    for claimed in claim_jobs(store, JobKind::RevokeToken, now, lease_ends_at, limit).await? {
        let Job::RevokeToken(id) = claimed.job else { panic!("{claimed:?}") };
        revocations.extend(store.begin_revocation(id).await?);
    }
    Ok(revocations)
}
