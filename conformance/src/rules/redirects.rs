//! Redirects: RED.

use super::observe::{ENDLESS, Numbered, ODATA, ROBUSTNESS, SDK, deeds, hit, hits, met, must_not_matter, rfc9110};
use super::paging::token_along_redirect;
use super::scenes::{batch, list_meets, listing, resetting};
use crate::client_log::ErrorKind;
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::stimulus::{Act, Destination, Endpoint, Stimulus};
use crate::trace::{Exchange, Party};

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

/// Headers that say something of a body (RFC 9110, 15.4, of what goes with it).
const CONTENT: [&str; 5] =
    ["content-type", "content-length", "content-encoding", "content-language", "content-location"];

/// What was sent next in the same operation.
fn next<'a>(case: &Case<'a>, at: usize) -> Option<(usize, &'a Exchange)> {
    let during = case.trace.exchanges[at].during;
    case.trace.numbered().skip(at + 1).find(|(_, exchange)| exchange.during == during)
}

/// Whether a request is what a redirect led to, rather than what the client wanted next: it goes to the host that was named,
/// and where it has a body it is the same.
fn follows(case: &Case<'_>, redirect: &Exchange, later: &Exchange) -> bool {
    let party = if hit(case, redirect, abroad) { Party::Foreign } else { Party::Service };
    let body = &later.request.body;
    later.party == party
        && later.endpoint != Some(Endpoint::Token)
        && (body.is_empty() || *body == redirect.request.body)
}

/// Actions that were redirected with one of these, and what was sent next.
fn redirected_actions<'a>(case: &Case<'a>, codes: &'static [u16]) -> Vec<(Numbered<'a>, Numbered<'a>)> {
    hits(case, redirected)
        .filter(|(_, exchange)| exchange.request.method == "POST" && exchange.endpoint != Some(Endpoint::Token))
        // What happens inside a batch is no redirect of it.
        .filter(|(_, exchange)| exchange.response.status.is_some_and(|status| codes.contains(&status)))
        .filter_map(|(at, exchange)| Some(((at, exchange), next(case, at)?)))
        .filter(|((_, exchange), (_, later))| follows(case, exchange, later))
        .collect()
}

fn verbs(case: &Case<'_>) -> Vec<Breach> {
    redirected_actions(case, &[303, 307, 308])
        .into_iter()
        .filter_map(|((at, exchange), (after, later))| {
            let status = exchange.response.status?;
            let wanted = if status == 303 { "GET" } else { "POST" };
            let sent = &later.request.method;
            (sent != wanted).then(|| Breach::new(format!("{status} was followed by a {sent}"), vec![at, after]))
        })
        .collect()
}

/// Whether an exchange carried a body with it.
fn has_body(exchange: &Exchange) -> bool {
    !exchange.request.body.is_empty()
}

/// Bodies that were lost where the verb stayed, and headers that stayed where the body went.
fn bodies(case: &Case<'_>) -> Vec<Breach> {
    redirected_actions(case, &[303, 307, 308])
        .into_iter()
        .filter(|((_, exchange), (_, later))| has_body(exchange) && !has_body(later))
        .filter_map(|((at, exchange), (after, later))| {
            let status = exchange.response.status?;
            if later.request.method == "POST" {
                let text = format!("{status} was followed by a POST, and its body was lost on the way");
                return Some(Breach::new(text, vec![at, after]));
            }
            let kept = CONTENT.into_iter().find(|name| later.request.header(name).is_some_and(|value| value != "0"))?;
            let text = format!("{status} was followed by a {} without a body and with {kept}", later.request.method);
            Some(Breach::lesser(text, vec![at, after]))
        })
        .collect()
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

fn batch_goes(code: u16) -> crate::scenario::Scenario {
    batch(1).with(Stimulus::once(Endpoint::Batch, 1, Act::Redirect { code, location: Destination::Itself }))
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
        summary: "After 303 comes a GET; after 307 and 308 the same verb.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::REDIRECTS, SDK],
        needs: &["redirect.follow"],
        watch: Watch::Case(Check {
            met: |case| !redirected_actions(case, &[303, 307, 308]).is_empty(),
            judge: verbs,
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
        summary: "A body goes where its verb goes, and where it is left behind, its headers are.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::REDIRECTS],
        needs: &["redirect.follow", "op.batch_reset"],
        watch: Watch::Case(Check {
            met: |case| redirected_actions(case, &[303, 307, 308]).iter().any(|((_, exchange), _)| has_body(exchange)),
            judge: bodies,
            minimal: &[|| batch_goes(308), || batch_goes(303)],
            convicts: &[Defect::BodySentOnce, Defect::HeadersWithoutBody],
        }),
    },
];
