//! Driving a client of any language over real sockets, in real time or [faster](crate::pace).
//!
//! Each scenario has a simulator of its own; its journal becomes the trace. Waiting is idle, so that many scenarios go on
//! at once. What rules say of the evidence is the same as [in process](crate::in_process).

pub(crate) mod journal;
mod patience;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use self::journal::Recorded;
use self::patience::Patience;
use crate::arming;
use crate::client_log::{ClientLog, End, Performed};
use crate::conversation::{Door, End as Gone, Refusal, Unanswered};
use crate::drive::{Drive, DriveError};
use crate::evidence::{Evidence, WorldEnd};
use crate::masking;
use crate::operation::Op;
use crate::pace::Pace;
use crate::scenario::{Scenario, SignIn};
use crate::simulator::{self, Host, Served};
use crate::stimulus::Act;
use crate::tempo::Tempo;
use crate::trace::{Moment, Trace};

/// How often a request may come again in vain before its client is said to do nothing else (the design of Graph's SDKs allows
/// ten repetitions).
const ATTEMPTS: usize = 11;

/// Where scenarios happen.
pub struct Surroundings {
    host: Host,
    tls: bool,
    pace: Pace,
}

/// A client over real sockets.
pub struct OverSockets<'a> {
    surroundings: &'a Surroundings,
    door: &'a dyn Door,
    /// Whether each scenario gets a process of its own.
    alone: bool,
    crashes: Mutex<Vec<Crash>>,
    /// Held by who runs a scenario again in a process of its own: one at a time, so that it is not slow for that reason.
    again: Mutex<()>,
}

/// A scenario in which the client's process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    /// Which.
    pub scenario: Scenario,
    /// How.
    pub text: String,
}

impl Surroundings {
    /// Loopback ports, inside TLS or not.
    pub fn new(tls: bool) -> Result<Self, String> {
        Self::at(Pace::default(), tls)
    }

    /// The same with time at another pace. Programs are to be started at the same one.
    pub fn at(pace: Pace, tls: bool) -> Result<Self, String> {
        Ok(Self { host: Host::new(pace.clone())?, tls, pace })
    }

    /// How time passes.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// How fast it passes.
    pub fn tempo(&self) -> Tempo {
        self.pace.tempo()
    }

    /// The time since a scenario's beginning.
    fn moment(&self, start: DateTime<Utc>) -> Moment {
        Moment::between(start, simulator::now(&self.pace))
    }

    /// Variables that make a program trust the simulators, each by the name that some language reads.
    pub fn trust_variables(&self) -> Vec<(String, String)> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let bundle = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];
        let mut variables: Vec<_> =
            bundle.iter().map(|name| ((*name).to_owned(), text(self.host.ca_bundle()))).collect();
        variables.push(("NODE_EXTRA_CA_CERTS".to_owned(), text(self.host.ca_file())));
        variables
    }
}

impl<'a> OverSockets<'a> {
    /// Drives the client behind a door.
    pub fn new(surroundings: &'a Surroundings, door: &'a dyn Door) -> Self {
        Self { surroundings, door, alone: false, crashes: Mutex::default(), again: Mutex::default() }
    }

    /// The same client, with a new process for each scenario: what one leaves behind in it is not the next one's trouble.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self {
            surroundings: self.surroundings,
            door: self.door,
            alone: true,
            crashes: Mutex::default(),
            again: Mutex::default(),
        }
    }

    /// The scenarios in which the client's process ended, so far.
    pub fn crashes(&self) -> Vec<Crash> {
        self.crashes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn run_once(&self, scenario: &Scenario, alone: bool) -> Result<Evidence, Interruption> {
        let set_up = |text: String| Interruption::Final(DriveError::SetUp(text));
        let served = self.surroundings.host.serve(scenario).map_err(set_up)?;
        let mut env = served.environment(self.surroundings.tls);
        env.graph_access_token = match scenario.tenant.sign_in {
            SignIn::ClientCredentials => None,
            SignIn::AccessToken => Some(token(&served).map_err(set_up)?),
            SignIn::OpaqueToken => Some(format!("opaque-{}", scenario.id())),
        };
        let mut secrets = vec![env.graph_client_secret.clone()];
        secrets.extend(env.graph_access_token.clone());
        let tempo = self.surroundings.tempo();
        let start = simulator::now(&self.surroundings.pace);
        let mut conversation = self
            .door
            .enter(env, alone)
            .map_err(|Refusal { why, had_company }| Interruption::of(why, had_company && !alone))?;

        let mut log = ClientLog::default();
        let patience = Patience::with(scenario, tempo);
        let patience = if alone { patience.with_its_start() } else { patience };
        for (op, step) in scenario.program.iter().enumerate() {
            if let Op::Pause { seconds } = step {
                std::thread::sleep(tempo.on_the_wall(Duration::from_secs(u64::from(*seconds))));
            }
            let Some(call) = step.call(scenario).filter(|_| step.capability().is_some_and(|needed| self.can(needed)))
            else {
                continue;
            };
            let began = self.surroundings.moment(start);
            let answer = conversation.perform(&call, patience.deadline);
            let ended = self.surroundings.moment(start);
            let end = match answer {
                Ok(answer) => End::Answered(Box::new(answer)),
                // It waits as it was told to; that it had not come back too early is all that can be said.
                Err(Unanswered::Late)
                    if patience.is_cut_short || is_waiting(scenario, &journal(&served).map_err(set_up)?) =>
                {
                    End::NotAwaited
                }
                // Slow is not hanging: it is given another chance, with a process of its own and more time.
                Err(Unanswered::Late) if !alone => return Err(Interruption::MaybeInnocent),
                Err(Unanswered::Late) => End::Hung,
                Err(Unanswered::Ended(Gone::Crash(text))) if alone || !conversation.had_company() => {
                    let text = masking::masked(&text, &secrets);
                    self.note_crash(scenario, &text);
                    End::Crashed(text)
                }
                Err(why) => return Err(Interruption::of(why, conversation.had_company() && !alone)),
            };
            let stopped = !matches!(end, End::Answered(_));
            log.operations.push(Performed { op, began, ended, end });
            if stopped {
                break;
            }
        }
        log.text = conversation.leave();
        evidence(scenario, &served, start, log, secrets, self.door.capabilities()).map_err(set_up)
    }

    fn can(&self, capability: &str) -> bool {
        self.door.capabilities().iter().any(|claimed| claimed == capability)
    }

    fn note_crash(&self, scenario: &Scenario, text: &str) {
        let mut crashes = self.crashes.lock().unwrap_or_else(PoisonError::into_inner);
        crashes.push(Crash { scenario: scenario.clone(), text: text.to_owned() });
    }
}

impl Drive for OverSockets<'_> {
    fn capabilities(&self) -> Vec<String> {
        self.door.capabilities()
    }

    fn tier(&self) -> &'static str {
        self.surroundings.tempo().tier()
    }

    fn run(&self, scenario: &Scenario) -> Result<Evidence, DriveError> {
        match self.run_once(scenario, self.alone) {
            Ok(evidence) => Ok(evidence),
            Err(Interruption::Final(error)) => Err(error),
            // Somebody else's scenario may have ended the process, or slowed it down: alone it shows.
            Err(Interruption::MaybeInnocent) => {
                let _one_at_a_time = self.again.lock().unwrap_or_else(PoisonError::into_inner);
                match self.run_once(scenario, true) {
                    Ok(evidence) => Ok(evidence),
                    Err(Interruption::Final(error)) => Err(error),
                    Err(Interruption::MaybeInnocent) => {
                        Err(DriveError::Protocol("its process ended, although it had one of its own".to_owned()))
                    }
                }
            }
        }
    }
}

/// Why a scenario was not run to its end.
enum Interruption {
    /// It is to be run again, alone.
    MaybeInnocent,
    /// It cannot be run.
    Final(DriveError),
}

impl Interruption {
    fn of(why: Unanswered, had_company: bool) -> Self {
        let text = match why {
            Unanswered::Ended(_) | Unanswered::Late if had_company => return Self::MaybeInnocent,
            Unanswered::Ended(Gone::Protocol(text)) | Unanswered::GivenUp(text) => text,
            Unanswered::Ended(Gone::Crash(text)) => format!("its process ended between two operations: {text}"),
            Unanswered::Refused(text) => format!("it says that it cannot: {text}"),
            Unanswered::Late => "it did not answer open or close in time".to_owned(),
        };
        Self::Final(DriveError::Protocol(text))
    }
}

fn token(served: &Served<'_>) -> Result<String, String> {
    let made = served.control("POST", "/api/tenants/default/tokens", Some(&json!({ "lifetime": "8h" })))?;
    made["access_token"].as_str().map(str::to_owned).ok_or_else(|| "there is no token in the answer".to_owned())
}

impl Moment {
    fn between(start: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self((now - start).num_microseconds().and_then(|micros| u64::try_from(micros).ok()).unwrap_or_default())
    }
}

fn journal(served: &Served<'_>) -> Result<Vec<Json>, String> {
    let mut journal = served.control("GET", "/api/tenants/default/journal?after=0", None)?;
    match journal["value"].take() {
        Json::Array(entries) => Ok(entries),
        _ => Err("the journal is no list".to_owned()),
    }
}

/// Whether the last answer a client has is one after which it may wait: as long as it likes, for no text says how long at most.
/// Who was told to wait and says nothing does not hang, and who tries often enough is no longer waiting.
fn is_waiting(scenario: &Scenario, entries: &[Json]) -> bool {
    let Some(last) = entries.iter().rfind(|entry| entry["batch"].is_null()) else { return false };
    let headers = last["response"]["headers"].as_object();
    let is_told = headers.is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("retry-after")));
    let attempts = entries.iter().filter(|entry| entry["target"] == last["target"]).count();
    let refused = matches!(last["status"].as_u64(), Some(408 | 429 | 500..=599));
    // A success that broke off on its way is no answer either, for who has shown that it comes again after it.
    let met = last["injected"]["fault"].as_str().and_then(arming::place_of);
    let broke_off = |act: &Act| matches!(act, Act::Truncate { .. } | Act::Reset { .. });
    let spoiled = met.and_then(|place| scenario.stimuli.get(place)).is_some_and(|met| broke_off(&met.act));
    is_told || (attempts <= ATTEMPTS && (refused || (spoiled && attempts > 1)))
}

/// Everything a scenario left behind.
fn evidence(
    scenario: &Scenario,
    served: &Served<'_>,
    start: DateTime<Utc>,
    log: ClientLog,
    mut secrets: Vec<String>,
    capabilities: Vec<String>,
) -> Result<Evidence, String> {
    let mut end = WorldEnd::default();
    for id in served.resets() {
        if let Some(place) = scenario.place_of(&id) {
            *end.resets.entry(place).or_default() += 1;
        }
    }
    let entries = journal(served)?;
    // The parts of a batch did not go over the wire by themselves.
    let sent: Vec<&Json> = entries.iter().filter(|entry| entry["batch"].is_null()).collect();
    let recorded = Recorded { scenario, start, log: &log };
    let mut trace = Trace { exchanges: sent.iter().map(|entry| recorded.exchange(entry)).collect() };
    // What happened to a part of a batch happened to the batch.
    for entry in entries.iter().filter(|entry| !entry["batch"].is_null()) {
        let whole = sent.iter().position(|whole| whole["requestId"] == entry["batch"]["requestId"]);
        let stimulus = entry["injected"]["fault"].as_str().and_then(arming::place_of);
        if let (Some(whole), Some(stimulus)) = (whole, stimulus) {
            trace.exchanges[whole].stimuli.push(stimulus);
        }
    }
    recorded.let_go(&mut trace);
    trace.number_pages();
    secrets.extend(tokens_said(&log, &entries));
    end.secrets = secrets;
    masking::mask(&mut trace, &end.secrets);
    Ok(Evidence { trace, log, end, capabilities })
}

/// Tokens in what a client said: texts of which the journal shows the hash. It does not show tokens themselves.
fn tokens_said(log: &ClientLog, entries: &[Json]) -> Vec<String> {
    let said = serde_json::to_string(log).unwrap_or_default();
    let belongs = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let words = said.split(|letter| !belongs(letter)).filter(|word| word.len() > 40);
    let sent: Vec<&str> = entries.iter().filter_map(|entry| entry["tokenHash"].as_str()).collect();
    let mut found: Vec<String> = words
        .map(|word| word.trim_matches('.'))
        .filter(|word| sent.contains(&simulator::token_hash(word).as_str()))
        .map(str::to_owned)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::{Endpoint, Stimulus};

    #[test]
    fn who_backs_off_is_waiting_and_who_says_nothing_is_not() {
        let mut scenario = Scenario::new(1);
        scenario.stimuli = vec![Stimulus::once(Endpoint::List, 1, Act::Truncate { bytes: 9 }).times(1_000)];
        let after = |times: usize, entry: Json| is_waiting(&scenario, &vec![entry; times]);
        let answered = json!({ "target": "/a", "status": 200 });
        let cut_off = json!({ "target": "/a", "status": 200, "injected": { "fault": "s0" } });
        let refused = json!({ "target": "/a", "status": 503 });
        assert!(!after(0, Json::Null) && !after(2, answered), "there is nothing to wait for");
        assert!(
            after(1, refused.clone()) && !after(ATTEMPTS + 1, refused),
            "whoever is refused may wait, not for ever"
        );
        assert!(!after(1, cut_off.clone()), "it may as well hang at half an answer");
        assert!(after(2, cut_off.clone()) && !after(ATTEMPTS + 1, cut_off));
    }
}
