//! Which drawn scenario convicts each defect first, seed by seed: `convict [SEEDS] [CASES]`.

use std::process::ExitCode;

use simtune_conformance::defect::{Defect, Defects};
use simtune_conformance::generate;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::judge::judge;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse().ok());
    let seeds: u64 = arguments.next().flatten().unwrap_or(10);
    let cases: u64 = arguments.next().flatten().unwrap_or(1_000);
    let mut acquitted = 0;
    for defect in Defect::ALL {
        let drive = InProcess::new(&CAPABILITIES, move |surroundings| {
            ReferenceClient::with(surroundings, Defects::only(*defect))
        });
        let rule = rules::rule(defect.rule()).expect("a defect names a rule");
        let first: Vec<Option<u64>> = (1..=seeds)
            .map(|seed| {
                (0..cases).find(|number| {
                    let scenario = generate::scenario(seed, *number);
                    let judged = judge(&drive, &scenario, &[rule], Profile::Graph).expect("it can be run");
                    judged.opinions.iter().any(|opinion| opinion.breach.is_some())
                })
            })
            .collect();
        let missed = first.iter().filter(|first| first.is_none()).count();
        acquitted += missed;
        let shown: Vec<String> = first.iter().map(|first| first.map_or("-".to_owned(), |at| at.to_string())).collect();
        println!(
            "{:4} {:28} {:8} {}/{seeds}  {}",
            defect.id(),
            defect.to_string(),
            rule.id,
            first.len() - missed,
            shown.join(" ")
        );
    }
    if acquitted == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
