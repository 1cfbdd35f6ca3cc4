//! A fleet too large to be kept answers like the same fleet kept, and nobody waits for a look through it.

use hyper::Method;
use simtune::fleet::Source;
use simtune::quirks::{Profile, Quirks};
use simtune::tenant::TenantSpec;
use simtune::world::CheckIn;

use crate::harness::{Harness, text};

const DEVICES: &str = "/beta/deviceManagement/managedDevices";

/// Devices of the fleets here: some pages, and no more than a debug build draws in a moment.
const COUNT: u32 = 1_500;

/// A fleet of which nothing is kept, and the same one kept.
fn both(spec: impl Fn() -> TenantSpec) -> [Harness; 2] {
    [0, COUNT].map(|kept| {
        let harness = Harness::with(TenantSpec { fleet: Source::Generated(COUNT), kept, ..spec() });
        let is_drawn = harness.service.tenants().default_tenant().world().inventory().base().is_drawn();
        assert_eq!(is_drawn, kept == 0);
        harness
    })
}

fn drawn() -> Harness {
    Harness::with(TenantSpec { fleet: Source::Generated(COUNT), kept: 0, ..TenantSpec::default() })
}

/// What both answer, which must be the same.
fn same(both: &[Harness; 2], method: &Method, target: &str, body: &[u8]) -> String {
    let [drawn, kept] = both.each_ref().map(|harness| {
        let answer = harness.ask(method.clone(), target, body);
        // A refusal tells its own id; what is refused is the same.
        if answer.status.is_success() {
            format!("{} {}", answer.status, text(&answer))
        } else {
            answer.status.to_string()
        }
    });
    assert!(drawn == kept, "{method} {target}\ndrawn: {drawn:.900}\nkept:  {kept:.900}");
    drawn
}

/// Everything that reads the inventory, asked before and after some of it changed.
#[test]
fn a_fleet_of_which_nothing_is_kept_answers_like_one_that_is() {
    let both = both(|| TenantSpec {
        quirks: Quirks::of(Profile::Documented),
        check_in: CheckIn::Realistic,
        ..TenantSpec::default()
    });
    let page = same(&both, &Method::GET, &format!("{DEVICES}?$filter=deviceType%20eq%20'iPhone'&$skip=40&$top=3"), b"");
    let page: serde_json::Value = serde_json::from_str(page.trim_start_matches("200 OK ")).expect("JSON");
    let device = |index: usize, property: &str| {
        page["value"][index][property].as_str().expect("a text").replace('’', "%E2%80%99").replace(' ', "%20")
    };
    let (serial, name, user) = (device(0, "serialNumber"), device(0, "deviceName"), device(0, "userPrincipalName"));
    let (directory, user_id) = (device(0, "azureADDeviceId"), device(0, "userId"));
    let ask = |expected: &str, target: &str| {
        let answer = same(&both, &Method::GET, target, b"");
        assert!(answer.starts_with(expected), "{target}: {answer:.300}");
    };
    for _ in 0..2 {
        for query in [
            "$top=2".to_owned(),
            "$top=3&$skip=900".to_owned(),
            "$top=2&$filter=contains(model,'Pad')".to_owned(),
            "$top=2&$filter=complianceState%20eq%20'noncompliant'%20and%20operatingSystem%20eq%20'Windows'".to_owned(),
            "$top=2&$filter=lastSyncDateTime%20ge%202018-03-08T01:00:00Z&$count=true".to_owned(),
            "$top=2&$filter=startswith(deviceName,'LAPTOP')%20or%20imei%20ne%20''".to_owned(),
            "$top=3&$orderby=lastSyncDateTime%20desc".to_owned(),
            "$top=3&$orderby=osVersion,serialNumber%20desc&$filter=startswith(manufacturer,'A')".to_owned(),
            format!("$filter=serialNumber%20eq%20'{serial}'"),
            format!("$filter=deviceName%20eq%20'{name}'&$select=id"),
            format!("$filter=userPrincipalName%20eq%20'{user}'&$select=id"),
            format!("$filter=azureADDeviceId%20eq%20'{directory}'&$select=id"),
            format!("$filter=contains(model,'o')%20and%20serialNumber%20eq%20'{serial}'"),
        ] {
            ask("200", &format!("{DEVICES}?{query}"));
        }
        ask("400", &format!("{DEVICES}?$filter=userId%20eq%20'{user_id}'"));
        ask("200", &format!("{DEVICES}/$count?$filter=operatingSystem%20eq%20'macOS'"));
        ask("200", &format!("/beta/users/{user}/managedDevices?$select=id"));
        ask("200", &format!("/beta/users/{user_id}/managedDevices?$select=id"));
        ask("404", "/beta/users/nobody/managedDevices");
        ask("200", &format!("/beta/users/{}", user.to_uppercase()));
        ask("200", "/beta/users?$top=3");
        for below in ["comanagedDevices?$top=2", "deviceCategories", "managedDeviceOverview", "detectedApps?$top=5"] {
            ask("200", &format!("/beta/deviceManagement/{below}"));
        }
        // The second time over what was changed.
        let ids: Vec<String> = (0..3).map(|index| device(index, "id")).collect();
        same(&both, &Method::POST, &format!("{DEVICES}/{}/resetPasscode", ids[0]), b"");
        same(&both, &Method::DELETE, &format!("{DEVICES}/{}", ids[1]), b"");
        same(&both, &Method::PATCH, &format!("{DEVICES}/{}", ids[2]), br#"{"notes":"lent"}"#);
        ask("200", &format!("{DEVICES}/{}", ids[0]));
        ask("404", &format!("{DEVICES}/{}", ids[1]));
    }
}

/// An answer that was worked out aside is kept like every other, and forgotten with the next change.
#[test]
fn what_was_looked_for_aside_is_kept_until_something_changes() {
    let harness = drawn();
    let target = format!("{DEVICES}?$filter=complianceState%20eq%20'compliant'&$select=id&$top=1");
    let ask = || harness.get(&target).body;
    let (first, again) = (ask(), ask());
    assert_eq!(first.as_ptr(), again.as_ptr(), "the same bytes, not equal ones");
    let page: serde_json::Value = serde_json::from_slice(&first).expect("JSON");
    let id = page["value"][0]["id"].as_str().expect("a device").to_owned();
    assert_eq!(harness.ask(Method::DELETE, &format!("{DEVICES}/{id}"), b"").status, 204);
    assert_ne!(first, ask());
}

/// Walking a large fleet meets every device once, whatever page it is on.
#[test]
fn a_walk_meets_every_device_once() {
    let harness = drawn();
    let mut ids = std::collections::BTreeSet::new();
    let mut target = Some(format!("{DEVICES}?$select=id&$top=400"));
    let mut pages = 0;
    while let Some(next) = target {
        let page = harness.get_json(&next);
        for device in page["value"].as_array().expect("a page") {
            assert!(ids.insert(device["id"].as_str().expect("an id").to_owned()), "one twice");
        }
        pages += 1;
        target =
            page["@odata.nextLink"].as_str().map(|link| link.trim_start_matches("http://127.0.0.1:3650").to_owned());
    }
    assert_eq!((ids.len(), pages), (usize::try_from(COUNT).unwrap(), 4));
}
