//! Runs many scenarios with the reference client, or with a faulty one: `soak CASES [SEED] [DEFECT]`.

use std::process::ExitCode;

use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::in_process::InProcess;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::runner::{Plan, check};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let cases = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let defects = arguments.next().and_then(|name| Defect::named(&name)).map_or(Defects::NONE, Defects::only);
    let drive = InProcess::new(&CAPABILITIES, |surroundings| ReferenceClient::with(surroundings, defects));
    let report = check(&drive, &Plan { seed, cases, ..Plan::default() });
    for rule in &report.rules {
        println!(
            "{:8} {:13} triggered {:6} consumed {:6}",
            rule.rule,
            rule.verdict.name(),
            rule.triggered,
            rule.consumed
        );
    }
    for failure in &report.failures {
        println!("\n{} {}: {}", failure.verdict.name(), failure.rule.id, failure.smallest.text);
        println!("{}", serde_json::to_string_pretty(&failure.smallest.scenario).expect("JSON"));
        for exchange in &failure.smallest.evidence.trace.exchanges {
            let (request, response) = (&exchange.request, &exchange.response);
            println!(
                "  {:>12} {} {} -> {:?} {:?}",
                exchange.arrived.0, request.method, request.target, response.status, exchange.stimuli
            );
        }
        for performed in &failure.smallest.evidence.log.operations {
            let end = serde_json::to_string(&performed.end).expect("JSON");
            println!("  {}: {}", performed.op, end.chars().take(400).collect::<String>());
        }
    }
    for broken in report.broken.iter().take(5) {
        println!("broken: {broken}");
    }
    println!("{} scenarios, {} findings, {} broken", report.scenarios, report.findings.len(), report.broken.len());
    if report.findings.is_empty() && report.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
