//! One queue for all that waits: queued with what it follows from, one worker at a time, in order,
//! until it is done or given up.

use std::collections::HashSet;
use std::time::Duration;

use model::{Job, JobKind, MailKind, RevocationId};
use store::{ClaimedJob, JobCount, JobLease, Linked, Store, Unlinked};

use crate::database::Database;
use crate::samples::{
    add_user, at, at_micros, at_once, claim_jobs, connected, entry, id, lease, link_to, revocation,
};

on_both_engines! {
    what_did_not_happen_leaves_no_job,
    a_job_is_claimed_until_the_lease_ends,
    a_job_is_claimed_for_its_kind_alone,
    jobs_come_in_the_order_in_which_they_are_due,
    a_retry_is_counted_and_waits,
    what_is_given_up_is_seen_and_not_tried_again,
    whoever_lost_the_lease_cannot_say_what_became_of_the_job,
    two_workers_at_once_share_the_jobs,
    ten_workers_at_once_claim_no_job_twice,
    of_ten_who_finish_at_once_one_is_heard,
    a_job_goes_with_what_it_is_about,
    the_depth_of_the_queue_is_counted_by_kind,
    queuing_wakes_whoever_waits_for_work,
    what_an_older_version_left_behind_is_queued,
}
in_memory! { a_job_is_claimed_until_the_lease_ends, queuing_wakes_whoever_waits_for_work }

const KIND: JobKind = JobKind::RevokeToken;

/// Queues a job that is due at `at(secs)`.
async fn add(database: &Database, secs: i64) -> Job {
    let user = add_user(database, &format!("user{}", id().simple())).await;
    let revocation = revocation("token");
    database.store.add_revocation(user, &revocation, at(secs)).await.unwrap();
    Job::RevokeToken(revocation.id)
}

async fn claimed(store: &Store, now: i64, until: i64) -> Vec<ClaimedJob> {
    claim_jobs(store, KIND, at(now), at(until), 99).await.unwrap()
}

async fn what_did_not_happen_leaves_no_job(database: &Database) {
    let link = connected(database, "anna").await;
    let waiting = database.count("jobs").await;
    let taken = link_to("anna", add_user(database, "boris").await);
    assert_eq!(database.store.link(&taken, at(2)).await.unwrap(), Linked::TakenByAnother);
    let revocation = revocation("token");
    let changed =
        database.store.unlink(link.user, link.id, 7, Some(&revocation), &entry(), at(3)).await;
    assert_eq!(changed.unwrap(), Unlinked::Changed);
    assert_eq!(database.count("jobs").await, waiting);
    // And what did happen leaves one for each thing to be done.
    let done =
        database.store.unlink(link.user, link.id, 1, Some(&revocation), &entry(), at(4)).await;
    assert_eq!(done.unwrap(), Unlinked::Done);
    assert_eq!(database.count("jobs").await, waiting + 2, "a mail and a revocation");
}

async fn a_job_is_claimed_until_the_lease_ends(database: &Database) {
    let job = add(database, 1).await;
    let claim =
        async |now, lease: JobLease| database.store.claim_jobs(KIND, 9, &lease, now).await.unwrap();
    assert_eq!(claim(at_micros(999_999), lease(at(60))).await, []);
    let first = lease(at(60));
    let held = claim(at(1), first).await;
    assert_eq!(held.len(), 1);
    assert_eq!((held[0].job, held[0].attempts, held[0].claim), (job, 0, first.claim));
    assert_eq!(claim(at_micros(59_999_999), lease(at(99))).await, []);
    assert_eq!(claim(at(60), lease(at(99))).await.len(), 1, "whoever held it died");
}

async fn a_job_is_claimed_for_its_kind_alone(database: &Database) {
    // Connecting queues a mail.
    let link = connected(database, "anna").await;
    let revocation = revocation("token");
    database.store.add_revocation(link.user, &revocation, at(1)).await.unwrap();
    let store = &database.store;
    assert_eq!(claim_jobs(store, JobKind::ApplySecurityEvent, at(9), at(60), 9).await.unwrap(), []);
    for kind in [JobKind::SendMail, JobKind::RevokeToken] {
        let claimed = claim_jobs(store, kind, at(9), at(60), 9).await.unwrap();
        assert_eq!(claimed.iter().map(|claimed| claimed.job.kind()).collect::<Vec<_>>(), [kind]);
    }
}

async fn jobs_come_in_the_order_in_which_they_are_due(database: &Database) {
    let mut expected = Vec::new();
    for secs in [5, 3, 4, 1, 2] {
        expected.push((secs, add(database, secs).await));
    }
    expected.sort_by_key(|(secs, _)| *secs);
    let mut came = Vec::new();
    for _ in 0..3 {
        let batch = claim_jobs(&database.store, KIND, at(9), at(60), 2).await.unwrap();
        came.extend(batch.into_iter().map(|claimed| claimed.job));
    }
    assert_eq!(came, expected.into_iter().map(|(_, job)| job).collect::<Vec<_>>());
}

async fn a_retry_is_counted_and_waits(database: &Database) {
    add(database, 1).await;
    let store = &database.store;
    for (attempts, due) in [(0, 1), (1, 31), (2, 99)] {
        assert_eq!(claimed(store, due - 1, 999).await, []);
        let held = claimed(store, due, 999).await;
        assert_eq!((held.len(), held[0].attempts), (1, attempts));
        let next = if attempts == 0 { 31 } else { 99 };
        assert!(store.retry_job(&held[0], at(next), "unavailable").await.unwrap());
    }
    assert_eq!(database.count("jobs where last_error = 'unavailable' and attempts = 3").await, 1);
}

async fn what_is_given_up_is_seen_and_not_tried_again(database: &Database) {
    let store = &database.store;
    add(database, 1).await;
    let held = claimed(store, 1, 60).await;
    assert!(store.give_up_job(&held[0], "refused", at(5)).await.unwrap());
    assert_eq!(claimed(store, 9_999, 99_999).await, []);
    let counted = store.count_jobs().await.unwrap();
    assert_eq!(counted, [JobCount { kind: KIND, waiting: 0, oldest_at: None, given_up: 1 }]);
    assert_eq!(database.count("jobs where last_error = 'refused'").await, 1);
    assert_eq!(store.purge_jobs(at(5)).await.unwrap(), 0);
    add(database, 1).await;
    assert_eq!(store.purge_jobs(at(6)).await.unwrap(), 1);
    assert_eq!(database.count("jobs").await, 1, "what waits is never purged");
}

async fn whoever_lost_the_lease_cannot_say_what_became_of_the_job(database: &Database) {
    let store = &database.store;
    add(database, 1).await;
    let late = claimed(store, 1, 60).await.remove(0);
    let holder = claimed(store, 60, 99).await.remove(0);
    assert_eq!(late.id, holder.id);
    assert!(!store.finish_job(&late).await.unwrap());
    assert!(!store.retry_job(&late, at(61), "unavailable").await.unwrap());
    assert!(!store.give_up_job(&late, "refused", at(61)).await.unwrap());
    assert_eq!(claimed(store, 98, 999).await, [], "its holder still has it");
    assert!(store.finish_job(&holder).await.unwrap());
    assert!(!store.finish_job(&holder).await.unwrap(), "once");
    assert_eq!(database.count("jobs").await, 0);
}

async fn two_workers_at_once_share_the_jobs(database: &Database) {
    share(database, 2, 15).await;
}

async fn ten_workers_at_once_claim_no_job_twice(database: &Database) {
    share(database, 10, 4).await;
}

/// So many workers claim batches of 30 jobs at the same time.
async fn share(database: &Database, workers: usize, batch: i64) {
    for _ in 0..30 {
        add(database, 1).await;
    }
    let batches = at_once(workers, |_| {
        let store = database.store.clone();
        async move { claim_jobs(&store, KIND, at(9), at(60), batch).await.unwrap() }
    })
    .await;
    assert!(batches.iter().all(|claimed| i64::try_from(claimed.len()).unwrap() <= batch));
    let mut all: Vec<_> = batches.into_iter().flatten().collect();
    // Whoever met a row that was being claimed passed over it; nothing is lost by that.
    all.extend(claimed(&database.store, 9, 60).await);
    assert_eq!(all.len(), 30);
    assert_eq!(all.into_iter().map(|claimed| claimed.id).collect::<HashSet<_>>().len(), 30);
}

async fn of_ten_who_finish_at_once_one_is_heard(database: &Database) {
    add(database, 1).await;
    let held = claimed(&database.store, 1, 60).await.remove(0);
    let finished = at_once(10, |_| {
        let (store, held) = (database.store.clone(), held.clone());
        async move { store.finish_job(&held).await.unwrap() }
    })
    .await;
    assert_eq!(finished.into_iter().filter(|finished| *finished).count(), 1);
}

async fn a_job_goes_with_what_it_is_about(database: &Database) {
    let store = &database.store;
    let Job::RevokeToken(id) = add(database, 1).await else { panic!("another kind") };
    store.drop_revocation(id).await.unwrap();
    assert_eq!(database.count("jobs").await, 0);
    // A mail that says what is no longer so.
    let link = connected(database, "anna").await;
    let cause = model::Cause::AdminPolicy;
    let needs = store.save_needs_reconnect(link.id, link.user, 1, cause, &entry(), at(2)).await;
    assert!(needs.unwrap());
    assert_eq!(database.count("jobs").await, 2);
    let again = store::Link { entry: entry(), ..link.clone() };
    assert_eq!(store.link(&again, at(3)).await.unwrap(), Linked::Again);
    let about_trouble = format!("mails where kind = '{}'", MailKind::NeedsReconnect.as_str());
    assert_eq!(database.count(&about_trouble).await, 0);
    assert_eq!(database.count("jobs").await, 2, "one for each time that it was connected");
    assert_eq!(database.count("jobs where mail_id not in (select id from mails)").await, 0);
}

async fn the_depth_of_the_queue_is_counted_by_kind(database: &Database) {
    let store = &database.store;
    assert_eq!(store.count_jobs().await.unwrap(), []);
    connected(database, "anna").await;
    for secs in [7, 3, 5] {
        add(database, secs).await;
    }
    // Whoever is worked on has not left the queue.
    assert_eq!(claim_jobs(store, KIND, at(3), at(60), 9).await.unwrap().len(), 1);
    let count = |kind, waiting, oldest| {
        let oldest_at = Some(at(oldest));
        JobCount { kind, waiting, oldest_at, given_up: 0 }
    };
    let expected = [count(JobKind::RevokeToken, 3, 3), count(JobKind::SendMail, 1, 1)];
    assert_eq!(store.count_jobs().await.unwrap(), expected);
}

async fn queuing_wakes_whoever_waits_for_work(database: &Database) {
    let store = &database.store;
    let is_woken =
        async || tokio::time::timeout(Duration::ZERO, store.work_is_queued()).await.is_ok();
    let link = link_to("anna", add_user(database, "anna").await);
    assert!(!is_woken().await, "nothing is queued");
    store.link(&link, at(1)).await.unwrap();
    assert!(is_woken().await, "a mail");
    assert!(!is_woken().await, "once");
    let revocation = revocation("token");
    let unlink = async |generation| {
        let (user, link) = (link.user, link.id);
        store.unlink(user, link, generation, Some(&revocation), &entry(), at(2)).await.unwrap()
    };
    assert_eq!(unlink(7).await, Unlinked::Changed);
    assert!(!is_woken().await, "nothing was done");
    // Whoever waits already hears of it too, and so does whoever has a clone of the store.
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.work_is_queued().await }
    });
    assert_eq!(unlink(1).await, Unlinked::Done);
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("nobody told it").unwrap();
}

async fn what_an_older_version_left_behind_is_queued(database: &Database) {
    let store = &database.store;
    connected(database, "anna").await;
    let Job::RevokeToken(RevocationId(_)) = add(database, 5).await else { panic!("another kind") };
    assert_eq!(store.add_missing_jobs(at(99_999_999)).await.unwrap(), 0, "all have theirs");
    // As a node of the version before would leave them.
    database.execute("delete from jobs").await;
    database.execute("update mails set due_at = created_at").await;
    assert_eq!(store.add_missing_jobs(at(1)).await.unwrap(), 0, "that node may still live");
    assert_eq!(store.add_missing_jobs(at(2)).await.unwrap(), 1, "the mail");
    assert_eq!(store.add_missing_jobs(at(99)).await.unwrap(), 1, "the revocation");
    assert_eq!(store.add_missing_jobs(at(99)).await.unwrap(), 0);
    for kind in [JobKind::SendMail, JobKind::RevokeToken] {
        assert_eq!(claim_jobs(store, kind, at(9), at(60), 9).await.unwrap().len(), 1, "{kind:?}");
    }
}
