//! Throttling and coming again: THR.

use chrono::{DateTime, NaiveDateTime};

use super::observe::{
    ENDLESS, GUIDELINES, HOT, PRACTICES, ROBUSTNESS, ROUNDING, SDK, THROTTLING, deeds, gap, hits, repeated, rfc9110,
};
use super::scenes::{batch, list_meets, listing, told_to_wait};
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::stimulus::{Act, DateForm, Endpoint, RetryAfter, Seconds, Stimulus};
use crate::trace::Exchange;

/// From so many seconds on a client may prefer to give up.
const LONG: f64 = 100.0;

/// What an answer asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asked {
    Seconds(f64),
    Decimal(f64),
    /// By an IMF-fixdate.
    Date(f64),
    /// By one of the older formats.
    OldDate(f64),
    /// Nothing that could be understood.
    Garbage,
    Nothing,
}

impl Asked {
    fn of(exchange: &Exchange) -> Self {
        let Some(value) = exchange.response.header("retry-after").map(str::trim) else { return Self::Nothing };
        if let Ok(seconds) = value.parse::<u32>() {
            return if seconds == 0 { Self::Garbage } else { Self::Seconds(f64::from(seconds)) };
        }
        if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && let Ok(seconds) = value.parse::<f64>()
        {
            return Self::Decimal(seconds);
        }
        let ahead = |format: &str| {
            let now = DateTime::parse_from_rfc2822(exchange.response.header("date")?).ok()?;
            let date = NaiveDateTime::parse_from_str(value, format).ok()?.and_utc();
            // Both are whole seconds: the answer may have left up to one later than it says.
            #[expect(clippy::cast_precision_loss, reason = "scenarios last minutes")]
            let seconds = (date.timestamp() - now.timestamp()) as f64 - 1.0;
            (seconds > 0.0).then_some(seconds)
        };
        if let Some(seconds) = ahead("%a, %d %b %Y %H:%M:%S GMT") {
            return Self::Date(seconds);
        }
        match ahead("%A, %d-%b-%y %H:%M:%S GMT").or_else(|| ahead("%a %b %e %H:%M:%S %Y")) {
            Some(seconds) => Self::OldDate(seconds),
            None => Self::Garbage,
        }
    }

    fn seconds(self) -> Option<f64> {
        match self {
            Self::Seconds(seconds) | Self::Decimal(seconds) | Self::Date(seconds) | Self::OldDate(seconds) => {
                Some(seconds)
            }
            Self::Garbage | Self::Nothing => None,
        }
    }
}

fn asks(case: &Case<'_>, is: impl Fn(&Exchange, Asked) -> bool) -> bool {
    case.trace.exchanges.iter().any(|exchange| is(exchange, Asked::of(exchange)))
}

/// Requests that came again before they were allowed to.
fn early(case: &Case<'_>, is: impl Fn(&Exchange, Asked) -> bool) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for ((at, earlier), (again, later)) in repeated(case) {
        let asked = Asked::of(earlier);
        let (true, Some(required)) = (is(earlier, asked), asked.seconds()) else { continue };
        let waited = gap(earlier, later);
        if waited < required - ROUNDING {
            breaches.push(Breach::new(
                format!(
                    "after {} with Retry-After: {} the request came again after {waited:.3} s",
                    earlier.response.status.unwrap_or_default(),
                    earlier.response.header("retry-after").unwrap_or_default()
                ),
                vec![at, again],
            ));
        }
    }
    breaches
}

fn is_429(exchange: &Exchange) -> bool {
    exchange.response.status == Some(429)
}

fn seconds_with_429(exchange: &Exchange, asked: Asked) -> bool {
    is_429(exchange) && matches!(asked, Asked::Seconds(seconds) if seconds < LONG)
}

/// Runs of one request, sent again and again within an operation: their numbers.
fn runs<'a>(case: &Case<'a>) -> Vec<Vec<(usize, &'a Exchange)>> {
    let mut runs: Vec<Vec<(usize, &Exchange)>> = Vec::new();
    for (at, exchange) in case.trace.numbered() {
        let run = runs.iter_mut().find(|run| {
            let (_, first) = run[0];
            first.during == exchange.during && first.party == exchange.party && first.request.repeats(&exchange.request)
        });
        match run {
            Some(run) => run.push((at, exchange)),
            None => runs.push(vec![(at, exchange)]),
        }
    }
    runs
}

/// Requests that came again at once, or ever at the same pace, where nothing says how long to wait.
fn pace(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for run in runs(case) {
        let gaps: Vec<f64> = run
            .windows(2)
            .take_while(|pair| is_429(pair[0].1) && Asked::of(pair[0].1) == Asked::Nothing)
            .map(|pair| gap(pair[0].1, pair[1].1))
            .collect();
        let witness: Vec<usize> = run.iter().take(gaps.len() + 1).map(|(at, _)| *at).collect();
        if gaps.windows(2).any(|pair| pair.iter().all(|gap| *gap < HOT)) {
            breaches.push(Breach::new(
                format!("throttled, it came again at once: after {:.3} s and {:.3} s", gaps[0], gaps[1]),
                witness,
            ));
        } else if gaps.len() >= 3 && is_constant(&gaps[..3]) {
            let text = format!(
                "throttled, it came again ever at the same pace: after {:.1} s, {:.1} s and {:.1} s",
                gaps[0], gaps[1], gaps[2]
            );
            breaches.push(Breach::lesser(text, witness));
        }
    }
    breaches
}

/// Requests that came again early after decimal seconds. HTTP's grammar has none, so whoever waits as if nothing had been said
/// is only told so.
fn rounded_down(case: &Case<'_>) -> Vec<Breach> {
    let is_cut_off = |breach: &Breach| {
        let [at, again] = breach.witness[..] else { return false };
        let (earlier, later) = (&case.trace.exchanges[at], &case.trace.exchanges[again]);
        let asked = Asked::of(earlier).seconds().unwrap_or_default();
        gap(earlier, later) >= asked.floor() - ROUNDING
    };
    early(case, is_decimal).into_iter().map(|breach| Breach { lesser: !is_cut_off(&breach), ..breach }).collect()
}

/// Whether waits are the same but for what a machine adds. Waits that grow by less than they are spread at random are not told
/// from constant ones, and nobody is blamed for them.
fn is_constant(gaps: &[f64]) -> bool {
    let longest = gaps.iter().copied().fold(0.0, f64::max);
    let shortest = gaps.iter().copied().fold(f64::INFINITY, f64::min);
    longest <= shortest * 1.05
}

fn unending(case: &Case<'_>) -> Vec<Breach> {
    let hanging = |op| deeds(case).any(|deed| Some(deed.place) == op && deed.hangs());
    runs(case)
        .into_iter()
        .filter(|run| {
            run.iter().filter(|(_, exchange)| !exchange.response.is_success()).count() > ENDLESS
                || (run.len() > 10 && hanging(run[0].1.during))
        })
        .filter(|run| run.iter().all(|(_, exchange)| !matches!(exchange.response.status, Some(200..=399 | 401))))
        .map(|run| {
            Breach::new(
                format!("the request was sent {} times without success", run.len()),
                vec![run[0].0, run[run.len() - 1].0],
            )
        })
        .collect()
}

/// A short wait in a form that every client understands.
fn is_short(asked: Asked) -> bool {
    matches!(asked, Asked::Seconds(seconds) | Asked::Date(seconds) if seconds < 10.0)
}

fn never_again(case: &Case<'_>) -> Vec<Breach> {
    let pairs = repeated(case);
    // Who was still waiting when it was left may have come again later.
    let answered = |op| deeds(case).any(|deed| Some(deed.place) == op && deed.answer().is_some());
    case.trace
        .numbered()
        .filter(|(_, exchange)| is_429(exchange) && exchange.request.method == "GET" && answered(exchange.during))
        .filter(|(_, exchange)| is_short(Asked::of(exchange)))
        .filter(|(at, exchange)| {
            !pairs.iter().any(|((earlier, _), _)| earlier == at)
                && !case.trace.during(exchange.during.unwrap_or(usize::MAX)).any(|(other, _)| other > *at)
                && case
                    .trace
                    .during(exchange.during.unwrap_or(usize::MAX))
                    .all(|(other, exchange)| other == *at || exchange.stimuli.is_empty())
        })
        .map(|(at, _)| Breach::new("throttled once, it did not come again", vec![at]))
        .collect()
}

fn changed(case: &Case<'_>) -> Vec<Breach> {
    repeated(case)
        .into_iter()
        .filter(|((_, earlier), _)| is_429(earlier))
        .filter(|((_, earlier), (_, later))| earlier.request.body != later.request.body)
        .map(|((at, earlier), (again, later))| {
            let (was, is) = (earlier.request.body.len(), later.request.body.len());
            Breach::new(format!("the request had a body of {was} bytes, and {is} when it came again"), vec![at, again])
        })
        .collect()
}

fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 408 | 423 | 429)
}

fn repeated_refusals(case: &Case<'_>) -> Vec<Breach> {
    runs(case)
        .into_iter()
        .filter(|run| run[0].1.endpoint != Some(Endpoint::Token))
        .filter_map(|run| {
            let refused: Vec<usize> = run
                .iter()
                .filter(|(_, exchange)| {
                    exchange.response.status.is_some_and(is_final) && exchange.response.header("retry-after").is_none()
                })
                .map(|(at, _)| *at)
                .collect();
            let repeats = run.iter().filter(|(at, _)| refused.first().is_some_and(|first| at > first)).count();
            let text = format!("what was refused for good was asked for {repeats} more times");
            match repeats {
                0 => None,
                1 => Some(Breach::lesser(text, refused)),
                _ => Some(Breach::new(text, refused)),
            }
        })
        .collect()
}

/// Requests that came again at once after a value that cannot be read: once is hasty, twice in a row is a hot loop.
fn garbage(case: &Case<'_>) -> Vec<Breach> {
    let at_once: Vec<(usize, usize, String)> = repeated(case)
        .into_iter()
        .filter(|((_, earlier), _)| Asked::of(earlier) == Asked::Garbage)
        .filter(|((_, earlier), (_, later))| gap(earlier, later) < HOT)
        .map(|((at, earlier), (again, later))| {
            let value = earlier.response.header("retry-after").unwrap_or_default();
            (at, again, format!("after Retry-After: {value} it came again after {:.3} s", gap(earlier, later)))
        })
        .collect();
    let loops = |again: usize| at_once.iter().find(|(at, _, _)| *at == again);
    at_once
        .iter()
        .map(|(at, again, text)| match loops(*again) {
            Some((_, third, _)) => Breach::new(format!("{text}, and again as fast"), vec![*at, *again, *third]),
            None => Breach::lesser(text.clone(), vec![*at, *again]),
        })
        .collect()
}

/// Whether an answer is not the first one to ask for a wait, and asks for another than those before it.
fn is_later_value(case: &Case<'_>, exchange: &Exchange) -> bool {
    let before = case.trace.exchanges.iter().take_while(|other| !std::ptr::eq(*other, exchange));
    let values: Vec<f64> = before.filter_map(|other| Asked::of(other).seconds()).collect();
    Asked::of(exchange).seconds().is_some_and(|seconds| values.last().is_some_and(|last| seconds > *last))
}

fn is_date(_: &Exchange, asked: Asked) -> bool {
    matches!(asked, Asked::Date(_))
}

fn is_old_date(_: &Exchange, asked: Asked) -> bool {
    matches!(asked, Asked::OldDate(_))
}

fn is_503(exchange: &Exchange, asked: Asked) -> bool {
    matches!(exchange.response.status, Some(503 | 504)) && asked.seconds().is_some()
}

fn is_long(_: &Exchange, asked: Asked) -> bool {
    asked.seconds().is_some_and(|seconds| seconds >= LONG)
}

fn is_decimal(_: &Exchange, asked: Asked) -> bool {
    matches!(asked, Asked::Decimal(_))
}

fn is_of_token(exchange: &Exchange, asked: Asked) -> bool {
    exchange.endpoint == Some(Endpoint::Token) && asked.seconds().is_some()
}

fn dated(date: DateForm) -> crate::scenario::Scenario {
    told_to_wait(429, RetryAfter::Date { date, ahead: Seconds(7) })
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "THR-01",
        summary: "After 429 with `Retry-After` in seconds, the request does not come again before they have passed.",
        levels: Levels::all(Level::Must),
        sources: &[THROTTLING, GUIDELINES, SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, seconds_with_429),
            judge: |case| early(case, seconds_with_429),
            minimal: &[|| told_to_wait(429, RetryAfter::Seconds(7))],
            convicts: &[Defect::IgnoresRetryAfter, Defect::Milliseconds],
        }),
    },
    Rule {
        id: "THR-02",
        summary: "The same where `Retry-After` is a date.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::DATES, GUIDELINES],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, is_date),
            judge: |case| early(case, is_date),
            minimal: &[|| dated(DateForm::Imf)],
            convicts: &[Defect::SecondsOnly],
        }),
    },
    Rule {
        id: "THR-03",
        summary: "All three formats of HTTP's dates are understood, and as UTC.",
        levels: Levels::all(Level::Should).rfc(Level::Must),
        sources: &[rfc9110::DATES],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, is_old_date),
            judge: |case| early(case, is_old_date),
            minimal: &[|| dated(DateForm::Asctime)],
            convicts: &[Defect::NewestDatesOnly],
        }),
    },
    Rule {
        id: "THR-04",
        summary: "The same after 503 and 504.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::RETRY_AFTER, SDK, PRACTICES],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, is_503),
            judge: |case| early(case, is_503),
            minimal: &[|| told_to_wait(503, RetryAfter::Seconds(7))],
            convicts: &[Defect::RetryAfterOn429Only],
        }),
    },
    Rule {
        id: "THR-05",
        summary: "Without `Retry-After` the waits grow, and none is nothing.",
        levels: Levels::all(Level::Must),
        sources: &[THROTTLING, SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                runs(case).iter().any(|run| {
                    run.iter().filter(|(_, exchange)| is_429(exchange) && Asked::of(exchange) == Asked::Nothing).count()
                        >= 3
                })
            },
            judge: pace,
            minimal: &[|| listing(1).with(Stimulus::once(Endpoint::List, 1, Act::status(429)).times(3))],
            convicts: &[Defect::HotLoop, Defect::ConstantDelay],
        }),
    },
    Rule {
        id: "THR-06",
        summary: "Coming again has an end, and then the error is given.",
        levels: Levels::all(Level::Must),
        sources: &[SDK, ROBUSTNESS],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                runs(case)
                    .iter()
                    .any(|run| run.iter().filter(|(_, exchange)| !exchange.response.is_success()).count() >= 4)
            },
            judge: unending,
            minimal: &[|| listing(1).with(Stimulus::once(Endpoint::List, 1, Act::status(503)).times(1_000))],
            convicts: &[Defect::RetriesForEver],
        }),
    },
    Rule {
        id: "THR-07",
        summary: "A client that claims to come again does so after 429.",
        levels: Levels::all(Level::Should),
        sources: &[THROTTLING],
        needs: &["retry.auto"],
        watch: Watch::Case(Check {
            met: |case| {
                asks(case, |exchange, asked| is_429(exchange) && exchange.request.method == "GET" && is_short(asked))
            },
            judge: never_again,
            minimal: &[|| told_to_wait(429, RetryAfter::Seconds(1))],
            convicts: &[Defect::GivesUpAtOnce],
        }),
    },
    Rule {
        id: "THR-08",
        summary: "The latest `Retry-After` holds, not an earlier one.",
        levels: Levels::all(Level::Must),
        sources: &[THROTTLING, SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| case.trace.exchanges.iter().any(|exchange| is_later_value(case, exchange)),
            judge: |case| early(case, |exchange, _| is_later_value(case, exchange)),
            minimal: &[|| {
                told_to_wait(429, RetryAfter::Seconds(1)).with(Stimulus::once(
                    Endpoint::List,
                    2,
                    Act::come_again(429, RetryAfter::Seconds(7)),
                ))
            }],
            convicts: &[Defect::FirstValueForAll],
        }),
    },
    Rule {
        id: "THR-09",
        summary: "A long `Retry-After` is not shortened; giving the error is as good.",
        levels: Levels::all(Level::Must),
        sources: &[THROTTLING, GUIDELINES, SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, is_long),
            judge: |case| early(case, is_long),
            minimal: &[|| told_to_wait(429, RetryAfter::Seconds(600))],
            convicts: &[Defect::CapsRetryAfter],
        }),
    },
    Rule {
        id: "THR-10",
        summary: "A `Retry-After` that cannot be read, or is not in the future, does not mean at once.",
        levels: Levels::all(Level::Must),
        sources: &[THROTTLING, ROBUSTNESS],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, |_, asked| asked == Asked::Garbage),
            judge: garbage,
            minimal: &[|| {
                let mut scenario = told_to_wait(429, RetryAfter::Raw("soon".to_owned()));
                scenario.stimuli[0].times = 2;
                scenario
            }],
            convicts: &[Defect::GarbageMeansNow],
        }),
    },
    Rule {
        id: "THR-11",
        summary: "A decimal `Retry-After` is not rounded down.",
        levels: Levels::all(Level::Should),
        sources: &[THROTTLING],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, is_decimal),
            judge: rounded_down,
            minimal: &[|| told_to_wait(429, RetryAfter::Raw("7.5".to_owned()))],
            convicts: &[Defect::RoundsDown],
        }),
    },
    Rule {
        id: "THR-12",
        summary: "`retry-after` is found whatever the case of its letters.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::NAMES],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| asks(case, seconds_with_429),
            judge: |case| early(case, seconds_with_429),
            minimal: &[|| told_to_wait(429, RetryAfter::Seconds(7))],
            convicts: &[Defect::HeaderCase],
        }),
    },
    Rule {
        id: "THR-13",
        summary: "While one request is throttled, others of the app slow down too.",
        levels: Levels::all(Level::May),
        sources: &[THROTTLING],
        needs: &[],
        watch: Watch::Not("operations of a scenario follow one another"),
    },
    Rule {
        id: "THR-14",
        summary: "A request that comes again is the same: verb, target and body.",
        levels: Levels::all(Level::Must),
        sources: &[SDK],
        needs: &["op.batch_reset"],
        watch: Watch::Case(Check {
            met: |case| {
                hits(case, |act| matches!(act, Act::Status { code: 429, .. })).any(|(_, exchange)| {
                    !exchange.request.body.is_empty() && exchange.endpoint == Some(Endpoint::Batch)
                })
            },
            judge: |case| {
                changed(case)
                    .into_iter()
                    .filter(|breach| {
                        breach.witness.iter().all(|at| case.trace.exchanges[*at].endpoint == Some(Endpoint::Batch))
                    })
                    .collect()
            },
            minimal: &[|| {
                batch(1).with(Stimulus::once(Endpoint::Batch, 1, Act::come_again(429, RetryAfter::Seconds(1))))
            }],
            convicts: &[Defect::LosesBody],
        }),
    },
    Rule {
        id: "THR-16",
        summary: "After 503 the request comes again over another connection.",
        levels: Levels::all(Level::Should),
        sources: &[PRACTICES],
        needs: &[],
        watch: Watch::Not("the journal does not tell connections apart"),
    },
    Rule {
        id: "THR-18",
        summary: "What was refused for good is not asked for again.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::ERRORS, SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                case.trace.exchanges.iter().any(|exchange| {
                    exchange.response.status.is_some_and(is_final)
                        && exchange.endpoint.is_some_and(|endpoint| endpoint != Endpoint::Token)
                })
            },
            judge: repeated_refusals,
            minimal: &[|| {
                list_meets(Act::status(403)).with(Stimulus::once(Endpoint::List, 2, Act::status(403)).times(9))
            }],
            convicts: &[Defect::RetriesRefusals],
        }),
    },
    Rule {
        id: "THR-20",
        summary: "A 429 is not kept by a cache.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::source("RFC 6585, 4")],
        needs: &[],
        watch: Watch::Not("no operation of the protocol is asked twice in a way that a cache could answer"),
    },
    Rule {
        id: "THR-21",
        summary: "A wait can be called off.",
        levels: Levels::all(Level::Should),
        sources: &[SDK],
        needs: &[],
        watch: Watch::Not("the protocol cannot call off an operation"),
    },
    Rule {
        id: "THR-23",
        summary: "`Retry-After` holds at the token endpoint too.",
        levels: Levels::all(Level::Should),
        sources: &[rfc9110::RETRY_AFTER],
        needs: &["auth.client_credentials"],
        watch: Watch::Case(Check {
            met: |case| asks(case, is_of_token),
            judge: |case| early(case, is_of_token),
            minimal: &[|| {
                listing(1).with(Stimulus::once(Endpoint::Token, 1, Act::come_again(429, RetryAfter::Seconds(7))))
            }],
            convicts: &[Defect::HastyAtTokens],
        }),
    },
];
