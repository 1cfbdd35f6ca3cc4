//! The rest of the inventory's surface: apps, navigation of a device, overview, audit events, and what refuses.

use hyper::Method;
use insta::assert_snapshot;
use serde_json::{Value as Json, json};
use simtune::tenant::TenantSpec;

use crate::harness::{Harness, With, json, request, text, told};

/// The names in a list of devices.
fn names(list: &Json) -> Vec<&str> {
    list["value"].as_array().expect("a list").iter().map(|device| device["deviceName"].as_str().unwrap()).collect()
}

fn with_quirk(name: &str, value: &str) -> Harness {
    let mut spec = TenantSpec::default();
    spec.quirks.set(name, value).expect("a quirk");
    Harness::with(spec)
}

fn device(harness: &Harness, version: &str, name: &str) -> String {
    format!("/{version}/deviceManagement/managedDevices/{}", harness.id_of(name))
}

#[test]
fn apps_and_the_devices_that_have_them() {
    let harness = with_quirk("detected-app-get", "full");
    let target = "/v1.0/deviceManagement/detectedApps";
    assert_snapshot!("apps", told(&harness.get(&format!("{target}?$top=3"))));
    let all = harness.get_json(target);
    for app in all["value"].as_array().unwrap() {
        let one = format!("{target}/{}", app["id"].as_str().unwrap());
        let nested = harness.get_json(&format!("{one}/managedDevices?$select=id"));
        assert_eq!(nested["@odata.count"], app["deviceCount"]);
        let mut got = harness.get_json(&one);
        got.as_object_mut().unwrap().remove("@odata.context");
        assert_eq!(&got, app);
    }
}

#[test]
fn pages_of_apps_are_linked_by_skip_and_meet_every_app_once() {
    let harness = Harness::new();
    let all = harness.get_json("/v1.0/deviceManagement/detectedApps");
    let mut seen = Vec::new();
    let mut target = "/v1.0/deviceManagement/detectedApps?$top=7&$skip=0".to_owned();
    loop {
        let page = harness.get_json(&target);
        seen.extend(page["value"].as_array().unwrap().iter().cloned());
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        assert!(next.contains("?$top=7&$skip="), "{next}");
        target = next.strip_prefix("http://127.0.0.1:3650").unwrap().to_owned();
    }
    assert_eq!(Json::Array(seen), all["value"]);
}

#[test]
fn small_collections_filter_and_sort() {
    let harness = Harness::new();
    let apps = harness.get_json(
        "/beta/deviceManagement/detectedApps?$filter=platform%20eq%20'windows'%20and%20startswith(displayName,'Sim%20Mail')&$orderby=version%20desc&$select=displayName,version,platform",
    );
    let versions: Vec<&str> =
        apps["value"].as_array().unwrap().iter().map(|app| app["version"].as_str().unwrap()).collect();
    assert!(versions.len() > 1 && versions.is_sorted_by(|a, b| a >= b), "{versions:?}");
    assert_eq!(apps["@odata.count"], versions.len());
    let user = harness.get_json("/v1.0/users?$top=1")["value"][0].clone();
    let found = harness.get_json(&format!(
        "/v1.0/users?$filter=userPrincipalName%20eq%20'{}'",
        user["userPrincipalName"].as_str().unwrap()
    ));
    assert_eq!(found["value"], json!([user]));
    assert_snapshot!(
        "app_filter_refused",
        text(&harness.get("/v1.0/deviceManagement/detectedApps?$filter=nome%20eq%20'x'"))
    );
}

#[test]
fn an_app_by_its_id_is_hollow_and_expands_its_devices() {
    let harness = Harness::new();
    let list = harness.get_json("/v1.0/deviceManagement/detectedApps");
    let rare = list["value"].as_array().unwrap().iter().find(|app| app["deviceCount"] == 1).unwrap();
    let one = format!("/v1.0/deviceManagement/detectedApps('{}')", rare["id"].as_str().unwrap());
    assert_snapshot!("app_hollow", told(&harness.get(&one)));
    let expanded = harness.get_json(&format!("{one}?$select=id&$expand=managedDevices"));
    assert_eq!(expanded["managedDevices"].as_array().unwrap().len(), 1);
    let list = "/deviceManagement/detectedApps?$expand=managedDevices";
    assert_snapshot!("apps_expand_v1", text(&harness.get(&format!("/v1.0{list}"))));
    let beta = harness.get_json(&format!("/beta{list}"));
    assert!(beta["value"][0].get("managedDevices").is_none());
}

#[test]
fn below_an_app_devices_act_and_cannot_be_read() {
    let harness = Harness::new();
    let iphone = harness.id_of("iPhone-1");
    let apps = harness.get_json(&format!("/beta/deviceManagement/managedDevices/{iphone}/detectedApps"));
    let app = apps["value"][0]["id"].as_str().expect("an iPhone has apps").to_owned();
    let below = format!("/v1.0/deviceManagement/detectedApps/{app}/managedDevices/{iphone}");
    assert_snapshot!("app_device", told(&harness.get(&below)));
    assert_eq!(harness.ask(Method::POST, &format!("{below}/resetPasscode"), b"").status, 204);
    let stranger = harness.id_of("DESKTOP-1");
    let below = format!("/v1.0/deviceManagement/detectedApps/{app}/managedDevices/{stranger}/resetPasscode");
    assert_snapshot!("app_of_another_device", text(&harness.ask(Method::POST, &below, b"")));
    assert_eq!(harness.get("/v1.0/deviceManagement/detectedApps/none/managedDevices").status, 404);
    assert_snapshot!("apps_count", text(&harness.get("/v1.0/deviceManagement/detectedApps/$count")));
}

#[test]
fn co_managed_devices_are_listed_in_beta_and_have_no_keys() {
    let harness = Harness::new();
    let list = harness.get_json("/beta/deviceManagement/comanagedDevices?$select=deviceName");
    assert_snapshot!("comanaged", serde_json::to_string_pretty(&list).unwrap());
    let id = harness.id_of("DESKTOP-co-managed");
    assert_snapshot!(
        "comanaged_by_key",
        told(&harness.get(&format!("/beta/deviceManagement/comanagedDevices('{id}')")))
    );
    assert_snapshot!("comanaged_v1", text(&harness.get("/v1.0/deviceManagement/comanagedDevices")));
}

#[test]
fn the_overview_counts_every_device_and_sums_short_in_v1() {
    let harness = Harness::new();
    let v1 = harness.get("/v1.0/deviceManagement/managedDeviceOverview");
    assert_snapshot!("overview_v1", told(&v1));
    let beta = harness.get_json("/beta/deviceManagement/managedDeviceOverview");
    assert_snapshot!("overview_beta", serde_json::to_string_pretty(&beta).unwrap());
    let platforms = ["androidCount", "iosCount", "macOSCount", "windowsMobileCount", "windowsCount", "unknownCount"];
    let sum = |overview: &Json, names: &[&str]| -> u64 {
        names.iter().map(|name| overview["deviceOperatingSystemSummary"][name].as_u64().unwrap()).sum()
    };
    let all = harness.get_json("/v1.0/deviceManagement/managedDevices?$top=1")["@odata.count"].as_u64().unwrap();
    assert_eq!(beta["enrolledDeviceCount"], all);
    assert_eq!(sum(&beta, &platforms) + sum(&beta, &["linuxCount", "chromeOSCount"]), all);
    assert!(sum(&json(&v1), &platforms) < all);
}

#[test]
fn what_a_device_leads_to() {
    let harness = Harness::new();
    for (version, device_name, rest) in [
        ("v1.0", "iPhone-1", "deviceCategory"),
        ("v1.0", "iPhone-1", "deviceCompliancePolicyStates"),
        ("beta", "iPhone-1", "deviceConfigurationStates"),
        ("v1.0", "iPhone-1", "logCollectionRequests"),
        ("v1.0", "iPhone-1", "users?$select=id,userPrincipalName"),
        ("v1.0", "iPhone-1", "windowsProtectionState"),
        ("v1.0", "DESKTOP-1", "windowsProtectionState"),
        ("beta", "iPhone-1", "detectedApps"),
        ("v1.0", "iPhone-1", "detectedApps"),
        ("v1.0", "iPhone-1", "deviceCompliancePolicyStates/00000000-0000-4000-8000-000000000000"),
        ("v1.0", "iPhone-1", "users/$count"),
    ] {
        let name = format!("navigation_{version}_{device_name}_{}", rest.replace(['/', '?', '$', '=', ','], "_"));
        assert_snapshot!(name, text(&harness.get(&format!("{}/{rest}", device(&harness, version, device_name)))));
    }
}

#[test]
fn policies_agree_with_the_compliance_of_the_device() {
    let harness = Harness::new();
    let devices = harness.get_json("/v1.0/deviceManagement/managedDevices?$select=id,complianceState");
    let mut states = std::collections::BTreeSet::new();
    for device in devices["value"].as_array().unwrap() {
        let target = format!(
            "/v1.0/deviceManagement/managedDevices/{}/deviceCompliancePolicyStates",
            device["id"].as_str().unwrap()
        );
        let policies = harness.get_json(&target);
        let policies = policies["value"].as_array().unwrap();
        let Some(own) = policies.last() else { continue };
        let expected = match device["complianceState"].as_str().unwrap() {
            "noncompliant" | "inGracePeriod" => "nonCompliant",
            "configManager" => "notApplicable",
            other => other,
        };
        assert_eq!(own["state"], expected);
        states.insert(expected.to_owned());
        for policy in policies {
            assert_eq!(policy["settingStates"], json!([]));
            let id = policy["id"].as_str().unwrap();
            let mut one = harness.get_json(&format!("{target}/{id}"));
            one.as_object_mut().unwrap().remove("@odata.context");
            assert_eq!(&one, policy);
            let settings = harness.get_json(&format!("{target}/{id}/settingStates"));
            let settings = settings["value"].as_array().unwrap();
            assert_eq!(policy["settingCount"], settings.len());
            assert!(settings.iter().any(|setting| setting["state"] == policy["state"]));
        }
    }
    assert!(states.len() > 1, "the fleet has devices in several states: {states:?}");
}

#[test]
fn expansions() {
    let harness = Harness::new();
    let list = "/v1.0/deviceManagement/managedDevices?$filter=contains(operatingSystem,'i')&$select=deviceName&$expand=windowsProtectionState($select=id,deviceState)";
    let expanded = harness.get_json(list);
    let items = expanded["value"].as_array().unwrap();
    assert!(items.iter().any(|item| item["windowsProtectionState"].is_object()));
    assert!(items.iter().any(|item| item["windowsProtectionState"].is_null()));
    let first = items.iter().find(|item| item["windowsProtectionState"].is_object()).unwrap();
    assert_snapshot!(
        "expanded_item",
        format!("{}\n{}", expanded["@odata.context"], serde_json::to_string_pretty(first).unwrap())
    );

    let one = device(&harness, "beta", "iPhone-1");
    let single = harness.get_json(&format!(
        "{one}?$select=id&$expand=users($select=userPrincipalName;$top=1),deviceCategory,detectedApps($select=displayName)"
    ));
    assert_snapshot!("expanded_single", serde_json::to_string_pretty(&single).unwrap());
    let apps = harness.get_json("/beta/deviceManagement/managedDevices?$top=1&$select=id&$expand=detectedApps");
    assert_eq!(apps["value"][0]["detectedApps"], json!([]));

    for (name, target) in [
        ("property", "/beta/deviceManagement/managedDevices?$expand=hardwareInformation"),
        ("unknown", "/v1.0/deviceManagement/managedDevices?$expand=hardwareInformation"),
        ("beta_only", "/v1.0/deviceManagement/managedDevices?$expand=detectedApps"),
        ("nested", "/v1.0/deviceManagement/managedDevices?$expand=users($select=age)"),
    ] {
        assert_snapshot!(format!("expand_refused_{name}"), text(&harness.get(target)));
    }
}

#[test]
fn wide_integers_are_strings_where_asked_for_and_nested_too() {
    let harness = Harness::new();
    let asked = request(
        Method::GET,
        &format!("{}?$select=id&$expand=detectedApps", device(&harness, "beta", "DESKTOP-1")),
        b"",
    )
    .with("authorization", &format!("Bearer {}", harness.token()))
    .with("accept", "application/json;IEEE754Compatible=true");
    let apps = json(&harness.send(asked));
    assert!(apps["detectedApps"][0]["sizeInByte"].is_string());
    assert!(apps["detectedApps"][0]["deviceCount"].is_number());
}

#[test]
fn expanding_agrees_with_following() {
    let harness = Harness::new();
    let list = harness.get_json(
        "/beta/deviceManagement/managedDevices?$select=id&$expand=windowsProtectionState,deviceConfigurationStates",
    );
    for item in list["value"].as_array().unwrap() {
        let base = format!("/beta/deviceManagement/managedDevices/{}", item["id"].as_str().unwrap());
        let states = harness.get_json(&format!("{base}/deviceConfigurationStates"));
        assert_eq!(item["deviceConfigurationStates"], states["value"]);
        let protection = harness.get(&format!("{base}/windowsProtectionState"));
        assert_eq!(protection.status, if item["windowsProtectionState"].is_null() { 404 } else { 200 });
    }
}

#[test]
fn audit_events_tell_what_was_done() {
    let harness = Harness::new();
    let target = "/v1.0/deviceManagement/auditEvents";
    assert_eq!(harness.get_json(target)["value"], json!([]));
    let iphone = harness.id_of("iPhone-1");
    let reset = format!("/v1.0/deviceManagement/managedDevices/{iphone}/resetPasscode");
    let asked = request(Method::POST, &reset, b"")
        .with("authorization", &format!("Bearer {}", harness.token()))
        .with("client-request-id", "5c0ffee0-0000-4000-8000-000000000000");
    assert_eq!(harness.send(asked).status, 204);
    assert_snapshot!("audit_event_action", told(&harness.get(target)));
    let one = device(&harness, "v1.0", "iPad (3)");
    assert_eq!(harness.ask(Method::PATCH, &one, br#"{"notes":"lost"}"#).status, 200);
    assert_eq!(harness.ask(Method::DELETE, &one, b"").status, 204);
    // Neither a refused action nor a refused change leaves a trace.
    assert_eq!(harness.reset("MacBook-1").status, 400);
    assert_eq!(harness.ask(Method::PATCH, &device(&harness, "v1.0", "iPhone-1"), br#"{"deviceName":"x"}"#).status, 400);
    let all = harness.get_json("/beta/deviceManagement/auditEvents");
    assert_eq!(all["@odata.count"], 3);
    assert_snapshot!(
        "audit_event_delete_and_patch",
        serde_json::to_string_pretty(&all["value"].as_array().unwrap()[..2]).unwrap()
    );
    let patch = harness
        .get_json(&format!("{target}?$filter=activityOperationType%20eq%20'Patch'%20and%20category%20eq%20'Device'"));
    assert_eq!(patch["value"].as_array().unwrap().len(), 1);
    let id = patch["value"][0]["id"].as_str().unwrap();
    let one = harness.get_json(&format!("{target}/{id}"));
    assert_eq!(one["id"], id);
    let later = harness.get_json(&format!("{target}?$filter=activityDateTime%20gt%202018-03-08T08:00:01Z"));
    assert_eq!(later["value"], json!([]));
}

#[test]
fn me_needs_somebody() {
    let harness = Harness::new();
    for path in ["me", "me/managedDevices", "me/managedDevices/x/resetPasscode"] {
        let method = if path.ends_with("resetPasscode") { Method::POST } else { Method::GET };
        let answer = harness.ask(method, &format!("/v1.0/{path}"), b"");
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(json(&answer)["error"]["message"], "/me request is only valid with delegated authentication flow.");
    }
}

#[test]
fn a_user_who_does_not_exist_is_the_directorys_refusal() {
    let harness = Harness::new();
    assert_snapshot!("unknown_user", told(&harness.get("/v1.0/users/nobody@simtune.example/managedDevices")));
    let user = harness.get_json("/v1.0/users?$top=1")["value"][0]["userPrincipalName"].as_str().unwrap().to_owned();
    let devices = harness.get_json(&format!("/v1.0/users/{user}/managedDevices?$filter=deviceName%20eq%20'none'"));
    assert_eq!(names(&devices), Vec::<&str>::new());
}

#[test]
fn intune_itself_and_its_categories() {
    let harness = Harness::new();
    assert_snapshot!("device_management", told(&harness.get("/v1.0/deviceManagement")));
    let target = "/beta/deviceManagement/deviceCategories";
    assert_eq!(harness.get_json(target)["value"], json!([]));
    for (name, category) in [("iPhone-1", "Sales"), ("MacBook-1", "Lab"), ("Android-6", "Sales")] {
        let id = harness.id_of(name).parse().unwrap();
        let tenant = harness.service.tenants().default_tenant();
        let edited = tenant.world().edit_device(id, harness.wall.now(), |device| {
            device.edit(|record| record.device_category_display_name = category.into());
        });
        assert!(edited);
    }
    let all = harness.get_json(target);
    assert_snapshot!("device_categories", serde_json::to_string_pretty(&all).unwrap());
    let mut own = harness.get_json(&format!("{}/deviceCategory", device(&harness, "beta", "iPhone-1")));
    own.as_object_mut().unwrap().remove("@odata.context");
    assert_eq!(own, all["value"][1]);
    let one = harness.get_json(&format!("{target}/{}?$select=displayName", own["id"].as_str().unwrap()));
    assert_eq!(one["displayName"], "Sales");
    assert_eq!(harness.get(&format!("{target}/none")).status, 400);
}

#[test]
fn each_needs_its_permission() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let mut app = tenant.directory().apps[0].clone();
    app.roles = vec!["DeviceManagementManagedDevices.Read.All".to_owned()];
    tenant.put_app(app);
    harness.service.forget_tokens();
    let token = harness.fresh_token();
    let status = |target: &str| {
        let asked = request(Method::GET, target, b"").with("authorization", &format!("Bearer {token}"));
        harness.send(asked).status.as_u16()
    };
    assert_eq!(status("/v1.0/deviceManagement/detectedApps"), 200);
    assert_eq!(status("/v1.0/deviceManagement/deviceCategories"), 200);
    assert_eq!(status("/v1.0/deviceManagement/auditEvents"), 403);
    assert_eq!(status("/v1.0/deviceManagement"), 403);
}
