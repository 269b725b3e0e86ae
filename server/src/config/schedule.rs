//! How syncs come by themselves: how often, how many at once, how many in a minute.

use chrono::TimeDelta;
use model::SyncIntervals;
use service::Schedule;

use super::{Faults, Raw};

/// The schedule of syncs.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleConfig(pub Schedule);

const FIX: &str = "write a number with m, h or d, such as 24h";

impl ScheduleConfig {
    /// Reads the schedule's settings.
    pub fn read(raw: &Raw, faults: &mut Faults) -> Option<ScheduleConfig> {
        let every = interval(raw, "GMAIL_SYNC_EVERY", faults);
        let shortest = interval(raw, "GMAIL_SYNC_EVERY_MIN", faults);
        let longest = interval(raw, "GMAIL_SYNC_EVERY_MAX", faults);
        let at_once = raw.get_or_default("GMAIL_SYNCS_AT_ONCE").parse().ok();
        let at_once = at_once.filter(|n| (1..=256).contains(n));
        if at_once.is_none() {
            faults.add(
                "GMAIL_SYNCS_AT_ONCE",
                "is not a number from 1 to 256",
                "write a number, such as 16",
            );
        }
        let per_minute: Option<u32> = raw.get_or_default("GMAIL_SYNCS_PER_MINUTE").parse().ok();
        if per_minute.is_none() {
            faults.add(
                "GMAIL_SYNCS_PER_MINUTE",
                "is not a number",
                "write how many, or 0 for no limit",
            );
        }
        let intervals = SyncIntervals { every: every?, shortest: shortest?, longest: longest? };
        if !(intervals.shortest..=intervals.longest).contains(&intervals.every) {
            faults.add(
                "GMAIL_SYNC_EVERY",
                "is not between GMAIL_SYNC_EVERY_MIN and GMAIL_SYNC_EVERY_MAX",
                "write the three in order, such as 6h, 24h and 7d",
            );
        }
        let per_minute = per_minute.map(|most| (most > 0).then_some(i64::from(most)))?;
        Some(ScheduleConfig(Schedule { intervals, at_once: at_once?, per_minute }))
    }
}

fn interval(raw: &Raw, name: &'static str, faults: &mut Faults) -> Option<TimeDelta> {
    let interval = parsed(raw.get_or_default(name));
    if interval.is_none() {
        faults.add(name, "is not an interval from a minute to a year", FIX);
    }
    interval
}

fn parsed(text: &str) -> Option<TimeDelta> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok()?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return None,
    };
    let interval = TimeDelta::try_minutes(i64::from(number) * minutes)?;
    (TimeDelta::minutes(1)..=TimeDelta::days(366)).contains(&interval).then_some(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_have_a_number_and_a_unit() {
        assert_eq!(parsed("90m"), Some(TimeDelta::minutes(90)));
        assert_eq!(parsed("6h"), Some(TimeDelta::hours(6)));
        assert_eq!(parsed("7d"), Some(TimeDelta::days(7)));
        for wrong in ["", "h", "0h", "-1h", "1.5h", "24", "1w", "367d", "6 h", "6ч"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }
}
