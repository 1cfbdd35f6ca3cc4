//! How long a client that behaves may wait because of a scenario.

use crate::operation::Op;
use crate::scenario::Scenario;
use crate::stimulus::BodyKind::{Empty, EmptyObject, Html, InStreamError, InvalidJson, TruncatedJson};
use crate::stimulus::{Act, PageKind, RetryAfter, Stimulus};

/// How long a client waits for an answer that does not come. It is told to wait for five seconds; many wait longer.
pub const TIMEOUT: u64 = 12;
/// Repetitions that clients make where they are left to themselves.
const REPETITIONS: u32 = 4;

/// The seconds that all stimuli of a scenario and its own pauses may take.
pub fn of(scenario: &Scenario) -> u64 {
    let pauses: u64 = scenario
        .program
        .iter()
        .map(|op| match op {
            Op::Pause { seconds } => u64::from(*seconds),
            _ => 0,
        })
        .sum();
    pauses + scenario.stimuli.iter().map(because_of).sum::<u64>()
}

/// The seconds that a client may lawfully take because of a stimulus.
pub fn because_of(stimulus: &Stimulus) -> u64 {
    let times = stimulus.times.min(REPETITIONS);
    let own: u64 = (0..times.min(3)).map(|repetition| 3 << repetition).sum();
    let for_each = |seconds: u64| seconds * u64::from(times);
    match &stimulus.act {
        Act::Status { code: 200..=399, .. } => 0,
        Act::Status { retry_after: Some(RetryAfter::Seconds(seconds)), .. } => for_each(u64::from(*seconds)),
        Act::Status { retry_after: Some(RetryAfter::Date { ahead, .. }), .. } => for_each(u64::from(ahead.0) + 1),
        Act::Status { retry_after: Some(RetryAfter::Raw(text)), .. } => {
            // A number that cannot be read means the client's own back-off, or what it says after all.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to what a wait can be")]
            let said = text.trim().parse::<f64>().map_or(0, |seconds| seconds.clamp(0.0, 1e6).ceil() as u64);
            own.max(for_each(said))
        }
        // Who cannot read an answer may ask for it again.
        Act::Status { code: 408 | 423 | 429 | 500..=599, .. }
        | Act::Reset { .. }
        | Act::Truncate { .. }
        | Act::Page { kind: PageKind::NoValue }
        | Act::Body { kind: Empty | EmptyObject | Html | InStreamError | InvalidJson | TruncatedJson } => own,
        Act::Stall { length, .. } => own + for_each(u64::from(length.0).min(TIMEOUT)),
        // Thirty kilobytes at most are asked for here.
        Act::Slow { bytes_per_second } => for_each(30_000 / u64::from((*bytes_per_second).max(1))),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{BodyKind, Endpoint};

    #[test]
    fn only_what_makes_clients_wait_is_counted() {
        let once = |act| because_of(&Stimulus::once(Endpoint::List, 1, act));
        assert_eq!(once(Act::come_again(429, RetryAfter::Seconds(7))), 7);
        assert_eq!(once(Act::come_again(429, RetryAfter::Raw("7.5".to_owned()))), 8);
        assert_eq!(once(Act::status(503)), 3);
        assert_eq!(once(Act::status(403)), 0);
        assert_eq!(once(Act::Body { kind: BodyKind::Bom }), 0);
        assert_eq!(once(Act::Body { kind: BodyKind::TruncatedJson }), 3);
        let mut scenario = Scenario::new(1);
        scenario.program = vec![Op::Pause { seconds: 5 }];
        scenario.stimuli = vec![Stimulus::once(Endpoint::List, 1, Act::status(503)).times(2)];
        assert_eq!(of(&scenario), 14);
    }
}
