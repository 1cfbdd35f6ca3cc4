//! Whether anybody who behaves is failed for its traffic alone: every lawful manner in every scenario with one operation, those
//! written by hand and N drawn ones. `observed [N]`

use std::error::Error;

use simtune_conformance::defect::Defects;
use simtune_conformance::drive::Drive as _;
use simtune_conformance::generate;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::manner::Manner;
use simtune_conformance::operation::Call;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::scenario::Scenario;
use simtune_conformance::traffic;
use simtune_conformance::transport::Surroundings;
use simtune_conformance::verdict::Verdict;

fn failed(manner: Manner, scenarios: &[Scenario]) -> Vec<String> {
    let drive = InProcess::new(&CAPABILITIES, move |surroundings: Surroundings| {
        let mut client = ReferenceClient::with(surroundings, Defects::NONE).in_manner(manner);
        move |call: &Call| client.perform(call)
    });
    let mut all = Vec::new();
    for scenario in scenarios {
        let Ok(evidence) = drive.run(scenario) else { continue };
        let (shown, evidence) = traffic::seen(scenario, evidence);
        for opinion in traffic::judge(&evidence.case(&shown), Profile::Graph) {
            if let Some(breach) = opinion.breach.filter(|_| opinion.verdict >= Verdict::Fail) {
                all.push(format!("{manner:?}: {} in {}: {}", opinion.rule.id, scenario.id(), breach.text));
            }
        }
    }
    all
}

fn main() -> Result<(), Box<dyn Error>> {
    let drawn: u64 = std::env::args().nth(1).map_or(Ok(200), |number| number.parse())?;
    let mut scenarios = generate::smoke();
    scenarios.extend((0..drawn).map(|number| generate::scenario(1, number)));
    scenarios.retain(|scenario| scenario.program.len() == 1);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let shares = Manner::ALL.chunks(Manner::ALL.len().div_ceil(cores));
    let told: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = shares
            .map(|share| {
                scope.spawn(|| share.iter().flat_map(|manner| failed(*manner, &scenarios)).collect::<Vec<_>>())
            })
            .collect();
        running
            .into_iter()
            .flat_map(|share| share.join().unwrap_or_else(|_| vec!["a share panicked".to_owned()]))
            .collect()
    });
    for line in &told {
        println!("{line}");
    }
    println!("{} manners in {} scenarios: {} failures", Manner::ALL.len(), scenarios.len(), told.len());
    if told.is_empty() { Ok(()) } else { Err("somebody who behaves is failed".into()) }
}
