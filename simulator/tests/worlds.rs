//! Whole worlds: kept, gone back to, carried elsewhere.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use hyper::Method;
use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};
use simtune::clock::ClockStart;
use simtune::fleet;
use simtune::quirks::{Profile, Quirks};
use simtune::tenant::TenantSpec;
use simtune::tenant::document::{Export, VERSION};
use simtune::world::CheckIn;

use crate::happenings::{self, Happening, Stage};
use crate::harness::{Harness, With, request, text};
use crate::sockets::{Running, exchange};

const TENANT: &str = "/api/tenants/default";

/// What of a tenant the control port shows, but its journal.
const SHOWN: [&str; 8] = ["", "/devices", "/users", "/sign-in", "/clock", "/faults", "/quirks", "/throttle"];

impl Running {
    /// A call that succeeds.
    fn call(&self, method: &str, path: &str, body: &str) -> Json {
        let (status, answer) = self.control(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    fn tenant(&self, method: &str, below: &str, body: &str) -> Json {
        self.call(method, &format!("{TENANT}{below}"), body)
    }

    /// A request of a client with `token`: its status line and body.
    fn ask(&self, token: &str, method: &str, target: &str, body: &str) -> (u16, String) {
        let host = self.client;
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(self.client, request.as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        (head[9..12].parse().expect("a status"), body.to_owned())
    }

    /// The world of the default tenant, which comes in chunks.
    fn export(&self) -> Json {
        let request = format!("GET {TENANT}/export HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = exchange(self.control, request.as_bytes());
        let (head, mut rest) = answer.split_once("\r\n\r\n").expect("a whole answer");
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/json"), "{head}");
        let mut document = String::new();
        while let Some((size, chunk)) = rest.split_once("\r\n") {
            let size = usize::from_str_radix(size, 16).expect("a size");
            document.push_str(&chunk[..size]);
            rest = &chunk[size + 2..];
        }
        serde_json::from_str(&document).expect("a document")
    }

    fn shown(&self) -> Vec<Json> {
        SHOWN.iter().map(|below| self.tenant("GET", below, "")).collect()
    }

    fn device(&self, name: &str) -> String {
        let devices = self.tenant("GET", "/devices", "");
        let found = devices["value"].as_array().unwrap().iter().find(|device| device["deviceName"] == name);
        found.unwrap_or_else(|| panic!("there is {name}"))["id"].as_str().unwrap().to_owned()
    }

    /// Changes something of every kind that a moment holds.
    fn change_everything(&self) {
        let token = self.token();
        let device = self.device("Android-6");
        let path = format!("/v1.0/deviceManagement/managedDevices/{device}");
        assert_eq!(self.ask(&token, "POST", &format!("{path}/resetPasscode"), "").0, 204);
        assert_eq!(self.ask(&token, "GET", "/v1.0/users", "").0, 200);
        self.tenant("PATCH", &format!("/devices/{device}"), r#"{"notes":"changed","physical":{"online":false}}"#);
        self.tenant("DELETE", &format!("/devices/{}", self.device("iPhone-1")), "");
        self.tenant("POST", "/devices", r#"{"deviceName":"added"}"#);
        self.tenant("POST", "/apps", r#"{"roles":["User.Read.All"]}"#);
        self.tenant("POST", "/users", r#"{"userPrincipalName":"new@simtune.example","role":"none"}"#);
        self.tenant("POST", "/users/helpdesk@simtune.example/revoke", "");
        self.tenant("PUT", "/sign-in", r#"{"deviceCode":{"autoApprove":"new@simtune.example"}}"#);
        let fault = r#"{"value":[{"id":"one","match":{"method":"GET"},"times":3,"act":{"status":{"code":503}}}]}"#;
        self.tenant("PUT", "/faults", fault);
        assert_eq!(self.ask(&token, "GET", &path, "").0, 503);
        let logs = format!(
            "/v1.0/deviceManagement/managedDevices/{}/createDeviceLogCollectionRequest",
            self.device("DESKTOP-1")
        );
        assert_eq!(self.ask(&token, "POST", &logs, "{}").0, 200);
        self.tenant("PATCH", "/quirks", r#"{"profile":"awkward"}"#);
        self.tenant("POST", "/clock/advance", r#"{"by":"PT1H"}"#);
        assert_eq!(self.ask(&self.token(), "POST", &format!("{path}/syncDevice"), "").0, 204);
    }
}

#[test]
fn going_back_brings_back_everything_and_the_journal_goes_on() {
    let running = Running::start();
    let beginning = running.shown();
    let snapshot = running.tenant("POST", "/snapshots/clean", "");
    assert_eq!((&snapshot["name"], &snapshot["takenAt"]), (&"clean".into(), &beginning[4]["now"]));
    assert_eq!(snapshot["devices"], beginning[0]["devices"]);

    running.change_everything();
    let changed = running.shown();
    for (path, (before, after)) in SHOWN.iter().zip(beginning.iter().zip(&changed)) {
        assert_ne!(before, after, "{path}: the test changes it");
    }
    running.tenant("POST", "/snapshots/changed", "{}");
    let written = running.tenant("GET", "/journal", "");

    let restored = running.tenant("POST", "/snapshots/clean/restore", "");
    assert_eq!(restored, beginning[0]);
    assert_eq!(running.shown(), beginning);
    assert_eq!(running.tenant("GET", "/journal", ""), written, "the journal is no part of it");

    let token = running.token();
    running.ask(&token, "GET", "/v1.0/deviceManagement/managedDevices/x", "");
    running.tenant("POST", "/snapshots/changed/restore", "");
    assert_eq!(running.shown(), changed);
    running.ask(&token, "GET", "/v1.0/deviceManagement/managedDevices/x", "");
    let journal = running.tenant("GET", "/journal", "");
    let entries = journal["value"].as_array().unwrap();
    let ids: BTreeSet<&str> = entries.iter().map(|entry| entry["requestId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), entries.len(), "no id is given twice");
}

#[test]
fn the_same_requests_lead_from_a_snapshot_to_the_same_world() {
    let running = Running::start();
    running.change_everything();
    running.tenant("PUT", "/faults", r#"{"value":[]}"#);
    running.tenant("POST", "/snapshots/here", "");
    let token = running.token();
    let mut ends = Vec::new();
    for _ in 0..2 {
        running.tenant("POST", "/snapshots/here/restore", "");
        for name in ["Android-6-no-policy", "iPhone-wrong-unlock-token", "Windows-Phone-8.1"] {
            let path = format!("/v1.0/deviceManagement/managedDevices/{}/resetPasscode", running.device(name));
            assert_eq!(running.ask(&token, "POST", &path, "").0, 204, "{name}");
        }
        running.tenant("POST", "/clock/advance", r#"{"by":"PT10S"}"#);
        let (_, audits) = running.ask(&token, "GET", "/beta/deviceManagement/remoteActionAudits", "");
        ends.push((running.shown(), audits));
    }
    assert_eq!(ends[0], ends[1]);
    assert!(ends[0].1.contains("done"), "{}", ends[0].1);
}

#[test]
fn snapshots_are_named_listed_counted_and_forgotten() {
    let running = Running::start();
    let mut told = Vec::new();
    let mut refuse = |method: &str, below: &str, body: &str| {
        let (status, answer) = running.control(method, &format!("{TENANT}{below}"), body);
        told.push(format!("{method} {below} {body}\n{status} {}", answer["error"]["message"].as_str().unwrap()));
    };
    refuse("POST", "/snapshots/a%20b", "");
    refuse("POST", "/snapshots/", "");
    refuse("POST", &format!("/snapshots/{}", "x".repeat(65)), "");
    refuse("POST", "/snapshots/a", r#"{"name":"b"}"#);
    refuse("POST", "/snapshots/a?name=b", "");
    refuse("POST", "/snapshots/a/restore", "");
    refuse("DELETE", "/snapshots/a", "");
    refuse("GET", "/snapshots/a", "");
    for number in 0..64 {
        running.tenant("POST", &format!("/snapshots/s{number:02}"), "");
    }
    refuse("POST", "/snapshots/one-more", "");
    assert_snapshot!(told.join("\n"));

    running.tenant("POST", "/snapshots/s07", "");
    running.tenant("DELETE", "/snapshots/s08", "");
    running.tenant("POST", "/reset", "");
    let names: Vec<Json> = running.tenant("GET", "/snapshots", "")["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|snapshot| snapshot["name"].clone())
        .collect();
    assert_eq!(names.len(), 63, "a reset keeps them: {names:?}");
    assert!(names.is_sorted_by_key(|name| name.as_str()) && !names.contains(&"s08".into()), "{names:?}");
}

impl Stage {
    fn export(&self) -> Vec<u8> {
        let moment = self.tenant().moment(self.harness.wall.now());
        let mut document = Vec::new();
        Export::new(self.tenant(), moment).write(&mut document).expect("it is written to memory");
        document
    }

    fn import(&self, document: &[u8]) -> Result<(), String> {
        self.harness.service.tenants().import(self.tenant(), document).map_err(|error| error.to_string())
    }
}

/// A document but for whose it was.
fn told(document: &[u8]) -> Json {
    let mut document: Json = serde_json::from_slice(document).expect("JSON");
    document["exportedFrom"] = Json::Null;
    document
}

/// Where two documents differ first, but for whose they were.
fn difference(here: &[u8], there: &[u8]) -> Option<String> {
    fn first(path: &str, here: &Json, there: &Json) -> Option<String> {
        match (here, there) {
            _ if here == there => None,
            (Json::Object(a), Json::Object(b)) if a.keys().eq(b.keys()) => {
                a.iter().find_map(|(name, here)| first(&format!("{path}.{name}"), here, &b[name]))
            }
            (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
                let mut pairs = a.iter().zip(b).enumerate();
                pairs.find_map(|(index, (here, there))| first(&format!("{path}[{index}]"), here, there))
            }
            _ => Some(format!("{path}: {here} / {there}")),
        }
    }
    first("", &told(here), &told(there))
}

/// A tenant with nothing in common with the default one.
fn stranger() -> TenantSpec {
    TenantSpec {
        seed: 9,
        fleet: fleet::Builtin::Empty.into(),
        edition: Some("latest".to_owned()),
        quirks: Quirks::of(Profile::Awkward),
        check_in: CheckIn::Realistic,
        clock: ClockStart::At("2030-01-01T00:00:00Z".parse().expect("a date")),
        ..TenantSpec::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    /// What the round trip keeps is everything a client can observe, now and later.
    #[test]
    fn a_world_goes_on_elsewhere_as_it_would_have_gone_on(
        realistic in any::<bool>(),
        before in prop::collection::vec(happenings::anything(), 10..40),
        after in prop::collection::vec(happenings::anything(), 1..20),
    ) {
        let check_in = if realistic { CheckIn::Realistic } else { CheckIn::AfterPush(TimeDelta::seconds(2)) };
        let mut here = Stage::new(TenantSpec { check_in, ..TenantSpec::default() });
        for what in &before {
            here.happen(what);
        }
        let document = here.export();
        let mut there = Stage::new(TenantSpec { tenant_id: Some(here.tenant().id), ..stranger() }).meaning(&here);
        there.harness.advance(TimeDelta::hours(5));
        there.import(&document).expect("it was written by the same simulator");
        prop_assert_eq!(difference(&there.export(), &document), None, "nothing is lost or added");

        here.renew();
        there.renew();
        for ((target, here), (_, there)) in here.everything().into_iter().zip(there.everything()) {
            prop_assert_eq!(here, there, "{}", target);
        }
        for what in &after {
            prop_assert_eq!(here.happen(what), there.happen(what), "{:?}", what);
        }
        prop_assert_eq!(difference(&here.export(), &there.export()), None);
        for ((target, here), (_, there)) in here.everything().into_iter().zip(there.everything()) {
            prop_assert_eq!(here, there, "later: {}", target);
        }
    }
}

/// Something of every kind that a document holds.
fn eventful() -> Stage {
    let mut stage = Stage::new(TenantSpec::default());
    let act = |device, name| Happening::AskDevice(device, Method::POST, "v1.0", name, "");
    for device in 0..20 {
        stage.happen(&act(device, "resetPasscode"));
    }
    stage.happen(&Happening::Online(3, false));
    stage.happen(&Happening::Wait(5));
    for device in [2, 3, 5, 8] {
        stage.happen(&act(device, "locateDevice"));
        stage.happen(&act(device + 4, "retire"));
        stage.happen(&Happening::AskDevice(device, Method::PATCH, "beta", "", r#"{"notes":"n"}"#));
    }
    stage.happen(&Happening::AskDevice(1, Method::DELETE, "v1.0", "", ""));
    stage.happen(&Happening::Ask(Method::GET, "/v1.0/users".to_owned(), ""));
    stage.happen(&Happening::AddUser(7));
    stage.happen(&Happening::Revoke);
    stage.happen(&Happening::SignIn);
    stage.happen(&Happening::Faults(2));
    stage
}

/// What stands where something else should: of the same kind, of any, or nothing.
fn nonsense() -> impl Strategy<Value = fn(&Json, usize) -> Option<Json>> {
    let of_its_kind: fn(&Json, usize) -> Option<Json> = |there, chosen| {
        let numbers = [json!(-1), json!(0), json!(7), json!(u64::MAX), json!(i64::MIN), json!(1_u64 << 53)];
        let dates = ["+262142-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2018-03-08T00:00:00Z"];
        let texts = ["", "x", "00000000-0000-4000-8000-000000000000", "pending", "wipe", "lock"];
        Some(match there {
            Json::Number(_) => numbers[chosen % numbers.len()].clone(),
            Json::String(text) if text.ends_with('Z') => dates[chosen % dates.len()].into(),
            Json::String(_) => texts[chosen % texts.len()].into(),
            Json::Bool(truth) => (!truth).into(),
            Json::Array(_) => json!([]),
            other => other.clone(),
        })
    };
    let of_any: fn(&Json, usize) -> Option<Json> = |_, chosen| {
        let any = [Json::Null, json!(true), json!(1e300), json!("x"), json!([[]]), json!({}), json!({ "a": 1 })];
        Some(any[chosen % any.len()].clone())
    };
    let nothing: fn(&Json, usize) -> Option<Json> = |_, _| None;
    prop_oneof![6 => Just(of_its_kind), 2 => Just(of_any), 1 => Just(nothing)]
}

/// Puts something else at the end of a walk through `document`; each number chooses a member, and the last what is put.
fn spoil(document: &mut Json, walk: &[usize], other: fn(&Json, usize) -> Option<Json>) {
    let (step, rest) = walk.split_first().expect("a walk has an end");
    let ends = rest.is_empty();
    match document {
        Json::Object(members) if !ends && !members.is_empty() => {
            let name = members.keys().nth(step % members.len()).expect("one of them").clone();
            let lasts = rest.len() == 1 || !(members[&name].is_object() || members[&name].is_array());
            if lasts && other(&members[&name], 0).is_none() {
                members.remove(&name);
            } else {
                spoil(&mut members[&name], rest, other);
            }
        }
        Json::Array(items) if !ends && !items.is_empty() => {
            let index = step % items.len();
            spoil(&mut items[index], rest, other);
        }
        there => *there = other(there, *step).unwrap_or_default(),
    }
}

#[test]
fn a_spoiled_document_changes_nothing_or_is_a_world_like_any_other() {
    let here = eventful();
    let mut there = Stage::new(stranger()).meaning(&here);
    let mut sound = told(&here.export());
    sound["exportedFrom"] = json!({ "tenantId": "00000000-0000-4000-8000-000000000000", "domain": "d" });
    let (mut taken, mut refused) = (0, 0);
    let mut runner = TestRunner::deterministic();
    let walks = prop::collection::vec((prop::collection::vec(0_usize..1_000, 3..10), nonsense()), 1..3);
    for _ in 0..14 {
        let walks = walks.new_tree(&mut runner).expect("a strategy that rejects nothing").current();
        let mut spoiled = sound.clone();
        for (walk, other) in &walks {
            spoil(&mut spoiled, walk, *other);
        }
        let before = there.export();
        if there.import(spoiled.to_string().as_bytes()).is_err() {
            refused += 1;
            assert_eq!(difference(&there.export(), &before), None, "nothing is lost by {walks:?}");
            continue;
        }
        taken += 1;
        there.everything();
        there.harness.advance(TimeDelta::days(8));
        for device in 0..20 {
            there.happen(&Happening::AskDevice(device, Method::POST, "v1.0", "resetPasscode", ""));
        }
        let again = there.import(&there.export());
        assert_eq!(again, Ok(()), "what was read is written so that it is read again, after {walks:?}");
    }
    assert!(taken > 1 && refused > 1, "both are tried: {taken} taken, {refused} refused");
}

#[test]
fn refusals_of_documents_say_what_is_wrong() {
    let stage = Stage::new(TenantSpec::default());
    let sound: Json = serde_json::from_slice(&stage.export()).unwrap();
    let but = |change: &dyn Fn(&mut Json)| {
        let mut document = sound.clone();
        change(&mut document);
        document.to_string()
    };
    let documents = [
        String::new(),
        "[]".to_owned(),
        "{}".to_owned(),
        but(&|document| document["version"] = (VERSION + 1).into()),
        but(&|document| document["version"] = 0.into()),
        but(&|document| document["colour"] = "red".into()),
        but(&|document| document["apps"] = json!([])),
        but(&|document| document["users"][2]["role"] = "king".into()),
        but(&|document| document["world"]["edition"] = "2016-01-01".into()),
        but(&|document| document["world"]["quirks"]["filter-ne"] = "maybe".into()),
        but(&|document| document["world"]["clock"]["now"] = "+12000-01-01T00:00:00Z".into()),
        but(&|document| document["world"]["throttle"]["mode"] = 0.into()),
        but(&|document| document["world"]["throttle"]["over"]["coffee"] = 1.into()),
        but(&|document| document["world"]["state"]["inventory"]["devices"][4]["record"]["deviceNam"] = "x".into()),
        but(&|document| document["world"]["state"]["inventory"]["devices"][4]["record"]["isEncrypted"] = "x".into()),
        but(&|document| {
            let twin = document["world"]["state"]["inventory"]["devices"][0].clone();
            document["world"]["state"]["inventory"]["devices"][1] = twin;
        }),
        but(
            &|document| document["world"]["state"]["due"] = json!([{ "at": "2018-01-01T00:00:00Z", "number": 5, "what": { "checkIn": "00000000-0000-4000-8000-000000000000" } }]),
        ),
        format!("{sound} more"),
    ];
    let told: Vec<String> = documents.iter().map(|document| stage.import(document.as_bytes()).unwrap_err()).collect();
    assert_snapshot!(told.join("\n"));
    assert_eq!(stage.export(), sound.to_string().into_bytes(), "nothing has changed");
}

#[test]
fn a_sign_in_outlives_the_move_to_a_simulator_with_the_same_tenant() {
    let redeem = |harness: &Harness, fields: &[(&str, &str)]| {
        let tenant = harness.service.tenants().default_tenant();
        let client = tenant.directory().apps[0].client_id.to_string();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &client).extend_pairs(fields);
        let answer = harness.send(
            request(Method::POST, "/organizations/oauth2/v2.0/token", form.finish().as_bytes())
                .with("content-type", "application/x-www-form-urlencoded"),
        );
        (answer.status, text(&answer))
    };
    let here = Stage::new(TenantSpec::default());
    let tenant = here.tenant();
    let password = tenant.users()[0].password.clone();
    let name = tenant.users()[0].user_principal_name.clone();
    let scope = ("scope", "offline_access User.Read");
    let (_, body) =
        redeem(&here.harness, &[("grant_type", "password"), ("username", &name), ("password", &password), scope]);
    let body: Json = serde_json::from_str(&body).unwrap();
    let refresh = body["refresh_token"].as_str().expect("a refresh token");
    let use_it = [("grant_type", "refresh_token"), ("refresh_token", refresh), scope];

    let there = Stage::new(TenantSpec { tenant_id: Some(tenant.id), ..stranger() });
    assert_ne!(redeem(&there.harness, &use_it).0, 200, "nobody knows it yet");
    there.import(&here.export()).unwrap();
    let (status, body) = redeem(&there.harness, &use_it);
    assert_eq!(status, 200, "{body}");
}

#[test]
fn a_reset_after_an_import_goes_back_to_how_the_tenant_began() {
    let (here, there) = (eventful(), Stage::new(stranger()));
    let beginning = there.export();
    there.import(&here.export()).unwrap();
    assert_ne!(told(&there.export()), told(&beginning));
    there.tenant().reset(there.harness.wall.now());
    let (mut after, mut before) = (told(&there.export()), told(&beginning));
    // The token that the test got is what the beginning had seen.
    for document in [&mut after, &mut before] {
        document["world"]["state"]["requests"] = Json::Null;
    }
    assert_eq!(after, before);
}

#[test]
fn an_export_travels_over_the_control_port() {
    let running = Running::start();
    running.change_everything();
    let shown = running.shown();
    let document = running.export();
    assert_eq!((&document["version"], &document["exportedFrom"]["domain"]), (&1.into(), &"simtune.example".into()));
    let tenant = running.call("POST", "/api/tenants", r#"{"fleet":"empty","seed":3}"#)["tenantId"].clone();
    let other = format!("/api/tenants/{}", tenant.as_str().unwrap());
    let imported = running.call("POST", &format!("{other}/import"), &document.to_string());
    assert_eq!((&imported["tenantId"], &imported["seed"]), (&tenant, &shown[0]["seed"]));
    for (below, shown) in SHOWN.iter().zip(&shown).skip(1) {
        let mut there = running.call("GET", &format!("{other}{below}"), "");
        let mut here = shown.clone();
        for view in [&mut there, &mut here] {
            // Who was told to wait is of the journal's kind, which stays where it was written.
            for of_journal in ["earlyRetries", "waiting", "ledger"] {
                view.as_object_mut().unwrap().remove(of_journal);
            }
        }
        assert_eq!(there, here, "{below}");
    }
    let (status, answer) = running.control("POST", &format!("{other}/import"), "{}");
    assert_eq!((status, answer["error"]["code"].as_str()), (400, Some("badRequest")));
}

#[test]
fn whether_tokens_matter_belongs_to_the_world() {
    let running = Running::start();
    let (strict, list) = (running.export(), "/v1.0/deviceManagement/managedDevices?$top=1");
    let mut relaxed = strict.clone();
    relaxed["auth"] = "relaxed".into();
    let status = || running.ask("nonsense", "GET", list, "").0;
    assert_eq!(status(), 401);
    running.tenant("POST", "/import", &relaxed.to_string());
    assert_eq!(status(), 200);
    running.tenant("POST", "/snapshots/relaxed", "");
    running.tenant("POST", "/reset", "");
    assert_eq!(status(), 401);
    running.tenant("POST", "/snapshots/relaxed/restore", "");
    assert_eq!(status(), 200);
}

#[test]
fn a_document_is_read_beyond_the_limit_of_other_bodies() {
    let running = Running::with(simtune::config::Options {
        fleet: Some("2000".to_owned()),
        ..simtune::config::Options::default()
    });
    let document = running.export().to_string();
    assert!(document.len() > 4 * 1024 * 1024, "{}", document.len());
    let view = running.tenant("POST", "/import", &document);
    assert_eq!(view["devices"], 2000);
}
