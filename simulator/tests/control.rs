//! The control API: what it answers, and what it refuses.

use insta::assert_snapshot;
use serde_json::Value as Json;
use simtune::control::api::ROUTES;

use crate::sockets::{Running, exchange};

const TENANT: &str = "/api/tenants/default";

#[test]
fn refusals_name_the_cause_and_the_way_out() {
    let running = Running::start();
    let (_, devices) = running.control("GET", &format!("{TENANT}/devices?top=1"), "");
    let device = devices["value"][0]["id"].as_str().unwrap().to_owned();
    let one = format!("{TENANT}/devices/{device}");
    let cases: Vec<(&str, String, &str)> = vec![
        ("GET", "/api/nothing".into(), ""),
        ("GET", "/nothing".into(), ""),
        ("PUT", "/api/tenants".into(), ""),
        ("GET", "/api/tenants/nobody/devices".into(), ""),
        ("POST", "/api/tenants".into(), r#"{"fleets":"empty"}"#),
        ("POST", "/api/tenants".into(), r#"{"fleet":"emty"}"#),
        ("POST", "/api/tenants".into(), r#"{"fleet":"./devices.jsonl"}"#),
        ("POST", "/api/tenants".into(), r#"{"fleet":-1}"#),
        ("POST", "/api/tenants".into(), r#"{"fleet":1000001}"#),
        ("POST", "/api/tenants".into(), r#"{"edition":"2016-01-01"}"#),
        ("POST", "/api/tenants".into(), r#"{"quirk":{"filter-nee":"eq"}}"#),
        ("POST", "/api/tenants".into(), r#"{"quirk":{"filter-ne":1}}"#),
        ("POST", "/api/tenants".into(), r#"{"quirks":"lenient"}"#),
        ("POST", "/api/tenants".into(), r#"{"clock":"noon"}"#),
        ("POST", "/api/tenants".into(), r#"{"checkIn":"soon"}"#),
        ("POST", "/api/tenants".into(), r#"{"clientSecret":""}"#),
        ("POST", "/api/tenants".into(), r#"{"domain":"contoso"}"#),
        ("POST", "/api/tenants".into(), "{"),
        ("DELETE", TENANT.into(), ""),
        ("GET", format!("{TENANT}/devices?limit=1"), ""),
        ("GET", format!("{TENANT}/devices?top=0"), ""),
        ("GET", format!("{TENANT}/devices?after=x"), ""),
        ("GET", format!("{TENANT}/devices/x"), ""),
        ("POST", format!("{TENANT}/devices"), r#"{"devicename":1}"#),
        ("POST", format!("{TENANT}/devices"), r#"{"devisName":"x"}"#),
        ("POST", format!("{TENANT}/devices"), r#"{"physical":{"online":"yes"}}"#),
        ("POST", format!("{TENANT}/devices"), "[]"),
        ("PATCH", one.clone(), r#"{"id":"x"}"#),
        ("PATCH", one.clone(), r#"{"devisName":"x"}"#),
        ("PATCH", one.clone(), r#"{"isEncrypted":"yes"}"#),
        ("PATCH", one.clone(), r#"{"physical":{"battery":5}}"#),
        ("PATCH", one, r#"{"physical":true}"#),
        ("PUT", format!("{TENANT}/clock"), r#"{"mode":"auto","now":"soon"}"#),
        ("PUT", format!("{TENANT}/clock"), r#"{"mode":"slow"}"#),
        ("POST", format!("{TENANT}/clock/advance"), r#"{"by":"8 hours"}"#),
        ("POST", format!("{TENANT}/clock/advance"), r#"{"by":"P9999999D"}"#),
        ("POST", format!("{TENANT}/apps"), "{}"),
        ("POST", format!("{TENANT}/apps"), r#"{"roles":[],"certificates":["x"]}"#),
        ("POST", format!("{TENANT}/tokens"), r#"{"app":"00000000-0000-4000-8000-000000000000"}"#),
        ("POST", format!("{TENANT}/tokens"), r#"{"defect":"stale"}"#),
        ("POST", format!("{TENANT}/tokens"), r#"{"user":"nobody@simtune.example"}"#),
        ("POST", format!("{TENANT}/tokens"), r#"{"scopes":["User.Read"]}"#),
        ("POST", format!("{TENANT}/tokens"), r#"{"user":"helpdesk@simtune.example","roles":["User.Read.All"]}"#),
        ("POST", format!("{TENANT}/users"), r#"{"userPrincipalName":"new@simtune.example"}"#),
        ("POST", format!("{TENANT}/users"), r#"{"userPrincipalName":"new@simtune.example","role":"admin"}"#),
        ("POST", format!("{TENANT}/users"), r#"{"userPrincipalName":"new","role":"none"}"#),
        ("POST", format!("{TENANT}/users"), r#"{"userPrincipalName":"a@b.example","role":"none","password":""}"#),
        ("POST", format!("{TENANT}/users"), r#"{"userPrincipalName":"a@b.example","role":"none","tags":[]}"#),
        ("GET", format!("{TENANT}/users/nobody@simtune.example"), ""),
        ("POST", format!("{TENANT}/users/nobody@simtune.example/revoke"), ""),
        ("PUT", format!("{TENANT}/sign-in"), r#"{"deviceCode":{"autoApprove":"nobody"}}"#),
        ("PUT", format!("{TENANT}/sign-in"), "{}"),
        ("POST", format!("{TENANT}/apps"), r#"{"roles":[],"redirectUris":["javascript:alert(1)"]}"#),
        ("GET", format!("{TENANT}/journal?after=x"), ""),
        ("PATCH", format!("{TENANT}/quirks"), r#"{"filter-nee":"eq"}"#),
        ("PATCH", format!("{TENANT}/quirks"), r#"{"filter-ne":"eq","orderby":"maybe"}"#),
        ("PATCH", format!("{TENANT}/quirks"), r#"{"profile":"lenient"}"#),
        ("PUT", format!("{TENANT}/faults"), "{}"),
        ("PUT", format!("{TENANT}/faults"), r#"{"faults":[]}"#),
        ("PUT", format!("{TENANT}/faults"), r#"{"profile":"cruel"}"#),
        ("PUT", format!("{TENANT}/faults"), r#"{"value":{}}"#),
        ("PUT", format!("{TENANT}/faults"), r#"{"value":[{"id":"a","act":{"status":{"kode":1}}}]}"#),
        ("POST", "/api/tenants".into(), r#"{"faults":"cruel"}"#),
        ("POST", "/api/tenants".into(), r#"{"faults":[{"id":"a","act":{"close":{"soon":1}}}]}"#),
        ("POST", "/api/tenants".into(), r#"{"throttle":"sometimes"}"#),
        ("POST", "/api/tenants".into(), r#"{"throttle":[1]}"#),
        ("PATCH", format!("{TENANT}/throttle"), r#"{"mode":0}"#),
        ("PATCH", format!("{TENANT}/throttle"), "{}"),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(method, path, body)| {
            let (status, answer) = running.control(method, path, body);
            assert!(status >= 400, "{method} {path} {body}");
            let path = path.replace(&device, "{device}");
            format!("{method} {path} {body}\n  {status} {}", answer["error"]["message"].as_str().unwrap_or_default())
        })
        .collect();
    assert_snapshot!(told.join("\n").replace(&device, "{device}"));
}

#[test]
fn pages_of_other_origins_and_names_are_kept_out() {
    let running = Running::start();
    let port = running.control.port();
    for (host, origin, status) in [
        ("localhost", None, 200),
        ("127.0.0.1", None, 200),
        ("[::1]", None, 200),
        ("evil.example", None, 403),
        ("localhost.evil.example", None, 403),
        ("localhost", Some("http://evil.example"), 403),
        ("localhost", Some("null"), 403),
    ] {
        let origin = origin.map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
        let request = format!("GET /api/ready HTTP/1.1\r\nHost: {host}:{port}\r\n{origin}Connection: close\r\n\r\n");
        let answer = exchange(running.control, request.as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}{answer}");
    }
    let own = format!(
        "GET /api/ready HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nConnection: close\r\n\r\n"
    );
    assert!(exchange(running.control, own.as_bytes()).starts_with("HTTP/1.1 200"));
}

#[test]
fn the_client_port_does_not_reach_the_control_port() {
    let running = Running::start();
    for path in ["/api/ready", "/api/tenants", "/healthz", "/metrics"] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            running.token()
        );
        let answer = exchange(running.client, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("Invalid version"), "{answer}");
    }
}

#[test]
fn a_tenant_is_a_world_of_its_own() {
    let running = Running::start();
    let (status, tenant) =
        running.control("POST", "/api/tenants", r#"{"fleet":3,"seed":7,"clock":"2018-03-08T08:00:00Z"}"#);
    assert_eq!(status, 201);
    assert_eq!((&tenant["devices"], &tenant["clock"]["now"]), (&Json::from(3), &Json::from("2018-03-08T08:00:00Z")));
    let path = format!("/api/tenants/{}", tenant["tenantId"].as_str().unwrap());
    let (_, token) = running.control("POST", &format!("{path}/tokens"), "{}");
    let request = format!(
        "GET /v1.0/deviceManagement/managedDevices?$select=id HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        token["access_token"].as_str().unwrap()
    );
    let answer = exchange(running.client, request.as_bytes());
    assert!(answer.contains("\"@odata.count\":3"), "{answer}");
    assert!(answer.contains("date: Thu, 08 Mar 2018 08:00:00 GMT"), "{answer}");
    let (_, same) = running.control("POST", "/api/tenants", r#"{"fleet":3,"seed":7}"#);
    assert_ne!(same["tenantId"], tenant["tenantId"], "a second tenant of one seed has an id of its own");
    let (status, _) = running.control("POST", "/api/tenants", &format!(r#"{{"tenantId":{}}}"#, tenant["tenantId"]));
    assert_eq!(status, 409);
    let (status, _) = running.control("DELETE", &path, "");
    assert_eq!(status, 204);
    let answer = exchange(running.client, request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 401"), "the token of a dropped tenant is a stranger's: {answer}");
}

#[test]
fn devices_are_made_changed_and_removed() {
    let running = Running::start();
    let devices = format!("{TENANT}/devices");
    let (status, made) = running.control(
        "POST",
        &devices,
        r#"{"deviceName":"Test-iPhone","deviceType":"iPhone","osVersion":"17.0","physical":{"unlockToken":"wrong"}}"#,
    );
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["physical"]["unlockToken"], "wrong");
    assert_eq!(made["operatingSystem"], "iOS", "what is absent is filled in agreement");
    let one = format!("{devices}/{}", made["id"].as_str().unwrap());
    let (status, changed) = running.control(
        "PATCH",
        &one,
        r#"{"deviceName":"Renamed","physical":{"online":false,"passcode":{"set":false}}}"#,
    );
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (&changed["deviceName"], &changed["physical"]["unlockToken"]),
        (&Json::from("Renamed"), &Json::from("wrong"))
    );
    assert_eq!(changed["physical"]["passcode"]["required"], true, "what a PATCH does not name stays");
    let (status, refused) = running.control("POST", &format!("{one}/check-in"), "");
    assert_eq!(status, 409, "{refused}");
    running.control("PATCH", &one, r#"{"physical":{"online":true}}"#);
    let (status, _) = running.control("POST", &format!("{one}/check-in"), "");
    assert_eq!(status, 200);
    let (status, _) = running.control("DELETE", &one, "");
    assert_eq!(status, 204);
    let (status, _) = running.control("GET", &one, "");
    assert_eq!(status, 404);
    let (_, android) = running.control("POST", &devices, r#"{"operatingSystem":"Android","osVersion":"6.0"}"#);
    assert!(android["warning"].as_str().unwrap().contains("device administrator"), "{android}");
}

#[test]
fn the_device_list_is_paged() {
    let running = Running::start();
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let (_, page) = running.control("GET", &format!("{TENANT}/devices?top=10{after}"), "");
        names.extend(page["value"].as_array().unwrap().iter().map(|device| device["id"].clone()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    let (_, all) = running.control("GET", &format!("{TENANT}/devices"), "");
    assert_eq!(names.len(), all["value"].as_array().unwrap().len());
}

#[test]
fn an_app_with_fewer_roles_is_refused_more() {
    let running = Running::start();
    let (status, app) = running.control(
        "POST",
        &format!("{TENANT}/apps"),
        r#"{"roles":["DeviceManagementManagedDevices.Read.All"],"secrets":[{"value":"hush"}]}"#,
    );
    assert_eq!(status, 201);
    assert_eq!(app["secrets"][0]["value"], "hush");
    let (_, token) = running.control("POST", &format!("{TENANT}/tokens"), &format!(r#"{{"app":{}}}"#, app["clientId"]));
    let send = |method: &str, path: &str| {
        let token = token["access_token"].as_str().unwrap();
        exchange(running.client, format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
    };
    assert!(send("GET", "/v1.0/deviceManagement/managedDevices").starts_with("HTTP/1.1 200"));
    let refused =
        send("POST", "/v1.0/deviceManagement/managedDevices/00000000-0000-4000-8000-000000000000/resetPasscode");
    assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("PrivilegedOperations.All"), "{refused}");
    let refused = send("GET", "/v1.0/users");
    assert!(refused.contains("Authorization_RequestDenied"), "{refused}");
}

#[test]
fn users_are_listed_added_and_changed() {
    let running = Running::start();
    let users = format!("{TENANT}/users");
    let (_, all) = running.control("GET", &users, "");
    let names: Vec<&str> =
        all["value"].as_array().unwrap().iter().take(7).map(|user| user["role"].as_str().unwrap()).collect();
    let cast = [
        "helpDeskOperator",
        "schoolAdministrator",
        "readOnlyOperator",
        "endpointSecurityManager",
        "intuneAdministrator",
        "helpDeskOperator",
        "none",
    ];
    assert_eq!(names, cast);
    for user in all["value"].as_array().unwrap() {
        assert!(user["password"].as_str().unwrap().starts_with("FAKE-PASSWORD-"), "{user}");
    }
    let added =
        r#"{"userPrincipalName":"ops@simtune.example","role":"readOnlyOperator","scopeTags":["3"],"password":"fake"}"#;
    let (status, one) = running.control("POST", &users, added);
    assert_eq!((status, &one["password"], &one["licensed"]), (201, &"fake".into(), &true.into()));
    let changed = r#"{"userPrincipalName":"Ops@simtune.example","role":"helpDeskOperator","licensed":false}"#;
    let (_, again) = running.control("POST", &users, changed);
    assert_eq!(again["id"], one["id"], "the same person");
    assert_eq!(running.control("GET", &format!("{users}/ops@simtune.example"), "").1, again);
    let (status, settings) =
        running.control("PUT", &format!("{TENANT}/sign-in"), r#"{"deviceCode":{"autoApprove":"ops@simtune.example"}}"#);
    assert_eq!((status, &settings["deviceCode"]["autoApprove"]), (200, &"Ops@simtune.example".into()));
    assert_eq!(running.control("GET", &format!("{TENANT}/sign-in"), "").1, settings);
    assert_eq!(running.control("POST", &format!("{users}/ops@simtune.example/revoke"), "").0, 204);
}

#[test]
fn every_wrong_token_is_made_on_purpose_and_refused() {
    let running = Running::start();
    let read = |body: &str| {
        let (status, made) = running.control("POST", &format!("{TENANT}/tokens"), body);
        assert_eq!(status, 201, "{made}");
        let answer = exchange(
            running.client,
            format!(
                "GET /v1.0/deviceManagement/managedDevices?$top=1&$select=id HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
                made["access_token"].as_str().unwrap()
            )
            .as_bytes(),
        );
        // The body comes in chunks; a sentence is never cut by one.
        let message = answer.split("\"message\":\"").nth(1).unwrap_or("fine");
        let message: String = message.split('"').next().unwrap_or_default().chars().take(90).collect();
        format!("{} {}", &answer[9..12], message.replace("\\r\\n", " "))
    };
    let mut told = Vec::new();
    for user in ["", r#""user":"helpdesk@simtune.example","#] {
        told.push(format!("{user} nothing: {}", read(&format!("{{{user}\"lifetime\":\"1h\"}}"))));
        for defect in [
            "expired",
            "notYetValid",
            "wrongAudience",
            "wrongTenant",
            "wrongSignature",
            "missingRole",
            "notJwt",
            "empty",
        ] {
            told.push(format!("{user} {defect}: {}", read(&format!("{{{user}\"defect\":\"{defect}\"}}"))));
        }
    }
    assert_snapshot!(told.join("\n"));
}

#[test]
fn time_runs_forward_only() {
    let running = Running::start();
    let clock = format!("{TENANT}/clock");
    let (status, _) = running.control("PUT", &clock, r#"{"mode":"manual","now":"2031-01-01T00:00:00Z"}"#);
    assert_eq!(status, 200);
    let (status, answer) = running.control("PUT", &clock, r#"{"mode":"manual","now":"2030-01-01T00:00:00Z"}"#);
    assert_eq!(status, 409);
    assert!(answer["error"]["message"].as_str().unwrap().contains("--clock"));
    let (_, advanced) = running.control("POST", &format!("{clock}/advance"), r#"{"by":"P1D"}"#);
    assert_eq!(advanced["now"], "2031-01-02T00:00:00Z");
    let (_, auto) = running.control("PUT", &clock, r#"{"mode":"auto"}"#);
    assert_eq!(auto["mode"], "auto");
    assert!(auto["now"].as_str().unwrap().starts_with("2031-01-02T00:00:0"));
}

#[test]
fn the_openapi_document_describes_every_route_with_closed_schemas() {
    let running = Running::start();
    let (status, document) = running.control("GET", "/api/openapi.json", "");
    assert_eq!(status, 200);
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
        assert_eq!(operation["summary"], route.summary, "{} {}", route.method, route.path);
    }
    let mut ids: Vec<String> = Vec::new();
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
    check_references(&document, &document);
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        check_closed(name, schema);
    }
    // A real answer has exactly the members that the document promises.
    let (_, devices) = running.control("GET", &format!("{TENANT}/devices?top=1"), "");
    let promised = document["components"]["schemas"]["Device"]["properties"].as_object().unwrap();
    for member in devices["value"][0].as_object().unwrap().keys() {
        assert!(promised.contains_key(member), "{member}");
    }
}

/// An object that names its members has no others.
fn check_closed(name: &str, schema: &Json) {
    if schema["type"] == "object" && schema["properties"].is_object() {
        assert_eq!(schema["additionalProperties"], false, "{name} is closed: {schema}");
    }
    match schema {
        Json::Object(members) => members.values().for_each(|member| check_closed(name, member)),
        Json::Array(items) => items.iter().for_each(|item| check_closed(name, item)),
        _ => {}
    }
}

#[test]
fn a_wrong_verb_is_told_the_right_ones() {
    let running = Running::start();
    for (path, allow) in [("/api/tenants", "GET, HEAD, POST"), ("/api/tenants/default/clock/advance", "POST")] {
        let request = format!("DELETE {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let answer = exchange(running.control, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
        assert!(
            answer.to_ascii_lowercase().contains(&format!("allow: {}\r\n", allow.to_ascii_lowercase())),
            "{answer}"
        );
    }
}

#[test]
fn an_array_is_taken_for_no_object_and_a_whole_number_however_it_is_written() {
    let running = Running::start();
    for (method, path, body) in [
        ("POST", "/api/tenants", "[null, null]"),
        ("POST", "/api/tenants", r#"{"quirk":null}"#),
        ("POST", "/api/tenants/default/tokens", "[]"),
        ("POST", "/api/tenants/default/apps", r#"{"roles":[],"secrets":[["s"]]}"#),
        ("POST", "/api/tenants/default/devices", r#"{"physical":[false]}"#),
        ("POST", "/api/tenants/default/devices", r#"{"roleScopeTagIds":{}}"#),
        ("POST", "/api/tenants/default/devices", r#"{"usersLoggedOn":{}}"#),
        ("PUT", "/api/tenants/default/faults", r#"{"value":[{"id":"a","match":[],"act":{"close":{}}}]}"#),
    ] {
        let (status, told) = running.control(method, path, body);
        assert_eq!(status, 400, "{method} {path} {body}: {told}");
    }
    let (status, tenant) =
        running.control("POST", "/api/tenants", r#"{"fleet":3.0,"seed":7.0,"quirk":{"unknown-id":400.0}}"#);
    assert_eq!((status, &tenant["devices"], &tenant["seed"]), (201, &Json::from(3), &Json::from(7)), "{tenant}");
    let (status, device) = running.control("POST", "/api/tenants/default/devices", r#"{"skuNumber":48.0}"#);
    assert_eq!((status, &device["skuNumber"]), (201, &Json::from(48)));
}

#[test]
fn what_does_not_go_together_with_what_is_is_a_conflict() {
    let running = Running::start();
    for (method, path, body) in [
        ("PUT", "/api/tenants/default/clock", r#"{"mode":"manual","now":"2001-01-01T00:00:00Z"}"#),
        ("POST", "/api/tenants/default/clock/advance", r#"{"by":"P99999W"}"#),
        (
            "PUT",
            "/api/tenants/default/faults",
            r#"{"value":[{"id":"a","act":{"close":{}}},{"id":"a","act":{"close":{}}}]}"#,
        ),
    ] {
        let (mut status, mut told) = running.control(method, path, body);
        // Some thousand years at a time.
        for _ in 0..9 {
            if status == 200 {
                (status, told) = running.control(method, path, body);
            }
        }
        assert_eq!(status, 409, "{method} {path} {body}: {told}");
    }
}

/// Every `$ref` of the document leads somewhere.
fn check_references(document: &Json, part: &Json) {
    match part {
        Json::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Json::as_str) {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
            members.values().for_each(|member| check_references(document, member));
        }
        Json::Array(items) => items.iter().for_each(|item| check_references(document, item)),
        _ => {}
    }
}

#[test]
fn metrics_count_requests_and_devices() {
    let running = Running::start();
    exchange(running.client, b"GET /v1.0/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let answer = exchange(running.control, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_snapshot!(answer.split_once("\r\n\r\n").unwrap().1);
}

#[test]
fn the_faults_of_a_tenant_are_replaced_counted_and_dropped() {
    let running = Running::start();
    let path = format!("{TENANT}/faults");
    let ask = || {
        let request = format!(
            "GET /v1.0/users?$top=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            running.token()
        );
        exchange(running.client, request.as_bytes())[9..12].to_owned()
    };
    assert_eq!(running.control("GET", &path, "").1, serde_json::json!({ "value": [] }));
    let rule = r#"{"id":"twice","match":{"operation":"listUsers"},"times":2,"act":{"status":{"code":503}}}"#;
    let (status, armed) = running.control("PUT", &path, &format!(r#"{{"value":[{rule}]}}"#));
    assert_eq!((status, &armed["value"][0]["hits"], &armed["value"][0]["apply"]), (200, &0.into(), &"before".into()));
    assert_eq!([ask(), ask(), ask()], ["503", "503", "200"]);
    assert_eq!(running.control("GET", &path, "").1["value"][0]["hits"], 2);
    let (_, journal) = running.control("GET", &format!("{TENANT}/journal"), "");
    let injected: Vec<&Json> = journal["value"].as_array().unwrap().iter().map(|entry| &entry["injected"]).collect();
    let one = serde_json::json!({ "fault": "twice", "act": "status", "apply": "before" });
    assert!(injected.ends_with(&[&one, &one, &Json::Null]), "{injected:?}");
    // Nothing changes unless everything can be used.
    assert_eq!(running.control("PUT", &path, &format!(r#"{{"value":[{rule},{rule}]}}"#)).0, 409);
    assert_eq!(running.control("GET", &path, "").1["value"][0]["hits"], 2);
    let (_, hostile) = running.control("PUT", &path, r#"{"profile":"hostile"}"#);
    assert!(hostile["value"].as_array().unwrap().len() > 60);
    running.control("POST", &format!("{TENANT}/reset"), "");
    assert_eq!(running.control("GET", &path, "").1, serde_json::json!({ "value": [] }), "it began with none");
    running.control("PUT", &path, r#"{"profile":"kind"}"#);
    assert_eq!(running.control("DELETE", &path, "").0, 204);
    assert_eq!(running.control("GET", &path, "").1, serde_json::json!({ "value": [] }));

    // A tenant that begins with some has them again after a reset.
    let body = format!(r#"{{"fleet":"empty","seed":7,"faults":[{rule}]}}"#);
    let (status, tenant) = running.control("POST", "/api/tenants", &body);
    assert_eq!(status, 201);
    let own = format!("/api/tenants/{}", tenant["tenantId"].as_str().unwrap());
    running.control("DELETE", &format!("{own}/faults"), "");
    running.control("POST", &format!("{own}/reset"), "");
    assert_eq!(running.control("GET", &format!("{own}/faults"), "").1["value"][0]["id"], "twice");
}

#[test]
fn the_quirks_of_a_tenant_are_switched_while_it_runs() {
    let running = Running::start();
    let path = format!("{TENANT}/quirks");
    let value = |list: &Json, name: &str| {
        let rows = list["value"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} is listed"))["value"].clone()
    };
    let (status, before) = running.control("GET", &path, "");
    assert_eq!((status, value(&before, "filter-ne"), value(&before, "skip")), (200, "ne".into(), "honour".into()));
    let (status, after) = running.control("PATCH", &path, r#"{"profile":"awkward","skip":"honour","unknown-id":400}"#);
    assert_eq!(status, 200);
    assert_eq!(value(&after, "filter-ne"), "eq");
    assert_eq!(value(&after, "skip"), "honour", "a quirk by name goes over the profile");
    assert_eq!(value(&after, "unknown-id"), "400");
    let (status, _) = running.control("PATCH", &path, r#"{"filter-ne":"ne","orderby":"maybe"}"#);
    assert_eq!(status, 400);
    assert_eq!(running.control("GET", &path, "").1, after, "nothing changes unless everything can");
    running.control("POST", &format!("{TENANT}/reset"), "");
    assert_eq!(running.control("GET", &path, "").1, before);
}
