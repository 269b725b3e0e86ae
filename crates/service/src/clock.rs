//! Time enters the product here, and nowhere else.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time: the system's, or one that a test moves by hand.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
    Shifted(Arc<AtomicI64>),
}

impl Clock {
    pub fn system() -> Clock {
        Clock(Source::System)
    }

    /// A clock that stands still at `start` until it is moved.
    pub fn manual(start: DateTime<Utc>) -> Clock {
        Clock(Source::Manual(Arc::new(AtomicI64::new(start.timestamp_micros()))))
    }

    /// The system's clock, which can also be moved on by hand.
    pub fn shifted() -> Clock {
        Clock(Source::Shifted(Arc::default()))
    }

    /// The time, to the microsecond: the finest that both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.0 {
            Source::Manual(micros) => micros.load(Ordering::SeqCst),
            Source::Shifted(micros) => {
                Clock::system().now().timestamp_micros() + micros.load(Ordering::SeqCst)
            }
            Source::System => {
                let since_epoch = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .expect("no system of ours lives before 1970");
                i64::try_from(since_epoch.as_micros()).expect("microseconds fit until 294247")
            }
        };
        DateTime::from_timestamp_micros(micros).expect("chrono reaches as far as the clock does")
    }

    /// Moves a clock on; the system's own cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Manual(micros) | Source::Shifted(micros) = &self.0 {
            micros.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
