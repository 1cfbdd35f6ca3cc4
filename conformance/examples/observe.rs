//! What one drawn or saved scenario leaves behind with a worker, as JSON, and what the rules say of it:
//! `observe SEED ID|NUMBER -- CMD…` or `observe FAILURE.json -- CMD…`.

use std::error::Error;

use serde_json::json;
use simtune_conformance::failure_file::FailureFile;
use simtune_conformance::generate;
use simtune_conformance::judge::judge;
use simtune_conformance::over_sockets::{OverSockets, Surroundings};
use simtune_conformance::process::Launch;
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::scenario::Scenario;
use simtune_conformance::worker::{Limits, Pool};

/// Drawn scenarios among which an id is looked for.
const SEARCHED: u64 = 100_000;

fn chosen(arguments: &[String]) -> Result<Scenario, Box<dyn Error>> {
    match arguments {
        [file] => Ok(FailureFile::read(&std::fs::read_to_string(file)?)?.scenario),
        [seed, which] => {
            let seed = seed.parse()?;
            let drawn = (0..SEARCHED).map(|number| generate::scenario(seed, number));
            match which.parse::<u64>() {
                Ok(number) if which.len() < 16 => Ok(generate::scenario(seed, number)),
                _ => generate::smoke()
                    .into_iter()
                    .chain(drawn)
                    .find(|scenario| scenario.id() == *which)
                    .ok_or_else(|| format!("no scenario drawn from {seed} has the id {which}").into()),
            }
        }
        _ => Err("usage: observe SEED ID|NUMBER -- CMD…, or observe FAILURE.json -- CMD…".into()),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut halves = arguments.split(|argument| argument == "--");
    let scenario = chosen(halves.next().unwrap_or_default())?;
    let command: Vec<String> = halves.next().ok_or("the driver's command is missing: -- CMD…")?.to_vec();

    let surroundings = Surroundings::new(true)?;
    let mut variables = surroundings.trust_variables();
    variables.push(("TZ".to_owned(), "America/New_York".to_owned()));
    let pool = Pool::start(Launch::new(&command).with(variables), Limits::default(), 1)?;
    let drive = OverSockets::new(&surroundings, &pool);
    let all: Vec<_> = rules::all().collect();
    let judgement = judge(&drive, &scenario, &all, Profile::Graph)?;
    let opinions: Vec<_> = judgement
        .opinions
        .iter()
        .map(|opinion| {
            let text = opinion.breach.as_ref().map(|breach| &breach.text);
            json!({ "rule": opinion.rule.id, "verdict": opinion.verdict, "text": text })
        })
        .collect();
    let shown = json!({ "scenario": scenario, "evidence": judgement.evidence, "opinions": opinions });
    println!("{}", serde_json::to_string_pretty(&shown)?);
    Ok(())
}
