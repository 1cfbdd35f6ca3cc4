//! The whole tenant against a reference model: random programs of requests, of what the tester does, and of time.
//!
//! After every step the answer and what became of each device are compared with what the contract says. What a step can
//! be is in `program.rs`, what the contract says in `reference.rs` and `table.rs`; this file alone knows both sides.

mod program;
mod reference;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use proptest::prelude::*;
use serde_json::{Value as Json, json as made};
use simtune::exchange::Answer;
use simtune::identity::directory::App as Application;
use simtune::quirks::{Quirks, UnsupportedAction};
use simtune::random::Draw;
use simtune::tenant::TenantSpec;
use simtune::throttle::Mode;
use uuid::Uuid;

use self::program::{Patch, Physical, Program, Request, Spelling, Step, Verb};
use self::reference::{Facts, Tenant};
use self::table::{ACTIONS, Action, DEVICES, EDITIONS};
use crate::harness::{Harness, With, json, request, text};

const DEVICES_V1: &str = "/v1.0/deviceManagement/managedDevices";
const DEVICES_BETA: &str = "/beta/deviceManagement/managedDevices";
const AUDITS: &str = "/beta/deviceManagement/remoteActionAudits";
const STRANGER: &str = "00000000-0000-4000-8000-00000000dead";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    /// Some four thousand steps, of which more than half are requests.
    #[test]
    fn a_tenant_agrees_with_a_reference_model(program in program::program()) {
        let mut run = Run::new(&program);
        for (number, step) in program.steps.iter().enumerate() {
            run.take(number, step);
            run.compare(&format!("after step {number}, {step:?}"));
        }
        run.look_at_everything();
    }
}

/// A program that runs on both sides at once.
struct Run {
    harness: Harness,
    model: Tenant,
    program: Program,
    facts: Vec<Facts>,
    ids: Vec<Uuid>,
    /// Every device of the tenant at its beginning.
    everybody: BTreeSet<String>,
    /// Of each app, and when it was made.
    tokens: Vec<(String, DateTime<Utc>)>,
    old_token: (String, DateTime<Utc>),
    /// Every passcode a device ever showed, with the start of its reset: no two resets have the same.
    passcodes: Vec<BTreeMap<String, String>>,
}

impl Run {
    fn new(program: &Program) -> Self {
        let unsupported_action = if program.accept { UnsupportedAction::Accept } else { UnsupportedAction::Refuse };
        let factor = program.factor.map_or(Mode::default(), |factor| factor.to_string().parse().expect("a factor"));
        let harness = Harness::with(TenantSpec {
            edition: Some(EDITIONS[program.edition].0.to_owned()),
            quirks: Quirks { unsupported_action, ..Quirks::default() },
            throttle: factor,
            ..TenantSpec::default()
        });
        let names = program.cast.iter().map(|row| DEVICES[*row].name);
        let ids: Vec<Uuid> = names.map(|name| Uuid::parse_str(&harness.id_of(name)).expect("a GUID")).collect();
        let (facts, everybody) = {
            let tenant = harness.service.tenants().default_tenant();
            let world = tenant.world();
            let facts = ids.iter().map(|id| {
                let device = world.inventory().get(*id).expect("a device of the fleet");
                let record = device.record();
                Facts {
                    company: record.managed_device_owner_type.as_deref() == Some("company"),
                    supervised: record.is_supervised,
                    managed_name: record.managed_device_name.as_str().to_owned(),
                    notes: record.notes.as_deref().map(str::to_owned),
                }
            });
            (facts.collect::<Vec<_>>(), world.inventory().iter().map(|device| device.id().to_string()).collect())
        };
        let mut run = Self {
            model: Tenant::new(program, &facts),
            program: program.clone(),
            passcodes: vec![BTreeMap::new(); ids.len()],
            facts,
            ids,
            everybody,
            tokens: Vec::new(),
            old_token: (String::new(), harness.wall.now()),
            harness,
        };
        run.sign_in();
        run.old_token = (run.tokens[0].0.clone(), expiry(&run.tokens[0].0));
        run
    }

    fn now(&self) -> DateTime<Utc> {
        self.harness.wall.now()
    }

    /// Fresh tokens for both apps; the second is made if it is not there.
    fn sign_in(&mut self) {
        let tenant = self.harness.service.tenants().default_tenant();
        let second = Application::default_of_tenant(Draw::from_seed(1).at("the model's second app"));
        let first = tenant.directory().apps[0].clone();
        tenant.put_app(second.clone());
        let tokens = [first, second].map(|app| {
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("grant_type", "client_credentials")
                .append_pair("client_id", &app.client_id.to_string())
                .append_pair("client_secret", &app.secrets[0].value)
                .append_pair("scope", "https://graph.microsoft.com/.default")
                .finish();
            let asked = request(Method::POST, &format!("/{}/oauth2/v2.0/token", tenant.id), body.as_bytes())
                .with("content-type", "application/x-www-form-urlencoded");
            json(&self.harness.send(asked))["access_token"].as_str().expect("a token").to_owned()
        });
        self.tokens = tokens.map(|token| (token, self.now())).to_vec();
    }

    fn send(&mut self, app: usize, method: Method, target: &str, body: &Json) -> Answer {
        if self.now() - self.tokens[app].1 > TimeDelta::minutes(45) {
            self.sign_in();
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let asked = request(method, target, body.as_bytes());
        let answer = self.harness.send(asked.with("authorization", &format!("Bearer {}", self.tokens[app].0)));
        let date = answer.headers["date"].to_str().expect("text");
        assert_eq!(date, self.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string(), "the date of {target}");
        answer
    }

    fn take(&mut self, number: usize, step: &Step) {
        let now = self.now();
        match step {
            Step::Request(app, asked) => self.ask(number, *app, asked),
            Step::Wait(seconds) => {
                self.harness.advance(TimeDelta::seconds(*seconds));
                self.model.advance(self.now());
            }
            Step::Physical(device, change) => {
                self.change(*device, *change);
                self.model.change(*device, *change, now);
            }
            Step::CheckIn(device) => {
                let tenant = self.harness.service.tenants().default_tenant();
                tenant.world().advance(now);
                let heard = tenant.world().check_in(self.ids[*device], now).is_ok();
                assert_eq!(heard, self.model.hurry(*device, now), "whether it checks in at step {number}");
            }
            Step::StartOver => {
                self.harness.service.tenants().default_tenant().reset(now);
                self.model = Tenant::new(&self.program, &self.facts);
                // The same requests of the same seed get the same passcodes again.
                self.passcodes.iter_mut().for_each(BTreeMap::clear);
                self.sign_in();
            }
        }
    }

    fn change(&self, device: usize, change: Physical) {
        let tenant = self.harness.service.tenants().default_tenant();
        let mut world = tenant.world();
        world.advance(self.now());
        world.edit_device(self.ids[device], self.now(), |device| match change {
            Physical::Online(online) => device.physical.online = online,
            Physical::Token(token) => device.physical.unlock_token = token,
            Physical::Script(outcome) => device.physical.outcome = outcome,
            Physical::ResetToken(active) => device.physical.reset_token_active = active,
            Physical::Policy(required) => device.physical.passcode.required = required,
            Physical::Runs(version) => {
                device.physical.actual_os_version =
                    version.map(|(major, minor, build)| format!("{major}.{minor}.{build}"));
            }
        });
    }

    /// A request on both sides. `Err` of the budgets comes before everything else that the model says.
    fn ask(&mut self, number: usize, app: usize, asked: &Request) {
        let now = self.now();
        let (method, target, body) = self.spelled(number, asked);
        let what = format!("step {number}, {asked:?}: {method} {target} {body}");
        if let Request::OldToken = asked {
            let sent =
                request(Method::GET, &target, b"").with("authorization", &format!("Bearer {}", self.old_token.0));
            let answer = self.harness.send(sent);
            if now >= self.old_token.1 {
                assert_eq!(answer.status, 401, "{what}");
            } else {
                let admitted = self.model_admits(0, false);
                Self::expect(&answer, admitted, 200, &what);
            }
            return;
        }
        let answer = self.send(app, method.clone(), &target, &body);
        if let Request::WrongVerb(_) = asked {
            // A path that leads nowhere draws on nothing.
            assert_eq!(answer.status, 400, "{what}");
            return;
        }
        let admitted = self.model_admits(app, method != Method::GET);
        if admitted.is_err() {
            Self::expect(&answer, admitted, 429, &what);
            return;
        }
        let capped = self.capped(asked);
        if capped.is_err() {
            Self::expect(&answer, capped, 429, &what);
            return;
        }
        let expected = self.predicted(number, asked, now);
        Self::expect(&answer, Ok(()), expected.0, &what);
        if answer.status.is_success() {
            self.read(asked, &answer, &expected.1, &what);
        }
    }

    fn model_admits(&mut self, app: usize, writes: bool) -> Result<(), i64> {
        let now = self.now();
        self.model.budgets.admit(app, writes, now)
    }

    /// Whether the daily cap of what is asked is used up; an unknown device is noticed before.
    fn capped(&self, asked: &Request) -> Result<(), i64> {
        let (action, devices) = match asked {
            Request::Ask(device, action, _) if self.model.devices[*device].is_there => (action.name(), 1),
            Request::Delete(device) if self.model.devices[*device].is_there => ("delete", 1),
            Request::Bulk(action, devices, stranger) if action.in_bulk().is_some() => {
                (action.name(), reference::once(devices).len() + usize::from(*stranger))
            }
            Request::BulkDelete(devices) => ("delete", reference::once(devices).len()),
            _ => return Ok(()),
        };
        self.model.budgets.admit_devices(action, devices, self.now())
    }

    fn expect(answer: &Answer, admitted: Result<(), i64>, status: u16, what: &str) {
        match admitted {
            Ok(()) => assert_eq!(answer.status.as_u16(), status, "{what}: {}", text(answer)),
            Err(seconds) => {
                assert_eq!(answer.status, 429, "{what}: {}", text(answer));
                assert_eq!(answer.headers["retry-after"].to_str().expect("text"), seconds.to_string(), "{what}");
            }
        }
    }

    /// The bytes of a request.
    fn spelled(&self, number: usize, asked: &Request) -> (Method, String, Json) {
        let id = |device: &usize| self.ids[*device].to_string();
        match asked {
            Request::Ask(device, action, spelling) => {
                let (id, name) = (id(device), action.name());
                let base =
                    if action.is_in_v1() && !matches!(spelling, Spelling::Beta) { DEVICES_V1 } else { DEVICES_BETA };
                let target = match spelling {
                    Spelling::Slashes | Spelling::Beta => format!("{base}/{id}/{name}"),
                    Spelling::Parentheses => format!("{base}('{id}')/{name}"),
                    Spelling::Qualified => format!("{base}/{id}/microsoft.graph.{name}"),
                };
                (Method::POST, target, body_of(*action, number))
            }
            Request::AskBadly(device) => {
                let body = made!({ "deviceName": "no name at all" });
                (Method::POST, format!("{DEVICES_BETA}/{}/setDeviceName", id(device)), body)
            }
            Request::Bulk(action, devices, stranger) => {
                let mut ids: Vec<String> = devices.iter().map(id).collect();
                ids.extend(stranger.then(|| STRANGER.to_owned()));
                let mut body = made!({ "actionName": action.in_bulk().unwrap_or(action.name()), "deviceIds": ids });
                if *action == Action::SetDeviceName {
                    body["deviceName"] = renamed(number).into();
                }
                (Method::POST, format!("{DEVICES_BETA}/executeAction"), body)
            }
            Request::BulkDelete(devices) => {
                let ids: Vec<String> = devices.iter().map(id).collect();
                let body = made!({ "actionName": "delete", "deviceIds": ids });
                (Method::POST, format!("{DEVICES_BETA}/executeAction"), body)
            }
            Request::Delete(device) => (Method::DELETE, format!("{DEVICES_V1}/{}", id(device)), Json::Null),
            Request::Get(device) => {
                let select =
                    "id,deviceName,managedDeviceName,managedDeviceOwnerType,managementState,notes,deviceActionResults";
                (Method::GET, format!("{DEVICES_BETA}/{}?$select={select}", id(device)), Json::Null)
            }
            Request::List | Request::OldToken => (Method::GET, DEVICES_V1.to_owned(), Json::Null),
            Request::Audits => (Method::GET, AUDITS.to_owned(), Json::Null),
            Request::Patch(device, patch) => {
                (Method::PATCH, format!("{DEVICES_V1}/{}", id(device)), patch_of(*patch, &renamed(number)))
            }
            Request::Stranger(verb) => {
                let target = format!("{DEVICES_V1}/{STRANGER}");
                match verb {
                    Verb::Get => (Method::GET, target, Json::Null),
                    Verb::Patch => (Method::PATCH, target, made!({ "notes": "of nobody" })),
                    Verb::Delete => (Method::DELETE, target, Json::Null),
                    Verb::Ask => (Method::POST, format!("{target}/resetPasscode"), Json::Null),
                }
            }
            Request::WrongVerb(device) => {
                (Method::GET, format!("{DEVICES_V1}/{}/resetPasscode", id(device)), Json::Null)
            }
        }
    }

    /// What the model says of a request within its budgets: the status and, of a call for many, the lists.
    fn predicted(&mut self, number: usize, asked: &Request, now: DateTime<Utc>) -> (u16, reference::Lists) {
        let mut lists = reference::Lists::default();
        let status = match asked {
            Request::Ask(device, action, _) => {
                let status = self.model.ask(*device, *action, false, now);
                if status == 204 && *action == Action::SetDeviceName {
                    self.model.rename(*device, &renamed(number));
                }
                status
            }
            Request::AskBadly(device) => {
                if self.model.devices[*device].is_there {
                    400
                } else {
                    404
                }
            }
            Request::Bulk(action, ..) if action.in_bulk().is_none() => 400,
            Request::Bulk(action, devices, _) => {
                lists = self.model.bulk(Some(*action), devices, now);
                if *action == Action::SetDeviceName {
                    for device in &lists.successful {
                        self.model.rename(*device, &renamed(number));
                    }
                }
                200
            }
            Request::BulkDelete(devices) => {
                lists = self.model.bulk(None, devices, now);
                200
            }
            Request::Delete(device) => self.model.delete(*device, false, now),
            Request::Get(device) => {
                if self.model.devices[*device].is_there {
                    200
                } else {
                    404
                }
            }
            Request::List | Request::Audits | Request::OldToken => 200,
            Request::Patch(device, patch) => self.model.patch(*device, *patch, &renamed(number)),
            Request::Stranger(_) => 404,
            Request::WrongVerb(_) => 400,
        };
        (status, lists)
    }

    /// What an answer says beyond its status.
    fn read(&mut self, asked: &Request, answer: &Answer, lists: &reference::Lists, what: &str) {
        match asked {
            Request::Ask(..) | Request::Delete(_) => assert_eq!(answer.body.len(), 0, "{what}"),
            Request::Bulk(_, _, stranger) => self.read_lists(&json(answer), lists, *stranger, what),
            Request::BulkDelete(_) => self.read_lists(&json(answer), lists, false, what),
            Request::Get(device) => self.read_device(*device, &json(answer), what),
            Request::Patch(device, _) => {
                let told = json(answer);
                assert_eq!(told["managedDeviceName"], self.model.devices[*device].managed_name, "{what}");
            }
            Request::List => self.read_list(&json(answer), what),
            Request::Audits => self.read_audits(&json(answer), what),
            Request::AskBadly(_) | Request::Stranger(_) | Request::WrongVerb(_) | Request::OldToken => {}
        }
    }

    fn read_lists(&self, told: &Json, lists: &reference::Lists, stranger: bool, what: &str) {
        let of = |devices: &[usize]| devices.iter().map(|device| self.ids[*device].to_string()).collect::<Vec<_>>();
        let mut not_found = of(&lists.not_found);
        not_found.extend(stranger.then(|| STRANGER.to_owned()));
        assert_eq!(told["successfulDeviceIds"], made!(of(&lists.successful)), "{what}");
        assert_eq!(told["notFoundDeviceIds"], made!(not_found), "{what}");
        assert_eq!(told["notSupportedDeviceIds"], made!(of(&lists.not_supported)), "{what}");
        assert_eq!(told["failedDeviceIds"], made!([]), "{what}");
    }

    fn read_device(&mut self, index: usize, told: &Json, what: &str) {
        let now = self.now();
        let edition = self.program.edition;
        let device = &self.model.devices[index];
        assert_eq!(told["deviceName"], device.name, "{what}");
        assert_eq!(told["managedDeviceName"], device.managed_name, "{what}");
        assert_eq!(told["managementState"], device.management, "{what}");
        assert_eq!(told["managedDeviceOwnerType"] == "company", device.company, "{what}");
        assert_eq!(told["notes"], made!(device.notes), "{what}");
        let entries = told["deviceActionResults"].as_array().expect("a list");
        assert_eq!(entries.len(), device.entries.len(), "{what}: {told}");
        for expected in &device.entries {
            let scan = match expected.action {
                Action::QuickScan => Some("Quick scan"),
                Action::FullScan => Some("Full Scan"),
                _ => None,
            };
            let entry = entries
                .iter()
                .find(|entry| entry["actionName"] == expected.action.name() && entry["scanType"].as_str() == scan)
                .unwrap_or_else(|| panic!("{what}: no entry of {expected:?} in {told}"));
            assert_eq!(entry["actionState"], expected.state, "{what}: {entry}");
            match expected.action {
                Action::RemoteLock => {
                    assert_eq!(entry["unlockPin"].is_string(), expected.has_secret(now), "{what}: {entry}");
                }
                Action::ResetPasscode => {
                    assert_eq!(entry["passcode"].is_string(), expected.has_secret(now), "{what}: {entry}");
                    assert_eq!(entry["errorCode"] != 0, expected.state == "failed", "{what}: {entry}");
                    let Some(passcode) = entry["passcode"].as_str() else { continue };
                    let digits = passcode.bytes().all(|byte| byte.is_ascii_digit());
                    assert!(digits || !device.passcode_is_digits(edition), "{what}: {entry}");
                    let started = entry["startDateTime"].as_str().expect("a date").to_owned();
                    let first = self.passcodes[index].entry(passcode.to_owned()).or_insert_with(|| started.clone());
                    assert_eq!(*first, started, "{what}: the passcode of an earlier reset");
                }
                _ => assert!(entry.get("passcode").is_none(), "{what}: {entry}"),
            }
        }
    }

    fn read_list(&self, told: &Json, what: &str) {
        let told = told["value"].as_array().expect("a list");
        let ids: BTreeSet<String> =
            told.iter().map(|device| device["id"].as_str().expect("an id").to_owned()).collect();
        let mut expected = self.everybody.clone();
        for (device, id) in self.model.devices.iter().zip(&self.ids) {
            if !device.is_there {
                expected.remove(&id.to_string());
            }
        }
        assert_eq!(ids, expected, "{what}");
        assert_eq!(told.len(), ids.len(), "{what}: a device is there twice");
        for device in told {
            assert_eq!(device["deviceActionResults"], made!([]), "{what}: lists have no results");
        }
    }

    fn read_audits(&self, told: &Json, what: &str) {
        let told: Vec<String> = told["value"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|audit| {
                let member = |name: &str| audit[name].as_str().unwrap_or_default().to_owned();
                [member("managedDeviceId"), member("action"), member("actionState"), member("deviceActionCategory")]
                    .join(" ")
            })
            .collect();
        assert_eq!(told, self.expected_audits(), "{what}");
    }

    fn expected_audits(&self) -> Vec<String> {
        let spelled = |audit: &reference::Audit| {
            let category = if audit.bulk { "bulk" } else { "single" };
            format!("{} {} {} {category}", self.ids[audit.device], audit.action, audit.state)
        };
        self.model.audits.iter().rev().map(spelled).collect()
    }

    /// What became of the devices, without a request: whatever the step was, nothing else may have changed.
    fn compare(&self, when: &str) {
        let tenant = self.harness.service.tenants().default_tenant();
        let mut world = tenant.world();
        world.advance(self.now());
        for (device, id) in self.model.devices.iter().zip(&self.ids) {
            let name = device.known.name;
            let Some(found) = world.inventory().get(*id) else {
                assert!(!device.is_there, "{name} is gone {when}");
                continue;
            };
            assert!(device.is_there, "{name} is still there {when}");
            let record = found.record();
            assert_eq!(record.management_state.as_deref(), Some(device.management.as_str()), "{name} {when}");
            let mut states: Vec<(&str, &str)> =
                found.actions.iter().map(|entry| (entry.action.as_ref(), entry.state.name())).collect();
            let mut expected: Vec<(&str, &str)> =
                device.entries.iter().map(|entry| (entry.action.name(), entry.state)).collect();
            states.sort_unstable();
            expected.sort_unstable();
            assert_eq!(states, expected, "{name} {when}");
            assert_eq!(found.physical.passcode.set, device.passcode_set, "the passcode of {name} {when}");
        }
        assert_eq!(world.audits().newest_first().count(), self.model.audits.len(), "{when}");
    }

    /// At the end, when no budget is in the way, through Graph.
    fn look_at_everything(&mut self) {
        for device in 0..self.ids.len() {
            self.look(&Request::Get(device));
        }
        self.look(&Request::List);
        self.look(&Request::Audits);
    }

    fn look(&mut self, asked: &Request) {
        self.harness.advance(TimeDelta::seconds(20));
        self.model.advance(self.now());
        self.ask(usize::MAX, 0, asked);
    }
}

fn renamed(number: usize) -> String {
    format!("Renamed-at-{number}")
}

fn body_of(action: Action, number: usize) -> Json {
    match action {
        Action::SetDeviceName => made!({ "deviceName": renamed(number) }),
        Action::QuickScan => made!({ "quickScan": true }),
        Action::FullScan => made!({ "quickScan": false }),
        _ => Json::Null,
    }
}

fn patch_of(patch: Patch, text: &str) -> Json {
    match patch {
        Patch::Notes => made!({ "notes": text }),
        Patch::ManagedName => made!({ "managedDeviceName": text }),
        Patch::Owner(company) => made!({ "managedDeviceOwnerType": if company { "company" } else { "personal" } }),
        Patch::ReadOnly => made!({ "deviceName": text }),
        Patch::Unknown => made!({ "favouriteColour": text }),
        Patch::Both => made!({ "notes": text, "serialNumber": text }),
    }
}

/// When a token ends, by what stands in it.
fn expiry(token: &str) -> DateTime<Utc> {
    let claims = token.split('.').nth(1).expect("a JWT");
    let claims: Json = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON");
    DateTime::from_timestamp(claims["exp"].as_i64().expect("a number"), 0).expect("a date")
}

#[test]
fn the_model_has_a_device_for_every_action_and_one_that_lacks_it() {
    for action in ACTIONS.into_iter().filter(|action| *action != Action::ResetPasscode) {
        for wanted in [true, false] {
            assert!(DEVICES.iter().any(|device| action.is_for(device, true, true) == wanted), "{action:?} {wanted}");
        }
    }
}
