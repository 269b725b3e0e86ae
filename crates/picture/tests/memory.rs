//! A bomb is refused before memory is asked for its pixels, and not because a decoder panicked.
//!
//! Alone in its process, whose address space it measures: memory that was only reserved counts.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]
#![expect(dead_code, reason = "shares the bombs and what they are made of")]

#[path = "portrait/bombs.rs"]
mod bombs;
#[path = "portrait/samples.rs"]
mod samples;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, panic};

/// Far less than any bomb's pixels, more than the copies of two files.
const ALLOWED_KIB: u64 = 16 * 1024;

/// The largest address space that this process has had.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmPeak:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn bombs_are_refused_before_they_grow() {
    let panics = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&panics);
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        counted.fetch_add(1, Ordering::Relaxed);
        report(panic);
    }));
    for (name, file, why) in bombs::bombs() {
        let before = peak_kib();
        assert_eq!(picture::reencode(&file), Err(why), "{name}");
        let grown = peak_kib() - before;
        assert!(grown < ALLOWED_KIB, "{name} took {grown} KiB");
        assert_eq!(panics.load(Ordering::Relaxed), 0, "{name} made a decoder panic");
    }
}
