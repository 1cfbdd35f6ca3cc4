//! How long an operation may take before a client is said to hang.

use std::time::Duration;

use crate::scenario::Scenario;
use crate::stimulus::{Act, Stimulus};
use crate::tempo::Tempo;
use crate::waits;

/// What an operation takes where nothing slows it down, generously.
const USUAL: u64 = 15;
/// Whoever is asked to wait longer than this in all is not waited for.
const LONG: u64 = 40;
/// How long such a client is watched for coming back too early.
const WINDOW: u64 = 12;
/// What a process takes until it is up to speed, on a machine that has other things to do.
const START: Duration = Duration::from_secs(45);

/// How long to wait for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    /// Until when an operation must be answered.
    pub(super) deadline: Duration,
    /// Whether the client may lawfully take longer.
    pub(super) is_cut_short: bool,
}

impl Patience {
    /// The patience that a scenario asks for: three times the waits that it asks the client for, and a while.
    ///
    /// All of it passes on the wall, where waits are shorter if the client's clock is fast. What its machine takes is not.
    pub(super) fn with(scenario: &Scenario, tempo: Tempo) -> Self {
        let waits: u64 = scenario.stimuli.iter().map(waits::because_of).sum();
        let waits = waits.div_ceil(u64::from(tempo.times()));
        if waits > LONG {
            return Self { deadline: Duration::from_secs(WINDOW), is_cut_short: true };
        }
        // No published timeout is unlawful: whoever still waits for an answer then is not said to hang.
        let stalls = |stimulus: &Stimulus| matches!(&stimulus.act, Act::Stall { length, .. } if u64::from(length.0) > waits::TIMEOUT);
        let is_cut_short = scenario.stimuli.iter().any(stalls);
        Self { deadline: Duration::from_secs(waits * 3 / (1 + u64::from(is_cut_short)) + USUAL), is_cut_short }
    }

    /// The same for a client whose process has only just begun and may still load what it needs.
    pub(super) fn with_its_start(self) -> Self {
        Self { deadline: self.deadline + START, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Endpoint, RetryAfter, Seconds};

    #[test]
    fn whoever_is_asked_to_wait_gets_three_times_as_long() {
        let patience = |act: Act| {
            let mut scenario = Scenario::new(1);
            scenario.stimuli.push(Stimulus::once(Endpoint::List, 1, act));
            Patience::with(&scenario, Tempo::Wall)
        };
        let asked = |seconds| Act::come_again(429, RetryAfter::Seconds(seconds));
        assert_eq!(patience(asked(7)), Patience { deadline: Duration::from_secs(36), is_cut_short: false });
        assert!(patience(asked(600)).is_cut_short);
        let warped = |seconds| {
            let mut scenario = Scenario::new(1);
            scenario.stimuli.push(Stimulus::once(Endpoint::List, 1, asked(seconds)));
            Patience::with(&scenario, Tempo::FAST)
        };
        let of_a_second = Patience { deadline: Duration::from_secs(3 + USUAL), is_cut_short: false };
        assert_eq!(warped(7), of_a_second, "what took 7 s takes less than one");
        assert!(!warped(200).is_cut_short && warped(600).is_cut_short, "longer waits can be seen to their end");
        assert_eq!(patience(Act::status(404)).deadline, Duration::from_secs(USUAL));
        let date = RetryAfter::Date { date: crate::stimulus::DateForm::Imf, ahead: Seconds(9) };
        assert_eq!(patience(Act::come_again(503, date)).deadline, Duration::from_secs(45));
    }
}
