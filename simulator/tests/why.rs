//! Why an exchange went as it did, as `simtune why` tells it.

use std::process::Command;

use hyper::Method;
use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use simtune::exchange::Answer;
use simtune::tenant::TenantSpec;
use simtune::why;

use crate::harness::{Harness, request};
use crate::sockets::{Running, exchange};

const DEVICES: &str = "/v1.0/deviceManagement/managedDevices";

/// The story of an answer, without the ids of this run's words.
fn story(harness: &Harness, answer: &Answer) -> String {
    let tenant = harness.service.tenants().default_tenant();
    let (clock, now) = {
        let mut world = tenant.world();
        let (now, _) = world.advance(harness.service.tenants().wall().now());
        (world.clock, now)
    };
    let records = tenant.records();
    let (seq, entry) = records.journal.find(answer.request_id).expect("the exchange is in the journal");
    let retry = records.ledger.rows().rev().find(|row| row.retry_request_id == answer.request_id);
    why::story(&why::explain(seq, &entry, retry, clock, now))
}

fn faulty(rule: Json) -> Harness {
    let harness = Harness::new();
    let rules = simtune::faults::load::rules(vec![rule]).expect("a rule");
    harness.service.tenants().default_tenant().world().faults = simtune::faults::Faults::new(&rules);
    harness
}

#[test]
fn each_kind_of_answer_has_its_story() {
    let mut told = Vec::new();
    let harness = Harness::new();
    let mut tell = |name: &str, harness: &Harness, answer: &Answer| {
        told.push(format!("== {name}\n{}", story(harness, answer)));
    };
    tell("a list", &harness, &harness.get(&format!("{DEVICES}?$top=1")));
    tell("an ignored filter", &harness, &harness.get(&format!("{DEVICES}?$filter=userId%20eq%20'x'&$orderby=id")));
    tell("a reset", &harness, &harness.reset("iPhone-1"));
    tell("a reset where there is none", &harness, &harness.reset("MacBook-1"));
    tell("an unknown device", &harness, &harness.get(&format!("{DEVICES}/00000000-0000-4000-8000-000000000000")));
    tell("no token", &harness, &harness.send(request(Method::GET, DEVICES, b"")));
    tell("no such path", &harness, &harness.get("/v1.0/deviceManagement/managedDevicez"));
    let target = format!("/{}/oauth2/v2.0/token", harness.service.tenants().default_tenant().id);
    tell(
        "no such app",
        &harness,
        &harness.send(request(Method::POST, &target, b"grant_type=client_credentials&client_id=x")),
    );

    let harness = faulty(json!({ "id": "lost", "match": { "operation": "resetPasscode" }, "apply": "after",
        "act": { "status": { "code": 504 } } }));
    tell("a fault", &harness, &harness.reset("iPhone-1"));

    let spec = TenantSpec { throttle: "0.0001".parse().expect("a mode"), ..TenantSpec::default() };
    let harness = Harness::with(spec);
    harness.get(DEVICES);
    tell("a budget", &harness, &harness.get(DEVICES));
    tell("a retry too early", &harness, &harness.get(DEVICES));
    assert_snapshot!(told.join("\n"));
}

#[test]
fn the_control_port_and_the_command_tell_the_same() {
    let running = Running::start();
    let asked = format!("GET {DEVICES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let answer = exchange(running.client, asked.as_bytes());
    let id = answer.split("\r\nrequest-id: ").nth(1).and_then(|rest| rest.lines().next()).expect("an id").to_owned();
    let asked = format!("GET /api/tenants/default/why/{id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let told = exchange(running.control, asked.as_bytes());
    let told: Json = serde_json::from_str(told.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON");
    assert_eq!((told["decidedBy"].as_str(), told["refusal"].as_str()), (Some("token"), Some("tokenEmpty")));

    let control = format!("http://{}", running.control);
    let why = |id: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_simtune"));
        command.args(["why", id, "--control", &control]).output().expect("it runs")
    };
    let known = why(&id);
    assert!(known.status.success(), "{known:?}");
    assert!(String::from_utf8_lossy(&known.stdout).contains("decided by: token"), "{known:?}");
    let unknown = why("00000000-0000-4000-8000-000000000000");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("a journal keeps the newest"), "{unknown:?}");
    assert_eq!(why("that").status.code(), Some(64));
}
