//! What the kernel says of this machine and its processes.
//! Linux only, like every place where the site is expected to run.

use anyhow::Context;

/// Cores that everything here shares.
pub(crate) fn cores() -> anyhow::Result<usize> {
    Ok(std::thread::available_parallelism().context("counting cores")?.get())
}

/// Time that all cores together have spent since the machine started, in the kernel's ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticks {
    idle: u64,
    total: u64,
}

impl Ticks {
    /// As of now.
    pub(crate) fn now() -> anyhow::Result<Ticks> {
        let path = "/proc/stat";
        let text = std::fs::read_to_string(path).with_context(|| format!("reading {path}"))?;
        Ticks::of_stat(&text).with_context(|| format!("{path} does not say what the cores did"))
    }

    fn of_stat(text: &str) -> Option<Ticks> {
        let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let spent: Vec<u64> =
            line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        // user nice system idle iowait irq softirq steal; what follows is counted in user already.
        let idle = spent.get(3)? + spent.get(4)?;
        Some(Ticks { idle, total: spent.iter().take(8).sum() })
    }

    /// The share of all cores that was at work since then.
    pub(crate) fn busy_since(self, then: Ticks) -> f64 {
        let total = self.total.saturating_sub(then.total);
        let work = total.saturating_sub(self.idle.saturating_sub(then.idle));
        work as f64 / total.max(1) as f64
    }
}

/// Bytes of a process that are in memory now (`VmRSS`).
pub(crate) fn resident_bytes(process: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    of_status(&status).with_context(|| format!("{path} does not say VmRSS"))
}

fn of_status(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_kb_are_of_1024_bytes() {
        assert_eq!(of_status("Name:\tx\nVmRSS:\t   12000 kB\nRssAnon:\t 1 kB\n"), Some(12_288_000));
        assert_eq!(of_status("Name:\tx\n"), None);
    }

    #[test]
    fn waiting_is_not_work() {
        let then = Ticks::of_stat("cpu  10 0 10 60 20 0 0 0 9 9\ncpu0 1 1").unwrap();
        let now = Ticks::of_stat("cpu  40 0 20 90 50 0 0 0 9 9\n").unwrap();
        assert_eq!(then, Ticks { idle: 80, total: 100 });
        assert_eq!(now.busy_since(then), 0.4);
        assert_eq!(then.busy_since(then), 0.0);
    }

    #[test]
    fn this_machine_answers() {
        assert!(resident_bytes(std::process::id()).unwrap() > 100_000);
        let busy = Ticks::now().unwrap().busy_since(Ticks { idle: 0, total: 0 });
        assert!((0.0..=1.0).contains(&busy));
        assert!(cores().unwrap() > 0);
    }
}
