//! Walking a collection page by page: whole, once each, in order, while the world changes.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use hyper::Method;
use proptest::prelude::*;
use serde_json::Value as Json;
use simtune::device::ManagedDevice;
use simtune::device::physical::Physical;
use simtune::device::record::Record;
use simtune::fleet;
use simtune::quirks::{Profile, Quirks};
use simtune::tenant::TenantSpec;
use simtune::world::CheckIn;
use uuid::Uuid;

use crate::harness::Harness;

/// Follows links from `target` to the end.
fn walk(harness: &Harness, target: &str) -> Vec<Json> {
    let mut seen = Vec::new();
    let mut next = Some(target.to_owned());
    while let Some(target) = next {
        let page = harness.get_json(&target);
        seen.extend(page["value"].as_array().expect("a page").iter().cloned());
        next = page["@odata.nextLink"].as_str().map(|link| link.trim_start_matches("http://127.0.0.1:3650").to_owned());
    }
    seen
}

#[test]
fn three_pages_are_three_pages() {
    let harness = Harness::with(TenantSpec { fleet: fleet::Builtin::ThreePages.into(), ..TenantSpec::default() });
    let first = harness.get_json("/v1.0/deviceManagement/managedDevices");
    assert_eq!(first["@odata.count"], 2_500);
    assert_eq!(first["value"].as_array().unwrap().len(), 1_000);
    let link = first["@odata.nextLink"].as_str().unwrap();
    let token = link.split("$skiptoken=").nth(1).unwrap();
    assert!(token.starts_with("LastDeviceName%3d%27") && token.contains("%27%2cLastDeviceId%3d%27"), "{token}");
    let second = harness.get_json(link.trim_start_matches("http://127.0.0.1:3650"));
    assert_eq!(second.get("@odata.count"), None);
    let all = walk(&harness, "/v1.0/deviceManagement/managedDevices");
    assert_eq!(all.len(), 2_500);
    let last = walk(&harness, "/v1.0/users?$top=70");
    assert_eq!(last.len(), walk(&harness, "/v1.0/users").len());
}

#[test]
fn a_page_of_exactly_everything_has_no_link() {
    let harness = Harness::new();
    let count = harness.get_json("/v1.0/deviceManagement/managedDevices")["@odata.count"].as_u64().unwrap();
    let all = harness.get_json(&format!("/v1.0/deviceManagement/managedDevices?$top={count}"));
    assert_eq!(all["@odata.nextLink"], Json::Null);
    let almost = harness.get_json(&format!("/v1.0/deviceManagement/managedDevices?$top={}", count - 1));
    assert!(almost["@odata.nextLink"].is_string());
}

#[test]
fn filters_select_and_count_as_the_profile_says() {
    let mut told = Vec::new();
    for (name, profile) in Profile::ALL {
        let harness = Harness::with(TenantSpec { quirks: Quirks::of(profile), ..TenantSpec::default() });
        for query in [
            "$filter=operatingSystem%20eq%20'iOS'",
            "$filter=startsWith(deviceName,'Android-6')",
            "$filter=operatingSystem%20ne%20'iOS'",
            "$filter=deviceName%20eq%20'iPhone-1'%20or%20operatingSystem%20eq%20'Android'",
            "$filter=userPrincipalName%20eq%20''",
            "$filter=skuFamily%20eq%20'none'",
            "$filter=wiFiMacAddress%20eq%20'none'",
            "$filter=not%20(wiFiMacAddress%20eq%20'none')",
            "$filter=deviceActionResults/any(a:%20a/actionState%20eq%20'failed')",
            "$skip=70",
            "$orderby=osVersion%20desc&$top=1",
        ] {
            let answer = harness.get_json(&format!("/beta/deviceManagement/managedDevices?$select=id&{query}"));
            let outcome = match answer["error"]["code"].as_str() {
                Some(code) => code.to_owned(),
                None => format!(
                    "{} shown, count {}, {}",
                    answer["value"].as_array().unwrap().len(),
                    answer["@odata.count"],
                    if answer["@odata.nextLink"].is_string() { "more" } else { "end" }
                ),
            };
            told.push(format!("{name:11} {query}: {outcome}"));
        }
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_was_ignored_is_in_the_journal_and_not_in_the_answer() {
    let harness = Harness::new();
    let answer = harness
        .get("/v1.0/deviceManagement/managedDevices?$filter=wiFiMacAddress%20eq%20'x'&$orderby=model&colour=red");
    assert_eq!(answer.status, 200);
    let entry = harness.service.tenants().default_tenant().records().journal.last().unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&entry["ignored"]).unwrap());
}

#[test]
fn the_count_segment_is_text_on_beta() {
    let harness = Harness::new();
    let answer = harness.get("/beta/deviceManagement/managedDevices/$count");
    assert_eq!(answer.headers["content-type"], "text/plain");
    assert_eq!(answer.body, harness.get_json("/v1.0/deviceManagement/managedDevices")["@odata.count"].to_string());
}

/// What happens to the fleet between two pages.
#[derive(Debug, Clone)]
enum Change {
    Rename(u128, String),
    Delete(u128),
    Add(u128, String),
}

fn device(id: u128, name: &str) -> ManagedDevice {
    let record = Record { device_name: name.into(), ..Record::default() };
    ManagedDevice::new(Uuid::from_u128(id), record, Physical::default()).0
}

fn change() -> impl Strategy<Value = Change> {
    let name = "[abc’' ]{0,3}";
    prop_oneof![
        (0..30_u128, name).prop_map(|(id, name)| Change::Rename(id, name)),
        (0..30_u128).prop_map(Change::Delete),
        (30..60_u128, name).prop_map(|(id, name)| Change::Add(id, name)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the page size: a device that is left alone is seen exactly once, one that is renamed as the keyset
    /// predicts, and nobody that was never there.
    #[test]
    fn a_walk_over_a_changing_fleet(
        names in prop::collection::vec("[abc’' ]{0,3}", 0..30),
        top in 1_usize..8,
        changes in prop::collection::vec(prop::option::of(change()), 0..30),
    ) {
        let harness = Harness::with(TenantSpec { fleet: fleet::Builtin::Empty.into(), ..TenantSpec::default() });
        let tenant = harness.service.tenants().default_tenant();
        let mut now: BTreeMap<u128, String> = BTreeMap::new();
        for (id, name) in names.iter().enumerate() {
            tenant.world().put(device(id as u128, name));
            now.insert(id as u128, name.clone());
        }
        let before = now.clone();

        let mut touched = Vec::new();
        let mut expected: Vec<u128> = Vec::new();
        let mut seen: Vec<u128> = Vec::new();
        let mut after: Option<(String, u128)> = None;
        let mut next = Some(format!("/v1.0/deviceManagement/managedDevices?$select=id,deviceName&$top={top}"));
        let mut changes = changes.into_iter();
        while let Some(target) = next {
            // The keyset model: the first devices in order of (name, id) behind the last one shown.
            let mut rows: Vec<(String, u128)> = now.iter().map(|(id, name)| (name.clone(), *id)).collect();
            rows.sort();
            rows.retain(|row| after.as_ref().is_none_or(|after| row > after));
            expected.extend(rows.iter().take(top).map(|(_, id)| *id));
            after = rows.get(top - 1).cloned();

            let page = harness.get_json(&target);
            for item in page["value"].as_array().unwrap() {
                seen.push(Uuid::parse_str(item["id"].as_str().unwrap()).unwrap().as_u128());
            }
            prop_assert_eq!(page["@odata.nextLink"].is_string(), rows.len() > top);
            next = page["@odata.nextLink"].as_str().map(|link| link.trim_start_matches("http://127.0.0.1:3650").to_owned());

            match changes.next().flatten() {
                Some(Change::Rename(id, name)) if now.contains_key(&id) => {
                    tenant.world().put(device(id, &name));
                    now.insert(id, name);
                    touched.push(id);
                }
                Some(Change::Delete(id)) if now.contains_key(&id) => {
                    let target = format!("/v1.0/deviceManagement/managedDevices/{}", Uuid::from_u128(id));
                    prop_assert_eq!(harness.ask(Method::DELETE, &target, b"").status, 204);
                    now.remove(&id);
                    touched.push(id);
                }
                Some(Change::Add(id, name)) => {
                    tenant.world().put(device(id, &name));
                    now.insert(id, name);
                    touched.push(id);
                }
                _ => {}
            }
        }
        prop_assert_eq!(&seen, &expected);
        for id in before.keys().filter(|id| !touched.contains(id)) {
            prop_assert_eq!(seen.iter().filter(|other| *other == id).count(), 1);
        }
    }
}

#[test]
fn the_form_of_the_token_that_the_portal_uses_is_read_too() {
    let harness = Harness::new();
    let devices = "/beta/deviceManagement/managedDevices?$select=id";
    let all = harness.get_json(devices)["value"].as_array().unwrap().clone();
    let page = |skip: usize| harness.get_json(&format!("{devices}&$top=25&$skipToken=Skip='{skip}'"));
    assert_eq!(page(0)["value"].as_array().unwrap()[..], all[..25]);
    let last = page(75);
    assert_eq!(last["value"].as_array().unwrap()[..], all[75..]);
    assert!(last["@odata.nextLink"].is_null());
    assert_eq!(harness.get(&format!("{devices}&$skiptoken=Skip='many'")).status, 400);
}

#[test]
fn a_filter_sees_the_dates_that_the_answer_shows() {
    let spec = TenantSpec { check_in: CheckIn::Realistic, ..TenantSpec::default() };
    let harness = Harness::with(spec);
    harness.advance(TimeDelta::days(30));
    let bound = "2018-04-06T00:00:00Z";
    let target = "/v1.0/deviceManagement/managedDevices?$select=id,lastSyncDateTime";
    let all = harness.get_json(target);
    let later = |device: &&Json| device["lastSyncDateTime"].as_str().unwrap() > bound;
    let expected: Vec<&Json> = all["value"].as_array().unwrap().iter().filter(later).collect();
    let found = harness.get_json(&format!("{target}&$filter=lastSyncDateTime%20gt%20{bound}"));
    assert!(expected.len() > 20, "devices have checked in since: {}", expected.len());
    assert_eq!(found["value"].as_array().unwrap().iter().collect::<Vec<_>>(), expected);
}
