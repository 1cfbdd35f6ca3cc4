//! Any bytes as URL, header or body give a well-formed answer and never a panic.

use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Uri, Version};
use proptest::prelude::*;
use serde_json::Value as Json;
use simtune::exchange::{Answer, Unread};

use crate::harness::{Harness, request};

/// Every answer has an id, and its body is what its headers say.
fn assert_well_formed(answer: &Answer) {
    assert_eq!(answer.headers["request-id"], answer.request_id.to_string());
    assert!(answer.headers.contains_key("date"));
    assert!(answer.headers.contains_key("client-request-id"));
    assert_ne!(answer.status.as_u16() / 100, 5, "no 500 of our own making");
    if answer.status == 204 {
        assert!(answer.body.is_empty());
        return;
    }
    let content_type = answer.headers["content-type"].to_str().unwrap();
    if content_type.starts_with("application/json") {
        let body: Json = serde_json::from_slice(&answer.body).expect("JSON");
        if answer.status.as_u16() >= 400 {
            let graph = body["error"]["code"].is_string() && body["error"]["innerError"]["request-id"].is_string();
            let entra = body["error"].is_string() && body["error_description"].is_string();
            assert!(graph || entra, "{body}");
        }
    } else {
        assert!(content_type.starts_with("text/"), "{content_type}");
    }
}

fn target() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "/v1.0/deviceManagement/managedDevices",
        "/beta/deviceManagement/managedDevices",
        "/v1.0/users",
        "/v1.0/deviceManagement/detectedApps",
        "/beta/deviceManagement/auditEvents",
        "/beta/deviceManagement/comanagedDevices",
        "/v1.0/me",
        "/beta/deviceManagement/remoteActionAudits",
        "/v1.0/organization",
        "/v1.0/$batch",
        "/common/discovery/instance",
        "/simtune.example/oauth2/v2.0/token",
        "",
    ]);
    let rest = "(/[!-~]{0,12}|\\('[!-~]{0,8}'\\)|\\?[!-~]{0,40}|&\\$(filter|select|expand|top|skip|skiptoken|orderby|count)=[!-~]{0,24}|%[0-9A-Fa-f]{2}){0,5}";
    (known, rest).prop_map(|(known, rest)| format!("{known}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_request_gets_a_well_formed_answer(
        method in "(GET|POST|PATCH|DELETE|PUT|HEAD|[A-Z]{1,8})",
        target in target(),
        name in "[a-z-]{1,20}",
        value in prop::collection::vec(any::<u8>(), 0..40),
        body in prop::collection::vec(any::<u8>(), 0..60),
        with_token in any::<bool>(),
        version in prop::sample::select(vec![Version::HTTP_10, Version::HTTP_11, Version::HTTP_2]),
    ) {
        thread_local!(static HARNESS: Harness = Harness::new());
        let Ok(uri) = target.parse::<Uri>() else { return Ok(()) };
        let mut request = request(Method::from_bytes(method.as_bytes()).unwrap(), "/", &body);
        request.uri = uri;
        request.version = version;
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(&value)) {
            request.headers.insert(name, value);
        }
        HARNESS.with(|harness| {
            if with_token {
                let token = HeaderValue::from_str(&format!("Bearer {}", harness.token())).unwrap();
                request.headers.insert("authorization", token);
            }
            assert_well_formed(&harness.send(request));
        });
    }

    #[test]
    fn any_known_header_may_hold_anything(
        name in prop::sample::select(vec![
            "authorization", "accept", "accept-encoding", "client-request-id", "content-type", "host", "prefer",
            "content-length", "transfer-encoding", "consistencylevel",
        ]),
        value in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        thread_local!(static HARNESS: Harness = Harness::new());
        let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
        let mut request = request(Method::GET, "/v1.0/deviceManagement/managedDevices?$top=1&$select=id", b"");
        request.headers.insert(HeaderName::from_static(name), value);
        HARNESS.with(|harness| {
            let answer = harness.send(request);
            if answer.headers.get("content-encoding").is_none() {
                assert_well_formed(&answer);
            }
        });
    }
}

#[test]
fn limits_have_errors_of_their_own() {
    let harness = Harness::new();
    let long = format!("/v1.0/users?$filter={}", "x".repeat(20_000));
    let answer = harness.get(&long);
    assert_eq!(answer.status, 414);
    assert_well_formed(&answer);
    let mut large = request(Method::POST, "/v1.0/users", b"");
    large.unread = Some(Unread::TooLarge);
    let answer = harness.send(large);
    assert_eq!(answer.status, 413);
    assert_well_formed(&answer);
    let deep = format!("/v1.0/deviceManagement/managedDevices?$filter={}a", "not%20".repeat(1_000));
    let answer = harness.get(&deep);
    assert_eq!(answer.status, 400);
    assert_well_formed(&answer);
}

#[test]
fn a_body_of_an_action_is_not_read() {
    let harness = Harness::new();
    let target = format!("/v1.0/deviceManagement/managedDevices/{}/resetPasscode", harness.id_of("iPhone-1"));
    for body in [&b""[..], b"{}", b"{\"a\":1}", b"nonsense", &[0xff, 0]] {
        assert_eq!(harness.ask(Method::POST, &target, body).status, 204);
    }
}
