//! The simulator in this process: the only file that names its crate.
//!
//! What a tester does goes through the control API's own function, what a client does through the service's, so that
//! scenarios mean the same here and over sockets. Its clock is moved by whoever waits.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hyper::body::Body;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri, Version};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use simtune::clock::{ClockStart, Wall};
use simtune::config;
use simtune::control::Control;
use simtune::exchange::{Delivery, Door, Point, Request, Scheme};
use simtune::fleet;
use simtune::identity::directory::Auth;
use simtune::identity::keys::SigningKey;
use simtune::journal::{Entry, TokenHash};
use simtune::log::Log;
use simtune::ready::Ready;
use simtune::running::Simulator as Running;
use simtune::service::Service;
use simtune::shutdown::{Shutdown, Stopped};
use simtune::tenant::{TenantSpec, Tenants};
use simtune::wire::links::NextLink;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::pace::Pace;
use crate::scenario::{Scenario, SignIn};
use crate::transport::{Environment, Failure, HttpRequest, HttpResponse};
use crate::{arming, model};

/// Scheme, host and port under which clients know it.
pub(crate) const ORIGIN: &str = "https://localhost:3650";
const HOST: &str = "localhost:3650";

/// What no URL can hold, beside what is not ASCII.
const UNUSABLE: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'\\')
    .add(b'^')
    .add(b'{')
    .add(b'|')
    .add(b'}');

static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| Arc::new(SigningKey::development()));

/// A simulator with one tenant, that of a scenario.
pub(crate) struct Simulator {
    control: Control,
    service: Arc<Service>,
    wall: Wall,
    stopped: Stopped,
}

/// What a client gets, and what happened on the way.
pub(crate) struct Delivered {
    /// The answer as it left; none where nothing of it did.
    pub(crate) sent: HttpResponse,
    /// What the client gets of it.
    pub(crate) received: Result<HttpResponse, Failure>,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Simulator {
    /// A simulator in which a scenario can happen: its tenant, its devices, its stimuli.
    pub(crate) fn of(scenario: &Scenario) -> Result<Self, String> {
        let quirks: Vec<String> =
            arming::quirks(scenario).iter().map(|(name, value)| format!("{name}={value}")).collect();
        let wall = Wall::hand(start());
        let spec = TenantSpec {
            seed: scenario.seed,
            fleet: fleet::Source::Builtin(fleet::Builtin::Empty),
            edition: Some(scenario.tenant.edition.clone()),
            quirks: config::quirks(Some("realistic"), &quirks).map_err(|error| error.to_string())?,
            clock: ClockStart::Auto,
            auth: if scenario.tenant.sign_in == SignIn::OpaqueToken { Auth::Relaxed } else { Auth::Enforce },
            ..TenantSpec::default()
        };
        let tenants = Tenants::new(spec, wall.clone()).map_err(|error| error.to_string())?;
        let ready = ready(&tenants);
        let service = Arc::new(Service::new(tenants, Arc::clone(&KEY), NextLink::Door, HOST.to_owned(), Log::silent()));
        let (_, stopped) = Shutdown::new();
        let simulator = Self { control: Control::new(Arc::clone(&service), ready), service, wall, stopped };
        for place in 0..scenario.tenant.devices.len() {
            simulator.tell("POST", "/api/tenants/default/devices", &model::members(scenario, place))?;
        }
        if !scenario.stimuli.is_empty() {
            simulator.tell("PUT", "/api/tenants/default/faults", &arming::faults(&scenario.stimuli))?;
        }
        Ok(simulator)
    }

    /// Asks the control API, and reads of the answer what is wanted.
    pub(crate) fn control<T: DeserializeOwned>(&self, method: &str, path: &str, body: &Json) -> Result<T, String> {
        let text = self.tell(method, path, body)?;
        serde_json::from_slice(&text).map_err(|error| format!("{method} {path}: {error}"))
    }

    /// Tells the control API something; the answer as it came.
    fn tell(&self, method: &str, path: &str, body: &Json) -> Result<Vec<u8>, String> {
        let mut request = request(method, path, Bytes::from(body.to_string()))?;
        request.headers.insert("host", HeaderValue::from_static("localhost"));
        let answered = at_once(self.control.answer(request, self.stopped.clone()));
        let status = answered.status();
        let mut body = answered.into_body();
        let mut text = Vec::new();
        while let Some(Ok(frame)) =
            at_once(std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)))
        {
            text.extend(frame.into_data().unwrap_or_default());
        }
        if status.is_success() {
            Ok(text)
        } else {
            Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&text)))
        }
    }

    /// Where a client finds it.
    pub(crate) fn environment(&self) -> Environment {
        let tenant = self.service.tenants().default_tenant();
        let directory = tenant.directory();
        let app = &directory.apps[0];
        Environment {
            graph_base_url: format!("{ORIGIN}/v1.0"),
            graph_beta_url: format!("{ORIGIN}/beta"),
            graph_token_url: format!("{ORIGIN}/{}/oauth2/v2.0/token", tenant.id),
            graph_authority: ORIGIN.to_owned(),
            graph_tenant_id: tenant.id.to_string(),
            graph_client_id: app.client_id.to_string(),
            graph_client_secret: app.secrets[0].value.clone(),
            graph_scope: "https://graph.microsoft.com/.default".to_owned(),
            graph_access_token: None,
            graph_ca_file: None,
        }
    }

    /// A token, as a tester makes one.
    pub(crate) fn token(&self) -> Result<String, String> {
        let made: Json = self.control("POST", "/api/tenants/default/tokens", &json!({ "lifetime": "8h" }))?;
        made["access_token"].as_str().map(str::to_owned).ok_or_else(|| "there is no token in the answer".to_owned())
    }

    /// Answers a client's request and carries the answer to it, as HTTP would.
    pub(crate) fn deliver(&self, asked: &HttpRequest, patience: Duration) -> Result<Delivered, String> {
        let target = asked.url.strip_prefix(ORIGIN).unwrap_or(&asked.url);
        let target = if target.is_empty() { "/" } else { target };
        // What no URL can hold is escaped on its way, as HTTP libraries do.
        let target = &percent_encoding::utf8_percent_encode(target, UNUSABLE).to_string();
        let mut request = request(&asked.method, target, asked.body.clone())?;
        for (name, value) in &asked.headers {
            let name = HeaderName::try_from(name).map_err(|error| format!("header {name}: {error}"))?;
            request.headers.append(name, HeaderValue::try_from(value).map_err(|error| format!("header: {error}"))?);
        }
        request.headers.insert("host", HeaderValue::from_static(HOST));
        let answer = self.service.answer(request);
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let sent = HttpResponse {
            interim: Vec::new(),
            status: answer.status.as_u16(),
            headers,
            pieces: vec![answer.body.clone()],
            whole: true,
        };
        Ok(carry(sent, answer.delivery, patience))
    }

    /// The devices whose reset was accepted, once for each time.
    pub(crate) fn resets(&self) -> Vec<String> {
        let tenant = self.service.tenants().default_tenant();
        let world = tenant.world();
        let audits = world.audits().newest_first();
        audits.filter(|audit| audit.asked == "resetPasscode").map(|audit| audit.device_id.to_string()).collect()
    }

    /// What time it is there.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.wall.now()
    }

    /// Lets time pass there.
    pub(crate) fn pass(&self, time: Duration) {
        self.wall.advance(TimeDelta::from_std(time.min(Duration::from_hours(24 * 365))).unwrap_or_default());
    }
}

/// The day on which every scenario begins.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_520_496_000, 0).expect("2018-03-08")
}

fn request(method: &str, target: &str, body: Bytes) -> Result<Request, String> {
    Ok(Request {
        method: Method::try_from(method).map_err(|error| format!("{method}: {error}"))?,
        uri: Uri::try_from(target).map_err(|error| format!("{target}: {error}"))?,
        version: Version::HTTP_11,
        headers: HeaderMap::new(),
        body,
        door: Door::BaseUrl(Scheme::Https),
        unread: None,
    })
}

/// What HTTP makes of an answer whose delivery is spoiled.
fn carry(sent: HttpResponse, delivery: Option<Delivery>, patience: Duration) -> Delivered {
    let received = |response: HttpResponse| Ok(response);
    let body = sent.body();
    let cut = |bytes: usize| HttpResponse {
        pieces: vec![Bytes::copy_from_slice(&body[..bytes.min(body.len())])],
        whole: false,
        ..sent.clone()
    };
    let in_pieces = |size: usize| body.chunks(size.max(1)).map(Bytes::copy_from_slice).collect();
    let (received, took) = match delivery {
        None | Some(Delivery::Close) => (received(sent.clone()), Duration::ZERO),
        Some(Delivery::Informational(code)) => {
            (received(HttpResponse { interim: vec![code.as_u16()], ..sent.clone() }), Duration::ZERO)
        }
        Some(Delivery::Reset(Point::Body)) if !body.is_empty() => (received(cut(body.len() / 2)), Duration::ZERO),
        Some(Delivery::Reset(_)) => (Err(Failure::Connection), Duration::ZERO),
        Some(Delivery::Truncate(bytes)) if bytes < body.len() => (received(cut(bytes)), Duration::ZERO),
        Some(Delivery::Truncate(_)) => (received(HttpResponse { whole: false, ..sent.clone() }), Duration::ZERO),
        Some(Delivery::Stall(time, _)) if time > patience => (Err(Failure::Timeout), patience),
        Some(Delivery::Stall(time, _)) => (received(sent.clone()), time),
        Some(Delivery::Slow(speed)) => {
            let time = Duration::from_secs(body.len() as u64 / u64::from(speed.get()));
            if time > patience { (Err(Failure::Timeout), patience) } else { (received(sent.clone()), time) }
        }
        Some(Delivery::Chunk(size)) => {
            (received(HttpResponse { pieces: in_pieces(size.get()), ..sent.clone() }), Duration::ZERO)
        }
        Some(Delivery::WrongLength(by)) if by > 0 => {
            (received(HttpResponse { whole: false, ..sent.clone() }), Duration::ZERO)
        }
        Some(Delivery::WrongLength(by)) => {
            let bytes = body.len().saturating_sub(by.unsigned_abs() as usize);
            (received(HttpResponse { whole: true, ..cut(bytes) }), Duration::ZERO)
        }
    };
    Delivered { sent, received, took }
}

/// The result of a future that needs nobody's help.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => unreachable!("what is asked for here is answered at once"),
    }
}

/// A ready object for a simulator without sockets.
fn ready(tenants: &Tenants) -> Ready {
    let tenant = tenants.default_tenant();
    Ready {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: 0,
        graph_url: format!("{ORIGIN}/v1.0"),
        graph_beta_url: format!("{ORIGIN}/beta"),
        graph_tls_url: format!("{ORIGIN}/v1.0"),
        authority_url: ORIGIN.to_owned(),
        authority_tls_url: ORIGIN.to_owned(),
        proxy_url: ORIGIN.to_owned(),
        control_url: String::new(),
        ca_file: PathBuf::new(),
        ca_bundle_file: PathBuf::new(),
        tenant_id: tenant.id,
        tenant_domain: tenant.domain.clone(),
        client_id: tenant.directory().apps[0].client_id,
        client_secret: String::new(),
        seed: tenant.spec.seed,
    }
}

/// Simulators on real sockets, one for each scenario, that share a certificate authority.
///
/// Not one simulator with a tenant for each: a request without a token, or with one that cannot be read, belongs to
/// nobody in particular, and that is just what some scenarios are about.
pub(crate) struct Host {
    runtime: Runtime,
    pace: Pace,
    authority: TempDir,
    /// Starting one after the other: they write to the authority's folder.
    starting: Mutex<()>,
}

/// A simulator with one tenant, that of a scenario, on real sockets. It ends when it is dropped.
pub(crate) struct Served<'a> {
    host: &'a Host,
    simulator: Running,
}

impl Host {
    /// A host and its certificate authority.
    pub(crate) fn new(pace: Pace) -> Result<Self, String> {
        let told = |error: std::io::Error| error.to_string();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(told)?;
        let authority = tempfile::Builder::new().prefix("simtune-conformance-").tempdir().map_err(told)?;
        let host = Self { runtime, pace, authority, starting: Mutex::default() };
        let first = host.start(&Scenario::new(0))?;
        // Copies, because every start writes the originals anew.
        for (from, to) in [
            (&first.simulator.ready().ca_file, host.ca_file()),
            (&first.simulator.ready().ca_bundle_file, host.ca_bundle()),
        ] {
            std::fs::copy(from, to).map_err(told)?;
        }
        drop(first);
        Ok(host)
    }

    /// The authority's certificate.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.authority.path().join("trusted.pem")
    }

    /// The system's roots and the authority's certificate.
    pub(crate) fn ca_bundle(&self) -> PathBuf {
        self.authority.path().join("trusted-bundle.pem")
    }

    /// A simulator in which a scenario can happen: its tenant, its devices, its stimuli.
    pub(crate) fn serve(&self, scenario: &Scenario) -> Result<Served<'_>, String> {
        let served = self.start(scenario)?;
        for place in 0..scenario.tenant.devices.len() {
            served.control("POST", "/api/tenants/default/devices", Some(&model::members(scenario, place)))?;
        }
        if !scenario.stimuli.is_empty() {
            let faults = arming::faults_over_sockets(&scenario.stimuli, self.pace.tempo());
            served.control("PUT", "/api/tenants/default/faults", Some(&faults))?;
        }
        Ok(served)
    }

    fn start(&self, scenario: &Scenario) -> Result<Served<'_>, String> {
        let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let quirks = arming::quirks(scenario);
        let relaxed = scenario.tenant.sign_in == SignIn::OpaqueToken;
        let options = config::Options {
            listen: free,
            control: free,
            seed: Some(scenario.seed),
            fleet: Some("empty".to_owned()),
            edition: Some(scenario.tenant.edition.clone()),
            quirks: Some("realistic".to_owned()),
            quirk: quirks.iter().map(|(name, value)| format!("{name}={value}")).collect(),
            auth: relaxed.then_some(config::AuthOption::Relaxed),
            ca_dir: Some(self.authority.path().to_owned()),
            ..config::Options::default()
        };
        let config = options.check().map_err(|error| error.to_string())?;
        let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        let starting = Running::start(config, clock(&self.pace), Log::silent());
        let simulator = self.runtime.block_on(starting).map_err(|error| error.to_string())?;
        Ok(Served { host: self, simulator })
    }
}

/// How a program that is observed finds the world.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    /// What goes wrong: a profile's name, or a file.
    pub(crate) faults: Option<String>,
    /// The devices: a fleet's name, a file, or a number.
    pub(crate) fleet: Option<String>,
    /// What everything that nobody chose is drawn from.
    pub(crate) seed: u64,
}

impl Host {
    /// A simulator for a program that knows no scenario. What is refused is told as `simtune` tells it.
    pub(crate) fn serve_program(&self, world: &World) -> Result<Served<'_>, WorldError> {
        let free = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let options = config::Options {
            listen: free,
            control: free,
            seed: Some(world.seed),
            fleet: world.fleet.clone(),
            faults: world.faults.clone(),
            ca_dir: Some(self.authority.path().to_owned()),
            ..config::Options::default()
        };
        let mut config = options.check().map_err(|error| WorldError::Refused(error.to_string()))?;
        let rules: Vec<Json> =
            config.tenant.faults.iter().map(|rule| serde_json::to_value(rule).unwrap_or_default()).collect();
        let mut faults = json!({ "value": rules });
        arming::seen_over_sockets(&mut faults);
        let rules = faults["value"].as_array().cloned().unwrap_or_default();
        let rules = simtune::faults::load::rules(rules).map_err(|problem| WorldError::Refused(problem.to_string()))?;
        config.tenant.faults = rules.into();
        let starting = Running::start(config, Wall::System, Log::silent());
        let simulator = self.runtime.block_on(starting).map_err(|error| WorldError::NotStarted(error.to_string()))?;
        Ok(Served { host: self, simulator })
    }
}

/// Why there is no simulator for a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WorldError {
    /// What was asked for cannot be had.
    Refused(String),
    /// It could be had, but not here.
    NotStarted(String),
}

/// How far a journal was read.
#[derive(Debug, Default)]
pub(crate) struct Bookmark(Option<(u64, Arc<Entry>)>);

/// What a journal holds behind a bookmark.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    /// Whether what was read before is gone: the tenant began anew.
    pub(crate) anew: bool,
    /// The entries, as the control API shows them.
    pub(crate) entries: Vec<Json>,
}

impl Served<'_> {
    /// What the default tenant was asked since the bookmark was laid, which moves on.
    pub(crate) fn read_on(&self, bookmark: &mut Bookmark) -> Behind {
        let tenant = self.simulator.service().tenants().default_tenant();
        let records = tenant.records();
        let journal = &records.journal;
        // By the entry itself: what begins anew gives the same numbers and ids again.
        let is_there = |(_, known): &(u64, Arc<Entry>)| {
            journal.find(known.head.request_id).is_some_and(|(_, entry)| Arc::ptr_eq(&entry, known))
        };
        let anew = bookmark.0.as_ref().is_some_and(|known| !is_there(known));
        let after = bookmark.0.as_ref().filter(|_| !anew).map_or(0, |(seq, _)| *seq);
        let page = journal.since(after);
        // Spelling them out takes longer than looking them up, and others want to write.
        drop(records);
        match page.entries.last() {
            Some(last) => bookmark.0 = Some((page.next, Arc::clone(last))),
            None if anew => bookmark.0 = None,
            None => {}
        }
        Behind { anew, entries: page.shown().collect() }
    }

    /// How many requests it has answered, whatever was forgotten of them.
    pub(crate) fn answered(&self) -> u64 {
        let counts = self.simulator.service().tally().counts();
        counts.operations.iter().flat_map(|operation| operation.answered).sum()
    }

    /// The faults of the default tenant.
    pub(crate) fn faults(&self) -> Result<Json, String> {
        self.control("GET", "/api/tenants/default/faults", None)
    }

    /// The variables that lead a program here, as `simtune exec` sets them; one without a value is removed.
    pub(crate) fn variables(&self, no_proxy: Vec<String>) -> Result<Vec<(&'static str, Option<String>)>, String> {
        let made = self.control("POST", "/api/tenants/default/tokens", Some(&json!({})))?;
        let caller = simtune::variables::Caller { no_proxy };
        Ok(simtune::variables::variables(self.simulator.ready(), made["access_token"].as_str(), &caller))
    }

    /// Asks the control API on its port.
    pub(crate) fn control(&self, method: &str, path: &str, body: Option<&Json>) -> Result<Json, String> {
        let url = format!("{}{path}", self.simulator.ready().control_url);
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let request = HttpRequest { method: method.to_owned(), url, headers, body };
        let asked = crate::http::send(&request, Duration::from_secs(30), None, None);
        let response = self.host.runtime.block_on(asked).map_err(|failure| format!("{method} {path}: {failure:?}"))?;
        let body = response.body();
        if !(200..300).contains(&response.status) {
            return Err(format!("{method} {path}: {} {}", response.status, String::from_utf8_lossy(&body)));
        }
        if body.is_empty() {
            return Ok(Json::Null);
        }
        serde_json::from_slice(&body).map_err(|error| format!("{method} {path}: {error}"))
    }

    /// Where a client finds it, inside TLS or not.
    pub(crate) fn environment(&self, tls: bool) -> Environment {
        let ready = self.simulator.ready();
        let (graph, authority) = if tls {
            (ready.graph_tls_url.clone(), ready.authority_tls_url.clone())
        } else {
            // By its name: the other host of redirects and links is then the number.
            (named(&ready.graph_url), named(&ready.authority_url))
        };
        Environment {
            graph_beta_url: graph.replace("/v1.0", "/beta"),
            graph_base_url: graph,
            graph_token_url: format!("{authority}/{}/oauth2/v2.0/token", ready.tenant_id),
            graph_authority: authority,
            graph_tenant_id: ready.tenant_id.to_string(),
            graph_client_id: ready.client_id.to_string(),
            graph_client_secret: ready.client_secret.clone(),
            graph_scope: "https://graph.microsoft.com/.default".to_owned(),
            graph_access_token: None,
            graph_ca_file: tls.then(|| self.host.ca_file().to_string_lossy().into_owned()),
        }
    }

    /// The devices whose reset was accepted, once for each time.
    pub(crate) fn resets(&self) -> Vec<String> {
        let tenant = self.simulator.service().tenants().default_tenant();
        let world = tenant.world();
        let audits = world.audits().newest_first();
        audits.filter(|audit| audit.asked == "resetPasscode").map(|audit| audit.device_id.to_string()).collect()
    }
}

fn named(url: &str) -> String {
    url.replacen("//127.0.0.1:", "//localhost:", 1)
}

/// The computer's clock.
pub(crate) fn wall_now() -> DateTime<Utc> {
    Wall::System.now()
}

/// The clock by which simulators on sockets tell the time.
pub(crate) fn now(pace: &Pace) -> DateTime<Utc> {
    clock(pace).now()
}

fn clock(pace: &Pace) -> Wall {
    pace.since().map_or(Wall::System, |since| Wall::Fast { since, percent: pace.tempo().percent() })
}

/// The hash that the journal shows in the place of a token.
pub(crate) fn token_hash(token: &str) -> String {
    TokenHash::of(token.as_bytes()).to_string()
}
