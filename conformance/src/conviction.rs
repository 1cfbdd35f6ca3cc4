//! A conviction as results keep it: what was to happen, what the client said, and what went over the wire. Pages, HAR files and
//! failures that can be run again are all made of it. Its length is bounded, whatever the client did.

use serde::{Deserialize, Serialize};

use crate::scenario::Scenario;
use crate::story::{self, Told};
use crate::trace::{Exchange, Moment};
use crate::verdict::Verdict;

/// Exchanges that are kept: so many of the first ones, and as many of the last ones.
pub const KEPT_AT_EITHER_END: usize = 60;
/// Bytes of a body that are kept.
pub const BODY: usize = 16 * 1024;
/// Bytes of a target or of a header's value that are kept.
const TEXT: usize = 4 * 1024;

/// A conviction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conviction {
    /// What the breach amounts to, before waivers, and before anybody looked whether it happens again.
    pub verdict: Verdict,
    /// What the rule says against the client.
    pub text: String,
    /// What was to happen.
    pub scenario: Scenario,
    /// What the client was asked, and what it said.
    pub operations: Vec<Performed>,
    /// What went over the wire.
    pub exchanges: Vec<Kept>,
    /// How many exchanges in the middle are not kept.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

/// An operation in the words of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Performed {
    /// Its place in the program.
    pub op: usize,
    /// What the client was asked.
    pub asked: String,
    /// When.
    pub began: Moment,
    /// What it said in the end.
    pub said: String,
    /// When.
    pub ended: Moment,
}

/// An exchange. Secrets have a hash in their place, and long texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Its place among all exchanges of the scenario.
    pub number: usize,
    /// Whether it is one of those that prove the breach.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proves: bool,
    /// What the simulator did to it on purpose, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<String>,
    /// The bytes of the request's body.
    pub request_bytes: usize,
    /// The bytes of the answer's body.
    pub response_bytes: usize,
    /// What was asked and answered.
    #[serde(flatten)]
    pub exchange: Exchange,
}

impl Conviction {
    /// What is kept of what is told.
    pub fn of(told: &Told<'_>, verdict: Verdict) -> Self {
        let exchanges = &told.evidence.trace.exchanges;
        let left_out = exchanges.len().saturating_sub(2 * KEPT_AT_EITHER_END);
        let is_kept = |at: usize| left_out == 0 || at < KEPT_AT_EITHER_END || at >= KEPT_AT_EITHER_END + left_out;
        let operations = told.evidence.log.operations.iter().map(|performed| Performed {
            op: performed.op,
            asked: told.scenario.program.get(performed.op).map_or_else(String::new, |op| told.wanted(op)),
            began: performed.began,
            said: story::end(performed, &told.evidence.end.secrets),
            ended: performed.ended,
        });
        Self {
            verdict,
            text: told.text.to_owned(),
            scenario: told.scenario.clone(),
            operations: operations.collect(),
            exchanges: told
                .evidence
                .trace
                .numbered()
                .filter(|(at, _)| is_kept(*at))
                .map(|(at, exchange)| Kept::of(at, exchange, told))
                .collect(),
            left_out,
        }
    }
}

impl Kept {
    fn of(number: usize, exchange: &Exchange, told: &Told<'_>) -> Self {
        let stimuli = exchange.stimuli.iter().filter_map(|place| told.scenario.stimuli.get(*place));
        let mut kept = Self {
            number,
            proves: told.witness.contains(&number),
            done: stimuli.map(story::act).collect(),
            request_bytes: exchange.request.body.len(),
            response_bytes: exchange.response.body.len(),
            exchange: exchange.clone(),
        };
        let Exchange { request, response, .. } = &mut kept.exchange;
        cut(&mut request.target, TEXT);
        cut(&mut request.body, BODY);
        cut(&mut response.body, BODY);
        request.headers.iter_mut().chain(&mut response.headers).for_each(|(_, value)| cut(value, TEXT));
        kept
    }
}

/// Cuts a text at a letter's end.
fn cut(text: &mut String, limit: usize) {
    text.truncate(text.floor_char_boundary(limit));
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
