//! The sandbox's own time: the real clock plus an offset that a test moves.
//! The only place of the crate that asks what time it is.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Real time plus an offset.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    offset: TimeDelta,
}

impl Clock {
    pub(crate) fn now(self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the stand-in has a clock of its own")]
        let real = Utc::now();
        real + self.offset
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.offset += TimeDelta::from_std(by).unwrap_or(TimeDelta::zero());
    }
}
