//! How the kit proves itself: clients whose guilt or innocence is known are put before every rule.
//!
//! `examples/self-test.rs` asks for all of it and writes `docs/proof.md`. Every part is a function of seeds, so that it
//! says the same wherever and however often it runs; where a part says how long something takes, it counts scenarios.

pub mod comparison;
pub mod convictions;
pub mod document;
pub mod drivers;
pub mod innocents;
pub mod sameness;
pub mod smallness;
mod unguided;

use crate::defect::{Defect, Defects};
use crate::drive::Drive;
use crate::in_process::InProcess;
use crate::judge::{Opinion, judge};
use crate::manner::Manner;
use crate::reference::{CAPABILITIES, ReferenceClient};
use crate::rule::{Profile, Rule};
use crate::rules;
use crate::scenario::Scenario;

/// The reference client, which behaves.
pub fn innocent() -> impl Drive {
    InProcess::new(&CAPABILITIES, ReferenceClient::new)
}

/// The reference client with a defect.
pub fn faulty(defect: Defect) -> impl Drive {
    InProcess::new(&CAPABILITIES, move |surroundings| ReferenceClient::with(surroundings, Defects::only(defect)))
}

/// The reference client in another lawful manner.
pub fn mannered(manner: Manner) -> impl Drive {
    InProcess::new(&claims(Some(manner)), move |surroundings| ReferenceClient::new(surroundings).in_manner(manner))
}

/// What a client of a manner says it can.
pub fn claims(manner: Option<Manner>) -> Vec<&'static str> {
    let lacking = manner.and_then(Manner::lacks);
    CAPABILITIES.into_iter().filter(|claimed| Some(*claimed) != lacking).collect()
}

/// The rule that a defect breaks.
fn rule_of(defect: Defect) -> &'static Rule {
    rules::rule(defect.rule()).expect("a defect names a rule")
}

/// What a rule says against a client in a scenario, if it says something.
fn accusation(drive: &dyn Drive, rule: &'static Rule, scenario: &Scenario) -> Option<Opinion> {
    let judgement = judge(drive, scenario, &[rule], Profile::Graph).ok()?;
    judgement.opinions.into_iter().find(|opinion| opinion.breach.is_some())
}
