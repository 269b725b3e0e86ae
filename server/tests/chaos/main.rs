//! Three nodes over one PostgreSQL under load: nodes killed at random, the database crashed and
//! started again. Nothing that was acknowledged is lost, and nothing is done twice (T47).

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod database;
mod test_user;

use std::time::Duration;

use sandbox::{Endpoint, Sandbox, Settings};
use testkit::nodes::Nodes;
use testkit::seeded_rng::SeededRng;
use testkit::soak;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::database::Database;
use self::test_user::TestUser;

const USERS: usize = 8;
/// How soon everything must be as it was meant to be, once nothing dies any more: longer than the
/// minute for which a request that came with an idempotency key is believed to be under way.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_nothing_is_lost_and_nothing_done_twice() {
    let Some(mut database) = Database::start().await else { return };
    let rng = SeededRng::from_time();
    eprintln!("chaos: {rng:?}");
    let ports = Nodes::free_addresses();
    let callback = ports[0].join("/gmail/callback/").unwrap();
    let google = Sandbox::start(Settings::redirecting_to(callback)).await.unwrap();
    let mut nodes =
        Nodes::start(env!("CARGO_BIN_EXE_selexia"), ports, &database.url(), &google).await;
    let mut living = JoinSet::new();
    let over = CancellationToken::new();
    for number in 0..USERS {
        let user = TestUser::settle(number, &nodes.addresses, &google, rng.fork()).await;
        living.spawn(user.live(over.clone()));
    }

    // Of misfortune; the database dies in the middle of them.
    let rounds = u64::from(soak::rounds(27, 9));
    for round in 0..rounds {
        sleep(Duration::from_millis(400 + rng.below(900))).await;
        if round == rounds / 2 {
            database.crash();
            sleep(Duration::from_secs(2)).await;
            database.go_on().await;
            continue;
        }
        if round % 3 == 0 {
            // Every access token is dead: the nodes have to agree on who refreshes which.
            google.world().advance(Duration::from_secs(3_700));
        }
        let unlucky = usize::try_from(rng.below(3)).unwrap();
        nodes.kill(unlucky);
        nodes.launch(unlucky).await;
    }
    over.cancel();
    let users = timeout(PATIENCE, living.join_all()).await.expect("somebody never got through");

    let written: u64 = users.iter().map(|user| user.edits).sum();
    let refreshes = google.world().calls(Endpoint::TokenRefresh);
    eprintln!("chaos: {written} edits, {refreshes} refreshes");
    assert!(written >= USERS as u64 * 4, "there was load: {written} edits");
    for mut user in users {
        user.finds_everything_as_it_was_left().await;
        let theirs =
            format!("where user_id = (select id from users where email = '{}')", user.email);
        let lines = |kind: &str| format!("events {theirs} and kind = '{kind}'");
        let edits = database.count(&lines("profile.edited")).await;
        assert_eq!(edits, user.edits, "one line an edit");
        assert_eq!(database.count(&lines("connection.linked")).await, 1);
        assert_eq!(database.count(&format!("sessions {theirs}")).await, 1);
        user.disconnects().await;
    }
    let overlapping = "sync_runs a join sync_runs b
        on a.connection_id = b.connection_id and a.id < b.id
        and a.started_at < b.finished_at and b.started_at < a.finished_at";
    assert_eq!(database.count(overlapping).await, 0, "two runs of a connection at the same time");
    let all_revoked = async {
        let is_over = || google.world().grants().iter().all(|grant| grant.revoked_at.is_some());
        while !is_over() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, all_revoked).await.expect("a revocation was lost");
    assert_eq!(database.count("connections").await, 0);
    assert_eq!(database.count("grants").await, 0);
}
