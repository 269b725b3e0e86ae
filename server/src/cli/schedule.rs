//! How the schedule stands, for operators: what is due, how old the oldest data is, what holds it
//! up.

use std::process::ExitCode;

use chrono::TimeDelta;
use service::Clock;

use crate::config::{Config, Raw};

/// Prints how the schedule stands.
pub(super) async fn run(raw: &Raw) -> anyhow::Result<ExitCode> {
    let config = Config::read(raw)?;
    let store = super::open(raw).await?;
    let services = crate::app::services(&config, &store, &Clock::system())?;
    let state = services.syncs.schedule_state().await?;
    let counts = state.staleness;
    println!("connections: {}", counts.active);
    println!("due: {}", counts.due);
    println!("being synced: {}", counts.claimed);
    println!("older than promised: {}", counts.overdue);
    let oldest = state.oldest.map_or("none".to_owned(), hours);
    println!("oldest data: {oldest} (promised: at most {})", hours(state.promise));
    match (state.breaker.opened_at, state.breaker.outages) {
        (None, 0) => println!("Google: answers"),
        (None, outages) => println!("Google: {outages} failures in a row"),
        (Some(since), _) => println!(
            "Google: down since {}; next try {}",
            since.to_rfc3339(),
            state.breaker.retry_at.unwrap_or(since).to_rfc3339()
        ),
    }
    match state.per_minute {
        Some(most) => println!("begun within a minute: {} of {most}", state.starts),
        None => println!("begun within a minute: no limit"),
    }
    Ok(ExitCode::SUCCESS)
}

fn hours(age: TimeDelta) -> String {
    format!("{:.1} h", age.num_minutes() as f64 / 60.0)
}
