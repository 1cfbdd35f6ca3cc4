//! Many requests in one: `$batch`, its refusals, and that what is inside meets what it would meet by itself.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::TimeDelta;
use hyper::header::HeaderMap;
use hyper::{Method, StatusCode};
use insta::assert_snapshot;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use simtune::exchange::Answer;
use simtune::identity::access_token;
use simtune::quirks::{Profile, Quirks};
use simtune::tenant::TenantSpec;
use simtune::wire::headers::Content;
use simtune::wire::shape::Shape;
use uuid::Uuid;

use crate::harness::{Harness, With, json, request, text, told};

const DEVICES: &str = "/deviceManagement/managedDevices";

/// The successful answers inside the answer to a batch, as if they had come by themselves: verb, target, answer.
pub(crate) fn parts(target: &str, sent: &[u8], answer: &Answer) -> Vec<(String, String, Answer)> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow)]
        responses: Vec<Part<'a>>,
    }
    #[derive(Deserialize)]
    struct Part<'a> {
        id: &'a str,
        status: u16,
        headers: std::collections::HashMap<String, String>,
        #[serde(borrow)]
        body: Option<&'a RawValue>,
    }
    if answer.content != Content::Batch || answer.headers.contains_key("content-encoding") {
        return Vec::new();
    }
    let sent: Json = serde_json::from_slice(sent).expect("it was understood");
    let sent = sent["requests"].as_array().expect("requests");
    let root = target.strip_suffix("/$batch").expect("as tests spell it");
    let envelope: Envelope<'_> = serde_json::from_slice(&answer.body).expect("an envelope");
    assert_eq!(envelope.responses.len(), sent.len(), "every request is answered");
    let mut parts = Vec::new();
    for part in envelope.responses {
        let asked = sent.iter().find(|asked| asked["id"] == part.id).expect("an id that was sent");
        let (Some(body), true) = (part.body, part.headers.contains_key("OData-Version")) else { continue };
        let kind = &part.headers["Content-Type"];
        if !kind.starts_with("application/json") {
            continue;
        }
        let mut headers = HeaderMap::new();
        headers.insert("content-type", kind.parse().expect("a header value"));
        let url = asked["url"].as_str().expect("a URL").trim_start_matches('/');
        let answer = Answer {
            status: StatusCode::from_u16(part.status).expect("a status"),
            headers,
            content: Content::OData(Shape::of_accept(None)),
            body: Bytes::copy_from_slice(body.get().as_bytes()),
            request_id: Uuid::nil(),
            delivery: None,
        };
        let method = asked["method"].as_str().expect("a verb").to_uppercase();
        parts.push((method, format!("{root}/{url}"), answer));
    }
    parts
}

impl Harness {
    fn batch(&self, requests: &Json) -> Answer {
        self.batch_of("v1.0", requests)
    }

    fn batch_of(&self, version: &str, requests: &Json) -> Answer {
        let body = json!({ "requests": requests }).to_string();
        self.ask(Method::POST, &format!("/{version}/$batch"), body.as_bytes())
    }
}

fn get(id: &str, url: &str) -> Json {
    json!({ "id": id, "method": "GET", "url": url })
}

fn post(id: &str, url: &str) -> Json {
    json!({ "id": id, "method": "POST", "url": url, "headers": { "Content-Type": "application/json" }, "body": {} })
}

fn after(mut request: Json, needs: &[&str]) -> Json {
    request["dependsOn"] = json!(needs);
    request
}

fn with_quirks(set: &[(&str, &str)]) -> Harness {
    let mut quirks = Quirks::of(Profile::Realistic);
    for (name, value) in set {
        quirks.set(name, value).expect("a value of the table");
    }
    Harness::with(TenantSpec { quirks, ..TenantSpec::default() })
}

/// `id status` of each answer, in order.
fn outcomes(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", text(answer));
    let answer = json(answer);
    let parts = answer["responses"].as_array().expect("answers");
    parts.iter().map(|part| format!("{} {}", part["id"].as_str().expect("an id"), part["status"])).collect()
}

/// The answer with that id.
fn part(answer: &Answer, id: &str) -> Json {
    let answer = json(answer);
    let mut parts = answer["responses"].as_array().expect("answers").iter();
    parts.find(|part| part["id"] == id).unwrap_or_else(|| panic!("no answer {id}: {answer}")).clone()
}

#[test]
fn every_request_is_answered_as_if_it_had_come_by_itself() {
    let harness = Harness::new();
    let device = format!("{DEVICES}/{}", harness.id_of("iPhone-1"));
    let answer = harness.batch(&json!([
        get("list", "deviceManagement/managedDevices?$top=1&$select=id,deviceName&$filter=operatingSystem eq 'iOS'"),
        get("one", &format!("{device}?$select=deviceName")),
        post("reset", &format!("{device}/resetPasscode")),
        post("mac", &format!("{DEVICES}/{}/resetPasscode", harness.id_of("MacBook-1"))),
        get("unknown", &format!("{DEVICES}/00000000-0000-4000-8000-000000000000")),
        get("malformed", &format!("{DEVICES}/x y")),
        get("nowhere", "/deviceManagement/nothing"),
        get("versioned", "/v1.0/users"),
        get("absolute", "https://graph.microsoft.com/v1.0/users"),
        get("nested", "/$batch"),
        json!({ "id": "patch", "method": "PATCH", "url": device, "headers": { "content-type": "application/json" }, "body": { "notes": "by batch" } }),
        json!({ "id": "verb", "method": "put", "url": device, "headers": { "Content-Type": "application/json" }, "body": {} }),
        get("metadata", "/$metadata"),
    ]));
    let mut story = told(&answer);
    let metadata = part(&answer, "metadata")["body"].as_str().unwrap().to_owned();
    story = story.replace(&metadata, &format!("{}…", &metadata[..24]));
    assert_snapshot!(story);

    harness.advance(TimeDelta::minutes(1));
    assert_eq!(harness.result_of("iPhone-1")["actionState"], "done");
    let notes = harness.get_json(&format!("/v1.0{device}?$select=notes"));
    assert_eq!(notes["notes"], "by batch");
}

#[test]
fn a_malformed_batch_is_refused_whole() {
    let harness = Harness::new();
    let many: Vec<Json> = (0..21).map(|number| get(&number.to_string(), "/users")).collect();
    let unbodied =
        json!({ "id": "1", "method": "POST", "url": format!("{DEVICES}/{}/resetPasscode", harness.id_of("iPhone-1")) });
    let mut untyped = unbodied.clone();
    untyped["body"] = json!({});
    let mut lower = untyped.clone();
    lower["headers"] = json!({ "content-type": "application/json" });
    let cases = [
        ("no requests", json!([])),
        ("twenty-one", json!(many)),
        ("the same id", json!([get("a", "/users"), get("b", "/users"), get("A", "/users")])),
        ("no id", json!([{ "method": "GET", "url": "/users" }])),
        ("an id that is a number", json!([{ "id": 1, "method": "GET", "url": "/users" }])),
        ("no method", json!([{ "id": "1", "url": "/users" }])),
        ("an unknown method", json!([{ "id": "1", "method": "TRACE", "url": "/users" }])),
        ("no url", json!([{ "id": "1", "method": "GET" }])),
        ("an empty url", json!([get("1", "")])),
        (
            "a header that is a list",
            json!([{ "id": "1", "method": "GET", "url": "/users", "headers": { "Prefer": ["a"] } }]),
        ),
        (
            "a header with a line break",
            json!([{ "id": "1", "method": "GET", "url": "/users", "headers": { "Prefer": "a\r\nb: c" } }]),
        ),
        ("a write without a body", json!([get("0", "/users"), unbodied])),
        ("a body without its kind", json!([untyped])),
        ("depends on nothing known", json!([get("1", "/users"), after(get("2", "/users"), &["3"])])),
        ("depends on itself", json!([after(get("1", "/users"), &["1"])])),
        ("depends on what follows", json!([after(get("1", "/users"), &["2"]), get("2", "/users")])),
        (
            "neither sequential nor parallel",
            json!([
                get("1", "/users"),
                after(get("2", "/users"), &["1"]),
                get("3", "/users"),
                after(get("4", "/users"), &["2"])
            ]),
        ),
    ];
    let mut story = String::new();
    let mut tell = |name: &str, answer: &Answer| {
        let error = &json(answer)["error"];
        writeln!(story, "{name}\n  {} {} {}", answer.status.as_u16(), error["code"], error["message"]).unwrap();
    };
    for (name, requests) in &cases {
        tell(name, &harness.batch(requests));
    }
    for (name, body) in [
        ("no JSON", "requests"),
        ("no object", "[]"),
        ("no list", r#"{"requests":{}}"#),
        ("no body", ""),
        ("twice as deep as JSON goes", &format!(r#"{{"requests":{}"#, "[".repeat(1_000))),
    ] {
        tell(name, &harness.ask(Method::POST, "/v1.0/$batch", body.as_bytes()));
    }
    for url in ["https://graph.microsoft.com/v1.0/users", "//graph.microsoft.com/v1.0/users"] {
        let strict = with_quirks(&[("batch-absolute-url", "refuse")]);
        tell(url, &strict.batch(&json!([get("1", url)])));
    }
    tell("a circle, where any order will do", &{
        let harness = with_quirks(&[("batch-dependencies", "any")]);
        harness.batch(&json!([
            after(get("1", "/users"), &["2"]),
            after(get("2", "/users"), &["1"]),
            get("3", "/users")
        ]))
    });
    tell("a kind in small letters, where they count", &{
        with_quirks(&[("batch-content-type", "exact")]).batch(&json!([lower]))
    });
    tell("sixteen, where fifteen is the limit", &{ with_quirks(&[("batch-limit", "15")]).batch(&json!(many[..16])) });
    tell("GET", &harness.get("/v1.0/$batch"));
    tell("a long URL", &harness.batch(&json!([get("1", &format!("/users?{}", "a".repeat(70_000)))])));
    assert_snapshot!(story);
    assert_eq!(harness.result_of("iPhone-1"), Json::Null, "nothing in a refused batch has run");
    assert_eq!(harness.batch(&json!(many[..20])).status, 200);
}

#[test]
fn what_depends_on_a_failure_fails_and_the_batch_does_not() {
    let harness = Harness::new();
    let device = format!("{DEVICES}/{}", harness.id_of("iPhone-1"));
    let chain = json!([
        get("1", &device),
        after(get("2", "/nowhere"), &["1"]),
        after(post("3", &format!("{device}/resetPasscode")), &["2"]),
        after(get("4", &device), &["3"]),
    ]);
    let answer = harness.batch(&chain);
    assert_eq!(outcomes(&answer), ["1 200", "2 400", "3 424", "4 424"]);
    assert_snapshot!(serde_json::to_string_pretty(&part(&answer, "3")).unwrap());
    assert_eq!(harness.result_of("iPhone-1"), Json::Null, "what was not asked has not happened");

    let any = with_quirks(&[("batch-dependencies", "any")]);
    let mixed = json!([
        after(get("a", "/users"), &["c"]),
        get("b", "/nowhere"),
        get("c", "/users"),
        after(get("d", "/users"), &["b", "c"])
    ]);
    assert_eq!(outcomes(&any.batch(&mixed)), ["b 400", "c 200", "a 200", "d 424"]);
}

#[test]
fn requests_that_depend_on_each_other_see_what_was_done_before() {
    let harness = Harness::new();
    let device = format!("{DEVICES}/{}", harness.id_of("iPhone-1"));
    let state = format!("{device}?$select=deviceActionResults");
    let answer = harness.batch(&json!([
        get("before", &state),
        after(post("reset", &format!("{device}/resetPasscode")), &["before"]),
        after(get("after", &state), &["reset"]),
    ]));
    let seen = |id: &str| part(&answer, id)["body"]["deviceActionResults"][0]["actionState"].clone();
    assert_eq!((seen("before"), seen("after")), (Json::Null, json!("pending")));
}

#[test]
fn answers_come_in_the_order_that_the_quirk_says_and_the_same_for_the_same_seed() {
    let requests = json!((0..9).map(|number| get(&number.to_string(), "/users?$top=1")).collect::<Vec<_>>());
    let order = |value: &str| {
        let harness = with_quirks(&[("batch-order", value)]);
        let first = harness.batch(&requests);
        let second = outcomes(&harness.batch(&requests));
        (text(&first), outcomes(&first), second)
    };
    let sent: Vec<String> = (0..9).map(|number| format!("{number} 200")).collect();
    assert_eq!(order("request").1, sent);
    assert_eq!(order("reversed").1, sent.iter().rev().cloned().collect::<Vec<_>>());
    let (bytes, shuffled, again) = order("shuffled");
    assert_ne!(shuffled, sent);
    assert_ne!(shuffled, again, "each batch has its own order");
    assert_eq!(bytes, order("shuffled").0, "same seed, same requests, same bytes");
    let mut sorted = shuffled;
    sorted.sort();
    assert_eq!(sorted, sent);
}

#[test]
fn the_token_is_asked_for_once_and_permissions_for_each_request() {
    let harness = Harness::new();
    let requests = json!([get("1", DEVICES), get("2", "/users"), get("3", "/$metadata")]);
    let body = json!({ "requests": requests }).to_string();
    let send = |token: &str, body: &str| {
        let asked = request(Method::POST, "/v1.0/$batch", body.as_bytes());
        harness.send(asked.with("authorization", &format!("Bearer {token}")))
    };
    let refused = send("nothing", &body);
    assert_eq!(refused.status, 401);
    assert!(refused.headers.contains_key("www-authenticate"));
    // The token comes first, whatever else is wrong.
    assert_eq!(send("nothing", "[]").status, 401);
    let no_token = harness.send(request(Method::GET, "/v1.0/$batch", b""));
    assert_eq!(json(&no_token)["error"]["message"], "Access token is empty.");

    let key = harness.service.key();
    let mut claims = access_token::read(&harness.token(), key).expect("our own token");
    claims.roles = vec!["User.Read.All".to_owned()];
    let poor = access_token::mint(key, &claims);
    let answer = send(&poor, &body);
    assert_eq!(outcomes(&answer), ["3 200", "2 200", "1 403"]);
    assert_eq!(part(&answer, "1")["body"]["error"]["code"], "Forbidden");

    // A request may bring a token of its own.
    let own = json!({ "requests": [{ "id": "1", "method": "GET", "url": DEVICES, "headers": { "Authorization": "Bearer x" } }] });
    let answer = send(&harness.token(), &own.to_string());
    assert_eq!(outcomes(&answer), ["1 401"]);
    assert!(part(&answer, "1")["headers"]["WWW-Authenticate"].as_str().unwrap().starts_with("Bearer realm"));
}

#[test]
fn each_request_has_an_entry_of_its_own_in_the_journal_that_names_the_batch() {
    let harness = Harness::new();
    let device = format!("{DEVICES}/{}", harness.id_of("iPhone-1"));
    let before = harness.service.tenants().default_tenant().records().journal.newest();
    let own =
        json!({ "id": "own", "method": "GET", "url": "/users", "headers": { "Authorization": "Bearer hush-hush" } });
    let answer = harness.batch(&json!([
        get("list", &format!("{DEVICES}?$top=1")),
        own,
        get("lost", "/nowhere"),
        post("reset", &format!("{device}/resetPasscode")),
    ]));
    let journal = harness.service.tenants().default_tenant().records().journal.since(before).json();
    let entries = journal["value"].as_array().unwrap();
    let told: Vec<String> = entries
        .iter()
        .map(|entry| {
            let within = if entry["batch"].is_null() {
                "by itself".to_owned()
            } else {
                format!("in a batch as {}", entry["batch"]["id"])
            };
            format!(
                "{} {} {} {} {} {within}",
                entry["method"],
                entry["target"].as_str().unwrap().replace(&device, "…"),
                entry["operation"],
                entry["refusal"],
                entry["status"]
            )
        })
        .collect();
    assert_snapshot!(told.join("\n"));
    let outer = entries.last().unwrap();
    assert_eq!(outer["requestId"], answer.request_id.to_string());
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry["requestId"].as_str().unwrap()).collect();
    for entry in &entries[..entries.len() - 1] {
        assert_eq!(entry["batch"]["requestId"], outer["requestId"]);
        assert_eq!((&entry["door"], &entry["tokenHash"].is_string()), (&outer["door"], &true));
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), entries.len(), "no two exchanges share an id");
    let whole = journal.to_string();
    assert!(!whole.contains("hush-hush") && !whole.contains(&harness.token()), "no token is in the journal");

    let counts = harness.service.tally().counts();
    assert_eq!(counts.unknown_routes.met.len(), 1, "what is unknown is counted, wherever it was asked");
    assert!(counts.operations.iter().any(|operation| operation.name == Some("batch")));
}

#[test]
fn links_inside_lead_on_by_themselves() {
    let harness = with_quirks(&[("page-size", "10")]);
    let first = harness.batch_of("beta", &json!([get("1", &format!("{DEVICES}?$select=id"))]));
    let body = part(&first, "1")["body"].clone();
    let link = body["@odata.nextLink"].as_str().expect("more than ten devices");
    let relative = link.strip_prefix("http://127.0.0.1:3650/beta").expect("absolute, by the door of the batch");
    let second = harness.batch_of("beta", &json!([get("1", relative)]));
    assert_eq!(part(&second, "1")["body"]["value"].as_array().unwrap().len(), 10);
    assert_ne!(part(&second, "1")["body"]["value"], body["value"]);
    assert_eq!(harness.get_json(link)["value"], part(&second, "1")["body"]["value"], "alone or in a batch");
}

#[test]
fn what_is_no_json_is_base64_and_nothing_inside_is_compressed() {
    let harness = with_quirks(&[("count-segment-v1", "honour")]);
    let count = format!("{DEVICES}/$count");
    let body = json!({ "requests": [
        { "id": "1", "method": "GET", "url": count, "headers": { "Accept-Encoding": "gzip" } },
        get("2", "/users?$top=1"),
    ] });
    let asked = || {
        request(Method::POST, "/v1.0/$batch", body.to_string().as_bytes())
            .with("authorization", &format!("Bearer {}", harness.token()))
    };
    let plain = harness.send(asked());
    let alone = text(&harness.get(&format!("/v1.0{count}")));
    let inside = part(&plain, "1");
    assert_eq!(inside["headers"]["Content-Type"], "text/plain");
    let decoded = STANDARD.decode(inside["body"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(decoded).unwrap(), alone);

    let packed = harness.send(asked().with("accept-encoding", "gzip"));
    assert_eq!(packed.headers["content-encoding"], "gzip");
    let mut unpacked = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut unpacked).unwrap();
    assert_eq!(outcomes(&plain), ["2 200", "1 200"]);
    assert_eq!(serde_json::from_str::<Json>(&unpacked).unwrap(), json(&plain));
}

#[test]
fn a_batch_needs_a_length_and_what_is_inside_does_not() {
    let harness = Harness::new();
    let reset = post("1", &format!("{DEVICES}/{}/resetPasscode", harness.id_of("iPhone-1")));
    assert_eq!(outcomes(&harness.batch(&json!([reset]))), ["1 204"]);
    let mut asked =
        request(Method::POST, "/v1.0/$batch", b"{}").with("authorization", &format!("Bearer {}", harness.token()));
    asked.headers.remove("content-length");
    assert_eq!(harness.send(asked).status, 411);
}

proptest! {
    #[test]
    fn any_request_inside_gets_a_well_formed_answer(
        method in "(GET|POST|PATCH|PUT|DELETE)",
        url in "/?(deviceManagement|users|me|\\$batch|\\$metadata|common|\\.\\.)(/\\PC{0,12}|\\?\\PC{0,24}){0,3}",
        name in "[A-Za-z-]{1,16}",
        value in "[ -~]{0,24}",
        body in prop_oneof![Just(json!({})), Just(json!([])), Just(json!({ "a": 1 })), "\\PC{0,12}".prop_map(Json::from)],
    ) {
        thread_local!(static HARNESS: Harness = Harness::new());
        let mut asked = json!({ "id": "1", "method": method, "url": url, "body": body, "headers": { "Content-Type": "application/json" } });
        asked["headers"][name] = value.into();
        HARNESS.with(|harness| {
            let answer = harness.batch(&json!([asked]));
            if answer.status == 200 {
                let status = part(&answer, "1")["status"].as_u64().unwrap();
                prop_assert!((200..500).contains(&status), "{}", text(&answer));
            } else {
                prop_assert_eq!(json(&answer)["error"]["code"].clone(), "BadRequest", "{}", text(&answer));
            }
            Ok(())
        })?;
    }
}

/// A request of a batch for something that tells it apart: a page of so many devices.
fn asks() -> impl Strategy<Value = Vec<(u8, Option<usize>)>> {
    prop::collection::vec((0_u8..4, prop::option::of(0_usize..20)), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_depends_on_whatever_each_request_is_answered_once_and_rightly(asks in asks()) {
        let harness = with_quirks(&[("batch-dependencies", "any"), ("batch-order", "shuffled")]);
        let requests: Vec<Json> = asks
            .iter()
            .enumerate()
            .map(|(place, (kind, need))| {
                let url = if *kind == 0 { "/nowhere".to_owned() } else { format!("{DEVICES}?$select=id&$top={}", place + 1) };
                let needs: Vec<String> = need.iter().map(|need| (need % asks.len()).to_string()).collect();
                json!({ "id": place.to_string(), "method": "GET", "url": url, "dependsOn": needs })
            })
            .collect();
        let answer = harness.batch(&json!(requests));
        if answer.status == 400 {
            // Each request needs at most one other, so a circle is a walk that does not end.
            let mut endless = (0..asks.len()).filter(|start| {
                let mut at = Some(*start);
                (0..=asks.len()).for_each(|_| at = at.and_then(|at| asks[at].1.map(|need| need % asks.len())));
                at.is_some()
            });
            prop_assert!(endless.next().is_some(), "{}", text(&answer));
            return Ok(());
        }
        for (place, (kind, _)) in asks.iter().enumerate() {
            let fails = |at: usize| {
                let mut at = Some(at);
                while let Some(here) = at {
                    if asks[here].0 == 0 { return true; }
                    at = asks[here].1.map(|need| need % asks.len());
                }
                false
            };
            let need = asks[place].1.map(|need| need % asks.len());
            let part = part(&answer, &place.to_string());
            let expected = if need.is_some_and(fails) { 424 } else if *kind == 0 { 400 } else { 200 };
            prop_assert_eq!(&part["status"], expected);
            if expected == 200 {
                prop_assert_eq!(part["body"]["value"].as_array().unwrap().len(), place + 1);
            }
        }
        prop_assert_eq!(outcomes(&answer).len(), asks.len());
    }
}
