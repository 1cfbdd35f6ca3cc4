//! Signing in: AUTH.

use super::observe::{BEARER, CAE, ENDLESS, OAUTH, ROBUSTNESS, deeds, hits, met, rfc9110, source, undisturbed};
use super::scenes::{getting, listing};
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::operation::{DeviceRef, Op};
use crate::rule::{Check, Level, Levels, Rule, Source, Watch};
use crate::scenario::{Scenario, SignIn};
use crate::stimulus::{Act, Endpoint, ErrorBody, Stimulus, TokenDefect};
use crate::trace::Exchange;

const CONCEPTS: Source = source("Microsoft identity platform, authentication concepts");

/// Rounds of a refused token and a new one after which it is a loop.
const ROUNDS: usize = 3;

fn token_requests(case: &Case<'_>, op: usize) -> usize {
    case.trace.during(op).filter(|(_, exchange)| exchange.endpoint == Some(Endpoint::Token)).count()
}

fn refusals(case: &Case<'_>, op: usize) -> Vec<usize> {
    let refused = |exchange: &Exchange| {
        exchange.response.status == Some(401) && exchange.endpoint.is_some_and(|endpoint| endpoint != Endpoint::Token)
    };
    case.trace.during(op).filter(|(_, exchange)| refused(exchange)).map(|(at, _)| at).collect()
}

fn expired(act: &Act) -> bool {
    matches!(act, Act::Token { defect: TokenDefect::Expired })
}

fn challenge(act: &Act) -> bool {
    matches!(act, Act::Token { defect: TokenDefect::ClaimsChallenge })
}

/// The request that was refused most often, with how often. Whoever has several to send may try each of them.
fn refused_most(case: &Case<'_>, refused: &[usize]) -> Option<(usize, usize)> {
    let request = |at: usize| &case.trace.exchanges[at].request;
    let times = |at: usize| refused.iter().filter(|other| request(**other).repeats(request(at))).count();
    refused.iter().rev().map(|at| (*at, times(*at))).max_by_key(|(_, times)| *times)
}

fn renewal(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        .filter_map(|deed| {
            let refused = refusals(case, deed.place);
            let first = *refused.first()?;
            if let Some((at, times)) = refused_most(case, &refused).filter(|(_, times)| *times > ROUNDS) {
                let text = format!("one request was refused {times} times because of its token");
                return Some(Breach::new(text, vec![at]));
            }
            let renewed = case
                .trace
                .during(deed.place)
                .any(|(at, exchange)| at > first && exchange.endpoint == Some(Endpoint::Token));
            let can =
                case.scenario.tenant.sign_in == SignIn::ClientCredentials && case.claims("auth.client_credentials");
            (can && !renewed).then(|| {
                Breach::lesser(
                    format!("the token was refused, and no other was asked for: {}", deed.told()),
                    vec![first],
                )
            })
        })
        .collect()
}

/// Answers that asked for more claims. What is refused inside a batch has no `WWW-Authenticate` of its own for whoever signs
/// requests.
fn challenges<'a>(case: &Case<'a>) -> impl Iterator<Item = (usize, &'a Exchange)> {
    hits(case, challenge).filter(|(_, exchange)| exchange.response.status == Some(401))
}

fn claims(case: &Case<'_>) -> Vec<Breach> {
    challenges(case)
        .filter_map(|(at, exchange)| {
            let (after, token) = case
                .trace
                .numbered()
                .skip(at + 1)
                .find(|(_, later)| later.during == exchange.during && later.endpoint == Some(Endpoint::Token))?;
            let has_claims = form_urlencoded::parse(token.request.body.as_bytes()).any(|(name, _)| name == "claims");
            (!has_claims)
                .then(|| Breach::new("more claims were asked for, and the token request has none", vec![at, after]))
        })
        .collect()
}

fn wasteful(case: &Case<'_>) -> Vec<Breach> {
    let quiet = deeds(case).all(|deed| undisturbed(case, deed.place) && refusals(case, deed.place).is_empty());
    // Who was refused, or gave up waiting, has no token and asks again.
    let given = |exchange: &Exchange| exchange.response.is_success() && exchange.response.whole;
    let tokens: Vec<usize> =
        case.trace.at(Endpoint::Token).filter(|(_, exchange)| given(exchange)).map(|(at, _)| at).collect();
    if quiet && tokens.len() > 1 {
        return vec![Breach::new(format!("{} tokens were asked for where one would have done", tokens.len()), tokens)];
    }
    Vec::new()
}

fn secret_refused<'a>(case: &Case<'a>) -> impl Iterator<Item = (usize, &'a Exchange)> {
    case.trace.at(Endpoint::Token).filter(|(_, exchange)| matches!(exchange.response.status, Some(400 | 401)))
}

fn tried_again(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        // Each of several batches may sign in.
        .filter(|deed| !matches!(deed.op, Op::BatchReset { .. }))
        .filter_map(|deed| {
            let first = secret_refused(case).find(|(_, exchange)| exchange.during == Some(deed.place))?.0;
            let again: Vec<usize> = case
                .trace
                .during(deed.place)
                .filter(|(at, exchange)| *at > first && exchange.endpoint == Some(Endpoint::Token))
                .map(|(at, _)| at)
                .collect();
            let text = format!("the secret was refused, and sent {} more times", again.len());
            (!again.is_empty()).then(|| Breach::new(text, [vec![first], again].concat()))
        })
        .collect()
}

fn reading_twice() -> Scenario {
    let mut scenario = getting();
    scenario.program.push(Op::GetDevice { device: DeviceRef::At(0), select: vec![] });
    scenario
}

fn get_meets(defect: TokenDefect) -> Stimulus {
    Stimulus::once(Endpoint::Get, 1, Act::Token { defect })
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "AUTH-01",
        summary: "A token is opaque: one that is no JWT is as good.",
        levels: Levels::all(Level::Must),
        sources: &[CONCEPTS],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| case.scenario.tenant.sign_in == SignIn::OpaqueToken && !case.log.operations.is_empty(),
            judge: |case| {
                if case.scenario.tenant.sign_in != SignIn::OpaqueToken {
                    return Vec::new();
                }
                deeds(case)
                    .filter(|deed| !deed.claims_success() && case.trace.during(deed.place).next().is_none())
                    .map(|deed| {
                        Breach::new(format!("the token is no JWT, and nothing was sent: {}", deed.told()), vec![])
                    })
                    .collect()
            },
            minimal: &[|| {
                let mut scenario = getting();
                scenario.tenant.sign_in = SignIn::OpaqueToken;
                scenario
            }],
            convicts: &[Defect::AssumesJwt],
        }),
    },
    Rule {
        id: "AUTH-02",
        summary: "A token is used as long as it is good.",
        levels: Levels::all(Level::Should),
        sources: &[CONCEPTS, BEARER],
        needs: &["auth.client_credentials"],
        watch: Watch::Case(Check {
            met: |case| {
                case.scenario.tenant.sign_in == SignIn::ClientCredentials
                    && case.scenario.program.len() > 1
                    && deeds(case).all(|deed| undisturbed(case, deed.place))
            },
            judge: wasteful,
            minimal: &[reading_twice],
            convicts: &[Defect::TokenPerCall],
        }),
    },
    Rule {
        id: "AUTH-03",
        summary: "A token that is refused is renewed once, and then the error is given.",
        levels: Levels::all(Level::Must),
        sources: &[BEARER],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| met(case, expired),
            judge: renewal,
            minimal: &[|| {
                let mut scenario = getting().with(get_meets(TokenDefect::Expired));
                scenario.stimuli[0].times = 1_000;
                scenario
            }],
            convicts: &[Defect::NeverRenews, Defect::RenewsForEver],
        }),
    },
    Rule {
        id: "AUTH-04",
        summary: "Where more claims are asked for, the next token is asked for with them.",
        levels: Levels::all(Level::Must),
        sources: &[CAE, super::observe::SDK],
        needs: &["auth.cae", "auth.client_credentials"],
        watch: Watch::Case(Check {
            met: |case| challenges(case).next().is_some() && case.scenario.tenant.sign_in == SignIn::ClientCredentials,
            judge: claims,
            minimal: &[|| getting().with(get_meets(TokenDefect::ClaimsChallenge))],
            convicts: &[Defect::IgnoresClaims],
        }),
    },
    Rule {
        id: "AUTH-05",
        summary: "Several challenges in one answer are told apart.",
        levels: Levels::all(Level::Should),
        sources: &[rfc9110::CHALLENGES, CAE],
        needs: &[],
        watch: Watch::Not("the simulator sends one challenge with an answer"),
    },
    Rule {
        id: "AUTH-06",
        summary: "No token is in a URL.",
        levels: Levels::all(Level::Must),
        sources: &[BEARER],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| case.trace.exchanges.iter().any(|exchange| exchange.request.header("authorization").is_some()),
            judge: |case| {
                case.trace
                    .numbered()
                    .filter(|(_, exchange)| {
                        exchange.request.target.contains("access_token=")
                            || case.end.secrets.iter().any(|secret| exchange.request.target.contains(secret.as_str()))
                    })
                    .map(|(at, _)| Breach::new("there is a token in the URL", vec![at]))
                    .collect()
            },
            minimal: &[getting],
            convicts: &[Defect::TokenInUrl],
        }),
    },
    Rule {
        id: "AUTH-07",
        summary: "A secret that is refused is not tried again.",
        levels: Levels::all(Level::Must),
        sources: &[OAUTH],
        needs: &["auth.client_credentials"],
        watch: Watch::Case(Check {
            met: |case| secret_refused(case).next().is_some(),
            judge: tried_again,
            minimal: &[|| {
                let mut scenario = listing(1);
                scenario.stimuli.push(
                    Stimulus::once(Endpoint::Token, 1, Act::status(401)).with_body(ErrorBody::EntraSecret).times(1_000),
                );
                scenario
            }],
            convicts: &[Defect::RetriesInvalidClient],
        }),
    },
    Rule {
        id: "AUTH-08",
        summary: "Operations at the same time share one new token.",
        levels: Levels::all(Level::May),
        sources: &[ROBUSTNESS],
        needs: &[],
        watch: Watch::Not("operations of a scenario follow one another"),
    },
    Rule {
        id: "AUTH-09",
        summary: "403 is not cured by new tokens.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::ERRORS],
        needs: &["auth.client_credentials"],
        watch: Watch::Case(Check {
            met: |case| case.trace.exchanges.iter().any(|exchange| exchange.response.status == Some(403)),
            judge: |case| {
                deeds(case)
                    .filter_map(|deed| {
                        let refused: Vec<usize> = case
                            .trace
                            .during(deed.place)
                            .filter(|(_, exchange)| exchange.response.status == Some(403))
                            .map(|(at, _)| at)
                            .collect();
                        let tokens = token_requests(case, deed.place);
                        (!refused.is_empty() && (tokens > ROUNDS || tokens > ENDLESS))
                            .then(|| Breach::new(format!("403 was answered with {tokens} new tokens"), refused))
                    })
                    .collect()
            },
            minimal: &[|| getting().with(Stimulus::once(Endpoint::Get, 1, Act::status(403)).times(1_000))],
            convicts: &[Defect::TokenOnForbidden],
        }),
    },
];
