//! Counters in the text format of Prometheus.

use std::fmt::Write;

use super::Call;
use super::reply::{ApiError, Reply};

pub(super) fn show(call: &Call<'_>) -> Result<Reply, ApiError> {
    let service = &call.control.service;
    let mut text = String::new();
    text.push_str("# HELP simtune_requests_total Requests answered on the client port, by class of status.\n");
    text.push_str("# TYPE simtune_requests_total counter\n");
    for (class, count) in service.tally().by_class().iter().enumerate().skip(1) {
        let _ = writeln!(text, "simtune_requests_total{{class=\"{class}xx\"}} {count}");
    }
    let counts = service.tally().counts();
    counter(
        &mut text,
        "simtune_throttled_total",
        "Requests refused because they exceeded a budget.",
        &[(String::new(), counts.throttled)],
    );
    let over: Vec<(String, u64)> =
        counts.over_budget.met.iter().map(|(budget, count)| (format!("{{budget=\"{budget}\"}}"), *count)).collect();
    counter(&mut text, "simtune_over_budget_total", "Requests that exceeded a budget, refused or not.", &over);
    counter(
        &mut text,
        "simtune_early_retries_total",
        "Requests that came again before the time that Retry-After had told.",
        &[(String::new(), counts.early_retries.total())],
    );
    let tenants = service.tenants().list();
    gauge(&mut text, "simtune_tenants", "Tenants.", tenants.len());
    let devices: usize = tenants.iter().map(|tenant| tenant.world().inventory().len()).sum();
    gauge(&mut text, "simtune_devices", "Devices of all tenants.", devices);
    Ok(Reply::Text("text/plain; version=0.0.4", text))
}

fn counter(text: &mut String, name: &str, help: &str, values: &[(String, u64)]) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
    for (labels, value) in values {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

fn gauge(text: &mut String, name: &str, help: &str, value: usize) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}
