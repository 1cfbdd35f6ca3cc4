//! Every quirk, value by value: what a client meets with the knob on, and with it off.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::TimeDelta;
use hyper::Method;
use serde_json::{Value as Json, json};
use simtune::exchange::Answer;
use simtune::fleet::Source;
use simtune::quirks::{Profile, QUIRKS, Quirks};
use simtune::tenant::TenantSpec;
use simtune::throttle::Mode;

use crate::harness::{Harness, With, json, request, text};

const DEVICES: &str = "/v1.0/deviceManagement/managedDevices";

/// What a client does to meet a quirk, and what of the answer shows it.
type Probe = fn(&Harness) -> String;

/// One probe per quirk, by its name.
const PROBES: &[(&str, Probe)] = &[
    ("unsupported-action", |harness| {
        let answer = harness.reset("MacBook-1");
        harness.advance(TimeDelta::minutes(1));
        format!("{}; then {}", answer.status.as_u16(), harness.result_of("MacBook-1")["actionState"])
    }),
    ("unknown-id", |harness| refusal(harness, &format!("{DEVICES}/00000000-0000-4000-8000-000000000000"))),
    ("list-single-get-only", |harness| {
        let filled = |name: &str| {
            let list = harness.get_json(&format!("{DEVICES}?$select={name}"));
            list["value"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|device| device[name] != 0 && !device[name].is_null())
                .count()
        };
        format!("notes {}, memory {}", filled("notes"), filled("physicalMemoryInBytes"))
    }),
    ("post-without-length", |harness| {
        let target = format!("{DEVICES}/{}/resetPasscode", harness.id_of("iPhone-1"));
        let mut asked =
            request(Method::POST, &target, b"").with("authorization", &format!("Bearer {}", harness.token()));
        asked.headers.remove("content-length");
        let answer = harness.send(asked);
        format!("{} {}", answer.status.as_u16(), text(&answer).chars().take(14).collect::<String>())
    }),
    ("missing-content-type", |harness| {
        let target = format!("{DEVICES}/{}/wipe", harness.id_of("iPhone-1"));
        let asked = |body: &[u8]| {
            let asked = request(Method::POST, &target, body);
            harness.send(asked.with("authorization", &format!("Bearer {}", harness.token()))).status.as_u16()
        };
        format!("with a body {}, without {}", asked(br#"{"keepEnrollmentData":false}"#), asked(b""))
    }),
    ("count-segment-v1", |harness| {
        let answer = harness.get(&format!("{DEVICES}/$count"));
        format!("{} {}", answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap())
    }),
    ("filter-unsupported", |harness| filtered(harness, "wiFiMacAddress eq 'none'")),
    ("filter-ne", |harness| filtered(harness, "operatingSystem ne 'iOS'")),
    ("filter-or", |harness| filtered(harness, "deviceName eq 'iPhone-1' or serialNumber eq '0'")),
    ("filter-or-azure-ad-device-id", |harness| {
        let list = harness.get_json(&format!("{DEVICES}?$select=azureADDeviceId"));
        let ids: std::collections::BTreeSet<&str> =
            list["value"].as_array().unwrap().iter().filter_map(|device| device["azureADDeviceId"].as_str()).collect();
        let clauses: Vec<String> = ids.iter().rev().take(3).map(|id| format!("azureADDeviceId eq '{id}'")).collect();
        filtered(harness, &clauses.join(" or "))
    }),
    ("filter-user-principal-name", |harness| filtered(harness, "userPrincipalName eq '@simtune.example'")),
    ("filter-date", |harness| filtered(harness, "lastSyncDateTime gt 2001-01-01T00:00:00Z")),
    ("filter-operating-system", |harness| filtered(harness, "operatingSystem eq 'macOS'")),
    ("filter-empty", |harness| filtered(harness, "userPrincipalName eq ''")),
    ("filter-id", |harness| filtered(harness, &format!("id eq '{}'", harness.id_of("iPhone-1")))),
    ("orderby", |harness| {
        let list = harness
            .get_json(&format!("{DEVICES}?$orderby=deviceName desc&$top=1&$select=deviceName").replace(' ', "%20"));
        list["value"][0]["deviceName"].to_string()
    }),
    ("skip", |harness| {
        let list = harness.get_json(&format!("{DEVICES}?$skip=1&$top=2&$select=deviceName"));
        format!("{} devices, link {}", list["value"].as_array().unwrap().len(), list["@odata.nextLink"].is_string())
    }),
    ("passcode-length", |harness| {
        harness.reset("Android-6");
        harness.advance(TimeDelta::minutes(1));
        let result = harness.result_of("Android-6");
        format!("{} characters", result["passcode"].as_str().unwrap_or_else(|| panic!("{result}")).len())
    }),
    ("search", |harness| {
        let answer = harness.get(&format!("{DEVICES}?$search=%22iPhone%22"));
        format!("{}", answer.status.as_u16())
    }),
    ("count-unasked", |harness| {
        let count = |more: &str| harness.get_json(&format!("{DEVICES}?$top=1{more}"))["@odata.count"].clone();
        format!("unasked {}, asked {}, declined {}", count(""), count("&$count=true"), count("&$count=false"))
    }),
    ("page-size", |harness| {
        let list = harness.get_json(DEVICES);
        format!("{} devices, link {}", list["value"].as_array().unwrap().len(), list["@odata.nextLink"].is_string())
    }),
    ("top-above-page", |harness| {
        format!(
            "{}, {}",
            harness.get(&format!("{DEVICES}?$top=1000")).status.as_u16(),
            harness.get(&format!("{DEVICES}?$top=1001")).status.as_u16()
        )
    }),
    ("detected-app-get", |harness| {
        let apps = "/v1.0/deviceManagement/detectedApps";
        let id = harness.get_json(apps)["value"][0]["id"].as_str().unwrap().to_owned();
        let app = harness.get_json(&format!("{apps}/{id}"));
        format!("named {}, counted {}", app["displayName"].is_string(), app["deviceCount"] != 0)
    }),
    ("unknown-enum-members", |harness| {
        let target = format!("{DEVICES}/{}?$select=managementAgent,deviceEnrollmentType", harness.id_of("AOSP-user"));
        let asked = || request(Method::GET, &target, b"").with("authorization", &format!("Bearer {}", harness.token()));
        let told = |device: Json| format!("{} {}", device["managementAgent"], device["deviceEnrollmentType"]);
        let preferred = asked().with("prefer", "include-unknown-enum-members");
        format!("{}; preferred: {}", told(json(&harness.send(asked()))), told(json(&harness.send(preferred))))
    }),
    ("batch-order", |harness| {
        let requests: Vec<Json> = (0..6).map(|id| in_batch(&id.to_string(), &[])).collect();
        let answer = json(&batch(harness, &requests));
        answer["responses"].as_array().unwrap().iter().filter_map(|part| part["id"].as_str()).collect()
    }),
    ("batch-limit", |harness| {
        let requests: Vec<Json> = (0..16).map(|id| in_batch(&id.to_string(), &[])).collect();
        format!("sixteen: {}", batch(harness, &requests).status.as_u16())
    }),
    ("batch-dependencies", |harness| {
        let told = |requests: &[Json]| batch(harness, requests).status.as_u16();
        let forward = [in_batch("1", &["2"]), in_batch("2", &[])];
        let mixed = [in_batch("1", &[]), in_batch("2", &["1"]), in_batch("3", &[]), in_batch("4", &["2"])];
        format!("on a later one {}, mixed {}", told(&forward), told(&mixed))
    }),
    ("batch-absolute-url", |harness| {
        let absolute = json!({ "id": "1", "method": "GET", "url": "https://graph.microsoft.com/v1.0/users" });
        let answer = batch(harness, &[absolute]);
        format!("{}, inside {}", answer.status.as_u16(), json(&answer)["responses"][0]["status"])
    }),
    ("batch-content-type", |harness| {
        let target = format!("/deviceManagement/managedDevices/{}/resetPasscode", harness.id_of("iPhone-1"));
        let headers = json!({ "content-type": "application/json" });
        let reset = json!({ "id": "1", "method": "POST", "url": target, "headers": headers, "body": {} });
        format!("in small letters: {}", batch(harness, &[reset]).status.as_u16())
    }),
    ("retry-after", |harness| {
        exhaust(harness);
        let told: Vec<String> = (0..3)
            .map(|_| {
                let answer = harness.get(DEVICES);
                answer.headers.get("retry-after").map_or("none", |value| value.to_str().unwrap()).to_owned()
            })
            .collect();
        told.join("; ")
    }),
    ("throttle-answer", |harness| {
        exhaust(harness);
        let told = || {
            let answer = harness.get(DEVICES);
            let waits = answer.headers.contains_key("retry-after");
            format!("{} waits {waits} {}", answer.status.as_u16(), json(&answer)["error"])
        };
        format!("{}\n  {}", told(), told())
    }),
    ("maxpagesize", |harness| {
        let asked = request(Method::GET, DEVICES, b"").with("authorization", &format!("Bearer {}", harness.token()));
        let list = json(&harness.send(asked.with("prefer", "odata.maxpagesize=3")));
        format!("{} devices", list["value"].as_array().unwrap().len())
    }),
];

/// A request of a batch that depends on others.
fn in_batch(id: &str, needs: &[&str]) -> Json {
    json!({ "id": id, "method": "GET", "url": "/users?$top=1", "dependsOn": needs })
}

fn batch(harness: &Harness, requests: &[Json]) -> Answer {
    harness.ask(Method::POST, "/v1.0/$batch", json!({ "requests": requests }).to_string().as_bytes())
}

/// Lets the next request exceed a budget.
fn exhaust(harness: &Harness) {
    let tenant = harness.service.tenants().default_tenant();
    tenant.world().throttle.set_mode(Mode::Enforce { factor: 0.0001 });
    assert_eq!(harness.get(DEVICES).status, 200);
    harness.advance(TimeDelta::milliseconds(17_872));
}

/// How many devices a filter lets pass, or how it is refused, and what the journal says of it.
fn filtered(harness: &Harness, filter: &str) -> String {
    let target = format!("{DEVICES}?$count=true&$select=id&$filter={}", filter.replace(' ', "%20"));
    let answer = harness.get(&target);
    if answer.status != 200 {
        return refusal(harness, &target);
    }
    let entry =
        harness.service.tenants().default_tenant().records().journal.last().expect("the exchange is in the journal");
    let ignored: Vec<&str> = entry["ignored"].as_array().unwrap().iter().filter_map(|note| note.as_str()).collect();
    let ignored = ignored.join("; ");
    let devices = json(&answer)["@odata.count"].to_string();
    if ignored.is_empty() { format!("{devices} devices") } else { format!("{devices} devices; ignored: {ignored}") }
}

fn refusal(harness: &Harness, target: &str) -> String {
    let answer = harness.get(target);
    format!("{} {}", answer.status.as_u16(), json(&answer)["error"]["code"])
}

/// What the probe meets under `realistic` with one quirk set.
fn met(name: &str, value: &str, probe: Probe) -> String {
    let mut quirks = Quirks::of(Profile::Realistic);
    quirks.set(name, value).expect("a value of the table");
    let default = TenantSpec::default();
    // Only a fleet of more than a page tells the sizes of pages apart.
    let fleet = if name == "page-size" { Source::Generated(1_001) } else { default.fleet };
    probe(&Harness::with(TenantSpec { quirks, fleet, ..TenantSpec::default() }))
}

#[test]
fn every_value_of_every_quirk_shows() {
    let probes: BTreeMap<&str, Probe> = PROBES.iter().copied().collect();
    let mut told = String::new();
    for quirk in QUIRKS {
        let probe = *probes.get(quirk.name).unwrap_or_else(|| panic!("no probe meets the quirk {}", quirk.name));
        let mut seen = BTreeMap::new();
        for (value, _) in quirk.values {
            let outcome = met(quirk.name, value, probe);
            writeln!(told, "{} = {value}\n  {outcome}", quirk.name).unwrap();
            let same = seen.insert(outcome.clone(), value);
            assert_eq!(same, None, "{} = {value} cannot be told from another value: {outcome}", quirk.name);
        }
    }
    assert_eq!(probes.len(), QUIRKS.len(), "a probe is for a quirk that is gone");
    insta::assert_snapshot!(told);
}

#[test]
fn quirks_change_while_a_tenant_runs_and_reset_takes_them_back() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let pages = || harness.get_json(DEVICES)["value"].as_array().unwrap().len();
    let whole = pages();
    let mut quirks = *tenant.world().quirks();
    quirks.set("page-size", "10").unwrap();
    tenant.world().set_quirks(quirks);
    assert_eq!(pages(), 10, "an answer that was kept is not given any more");
    tenant.reset(harness.wall.now());
    assert_eq!(pages(), whole);
}
