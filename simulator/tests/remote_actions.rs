//! Every remote action but the passcode reset: what is accepted, what is refused, and what it leaves behind.

use chrono::TimeDelta;
use hyper::Method;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use simtune::actions::{ACTIONS, RemoteAction};
use simtune::device::ManagedDevice;
use simtune::device::physical::ScriptedOutcome;
use simtune::device::record::ApiVersion;
use simtune::exchange::Answer;
use simtune::functions::FUNCTIONS;
use simtune::inventory::Listed;
use simtune::odata::value::Edm;
use simtune::quirks::{Quirks, UnsupportedAction};
use simtune::tenant::TenantSpec;
use uuid::Uuid;

use crate::harness::{Harness, json as body_of, text};

const DEVICES: &str = "/beta/deviceManagement/managedDevices";
const A_WHILE: TimeDelta = TimeDelta::seconds(10);

impl Harness {
    fn act(&self, device: &str, action: &str, body: &Json) -> Answer {
        let mut body = body.clone();
        let is_of_collection = simtune::actions::action(action).is_some_and(RemoteAction::is_of_collection);
        let target = if is_of_collection {
            body["deviceIds"] = json!([self.id(device)]);
            format!("{DEVICES}/{action}")
        } else {
            format!("{DEVICES}/{}/{action}", self.id(device))
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(Method::POST, &target, body.as_bytes())
    }

    /// The id of a device, by name or by id: an action may rename it.
    fn id(&self, device: &str) -> String {
        if Uuid::try_parse(device).is_ok() { device.to_owned() } else { self.id_of(device) }
    }

    /// Asks, and waits until the device has answered.
    fn done(&self, device: &str, action: &str, body: &Json) {
        let answer = self.act(device, action, body);
        assert_eq!(answer.status, 204, "{action}: {}", text(&answer));
        self.advance(A_WHILE);
    }

    fn device(&self, device: &str, properties: &str) -> Json {
        self.get_json(&format!("{DEVICES}/{}?$select={properties}", self.id(device)))
    }

    /// The entries of an action.
    fn entries(&self, device: &str, action: &str) -> Vec<Json> {
        let all = self.device(device, "deviceActionResults")["deviceActionResults"].as_array().unwrap().clone();
        all.into_iter().filter(|entry| entry["actionName"] == action).collect()
    }

    fn entry(&self, device: &str, action: &str) -> Json {
        self.entries(device, action).pop().unwrap_or_default()
    }

    fn state(&self, device: &str) -> String {
        self.device(device, "managementState")["managementState"].as_str().unwrap().to_owned()
    }

    fn script(&self, device: &str, outcome: ScriptedOutcome) {
        self.edit(device, |device| device.physical.outcome = outcome);
    }

    fn edit(&self, device: &str, change: impl FnOnce(&mut ManagedDevice)) {
        let id = Uuid::parse_str(&self.id_of(device)).unwrap();
        let tenant = self.service.tenants().default_tenant();
        assert!(tenant.world().edit_device(id, self.wall.now(), change));
    }

    /// Action and state of each audit, newest first.
    fn audits(&self) -> Vec<String> {
        let audits = self.get_json("/beta/deviceManagement/remoteActionAudits");
        let audits = audits["value"].as_array().unwrap().iter();
        audits.map(|audit| format!("{} {}", audit["action"], audit["actionState"]).replace('"', "")).collect()
    }

    /// The first device of the fleet that does, or does not, support an action and answers of itself.
    fn first(&self, action: &dyn RemoteAction, supported: bool) -> Option<String> {
        let tenant = self.service.tenants().default_tenant();
        let world = tenant.world();
        let ordinary = |device: &Listed<'_>| device.physical.online && device.physical.outcome == ScriptedOutcome::Auto;
        let mut devices = world.inventory().iter().filter(ordinary);
        let found = devices.find(|device| action.is_supported(&world.edition, device) == supported)?;
        Some(found.record().device_name.as_str().to_owned())
    }
}

/// A body that a client might send.
fn sample(action: &dyn RemoteAction) -> Json {
    let mut body = serde_json::Map::new();
    for parameter in action.parameters().iter().filter(|parameter| parameter.since <= action.since()) {
        let value = match (parameter.name, parameter.edm) {
            ("keepEnrollmentData" | "keepUserData" | "persistEsimDataPlan", _) => json!(false),
            ("macOsUnlockCode", _) => Json::Null,
            ("complianceState", _) => json!("nonCompliant"),
            (_, Edm::Boolean) => json!(true),
            (_, Edm::Int32) => json!(30),
            ("deviceAssignmentItems", _) => {
                json!([{"itemType": "application", "itemId": "6e8b1b9e-0000-4000-8000-000000000001", "assignmentItemActionIntent": "remove"}])
            }
            ("configurationManagerAction", _) => json!({"action": "appEvaluation"}),
            (_, Edm::GuidCollection) => json!([]),
            ("templateType", _) => json!({"templateType": "predefined"}),
            ("updateWindowsDeviceAccountActionParameter", _) => {
                json!({"deviceAccount": {"password": "Sample-1"}, "calendarSyncEnabled": true, "sessionInitiationProtocalAddress": "hub@simtune.example"})
            }
            (name, _) => Json::String(format!("sample-{}", name.len())),
        };
        body.insert(parameter.name.to_owned(), value);
    }
    Json::Object(body)
}

#[test]
fn every_action_is_accepted_answered_and_refused_as_written_down() {
    let harness = Harness::new();
    let mut story = Vec::new();
    for action in ACTIONS.iter().filter(|action| action.name() != "resetPasscode") {
        harness.service.tenants().default_tenant().reset(harness.wall.now());
        let name = action.name();
        let called = harness.first(*action, true).unwrap_or_else(|| panic!("the fleet has a device for {name}"));
        let (device, body) = (harness.id_of(&called), sample(*action));
        let accepted = harness.act(&device, name, &body);
        let mut lines = vec![format!("{name} {body} to {called}: {}", accepted.status.as_u16())];
        if !accepted.body.is_empty() {
            lines.push(format!("  answer {}", text(&accepted)));
        }
        lines.push(format!("  at once {}, {}", harness.entry(&device, name), harness.state(&device)));
        harness.advance(TimeDelta::seconds(2));
        lines.push(format!("  later {}, {}", harness.entry(&device, name), harness.state(&device)));
        lines.push(format!("  audits {:?}", harness.audits()));
        let other = harness.first(*action, false).expect("no action is for everything");
        let refused = harness.act(&other, name, &body);
        lines.push(format!("  to {other}: {} {}", refused.status.as_u16(), body_of(&refused)["error"]["code"]));
        let unknown = harness.act(&device, name, &json!({"colour": "red"}));
        lines.push(format!("  with an unknown parameter: {}", unknown.status.as_u16()));
        let below = if action.is_of_collection() { String::new() } else { format!("/{device}") };
        let v1 = format!("/v1.0/deviceManagement/managedDevices{below}/{name}");
        let v1 = harness.ask(Method::POST, &v1, body.to_string().as_bytes());
        assert_eq!(v1.status.is_success(), action.since() == ApiVersion::V1, "{name} on v1.0: {}", text(&v1));
        story.push(lines.join("\n"));
    }
    assert_snapshot!(story.join("\n\n"));
}

#[test]
fn every_action_and_function_is_in_the_contract() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/contract.md");
    let contract = std::fs::read_to_string(path).unwrap();
    let functions = FUNCTIONS.iter().map(|function| function.name());
    let missing: Vec<&str> = ACTIONS
        .iter()
        .map(|action| action.name())
        .chain(functions)
        .filter(|name| !contract.contains(&format!("`{name}`")))
        .collect();
    assert!(missing.is_empty(), "docs/contract.md does not name {missing:?}");
}

#[test]
fn a_retired_device_is_gone_when_it_has_confirmed() {
    let harness = Harness::new();
    let id = harness.id_of("iPhone-1");
    assert_eq!(harness.act("iPhone-1", "retire", &Json::Null).status, 204);
    assert_eq!(harness.state("iPhone-1"), "retirePending");
    harness.advance(TimeDelta::seconds(2));
    assert_eq!(harness.state("iPhone-1"), "retireIssued");
    assert_eq!(harness.audits(), ["removeCompanyData pending"]);
    assert_eq!(harness.device("iPhone-1", "deviceActionResults")["deviceActionResults"], json!([]));
    harness.advance(TimeDelta::seconds(2));
    assert_eq!(harness.get(&format!("{DEVICES}/{id}")).status, 404);
    assert_eq!(harness.audits(), ["removeCompanyData done"]);
}

#[test]
fn a_wipe_that_keeps_the_enrolment_leaves_a_managed_device_without_a_passcode() {
    let harness = Harness::new();
    harness.done("DESKTOP-1", "wipe", &json!({"keepEnrollmentData": true, "keepUserData": true}));
    assert_eq!(harness.state("DESKTOP-1"), "managed");
    assert_eq!(harness.audits(), ["factoryResetKeepEnrollmentData done"]);
    harness.edit("DESKTOP-1", |device| assert!(!device.physical.passcode.set));
}

#[test]
fn a_device_that_refuses_to_leave_stays_and_can_be_asked_again() {
    for (action, outcome, failed) in
        [("retire", ScriptedOutcome::Failed, "retireFailed"), ("wipe", ScriptedOutcome::NotSupported, "wipeFailed")]
    {
        let harness = Harness::new();
        harness.script("iPhone-1", outcome);
        harness.done("iPhone-1", action, &Json::Null);
        assert_eq!(harness.state("iPhone-1"), failed);
        harness.script("iPhone-1", ScriptedOutcome::Auto);
        harness.done("iPhone-1", "syncDevice", &Json::Null);
        assert_eq!(harness.entry("iPhone-1", "syncDevice")["actionState"], "done");
    }
    let harness = Harness::new();
    harness.done("iPhone-silent", "wipe", &Json::Null);
    assert_eq!(harness.state("iPhone-silent"), "wipePending");
}

#[test]
fn leaving_wins_over_everything_else_and_a_wipe_over_a_retire() {
    let harness = Harness::new();
    harness.act("iPhone-offline", "remoteLock", &Json::Null);
    harness.act("iPhone-offline", "retire", &Json::Null);
    assert_eq!(harness.entry("iPhone-offline", "remoteLock")["actionState"], "canceled");
    harness.act("iPhone-offline", "rebootNow", &Json::Null);
    assert_eq!(harness.entry("iPhone-offline", "rebootNow")["actionState"], "canceled");
    harness.act("iPhone-offline", "wipe", &json!({}));
    harness.act("iPhone-offline", "retire", &Json::Null);
    assert_eq!(harness.state("iPhone-offline"), "wipePending");
    let expected = [
        "removeCompanyData canceled",
        "factoryReset pending",
        "rebootNow canceled",
        "removeCompanyData canceled",
        "remoteLock canceled",
    ];
    assert_eq!(harness.audits(), expected);
    let target = format!("{DEVICES}/{}", harness.id_of("iPhone-offline"));
    assert_eq!(harness.ask(Method::DELETE, &target, b"").status, 204);
    assert_eq!(harness.audits()[..2], ["delete done", "removeCompanyData canceled"]);
    assert!(harness.audits().contains(&"factoryReset canceled".to_owned()));
}

#[test]
fn a_wipe_whose_parameters_do_not_fit_is_refused_like_an_unsupported_action() {
    let harness = Harness::new();
    let opaque = |answer: &Answer| {
        let error = body_of(answer)["error"].clone();
        (answer.status.as_u16(), error["code"] == "BadRequest", error["message"].to_string().contains("_version"))
    };
    for (device, body) in [
        ("iPhone-1", json!({"keepUserData": true})),
        ("iPhone-1", json!({"macOsUnlockCode": "123456"})),
        ("DESKTOP-1", json!({"persistEsimDataPlan": true})),
        ("DESKTOP-1", json!({"obliterationBehavior": "always"})),
        ("MacBook-1", json!({"keepEnrollmentData": true})),
        ("MacBook-1", json!({"useProtectedWipe": true})),
    ] {
        assert_eq!(opaque(&harness.act(device, "wipe", &body)), (400, true, true), "{device} {body}");
        assert_eq!(harness.state(device), "managed");
    }
    let spelled_out = json!({"keepEnrollmentData": false, "keepUserData": false, "obliterationBehavior": "default"});
    assert_eq!(harness.act("MacBook-1", "wipe", &spelled_out).status, 204);
    let beta_only = format!("/v1.0/deviceManagement/managedDevices/{}/wipe", harness.id_of("DESKTOP-1"));
    assert_eq!(harness.ask(Method::POST, &beta_only, br#"{"useProtectedWipe":true}"#).status, 400);
    assert!(harness.audits().len() == 1, "what is refused leaves no audit");
}

#[test]
fn an_unsupported_departure_can_be_accepted_and_then_fail() {
    let quirks = Quirks { unsupported_action: UnsupportedAction::Accept, ..Quirks::default() };
    let harness = Harness::with(TenantSpec { quirks, ..TenantSpec::default() });
    harness.done("Kiosk-1", "retire", &Json::Null);
    assert_eq!(harness.state("Kiosk-1"), "retireFailed");
    assert_eq!(harness.audits(), ["removeCompanyData notSupported"]);
    harness.done("Kiosk-1", "rotateBitLockerKeys", &Json::Null);
    assert_eq!(harness.entry("Kiosk-1", "rotateBitLockerKeys")["actionState"], "notSupported");
}

#[test]
fn quick_and_full_scans_stand_side_by_side() {
    let harness = Harness::new();
    harness.done("DESKTOP-1", "windowsDefenderScan", &json!({"quickScan": false}));
    harness.act("DESKTOP-1", "windowsDefenderScan", &json!({"quickScan": true}));
    let told: Vec<_> = harness
        .entries("DESKTOP-1", "windowsDefenderScan")
        .iter()
        .map(|entry| format!("{} {}", entry["scanType"], entry["actionState"]))
        .collect();
    assert_eq!(told, ["\"Full Scan\" \"done\"", "\"Quick scan\" \"pending\""]);
    harness.done("DESKTOP-1", "windowsDefenderScan", &json!({"quickScan": true}));
    assert_eq!(harness.entries("DESKTOP-1", "windowsDefenderScan").len(), 2);
    assert_eq!(harness.audits(), ["quickScan done", "quickScan done", "fullScan done"]);
}

#[test]
fn a_lost_iphone_is_found_and_heard_only_in_lost_mode() {
    let harness = Harness::new();
    harness.done("iPhone-1", "locateDevice", &Json::Null);
    assert_eq!(harness.entry("iPhone-1", "locateDevice")["actionState"], "failed");
    assert_eq!(harness.act("iPhone-1", "enableLostMode", &json!({"footer": "Bring it back"})).status, 400);
    harness.done("iPhone-1", "enableLostMode", &json!({"message": "Lost"}));
    assert_eq!(harness.device("iPhone-1", "lostModeState")["lostModeState"], "enabled");
    harness.done("iPhone-1", "playLostModeSound", &json!({"durationInMinutes": "5"}));
    assert_eq!(harness.entry("iPhone-1", "playLostModeSound")["actionState"], "done");
    harness.done("iPhone-1", "locateDevice", &Json::Null);
    let location = harness.entry("iPhone-1", "locateDevice")["deviceLocation"].clone();
    let degrees = |name: &str| location[name].as_f64().unwrap();
    assert!((-49.0..-48.7).contains(&degrees("latitude")) && (-123.4..-123.1).contains(&degrees("longitude")));
    harness.advance(TimeDelta::hours(24));
    assert_eq!(harness.entry("iPhone-1", "locateDevice")["deviceLocation"], Json::Null);
    harness.done("iPhone-1", "disableLostMode", &Json::Null);
    assert_eq!(harness.device("iPhone-1", "lostModeState")["lostModeState"], "disabled");
}

#[test]
fn the_pin_of_a_locked_mac_is_shown_until_the_next_action_or_for_thirty_days() {
    let harness = Harness::new();
    harness.done("iPhone-1", "remoteLock", &Json::Null);
    assert_eq!(harness.entry("iPhone-1", "remoteLock")["unlockPin"], Json::Null, "an iPhone has its own passcode");
    harness.done("MacBook-1", "remoteLock", &Json::Null);
    let pin = harness.entry("MacBook-1", "remoteLock")["unlockPin"].clone();
    assert!(pin.as_str().unwrap().len() == 6);
    harness.act("MacBook-1", "syncDevice", &Json::Null);
    assert_eq!(harness.entry("MacBook-1", "remoteLock")["unlockPin"], Json::Null);
    harness.done("MacBook-1", "remoteLock", &Json::Null);
    assert_ne!(harness.entry("MacBook-1", "remoteLock")["unlockPin"], pin);
    harness.advance(TimeDelta::days(30));
    assert_eq!(harness.entry("MacBook-1", "remoteLock")["unlockPin"], Json::Null);
}

#[test]
fn obeying_changes_what_a_client_sees() {
    let harness = Harness::new();
    let iphone = harness.id_of("iPhone-1");
    harness.done(&iphone, "setDeviceName", &json!({"deviceName": "PHONE-{{rand:4}}"}));
    let name = harness.device(&iphone, "deviceName")["deviceName"].as_str().unwrap().to_owned();
    assert!(name.starts_with("PHONE-") && name[6..].parse::<u32>().is_ok() && name.len() == 10, "{name}");
    let list = harness.get_json(&format!("{DEVICES}?$filter=deviceName%20eq%20'{name}'"));
    assert_eq!(list["value"].as_array().unwrap().len(), 1, "the inventory is in the order of the new names");

    harness.done(&iphone, "bypassActivationLock", &Json::Null);
    let code = harness.device(&iphone, "activationLockBypassCode")["activationLockBypassCode"].clone();
    assert_eq!(code.as_str().unwrap().len(), 31);

    assert_eq!(
        harness.act("DESKTOP-1", "overrideComplianceState", &json!({"complianceState": "nonCompliant"})).status,
        204
    );
    assert_eq!(harness.device("DESKTOP-1", "complianceState")["complianceState"], "noncompliant");

    harness.done("DESKTOP-1", "requestRemoteAssistance", &Json::Null);
    let url = harness.device("DESKTOP-1", "remoteAssistanceSessionUrl")["remoteAssistanceSessionUrl"].clone();
    assert!(url.as_str().unwrap().starts_with("https://remote-assistance.example/"));

    harness.done("MacBook-1", "shutDown", &Json::Null);
    harness.done("MacBook-1", "rebootNow", &Json::Null);
    assert_eq!(harness.entry("MacBook-1", "rebootNow")["actionState"], "pending", "it is switched off");
}

#[test]
fn moved_chromebooks_are_moved_all_or_none() {
    let harness = Harness::new();
    let ids = |names: &[&str]| names.iter().map(|name| harness.id_of(name)).collect::<Vec<_>>();
    let ask =
        |body: &Json| harness.ask(Method::POST, &format!("{DEVICES}/moveDevicesToOU"), body.to_string().as_bytes());
    let path = "/Loaners";
    let refused: Vec<u16> = [
        json!({"deviceIds": ids(&["Chromebook-1", "iPhone-1"]), "organizationalUnitPath": path}),
        json!({"deviceIds": ["00000000-0000-4000-8000-000000000000"], "organizationalUnitPath": path}),
        json!({"deviceIds": ids(&["Chromebook-1"])}),
        json!({"deviceIds": ["Chromebook-1"], "organizationalUnitPath": path}),
    ]
    .iter()
    .map(|body| ask(body).status.as_u16())
    .collect();
    assert_eq!(refused, [400, 404, 400, 400]);
    assert_eq!(harness.audits(), [""; 0], "what is refused moves nobody");

    let id = harness.id_of("Chromebook-1");
    let twice = json!({"deviceIds": [id, id.to_ascii_uppercase()], "organizationalUnitPath": path});
    assert_eq!(ask(&twice).status, 204);
    assert_eq!(harness.audits(), ["moveDeviceToOrganizationalUnit done"]);
    let bulk =
        json!({"actionName": "moveDeviceToOrganizationalUnit", "deviceIds": [id], "organizationalUnitPath": path});
    let lists = harness.ask(Method::POST, &format!("{DEVICES}/executeAction"), bulk.to_string().as_bytes());
    assert_eq!(body_of(&lists)["successfulDeviceIds"], json!([id]));
    let missing = json!({"actionName": "moveDeviceToOrganizationalUnit", "deviceIds": [id]});
    let answer = harness.ask(Method::POST, &format!("{DEVICES}/executeAction"), missing.to_string().as_bytes());
    assert_eq!(answer.status, 400);
}

#[test]
fn settings_that_are_not_met_are_those_of_the_policies() {
    let harness = Harness::new();
    let mut blamed = 0;
    let devices = harness.get_json(&format!("{DEVICES}?$top=1000&$select=id"));
    for device in devices["value"].as_array().unwrap() {
        let device = format!("{DEVICES}/{}", device["id"].as_str().unwrap());
        let told = harness.get_json(&format!("{device}/getNonCompliantSettings()"))["value"].clone();
        let policies = harness.get_json(&format!("{device}/deviceCompliancePolicyStates"))["value"].clone();
        let settings = policies.as_array().unwrap().iter().flat_map(|policy| {
            let settings =
                format!("{device}/deviceCompliancePolicyStates/{}/settingStates", policy["id"].as_str().unwrap());
            harness.get_json(&settings)["value"].as_array().unwrap().clone()
        });
        let expected: Vec<Json> = settings
            .filter(|setting| ["nonCompliant", "error", "conflict"].contains(&setting["state"].as_str().unwrap()))
            .collect();
        assert_eq!(told, Json::Array(expected.clone()), "{device}");
        blamed += expected.len();
    }
    assert!(blamed > 1, "somebody is not compliant");
}

#[test]
fn what_people_sent_from_their_company_portal_is_listed_and_downloaded() {
    let harness = Harness::new();
    let users = harness.get_json(&format!("{DEVICES}?$top=1000&$select=userPrincipalName"));
    let mut names: Vec<&str> =
        users["value"].as_array().unwrap().iter().filter_map(|user| user["userPrincipalName"].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let sent = |upn: &str| harness.get_json(&format!("{DEVICES}/appDiagnostics(upn='{upn}')"))["value"].clone();
    let of_all: Vec<Json> = names.iter().flat_map(|upn| sent(upn).as_array().unwrap().clone()).collect();
    assert!(of_all.len() > 1, "some did, {names:?}");
    assert_snapshot!(of_all[0].to_string());
    assert_eq!(sent("nobody@simtune.example"), json!([]));

    let download = |body: &Json| {
        harness.ask(Method::POST, &format!("{DEVICES}/downloadAppDiagnostics"), body.to_string().as_bytes())
    };
    let id = of_all[0]["powerliftId"].clone();
    let whole = download(&json!({"request": {"powerliftId": id}}));
    assert_eq!(whole.status, 200, "{}", text(&whole));
    assert_eq!(whole.headers["content-type"], "application/octet-stream");
    let one = download(&json!({"request": {"powerliftId": id, "files": [of_all[0]["fileNames"][0]]}}));
    assert_eq!((text(&whole).lines().count(), text(&one).lines().count()), (2, 1));
    assert!(text(&whole).starts_with(&*text(&one)));
    let refused: Vec<u16> = [
        json!({"request": {"powerliftId": "00000000-0000-4000-8000-000000000000"}}),
        json!({"request": {"powerliftId": "x"}}),
        json!({"request": {"colour": "red"}}),
        json!({}),
    ]
    .iter()
    .map(|body| download(body).status.as_u16())
    .collect();
    assert_eq!(refused, [404, 400, 400, 400]);
    assert_eq!(harness.get("/v1.0/deviceManagement/managedDevices/appDiagnostics(upn='a')").status, 400, "beta only");
}

#[test]
fn functions_return_secrets_that_change_when_they_are_rotated() {
    let harness = Harness::new();
    let read = |device: &str, function: &str| harness.get(&format!("{DEVICES}/{}/{function}", harness.id_of(device)));
    harness.edit("MacBook-1", |device| {
        device.edit(|record| record.compliance_state = "noncompliant".into());
    });
    let mut story = Vec::new();
    for function in FUNCTIONS {
        let device = if function.name() == "retrieveDeviceLocalAdminAccountDetail" { "DESKTOP-1" } else { "MacBook-1" };
        let answer = read(device, &format!("{}()", function.name()));
        assert_eq!(text(&answer), text(&read(device, &format!("microsoft.graph.{}", function.name()))));
        let refused = read("iPhone-offline", function.name()).status.as_u16();
        story.push(format!("{} {} {refused}", answer.status.as_u16(), text(&answer)));
        let v1 = format!("/v1.0/deviceManagement/managedDevices/{}/{}", harness.id_of(device), function.name());
        assert_eq!(harness.get(&v1).status, 400);
    }
    assert_snapshot!(story.join("\n"));
    for (action, function, device) in [
        ("rotateFileVaultKey", "getFileVaultKey()", "MacBook-1"),
        ("rotateRecoveryLockPasscode", "retrieveRecoveryLockPasscode()", "MacBook-1"),
        ("rotateLocalAdminPassword", "retrieveMacOSManagedDeviceLocalAdminAccountDetail()", "MacBook-1"),
        ("rotateLocalAdminPassword", "retrieveDeviceLocalAdminAccountDetail()", "CPC-1"),
    ] {
        harness.edit(device, |device| {
            device.edit(|record| record.managed_device_owner_type = "company".into());
        });
        let before = read(device, function).body;
        harness.done(device, action, &Json::Null);
        assert_ne!(read(device, function).body, before, "{function}");
    }
}

#[test]
fn one_call_asks_many_devices() {
    let harness = Harness::new();
    let unknown = "00000000-0000-4000-8000-000000000000";
    let ids = |names: &[&str]| names.iter().map(|name| harness.id_of(name)).collect::<Vec<_>>();
    let execute =
        |body: &Json| harness.ask(Method::POST, &format!("{DEVICES}/executeAction"), body.to_string().as_bytes());
    let mut known = ids(&["DESKTOP-1", "iPhone-1", "MacBook-1", "DESKTOP-1"]);
    known.extend([unknown.to_owned(), "iPhone-1".to_owned()]);
    let answer = execute(&json!({"actionName": "quickScan", "deviceIds": known}));
    assert_eq!(answer.status, 200, "{}", text(&answer));
    let lists = body_of(&answer);
    assert_eq!(
        lists["@odata.context"].as_str().unwrap().rsplit('#').next(),
        Some("microsoft.graph.bulkManagedDeviceActionResult")
    );
    assert_eq!(lists["successfulDeviceIds"], json!(ids(&["DESKTOP-1"])));
    assert_eq!(lists["notSupportedDeviceIds"], json!(ids(&["iPhone-1", "MacBook-1"])));
    assert_eq!(lists["notFoundDeviceIds"], json!([unknown, "iPhone-1"]));
    assert_eq!(lists["failedDeviceIds"], json!([]));

    let wiped = json!({"actionName": "wipe", "keepUserData": true, "deviceIds": ids(&["DESKTOP-1", "iPhone-1"])});
    let lists = body_of(&execute(&wiped));
    assert_eq!(
        (&lists["successfulDeviceIds"], &lists["failedDeviceIds"]),
        (&json!(ids(&["DESKTOP-1"])), &json!(ids(&["iPhone-1"])))
    );

    let renamed = json!({"actionName": "setDeviceName", "deviceName": "MAC-{{serialnumber}}", "deviceIds": ids(&["MacBook-1", "iPhone-1"])});
    assert_eq!(body_of(&execute(&renamed))["successfulDeviceIds"].as_array().unwrap().len(), 2);
    let audits = harness.get_json("/beta/deviceManagement/remoteActionAudits")["value"].clone();
    assert_eq!(audits[0]["deviceActionCategory"], "bulk");
    assert!(audits[0]["bulkDeviceActionId"].is_string());
    assert_eq!(audits[0]["bulkDeviceActionId"], audits[1]["bulkDeviceActionId"]);
    assert_ne!(audits[0]["bulkDeviceActionId"], audits[2]["bulkDeviceActionId"]);

    let gone = json!({"actionName": "delete", "deviceIds": [harness.id_of("MacBook-1"), unknown]});
    let lists = body_of(&execute(&gone));
    assert_eq!(lists["notFoundDeviceIds"], json!([unknown]));
    assert_eq!(harness.audits()[0], "delete done");

    let many: Vec<String> = (0..101).map(|number| Uuid::from_u128(number).to_string()).collect();
    let refusals: Vec<String> = [
        json!({"deviceIds": []}),
        json!({"actionName": "resetPasscode", "deviceIds": []}),
        json!({"actionName": "moveDeviceToOrganizationalUnit", "deviceIds": []}),
        json!({"actionName": "setDeviceName", "deviceIds": []}),
        json!({"actionName": "syncDevice", "deviceIds": many}),
        json!({"actionName": "collectDiagnostics", "deviceIds": many[..26]}),
        json!({"actionName": "syncDevice", "deviceIds": "all"}),
    ]
    .iter()
    .map(|body| {
        let answer = execute(body);
        format!("{} {}", answer.status.as_u16(), body_of(&answer)["error"]["message"].as_str().unwrap_or_default())
    })
    .collect();
    assert_snapshot!(refusals.join("\n"));
    let nothing = execute(&json!({"actionName": "syncDevice"}));
    assert_eq!(nothing.status, 200, "{}", text(&nothing));
    let v1 = harness.ask(Method::POST, "/v1.0/deviceManagement/managedDevices/executeAction", b"{}");
    assert_eq!(v1.status, 400, "beta only");
}

#[test]
fn same_requests_same_bytes() {
    let walk = || {
        let harness = Harness::new();
        for (device, action, body) in [
            ("MacBook-1", "remoteLock", Json::Null),
            ("iPhone-1", "enableLostMode", json!({"message": "Lost"})),
            ("iPhone-1", "locateDevice", Json::Null),
            ("DESKTOP-1", "windowsDefenderScan", json!({"quickScan": true})),
        ] {
            harness.done(device, action, &body);
        }
        let devices = ["MacBook-1", "iPhone-1", "DESKTOP-1"].map(|name| harness.device(name, "deviceActionResults"));
        (devices, harness.audits())
    };
    assert_eq!(walk(), walk());
}

/// Any JSON, a few levels deep.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[ -~]{0,12}".prop_map(Json::from),
        prop::sample::select(vec!["nonCompliant", "default", "application", "appEvaluation", "wipe", "quickScan"])
            .prop_map(Json::from),
    ];
    let name = prop_oneof![
        4 => prop::sample::select(
            ACTIONS.iter().flat_map(|action| action.parameters()).map(|known| known.name).collect::<Vec<_>>()
        ).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["actionName", "deviceIds", "action", "itemType", "@odata.type"]).prop_map(str::to_owned),
        1 => "[a-z@.]{0,8}",
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            prop::collection::vec((name.clone(), inner), 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

thread_local! {
    /// Answers to bodies need no world of their own: what one leaves behind is one more state to be asked in.
    static SHARED: Harness = Harness::new();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn any_body_gets_a_well_formed_answer(action in 0..=ACTIONS.len(), body in any_json(), cut in 0_usize..40, whole in any::<bool>()) {
        SHARED.with(|harness| -> Result<(), TestCaseError> {
            let text_of_body = body.to_string();
            let mut sent = text_of_body.as_bytes();
            if !whole {
                sent = &sent[..sent.len().min(cut)];
            }
            let target = match ACTIONS.get(action) {
                Some(action) if action.is_of_collection() => format!("{DEVICES}/{}", action.name()),
                // Whatever leaves the inventory would leave the other cases with nobody to ask.
                Some(action) if !matches!(action.name(), "wipe" | "retire" | "setDeviceName") => {
                    format!("{DEVICES}/{}/{}", harness.id_of("iPad-1"), action.name())
                }
                Some(action) => format!("{DEVICES}/{}/{}", harness.id_of("iPhone-offline"), action.name()),
                None => format!("{DEVICES}/executeAction"),
            };
            let answer = harness.ask(Method::POST, &target, sent);
            match answer.status.as_u16() {
                204 => prop_assert!(answer.body.is_empty()),
                200 => prop_assert!(body_of(&answer).is_object()),
                // One that names its devices may name one that is not there.
                400 | 404 => prop_assert!(body_of(&answer)["error"]["code"].is_string()),
                other => prop_assert!(false, "{other} for {target} {body}"),
            }
            Ok(())
        })?;
    }
}
