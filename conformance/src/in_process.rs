//! Driving a Rust client in this process: no sockets, and a clock that whoever waits moves.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::arming;
use crate::client_log::{Answer, ClientLog, End, Performed};
use crate::drive::{Drive, DriveError};
use crate::evidence::{Evidence, WorldEnd};
use crate::masking;
use crate::operation::{Call, Op};
use crate::scenario::{Scenario, SignIn};
use crate::simulator::{self, Simulator};
use crate::trace::{Exchange, Given, Moment, Party, Sent, Trace};
use crate::transport::{Clock, Failure, HttpRequest, HttpResponse, Surroundings, Transport};

/// How many requests an operation may send before it is said to hang.
const REQUESTS: usize = 120;
/// What an exchange takes where nothing slows it down.
const LATENCY: Duration = Duration::from_millis(1);

/// A client of this process: how one is made where it works, and what it says it can.
pub struct InProcess<M> {
    make: M,
    capabilities: Vec<String>,
}

/// A client that is told what to do.
pub trait Client {
    /// Does it.
    fn perform(&mut self, call: &Call) -> Answer;
}

impl<F: FnMut(&Call) -> Answer> Client for F {
    fn perform(&mut self, call: &Call) -> Answer {
        self(call)
    }
}

impl<M, C> InProcess<M>
where
    M: Fn(Surroundings) -> C + Sync,
    C: Client,
{
    /// Drives the clients that `make` makes, a new one for each scenario.
    pub fn new(capabilities: &[&str], make: M) -> Self {
        Self { make, capabilities: capabilities.iter().map(ToString::to_string).collect() }
    }
}

impl<M, C> Drive for InProcess<M>
where
    M: Fn(Surroundings) -> C + Sync,
    C: Client,
{
    fn capabilities(&self) -> Vec<String> {
        self.capabilities.clone()
    }

    fn tier(&self) -> &'static str {
        "virtual"
    }

    fn run(&self, scenario: &Scenario) -> Result<Evidence, DriveError> {
        let simulator = Simulator::of(scenario).map_err(DriveError::SetUp)?;
        let mut environment = simulator.environment();
        environment.graph_access_token = match scenario.tenant.sign_in {
            SignIn::ClientCredentials => None,
            SignIn::AccessToken => Some(simulator.token().map_err(DriveError::SetUp)?),
            SignIn::OpaqueToken => Some(format!("opaque-{}", scenario.id())),
        };
        let mut secrets = vec![environment.graph_client_secret.clone()];
        secrets.extend(environment.graph_access_token.clone());
        let world = Arc::new(World { simulator, state: Mutex::new(State { secrets, ..State::default() }) });
        let mut client = (self.make)(Surroundings {
            transport: Arc::<World>::clone(&world),
            clock: Arc::<World>::clone(&world),
            environment,
        });

        let mut operations = Vec::new();
        for (op, step) in scenario.program.iter().enumerate() {
            if let Op::Pause { seconds } = step {
                world.simulator.pass(Duration::from_secs(u64::from(*seconds)));
            }
            let Some(call) = step.call(scenario).filter(|_| step.capability().is_some_and(|needed| self.can(needed)))
            else {
                continue;
            };
            world.begin(op);
            let began = world.moment();
            let end = match catch_unwind(AssertUnwindSafe(|| client.perform(&call))) {
                Ok(answer) => End::Answered(Box::new(answer)),
                Err(panic) if panic.is::<OutOfRequests>() => End::Hung,
                Err(panic) => End::Crashed(said(panic.as_ref())),
            };
            let stopped = !matches!(end, End::Answered(_));
            operations.push(Performed { op, began, ended: world.moment(), end });
            if stopped {
                break;
            }
        }
        drop(client);
        world.evidence(scenario, operations, self.capabilities.clone())
    }
}

impl<M> InProcess<M> {
    fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|claimed| claimed == capability)
    }
}

/// The world as a client of this process finds it: transport, clock, and a record of both.
struct World {
    simulator: Simulator,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    exchanges: Vec<Exchange>,
    during: Option<usize>,
    /// Requests of the operation under way.
    requests: usize,
    /// Places in `exchanges` of those that the service answered, in the order of its journal.
    served: Vec<usize>,
    secrets: Vec<String>,
    /// What the simulator could not be asked.
    broken: Option<String>,
}

/// The operation sends more requests than any client needs.
struct OutOfRequests;

impl World {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, op: usize) {
        let mut state = self.state();
        state.during = Some(op);
        state.requests = 0;
    }

    fn moment(&self) -> Moment {
        let since = self.simulator.now() - simulator::start();
        Moment(since.num_microseconds().and_then(|micros| u64::try_from(micros).ok()).unwrap_or_default())
    }

    fn evidence(
        &self,
        scenario: &Scenario,
        operations: Vec<Performed>,
        capabilities: Vec<String>,
    ) -> Result<Evidence, DriveError> {
        let mut end = WorldEnd::default();
        for id in self.simulator.resets() {
            if let Some(place) = scenario.place_of(&id) {
                *end.resets.entry(place).or_default() += 1;
            }
        }
        let mut state = self.state();
        if let Some(broken) = state.broken.take() {
            return Err(DriveError::SetUp(broken));
        }
        end.secrets = std::mem::take(&mut state.secrets);
        let mut trace = Trace { exchanges: std::mem::take(&mut state.exchanges) };
        if !scenario.stimuli.is_empty() {
            self.note_stimuli(&mut trace, &state.served)?;
        }
        trace.number_pages();
        masking::mask(&mut trace, &end.secrets);
        Ok(Evidence { trace, log: ClientLog { operations, text: String::new() }, end, capabilities })
    }

    /// Reads in the journal which stimulus happened to which exchange.
    fn note_stimuli(&self, trace: &mut Trace, served: &[usize]) -> Result<(), DriveError> {
        let path = "/api/tenants/default/journal?after=0";
        let journal: Journal =
            self.simulator.control("GET", path, &serde_json::Value::Null).map_err(DriveError::SetUp)?;
        // Requests that came in a batch have entries of their own, which name its.
        let (parts, whole): (Vec<Entry>, Vec<Entry>) =
            journal.value.into_iter().partition(|entry| entry.batch.is_some());
        for (place, entry) in served.iter().zip(whole) {
            let stimuli = &mut trace.exchanges[*place].stimuli;
            stimuli.extend(entry.stimulus());
            let within = |part: &&Entry| part.batch.as_ref().is_some_and(|batch| batch.request_id == entry.request_id);
            stimuli.extend(parts.iter().filter(within).filter_map(Entry::stimulus));
        }
        Ok(())
    }
}

/// The journal, as far as it is read here.
#[derive(Deserialize)]
struct Journal {
    value: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    request_id: String,
    injected: Option<Injected>,
    /// The batch that the request came in.
    batch: Option<Within>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Within {
    request_id: String,
}

impl Entry {
    /// The place of the stimulus that happened to it.
    fn stimulus(&self) -> Option<usize> {
        arming::place_of(&self.injected.as_ref()?.fault)
    }
}

#[derive(Deserialize)]
struct Injected {
    fault: String,
}

impl Clock for World {
    fn now(&self) -> DateTime<Utc> {
        self.simulator.now()
    }

    fn sleep(&self, time: Duration) {
        self.simulator.pass(time);
    }
}

impl Transport for World {
    fn send(&self, request: HttpRequest, patience: Duration) -> Result<HttpResponse, Failure> {
        let arrived = self.moment();
        {
            let mut state = self.state();
            state.requests += 1;
            if state.requests > REQUESTS {
                drop(state);
                resume_unwind(Box::new(OutOfRequests));
            }
        }
        self.simulator.pass(LATENCY);
        let is_ours = request
            .url
            .strip_prefix(simulator::ORIGIN)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        let delivered = if is_ours { self.simulator.deliver(&request, patience) } else { Ok(strangers_answer()) };
        let delivered = match delivered {
            Ok(delivered) => delivered,
            Err(error) => {
                // What cannot even be asked is no evidence against anybody.
                self.state().broken.get_or_insert(error);
                return Err(Failure::Connection);
            }
        };
        self.simulator.pass(delivered.took);
        let answered = self.moment();
        let mut state = self.state();
        let state = &mut *state;
        if is_ours {
            state.served.push(state.exchanges.len());
        }
        masking::notice(&mut state.secrets, &request, &delivered.sent);
        let sent = Sent::of(&request);
        state.exchanges.push(Exchange {
            arrived,
            answered,
            during: state.during,
            party: if is_ours { Party::Service } else { Party::Foreign },
            connection: None,
            endpoint: if is_ours { sent.endpoint() } else { None },
            page: None,
            request: sent,
            response: Given::of(&delivered.sent, &delivered.received),
            stimuli: Vec::new(),
        });
        delivered.received
    }
}

/// What a host that is nobody's answers: nothing worth having.
fn strangers_answer() -> simulator::Delivered {
    let response = HttpResponse {
        interim: Vec::new(),
        status: 401,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        pieces: vec![Bytes::from_static(
            b"{\"error\":{\"code\":\"InvalidAuthenticationToken\",\"message\":\"Access token is empty.\"}}",
        )],
        whole: true,
    };
    simulator::Delivered { sent: response.clone(), received: Ok(response), took: Duration::ZERO }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "it panicked".to_owned())
}
