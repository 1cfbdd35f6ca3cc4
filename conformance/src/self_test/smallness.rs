//! How small a conviction becomes, beside what was written by hand, and what that costs.

use crate::defect::Defect;
use crate::generate;
use crate::parallel;
use crate::rule::Profile;
use crate::scenario::Scenario;
use crate::shrink::{Budget, smallest};

use super::comparison::Hunt;
use super::{accusation, faulty, rule_of};

/// A conviction that was made small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shrunk {
    /// The defect.
    pub defect: Defect,
    /// Operations and stimuli in which it was found.
    pub found: usize,
    /// Those that were left.
    pub left: usize,
    /// Those of the smallest scenario written by hand that convicts it.
    pub by_hand: usize,
    /// Scenarios that were run for it.
    pub evaluations: u32,
}

impl Shrunk {
    /// Whether it is as small as promised: at most one more than by hand.
    pub const fn is_small(&self) -> bool {
        self.left <= self.by_hand + 1
    }
}

/// Makes the first drawn conviction of each defect small, as the generator found it with the first seed.
pub fn shrunk(hunts: &[Hunt], threads: usize) -> Vec<Shrunk> {
    let found: Vec<(Defect, u64)> =
        hunts.iter().filter_map(|hunt| Some((hunt.defect, (*hunt.after.first()?)?))).collect();
    let shrunk = parallel::map(threads, &found, |(defect, after)| one(*defect, &generate::scenario(1, after - 1)));
    shrunk.into_iter().flatten().collect()
}

fn one(defect: Defect, scenario: &Scenario) -> Option<Shrunk> {
    let (drive, rule) = (faulty(defect), rule_of(defect));
    let verdict = accusation(&drive, rule, scenario)?.verdict;
    let by_hand = rule.check()?.minimal.iter().map(|write| write());
    let by_hand = by_hand.filter(|scenario| accusation(&drive, rule, scenario).is_some());
    let by_hand = by_hand.map(|scenario| scenario.size().0).min()?;
    let budget = Budget { threads: 1, ..Budget::default() };
    let smallest = smallest(&drive, rule, Profile::Graph, verdict, scenario, budget)?;
    let (found, left) = (scenario.size().0, smallest.scenario.size().0);
    Some(Shrunk { defect, found, left, by_hand, evaluations: smallest.evaluations })
}

/// The number of evaluations that half of the searches did with.
pub fn median(shrunk: &[Shrunk]) -> u32 {
    let mut evaluations: Vec<u32> = shrunk.iter().map(|shrunk| shrunk.evaluations).collect();
    evaluations.sort_unstable();
    evaluations.get(evaluations.len() / 2).copied().unwrap_or_default()
}
