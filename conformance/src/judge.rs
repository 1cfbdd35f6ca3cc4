//! One scenario, run and judged by every rule.

use crate::client_log::End;
use crate::doubt::{self, Doubt};
use crate::drive::{Drive, DriveError};
use crate::evidence::{Case, Evidence};
use crate::finding::{Breach, Control};
use crate::rule::{Profile, Rule, Watch};
use crate::rules;
use crate::scenario::Scenario;
use crate::verdict::Verdict;

/// What running a scenario came to.
#[derive(Debug)]
pub struct Judgement {
    /// What it left behind.
    pub evidence: Evidence,
    /// What the rules say that have something to say.
    pub opinions: Vec<Opinion>,
    /// What makes one doubt the driver.
    pub doubts: Vec<Doubt>,
}

/// What a rule says of a scenario.
#[derive(Debug)]
pub struct Opinion {
    /// The rule.
    pub rule: &'static Rule,
    /// What it amounts to.
    pub verdict: Verdict,
    /// Whether all stimuli of the scenario happened.
    pub consumed: bool,
    /// The gravest breach, if there is one.
    pub breach: Option<Breach>,
}

/// Runs a scenario and asks `rules`.
pub fn judge(
    drive: &dyn Drive,
    scenario: &Scenario,
    rules: &[&'static Rule],
    profile: Profile,
) -> Result<Judgement, DriveError> {
    let evidence = drive.run(scenario)?;
    let mut opinions = Vec::new();
    {
        let case = evidence.case(scenario);
        for rule in rules {
            if rule.needs.iter().all(|needed| case.claims(needed)) {
                opinions.extend(opinion(drive, rule, &case, profile)?);
            }
        }
    }
    let doubts = doubt::doubts(&evidence.case(scenario));
    Ok(Judgement { evidence, opinions, doubts })
}

/// What a rule says of a case; nothing, if it has nothing to do with it.
fn opinion(
    drive: &dyn Drive,
    rule: &'static Rule,
    case: &Case<'_>,
    profile: Profile,
) -> Result<Option<Opinion>, DriveError> {
    let Some(check) = rule.check().filter(|check| (check.met)(case)) else { return Ok(None) };
    let mut breaches = (check.judge)(case);
    if let Watch::Twins(_, twin) = &rule.watch
        && let Some(other) = (twin.of)(case.scenario)
    {
        let evidence = drive.run(&other)?;
        breaches.extend((twin.differ)(case, &evidence.case(&other)));
    }
    let consumed = (0..case.scenario.stimuli.len()).all(|place| case.trace.consumed(place));
    let level = rule.levels.of(profile);
    // The gravest one; of equals the first.
    breaches.sort_by_key(|breach| breach.lesser);
    let breach = first_that_stands(drive, breaches)?;
    let finished = case.log.operations.iter().all(|performed| matches!(performed.end, End::Answered(_)));
    let verdict = match &breach {
        Some(breach) => level.verdict(breach.lesser),
        None if consumed && finished => Verdict::Pass,
        None => Verdict::Inconclusive,
    };
    Ok(Some(Opinion { rule, verdict, consumed, breach }))
}

/// The first breach whose cause is what it says: its control, where it has one, goes well.
fn first_that_stands(drive: &dyn Drive, breaches: Vec<Breach>) -> Result<Option<Breach>, DriveError> {
    let mut runs: Vec<(Scenario, Evidence)> = Vec::new();
    for breach in breaches {
        let Some(Control { scenario, op }) = breach.control.as_deref() else { return Ok(Some(breach)) };
        // Breaches in one scenario mostly share their control.
        if !runs.iter().any(|(known, _)| known == scenario) {
            runs.push((scenario.clone(), drive.run(scenario)?));
        }
        let Some((scenario, evidence)) = runs.iter().find(|(known, _)| known == scenario) else { continue };
        if !rules::goes_wrong(&evidence.case(scenario), *op) {
            return Ok(Some(breach));
        }
    }
    Ok(None)
}
