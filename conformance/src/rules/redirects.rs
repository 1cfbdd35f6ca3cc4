//! Redirects: RED.

use super::observe::{ENDLESS, ODATA, ROBUSTNESS, SDK, deeds, hit, hits, met, must_not_matter, rfc9110};
use super::paging::token_along_redirect;
use super::scenes::{batch, list_meets, listing, resetting};
use crate::client_log::ErrorKind;
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::stimulus::{Act, Destination, Endpoint, Stimulus};
use crate::trace::Exchange;

fn redirected(act: &Act) -> bool {
    matches!(act, Act::Redirect { .. })
}

fn is(act: &Act, codes: &[u16], to: Option<Destination>) -> bool {
    matches!(act, Act::Redirect { code, location } if codes.contains(code) && to.is_none_or(|to| to == *location))
}

fn at_home(act: &Act) -> bool {
    is(act, &[301, 302, 303, 307, 308], Some(Destination::Itself))
}

fn relative(act: &Act) -> bool {
    is(act, &[301, 302, 307, 308], Some(Destination::Relative))
}

fn abroad(act: &Act) -> bool {
    matches!(act, Act::Redirect { location: Destination::ForeignHost, .. })
}

/// What was sent next in the same operation.
fn next<'a>(case: &Case<'a>, at: usize) -> Option<(usize, &'a Exchange)> {
    let during = case.trace.exchanges[at].during;
    case.trace.numbered().skip(at + 1).find(|(_, exchange)| exchange.during == during)
}

fn method_and_body(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, exchange) in hits(case, redirected)
        .filter(|(_, exchange)| exchange.request.method == "POST" && exchange.endpoint != Some(Endpoint::Token))
        // What happens inside a batch is no redirect of it.
        .filter(|(_, exchange)| exchange.response.status.is_some_and(|status| (300..400).contains(&status)))
    {
        let Some((after, later)) = next(case, at) else { continue };
        let sent = &later.request;
        let text = if hit(case, exchange, |act| is(act, &[303], None)) && sent.method != "GET" {
            format!("303 was followed by a {}", sent.method)
        } else if hit(case, exchange, |act| is(act, &[307, 308], None)) && sent.method != "POST" {
            format!("{} was followed by a {}", exchange.response.status.unwrap_or_default(), sent.method)
        } else if hit(case, exchange, |act| is(act, &[307, 308], None))
            && sent.body.is_empty()
            && !exchange.request.body.is_empty()
        {
            "the body was lost on the way".to_owned()
        } else {
            continue;
        };
        breaches.push(Breach::new(text, vec![at, after]));
    }
    breaches
}

/// Redirects that were neither followed nor given to the caller as what they are.
fn lost(case: &Case<'_>, which: impl Fn(&Act) -> bool + Copy) -> Vec<Breach> {
    hits(case, which)
        .filter(|(at, exchange)| exchange.request.method == "GET" && next(case, *at).is_none())
        // Whoever followed one before gives up for a reason.
        .filter(|(at, exchange)| {
            !case.trace.exchanges[..*at]
                .iter()
                .any(|earlier| earlier.during == exchange.during && hit(case, earlier, which))
        })
        .filter_map(|(at, exchange)| {
            let deed = deeds(case).find(|deed| Some(deed.place) == exchange.during)?;
            if deed.claims_success() {
                return Some(Breach::new("a redirect was taken for the answer", vec![at]));
            }
            let told = deed.answer().and_then(|answer| answer.error.as_ref());
            let honest =
                told.is_some_and(|error| error.kind == ErrorKind::Redirect || error.status == exchange.response.status);
            Some(if honest {
                Breach::lesser("a redirect was not followed", vec![at])
            } else {
                Breach::new(format!("a redirect was not followed, and {}", deed.told()), vec![at])
            })
        })
        .collect()
}

fn endless(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        .filter_map(|deed| {
            let turns: Vec<usize> = case
                .trace
                .during(deed.place)
                .filter(|(_, exchange)| hit(case, exchange, redirected))
                .map(|(at, _)| at)
                .collect();
            let first = *turns.first()?;
            (turns.len() > ENDLESS)
                .then(|| Breach::new(format!("{} redirects were followed in one operation", turns.len()), vec![first]))
        })
        .collect()
}

fn list_goes(code: u16, location: Destination) -> crate::scenario::Scenario {
    list_meets(Act::Redirect { code, location })
}

fn reset_goes(code: u16) -> crate::scenario::Scenario {
    resetting().with(Stimulus::once(Endpoint::Reset, 1, Act::Redirect { code, location: Destination::Itself }))
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "RED-01",
        summary: "A redirect is followed, or given to the caller as one.",
        levels: Levels::all(Level::Must),
        sources: &[ODATA, SDK],
        needs: &["redirect.follow"],
        watch: Watch::Case(Check {
            met: |case| met(case, at_home),
            judge: |case| lost(case, at_home),
            minimal: &[|| list_goes(302, Destination::Itself)],
            convicts: &[Defect::RedirectIsData],
        }),
    },
    Rule {
        id: "RED-02",
        summary: "After 303 comes a GET; after 307 and 308 the same verb and body.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::REDIRECTS, SDK],
        needs: &["redirect.follow"],
        watch: Watch::Case(Check {
            met: |case| {
                hits(case, |act| is(act, &[303, 307, 308], None))
                    .any(|(at, exchange)| exchange.request.method == "POST" && next(case, at).is_some())
            },
            judge: method_and_body,
            minimal: &[|| reset_goes(303), || reset_goes(307)],
            convicts: &[Defect::SeeOtherKeepsPost, Defect::TemporaryRedirectBecomesGet],
        }),
    },
    Rule {
        id: "RED-03",
        summary: "A `Location` without scheme and host is resolved.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::LOCATION, SDK],
        needs: &["redirect.follow"],
        watch: Watch::Case(Check {
            met: |case| hits(case, relative).any(|(_, exchange)| exchange.request.method == "GET"),
            judge: |case| must_not_matter(case, relative),
            minimal: &[|| list_goes(302, Destination::Relative)],
            convicts: &[Defect::RelativeLocationFatal],
        }),
    },
    Rule {
        id: "RED-04",
        summary: "The token does not follow a redirect to another host.",
        levels: Levels::all(Level::Must),
        sources: &[SDK, rfc9110::REDIRECTS],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| met(case, abroad),
            judge: token_along_redirect,
            minimal: &[|| list_goes(302, Destination::ForeignHost)],
            convicts: &[Defect::TokenAcrossRedirect],
        }),
    },
    Rule {
        id: "RED-05",
        summary: "A redirect from https to http is not followed with the token.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::REDIRECTS, super::observe::BEARER],
        needs: &[],
        watch: Watch::Not("a scenario has one door to the service; a downgrade would lead out of it"),
    },
    Rule {
        id: "RED-06",
        summary: "Redirects in a circle come to an end.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::REDIRECTS, ROBUSTNESS],
        needs: &["redirect.follow"],
        watch: Watch::Case(Check {
            met: |case| hits(case, redirected).count() > 1,
            judge: endless,
            minimal: &[|| {
                listing(1).with(
                    Stimulus::once(Endpoint::List, 1, Act::Redirect { code: 302, location: Destination::Itself })
                        .times(1_000),
                )
            }],
            convicts: &[Defect::EndlessRedirects],
        }),
    },
    Rule {
        id: "RED-07",
        summary: "A batch that is redirected by 307 or 308 keeps its body.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::REDIRECTS],
        needs: &["redirect.follow", "op.batch_reset"],
        watch: Watch::Case(Check {
            met: |case| {
                hits(case, |act| is(act, &[307, 308], None))
                    .any(|(at, exchange)| exchange.endpoint == Some(Endpoint::Batch) && next(case, at).is_some())
            },
            judge: |case| {
                method_and_body(case)
                    .into_iter()
                    .filter(|breach| case.trace.exchanges[breach.witness[0]].endpoint == Some(Endpoint::Batch))
                    .collect()
            },
            minimal: &[|| {
                batch(1).with(Stimulus::once(
                    Endpoint::Batch,
                    1,
                    Act::Redirect { code: 308, location: Destination::Itself },
                ))
            }],
            convicts: &[],
        }),
    },
];
