//! How the schedule stands, for operators: what is due, how old the oldest data is, what holds it up.

use std::process::ExitCode;

use chrono::TimeDelta;
use service::Clock;

use crate::config::{Config, Raw};
use crate::serve;

/// Prints how the schedule stands.
pub(super) async fn run(raw: &Raw) -> anyhow::Result<ExitCode> {
    let config = Config::read(raw)?;
    let store = super::open(raw).await?;
    let services = serve::services(&config, &store, &Clock::system())?;
    let state = services.gmail.schedule_state().await?;
    let counts = state.staleness;
    println!("Подключений: {}", counts.active);
    println!("Пора синхронизировать: {}", counts.due);
    println!("Синхронизируются сейчас: {}", counts.claimed);
    println!("Старше обещанного: {}", counts.overdue);
    let oldest = state.oldest.map_or("нет данных".to_owned(), hours);
    println!("Самые старые данные: {oldest} (обещано не старше {})", hours(state.promise));
    match (state.gate.opened_at, state.gate.outages) {
        (None, 0) => println!("Google: отвечает"),
        (None, outages) => println!("Google: неудач подряд {outages}"),
        (Some(since), _) => println!(
            "Google: не отвечает с {}; следующая попытка {}",
            since.to_rfc3339(),
            state.gate.retry_at.unwrap_or(since).to_rfc3339()
        ),
    }
    match state.per_minute {
        Some(most) => println!("За последнюю минуту начато: {} из {most}", state.starts),
        None => println!("Предел в минуту: нет"),
    }
    Ok(ExitCode::SUCCESS)
}

fn hours(age: TimeDelta) -> String {
    format!("{:.1} ч", age.num_minutes() as f64 / 60.0)
}
