//! What rules have in common: questions to evidence.

use crate::client_log::{Answer, End, Performed};
use crate::evidence::Case;
use crate::finding::Breach;
use crate::model;
use crate::operation::Op;
use crate::rule::Source;
use crate::scenario::Scenario;
use crate::stimulus::{Act, Endpoint};
use crate::trace::{Exchange, Party};

/// Seconds by which a request may seem early: what clocks and kernels round.
pub(super) const ROUNDING: f64 = 0.005;
/// Below this a repetition is a hot loop.
pub(super) const HOT: f64 = 0.2;
/// More repetitions than this are no end.
pub(super) const ENDLESS: usize = 50;

pub(super) const THROTTLING: Source = source("Microsoft Graph, throttling guidance");
pub(super) const PAGING: Source = source("Microsoft Graph, paging");
pub(super) const PRACTICES: Source = source("Microsoft Graph, best practices");
pub(super) const ERRORS: Source = source("Microsoft Graph, error responses");
pub(super) const BATCHING: Source = source("Microsoft Graph, JSON batching");
pub(super) const VERSIONS: Source = source("Microsoft Graph, versioning and support");
pub(super) const QUERIES: Source = source("Microsoft Graph, query parameters");
pub(super) const GUIDELINES: Source = source("Microsoft REST API Guidelines");
pub(super) const SDK: Source = source("msgraph-sdk-design");
pub(super) const BEARER: Source = source("RFC 6750");
pub(super) const OAUTH: Source = source("RFC 6749, 5.2");
pub(super) const ODATA: Source = source("OData 4.01");
pub(super) const CAE: Source = source("Microsoft identity platform, claims challenges");
pub(super) const RESET: Source = source("Microsoft Graph, managedDevice: resetPasscode");
pub(super) const ROBUSTNESS: Source = source("robustness: harm without end");

/// Sections of RFC 9110, HTTP Semantics.
pub(super) mod rfc9110 {
    use super::{Source, source};

    pub(in crate::rules) const DATES: Source = source("RFC 9110, 5.6.7 and 10.2.3");
    pub(in crate::rules) const RETRY_AFTER: Source = source("RFC 9110, 10.2.3");
    pub(in crate::rules) const NAMES: Source = source("RFC 9110, 5.1");
    pub(in crate::rules) const IDEMPOTENCE: Source = source("RFC 9110, 9.2.2");
    pub(in crate::rules) const LENGTH: Source = source("RFC 9110, 8.6");
    pub(in crate::rules) const PRECONDITIONS: Source = source("RFC 9110, 13");
    pub(in crate::rules) const CODING: Source = source("RFC 9110, 8.4");
    pub(in crate::rules) const STATUS: Source = source("RFC 9110, 15");
    pub(in crate::rules) const INTERIM: Source = source("RFC 9110, 15.2");
    pub(in crate::rules) const REDIRECTS: Source = source("RFC 9110, 15.4");
    pub(in crate::rules) const LOCATION: Source = source("RFC 9110, 10.2.2");
    pub(in crate::rules) const CHALLENGES: Source = source("RFC 9110, 11.6.1");
    pub(in crate::rules) const CONTENT: Source = source("RFC 9110, 8.3 and 9.3.1");
    pub(in crate::rules) const AUTHORITY: Source = source("RFC 9110, 4.3.4");
}

/// A text that was read when the requirements were collected.
pub(super) const fn source(text: &'static str) -> Source {
    Source { text, read: "2026-11-22" }
}

/// An operation of the program with all that belongs to it.
pub(super) struct Deed<'a> {
    pub(super) place: usize,
    pub(super) op: &'a Op,
    pub(super) performed: &'a Performed,
}

impl<'a> Deed<'a> {
    /// The client's answer, unless it crashed or hangs, or has no such operation.
    pub(super) fn answer(&self) -> Option<&'a Answer> {
        match &self.performed.end {
            End::Answered(answer) if !answer.unsupported => Some(answer),
            _ => None,
        }
    }

    /// Whether the client says that all went well, and that it holds everything.
    pub(super) fn claims_success(&self) -> bool {
        self.answer().is_some_and(|answer| answer.ok && answer.complete != Some(false))
    }

    pub(super) fn is_supported(&self) -> bool {
        !matches!(&self.performed.end, End::Answered(answer) if answer.unsupported)
    }

    pub(super) fn hangs(&self) -> bool {
        matches!(self.performed.end, End::Hung)
    }

    /// How it ended, in words.
    pub(super) fn told(&self) -> String {
        match &self.performed.end {
            End::Hung => "it did not come to an end".to_owned(),
            End::NotAwaited => "nobody waited for its end".to_owned(),
            End::Crashed(said) => format!("it crashed: {said}"),
            End::Answered(answer) if answer.ok => "it said that all went well".to_owned(),
            End::Answered(answer) => match &answer.error {
                Some(error) => format!(
                    "it gave a {} error{}",
                    serde_json::to_string(&error.kind).unwrap_or_default().trim_matches('"'),
                    error.message.as_ref().map_or_else(String::new, |message| format!(": {}", shortened(message)))
                ),
                None => "it failed without an error".to_owned(),
            },
        }
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The operations that were begun.
pub(super) fn deeds<'a>(case: &Case<'a>) -> impl Iterator<Item = Deed<'a>> {
    let program = &case.scenario.program;
    case.log
        .operations
        .iter()
        // Of what nobody waited for, only the wire can tell.
        .filter(|performed| performed.end != End::NotAwaited)
        .filter_map(|performed| Some(Deed { place: performed.op, op: program.get(performed.op)?, performed }))
        .filter(Deed::is_supported)
}

/// Whether an exchange met an act.
pub(super) fn hit(case: &Case<'_>, exchange: &Exchange, is: impl Fn(&Act) -> bool) -> bool {
    exchange.stimuli.iter().any(|place| case.scenario.stimuli.get(*place).is_some_and(|stimulus| is(&stimulus.act)))
}

/// The exchanges of the trace that met an act.
pub(super) fn hits<'a>(
    case: &Case<'a>,
    is: impl Fn(&Act) -> bool + Copy,
) -> impl Iterator<Item = (usize, &'a Exchange)> {
    let case = *case;
    case.trace.numbered().filter(move |(_, exchange)| hit(&case, exchange, is))
}

/// Whether something met an act.
pub(super) fn met(case: &Case<'_>, is: impl Fn(&Act) -> bool + Copy) -> bool {
    hits(case, is).next().is_some()
}

/// Whether an operation met nothing but acts of this kind, and one at least.
pub(super) fn met_only(case: &Case<'_>, op: usize, is: impl Fn(&Act) -> bool + Copy) -> bool {
    let mut some = false;
    for (_, exchange) in case.trace.during(op) {
        if exchange.party == Party::Foreign {
            return false;
        }
        if !exchange.stimuli.is_empty() {
            some = true;
            if !hit(case, exchange, is) {
                return false;
            }
        }
    }
    some
}

/// Whether nothing happened to an operation.
pub(super) fn undisturbed(case: &Case<'_>, op: usize) -> bool {
    case.trace.during(op).all(|(_, exchange)| exchange.stimuli.is_empty() && exchange.party == Party::Service)
}

/// An exchange and its number.
pub(super) type Numbered<'a> = (usize, &'a Exchange);

/// Each request that was sent again in the same operation: the earlier exchange, and the next one of the same verb,
/// target and body.
pub(super) fn repeated<'a>(case: &Case<'a>) -> Vec<(Numbered<'a>, Numbered<'a>)> {
    let exchanges = &case.trace.exchanges;
    let mut pairs = Vec::new();
    for (place, earlier) in exchanges.iter().enumerate() {
        let later = exchanges[place + 1..].iter().position(|later| {
            later.during == earlier.during
                && later.party == earlier.party
                && later.request.method == earlier.request.method
                && later.request.target == earlier.request.target
                // Another body is another request, unless it was lost.
                && (later.request.body == earlier.request.body || later.request.body.is_empty())
        });
        if let Some(offset) = later {
            pairs.push(((place, earlier), (place + 1 + offset, &exchanges[place + 1 + offset])));
        }
    }
    pairs
}

/// Seconds between an answer and the next request.
pub(super) fn gap(earlier: &Exchange, later: &Exchange) -> f64 {
    later.arrived.since(earlier.answered)
}

/// An operation that fails, or gives other devices than there are, although it met nothing but acts that must not matter.
pub(super) fn must_not_matter(case: &Case<'_>, is: impl Fn(&Act) -> bool + Copy) -> Vec<Breach> {
    deeds(case)
        .filter(|deed| met_only(case, deed.place, is) && !is_circle(case, deed.place, is))
        .filter_map(|deed| {
            let what = wrong(case, &deed)?;
            let witness: Vec<usize> =
                hits(case, is).filter(|(_, exchange)| exchange.during == Some(deed.place)).map(|(at, _)| at).collect();
            let text = format!("{} made a difference: {what}", named(case, &witness));
            Some(Breach::new(text, witness).unless(without(case.scenario, is), deed.place))
        })
        .collect()
}

/// The same scenario without acts of a kind.
pub(super) fn without(scenario: &Scenario, is: impl Fn(&Act) -> bool) -> Scenario {
    let mut calm = scenario.clone();
    calm.stimuli.retain(|stimulus| !is(&stimulus.act));
    calm
}

/// Whether the service leads an operation in a circle: whoever leaves it is right.
fn is_circle(case: &Case<'_>, op: usize, is: impl Fn(&Act) -> bool + Copy) -> bool {
    let met: Vec<&Exchange> =
        case.trace.during(op).map(|(_, exchange)| exchange).filter(|exchange| hit(case, exchange, is)).collect();
    let barren = met.iter().filter(|exchange| exchange.response.body.contains("\"value\":[]")).count();
    let again = met.iter().any(|one| met.iter().filter(|other| other.request.repeats(&one.request)).count() > 2);
    again || barren > 2
}

/// What happened to exchanges, in words.
pub(super) fn named(case: &Case<'_>, witness: &[usize]) -> String {
    let stimuli = witness.iter().filter_map(|at| case.trace.exchanges.get(*at)).flat_map(|exchange| &exchange.stimuli);
    let act = stimuli.filter_map(|place| case.scenario.stimuli.get(*place)).map(|stimulus| &stimulus.act).next();
    act.and_then(|act| serde_json::to_string(act).ok()).unwrap_or_else(|| "nothing".to_owned())
}

/// What is wrong with a reading operation, if it differs from the model: whether it went well, and the devices by id.
pub(super) fn wrong(case: &Case<'_>, deed: &Deed<'_>) -> Option<String> {
    let scenario = case.scenario;
    let expected = match deed.op {
        Op::ListDevices { filter, .. } => model::listed(scenario, filter.as_ref()),
        Op::FindDevice { by, device } => model::found(scenario, *by, *device),
        Op::GetDevice { device, .. } => {
            // Somebody who is not there is not found.
            device.place(scenario)?;
            return if deed.claims_success() { None } else { Some(deed.told()) };
        }
        _ => return None,
    };
    if !deed.claims_success() {
        return Some(deed.told());
    }
    let seen = deed.answer()?.devices.as_deref().unwrap_or_default();
    let mut places: Vec<Option<usize>> =
        seen.iter().map(|device| device.get("id").and_then(|id| scenario.place_of(id.as_str()?))).collect();
    let missing = expected.iter().filter(|place| !places.contains(&Some(**place))).count();
    places.sort_unstable();
    let given = places.len();
    places.dedup();
    let twice = given - places.len();
    let strange = places.iter().filter(|place| !place.is_some_and(|place| expected.contains(&place))).count();
    let mut parts = Vec::new();
    if missing > 0 {
        parts.push(format!("{missing} of {} devices are missing", expected.len()));
    }
    if twice > 0 {
        parts.push(format!("{twice} of the devices are there twice"));
    }
    if strange > 0 {
        parts.push(format!("{strange} of the devices do not belong there"));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Every device that an operation gave, with its place.
pub(super) fn seen<'a>(case: &Case<'a>) -> Vec<(usize, usize, &'a crate::client_log::DeviceSeen)> {
    let mut all = Vec::new();
    for performed in &case.log.operations {
        let End::Answered(answer) = &performed.end else { continue };
        for device in answer.devices.iter().flatten().chain(&answer.device) {
            let id = device.get("id").and_then(serde_json::Value::as_str);
            if let Some(place) = id.and_then(|id| case.scenario.place_of(id)) {
                all.push((performed.op, place, device));
            }
        }
    }
    all
}

/// What a client claims about resets of the device at a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) asked: u32,
    pub(super) done: u32,
    pub(super) unknown: u32,
}

/// What a client claims about resets, by place.
pub(super) fn claims(case: &Case<'_>) -> std::collections::BTreeMap<usize, Claims> {
    use crate::client_log::ActionOutcome::{NotApplied, Unknown};
    let mut all = std::collections::BTreeMap::<usize, Claims>::new();
    let mut note = |place: usize, ok: bool, outcome: Option<_>| {
        let claims = all.entry(place).or_default();
        claims.asked += 1;
        claims.done += u32::from(ok || outcome == Some(crate::client_log::ActionOutcome::Applied));
        // Who says nothing of the outcome claims nothing of it.
        claims.unknown += u32::from(!ok && matches!(outcome, None | Some(Unknown)) && outcome != Some(NotApplied));
    };
    for deed in deeds(case) {
        match deed.op {
            Op::ResetPasscode { device } => {
                let Some(place) = device.place(case.scenario) else { continue };
                match deed.answer() {
                    Some(answer) => note(place, answer.ok, answer.error.as_ref().and_then(|error| error.outcome)),
                    None => note(place, false, None),
                }
            }
            Op::BatchReset { .. } => {
                let results = deed.answer().and_then(|answer| answer.results.as_deref()).unwrap_or_default();
                for place in deed.op.resets(case.scenario) {
                    let id = case.scenario.device_id(place).to_string();
                    match results.iter().find(|result| result.device_id == id) {
                        Some(result) => note(place, result.ok, result.error.as_ref().and_then(|error| error.outcome)),
                        None => note(place, false, None),
                    }
                }
            }
            _ => {}
        }
    }
    all
}

/// Whether an answer leaves open whether the action was done.
pub(super) fn is_ambiguous(exchange: &Exchange) -> bool {
    match exchange.response.status {
        None | Some(408 | 500 | 502 | 504) => true,
        Some(503) => exchange.response.header("retry-after").is_none(),
        Some(_) => false,
    }
}

/// Whether an exchange is about an action that must not be repeated lightly.
pub(super) fn is_action(exchange: &Exchange) -> bool {
    matches!(exchange.endpoint, Some(Endpoint::Reset | Endpoint::Batch))
}
