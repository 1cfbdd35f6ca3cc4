//! Building requests, and what every request carries: ENC, COR, TRN.

use std::collections::BTreeSet;

use super::observe::{
    ENDLESS, ODATA, PRACTICES, QUERIES, SDK, VERSIONS, deeds, met, rfc9110, source, undisturbed, without, wrong,
};
use super::scenes::{finding, getting, listing};
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::operation::{Filter, FindBy, Op};
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::scenario::Scenario;
use crate::stimulus::{Act, Endpoint, ErrorBody, PageKind, Point, Seconds, Stimulus};
use crate::trace::{Party, options};

const SYSTEM_OPTIONS: [&str; 7] = ["filter", "select", "top", "skip", "count", "orderby", "expand"];

/// The name that an operation looks for.
fn name_asked_for(case: &Case<'_>, op: &Op) -> Option<String> {
    match op {
        Op::FindDevice { by: FindBy::DeviceName, device }
        | Op::ListDevices { filter: Some(Filter::NameOf(device)), .. } => {
            Some(crate::model::value_of(case.scenario, *device, FindBy::DeviceName))
        }
        _ => None,
    }
}

fn asked_with(case: &Case<'_>, letters: &str) -> bool {
    deeds(case).any(|deed| {
        undisturbed(case, deed.place)
            && name_asked_for(case, deed.op).is_some_and(|name| name.contains(|letter| letters.contains(letter)))
    })
}

fn misfound(case: &Case<'_>, letters: &str) -> Vec<Breach> {
    deeds(case)
        .filter(|deed| undisturbed(case, deed.place))
        .filter_map(|deed| {
            let name = name_asked_for(case, deed.op).filter(|name| name.contains(|letter| letters.contains(letter)))?;
            let what = wrong(case, &deed)?;
            let (at, exchange) =
                case.trace.during(deed.place).find(|(_, exchange)| exchange.endpoint == Some(Endpoint::List))?;
            let text = format!("asked for {name:?} it sent {}: {what}", exchange.request.target);
            Some(Breach::new(text, vec![at]).unless(with_plain_names(case.scenario, letters), deed.place))
        })
        .collect()
}

/// The same scenario with devices in whose names none of these letters is.
fn with_plain_names(scenario: &Scenario, letters: &str) -> Scenario {
    let mut plain = scenario.clone();
    for device in &mut plain.tenant.devices {
        device.name.retain(|letter| !letters.contains(letter));
    }
    plain
}

/// What means something else in a URL.
const RESERVED: &str = "+&#%";

fn without_dollar(case: &Case<'_>) -> Vec<Breach> {
    case.trace
        .numbered()
        .filter(|(_, exchange)| {
            exchange.party == Party::Service && matches!(exchange.endpoint, Some(Endpoint::List | Endpoint::Get))
        })
        .filter_map(|(at, exchange)| {
            let (name, _) = options(&exchange.request.target)
                .into_iter()
                .find(|(name, _)| SYSTEM_OPTIONS.contains(&name.as_str()))?;
            Some(Breach::new(format!("the option {name} has no dollar sign, so the service does not see it"), vec![at]))
        })
        .collect()
}

fn asks_with_options(case: &Case<'_>) -> bool {
    case.trace.exchanges.iter().any(|exchange| {
        matches!(exchange.endpoint, Some(Endpoint::List | Endpoint::Get))
            && !options(&exchange.request.target).is_empty()
    })
}

fn stray_bodies(case: &Case<'_>) -> Vec<Breach> {
    case.trace
        .numbered()
        .filter_map(|(at, exchange)| {
            let request = &exchange.request;
            let text = if request.method == "GET" && !request.body.is_empty() {
                "a GET has a body"
            } else if request.method == "POST" && !request.body.is_empty() && request.header("content-type").is_none() {
                "a body has no Content-Type"
            } else {
                return None;
            };
            Some(Breach::new(text, vec![at]))
        })
        .collect()
}

fn ids(case: &Case<'_>) -> Vec<Breach> {
    let mut seen = BTreeSet::new();
    let mut breaches = Vec::new();
    let mut redirected = None;
    let graph = case.trace.numbered().filter(|(_, exchange)| {
        exchange.party == Party::Service && exchange.endpoint.is_some_and(|endpoint| endpoint != Endpoint::Token)
    });
    for (at, exchange) in graph {
        // Whoever goes where a redirect leads still asks for the same.
        let follows = redirected == Some(exchange.during);
        redirected = exchange.response.status.filter(|status| (300..400).contains(status)).map(|_| exchange.during);
        let text = match exchange.request.header("client-request-id") {
            None => "a request has no client-request-id".to_owned(),
            Some(id) if uuid::Uuid::try_parse(id).is_err() => format!("client-request-id {id} is no GUID"),
            // The same request may keep its id when it comes again.
            Some(id)
                if !seen.insert((id.to_owned(), exchange.request.method.clone(), exchange.request.target.clone())) =>
            {
                continue;
            }
            Some(_) if follows => continue,
            Some(id)
                if seen.iter().any(|(known, method, target)| {
                    known == id && (*method != exchange.request.method || *target != exchange.request.target)
                }) =>
            {
                format!("client-request-id {id} is that of another request")
            }
            Some(_) => continue,
        };
        breaches.push(Breach::new(text, vec![at]));
    }
    breaches.truncate(1);
    breaches
}

fn stalled(act: &Act) -> bool {
    matches!(act, Act::Stall { length, .. } if length.0 >= 600)
}

/// Whether an operation follows a link to its own page again and again: that is another rule's business.
fn runs_in_a_circle(case: &Case<'_>, op: usize) -> bool {
    let is_loop = |act: &Act| matches!(act, Act::Page { kind: PageKind::Loop });
    super::observe::hits(case, is_loop).filter(|(_, exchange)| exchange.during == Some(op)).count() > ENDLESS
}

fn reset_early(act: &Act) -> bool {
    matches!(act, Act::Reset { at: Point::Start | Point::Head } | Act::Close {})
}

fn waited_for_ever(case: &Case<'_>) -> Vec<Breach> {
    super::observe::hits(case, stalled)
        .filter_map(|(at, exchange)| {
            let hangs = deeds(case).any(|deed| Some(deed.place) == exchange.during && deed.hangs());
            let waited = exchange.answered.since(exchange.arrived);
            (hangs || waited >= 600.0)
                .then(|| Breach::new(format!("nothing came for {waited:.0} s, and it still waited"), vec![at]))
        })
        .collect()
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "ENC-01",
        summary: "Query options have their dollar sign.",
        levels: Levels::all(Level::Must),
        sources: &[QUERIES, ODATA],
        needs: &[],
        watch: Watch::Case(Check {
            met: asks_with_options,
            judge: without_dollar,
            minimal: &[|| finding("Device 0")],
            convicts: &[Defect::NoDollar],
        }),
    },
    Rule {
        id: "ENC-02",
        summary: "What means something else in a URL is escaped: `+`, `&`, `#`, `%`.",
        levels: Levels::all(Level::Must),
        sources: &[QUERIES, ODATA],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asked_with(case, RESERVED),
            judge: |case| misfound(case, RESERVED),
            minimal: &[|| finding("A + B & C #1")],
            convicts: &[Defect::UnescapedFilter],
        }),
    },
    Rule {
        id: "ENC-03",
        summary: "An apostrophe inside a text is doubled.",
        levels: Levels::all(Level::Must),
        sources: &[QUERIES],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asked_with(case, "'"),
            judge: |case| misfound(case, "'"),
            minimal: &[|| finding("O'Phone")],
            convicts: &[Defect::SingleApostrophe],
        }),
    },
    Rule {
        id: "ENC-04",
        summary: "An id is one segment of a path, whatever it is made of.",
        levels: Levels::all(Level::Must),
        sources: &[VERSIONS],
        needs: &[],
        watch: Watch::Not("the ids of managed devices are GUIDs, which need no escaping"),
    },
    Rule {
        id: "ENC-06",
        summary: "A body has a type, and a GET has no body.",
        levels: Levels::all(Level::Should),
        sources: &[ODATA, rfc9110::CONTENT],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                case.trace.exchanges.iter().any(|exchange| !exchange.request.body.is_empty())
                    || !case.trace.exchanges.is_empty()
            },
            judge: stray_bodies,
            minimal: &[getting],
            convicts: &[Defect::BodyOnGet],
        }),
    },
    Rule {
        id: "ENC-08",
        summary: "`OData-MaxVersion` is sent.",
        levels: Levels::all(Level::May).odata(Level::Must),
        sources: &[ODATA],
        needs: &[],
        watch: Watch::Not(
            "Graph does not look at it (assumed), and clients that OData's rules were written for do not speak to it",
        ),
    },
    Rule {
        id: "COR-01",
        summary: "Every request has a `client-request-id` of its own, a GUID.",
        levels: Levels::all(Level::Should),
        sources: &[PRACTICES, SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                case.trace
                    .exchanges
                    .iter()
                    .filter(|exchange| exchange.endpoint.is_some_and(|endpoint| endpoint != Endpoint::Token))
                    .count()
                    > 1
            },
            judge: ids,
            minimal: &[|| listing(2)],
            convicts: &[Defect::ConstantRequestId],
        }),
    },
    Rule {
        id: "COR-02",
        summary: "When a request comes again, its id is the same (Azure) or another (Graph).",
        levels: Levels::all(Level::May),
        sources: &[PRACTICES, source("Azure SDK guidelines, core")],
        needs: &[],
        watch: Watch::Not("the sources contradict each other, so either is right"),
    },
    Rule {
        id: "TRN-02",
        summary: "A client does not wait for ever.",
        levels: Levels::all(Level::Must),
        sources: &[SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| met(case, stalled),
            judge: waited_for_ever,
            minimal: &[|| {
                let act = Act::Stall { length: Seconds(3_600), at: Point::Start };
                getting().with(Stimulus::once(Endpoint::Get, 1, act))
            }],
            convicts: &[Defect::NoTimeout],
        }),
    },
    Rule {
        id: "TRN-03",
        summary: "The certificate and the name in it are checked.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::AUTHORITY],
        needs: &[],
        watch: Watch::Not("the kit's own certificates are right; a wrong one is not offered yet"),
    },
    Rule {
        id: "TRN-04",
        summary: "A connection that is reset before the answer does not fail a read.",
        levels: Levels::all(Level::Should),
        sources: &[source("RFC 9112, 9.3.1")],
        needs: &["retry.auto"],
        watch: Watch::Case(Check {
            met: |case| {
                case.trace.exchanges.iter().any(|exchange| {
                    exchange.request.method == "GET" && super::observe::hit(case, exchange, reset_early)
                })
            },
            judge: |case| {
                deeds(case)
                    .filter(|deed| super::observe::met_only(case, deed.place, reset_early))
                    .filter(|deed| {
                        case.trace.during(deed.place).filter(|(_, exchange)| !exchange.stimuli.is_empty()).count() == 1
                    })
                    .filter_map(|deed| {
                        let text = format!("a connection was reset once: {}", wrong(case, &deed)?);
                        Some(Breach::new(text, vec![]).unless(without(case.scenario, reset_early), deed.place))
                    })
                    .collect()
            },
            minimal: &[|| getting().with(Stimulus::once(Endpoint::Get, 1, Act::Reset { at: Point::Start }))],
            convicts: &[Defect::ResetIsFinal],
        }),
    },
    Rule {
        id: "TRN-05",
        summary: "The lifetime of DNS records is respected.",
        levels: Levels::all(Level::Should),
        sources: &[PRACTICES],
        needs: &[],
        watch: Watch::Not("names are not resolved by servers of this machine's own"),
    },
    Rule {
        id: "RUN-01",
        summary: "Whatever happens, an operation comes to an end, and does not take the client with it.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::ROBUSTNESS],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| !case.log.operations.is_empty(),
            judge: |case| {
                deeds(case)
                    .filter(|deed| deed.answer().is_none() && !runs_in_a_circle(case, deed.place))
                    .map(|deed| {
                        let witness: Vec<usize> =
                            case.trace.during(deed.place).next_back().map(|(at, _)| at).into_iter().collect();
                        Breach::new(deed.told(), witness)
                    })
                    .collect()
            },
            minimal: &[|| {
                getting().with(Stimulus::once(Endpoint::Get, 1, Act::status(403)).with_body(ErrorBody::Html))
            }],
            convicts: &[Defect::UnwrapsErrors],
        }),
    },
    Rule {
        id: "CON-01",
        summary: "An ETag is sent as it was received; after 412 it is read again.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::PRECONDITIONS],
        needs: &[],
        watch: Watch::Not("no operation of the protocol sends a precondition"),
    },
    Rule {
        id: "LRO-01",
        summary: "After 202 the address given is asked, at the pace given.",
        levels: Levels::all(Level::Must),
        sources: &[source("Microsoft Graph, long-running actions")],
        needs: &[],
        watch: Watch::Not("no operation of the protocol is answered with 202"),
    },
];
