use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Method, Uri, Version};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::Batch;
use crate::device::record::ApiVersion;
use crate::exchange::{Door, Request, Scheme};
use crate::quirks::{Profile, Quirks};
use crate::wire::error::Refusal;

fn read(requests: &Json) -> Result<Batch, Refusal> {
    let body = json!({ "requests": requests }).to_string();
    Batch::read(body.as_bytes(), ApiVersion::V1, &Quirks::of(Profile::Documented))
}

fn outer() -> Request {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "127.0.0.1:3650"),
        ("authorization", "Bearer outer"),
        ("client-request-id", "mine"),
        ("content-type", "application/json"),
        ("content-length", "7"),
        ("accept-encoding", "gzip"),
        ("consistencylevel", "eventual"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Request {
        method: Method::POST,
        uri: Uri::from_static("/v1.0/$batch"),
        version: Version::HTTP_11,
        headers,
        body: Bytes::new(),
        door: Door::Proxy(Scheme::Https),
        unread: None,
    }
}

/// One request as it comes out.
fn asked(part: Json) -> Request {
    let batch = read(&json!([part])).unwrap();
    batch.items[0].request(&outer())
}

#[test]
fn a_request_has_its_own_headers_and_the_credentials_of_the_batch() {
    let request = asked(json!({ "id": "1", "method": "get", "url": "users", "headers": {
        "ConsistencyLevel": "eventual", "Prefer": "a", "Accept-Encoding": "gzip", "Host": "elsewhere", "Number": 1, "Null": null
    } }));
    assert_eq!((request.method.as_str(), request.target()), ("GET", "/v1.0/users"));
    let mut headers: Vec<_> =
        request.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    assert_eq!(
        headers,
        [
            "authorization: Bearer outer",
            "client-request-id: mine",
            "consistencylevel: eventual",
            "host: 127.0.0.1:3650",
            "number: 1",
            "prefer: a"
        ]
    );
    assert_eq!(request.door, Door::Proxy(Scheme::Https));

    let other =
        asked(json!({ "id": "1", "method": "GET", "url": "/me", "headers": { "Authorization": "Bearer inner" } }));
    assert_eq!(other.headers["authorization"], "Bearer inner");
}

#[test]
fn urls_are_relative_to_the_version() {
    let target = |url: &str| asked(json!({ "id": "1", "method": "GET", "url": url })).target().to_owned();
    assert_eq!(target("/users/a%20b"), "/v1.0/users/a%20b");
    assert_eq!(target("users?$filter=city eq null&$count=true"), "/v1.0/users?$filter=city%20eq%20null&$count=true");
    assert_eq!(target("/v1.0/users"), "/v1.0/v1.0/users");
    assert_eq!(target("users('José')"), "/v1.0/users('Jos%C3%A9')");
    assert_eq!(
        target("users?$filter=time gt 10:30 and url eq 'https://a'"),
        "/v1.0/users?$filter=time%20gt%2010:30%20and%20url%20eq%20'https://a'"
    );
    let long = format!("/users?$filter={}", "a".repeat(40_000));
    assert_eq!(target(&long).len(), "/v1.0".len() + long.len());
}

#[test]
fn bodies_are_json_or_base64() {
    let body = |kind: &str, body: Json| {
        let part =
            json!({ "id": "1", "method": "POST", "url": "/a", "headers": { "content-type": kind }, "body": body });
        read(&json!([part])).map(|batch| String::from_utf8_lossy(&batch.items[0].request(&outer()).body).into_owned())
    };
    assert_eq!(body("application/json", json!({})), Ok("{}".to_owned()));
    assert_eq!(
        body("application/json; charset=utf-8", json!("{}")),
        Ok("\"{}\"".to_owned()),
        "JSON in a string is a string"
    );
    assert_eq!(body("text/plain", json!("aGk_")), Ok("hi?".to_owned()));
    assert_eq!(body("text/plain", json!("aGk/")), Ok("hi?".to_owned()));
    assert_eq!(body("image/png", json!("aA==")), Ok("h".to_owned()));
    assert_eq!(body("image/png", json!("no base64!")), Err(Refusal::BatchFormat));
}

#[test]
fn ids_are_told_apart_without_their_case() {
    let part = |id: &str, needs: &[&str]| json!({ "id": id, "method": "GET", "url": "/a", "dependsOn": needs });
    assert_eq!(read(&json!([part("a", &[]), part("A", &[])])).unwrap_err(), Refusal::BatchDuplicateId("A".into()));
    assert_eq!(read(&json!([part("a", &[]), part("b", &["A"])])).unwrap().plan.order(), [0, 1]);
    assert_eq!(read(&json!([part("b", &["a"]), part("a", &[])])).unwrap().plan.order(), [1, 0]);
}

/// Something that resembles a request of a batch.
fn part() -> impl Strategy<Value = Json> {
    let id = prop_oneof![9 => "[abAB1-4]", 1 => Just(String::new())];
    let method = prop_oneof!["GET", "POST", "patch", "DELETE", "TRACE", "\\PC{0,4}"];
    let url = prop_oneof!["/users(/\\PC{0,9})?", "https?:/{0,2}\\PC{0,9}", "\\PC{0,20}"];
    let kind = prop_oneof![Just("Content-Type".to_owned()), Just("content-type".to_owned()), "\\PC{0,5}"];
    let body = prop_oneof![Just(Json::Null), Just(json!({})), Just(json!([1, "a"])), "\\PC{0,9}".prop_map(Json::from)];
    (id, method, url, kind, "\\PC{0,9}", body, prop::collection::vec("[abAB1-9]", 0..2)).prop_map(
        |(id, method, url, kind, value, body, needs)| json!({ "id": id, "method": method, "url": url, "headers": { kind: value }, "body": body, "dependsOn": needs }),
    )
}

proptest! {
    #[test]
    fn any_envelope_is_understood_or_refused(parts in prop_oneof![
        3 => prop::collection::vec(part(), 1..4),
        1 => prop::collection::vec(part(), 0..24),
    ]) {
        if let Ok(batch) = read(&json!(parts)) {
            prop_assert!((1..=20).contains(&batch.items.len()));
            prop_assert_eq!(batch.plan.order().len(), parts.len());
            for item in &batch.items {
                prop_assert!(item.request(&outer()).target().starts_with("/v1.0/"));
            }
        }
    }

    #[test]
    fn any_bytes_are_understood_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(Batch::read(&bytes, ApiVersion::Beta, &Quirks::default()).is_err());
    }
}
