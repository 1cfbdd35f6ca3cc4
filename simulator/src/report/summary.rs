//! A report for people: one line when all is well, a few when not.

use std::fmt::Write;

use super::{Operation, Report};

/// Lines for stderr, each with its line end.
pub fn text(report: &Report) -> String {
    if report.requests == 0 {
        return "simtune: no request reached the simulator; the command finds it by SIMTUNE_GRAPH_URL\n".to_owned()
            + &failed(report);
    }
    let requests = if report.requests == 1 { "request" } else { "requests" };
    let mut out = format!("simtune: {} {requests}, {} refused", report.requests, report.refused);
    let nothing_odd = report.unknown_routes.is_empty()
        && report.ignored.is_empty()
        && report.would_throttle.is_empty()
        && report.early_retries.is_empty();
    if report.refused == 0 && nothing_odd {
        out.push('\n');
        return out;
    }
    let operations: Vec<String> = report.operations.iter().map(told).collect();
    let _ = writeln!(out, ": {}", operations.join("; "));
    if !report.unknown_routes.is_empty() {
        out.push_str("not emulated (or not a route of Graph's):\n");
        for route in &report.unknown_routes {
            let _ = writeln!(out, "  {} {}  {}×", printable(&route.method), printable(&route.path), route.requests);
        }
        left_out(&mut out, report.unknown_routes_left_out);
    }
    if !report.ignored.is_empty() {
        out.push_str("sent, and not reflected in the answer:\n");
        for ignored in &report.ignored {
            let _ = writeln!(out, "  {}  {}×", printable(&ignored.what), ignored.requests);
        }
        left_out(&mut out, report.ignored_left_out);
    }
    if !report.would_throttle.is_empty() {
        let refused = match report.throttled {
            0 => "none was refused".to_owned(),
            count => format!("{count} refused"),
        };
        let _ = writeln!(out, "over a documented budget ({refused}):");
        for over in &report.would_throttle {
            let _ = writeln!(out, "  {}  {}×", over.budget, over.requests);
        }
    }
    if !report.early_retries.is_empty() {
        out.push_str("asked for again before the time that Retry-After told:\n");
        for early in &report.early_retries {
            let _ = writeln!(out, "  {} {}  {}×", printable(&early.method), printable(&early.path), early.requests);
        }
        left_out(&mut out, report.early_retries_left_out);
    }
    out + &failed(report)
}

fn told(operation: &Operation) -> String {
    let statuses: Vec<String> = operation.statuses.iter().map(|(class, count)| format!("{count}× {class}")).collect();
    format!("{} {}", operation.operation.unwrap_or("no operation"), statuses.join(" and "))
}

fn left_out(out: &mut String, count: u64) {
    if count > 0 {
        let _ = writeln!(out, "  … and others  {count}×");
    }
}

fn failed(report: &Report) -> String {
    let failed: Vec<&str> =
        report.checks.iter().filter(|check| !check.met.is_empty()).map(|check| check.name).collect();
    if failed.is_empty() { String::new() } else { format!("simtune: --fail-on met {}\n", failed.join(", ")) }
}

/// What clients sent, without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
