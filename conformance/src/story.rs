//! A conviction as a person reads it: what happened on the wire, what is required, and by whom.

use std::fmt::Write;

use crate::client_log::End;
use crate::runner::Failure;
use crate::trace::{Exchange, Party};

/// The story of a conviction, in a dozen lines.
pub fn story(failure: &Failure) -> String {
    let mut text = String::new();
    let rule = failure.rule;
    let smallest = &failure.smallest;
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{} {}: {}", failure.verdict.name(), rule.id, smallest.text);
    let _ = writeln!(text, "  required: {}", rule.summary);
    let sources: Vec<String> =
        rule.sources.iter().map(|source| format!("{} (read {})", source.text, source.read)).collect();
    let _ = writeln!(text, "  by: {}", sources.join("; "));
    let devices = smallest.scenario.tenant.devices.len();
    let _ = writeln!(
        text,
        "  scenario {}, seed {}: {devices} devices, {} on a page",
        smallest.scenario.id(),
        smallest.scenario.seed,
        smallest.scenario.tenant.page
    );
    for (place, op) in smallest.scenario.program.iter().enumerate() {
        let told = serde_json::to_string(op).unwrap_or_default();
        let _ = writeln!(text, "  {told}");
        let exchanges: Vec<(usize, &Exchange)> = smallest.evidence.trace.during(place).collect();
        for (shown, (at, exchange)) in exchanges.iter().enumerate() {
            if shown >= 8 && shown + 2 < exchanges.len() {
                if shown == 8 {
                    let _ = writeln!(text, "       … {} more", exchanges.len() - 10);
                }
                continue;
            }
            let mark = if smallest.witness.contains(at) { '>' } else { ' ' };
            let _ = writeln!(text, "  {mark} {}", line(exchange, &smallest.scenario.stimuli));
        }
        if let Some(performed) = smallest.evidence.log.of(place) {
            let _ = writeln!(text, "    = {}", ended(&performed.end));
        }
    }
    text
}

fn line(exchange: &Exchange, stimuli: &[crate::stimulus::Stimulus]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "scenarios last minutes")]
    let seconds = exchange.arrived.0 as f64 / 1e6;
    let (request, response) = (&exchange.request, &exchange.response);
    let status = response.status.map_or("no answer".to_owned(), |status| status.to_string());
    let wait = response.header("retry-after").map_or_else(String::new, |value| format!(", Retry-After: {value}"));
    let cut = if response.whole || response.status.is_none() { "" } else { ", cut off" };
    let host = if exchange.party == Party::Foreign { " at another host" } else { "" };
    let injected: Vec<&str> =
        exchange.stimuli.iter().filter_map(|place| Some(stimuli.get(*place)?.act.name())).collect();
    let injected = if injected.is_empty() { String::new() } else { format!("  [{}]", injected.join(", ")) };
    let target: String = request.target.chars().take(90).collect();
    format!("{seconds:8.3} s  {} {target}{host} -> {status}{wait}{cut}{injected}", request.method)
}

fn ended(end: &End) -> String {
    match end {
        End::Hung => "it did not come to an end".to_owned(),
        End::Crashed(said) => format!("it crashed: {said}"),
        End::Answered(answer) => {
            let text = serde_json::to_string(answer).unwrap_or_default();
            let short: String = text.chars().take(200).collect();
            if short.len() < text.len() { format!("{short}…") } else { short }
        }
    }
}
