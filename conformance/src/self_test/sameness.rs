//! The same seed gives the same, however much is done at the same time.

use crate::defect::Defect;
use crate::drive::Drive;
use crate::finding::Finding;
use crate::runner::{Plan, check};
use crate::scenario::Scenario;
use crate::shrink::Budget;
use crate::verdict::RuleReport;

use super::{faulty, innocent};

/// All that must be the same: scenarios, verdicts, findings, and what they were made to.
type Outcome = (Vec<String>, Vec<RuleReport>, Vec<Finding>, Vec<(Scenario, u32)>);

/// The clients of which two runs differ. Each runs alone, sixteen at a time, and sixteen at a time once more.
pub fn differing(cases: u64) -> Vec<String> {
    let mut differing = Vec::new();
    let mut compare = |who: String, drive: &dyn Drive| {
        let alone = outcome(drive, cases, 1);
        if alone != outcome(drive, cases, 16) || alone != outcome(drive, cases, 16) {
            differing.push(who);
        }
    };
    compare("the reference client".to_owned(), &innocent());
    for defect in [Defect::IgnoresRetryAfter, Defect::FirstPageOnly, Defect::RepeatsPostOn5xx] {
        compare(defect.to_string(), &faulty(defect));
    }
    differing
}

fn outcome(drive: &dyn Drive, cases: u64, threads: usize) -> Outcome {
    let budget = Budget { threads, ..Budget::default() };
    let plan = Plan { seed: 5, cases, smoke: false, threads, budget, ..Plan::default() };
    let scenarios = plan.scenarios().iter().map(Scenario::id).collect();
    let report = check(drive, &plan);
    let failures = report.failures.into_iter();
    let smallest = failures.map(|failure| (failure.smallest.scenario, failure.smallest.evaluations)).collect();
    (scenarios, report.rules, report.findings, smallest)
}
