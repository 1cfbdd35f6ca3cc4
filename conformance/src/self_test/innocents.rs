//! Clients that behave, each in its own way: nobody may be failed who is among them.

use crate::doubt::Doubt;
use crate::drive::{Drive, DriveError};
use crate::evidence::Evidence;
use crate::judge::judge;
use crate::manner::Manner;
use crate::parallel;
use crate::rule::Profile;
use crate::rules;
use crate::runner::{Plan, check};
use crate::scenario::Scenario;
use crate::story::story;
use crate::verdict::Verdict;

use super::{innocent, mannered};
use std::sync::{Mutex, PoisonError};

/// What became of a client that behaves.
#[derive(Debug, Clone)]
pub struct Acquittal {
    /// Who it is; none is the reference client as it is.
    pub manner: Option<Manner>,
    /// Scenarios that were run.
    pub scenarios: usize,
    /// Rules that only recommend and are not followed, which is lawful.
    pub warned: Vec<&'static str>,
    /// What stands against it and must not: failures and doubts, told.
    pub wrong: Vec<String>,
}

/// Puts a client that behaves before every rule: the scenarios written by hand and so many drawn ones.
///
/// The reference client as it is must not even be warned, whatever the profile.
pub fn acquit(manner: Option<Manner>, seed: u64, cases: u64, smoke: bool, threads: usize) -> Acquittal {
    let profile = if manner.is_none() { Profile::Strict } else { Profile::Graph };
    let plan = Plan { seed, cases, smoke, profile, threads, ..Plan::default() };
    match manner {
        None => acquitted(manner, &innocent(), &plan),
        Some(known) => acquitted(manner, &mannered(known), &plan),
    }
}

fn acquitted(manner: Option<Manner>, drive: &dyn Drive, plan: &Plan) -> Acquittal {
    let watched = Doubting { drive, doubts: Mutex::default() };
    let report = check(&watched, plan);
    let least = if manner.is_none() { Verdict::Info } else { Verdict::Fail };
    let (wrong, warned): (Vec<_>, Vec<_>) = report.failures.iter().partition(|failure| failure.verdict >= least);
    let mut wrong: Vec<String> = wrong.into_iter().map(story).collect();
    wrong.extend(report.broken.iter().map(|broken| format!("broken: {broken}")));
    wrong.extend(watched.doubts.into_inner().unwrap_or_else(PoisonError::into_inner));
    let warned = warned.into_iter().map(|failure| failure.rule.id).collect();
    Acquittal { manner, scenarios: report.scenarios, warned, wrong }
}

/// What rules fail a client for in some scenarios, and what could not be run, told.
pub fn failed(drive: &dyn Drive, scenarios: &[Scenario], threads: usize) -> Vec<String> {
    let rules: Vec<_> = rules::all().filter(|rule| rule.check().is_some()).collect();
    let told = parallel::map(threads, scenarios, |scenario| {
        let judgement = match judge(drive, scenario, &rules, Profile::Graph) {
            Ok(judgement) => judgement,
            Err(error) => return vec![format!("scenario {}: {error}", scenario.id())],
        };
        let failing = judgement.opinions.into_iter().filter(|opinion| opinion.verdict >= Verdict::Fail);
        let told = failing.filter_map(|opinion| {
            Some(format!("{} in scenario {}: {}", opinion.rule.id, scenario.id(), opinion.breach?.text))
        });
        told.collect()
    });
    told.into_iter().flatten().collect()
}

/// A drive that keeps what makes one doubt its driver.
struct Doubting<'a> {
    drive: &'a dyn Drive,
    doubts: Mutex<Vec<String>>,
}

impl Drive for Doubting<'_> {
    fn capabilities(&self) -> Vec<String> {
        self.drive.capabilities()
    }

    fn tier(&self) -> &'static str {
        self.drive.tier()
    }

    fn run(&self, scenario: &Scenario) -> Result<Evidence, DriveError> {
        let evidence = self.drive.run(scenario)?;
        let doubts: Vec<Doubt> = crate::doubt::doubts(&evidence.case(scenario));
        let told = doubts.into_iter().map(|doubt| format!("scenario {}: {doubt}", scenario.id()));
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
        Ok(evidence)
    }
}
