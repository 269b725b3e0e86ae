//! How far a long command is: a bar on a terminal, a line in the log for each tenth elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(super) struct Progress {
    what: &'static str,
    bar: ProgressBar,
    total: u64,
    done: u64,
}

impl Progress {
    /// Nothing done yet of so much.
    pub(super) fn new(what: &'static str, total: u64) -> Progress {
        // Draws nothing where stderr is no terminal.
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} {msg}, {eta} left");
        bar.set_style(style.expect("a constant template"));
        bar.set_message(what);
        Progress { what, bar, total, done: 0 }
    }

    /// So much more is done.
    pub(super) fn advance(&mut self, more: u64) {
        let tenths = |done: u64| done * 10 / self.total.max(1);
        let before = tenths(self.done);
        self.done += more;
        // More may turn up on the way than was counted.
        let total = self.total.max(self.done);
        self.bar.set_length(total);
        self.bar.set_position(self.done);
        if self.bar.is_hidden() && tenths(self.done) > before {
            tracing::info!(done = self.done, of = total, "{}", self.what);
        }
    }

    /// Says something in a line of its own.
    pub(super) fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Leaves the terminal as it was.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}
