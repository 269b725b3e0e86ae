//! The worker: wake, claim, run, sleep. Woken by the clock, or at once when a user disconnects
//! or is to be written to.

use std::time::Duration;

use app::visit::Services;
use tokio_util::sync::CancellationToken;

/// Longest sleep: what another process has queued is seen this late at most.
const SLEEP: Duration = Duration::from_secs(15);
/// Clearing away is worth doing this often.
const ROUNDS_BETWEEN_PURGES: u64 = 40;

/// Works until `stop`. A round that has begun is finished.
pub async fn run(services: Services, stop: CancellationToken) {
    services.gmail.warm_up().await;
    for round in 0_u64.. {
        if let Err(error) = work(&services, round).await {
            tracing::error!(%error, "a round of work failed; the next one tries again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = services.gmail.woken() => {}
            () = services.post.woken() => {}
            () = tokio::time::sleep(SLEEP) => {}
        }
    }
}

async fn work(services: &Services, round: u64) -> service::Result<()> {
    while services.security_events.act_due().await? > 0 {}
    while services.gmail.revoke_due().await? > 0 {}
    while services.gmail.sync_due().await? > 0 {}
    while services.post.send_due().await? > 0 {}
    if round.is_multiple_of(ROUNDS_BETWEEN_PURGES) {
        services.accounts.purge().await?;
        services.gmail.purge().await?;
        services.addresses.purge().await?;
        services.post.purge().await?;
        services.tokens.purge().await?;
        services.idempotency.purge().await?;
        services.security_events.purge().await?;
    }
    Ok(())
}
