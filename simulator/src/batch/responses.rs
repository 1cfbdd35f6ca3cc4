//! The answer to a batch, put together from the answers to its requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderName};
use serde::de::IgnoredAny;
use uuid::Uuid;

use super::envelope::Batch;
use crate::exchange::Answer;
use crate::quirks::BatchOrder;
use crate::random::Draw;
use crate::wire::error::{Ids, Refusal};
use crate::wire::headers::{Content, is_of_the_exchange};
use crate::wire::json;

/// What the answer depends on beside its parts.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// In which order answers come.
    pub order: BatchOrder,
    /// The service's id of the batch, which comes from the seed: order by chance is drawn from it.
    pub request_id: Uuid,
    /// The marks of the errors that are the batch's own.
    pub ids: Ids<'a>,
}

/// `{"responses":[…]}`; `answers` are in the order of the requests, and none is there for what was not asked.
pub fn answer(batch: &Batch, answers: &[Option<Answer>], asking: &Asking<'_>) -> Vec<u8> {
    let bytes: usize = answers.iter().flatten().map(|answer| answer.body.len() + 256).sum();
    let mut out = Vec::with_capacity(bytes + 64);
    out.extend_from_slice(b"{\"responses\":[");
    for (number, place) in order(batch, asking).into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        let id = &batch.items[place].id;
        if let Some(answer) = &answers[place] {
            one(&mut out, id, answer.status, &answer.headers, answer.content, &answer.body);
        } else {
            let (status, body) = Refusal::FailedDependency.spell(&asking.ids);
            one(&mut out, id, status, Content::Error.headers(), Content::Error, &body);
        }
    }
    out.extend_from_slice(b"]}");
    out
}

/// The places in the order of the answers. Where requests wait for each other, answers come as they are made (assumed).
fn order(batch: &Batch, asking: &Asking<'_>) -> Vec<usize> {
    let mut places = batch.plan.order().to_vec();
    match asking.order {
        _ if batch.plan.is_sequential() => {}
        BatchOrder::Request => {}
        BatchOrder::Reversed => places.reverse(),
        BatchOrder::Shuffled => {
            let draw = Draw::from_seed(asking.request_id.as_u64_pair().0).at("order of answers");
            places.sort_by_key(|place| draw.nth(*place as u64).bits());
        }
    }
    places
}

/// One answer. Headers as captured from Intune (observed: graph2otel, ten GETs on beta) and as in the documentation's
/// sample: no ids, no date.
fn one(out: &mut Vec<u8>, id: &str, status: StatusCode, headers: &HeaderMap, content: Content, body: &[u8]) {
    out.extend_from_slice(b"{\"id\":");
    json::string(out, id);
    out.extend_from_slice(b",\"status\":");
    out.extend_from_slice(status.as_str().as_bytes());
    out.extend_from_slice(b",\"headers\":{");
    let mut kept: Vec<_> = headers.iter().filter(|(name, _)| !is_of_the_exchange(name)).collect();
    kept.sort_by_key(|(name, _)| (rank(name), name.as_str()));
    for (number, (name, value)) in kept.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        json::string(out, &spelled(name));
        out.push(b':');
        json::string(out, &String::from_utf8_lossy(value.as_bytes()));
    }
    out.extend_from_slice(b"},\"body\":");
    // An answer without a body has null for one (documented: the sample of 2018).
    match body {
        [] => out.extend_from_slice(b"null"),
        body => embed(out, content, headers, body),
    }
    out.push(b'}');
}

/// JSON as JSON; a page of a web server as text (observed: docs#12951, contrib#3435); anything else as base64 (documented
/// for images; observed for failing backends: sdk-dotnet#2661), among it what calls itself JSON and is none.
fn embed(out: &mut Vec<u8>, content: Content, headers: &HeaderMap, body: &[u8]) {
    let kind = headers.get(header::CONTENT_TYPE).map(header::HeaderValue::as_bytes).unwrap_or_default();
    let is_json = kind.starts_with(b"application/json");
    if is_json && serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        out.extend_from_slice(body);
    } else if content == Content::Html || kind.starts_with(b"text/html") {
        json::string(out, &String::from_utf8_lossy(body));
    } else {
        json::string(out, &STANDARD.encode(body));
    }
}

fn rank(name: &HeaderName) -> u8 {
    match name.as_str() {
        "cache-control" => 0,
        "odata-version" => 2,
        "content-type" => 3,
        _ => 1,
    }
}

/// The names as captured: those of the services are in lower case, those of HTTP are not.
fn spelled(name: &HeaderName) -> String {
    match name.as_str() {
        "odata-version" => "OData-Version".to_owned(),
        "www-authenticate" => "WWW-Authenticate".to_owned(),
        own if own.starts_with("x-ms-") => own.to_owned(),
        other => {
            let words = other.split('-').map(|word| {
                let (first, rest) = word.split_at(word.len().min(1));
                first.to_ascii_uppercase() + rest
            });
            words.collect::<Vec<_>>().join("-")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::one;
    use crate::wire::headers::Content;
    use hyper::StatusCode;
    use hyper::header::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn told(status: u16, content: Content, headers: &[(&'static str, &'static str)], body: &[u8]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let mut out = Vec::new();
        one(&mut out, "a\"b", StatusCode::from_u16(status).unwrap(), &map, content, body);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_fails_behind_the_service_is_a_page_or_base64() {
        let json = ("content-type", "application/json");
        let shown = [
            told(503, Content::Html, &[("content-type", "text/html; charset=us-ascii")], b"<h2>\"Service\"</h2>\r\n"),
            told(200, Content::Error, &[json], b"{\"value\":["),
            told(200, Content::Error, &[json], b"\xff\x00"),
            told(504, Content::Error, &[json], b""),
            told(
                429,
                Content::Error,
                &[
                    json,
                    ("retry-after", "0.249"),
                    ("x-ms-resource-unit", "1"),
                    ("request-id", "r"),
                    ("www-authenticate", "Bearer"),
                ],
                b"{}",
            ),
        ];
        insta::assert_snapshot!(shown.join("\n"));
    }

    proptest! {
        #[test]
        fn any_answer_is_a_member_of_an_envelope(body: Vec<u8>, html: bool, as_json: bool) {
            let kind = if as_json { "application/json" } else { "text/plain" };
            let content = if html { Content::Html } else { Content::Text };
            let part: serde_json::Value = serde_json::from_str(&told(200, content, &[("content-type", kind)], &body)).unwrap();
            prop_assert_eq!(&part["id"], "a\"b");
            prop_assert_eq!(part["body"].is_null(), body.is_empty() || (as_json && body.trim_ascii() == b"null"));
        }
    }
}
