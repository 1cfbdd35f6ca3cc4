//! Whole worlds: kept, gone back to, carried elsewhere.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::Value as Json;

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
        self.tenant("PATCH", "/quirks", r#"{"profile":"awkward"}"#);
        self.tenant("POST", "/clock/advance", r#"{"by":"PT1H"}"#);
        assert_eq!(self.ask(&self.token(), "GET", &path, "").0, 503);
    }
}

#[test]
fn going_back_brings_back_everything_and_the_journal_goes_on() {
    let running = Running::start();
    let beginning = running.shown();
    let taken = running.tenant("POST", "/snapshots/clean", "");
    assert_eq!((&taken["name"], &taken["takenAt"]), (&"clean".into(), &beginning[4]["now"]));
    assert_eq!(taken["devices"], beginning[0]["devices"]);

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

    running.tenant("POST", "/snapshots/changed/restore", "");
    assert_eq!(running.shown(), changed);

    let token = running.token();
    for _ in 0..20 {
        running.ask(&token, "GET", "/v1.0/deviceManagement/managedDevices/x", "");
    }
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
