//! Giving errors to the caller: ERR.

use super::observe::{
    ERRORS, GUIDELINES, ODATA, PRACTICES, ROBUSTNESS, SDK, deeds, hits, met, met_only, without, wrong,
};
use super::scenes::{getting, list_meets, listing};
use crate::client_log::{ClientError, End};
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::operation::Op;
use crate::rule::{Check, Level, Levels, Rule, Twin, Watch};
use crate::scenario::Scenario;
use crate::stimulus::{Act, BodyKind, Endpoint, ErrorBody, PageKind, Stimulus};
use crate::trace::{Exchange, Party};

/// Errors that were the last thing an operation heard from the service, with what the client made of them.
fn final_errors<'a>(case: &Case<'a>) -> Vec<(usize, &'a Exchange, &'a ClientError)> {
    deeds(case)
        .filter_map(|deed| {
            let (at, last) = case.trace.during(deed.place).next_back()?;
            let error = deed.answer()?.error.as_ref()?;
            let graph =
                last.endpoint.is_some_and(|endpoint| endpoint != Endpoint::Token && endpoint != Endpoint::Batch);
            // Of an answer that ends too early nobody can be sure.
            let is_last_word = graph && last.response.whole && last.response.status.is_some_and(|status| status >= 400);
            (is_last_word && !is_about_success(case, deed.place, error)).then_some((at, last, error))
        })
        .collect()
}

/// Whether an error may be about a success that was spoiled, and not about what was heard last: who asks for the next page
/// before looking at this one hears of the next one first.
fn is_about_success(case: &Case<'_>, op: usize, error: &ClientError) -> bool {
    let is_of_success = error.status.is_none_or(|status| (200..300).contains(&status));
    is_of_success
        && case.trace.during(op).any(|(_, exchange)| exchange.response.is_success() && !exchange.stimuli.is_empty())
}

fn surfaced(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, last, error) in final_errors(case) {
        let status = last.response.status.unwrap_or_default();
        if error.status != Some(status) {
            let told = error.status.map_or("none".to_owned(), |status| status.to_string());
            breaches.push(Breach::new(
                format!("the service said {status}, and the client's error has the status {told}"),
                vec![at],
            ));
        } else if let Some(id) = last.response.header("request-id")
            && error.request_id.as_deref() != Some(id)
        {
            breaches.push(Breach::lesser("the error does not hold the request-id of the answer", vec![at]));
        }
    }
    breaches
}

/// Errors of which the client lost the status, or crashed, when it met such a body.
fn lost(case: &Case<'_>, is: impl Fn(&Act) -> bool + Copy) -> Vec<Breach> {
    let mut breaches: Vec<Breach> = final_errors(case)
        .into_iter()
        .filter(|(_, last, error)| super::observe::hit(case, last, is) && error.status != last.response.status)
        .map(|(at, last, error)| {
            let status = last.response.status.unwrap_or_default();
            Breach::new(
                format!(
                    "the body of the {status} hid its status: {}",
                    error.message.as_deref().unwrap_or("without words")
                ),
                vec![at],
            )
        })
        .collect();
    for deed in deeds(case).filter(|deed| matches!(deed.performed.end, End::Crashed(_))) {
        if let Some((at, _)) = hits(case, is).find(|(_, exchange)| exchange.during == Some(deed.place)) {
            breaches.push(Breach::new(deed.told(), vec![at]));
        }
    }
    breaches
}

fn has_body(act: &Act, bodies: &[ErrorBody]) -> bool {
    matches!(act, Act::Status { body: Some(body), .. } if bodies.contains(body))
}

fn unreadable(act: &Act) -> bool {
    has_body(act, &[ErrorBody::Html, ErrorBody::Empty])
        || matches!(act, Act::Status { code: 400.., body: Some(ErrorBody::Html), .. })
}

fn odd(act: &Act) -> bool {
    has_body(act, &[ErrorBody::Throttled, ErrorBody::EmptyMessage, ErrorBody::SentenceAsCode])
}

fn nested(act: &Act) -> bool {
    has_body(act, &[ErrorBody::Nested, ErrorBody::NestedTwice])
}

fn is_half_success(act: &Act) -> bool {
    matches!(
        act,
        Act::Page { kind: PageKind::NoValue } | Act::Body { kind: BodyKind::InStreamError | BodyKind::EmptyObject }
    )
}

fn ends_in_404(case: &Case<'_>) -> Vec<usize> {
    deeds(case)
        .filter(|deed| matches!(deed.op, Op::ListDevices { .. } | Op::FindDevice { .. }))
        .filter_map(|deed| case.trace.during(deed.place).next_back())
        .filter(|(_, last)| last.response.status == Some(404))
        .map(|(at, _)| at)
        .collect()
}

fn told_secrets(case: &Case<'_>) -> Vec<Breach> {
    let tells = |text: &str| case.end.secrets.iter().any(|secret| secret.len() >= 8 && text.contains(secret.as_str()));
    let mut breaches = Vec::new();
    for deed in deeds(case) {
        let text = match &deed.performed.end {
            End::Answered(answer) => serde_json::to_string(&answer.error).unwrap_or_default(),
            End::Crashed(said) => said.clone(),
            End::Hung | End::NotAwaited => String::new(),
        };
        if tells(&text) {
            let witness = case.trace.during(deed.place).last().map(|(at, _)| at).into_iter().collect::<Vec<_>>();
            breaches.push(Breach::new("there is a token or a secret in the text of an error", witness));
        }
    }
    if tells(&case.log.text) {
        breaches.push(Breach::new("there is a token or a secret in what it wrote to stderr", vec![]));
    }
    breaches
}

/// The same scenario with other words in its errors.
fn reworded(scenario: &Scenario) -> Option<Scenario> {
    let mut twin = scenario.clone();
    let mut changed = false;
    for stimulus in &mut twin.stimuli {
        if let Act::Status { code: 400, body, .. } = &mut stimulus.act
            && *body == Some(ErrorBody::Overload)
        {
            *body = Some(ErrorBody::Graph);
            changed = true;
        }
    }
    changed.then_some(twin)
}

/// Whether a client sends Graph the same requests in both scenarios. Signing in is left out: clients put an id of their own
/// into what they send there, and keep what they learned there once.
fn same_course(one: &Case<'_>, other: &Case<'_>) -> Vec<Breach> {
    let finished = |case: &Case<'_>| case.log.operations.iter().all(|one| matches!(one.end, End::Answered(_)));
    // Of whom nobody waited for, nobody knows what it would have sent.
    if !finished(one) || !finished(other) {
        return Vec::new();
    }
    let course = |case: &Case<'_>| -> Vec<String> {
        let graph = case.trace.exchanges.iter().filter(|exchange| {
            exchange.party == Party::Service && exchange.endpoint.is_some_and(|endpoint| endpoint != Endpoint::Token)
        });
        graph.map(|exchange| format!("{} {}", exchange.request.method, exchange.request.target)).collect()
    };
    let (one, other) = (course(one), course(other));
    if one == other {
        return Vec::new();
    }
    vec![Breach::new(
        format!("other words in an error, and it sends [{}] in place of [{}]", other.join(", "), one.join(", ")),
        vec![],
    )]
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "ERR-01",
        summary: "The status of an error reaches the caller, and the id of the request with it.",
        levels: Levels::all(Level::Must),
        sources: &[SDK, ERRORS, PRACTICES],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| !final_errors(case).is_empty(),
            judge: surfaced,
            minimal: &[|| list_meets(Act::status(403))],
            convicts: &[Defect::LosesStatus],
        }),
    },
    Rule {
        id: "ERR-02",
        summary: "Of nested errors the innermost code that is understood decides.",
        levels: Levels::all(Level::Should),
        sources: &[GUIDELINES, ERRORS],
        needs: &[],
        watch: Watch::Not("no operation of the protocol has an outcome that only an inner code decides"),
    },
    Rule {
        id: "ERR-03",
        summary: "The words of an error decide nothing.",
        levels: Levels::all(Level::Must),
        sources: &[ERRORS],
        needs: &[],
        watch: Watch::Twins(
            Check {
                met: |case| met(case, |act| has_body(act, &[ErrorBody::Overload])),
                judge: |_| Vec::new(),
                minimal: &[|| {
                    listing(1).with(Stimulus::once(Endpoint::List, 1, Act::status(400)).with_body(ErrorBody::Overload))
                }],
                convicts: &[Defect::BranchesOnMessage],
            },
            Twin { of: reworded, differ: same_course },
        ),
    },
    Rule {
        id: "ERR-04",
        summary: "A code or date that nobody expects does not hide the error.",
        levels: Levels::all(Level::Must),
        sources: &[SDK, super::observe::VERSIONS],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| final_errors(case).iter().any(|(_, last, _)| super::observe::hit(case, last, odd)),
            judge: |case| lost(case, odd),
            minimal: &[|| {
                listing(1).with(Stimulus::once(Endpoint::List, 1, Act::status(403)).with_body(ErrorBody::Throttled))
            }],
            convicts: &[Defect::InnerErrorFatal],
        }),
    },
    Rule {
        id: "ERR-05",
        summary: "A body that is no JSON does not hide the status.",
        levels: Levels::all(Level::Must),
        sources: &[SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| final_errors(case).iter().any(|(_, last, _)| super::observe::hit(case, last, unreadable)),
            judge: |case| lost(case, unreadable),
            minimal: &[|| {
                listing(1).with(Stimulus::once(Endpoint::List, 1, Act::status(403)).with_body(ErrorBody::Html))
            }],
            convicts: &[Defect::HtmlHidesStatus],
        }),
    },
    Rule {
        id: "ERR-06",
        summary: "Intune's JSON inside the message does no harm.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::source("graph-docs#9787, msal-js#7007")],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| final_errors(case).iter().any(|(_, last, _)| super::observe::hit(case, last, nested)),
            judge: |case| lost(case, nested),
            minimal: &[|| {
                listing(1).with(Stimulus::once(Endpoint::List, 1, Act::status(403)).with_body(ErrorBody::Nested))
            }],
            convicts: &[Defect::NestedFatal],
        }),
    },
    Rule {
        id: "ERR-07",
        summary: "404 is not an empty list.",
        levels: Levels::all(Level::Must),
        sources: &[ERRORS, PRACTICES],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| !ends_in_404(case).is_empty(),
            judge: |case| {
                deeds(case)
                    .filter(super::observe::Deed::claims_success)
                    .filter_map(|deed| {
                        ends_in_404(case).into_iter().find(|at| case.trace.exchanges[*at].during == Some(deed.place))
                    })
                    .map(|at| {
                        Breach::new("the list was not found, and the client says that there are no devices", vec![at])
                    })
                    .collect()
            },
            minimal: &[|| list_meets(Act::status(404))],
            convicts: &[Defect::NotFoundIsEmpty],
        }),
    },
    Rule {
        id: "ERR-08",
        summary: "A 200 without `value`, or with an error inside, is an error.",
        levels: Levels::all(Level::Must),
        sources: &[ODATA],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_half_success),
            judge: |case| {
                deeds(case)
                    .filter(|deed| deed.claims_success() && met_only(case, deed.place, is_half_success))
                    .filter_map(|deed| {
                        let text = format!("a 200 was no list: {}", wrong(case, &deed)?);
                        Some(Breach::new(text, vec![]).unless(without(case.scenario, is_half_success), deed.place))
                    })
                    .collect()
            },
            minimal: &[|| listing(1).with(Stimulus::once(Endpoint::List, 1, Act::Page { kind: PageKind::NoValue }))],
            convicts: &[Defect::NoValueIsEmpty],
        }),
    },
    Rule {
        id: "ERR-09",
        summary: "No token and no secret is in what a client says.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::BEARER, ROBUSTNESS],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| deeds(case).any(|deed| deed.answer().is_some_and(|answer| answer.error.is_some())),
            judge: told_secrets,
            minimal: &[|| getting().with(Stimulus::once(Endpoint::Get, 1, Act::status(403)))],
            convicts: &[Defect::LeaksSecret],
        }),
    },
];
