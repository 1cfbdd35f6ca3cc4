//! What every answer looks like, snapshot by snapshot.

use hyper::Method;
use insta::assert_snapshot;
use serde_json::Value as Json;
use simtune::device::record::PROPERTIES;
use simtune::tenant::TenantSpec;
use simtune::wire::links::NextLink;

use crate::harness::{Harness, With, json, request, text, told};

#[test]
fn a_list_of_devices() {
    let harness = Harness::new();
    assert_snapshot!("list_v1", told(&harness.get("/v1.0/deviceManagement/managedDevices?$top=1")));
    assert_snapshot!("list_beta", told(&harness.get("/beta/deviceManagement/managedDevices?$top=1")));
    assert_snapshot!(
        "list_selected",
        told(&harness.get("/v1.0/deviceManagement/managedDevices?$top=2&$select=ID,devicename,notes"))
    );
}

#[test]
fn a_single_device() {
    let harness = Harness::new();
    let id = harness.id_of("iPhone-1");
    assert_snapshot!("single_v1", told(&harness.get(&format!("/v1.0/deviceManagement/managedDevices/{id}"))));
    assert_snapshot!("single_beta", told(&harness.get(&format!("/beta/deviceManagement/managedDevices('{id}')"))));
    assert_snapshot!(
        "single_selected",
        told(&harness.get(&format!(
            "/v1.0/deviceManagement/managedDevices/{id}?$select=id,notes,physicalMemoryInBytes,deviceActionResults"
        )))
    );
}

#[test]
fn metadata_levels_and_number_spelling() {
    let harness = Harness::new();
    let target = format!(
        "/v1.0/deviceManagement/managedDevices/{}?$select=id,lastSyncDateTime,complianceState,totalStorageSpaceInBytes",
        harness.id_of("iPhone-1")
    );
    let token = harness.fresh_token();
    for (name, accept) in [
        ("metadata_none", "application/json;odata.metadata=none"),
        ("metadata_full", "application/json;odata.metadata=full"),
        ("ieee754", "application/json;IEEE754Compatible=true"),
    ] {
        let asked = request(Method::GET, &target, b"").with("authorization", &format!("Bearer {token}"));
        assert_snapshot!(name, told(&harness.send(asked.with("accept", accept))));
    }
}

#[test]
fn lists_and_single_devices_differ_as_observed() {
    let harness = Harness::new();
    let list = harness.get_json("/v1.0/deviceManagement/managedDevices");
    for item in list["value"].as_array().unwrap() {
        let single =
            harness.get_json(&format!("/v1.0/deviceManagement/managedDevices/{}", item["id"].as_str().unwrap()));
        assert_eq!(item["deviceActionResults"], Json::Array(Vec::new()));
        assert_eq!(item["notes"], Json::Null);
        assert_eq!(item["physicalMemoryInBytes"], 0);
        for name in ["enrolledDateTime", "lastSyncDateTime", "complianceGracePeriodExpirationDateTime"] {
            let (whole, exact) = (item[name].as_str().unwrap(), single[name].as_str().unwrap());
            assert_eq!(whole.len(), "2018-03-08T08:00:00Z".len(), "{name}: {whole}");
            assert_eq!(whole.trim_end_matches('Z'), &exact[..19], "{name}: {exact}");
        }
        let keys: Vec<&String> = item.as_object().unwrap().keys().collect();
        let single_keys: Vec<&String> = single.as_object().unwrap().keys().skip(1).collect();
        assert_eq!(keys, single_keys);
    }
}

#[test]
fn every_property_can_be_selected_and_filtered_or_refused() {
    let harness = Harness::new();
    for property in PROPERTIES {
        let target = format!("/beta/deviceManagement/managedDevices?$top=1&$select={}", property.name);
        let answer = harness.get_json(&target);
        let item = answer["value"][0].as_object().unwrap();
        assert_eq!(item.keys().collect::<Vec<_>>(), [property.name]);
        let filtered =
            harness.get(&format!("/beta/deviceManagement/managedDevices?$filter={}%20eq%20null", property.name));
        assert!(filtered.status == 200 || filtered.status == 400, "{}", property.name);
    }
}

#[test]
fn users_organization_and_audits() {
    let harness = Harness::new();
    assert_snapshot!("users", told(&harness.get("/v1.0/users?$top=2")));
    let id = harness.get_json("/v1.0/users?$top=1")["value"][0]["id"].as_str().unwrap().to_owned();
    assert_snapshot!("user", told(&harness.get(&format!("/v1.0/users/{id}?$select=id,userPrincipalName"))));
    assert_snapshot!("organization", told(&harness.get("/v1.0/organization")));
    harness.reset("iPhone-1");
    assert_snapshot!("audits", told(&harness.get("/beta/deviceManagement/remoteActionAudits")));
    let audit = harness.get_json("/beta/deviceManagement/remoteActionAudits")["value"][0]["id"].clone();
    let one = harness.get_json(&format!("/beta/deviceManagement/remoteActionAudits/{}", audit.as_str().unwrap()));
    assert_eq!(one["id"], audit);
}

#[test]
fn a_user_sees_own_devices_only() {
    let harness = Harness::new();
    let users = harness.get_json("/v1.0/users");
    let mut seen = 0;
    for user in users["value"].as_array().unwrap() {
        let id = user["id"].as_str().unwrap();
        let devices = harness.get_json(&format!("/v1.0/users/{id}/managedDevices"));
        for device in devices["value"].as_array().unwrap() {
            assert_eq!(device["userId"], user["id"]);
            seen += 1;
        }
    }
    let all = harness.get_json("/v1.0/deviceManagement/managedDevices");
    let owned = all["value"].as_array().unwrap().iter().filter(|device| device["userId"] != "").count();
    assert_eq!(seen, owned);
}

#[test]
fn refusals() {
    let harness = Harness::new();
    let id = harness.id_of("iPhone-1");
    let device = format!("/v1.0/deviceManagement/managedDevices/{id}");
    let cases: Vec<(&str, Method, String, &str)> = vec![
        (
            "unsupported platform",
            Method::POST,
            format!("/v1.0/deviceManagement/managedDevices/{}/resetPasscode", harness.id_of("MacBook-1")),
            "",
        ),
        (
            "unknown device",
            Method::GET,
            "/v1.0/deviceManagement/managedDevices/00000000-0000-4000-8000-000000000000".into(),
            "",
        ),
        (
            "unknown device, action",
            Method::POST,
            "/v1.0/deviceManagement/managedDevices/00000000-0000-4000-8000-000000000000/resetPasscode".into(),
            "",
        ),
        ("malformed id", Method::GET, "/v1.0/deviceManagement/managedDevices('iPhone-1')".into(), ""),
        ("GET on an action", Method::GET, format!("{device}/resetPasscode"), ""),
        ("invented action", Method::POST, format!("{device}/removeDevicePasscode"), ""),
        ("beta only", Method::GET, "/v1.0/deviceManagement/remoteActionAudits".into(), ""),
        ("count segment on v1.0", Method::GET, "/v1.0/deviceManagement/managedDevices/$count".into(), ""),
        ("bad select", Method::GET, "/v1.0/deviceManagement/managedDevices?$select=id,colour".into(), ""),
        ("beta property on v1.0", Method::GET, "/v1.0/deviceManagement/managedDevices?$select=deviceType".into(), ""),
        ("bad top", Method::GET, "/v1.0/deviceManagement/managedDevices?$top=many".into(), ""),
        ("bad filter", Method::GET, "/v1.0/deviceManagement/managedDevices?$filter=deviceName%20is%20'x'".into(), ""),
        ("filter by id", Method::GET, format!("/v1.0/deviceManagement/managedDevices?$filter=id%20eq%20'{id}'"), ""),
        ("bad token", Method::GET, "/v1.0/deviceManagement/managedDevices?$skiptoken=x".into(), ""),
        ("patch of a read-only property", Method::PATCH, device.clone(), r#"{"deviceName":"x"}"#),
        ("patch of an unknown property", Method::PATCH, device.clone(), r#"{"colour":"x"}"#),
        ("patch without JSON", Method::PATCH, device.clone(), "x"),
        ("patch of a wrong type", Method::PATCH, device, r#"{"notes":5}"#),
        ("unknown user", Method::GET, "/v1.0/users/nobody".into(), ""),
        ("device below a user", Method::GET, format!("/v1.0/users/ada/managedDevices/{id}"), ""),
        ("unknown version", Method::GET, "/v2.0/users".into(), ""),
    ];
    let told: Vec<String> = cases
        .into_iter()
        .map(|(name, method, target, body)| {
            let answer = harness.ask(method.clone(), &target, body.as_bytes());
            let message = json(&answer)["error"]["message"].as_str().unwrap().to_owned();
            let code = json(&answer)["error"]["code"].as_str().unwrap().to_owned();
            format!(
                "{name}: {method} {target}\n  {} {code}\n  {}",
                answer.status.as_u16(),
                message.replace("\r\n", "\n  ")
            )
        })
        .collect();
    assert_snapshot!(told.join("\n\n"));
}

#[test]
fn the_opaque_refusal_of_an_unsupported_platform() {
    let harness = Harness::new();
    for name in ["MacBook-1", "DESKTOP-1", "Android-7", "Work-profile-8"] {
        let answer = harness.reset(name);
        assert_eq!(answer.status, 400, "{name}");
        let body = json(&answer);
        assert_eq!(body["error"]["code"], "BadRequest");
        let inner: Json = serde_json::from_str(body["error"]["message"].as_str().unwrap()).unwrap();
        assert_eq!(inner["_version"], 3);
        assert!(inner["Message"].as_str().unwrap().starts_with("An error has occurred - Operation ID"));
        assert_eq!(harness.result_of(name), Json::Null, "a refused action leaves no trace");
    }
    assert_eq!(harness.get_json("/beta/deviceManagement/remoteActionAudits")["value"], Json::Array(Vec::new()));
    assert_snapshot!(told(&harness.reset("MacBook-1")));
}

#[test]
fn a_patch_changes_what_can_be_changed() {
    let harness = Harness::new();
    let target = format!("/v1.0/deviceManagement/managedDevices/{}", harness.id_of("iPhone-1"));
    let body = r#"{"managedDeviceName":"Reception","notes":"by the door","managedDeviceOwnerType":"personal"}"#;
    let answer = harness.ask(Method::PATCH, &target, body.as_bytes());
    assert_eq!(answer.status, 200);
    let changed = harness.get_json(&format!("{target}?$select=managedDeviceName,notes,managedDeviceOwnerType"));
    assert_eq!(changed["managedDeviceName"], "Reception");
    assert_eq!(changed["notes"], "by the door");
    assert_eq!(changed["managedDeviceOwnerType"], "personal");
    // A PATCH with one bad member changes nothing at all.
    let refused = harness.ask(Method::PATCH, &target, br#"{"notes":"gone","deviceName":"x"}"#);
    assert_eq!(refused.status, 400);
    assert_eq!(harness.get_json(&format!("{target}?$select=notes"))["notes"], "by the door");
}

#[test]
fn a_deleted_device_is_gone_at_once() {
    let harness = Harness::new();
    let target = format!("/v1.0/deviceManagement/managedDevices/{}", harness.id_of("iPhone-1"));
    harness.reset("iPhone-1");
    assert_eq!(harness.ask(Method::DELETE, &target, b"").status, 204);
    assert_eq!(harness.get(&target).status, 404);
    assert_eq!(harness.ask(Method::DELETE, &target, b"").status, 404);
    let audits = harness.get_json("/beta/deviceManagement/remoteActionAudits");
    let told: Vec<_> =
        (0..2).map(|row| (&audits["value"][row]["action"], &audits["value"][row]["actionState"])).collect();
    assert_eq!(told, [(&"delete".into(), &"done".into()), (&"resetPasscode".into(), &"canceled".into())]);
}

#[test]
fn links_start_where_the_configuration_says() {
    for (mode, start) in [
        (NextLink::Door, "http://127.0.0.1:3650/v1.0/"),
        (NextLink::Graph, "https://graph.microsoft.com/v1.0/"),
        (NextLink::Relative, "/v1.0/"),
    ] {
        let harness = Harness::linking(TenantSpec::default(), mode);
        let answer = harness.get_json("/v1.0/deviceManagement/managedDevices?$top=1");
        assert!(answer["@odata.nextLink"].as_str().unwrap().starts_with(start), "{mode:?}");
    }
}

#[test]
fn gzip_carries_the_same_bytes() {
    let harness = Harness::new();
    let token = format!("Bearer {}", harness.fresh_token());
    for target in ["/v1.0/deviceManagement/managedDevices", "/v1.0/nonsense"] {
        let plain = harness.send(request(Method::GET, target, b"").with("authorization", &token));
        let packed = harness.send(
            request(Method::GET, target, b"").with("authorization", &token).with("accept-encoding", "gzip, deflate"),
        );
        assert_eq!(packed.headers["content-encoding"], "gzip");
        assert_eq!(packed.headers["vary"], "Accept-Encoding");
        let mut unpacked = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut unpacked).unwrap();
        // Errors carry their own ids, so only their shape is the same.
        if plain.status == 200 {
            assert_eq!(unpacked, text(&plain));
        } else {
            assert_eq!(unpacked.len(), text(&plain).len());
        }
    }
}

#[test]
fn ids_are_echoed_or_made() {
    let harness = Harness::new();
    let id = "22222222-0000-4000-8000-000000000000";
    let answer = harness.send(request(Method::GET, "/v1.0/users", b"").with("client-request-id", id));
    assert_eq!(answer.headers["client-request-id"], id);
    assert_eq!(json(&answer)["error"]["innerError"]["client-request-id"], id);
    let answer = harness.get("/v1.0/users");
    assert_eq!(answer.headers["client-request-id"], answer.headers["request-id"]);
    assert_eq!(answer.headers["request-id"], answer.request_id.to_string());
}

#[test]
fn a_post_without_a_length_meets_the_web_server() {
    let harness = Harness::new();
    let mut bare = request(Method::POST, "/v1.0/deviceManagement/managedDevices/x/resetPasscode", b"");
    bare.headers.remove("content-length");
    assert_snapshot!(told(&harness.send(bare)));
}

#[test]
fn the_same_seed_and_the_same_requests_give_the_same_bytes() {
    let run = || {
        let harness = Harness::new();
        let mut out = Vec::new();
        for target in [
            "/v1.0/deviceManagement/managedDevices",
            "/beta/deviceManagement/managedDevices?$top=3",
            "/v1.0/users",
            "/v1.0/x",
        ] {
            out.push(told(&harness.get(target)));
        }
        out.push(told(&harness.reset("Android-6")));
        harness.advance(chrono::TimeDelta::seconds(2));
        out.push(harness.result_of("Android-6").to_string());
        out
    };
    assert_eq!(run(), run());
}
