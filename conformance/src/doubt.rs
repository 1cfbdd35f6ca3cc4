//! Doubts about a driver: where what a client is said to have done is not what went over the wire.
//!
//! A driver is dumb: whatever it does by itself is taken for the client's doing. These are the four ways in which drivers
//! are too clever, each recognised by what no client that is driven faithfully leaves behind.

use std::fmt;

use crate::client_log::{Answer, DeviceSeen, End};
use crate::evidence::Case;
use crate::operation::Op;
use crate::trace::{Exchange, Party};

/// What is wrong with a driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It gives what it remembers.
    AnswersFromCache,
    /// It gives success for failure.
    SwallowsErrors,
    /// It carries numbers of 64 bits through something smaller.
    LosesDigits,
    /// It tries again what the client gave up.
    Retries,
}

/// A reason to look at the driver before the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What seems to be wrong.
    pub kind: Kind,
    /// The place of the operation in the program.
    pub op: usize,
    /// What happened, in a sentence.
    pub text: String,
}

/// The doubts that a scenario leaves.
pub fn doubts(case: &Case<'_>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for performed in &case.log.operations {
        let (Some(op), End::Answered(answer)) = (case.scenario.program.get(performed.op), &performed.end) else {
            continue;
        };
        let exchanges: Vec<&Exchange> = case.trace.during(performed.op).map(|(_, exchange)| exchange).collect();
        let mut doubt = |kind, text: String| {
            doubts.push(Doubt { kind, op: performed.op, text: format!("{}: {text}", op.name().unwrap_or("pause")) });
        };
        if answer.ok && !matches!(op, Op::BatchReset { .. }) {
            match exchanges.last() {
                None => doubt(Kind::AnswersFromCache, "it succeeds, and nothing was sent".to_owned()),
                Some(last) if has_failed(last) => {
                    let status = last.response.status.map_or("no answer".to_owned(), |status| status.to_string());
                    doubt(Kind::SwallowsErrors, format!("it succeeds, and the last it got was {status}"));
                }
                Some(_) => {}
            }
        }
        if let Some(text) = lost_digits(case, answer) {
            doubt(Kind::LosesDigits, text);
        }
        if !case.claims("retry.auto")
            && let Some(text) = tried_again(&exchanges)
        {
            doubt(Kind::Retries, text);
        }
    }
    doubts
}

fn has_failed(exchange: &Exchange) -> bool {
    // What a stranger answers, or what was broken off on its way, may have been of no use to anybody.
    exchange.party == Party::Service && exchange.response.status.is_none_or(|status| status >= 400)
}

/// A size that is what a smaller number would make of the true one.
fn lost_digits(case: &Case<'_>, answer: &Answer) -> Option<String> {
    let given = answer.devices.iter().flatten().chain(&answer.device);
    given.into_iter().find_map(|device: &DeviceSeen| {
        let place = case.scenario.place_of(device.get("id")?.as_str()?)?;
        let given: i64 = device.get("totalStorageSpaceInBytes")?.as_str()?.parse().ok()?;
        let truth = case.scenario.tenant.devices.get(place)?.storage;
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "that is what they do")]
        let smaller = [("53", truth as f64 as i64), ("32", i64::from(truth as i32))];
        let bits = smaller.into_iter().find(|(_, shrunk)| given != truth && given == *shrunk)?.0;
        Some(format!("{truth} came as {given}, which is what {bits} bits hold of it"))
    })
}

/// The same request again, after a refusal that is no answer, by a client that says it does no such thing.
fn tried_again(exchanges: &[&Exchange]) -> Option<String> {
    exchanges.iter().enumerate().find_map(|(at, first)| {
        let refused = first.response.status.is_none_or(|status| matches!(status, 429 | 500..=599));
        let again = exchanges[at + 1..].iter().filter(|later| later.request.repeats(&first.request)).count();
        (refused && again > 0).then(|| {
            let (method, status) = (&first.request.method, first.response.status);
            let status = status.map_or("no answer".to_owned(), |status| status.to_string());
            format!("{method} was sent {again} more times after {status}, by a client without retry.auto")
        })
    })
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnswersFromCache => "the driver answers from a cache",
            Self::SwallowsErrors => "the client or its driver swallows errors",
            Self::LosesDigits => "the client or its driver loses digits",
            Self::Retries => "the driver tries again by itself",
        })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.kind, self.text)
    }
}
