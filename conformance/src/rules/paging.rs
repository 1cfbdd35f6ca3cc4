//! Lists of many pages: PAG.

use std::collections::BTreeMap;

use super::observe::{
    ENDLESS, ERRORS, GUIDELINES, ODATA, PAGING, ROBUSTNESS, SDK, VERSIONS, deeds, hits, met, met_only, must_not_matter,
    undisturbed, without, wrong,
};
use super::scenes::{listing, page_is, page_meets};
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::operation::{Filter, Op};
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::stimulus::{Act, Endpoint, PageKind, RetryAfter};
use crate::trace::{Exchange, Party, options, path_of};

/// Answers with a link that were given whole, and what the link is.
fn linked<'a>(case: &Case<'a>) -> Vec<(usize, &'a Exchange, String)> {
    let pages = case.trace.at(Endpoint::List);
    pages
        .filter(|(_, exchange)| exchange.response.is_success() && exchange.response.whole)
        .filter_map(|(at, exchange)| Some((at, exchange, exchange.response.next_link()?)))
        .collect()
}

fn items(exchange: &Exchange) -> Option<usize> {
    exchange.response.items()
}

fn sorted_options(target: &str) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in options(target) {
        all.entry(name.to_ascii_lowercase()).or_default().push(value);
    }
    all
}

fn same_meaning(one: &str, other: &str) -> bool {
    one.split('?').next() == other.split('?').next() && sorted_options(one) == sorted_options(other)
}

/// Pages of this kind whose link was not followed by who says to have everything.
fn unfollowed(case: &Case<'_>, is: impl Fn(&Exchange) -> bool) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (at, exchange, link) in linked(case) {
        let Some(deed) = deeds(case).find(|deed| Some(deed.place) == exchange.during) else { continue };
        // Who follows a link that leads nowhere better has done enough.
        if !is(exchange) || !deed.claims_success() || link == "null" {
            continue;
        }
        let followed = case
            .trace
            .during(deed.place)
            .any(|(later, other)| later > at && same_meaning(&other.request.target, path_of(&link)));
        if !followed {
            let count = items(exchange).unwrap_or_default();
            breaches.push(Breach::new(format!("a page of {count} devices has a link, which nobody followed, and the client says that it has everything"), vec![at]));
        }
    }
    breaches
}

fn largest_before(case: &Case<'_>, exchange: &Exchange) -> usize {
    let before = case.trace.exchanges.iter().take_while(|other| !std::ptr::eq(*other, exchange));
    before
        .filter(|other| other.during == exchange.during && other.endpoint == Some(Endpoint::List))
        .filter_map(items)
        .max()
        .unwrap_or_default()
}

fn is_empty_page(exchange: &Exchange) -> bool {
    items(exchange) == Some(0)
}

fn respelled(case: &Case<'_>) -> Vec<Breach> {
    let linked = linked(case);
    // How a link without scheme and host is resolved is another rule's business.
    let is_relative = |at: usize| linked.iter().any(|(from, _, link)| *from == at && !link.contains("://"));
    let links: Vec<(usize, String)> = linked.iter().map(|(at, _, link)| (*at, path_of(link).to_owned())).collect();
    let mut breaches = Vec::new();
    for (at, exchange) in case.trace.at(Endpoint::List) {
        let target = &exchange.request.target;
        let is_continuation = options(target).iter().any(|(name, _)| name.to_ascii_lowercase().contains("skiptoken"));
        if !is_continuation || links.iter().any(|(from, link)| *from < at && link == target) {
            continue;
        }
        let same = links.iter().rfind(|(from, link)| *from < at && same_meaning(link, target));
        match (same, links.iter().rfind(|(from, _)| *from < at)) {
            (Some((from, _)), _) => {
                breaches.push(Breach::lesser("the link was followed in another spelling", vec![*from, at]));
            }
            (None, Some((from, link))) if !is_relative(*from) => {
                breaches.push(Breach::new(
                    format!("the link {link} was followed as {target}, which means something else"),
                    vec![*from, at],
                ));
            }
            (None, _) => {}
        }
    }
    breaches
}

fn own_arithmetic(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for deed in deeds(case).filter(|deed| matches!(deed.op, Op::ListDevices { .. })) {
        let own = case.trace.during(deed.place).find(|(at, exchange)| {
            exchange.endpoint == Some(Endpoint::List)
                && options(&exchange.request.target).iter().any(|(name, _)| name == "$skip")
                && !linked(case).iter().any(|(from, _, link)| from < at && path_of(link) == exchange.request.target)
        });
        if let Some((at, exchange)) = own {
            let text = format!("it counts by itself: {}", exchange.request.target);
            let harmful = deed.hangs() || wrong(case, &deed).is_some();
            breaches.push(if harmful { Breach::new(text, vec![at]) } else { Breach::lesser(text, vec![at]) });
        }
    }
    breaches.extend(must_not_matter(case, is_wrong_count));
    breaches
}

/// Whether an operation lists devices without looking for a name: how names are escaped is another rule's business.
fn lists_all(op: &Op) -> bool {
    matches!(op, Op::ListDevices { filter: None | Some(Filter::OperatingSystem(_)), .. })
}

fn is_wrong_count(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::WrongCount })
}

fn token_abroad(case: &Case<'_>, led: impl Fn(&Exchange) -> bool) -> Vec<Breach> {
    case.trace
        .numbered()
        .filter(|(_, exchange)| exchange.party == Party::Foreign && exchange.request.header("authorization").is_some())
        .filter(|(at, exchange)| {
            case.trace.exchanges[..*at].iter().any(|earlier| earlier.during == exchange.during && led(earlier))
        })
        .map(|(at, exchange)| {
            let host = exchange.request.header("host").unwrap_or("another host");
            Breach::new(format!("the token was sent to {host}"), vec![at])
        })
        .collect()
}

fn is_foreign_link(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::ForeignLink | PageKind::LookAlikeHost })
}

fn is_loop(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::Loop })
}

fn circles(case: &Case<'_>) -> Vec<Breach> {
    hits(case, is_loop)
        .filter_map(|(at, exchange)| {
            let same = case
                .trace
                .exchanges
                .iter()
                .filter(|other| other.during == exchange.during && other.request.repeats(&exchange.request))
                .count();
            (same > ENDLESS).then(|| {
                Breach::new(format!("the link leads to its own page, and it was followed {same} times"), vec![at])
            })
        })
        .take(1)
        .collect()
}

/// Lists that are said to be whole although the last thing that happened was a failure.
fn swallowed(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        .filter(|deed| matches!(deed.op, Op::ListDevices { .. } | Op::FindDevice { .. }) && deed.claims_success())
        .filter_map(|deed| {
            let (at, last) =
                case.trace.during(deed.place).rfind(|(_, exchange)| exchange.endpoint == Some(Endpoint::List))?;
            let response = &last.response;
            // 404 has a rule of its own.
            let fine = response.is_success() && response.whole && response.items().is_some();
            if fine || response.status == Some(404) {
                return None;
            }
            let what = response.status.map_or("no answer".to_owned(), |status| status.to_string());
            Some(Breach::new(
                format!("the last page it asked for ended in {what}, and it says that it has everything"),
                vec![at],
            ))
        })
        .collect()
}

fn is_passing(act: &Act) -> bool {
    matches!(act, Act::Status { code: 429 | 503, .. } | Act::Token { .. })
}

fn resumed(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        .filter(|deed| {
            matches!(deed.op, Op::ListDevices { .. }) && deed.claims_success() && met_only(case, deed.place, is_passing)
        })
        .filter_map(|deed| {
            let what = wrong(case, &deed)?;
            let at = hits(case, is_passing).find(|(_, exchange)| exchange.during == Some(deed.place))?.0;
            let text = format!("after it was stopped between pages, {what}");
            Some(Breach::new(text, vec![at]).unless(without(case.scenario, is_passing), deed.place))
        })
        .collect()
}

fn stopped_between(case: &Case<'_>) -> bool {
    hits(case, is_passing)
        .any(|(_, exchange)| exchange.endpoint == Some(Endpoint::List) && exchange.page.is_some_and(|page| page > 1))
}

fn is_hard_link(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::LongLink | PageKind::EscapedLink })
}

fn is_relative(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::RelativeLink })
}

fn is_expired_link(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::ExpiredToken })
}

fn is_duplicate(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::Duplicate | PageKind::Reversed })
}

fn is_stray_end(act: &Act) -> bool {
    matches!(act, Act::Page { kind: PageKind::NullLink | PageKind::NextLinkOnEmpty })
}

/// Three devices in a service that makes nothing of `$skip`.
fn skips_strangely() -> crate::scenario::Scenario {
    let mut scenario = listing(3);
    scenario.tenant.quirks.insert("skip".to_owned(), "empty-with-link".to_owned());
    scenario
}

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "PAG-01",
        summary: "Links are followed until there is none.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING, GUIDELINES],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| !linked(case).is_empty(),
            judge: |case| unfollowed(case, |_| true),
            minimal: &[|| listing(2)],
            convicts: &[Defect::FirstPageOnly],
        }),
    },
    Rule {
        id: "PAG-02",
        summary: "A link is opaque, and followed as it is.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING, GUIDELINES],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| {
                case.trace.at(Endpoint::List).any(|(_, exchange)| exchange.page.is_some_and(|page| page > 1))
                    || !respelled(case).is_empty()
            },
            judge: respelled,
            minimal: &[|| {
                let mut scenario = listing(2);
                "100% + 1 & #2".clone_into(&mut scenario.tenant.devices[0].name);
                scenario.program =
                    vec![Op::ListDevices { filter: None, select: vec!["id".into(), "deviceName".into()] }];
                scenario
            }],
            convicts: &[Defect::DecodesLink, Defect::AddsOptions, Defect::ReordersLink],
        }),
    },
    Rule {
        id: "PAG-03",
        summary: "An empty page with a link is not the end.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| linked(case).iter().any(|(_, exchange, _)| is_empty_page(exchange)),
            judge: |case| unfollowed(case, is_empty_page),
            minimal: &[|| page_is(1, 1, PageKind::Empty)],
            convicts: &[Defect::StopsAtEmptyPage],
        }),
    },
    Rule {
        id: "PAG-04",
        summary: "A page with fewer devices than others is not the end.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING, GUIDELINES, VERSIONS],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| {
                linked(case).iter().any(|(_, exchange, _)| {
                    items(exchange).is_some_and(|count| count > 0 && count < largest_before(case, exchange))
                })
            },
            judge: |case| {
                unfollowed(case, |exchange| {
                    items(exchange).is_some_and(|count| count > 0 && count < largest_before(case, exchange))
                })
            },
            minimal: &[|| {
                let mut scenario = page_is(22, 2, PageKind::Short);
                scenario.tenant.page = 10;
                scenario
            }],
            convicts: &[Defect::StopsAtShortPage],
        }),
    },
    Rule {
        id: "PAG-05",
        summary: "Pages are not counted by the client, neither by `$skip` nor by `@odata.count`.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING, GUIDELINES],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| {
                met(case, is_wrong_count)
                    || (!linked(case).is_empty() && case.scenario.tenant.quirks.contains_key("skip"))
            },
            judge: own_arithmetic,
            minimal: &[|| page_is(1, 1, PageKind::WrongCount), skips_strangely],
            convicts: &[Defect::OwnSkip, Defect::TrustsCount],
        }),
    },
    Rule {
        id: "PAG-06",
        summary: "Headers of the first request are sent with every page.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING, SDK],
        needs: &[],
        watch: Watch::Not("the protocol does not hand a client headers to send"),
    },
    Rule {
        id: "PAG-07",
        summary: "The token does not follow a link to another host.",
        levels: Levels::all(Level::Must),
        sources: &[SDK, super::observe::BEARER],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_foreign_link),
            judge: |case| token_abroad(case, |earlier| super::observe::hit(case, earlier, is_foreign_link)),
            minimal: &[|| page_is(2, 1, PageKind::ForeignLink)],
            convicts: &[Defect::TokenToForeignLink],
        }),
    },
    Rule {
        id: "PAG-08",
        summary: "Links that lead in a circle are not followed for ever.",
        levels: Levels::all(Level::Must),
        sources: &[ROBUSTNESS],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_loop),
            judge: circles,
            minimal: &[|| {
                let mut scenario = page_is(2, 1, PageKind::Loop);
                scenario.stimuli[0].times = 1_000;
                scenario
            }],
            convicts: &[Defect::EndlessCycle],
        }),
    },
    Rule {
        id: "PAG-09",
        summary: "A device that is there twice, or in another order, does no harm.",
        levels: Levels::all(Level::Must),
        sources: &[GUIDELINES],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_duplicate),
            judge: |case| {
                deeds(case)
                    .filter(|deed| met_only(case, deed.place, is_duplicate) && !deed.claims_success())
                    .map(|deed| Breach::new(format!("a device came twice or late, and {}", deed.told()), vec![]))
                    .collect()
            },
            minimal: &[|| page_is(2, 1, PageKind::Duplicate)],
            convicts: &[Defect::TwiceFatal],
        }),
    },
    Rule {
        id: "PAG-10",
        summary: "An error on any page reaches the caller; what there is of a list is not given for the whole.",
        levels: Levels::all(Level::Must),
        sources: &[ERRORS, PAGING],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| {
                case.trace.at(Endpoint::List).any(|(at, exchange)| {
                    !(exchange.response.is_success() && exchange.response.whole)
                        && case.trace.during(exchange.during.unwrap_or(usize::MAX)).all(|(other, _)| other <= at)
                })
            },
            judge: swallowed,
            minimal: &[|| {
                let mut scenario = page_meets(2, 2, Act::come_again(429, RetryAfter::Seconds(1)));
                scenario.stimuli[0].times = 1_000;
                scenario
            }],
            convicts: &[Defect::SwallowsPageError, Defect::GivesUpSilently],
        }),
    },
    Rule {
        id: "PAG-11",
        summary: "Stopped between pages by 401, 429 or 503, a client goes on where it was.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING, super::observe::THROTTLING],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: stopped_between,
            judge: resumed,
            minimal: &[|| page_meets(2, 2, Act::come_again(429, RetryAfter::Seconds(1)))],
            convicts: &[Defect::RestartsAtThrottledPage],
        }),
    },
    Rule {
        id: "PAG-12",
        summary: "A link that has expired leads to an error or a new beginning, not to a shorter list.",
        levels: Levels::all(Level::Must),
        sources: &[GUIDELINES],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_expired_link),
            judge: |case| {
                deeds(case)
                    .filter(|deed| deed.claims_success() && met_only(case, deed.place, is_expired_link))
                    .filter_map(|deed| {
                        let text = format!("a link had expired: {}", wrong(case, &deed)?);
                        Some(Breach::new(text, vec![]).unless(without(case.scenario, is_expired_link), deed.place))
                    })
                    .collect()
            },
            minimal: &[|| page_is(2, 1, PageKind::ExpiredToken)],
            convicts: &[Defect::ExpiredLinkIsEnd],
        }),
    },
    Rule {
        id: "PAG-13",
        summary: "A link without scheme and host is resolved.",
        levels: Levels::all(Level::May).odata(Level::Must),
        sources: &[ODATA],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_relative),
            judge: |case| must_not_matter(case, is_relative),
            minimal: &[|| page_is(2, 1, PageKind::RelativeLink)],
            convicts: &[Defect::RelativeLinkIsEnd],
        }),
    },
    Rule {
        id: "PAG-14",
        summary: "Long links, and links in which much is escaped, survive.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_hard_link),
            judge: |case| must_not_matter(case, is_hard_link),
            minimal: &[|| page_is(2, 1, PageKind::LongLink)],
            convicts: &[Defect::ShortensLinks],
        }),
    },
    Rule {
        id: "PAG-15",
        summary: "The end of a list may be spelled as a null link, or be an empty page.",
        levels: Levels::all(Level::Should),
        sources: &[PAGING, VERSIONS],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| met(case, is_stray_end),
            judge: |case| must_not_matter(case, is_stray_end),
            minimal: &[|| page_is(1, 1, PageKind::NullLink)],
            convicts: &[Defect::FollowsNull],
        }),
    },
    Rule {
        id: "PAG-16",
        summary: "A delta link is kept and used as it is.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING],
        needs: &[],
        watch: Watch::Not("managed devices have no delta in v1.0"),
    },
    Rule {
        id: "PAG-18",
        summary: "Where nothing goes wrong, a list holds every device once.",
        levels: Levels::all(Level::Must),
        sources: &[PAGING],
        needs: &["op.list"],
        watch: Watch::Case(Check {
            met: |case| deeds(case).any(|deed| lists_all(deed.op) && undisturbed(case, deed.place)),
            judge: |case| {
                deeds(case)
                    .filter(|deed| lists_all(deed.op) && undisturbed(case, deed.place))
                    .filter_map(|deed| {
                        Some(Breach::new(format!("nothing went wrong, and {}", wrong(case, &deed)?), vec![]))
                    })
                    .collect()
            },
            minimal: &[|| {
                let mut scenario = listing(2);
                "Device 0".clone_into(&mut scenario.tenant.devices[1].name);
                scenario
            }],
            convicts: &[Defect::OneOfEachName],
        }),
    },
];

/// What another family asks about tokens that leave.
pub(super) fn token_along_redirect(case: &Case<'_>) -> Vec<Breach> {
    token_abroad(case, |earlier| earlier.response.status.is_some_and(|status| (300..400).contains(&status)))
}
