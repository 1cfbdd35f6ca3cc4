//! How many defects are found, and after how many scenarios: by the generator, and by what is simpler.

use crate::defect::Defect;
use crate::generate;
use crate::parallel;
use crate::scenario::Scenario;

use super::{accusation, faulty, innocent, rule_of, unguided};

/// Scenarios in a run that nobody asked to be longer.
pub const BUDGET: u64 = 256;

/// Where scenarios come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Those written by hand, in their order.
    ByHand,
    /// Those written by hand for other rules: what they are worth for a defect that nobody thought of.
    ForOtherRules,
    /// The generator, without those written by hand before it.
    Drawn,
    /// Faults that are drawn evenly.
    Unguided,
}

/// After how many scenarios a defect is convicted by its own rule, for each seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunt {
    /// The defect.
    pub defect: Defect,
    /// One for each seed; none where it was not convicted.
    pub after: Vec<Option<u64>>,
}

/// What a way is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// Hunts, one for each defect and seed.
    pub hunts: usize,
    /// Those that ended within [`BUDGET`].
    pub kills: usize,
    /// Scenarios until half of all hunts ended; none if they did not.
    pub median: Option<u64>,
    /// Scenarios until nine tenths of all hunts ended; none if they did not.
    pub nine_tenths: Option<u64>,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Drawn, Self::ByHand, Self::ForOtherRules, Self::Unguided];

    /// As documents call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ByHand => "the scenarios written by hand, alone",
            Self::ForOtherRules => "those of them that were written for other rules",
            Self::Drawn => "the generator, alone",
            Self::Unguided => "faults drawn evenly",
        }
    }

    /// Hunts some defects with some seeds, up to so many scenarios each.
    pub fn hunt(self, defects: &[Defect], seeds: u64, limit: u64, threads: usize) -> Vec<Hunt> {
        // What is written by hand does not depend on a seed.
        let seeds = if matches!(self, Self::ByHand | Self::ForOtherRules) { 1 } else { seeds };
        let hunts: Vec<(Defect, u64)> =
            defects.iter().flat_map(|defect| (1..=seeds).map(|seed| (*defect, seed))).collect();
        let after = parallel::map(threads, &hunts, |(defect, seed)| self.first(*defect, *seed, limit));
        let of_one = after.chunks(usize::try_from(seeds).unwrap_or(usize::MAX).max(1));
        defects.iter().zip(of_one).map(|(defect, after)| Hunt { defect: *defect, after: after.to_vec() }).collect()
    }

    fn first(self, defect: Defect, seed: u64, limit: u64) -> Option<u64> {
        let (drive, rule) = (faulty(defect), rule_of(defect));
        let convicts = |scenario: &Scenario| accusation(&drive, rule, scenario).is_some();
        let place = match self {
            Self::ByHand => generate::smoke().iter().position(convicts),
            Self::ForOtherRules => {
                let own: Vec<String> = generate::smallest([rule]).iter().map(Scenario::id).collect();
                let others = generate::smoke().into_iter().filter(|scenario| !own.contains(&scenario.id()));
                others.collect::<Vec<_>>().iter().position(convicts)
            }
            Self::Drawn => return (0..limit).find(|at| convicts(&generate::scenario(seed, *at))).map(|at| at + 1),
            Self::Unguided => {
                let innocent = innocent();
                // Chance makes services that nobody could serve; what they say against everybody does not count.
                let found = |at: &u64| {
                    let scenario = unguided::scenario(seed, *at);
                    convicts(&scenario) && accusation(&innocent, rule, &scenario).is_none()
                };
                return (0..limit).find(found).map(|at| at + 1);
            }
        };
        place.map(|place| place as u64 + 1)
    }
}

/// What some hunts amount to.
pub fn worth(hunts: &[Hunt]) -> Worth {
    let within = |after: &Option<u64>| after.filter(|after| *after <= BUDGET);
    let mut after: Vec<u64> = hunts.iter().flat_map(|hunt| &hunt.after).filter_map(within).collect();
    let all = hunts.iter().map(|hunt| hunt.after.len()).sum::<usize>();
    after.sort_unstable();
    let share = |tenths: usize| after.get((all * tenths).div_ceil(10).saturating_sub(1)).copied();
    Worth { hunts: all, kills: after.len(), median: share(5), nine_tenths: share(9) }
}

#[cfg(test)]
mod tests {
    use super::{Hunt, worth};
    use crate::defect::Defect;

    #[test]
    fn whoever_gets_away_counts() {
        let hunt = Hunt { defect: Defect::Double, after: vec![Some(2), None, Some(9), Some(400)] };
        let worth = worth(&[hunt]);
        assert_eq!((worth.hunts, worth.kills, worth.median, worth.nine_tenths), (4, 2, Some(9), None));
    }
}
