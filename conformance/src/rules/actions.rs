//! Actions that must not be repeated or lost: IDM.

use super::observe::{Deed, ERRORS, RESET, SDK, claims, deeds, gap, is_action, is_ambiguous, repeated, rfc9110};
use super::scenes::resetting;
use crate::client_log::ErrorKind;
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::operation::{DeviceRef, Op};
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::stimulus::{Act, Endpoint, Point, RetryAfter, Stimulus};

fn repeated_blindly(case: &Case<'_>) -> Vec<Breach> {
    repeated(case)
        .into_iter()
        .filter(|((_, earlier), _)| is_action(earlier) && earlier.request.method == "POST" && is_ambiguous(earlier))
        .filter(|((_, earlier), (_, later))| earlier.request.repeats(&later.request))
        .map(|((at, earlier), (again, later))| {
            let what = earlier.response.status.map_or("no answer".to_owned(), |status| status.to_string());
            Breach::new(
                format!("after {what} the action was asked for again, {:.1} s later", gap(earlier, later)),
                vec![at, again],
            )
        })
        .collect()
}

/// Where what the client says of its resets and what became of them differ.
fn dishonest(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (place, claims) in claims(case) {
        let applied = case.end.resets.get(&place).copied().unwrap_or_default();
        let target = case.scenario.device_id(place).to_string();
        let witness: Vec<usize> = case
            .trace
            .numbered()
            .filter(|(_, exchange)| {
                is_action(exchange)
                    && (exchange.request.target.contains(&target) || exchange.request.body.contains(&target))
            })
            .map(|(at, _)| at)
            .collect();
        // Who is lied to may repeat the lie.
        let lied_to = witness
            .iter()
            .map(|at| &case.trace.exchanges[*at])
            .any(|exchange| exchange.response.is_success() && !exchange.stimuli.is_empty());
        if claims.done > applied && lied_to {
            continue;
        }
        let text = if claims.done > applied {
            format!("it says that {} resets of a device were accepted, and {applied} were", claims.done)
        } else if applied > claims.asked {
            format!("{} resets of a device were asked for, and {applied} were made", claims.asked)
        } else if applied > claims.done + claims.unknown {
            format!("it says that a reset was not made, and {applied} were")
        } else {
            continue;
        };
        breaches.push(Breach::new(text, witness));
    }
    breaches
}

fn success_repeated(case: &Case<'_>) -> Vec<Breach> {
    let accepted = |exchange: &crate::trace::Exchange| {
        exchange.endpoint == Some(Endpoint::Reset) && exchange.response.is_success() && exchange.response.whole
    };
    let mut breaches: Vec<Breach> = repeated(case)
        .into_iter()
        .filter(|((_, earlier), _)| accepted(earlier))
        .map(|((at, earlier), (again, _))| {
            let status = earlier.response.status.unwrap_or_default();
            Breach::new(format!("the reset was answered with {status} and asked for again"), vec![at, again])
        })
        .collect();
    // Whoever says that there was no answer in time may not have had this one, on a machine that has too much to do.
    let late = |deed: &Deed<'_>| {
        let error = deed.answer().and_then(|answer| answer.error.as_ref());
        error.is_some_and(|error| error.kind == ErrorKind::Timeout)
    };
    let failed = |deed: &Deed<'_>| !deed.claims_success() && !late(deed);
    for deed in deeds(case).filter(|deed| matches!(deed.op, Op::ResetPasscode { .. }) && failed(deed)) {
        if let Some((at, exchange)) =
            case.trace.during(deed.place).next_back().filter(|(_, exchange)| accepted(exchange))
        {
            let status = exchange.response.status.unwrap_or_default();
            breaches.push(Breach::new(format!("the reset was answered with {status}, and {}", deed.told()), vec![at]));
        }
    }
    breaches
}

fn framing(case: &Case<'_>) -> Vec<Breach> {
    case.trace
        .at(Endpoint::Reset)
        .filter(|(_, exchange)| exchange.request.method == "POST")
        .filter_map(|(at, exchange)| {
            let request = &exchange.request;
            if !request.body.is_empty() {
                return Some(Breach::lesser(format!("the reset was sent with a body: {}", request.body), vec![at]));
            }
            let has_length =
                request.header("content-length").is_some() || request.header("transfer-encoding").is_some();
            (!has_length).then(|| {
                Breach::new(
                    "the POST says nothing of its length; the service's front end refuses that with 411",
                    vec![at],
                )
            })
        })
        .collect()
}

/// The state that the wire last said during an operation.
fn state_on_the_wire(case: &Case<'_>, op: usize) -> Option<(usize, String)> {
    let (at, exchange) = case.trace.during(op).rfind(|(_, exchange)| exchange.endpoint == Some(Endpoint::Get))?;
    if !exchange.stimuli.is_empty() || !exchange.response.is_success() {
        return None;
    }
    let json = exchange.response.json();
    let results = json["deviceActionResults"].as_array()?;
    let state = results.iter().find(|result| result["actionName"] == "resetPasscode")?["actionState"].as_str()?;
    Some((at, state.to_owned()))
}

fn states(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        .filter(|deed| matches!(deed.op, Op::GetActionResult { .. }))
        .filter_map(|deed| {
            let (at, wire) = state_on_the_wire(case, deed.place)?;
            let answer = deed.answer()?;
            if !answer.ok {
                return Some(Breach::new(format!("the service said {wire}, and {}", deed.told()), vec![at]));
            }
            let told = answer.state.as_deref()?;
            (told != wire)
                .then(|| Breach::new(format!("the service said {wire}, and the client says {told}"), vec![at]))
        })
        .collect()
}

fn one_reset_meets(act: Act) -> crate::scenario::Scenario {
    resetting().with(Stimulus::once(Endpoint::Reset, 1, act).applied())
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "IDM-01",
        summary: "An action whose outcome nobody knows is not asked for again by itself.",
        levels: Levels::all(Level::Must).sdk(Level::May),
        sources: &[rfc9110::IDEMPOTENCE, super::observe::GUIDELINES],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| case.trace.exchanges.iter().any(|exchange| is_action(exchange) && is_ambiguous(exchange)),
            judge: repeated_blindly,
            minimal: &[|| one_reset_meets(Act::status(504)), || one_reset_meets(Act::Reset { at: Point::Start })],
            convicts: &[Defect::RepeatsPostOn5xx, Defect::RepeatsPostOnReset],
        }),
    },
    Rule {
        id: "IDM-03",
        summary: "What a client says of an action agrees with what became of it; where it cannot know, it says so.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::IDEMPOTENCE],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                case.trace.exchanges.iter().any(|exchange| is_action(exchange) && !exchange.response.is_success())
            },
            judge: dishonest,
            minimal: &[|| {
                resetting()
                    .with(Stimulus::once(Endpoint::Reset, 1, Act::come_again(429, RetryAfter::Seconds(1))).times(1_000))
            }],
            convicts: &[Defect::ClaimsSuccess],
        }),
    },
    Rule {
        id: "IDM-05",
        summary: "Any 2xx means that an action was accepted, with or without a body.",
        levels: Levels::all(Level::Must),
        sources: &[SDK, RESET],
        needs: &["op.reset"],
        watch: Watch::Case(Check {
            met: |case| case.trace.at(Endpoint::Reset).any(|(_, exchange)| exchange.response.is_success()),
            judge: success_repeated,
            minimal: &[resetting],
            convicts: &[Defect::RepeatsPostOn204],
        }),
    },
    Rule {
        id: "IDM-06",
        summary: "A reset is a POST without a body that says so by its length.",
        levels: Levels::all(Level::Must),
        sources: &[RESET, rfc9110::LENGTH, ERRORS],
        needs: &["op.reset"],
        watch: Watch::Case(Check {
            met: |case| case.trace.at(Endpoint::Reset).next().is_some(),
            judge: framing,
            minimal: &[resetting],
            convicts: &[Defect::NoContentLength, Defect::InventsBody],
        }),
    },
    Rule {
        id: "IDM-07",
        summary: "The state of an action reaches the caller as it is: pending is not done.",
        levels: Levels::all(Level::Should),
        sources: &[RESET],
        needs: &["op.action_result"],
        watch: Watch::Case(Check {
            met: |case| {
                deeds(case).any(|deed| {
                    matches!(deed.op, Op::GetActionResult { .. }) && state_on_the_wire(case, deed.place).is_some()
                })
            },
            judge: states,
            minimal: &[|| {
                let mut scenario = resetting();
                scenario.program.push(Op::GetActionResult { device: DeviceRef::At(0) });
                scenario
            }],
            convicts: &[Defect::StuckPending],
        }),
    },
    Rule {
        id: "IDM-08",
        summary: "409 and 412 are not repeated without reading again first.",
        levels: Levels::all(Level::Should),
        sources: &[rfc9110::PRECONDITIONS],
        needs: &[],
        watch: Watch::Not("no operation of the protocol sends a precondition"),
    },
];
