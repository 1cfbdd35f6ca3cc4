//! `$metadata`: served to everybody, and every `@odata.context` names something in it.

use hyper::Method;
use insta::assert_snapshot;
use simtune::device::record::{ApiVersion, PROPERTIES};
use simtune::model::csdl;
use simtune::model::managed_device::{DeviceNavigation, NAVIGATION};

use crate::contexts;
use crate::harness::{Harness, With, json, request, text, told};

/// Headers and the beginning of the body; the whole documents are snapshots of `src/model`.
fn beginning(answer: &simtune::exchange::Answer) -> String {
    told(answer).lines().take_while(|line| !line.starts_with("<EnumType")).collect::<Vec<_>>().join("\n")
}

#[test]
fn it_is_served_without_a_token() {
    let harness = Harness::new();
    for (version, path) in [(ApiVersion::V1, "/v1.0/$metadata"), (ApiVersion::Beta, "/beta/$metadata")] {
        let answer = harness.send(request(Method::GET, path, b""));
        assert_eq!(answer.status, 200);
        assert_eq!(text(&answer), csdl::document(version));
    }
    assert_snapshot!(beginning(&harness.send(request(Method::GET, "/v1.0/$metadata", b""))));
}

#[test]
fn any_spelling_any_query_and_any_token_get_the_same_bytes() {
    let harness = Harness::new();
    let expected = harness.send(request(Method::GET, "/beta/$metadata", b"")).body;
    for target in ["//BETA//%24Metadata/", "/beta/$metadata?$format=xml", "/beta/$metadata?$format=json&$top=x"] {
        assert_eq!(harness.send(request(Method::GET, target, b"")).body, expected, "{target}");
    }
    for token in ["Bearer", "Bearer nonsense", &format!("Bearer {}", harness.token())] {
        let asked = request(Method::GET, "/beta/$metadata", b"").with("authorization", token);
        assert_eq!(harness.send(asked.with("accept", "application/json")).body, expected, "{token}");
    }
    let packed = harness.send(request(Method::GET, "/beta/$metadata", b"").with("accept-encoding", "gzip"));
    assert_eq!(packed.headers["content-encoding"], "gzip");
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut unpacked).unwrap();
    assert_eq!(unpacked, expected);
}

#[test]
fn other_verbs_are_refused_as_elsewhere() {
    let harness = Harness::new();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let unknown = harness.send(request(method.clone(), "/v1.0/$metadata", b""));
        assert_eq!(unknown.status, 401, "{method}");
        let known = harness.ask(method.clone(), "/v1.0/$metadata", b"");
        assert_eq!(known.status, 400, "{method}");
        let message = json(&known)["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&format!("~/$metadata with http verb {method}")), "{message}");
    }
}

/// The harness looks at the context of every answer of every test; this asks for each route in both versions.
#[test]
fn every_context_names_something_of_the_model() {
    let harness = Harness::new();
    let device = harness.id_of("iPhone-1");
    let protected = harness.get_json("/v1.0/deviceManagement/managedDevices?$select=id&$expand=windowsProtectionState");
    let windows = protected["value"].as_array().unwrap().iter().find(|item| item["windowsProtectionState"].is_object());
    let windows = windows.expect("a device reports its protection")["id"].as_str().unwrap().to_owned();
    harness.reset("iPhone-1");
    let user = harness.get_json("/v1.0/users")["value"][0]["id"].as_str().unwrap().to_owned();
    let organization = harness.get_json("/v1.0/organization")["value"][0]["id"].as_str().unwrap().to_owned();
    let audit = harness.get_json("/beta/deviceManagement/remoteActionAudits")["value"][0]["id"].clone();
    let audit = audit.as_str().unwrap();
    let app = harness.get_json("/v1.0/deviceManagement/detectedApps")["value"][0]["id"].as_str().unwrap().to_owned();
    let event = harness.get_json("/v1.0/deviceManagement/auditEvents")["value"][0]["id"].as_str().unwrap().to_owned();
    let policy = format!("deviceManagement/managedDevices/{device}/deviceCompliancePolicyStates");
    let policy_id = harness.get_json(&format!("/v1.0/{policy}"))["value"][0]["id"].as_str().unwrap().to_owned();
    for version in [ApiVersion::V1, ApiVersion::Beta] {
        let known = PROPERTIES.iter().filter(|property| property.since <= version).map(|property| property.name);
        let all = known.collect::<Vec<_>>().join(",");
        let mut targets = vec![
            "deviceManagement/managedDevices".to_owned(),
            format!("deviceManagement/managedDevices?$select={all}"),
            format!("deviceManagement/managedDevices/{device}"),
            format!("deviceManagement/managedDevices/{device}?$select={all}"),
            format!("users/{user}/managedDevices"),
            format!("users/{user}/managedDevices?$select=id,NOTES"),
            "deviceManagement/detectedApps".to_owned(),
            format!("deviceManagement/detectedApps/{app}?$expand=managedDevices"),
            format!("deviceManagement/detectedApps/{app}/managedDevices"),
            "deviceManagement".to_owned(),
            "deviceManagement/deviceCategories".to_owned(),
            "deviceManagement/managedDeviceOverview".to_owned(),
            "deviceManagement/auditEvents".to_owned(),
            format!("deviceManagement/auditEvents/{event}"),
            format!("{policy}/{policy_id}"),
            format!("{policy}/{policy_id}/settingStates"),
            "users".to_owned(),
            "users?$select=ID,userprincipalname".to_owned(),
            format!("users/{user}?$select=id"),
            "organization".to_owned(),
            format!("organization/{organization}?$select=verifiedDomains"),
        ];
        for (which, navigation, _) in NAVIGATION.iter().filter(|(_, navigation, _)| navigation.since <= version) {
            let device = if *which == DeviceNavigation::WindowsProtectionState { &windows } else { &device };
            targets.push(format!("deviceManagement/managedDevices/{device}/{}", navigation.name));
            targets.push(format!("deviceManagement/managedDevices/{device}?$expand={}", navigation.name));
        }
        if version == ApiVersion::Beta {
            targets.push("deviceManagement/comanagedDevices".to_owned());
            targets.push("deviceManagement/remoteActionAudits".to_owned());
            targets.push("deviceManagement/remoteActionAudits?$select=id,action".to_owned());
            targets.push(format!("deviceManagement/remoteActionAudits/{audit}"));
        }
        for target in targets {
            let target = format!("/{}/{target}", version.segment());
            let answer = harness.get(&target);
            assert_eq!(answer.status, 200, "{target}");
            let context = contexts::context_of(&answer).unwrap_or_else(|| panic!("{target} has no context"));
            contexts::resolve(&context).unwrap_or_else(|wrong| panic!("{target}: {wrong}"));
        }
    }
}

/// Each device of the fleet with all it has: what is recorded here is held against the published types.
#[test]
fn every_device_is_answered_alone_in_every_shape() {
    let harness = Harness::new();
    let token = format!("Bearer {}", harness.token());
    let list = harness.get_json("/v1.0/deviceManagement/managedDevices");
    let devices = list["value"].as_array().unwrap();
    assert!(devices.len() > 40, "{}", devices.len());
    for device in devices {
        for version in ["v1.0", "beta"] {
            let target = format!("/{version}/deviceManagement/managedDevices/{}", device["id"].as_str().unwrap());
            for accept in ["application/json", "application/json;odata.metadata=full;IEEE754Compatible=true"] {
                let asked = request(Method::GET, &target, b"").with("authorization", &token).with("accept", accept);
                assert_eq!(json(&harness.send(asked))["deviceName"], device["deviceName"]);
            }
        }
    }
}

#[test]
fn a_context_that_names_nothing_is_noticed() {
    let root = "http://127.0.0.1:3650";
    for (context, fits) in [
        ("/v1.0/$metadata#deviceManagement/managedDevices(id,deviceName)/$entity", true),
        ("/beta/$metadata#deviceManagement/remoteActionAudits", true),
        ("/v1.0/$metadata#deviceManagement/remoteActionAudits", false),
        ("/v1.0/$metadata#deviceManagement/managedDevices(id,deviceType)", false),
        ("/v1.0/$metadata#deviceManagement/managedDevices(id,devicename)", false),
        ("/v1.0/$metadata#managedDevices", false),
        ("/v1.0/$metadata#users/managedDevices/nothing", false),
        ("/v2.0/$metadata#users", false),
        ("/v1.0/users", false),
    ] {
        assert_eq!(contexts::resolve(&format!("{root}{context}")).is_ok(), fits, "{context}");
    }
}
