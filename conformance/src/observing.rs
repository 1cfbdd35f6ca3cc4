//! Watching a program that knows nothing of it: its traffic becomes evidence while it runs.
//!
//! A tenant that is taken back to its seed, as test suites do between tests, begins a new chapter: what came before has
//! nothing to do with what comes after.

mod cut;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::arming;
use crate::client_log::ClientLog;
use crate::evidence::{Evidence, WorldEnd};
use crate::over_sockets::journal::Recorded;
use crate::pace::Pace;
use crate::scenario::Scenario;
use crate::simulator::{self, Behind, Bookmark, Host, Served, World, WorldError};
use crate::stimulus::{Act, Apply, Destination, Endpoint, On, PageKind, Stimulus};
use crate::trace::{Party, Sent, Trace, path_of};
use crate::traffic;

/// How often the journal is looked at: more often than a test suite takes its tenant back.
const GLANCE: Duration = Duration::from_millis(5);
/// The place of a fault that no scenario has: something happened, and it is not known what.
const UNKNOWN: usize = usize::MAX;

/// Where a program is observed.
pub struct Stage {
    host: Host,
}

/// What the stage looks like.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// What goes wrong: a profile's name, or a file.
    pub faults: Option<String>,
    /// The devices: a fleet's name, a file, or a number.
    pub fleet: Option<String>,
    /// What everything that nobody chose is drawn from.
    pub seed: u64,
    /// Hosts that the caller's programs speak to directly.
    pub no_proxy: Vec<String>,
}

/// Why nothing can be observed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unobserved {
    /// What was asked for cannot be had.
    #[error("{0}")]
    Refused(String),
    /// No simulator can be started.
    #[error("{0}")]
    NotStarted(String),
}

/// Traffic between two beginnings of the tenant.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// What was done to it, as the stimuli of a scenario in which nobody is told anything.
    pub scenario: Scenario,
    /// What there is to judge by.
    pub evidence: Evidence,
}

/// What was observed.
#[derive(Debug, Clone, Default)]
pub struct Observation {
    /// The chapters in which there was traffic, in order.
    pub chapters: Vec<Chapter>,
    /// Requests that were answered and are in no chapter: another tenant's, or forgotten before anybody looked.
    pub unseen: u64,
}

/// A variable of the program's environment; without a value it is removed.
pub type Variable = (&'static str, Option<String>);

impl Stage {
    /// Loopback ports and a certificate authority.
    pub fn new() -> Result<Self, String> {
        Ok(Self { host: Host::new(Pace::default())? })
    }

    /// Runs something with the variables that lead it here, and watches.
    pub fn watch<T>(
        &self,
        setting: &Setting,
        program: impl FnOnce(Vec<Variable>) -> T,
    ) -> Result<(T, Observation), Unobserved> {
        let Setting { faults, fleet, seed, no_proxy } = setting.clone();
        let world = World { faults, fleet, seed };
        let served = self.host.serve_program(&world).map_err(|error| match error {
            WorldError::Refused(text) => Unobserved::Refused(text),
            WorldError::NotStarted(text) => Unobserved::NotStarted(text),
        })?;
        let variables = served.variables(no_proxy).map_err(Unobserved::NotStarted)?;
        let start = simulator::wall_now();
        let over = AtomicBool::new(false);
        let (result, watched) = std::thread::scope(|scope| {
            let watching = scope.spawn(|| follow(&served, &over));
            // It ends with the program, even if that panics.
            let ended = Ended(&over);
            let result = program(variables);
            drop(ended);
            (result, watching.join().unwrap_or_default())
        });
        let seen: usize = watched.chapters.iter().map(Vec::len).sum();
        let unseen = served.answered().saturating_sub(seen as u64);
        let chapters = watched.chapters.iter().filter(|entries| !entries.is_empty());
        let chapters = chapters.map(|entries| chapter(entries, &watched.acts, start)).collect();
        Ok((result, Observation { chapters, unseen }))
    }
}

/// Says when it is dropped that it is over.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What was read of the journal.
#[derive(Default)]
struct Watched {
    chapters: Vec<Vec<Json>>,
    /// What faults do, by their id.
    acts: HashMap<String, Option<Act>>,
}

/// Reads the journal until it is over.
fn follow(served: &Served<'_>, over: &AtomicBool) -> Watched {
    let mut watched = Watched { chapters: vec![Vec::new()], acts: HashMap::new() };
    let mut bookmark = Bookmark::default();
    loop {
        // Before the last look, so that nothing comes after it.
        let is_last = over.load(Ordering::SeqCst);
        let Behind { anew, entries } = served.read_on(&mut bookmark);
        if anew {
            watched.chapters.push(Vec::new());
        }
        let faults = entries.iter().filter_map(|entry| entry["injected"]["fault"].as_str());
        // Tests may bring faults of their own, and a fault of the same name may be another one in the next test.
        if anew || faults.clone().any(|fault| !watched.acts.contains_key(fault)) {
            learn(served, &mut watched.acts);
        }
        if let Some(chapter) = watched.chapters.last_mut() {
            chapter.extend(entries);
        }
        if is_last {
            return watched;
        }
        std::thread::sleep(GLANCE);
    }
}

/// Takes note of what the faults do that there are.
fn learn(served: &Served<'_>, acts: &mut HashMap<String, Option<Act>>) {
    let faults = served.faults().unwrap_or_default();
    for rule in faults["value"].as_array().into_iter().flatten() {
        if let Some(id) = rule["id"].as_str() {
            acts.insert(id.to_owned(), arming::act_of(rule));
        }
    }
}

/// Journal entries as what rules judge by.
fn chapter(entries: &[Json], acts: &HashMap<String, Option<Act>>, start: DateTime<Utc>) -> Chapter {
    let mut scenario = Scenario::new(0);
    let mut trace = Trace::default();
    // The parts of a batch did not go over the wire by themselves.
    for entry in entries.iter().filter(|entry| entry["batch"].is_null()) {
        let place = entry["injected"]["fault"].as_str().map(|fault| {
            let Some(act) = acts.get(fault).cloned().flatten() else { return UNKNOWN };
            let target = entry["target"].as_str().unwrap_or_default().to_owned();
            let sent = Sent { method: String::new(), target, headers: Vec::new(), body: String::new() };
            let endpoint = sent.endpoint().unwrap_or(Endpoint::List);
            place_in(&mut scenario, endpoint, act)
        });
        let mut entry = entry.clone();
        if let Some(place) = place.filter(|place| *place != UNKNOWN) {
            // By the name that a scenario's stimuli have.
            entry["injected"]["fault"] = format!("s{place}").into();
        }
        let recorded = Recorded { scenario: &scenario, start, log: &ClientLog::default() };
        let mut exchange = recorded.exchange(&entry);
        exchange.stimuli = place.into_iter().collect();
        exchange.party = Party::Service;
        if entry["response"]["bodyBytes"].as_u64().is_some_and(cut::is_cut)
            && let Some(page) = cut::mended(&exchange.response.body)
        {
            exchange.response.body = page;
        }
        exchange.endpoint = exchange.request.endpoint();
        trace.exchanges.push(exchange);
    }
    Recorded { scenario: &scenario, start, log: &ClientLog::default() }.let_go(&mut trace);
    send_abroad(&scenario, &mut trace);
    trace.number_pages();
    let capabilities = traffic::capabilities(&trace);
    let evidence = Evidence { trace, log: ClientLog::default(), end: WorldEnd::default(), capabilities };
    Chapter { scenario, evidence }
}

/// The place of an act among the stimuli, where it takes one if it has none.
fn place_in(scenario: &mut Scenario, endpoint: Endpoint, act: Act) -> usize {
    let same = |stimulus: &Stimulus| stimulus.on.endpoint == endpoint && stimulus.act == act;
    if let Some(place) = scenario.stimuli.iter().position(same) {
        scenario.stimuli[place].times += 1;
        return place;
    }
    let on = On { endpoint, nth: 1, page: None };
    scenario.stimuli.push(Stimulus { on, times: 1, apply: Apply::default(), act });
    scenario.stimuli.len() - 1
}

/// Hosts that only a fault named are somebody else's.
fn send_abroad(scenario: &Scenario, trace: &mut Trace) {
    let mut own: Vec<String> = Vec::new();
    let mut foreign: Vec<String> = Vec::new();
    for exchange in &mut trace.exchanges {
        let host = exchange.request.header("host").unwrap_or_default().to_ascii_lowercase();
        if foreign.contains(&host) {
            exchange.party = Party::Foreign;
            exchange.endpoint = None;
        } else if !own.contains(&host) {
            own.push(host);
        }
        let acts = exchange.stimuli.iter().filter_map(|place| scenario.stimuli.get(*place));
        for stimulus in acts {
            let url = match &stimulus.act {
                Act::Page { kind: PageKind::ForeignLink | PageKind::LookAlikeHost } => exchange.response.next_link(),
                Act::Redirect { location: Destination::ForeignHost, .. } => {
                    exchange.response.header("location").map(str::to_owned)
                }
                _ => None,
            };
            let host = url.as_deref().and_then(host_of).map(str::to_ascii_lowercase);
            foreign.extend(host.filter(|host| !own.contains(host)));
        }
    }
}

/// Host and port of a URL.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.strip_suffix(path_of(url)).or(Some(rest)).filter(|host| !host.is_empty())
}
