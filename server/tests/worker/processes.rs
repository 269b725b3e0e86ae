//! Three processes, killed at random: every due sync is done, and done once.

use std::time::{Duration, Instant};

use sandbox::{Endpoint, Fault, InjectedFault};
use testkit::running::Running;
use testkit::soak;
use tokio::time::sleep;

use crate::synthetic_users::SyntheticUsers;

const PROCESSES: usize = 3;
const KILLS: usize = 6;
/// How soon another process must go on with what a dead one had begun.
const RESUMED_WITHIN: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_killed_at_random_lose_and_repeat_nothing_on_sqlite() {
    kill_at_random(SyntheticUsers::on_sqlite(connections()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_killed_at_random_lose_and_repeat_nothing_on_postgres() {
    let Some(users) = SyntheticUsers::on_postgres(connections()).await else { return };
    kill_at_random(users).await;
}

fn connections() -> u64 {
    soak::rounds(10_000, 2_000).into()
}

/// They are killed when dropped, also when a test fails.
struct WorkerProcesses(Vec<Running>);

impl WorkerProcesses {
    fn kill(&mut self, n: usize) {
        self.0.remove(n).kill();
    }
}

async fn kill_at_random(users: SyntheticUsers) {
    // Long enough for every kill to hit many in the middle.
    users.google.world().inject(Fault::slow(Endpoint::Userinfo, Duration::from_millis(100)));
    let mut workers = WorkerProcesses((0..PROCESSES).map(|_| users.worker()).collect());
    let synced = async || users.count("syncs").await;
    for kill in 1..=KILLS {
        // At a share of the work, so that slow machines have done as much by then.
        let share = users.connections * u64::try_from(kill).unwrap() / 8;
        until(Duration::from_secs(240), async || synced().await >= share).await;
        sleep(Duration::from_millis(u64::from(std::process::id()) * 37 % 90)).await;
        workers.kill(kill % PROCESSES);
        workers.0.push(users.worker());
    }
    // All at once, and one begins anew.
    while !workers.0.is_empty() {
        workers.kill(0);
    }
    let died = Instant::now();
    let (done, begun) = (synced().await, users.count("sync_runs where finished_at is null").await);
    assert!(begun > 0, "nothing was under way");
    assert!(done < users.connections, "there was nothing left to resume");
    workers.0.push(users.worker());
    until(RESUMED_WITHIN, async || {
        users.count("sync_runs where finished_at is null").await == 0
            && synced().await == users.connections
    })
    .await;
    eprintln!("resumed after {:?}", died.elapsed());

    // None lost, and none done twice.
    assert_eq!(synced().await, users.connections);
    let twice = "(select connection_id from syncs group by connection_id having count(*) > 1) t";
    assert_eq!(users.count(twice).await, 0, "syncs of a due time that were repeated");
    let overlapping = "sync_runs a join sync_runs b
        on a.connection_id = b.connection_id and a.id < b.id
        and a.started_at < b.finished_at and b.started_at < a.finished_at";
    assert_eq!(users.count(overlapping).await, 0, "two runs of a connection at the same time");
    let given_up = users.count("sync_runs where outcome = 'failed'").await;
    assert!(given_up >= begun, "the dead ones made way");
    // Google was asked once for each, and once more for what a dead process had asked.
    let asked = users.google.world().calls(Endpoint::Userinfo);
    assert!(asked <= users.connections + given_up, "{asked}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_asked_to_stop_gives_back_its_claims_within_ten_seconds() {
    let users = SyntheticUsers::on_sqlite(8).await;
    users.google.world().inject(Fault::new(Endpoint::Userinfo, InjectedFault::Hang).times(8));
    let mut workers = WorkerProcesses(vec![users.worker()]);
    let world = users.google.world();
    until(Duration::from_secs(60), async || world.calls(Endpoint::Userinfo) == 8).await;
    let now = service::Clock::system().now();
    assert!(!users.store.is_any_due(now).await.unwrap(), "all are claimed");
    workers.0[0].ask_to_stop();
    let asked = Instant::now();
    let mut status = None;
    until(Duration::from_secs(30), async || {
        status = workers.0[0].ended();
        status.is_some()
    })
    .await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert!(status.unwrap().success());
    assert!(users.store.is_any_due(now).await.unwrap(), "they are there to be claimed");
    workers.0.push(users.worker());
    until(Duration::from_secs(20), async || users.count("syncs").await == 8).await;
}

/// Comes back when it is so.
async fn until(patience: Duration, mut is_so: impl AsyncFnMut() -> bool) {
    let watch = async {
        while !is_so().await {
            sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(patience, watch).await.expect("it never came to that");
}
