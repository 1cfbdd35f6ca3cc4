//! Understanding what was answered: PAR.

use chrono::DateTime;
use serde_json::Value as Json;

use super::observe::{
    GUIDELINES, ODATA, PRACTICES, SDK, VERSIONS, deeds, hits, met, met_only, must_not_matter, rfc9110, seen,
    undisturbed, without, wrong,
};
use super::scenes::{getting, list_meets, listing, resetting};
use crate::client_log::End;
use crate::defect::Defect;
use crate::evidence::Case;
use crate::finding::Breach;
use crate::operation::Op;
use crate::rule::{Check, Level, Levels, Rule, Watch};
use crate::scenario::{Device, Scenario};
use crate::stimulus::{Act, BodyKind, Endpoint, Point, Stimulus};
use crate::trace::Exchange;

fn is_body(act: &Act, kinds: &[BodyKind]) -> bool {
    matches!(act, Act::Body { kind } if kinds.contains(kind))
}

fn extra(act: &Act) -> bool {
    is_body(act, &[BodyKind::ExtraMembers])
}

fn shuffled(act: &Act) -> bool {
    is_body(act, &[BodyKind::ShuffledMembers])
}

fn unknown_members(act: &Act) -> bool {
    is_body(act, &[BodyKind::UnknownEnums])
}

fn absent(act: &Act) -> bool {
    is_body(act, &[BodyKind::NullEnums, BodyKind::MissingMembers])
}

fn strange_dates(act: &Act) -> bool {
    is_body(act, &[BodyKind::ZeroDates, BodyKind::LastDates])
}

fn numbers_as_texts(act: &Act) -> bool {
    is_body(act, &[BodyKind::NumbersAsStrings])
}

fn framed_otherwise(act: &Act) -> bool {
    matches!(act, Act::Chunk { .. } | Act::Slow { .. }) || is_body(act, &[BodyKind::Whitespace])
}

/// No text asks a client to read JSON that is called `text/plain`, nor one that begins with a byte order mark.
fn named_or_marked_otherwise(act: &Act) -> bool {
    is_body(act, &[BodyKind::WrongContentType, BodyKind::Bom])
}

fn cut(act: &Act) -> bool {
    matches!(act, Act::Truncate { .. } | Act::Reset { at: Point::Body })
        || is_body(act, &[BodyKind::TruncatedJson, BodyKind::InvalidJson])
}

fn emptied(act: &Act) -> bool {
    is_body(act, &[BodyKind::Empty])
}

fn strange_status(act: &Act) -> bool {
    matches!(act, Act::Status { code, .. } if is_strange(*code))
}

/// A status that no text about Graph speaks of.
fn is_strange(status: u16) -> bool {
    matches!(status, 206..=299 | 418..=422 | 440..=499 | 510..=599)
}

/// Whatever an undisturbed reading operation says of a device must be what is true of it.
fn must_equal(
    case: &Case<'_>,
    property: &str,
    truth: impl Fn(&Device) -> Json,
    judge: impl Fn(&Json, &Json) -> Option<Breach>,
) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (op, place, device) in seen(case) {
        let Some(told) = device.get(property) else { continue };
        // Clients whose devices have a place for every property give null for those that they did not ask for.
        if told.is_null() && !asks_for(&case.scenario.program[op], property) {
            continue;
        }
        let harmless = |act: &Act| framed_otherwise(act) || numbers_as_texts(act) || named_or_marked_otherwise(act);
        if !undisturbed(case, op) && !met_only(case, op, harmless) {
            continue;
        }
        // A device that was asked to do something has checked in since.
        if property == "lastSyncDateTime" && case.end.resets.contains_key(&place) {
            continue;
        }
        let expected = truth(&case.scenario.tenant.devices[place]);
        breaches.extend(judge(&expected, told).map(|breach| {
            let witness = case.trace.during(op).last().map(|(at, _)| at).into_iter().collect();
            Breach { witness, ..breach }
        }));
    }
    breaches
}

fn asks_for(op: &Op, property: &str) -> bool {
    match op {
        Op::ListDevices { select, .. } | Op::GetDevice { select, .. } => {
            select.is_empty() || select.iter().any(|selected| selected == property)
        }
        _ => true,
    }
}

fn dates(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = must_not_matter(case, strange_dates);
    breaches.extend(must_equal(
        case,
        "lastSyncDateTime",
        |device| device.last_sync.clone().into(),
        |expected, told| {
            let instant = |json: &Json| DateTime::parse_from_rfc3339(json.as_str()?).ok();
            match (instant(expected), instant(told)) {
                (Some(one), Some(other)) if (one - other).num_seconds() == 0 => None,
                _ => Some(Breach::new(format!("lastSyncDateTime is {expected}, and the client says {told}"), vec![])),
            }
        },
    ));
    // Who does not come as far as a device because of its date is no better.
    let strange = case.scenario.tenant.devices.iter().any(|device| is_strange_date(&device.last_sync));
    if strange {
        breaches.extend(
            deeds(case)
                .filter(|deed| {
                    undisturbed(case, deed.place)
                        && matches!(deed.op, Op::ListDevices { .. } | Op::GetDevice { .. } | Op::FindDevice { .. })
                })
                .filter(|deed| case.trace.during(deed.place).all(|(_, exchange)| exchange.response.is_success()))
                .filter_map(|deed| {
                    let text = format!("a device has an unusual date: {}", wrong(case, &deed)?);
                    Some(Breach::new(text, vec![]).unless(with_usual_dates(case.scenario), deed.place))
                }),
        );
    }
    breaches
}

fn with_usual_dates(scenario: &Scenario) -> Scenario {
    let mut usual = scenario.clone();
    for device in &mut usual.tenant.devices {
        device.last_sync = Device::of_row(&device.row, &device.name).last_sync;
    }
    usual
}

fn is_strange_date(date: &str) -> bool {
    date.starts_with("0001") || date.starts_with("9999") || date.contains('.')
}

fn numbers(case: &Case<'_>) -> Vec<Breach> {
    // OData's clients ask for numbers as texts; here nobody did, so that who cannot read them is only told so.
    let unasked = must_not_matter(case, numbers_as_texts);
    let mut breaches: Vec<Breach> = unasked.into_iter().map(|breach| Breach { lesser: true, ..breach }).collect();
    let as_text = met(case, numbers_as_texts);
    breaches.extend(must_equal(
        case,
        "totalStorageSpaceInBytes",
        |device| device.storage.into(),
        |expected, told| {
            let told_number = told.as_str().and_then(|text| text.parse::<i64>().ok()).or_else(|| told.as_i64());
            if told_number == expected.as_i64() {
                return None;
            }
            let text = format!("totalStorageSpaceInBytes is {expected}, and the client says {told}");
            let beyond_double = expected.as_i64().is_some_and(|number| number.unsigned_abs() > 1 << 53);
            Some(if beyond_double || as_text { Breach::lesser(text, vec![]) } else { Breach::new(text, vec![]) })
        },
    ));
    breaches
}

fn names(case: &Case<'_>) -> Vec<Breach> {
    must_equal(
        case,
        "deviceName",
        |device| device.name.clone().into(),
        |expected, told| {
            (expected != told)
                .then(|| Breach::new(format!("deviceName is {expected}, and the client says {told}"), vec![]))
        },
    )
}

fn names_in_pieces(case: &Case<'_>) -> Vec<Breach> {
    let mut breaches = must_not_matter(case, framed_otherwise);
    if met(case, framed_otherwise) {
        breaches.extend(names(case));
    }
    let odd = must_not_matter(case, named_or_marked_otherwise);
    breaches.extend(odd.into_iter().map(|breach| Breach { lesser: true, ..breach }));
    breaches
}

fn short_success(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        .filter(|deed| deed.claims_success() && met_only(case, deed.place, cut))
        .filter_map(|deed| {
            let what = wrong(case, &deed)?;
            let at = hits(case, cut).find(|(_, exchange)| exchange.during == Some(deed.place))?.0;
            let text = format!("an answer was cut off, and the client took it for whole: {what}");
            Some(Breach::new(text, vec![at]).unless(without(case.scenario, cut), deed.place))
        })
        .collect()
}

fn is_compressed(exchange: &Exchange) -> bool {
    exchange.response.header("content-encoding") == Some("gzip")
}

/// Operations that fail although everything they asked for was given, and nothing but the coding was unusual. Who asks for
/// something wrong, or says that it has everything and has not, breaks other rules.
fn unreadable_when_compressed(case: &Case<'_>) -> Vec<Breach> {
    if case.scenario.tenant.devices.iter().any(|device| is_strange_date(&device.last_sync)) {
        return Vec::new();
    }
    deeds(case)
        .filter(|deed| undisturbed(case, deed.place) && !deed.claims_success() && deed.answer().is_some())
        .filter(|deed| case.trace.during(deed.place).all(|(_, exchange)| exchange.response.is_success()))
        .filter_map(|deed| {
            let (at, _) = case.trace.during(deed.place).rfind(|(_, exchange)| is_compressed(exchange))?;
            Some(Breach::new(format!("an answer was compressed: {}", wrong(case, &deed)?), vec![at]))
        })
        .collect()
}

fn crashes(case: &Case<'_>, is: impl Fn(&Act) -> bool + Copy) -> Vec<Breach> {
    deeds(case)
        .filter(|deed| matches!(deed.performed.end, End::Crashed(_)))
        .filter_map(|deed| {
            let at = hits(case, is).find(|(_, exchange)| exchange.during == Some(deed.place))?.0;
            Some(Breach::new(format!("an answer without a body: {}", deed.told()), vec![at]))
        })
        .collect()
}

fn misread_status(case: &Case<'_>) -> Vec<Breach> {
    deeds(case)
        .filter_map(|deed| {
            let (at, last) = case.trace.during(deed.place).next_back()?;
            let status = last.response.status.filter(|status| is_strange(*status))?;
            let reads = matches!(deed.op, Op::ListDevices { .. } | Op::FindDevice { .. } | Op::GetDevice { .. });
            let wrong = if status < 300 {
                !deed.claims_success() && !reads
            } else {
                deed.claims_success() && deed.answer()?.results.is_none()
            };
            wrong.then(|| Breach::new(format!("the status was {status}, and {}", deed.told()), vec![at]))
        })
        .collect()
}

fn named(name: &str) -> Scenario {
    let mut scenario = listing(1);
    name.clone_into(&mut scenario.tenant.devices[0].name);
    scenario
}

fn meets_body(kind: BodyKind) -> Scenario {
    list_meets(Act::Body { kind })
}

macro_rules! harmless {
    ($id:literal, $summary:literal, $level:expr, $sources:expr, $is:expr, $minimal:expr, $convicts:expr) => {
        Rule {
            id: $id,
            summary: $summary,
            levels: Levels::all($level),
            sources: $sources,
            needs: &[],
            watch: Watch::Case(Check {
                met: |case| met(case, $is),
                judge: |case| must_not_matter(case, $is),
                minimal: &[$minimal],
                convicts: $convicts,
            }),
        }
    };
}

pub(super) static RULES: &[Rule] = &[
    harmless!(
        "PAR-01",
        "Properties that nobody announced do no harm.",
        Level::Must,
        &[GUIDELINES, VERSIONS, ODATA],
        extra,
        || meets_body(BodyKind::ExtraMembers),
        &[Defect::UnknownPropertyFatal]
    ),
    harmless!(
        "PAR-02",
        "The order of members does not matter.",
        Level::Must,
        &[GUIDELINES, ODATA],
        shuffled,
        || {
            let mut scenario =
                listing(4).with(Stimulus::once(Endpoint::List, 1, Act::Body { kind: BodyKind::ShuffledMembers }));
            scenario.stimuli[0].times = 4;
            scenario
        },
        &[Defect::LinkBeforeValueOnly]
    ),
    harmless!(
        "PAR-03",
        "Enumeration members that nobody announced do no harm.",
        Level::Must,
        &[VERSIONS, PRACTICES],
        unknown_members,
        || meets_body(BodyKind::UnknownEnums),
        &[Defect::UnknownEnumFatal]
    ),
    Rule {
        id: "PAR-04",
        summary: "`unknownFutureValue` is a value like others, and never written back.",
        levels: Levels::all(Level::Should),
        sources: &[PRACTICES],
        needs: &[],
        watch: Watch::Not("no operation of the protocol writes an enumeration"),
    },
    harmless!(
        "PAR-05",
        "Null and absence are taken where a property may be so.",
        Level::Must,
        &[VERSIONS, ODATA],
        absent,
        || meets_body(BodyKind::NullEnums),
        &[Defect::NullFatal]
    ),
    harmless!(
        "PAR-06",
        "Annotations do no harm, whatever they are called.",
        Level::Must,
        &[ODATA, VERSIONS],
        extra,
        || Scenario { program: getting().program, ..getting() }.with(Stimulus::once(
            Endpoint::Get,
            1,
            Act::Body { kind: BodyKind::ExtraMembers }
        )),
        &[Defect::AnnotationsFatal]
    ),
    Rule {
        id: "PAR-07",
        summary: "Dates from year 1 to year 9999 with up to seven digits of fractions are read.",
        levels: Levels::all(Level::Must),
        sources: &[ODATA],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                met(case, strange_dates)
                    || seen(case)
                        .iter()
                        .any(|(_, place, _)| is_strange_date(&case.scenario.tenant.devices[*place].last_sync))
                    || (deeds(case).any(|deed| undisturbed(case, deed.place))
                        && case.scenario.tenant.devices.iter().any(|device| is_strange_date(&device.last_sync)))
            },
            judge: dates,
            minimal: &[|| meets_body(BodyKind::LastDates)],
            convicts: &[Defect::FractionFatal, Defect::YearOneFatal],
        }),
    },
    Rule {
        id: "PAR-08",
        summary: "Numbers of 64 bits are exact, as numbers and as texts.",
        levels: Levels::all(Level::Must),
        sources: &[GUIDELINES, ODATA],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| {
                met(case, numbers_as_texts)
                    || seen(case)
                        .iter()
                        .any(|(_, place, _)| i32::try_from(case.scenario.tenant.devices[*place].storage).is_err())
            },
            judge: numbers,
            minimal: &[|| {
                let mut scenario = listing(1);
                scenario.tenant.devices[0].storage = (1 << 53) + 1;
                scenario
            }],
            convicts: &[Defect::Int32, Defect::Double],
        }),
    },
    Rule {
        id: "PAR-09",
        summary: "Neither pieces, blanks, types nor marks change what a body says.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::source("RFC 9112, 7"), SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| met(case, framed_otherwise) || met(case, named_or_marked_otherwise),
            judge: names_in_pieces,
            minimal: &[
                || named("Zoë").with(Stimulus::once(Endpoint::List, 1, Act::Chunk { bytes: 1 })),
                || meets_body(BodyKind::Bom),
            ],
            convicts: &[Defect::SplitsCharacters, Defect::ByteOrderMarkFatal],
        }),
    },
    Rule {
        id: "PAR-10",
        summary: "Compressed answers are understood by whoever asks for them.",
        levels: Levels::all(Level::Must),
        sources: &[SDK, rfc9110::CODING],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| case.trace.exchanges.iter().any(is_compressed),
            judge: unreadable_when_compressed,
            minimal: &[|| listing(1)],
            convicts: &[Defect::CannotUnzip],
        }),
    },
    Rule {
        id: "PAR-11",
        summary: "Half an answer is not taken for a whole one.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::source("RFC 9112, 8"), SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| met(case, cut),
            judge: short_success,
            minimal: &[|| {
                let mut scenario = listing(2).with(Stimulus::once(Endpoint::List, 1, Act::Truncate { bytes: 3_000 }));
                scenario.tenant.page = 10;
                scenario.stimuli[0].times = 9;
                scenario
            }],
            convicts: &[Defect::AcceptsTruncated],
        }),
    },
    Rule {
        id: "PAR-12",
        summary: "A success without the body that was expected is no reason to crash.",
        levels: Levels::all(Level::Must),
        sources: &[SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| met(case, emptied),
            judge: |case| crashes(case, emptied),
            minimal: &[|| meets_body(BodyKind::Empty)],
            convicts: &[Defect::EmptySuccessCrashes],
        }),
    },
    Rule {
        id: "PAR-13",
        summary: "A status that is not known means what x00 of its class means.",
        levels: Levels::all(Level::Must),
        sources: &[rfc9110::STATUS, SDK],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| met(case, strange_status),
            judge: misread_status,
            minimal: &[|| resetting().with(Stimulus::once(Endpoint::Reset, 1, Act::status(599)))],
            convicts: &[Defect::UnknownStatusIsSuccess],
        }),
    },
    harmless!(
        "PAR-14",
        "Interim answers are skipped.",
        Level::Must,
        &[rfc9110::INTERIM],
        |act| matches!(act, Act::Informational { .. }),
        || list_meets(Act::Informational { code: 103 }),
        &[Defect::InterimIsFinal]
    ),
    Rule {
        id: "PAR-15",
        summary: "Names survive whatever letters they are made of.",
        levels: Levels::all(Level::Must),
        sources: &[super::observe::source("RFC 8259")],
        needs: &[],
        watch: Watch::Case(Check {
            met: |case| seen(case).iter().any(|(_, place, _)| !case.scenario.tenant.devices[*place].name.is_ascii()),
            judge: names,
            minimal: &[|| named("Zoë’s 📱 \"1\"")],
            convicts: &[Defect::AsciiOnly],
        }),
    },
    Rule {
        id: "PAR-16",
        summary: "`INF`, `-INF` and `NaN` are read as numbers.",
        levels: Levels::all(Level::Should),
        sources: &[ODATA],
        needs: &[],
        watch: Watch::Not("a managed device has no property of such a type"),
    },
];
