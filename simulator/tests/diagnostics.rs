//! Requests for a device's diagnostics: from the asking to their end, and where they can be had.

use chrono::TimeDelta;
use hyper::Method;
use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use simtune::device::physical::ScriptedOutcome;
use simtune::exchange::Answer;
use uuid::Uuid;

use crate::harness::{Harness, json as body_of, text};

const DEVICES: &str = "/beta/deviceManagement/managedDevices";
const AUDITS: &str = "/beta/deviceManagement/remoteActionAudits";

impl Harness {
    fn requests_of(&self, device: &str) -> String {
        format!("{DEVICES}/{}/logCollectionRequests", self.id_of(device))
    }

    /// Asks a device for its diagnostics.
    fn collect(&self, device: &str) -> Json {
        let target = format!("{DEVICES}/{}/createDeviceLogCollectionRequest", self.id_of(device));
        let answer = self.ask(Method::POST, &target, br#"{"templateType":{"templateType":"predefined"}}"#);
        assert_eq!(answer.status, 200, "{}", text(&answer));
        body_of(&answer)
    }

    fn requests(&self, device: &str) -> Vec<Json> {
        self.get_json(&self.requests_of(device))["value"].as_array().expect("a list").clone()
    }

    fn statuses(&self, device: &str) -> Vec<Json> {
        self.requests(device).into_iter().map(|request| request["status"].clone()).collect()
    }

    fn audited(&self) -> Vec<Json> {
        let audits = self.get_json(AUDITS)["value"].as_array().expect("a list").clone();
        audits.into_iter().map(|audit| audit["actionState"].clone()).collect()
    }

    fn download(&self, device: &str, key: &str) -> Answer {
        self.ask(Method::POST, &format!("{}/{key}/createDownloadUrl", self.requests_of(device)), b"")
    }

    fn physical(&self, device: &str, change: impl FnOnce(&mut simtune::device::physical::Physical)) {
        let id = Uuid::parse_str(&self.id_of(device)).unwrap();
        let tenant = self.service.tenants().default_tenant();
        assert!(tenant.world().edit_device(id, self.wall.now(), |device| change(&mut device.physical)));
    }
}

#[test]
fn a_request_is_pending_until_the_device_has_sent_and_then_can_be_downloaded() {
    let harness = Harness::new();
    let asked = harness.collect("DESKTOP-1");
    let id = asked["id"].as_str().unwrap().to_owned();
    let listed = harness.requests("DESKTOP-1");
    assert_eq!(listed.len(), 1);
    for (name, value) in listed[0].as_object().unwrap() {
        assert_eq!(asked[name], *value, "{name} is as it was answered");
    }
    assert_eq!(harness.audited(), ["pending"]);
    assert_eq!(harness.download("DESKTOP-1", &id).status, 400, "nothing is there yet");

    harness.advance(TimeDelta::seconds(2));
    assert_eq!(harness.audited(), ["done"]);
    let by_key = harness.get_json(&format!("{}/{id}", harness.requests_of("DESKTOP-1")));
    let request = id.rsplit('_').next().unwrap();
    let by_request = harness.get_json(&format!("{}('{request}')", harness.requests_of("DESKTOP-1")));
    assert_eq!(by_key, by_request, "the portal asks by the last part");
    let v1 = harness.get_json(&harness.requests_of("DESKTOP-1").replace("beta", "v1.0"))["value"][0].clone();
    let url = harness.download("DESKTOP-1", &id);
    assert_eq!((url.status.as_u16(), &url.body), (200, &harness.download("DESKTOP-1", request).body));
    assert_snapshot!(format!("{asked}\n{by_key}\n{v1}\n{}", text(&url)));

    assert_eq!(harness.download("DESKTOP-1", "00000000-0000-4000-8000-000000000000").status, 404);
    assert_eq!(harness.download("iPhone-1", request).status, 404, "another device's");
    let expanded = format!("{DEVICES}/{}?$select=id&$expand=logCollectionRequests", harness.id_of("DESKTOP-1"));
    assert_eq!(harness.get_json(&expanded)["logCollectionRequests"][0]["id"], id.as_str());
    let filtered = format!("{}?$filter=status%20eq%20'pending'", harness.requests_of("DESKTOP-1"));
    assert_eq!(harness.get_json(&filtered)["value"], json!([]));
}

#[test]
fn a_device_that_refuses_or_does_not_hear_within_a_day_fails() {
    let harness = Harness::new();
    harness.physical("DESKTOP-1", |physical| physical.outcome = ScriptedOutcome::Failed);
    let id = harness.collect("DESKTOP-1")["id"].clone();
    harness.advance(TimeDelta::seconds(2));
    let failed = &harness.requests("DESKTOP-1")[0];
    assert_eq!((&failed["status"], &failed["receivedDateTimeUTC"]), (&json!("failed"), &Json::Null));
    assert_ne!(failed["errorCode"], 0);
    assert_eq!(harness.download("DESKTOP-1", id.as_str().unwrap()).status, 400);
    assert_eq!(harness.audited(), ["failed"]);

    let harness = Harness::new();
    harness.physical("DESKTOP-1", |physical| physical.online = false);
    harness.collect("DESKTOP-1");
    harness.advance(TimeDelta::hours(12));
    harness.collect("DESKTOP-1");
    harness.advance(TimeDelta::hours(12));
    assert_eq!(harness.statuses("DESKTOP-1"), ["failed", "pending"], "each has a day of its own");
    assert_eq!(harness.audited(), ["pending", "failed"]);
    // What it missed it hears when it is back.
    harness.physical("DESKTOP-1", |physical| physical.online = true);
    harness.advance(TimeDelta::seconds(2));
    assert_eq!(harness.statuses("DESKTOP-1"), ["failed", "completed"]);
    assert_eq!(harness.audited(), ["done", "failed"]);
}

#[test]
fn ten_are_kept_and_each_for_28_days() {
    let harness = Harness::new();
    let first = harness.collect("DESKTOP-1")["id"].clone();
    harness.advance(TimeDelta::days(1));
    for _ in 0..9 {
        harness.collect("DESKTOP-1");
        harness.advance(TimeDelta::seconds(2));
    }
    let ids = || harness.requests("DESKTOP-1").into_iter().map(|request| request["id"].clone()).collect::<Vec<_>>();
    assert_eq!((ids().len(), &ids()[0]), (10, &first));
    harness.collect("DESKTOP-1");
    assert_eq!(ids().len(), 10);
    assert!(!ids().contains(&first), "the oldest made room");

    harness.advance(TimeDelta::days(27));
    assert_eq!(ids().len(), 10, "the first of these was a day later");
    harness.advance(TimeDelta::days(1));
    assert_eq!(ids(), [""; 0]);
}

#[test]
fn a_device_that_leaves_sends_none() {
    let harness = Harness::new();
    harness.physical("DESKTOP-1", |physical| physical.online = false);
    harness.collect("DESKTOP-1");
    let retire = format!("{DEVICES}/{}/retire", harness.id_of("DESKTOP-1"));
    assert_eq!(harness.ask(Method::POST, &retire, b"").status, 204);
    assert_eq!(harness.statuses("DESKTOP-1"), ["failed"]);
    harness.collect("DESKTOP-1");
    assert_eq!(harness.statuses("DESKTOP-1"), ["failed", "failed"]);
    assert_eq!(harness.audited(), ["canceled", "pending", "canceled"]);
}

#[test]
fn many_devices_are_asked_in_one_call() {
    let harness = Harness::new();
    let ids = [harness.id_of("DESKTOP-1"), harness.id_of("iPhone-1")];
    let body = json!({"actionName": "collectDiagnostics", "deviceIds": ids}).to_string();
    let lists = body_of(&harness.ask(Method::POST, &format!("{DEVICES}/executeAction"), body.as_bytes()));
    assert_eq!((&lists["successfulDeviceIds"], &lists["notSupportedDeviceIds"]), (&json!([ids[0]]), &json!([ids[1]])));
    assert_eq!(harness.statuses("DESKTOP-1"), ["pending"]);
    assert_eq!(harness.statuses("iPhone-1"), [""; 0]);
}
