//! The worker: a steady stream of due syncs, and beside it rounds of jobs. Woken by the clock, or
//! at once by whatever this process queues.

use std::time::Duration;

use service::Services;
use tokio_util::sync::CancellationToken;

/// Longest sleep: what another process has queued is seen this late at most.
const SLEEP: Duration = Duration::from_secs(15);
/// Clearing away is worth doing this often.
const ROUNDS_BETWEEN_PURGES: u64 = 40;
/// How long a round that has begun may go on when the process is to stop. What it leaves is
/// claimed until a lease ends.
const LAST_ROUND: Duration = Duration::from_secs(8);

/// Works until `stop`, and gives back within ten seconds what it has not finished.
pub async fn run(services: Services, stop: CancellationToken) {
    tokio::select! {
        () = services.connections.warm_up() => {}
        () = stop.cancelled() => {}
    }
    let syncs = async {
        services.syncs.run_scheduler(&stop).await;
        services.syncs.stop_runs().await;
    };
    tokio::join!(syncs, rounds(&services, &stop));
}

async fn rounds(services: &Services, stop: &CancellationToken) {
    for round in 0_u64.. {
        let last_round = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_ROUND).await;
        };
        tokio::select! {
            done = work(services, round) => if let Err(error) = done {
                tracing::error!(%error, "worker iteration failed; retrying in the next one");
            },
            () = last_round => return,
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = services.jobs.work_available() => {}
            () = tokio::time::sleep(SLEEP) => {}
        }
    }
}

async fn work(services: &Services, round: u64) -> service::Result<()> {
    services.jobs.run_all_due().await?;
    if round.is_multiple_of(ROUNDS_BETWEEN_PURGES) {
        services.accounts.purge().await?;
        services.moderation.purge().await?;
        services.connections.purge().await?;
        services.syncs.purge().await?;
        services.alerts.purge().await?;
        services.addresses.purge().await?;
        services.mail_outbox.purge().await?;
        services.tokens.purge().await?;
        services.idempotency.purge().await?;
        services.security_events.purge().await?;
        services.jobs.purge().await?;
    }
    Ok(())
}
