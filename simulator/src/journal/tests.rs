use std::sync::Arc;

use bytes::Bytes;
use chrono::DateTime;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue};
use hyper::{Method, StatusCode};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Asked, BODY_BYTES, Body, ENTRIES, Entry, Journal, TOTAL_BYTES, mask};
use crate::quirks::Quirks;
use crate::wire::headers::{Content, Head};

fn entry(content_type: &'static str, sent: &str, answered: &str) -> Entry {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer head.body.signature"));
    headers.insert(COOKIE, HeaderValue::from_static("session=tasty"));
    Entry {
        time: DateTime::UNIX_EPOCH,
        door: "base-url",
        scheme: "http",
        http_version: "1.1",
        operation: Some("listOrganization"),
        refusal: None,
        app_id: None,
        user: None,
        token_hash: None,
        batch: None,
        injected: None,
        ignored: None,
        exceeded: None,
        quirks: Quirks::default(),
        subject: None,
        asked: Asked::new(Method::GET, "/v1.0/organization?code=hush", &headers, None),
        sent: Body::copied(sent.as_bytes()),
        head: Head {
            status: StatusCode::OK,
            content: Content::Error,
            gzipped: false,
            request_id: Uuid::nil(),
            client_request_id: None,
            now: chrono::DateTime::UNIX_EPOCH,
            extra: Vec::new(),
        },
        answered: Body::shared(Bytes::copy_from_slice(answered.as_bytes())),
    }
}

#[test]
fn secrets_are_masked_by_a_stable_hash() {
    let mut journal = Journal::default();
    let form = "client_id=a&client_secret=hush&grant_type=client_credentials&client%5Fassertion=x.y.z";
    let granted = r#"{"token_type":"Bearer","access_token":"head.body.signature"}"#;
    let device = r#"{"deviceActionResults":[{"passcode": "A7k\"2","errorCode":0},{"passcode":null},{"passcode":""}],"n":"passcode"}"#;
    for entry in [entry("application/x-www-form-urlencoded", form, granted), entry("application/json", "", device)] {
        assert!(journal.write(Arc::new(entry)).is_none());
    }
    let shown = serde_json::to_string_pretty(&journal.since(0).json()).unwrap();
    for secret in ["hush", "head.body.signature", "A7k", "x.y.z", "tasty"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_secret_cut_by_the_body_limit_is_masked_too() {
    assert!(!mask::json(r#"{"access_token":"head.bo"#).contains("head.bo"));
}

#[test]
fn the_oldest_entries_are_forgotten_and_said_to_be() {
    let mut journal = Journal::default();
    for _ in 0..ENTRIES + 5 {
        drop(journal.write(Arc::new(entry("text/plain", "", ""))));
    }
    let shown = journal.since(0).json();
    assert_eq!(shown["dropped"], 5);
    assert_eq!(shown["next"], ENTRIES as u64 + 5);
    assert_eq!(shown["value"][0]["seq"], 6);
    assert_eq!(journal.since(ENTRIES as u64 + 4).entries.len(), 1);
    assert_eq!(journal.since(u64::MAX).entries.len(), 0);
}

#[test]
fn bodies_are_cut_and_their_sum_is_bounded() {
    let mut journal = Journal::default();
    let body = "x".repeat(BODY_BYTES + 1);
    for _ in 0..TOTAL_BYTES / BODY_BYTES + 3 {
        drop(journal.write(Arc::new(entry("text/plain", "", &body))));
    }
    assert!(journal.bytes <= TOTAL_BYTES);
    let last = journal.last().unwrap();
    assert_eq!(last["response"]["bodyBytes"], BODY_BYTES as u64 + 1);
    assert_eq!(last["response"]["body"].as_str().unwrap().len(), BODY_BYTES);
}

proptest! {
    #[test]
    fn masking_keeps_everything_but_the_secret(text in "[ -~]{0,80}") {
        prop_assume!(!text.to_ascii_lowercase().contains("pass") && !text.contains("token") && !text.contains("secret"));
        prop_assert_eq!(mask::json(&text), text);
    }

    #[test]
    fn no_passcode_survives(passcode in "[A-Za-z0-9]{4,16}") {
        prop_assume!(passcode.chars().any(|c| c.is_ascii_uppercase()));
        let body = serde_json::json!({"value": [{"passcode": passcode}]}).to_string();
        prop_assert!(!mask::json(&body).contains(&passcode));
    }
}
