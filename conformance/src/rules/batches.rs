//! Many requests in one: BAT.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::observe::{BATCHING, SDK, THROTTLING, deeds, gap};
use super::scenes::batch;
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::operation::Op;
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::scenario::Scenario;
use crate::stimulus::{Act, Endpoint, RetryAfter, Stimulus};
use crate::trace::Exchange;

/// Requests in a batch (documented: JSON batching).
const LIMIT: usize = 20;

fn requests(exchange: &Exchange) -> Vec<Json> {
    let body: Json = serde_json::from_str(&exchange.request.body).unwrap_or_default();
    body["requests"].as_array().cloned().unwrap_or_default()
}

fn responses(exchange: &Exchange) -> Vec<Json> {
    exchange.response.json()["responses"].as_array().cloned().unwrap_or_default()
}

/// Where the answer to a request of a batch is: verb and URL, and its answer.
fn answered(exchange: &Exchange) -> Vec<(String, Json)> {
    let answers = responses(exchange);
    requests(exchange)
        .into_iter()
        .filter_map(|request| {
            let answer = answers.iter().find(|answer| answer["id"] == request["id"])?.clone();
            Some((format!("{} {}", request["method"].as_str()?, request["url"].as_str()?), answer))
        })
        .collect()
}

/// The batches whose answers arrived whole, or not at all.
fn batches<'a>(case: &Case<'a>) -> Vec<(usize, &'a Exchange)> {
    let cut = |exchange: &Exchange| exchange.response.is_success() && !exchange.response.whole;
    case.trace.at(Endpoint::Batch).filter(|(_, exchange)| !cut(exchange)).collect()
}

fn shape(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, exchange) in batches(case) {
        let requests = requests(exchange);
        if requests.len() > LIMIT {
            breaches.push(Breach::new(format!("there are {} requests in a batch", requests.len()), vec![at]));
        }
        let ids: BTreeSet<String> =
            requests.iter().filter_map(|request| Some(request["id"].as_str()?.to_lowercase())).collect();
        if ids.len() < requests.len() {
            breaches.push(Breach::new("requests of a batch share an id", vec![at]));
        }
        if requests.iter().any(|request| request["url"].as_str().is_some_and(|url| url.contains("://"))) {
            breaches.push(Breach::new("a request of a batch has an absolute URL", vec![at]));
        }
    }
    breaches
}

/// What the client says of a device, against what the last answer for it said.
fn misjudged(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for deed in deeds(case).filter(|deed| matches!(deed.op, Op::BatchReset { .. })) {
        let results = deed.answer().and_then(|answer| answer.results.as_deref()).unwrap_or_default();
        for result in results {
            let last = batches(case)
                .into_iter()
                .filter(|(_, exchange)| exchange.during == Some(deed.place) && exchange.response.is_success())
                .flat_map(|(at, exchange)| answered(exchange).into_iter().map(move |(what, answer)| (at, what, answer)))
                .rfind(|(_, what, _)| what.contains(&result.device_id));
            let Some((at, _, answer)) = last else { continue };
            let status = answer["status"].as_u64().unwrap_or_default();
            if result.ok != (200..300).contains(&status) {
                let told = if result.ok { "it went well" } else { "it failed" };
                breaches.push(Breach::new(
                    format!("the answer inside the batch was {status}, and the client says that {told}"),
                    vec![at],
                ));
            }
        }
    }
    breaches
}

fn is_mixed(exchange: &Exchange) -> bool {
    let statuses: BTreeSet<bool> = responses(exchange)
        .iter()
        .filter_map(|answer| Some((200..300).contains(&answer["status"].as_u64()?)))
        .collect();
    statuses.contains(&false)
}

fn is_reordered(exchange: &Exchange) -> bool {
    let order = |list: Vec<Json>| -> Vec<String> {
        list.iter().filter_map(|one| Some(one["id"].as_str()?.to_owned())).collect()
    };
    exchange.response.is_success() && order(requests(exchange)) != order(responses(exchange))
}

/// Parts of batches that were throttled inside.
fn throttled_inside(exchange: &Exchange) -> Vec<(String, Option<f64>)> {
    answered(exchange)
        .into_iter()
        .filter(|(_, answer)| answer["status"] == 429)
        .map(|(what, answer)| {
            let headers = answer["headers"].as_object();
            let wait =
                headers.and_then(|headers| headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after")));
            (what, wait.and_then(|(_, value)| value.as_str()?.parse().ok()))
        })
        .collect()
}

fn repeated_parts(case: &Case<'_>) -> Vec<Breach> {
    let all = batches(case);
    let mut breaches = Vec::new();
    for (place, (at, earlier)) in all.iter().enumerate() {
        let throttled = throttled_inside(earlier);
        if throttled.is_empty() {
            continue;
        }
        let Some((again, later)) = all[place + 1..].iter().find(|(_, later)| later.during == earlier.during) else {
            continue;
        };
        let asked: Vec<String> = answered(later).into_iter().map(|(what, _)| what).collect();
        let done = answered(earlier)
            .into_iter()
            .filter(|(_, answer)| answer["status"].as_u64().is_some_and(|status| status < 300));
        if done.into_iter().any(|(what, _)| asked.contains(&what)) {
            breaches.push(Breach::new(
                "a part of a batch that was done is asked for again with one that was throttled",
                vec![*at, *again],
            ));
        }
        let waited = gap(earlier, later);
        let early = throttled.iter().any(|(what, wait)| {
            asked.contains(what) && wait.is_some_and(|wait| waited < wait - super::observe::ROUNDING)
        });
        if early {
            breaches.push(Breach::new(
                format!("a throttled part of a batch came again after {waited:.3} s"),
                vec![*at, *again],
            ));
        }
    }
    breaches
}

/// Three devices, the reset of one of which is throttled inside the batch.
fn one_throttled() -> Scenario {
    batch(3).with(Stimulus::once(Endpoint::Reset, 2, Act::come_again(429, RetryAfter::Seconds(7))))
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "BAT-01",
        summary: "A batch has at most 20 requests with ids of their own and relative URLs.",
        levels: Levels::all(Level::Must),
        sources: &[BATCHING, SDK],
        needs: &["op.batch_reset"],
        watch: Watch::Case(Check {
            met: |case| {
                !batches(case).is_empty()
                    && case
                        .scenario
                        .program
                        .iter()
                        .any(|op| matches!(op, Op::BatchReset { .. }) && op.resets(case.scenario).len() > LIMIT)
            },
            judge: shape,
            minimal: &[|| batch(21)],
            convicts: &[Defect::LargeBatch],
        }),
    },
    Rule {
        id: "BAT-02",
        summary: "Answers of a batch are found by their ids, in whatever order they come.",
        levels: Levels::all(Level::Must),
        sources: &[BATCHING],
        needs: &["op.batch_reset"],
        watch: Watch::Case(Check {
            met: |case| batches(case).iter().any(|(_, exchange)| is_reordered(exchange) && is_mixed(exchange)),
            judge: |case| {
                if batches(case).iter().any(|(_, exchange)| is_reordered(exchange)) {
                    misjudged(case)
                } else {
                    Vec::new()
                }
            },
            minimal: &[mixed],
            convicts: &[Defect::ByPosition],
        }),
    },
    Rule {
        id: "BAT-03",
        summary: "Each answer inside a batch is judged by itself, whatever the outer status.",
        levels: Levels::all(Level::Must),
        sources: &[BATCHING],
        needs: &["op.batch_reset"],
        watch: Watch::Case(Check {
            met: |case| batches(case).iter().any(|(_, exchange)| is_mixed(exchange)),
            judge: misjudged,
            minimal: &[mixed],
            convicts: &[Defect::OuterSuccess],
        }),
    },
    Rule {
        id: "BAT-04",
        summary: "Of a batch only what was throttled comes again, and not before its time.",
        levels: Levels::all(Level::Must),
        sources: &[THROTTLING, SDK],
        needs: &["op.batch_reset"],
        watch: Watch::Case(Check {
            met: |case| batches(case).iter().any(|(_, exchange)| !throttled_inside(exchange).is_empty()),
            judge: repeated_parts,
            minimal: &[one_throttled],
            convicts: &[Defect::RetriesWholeBatch, Defect::InnerRetryAfterIgnored],
        }),
    },
    Rule {
        id: "BAT-05",
        summary: "What depends on a failed part comes again with it.",
        levels: Levels::all(Level::Should),
        sources: &[BATCHING, SDK],
        needs: &[],
        watch: Watch::Not("the resets of a batch do not depend on one another"),
    },
    Rule {
        id: "BAT-07",
        summary: "A link inside a batch is followed outside it.",
        levels: Levels::all(Level::Must),
        sources: &[SDK],
        needs: &[],
        watch: Watch::Not("no operation of the protocol lists by a batch"),
    },
];

/// Two devices, one of which has no passcode to reset.
fn mixed() -> Scenario {
    let mut scenario = batch(2);
    "macos".clone_into(&mut scenario.tenant.devices[0].row);
    scenario
}
