//! The findings as a table: figure, aim, and whether it is met.
//! KB and MB are of 1000 and of 1,000,000 bytes, which is the stricter reading of the aims.

use std::fmt::Write as _;

use crate::claims::{Claim, Claims, FEW};
use crate::load::{CONNECTIONS, WARM_UP};
use crate::manual::PEOPLE;
use crate::measure::{Findings, HISTORY, STARTS};
use crate::rotation::Rotation;
use crate::syncs::{AT_ONCE, IDEAL_PER_SEC, Syncs, Worked};

/// Of the fixed page's speed.
const LEAST_SHARE: f64 = 0.1;
const MOST_P99_MS: f64 = 50.0;
const MOST_CLIENT_KB: f64 = 220.0;
const MOST_IDLE_MB: f64 = 60.0;
const MOST_START_MS: f64 = 1_000.0;
const MOST_BY_HAND_SECS: f64 = 3.0;
const MOST_ROTATION_SECS: f64 = 300.0;
/// Of what the syncs would come to, were there nothing to do but to wait.
const LEAST_OF_IDEAL: f64 = 0.8;
const MOST_WORKER_MB: f64 = 120.0;
/// Of a claim among few connections: one among many costs about the same.
const MOST_OF_FEW: f64 = 2.0;

struct Row {
    what: String,
    figure: String,
    aim: Option<Aim>,
}

struct Aim {
    text: String,
    is_met: bool,
}

fn below(figure: f64, most: f64, unit: &str) -> Option<Aim> {
    Some(Aim { text: format!("under {most} {unit}").trim_end().to_owned(), is_met: figure < most })
}

/// What was measured and how, then a Markdown table.
pub(crate) fn table(
    findings: &Findings,
    rotation: &Rotation,
    syncs: &Syncs,
    claims: &Claims,
) -> String {
    let Findings { cores, busy_share, length, dashboard, profile, fixed, .. } = findings;
    let mut text = format!(
        "Loopback, {CONNECTIONS} keep-alive connections with one outstanding request each. \
         The load generator and the servers share this machine's {cores} cores; \
         other work took {:.0} % of them just before.\n\
         Medians over {} × {} s for each, by turns, each after {} s of warm-up; \
         {} answers, every one checked. The dashboard's user has {HISTORY} syncs in their \
         history; {PEOPLE} others sync once by hand. Start: median of {STARTS}.\n\n\
         | Measured | Figure | Aim | Met |\n|---|---:|---|---|\n",
        busy_share * 100.0,
        length.rounds,
        length.measured.as_secs(),
        WARM_UP.as_secs(),
        dashboard.answers + profile.answers + fixed.answers,
    );
    write_rows(&mut text, rows(findings, rotation));
    write_rows(&mut text, rows_of_syncs(syncs));
    write_rows(&mut text, rows_of_claims(claims));
    text
}

/// The table of the syncs and their claims alone.
pub(crate) fn syncs_table(syncs: &Syncs, claims: &Claims) -> String {
    let mut text = "| Measured | Figure | Aim | Met |\n|---|---:|---|---|\n".to_owned();
    write_rows(&mut text, rows_of_syncs(syncs));
    write_rows(&mut text, rows_of_claims(claims));
    text
}

fn write_rows(text: &mut String, rows: impl IntoIterator<Item = Row>) {
    for Row { what, figure, aim } in rows {
        let (aim, met) = match aim {
            Some(Aim { text, is_met }) => (text, if is_met { "yes" } else { "no" }),
            None => (String::new(), ""),
        };
        // Writing to a text cannot fail.
        writeln!(text, "| {what} | {figure} | {aim} | {met} |").ok();
    }
}

fn rows_of_syncs(syncs: &Syncs) -> Vec<Row> {
    let Syncs { connections, plain_per_sec, sqlite, postgres } = syncs;
    let row = |what: String, figure: String, aim| Row { what, figure, aim };
    let mut rows = vec![row(
        format!("{connections} calls of a plain loop, {AT_ONCE} at once"),
        format!("{plain_per_sec:.0}/s"),
        None,
    )];
    let engines = [("SQLite", Some(sqlite)), ("PostgreSQL", postgres.as_ref())];
    for (engine, worked) in engines {
        let Some(Worked { per_sec, first_per_sec, most_bytes }) = worked else { continue };
        let of_ideal = per_sec / IDEAL_PER_SEC;
        let megabytes = *most_bytes as f64 / 1e6;
        let least =
            Aim { text: format!("at least {LEAST_OF_IDEAL}"), is_met: of_ideal >= LEAST_OF_IDEAL };
        rows.extend([
            row(format!("Syncs on {engine}"), format!("{per_sec:.0}/s"), None),
            row(
                format!("Syncs on {engine} / plain loop"),
                format!("{:.2}", per_sec / plain_per_sec),
                None,
            ),
            row(
                format!("Syncs on {engine} / {IDEAL_PER_SEC:.0} a second"),
                format!("{of_ideal:.2}"),
                Some(least),
            ),
            row(
                format!("First syncs on {engine}, each with news"),
                format!("{first_per_sec:.0}/s"),
                None,
            ),
            row(
                format!("Memory of the worker on {engine}, most"),
                format!("{megabytes:.0} MB"),
                below(megabytes, MOST_WORKER_MB, "MB"),
            ),
        ]);
    }
    rows
}

fn rows_of_claims(claims: &Claims) -> Vec<Row> {
    let Claims { many, sqlite, postgres } = claims;
    let engines = [("SQLite", Some(sqlite)), ("PostgreSQL", postgres.as_ref())];
    let mut rows = Vec::new();
    for (engine, claim) in engines {
        let Some(Claim { few_ms, many_ms }) = claim else { continue };
        let times = many_ms / few_ms;
        let row = |among, figure, aim| Row {
            what: format!("A claim of {AT_ONCE} on {engine}, {among}"),
            figure,
            aim,
        };
        rows.extend([
            row(format!("{FEW} connections"), format!("{few_ms:.2} ms"), None),
            row(format!("{many} connections"), format!("{many_ms:.2} ms"), None),
            row(format!("{many} / {FEW}"), format!("{times:.2}"), below(times, MOST_OF_FEW, "")),
        ]);
    }
    rows
}

fn rows(findings: &Findings, rotation: &Rotation) -> Vec<Row> {
    let Findings { dashboard, profile, fixed, weight, manual, .. } = findings;
    let share = dashboard.per_sec / fixed.per_sec;
    let least_share = Aim { text: format!("at least {LEAST_SHARE}"), is_met: share >= LEAST_SHARE };
    let idle_mb = findings.idle_bytes as f64 / 1e6;
    let client_kb = weight.client_bytes as f64 / 1e3;
    let per_sec = |figure: f64| format!("{figure:.0}/s");
    let millis = |figure: f64| format!("{figure:.2} ms");
    let kilobytes = |bytes: usize| format!("{:.1} KB", bytes as f64 / 1e3);
    let by_hand_secs = manual.p95.as_secs_f64();
    let rotation_secs = rotation.took.as_secs_f64();
    let row = |what: &str, figure, aim| Row { what: what.to_owned(), figure, aim };
    vec![
        row("Signed-in dashboard", per_sec(dashboard.per_sec), None),
        row("Fixed page of the same size", per_sec(fixed.per_sec), None),
        row("Dashboard / fixed page", format!("{share:.3}"), Some(least_share)),
        row("Dashboard, p50", millis(dashboard.p50_ms), None),
        row("Dashboard, p99", millis(dashboard.p99_ms), below(dashboard.p99_ms, MOST_P99_MS, "ms")),
        row("Profile as JSON, for a program", per_sec(profile.per_sec), None),
        row("Profile as JSON, p50", millis(profile.p50_ms), None),
        row("Profile as JSON, p99", millis(profile.p99_ms), None),
        row("Fixed page, p50", millis(fixed.p50_ms), None),
        row("Fixed page, p99", millis(fixed.p99_ms), None),
        row("Sync by hand, p50", millis(manual.p50.as_secs_f64() * 1e3), None),
        row(
            "Sync by hand, p95",
            format!("{by_hand_secs:.2} s"),
            below(by_hand_secs, MOST_BY_HAND_SECS, "s"),
        ),
        row(
            "JS + WASM, brotli",
            kilobytes(weight.client_bytes),
            below(client_kb, MOST_CLIENT_KB, "KB"),
        ),
        row("CSS, brotli", kilobytes(weight.style_bytes), None),
        row("HTML of the dashboard, as sent", kilobytes(findings.page_bytes), None),
        row("Memory, idle", format!("{idle_mb:.1} MB"), below(idle_mb, MOST_IDLE_MB, "MB")),
        row(
            "Memory, after the load",
            format!("{:.1} MB", findings.loaded_bytes as f64 / 1e6),
            None,
        ),
        row(
            "Start until ready",
            format!("{:.0} ms", findings.start_ms),
            below(findings.start_ms, MOST_START_MS, "ms"),
        ),
        row("Keys exchanged: connections", rotation.connections.to_string(), None),
        row(
            "Keys exchanged: time",
            format!("{rotation_secs:.1} s"),
            below(rotation_secs, MOST_ROTATION_SECS, "s"),
        ),
        row("Dashboard meanwhile", per_sec(rotation.dashboard.per_sec), None),
        row("Dashboard meanwhile, p99", millis(rotation.dashboard.p99_ms), None),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::load::Round;
    use crate::manual::ByHand;
    use crate::measure::Length;
    use crate::weight::Weight;

    #[test]
    fn a_missed_aim_is_said_and_a_met_one_too() {
        let round = |per_sec| Round { answers: 5, per_sec, p50_ms: 1.0, p99_ms: 49.0 };
        let findings = Findings {
            cores: 2,
            busy_share: 0.02,
            length: Length { rounds: 3, measured: Duration::from_secs(10) },
            start_ms: 1_500.0,
            idle_bytes: 12_000_000,
            loaded_bytes: 20_000_000,
            page_bytes: 9_000,
            weight: Weight { client_bytes: 220_001, style_bytes: 4_000 },
            manual: ByHand { p50: Duration::ZERO, p95: Duration::from_millis(3_210) },
            dashboard: round(1_000.0),
            profile: round(3_000.0),
            fixed: round(10_000.0),
        };
        let took = Duration::from_millis(300_040);
        let rotation = Rotation { connections: 7, took, dashboard: round(900.0) };
        let worked = Worked { per_sec: 1_024.0, first_per_sec: 512.0, most_bytes: 121_000_000 };
        let syncs =
            Syncs { connections: 9, plain_per_sec: 2_048.0, sqlite: worked, postgres: None };
        let claim = Claim { few_ms: 2.0, many_ms: 4.0 };
        let claims = Claims { many: 77, sqlite: claim, postgres: None };
        let table = table(&findings, &rotation, &syncs, &claims);
        for line in [
            "| Dashboard / fixed page | 0.100 | at least 0.1 | yes |",
            "| Dashboard, p99 | 49.00 ms | under 50 ms | yes |",
            "| JS + WASM, brotli | 220.0 KB | under 220 KB | no |",
            "| Profile as JSON, for a program | 3000/s |  |  |",
            "| Sync by hand, p95 | 3.21 s | under 3 s | no |",
            "| Memory, idle | 12.0 MB | under 60 MB | yes |",
            "| Memory, after the load | 20.0 MB |  |  |",
            "| Start until ready | 1500 ms | under 1000 ms | no |",
            "| Keys exchanged: connections | 7 |  |  |",
            "| Keys exchanged: time | 300.0 s | under 300 s | no |",
            "| Dashboard meanwhile | 900/s |  |  |",
            "| Syncs on SQLite / plain loop | 0.50 |  |  |",
            "| Syncs on SQLite / 1280 a second | 0.80 | at least 0.8 | yes |",
            "| A claim of 64 on SQLite, 77 connections | 4.00 ms |  |  |",
            "| A claim of 64 on SQLite, 77 / 10000 | 2.00 | under 2 | no |",
            "| Memory of the worker on SQLite, most | 121 MB | under 120 MB | no |",
        ] {
            assert!(table.contains(line), "{line} in\n{table}");
        }
        assert!(table.contains("share this machine's 2 cores"));
    }
}
