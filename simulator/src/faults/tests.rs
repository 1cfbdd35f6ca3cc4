//! Rules: what is read, what is refused, and what a rule more or less changes.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::act::Act;
use super::load;
use super::named::{Named, names};
use super::operation::Known;
use super::page::PAGE_KINDS;
use super::profile::PROFILES;
use super::retry_after::RetryAfter;
use super::rule::PathPattern;
use super::spoil::BODY_KINDS;
use super::token::TokenDefect;
use super::{Faults, Rule, Seen};
use crate::random::Draw;

fn read(rules: Json) -> Result<Vec<Rule>, String> {
    let Json::Array(rules) = rules else { panic!("a list") };
    load::rules(rules).map_err(|problem| problem.to_string())
}

fn list(number: usize) -> Seen<'static> {
    Seen {
        page: u32::try_from(number).ok(),
        ..Seen::new(Some("listDevices"), "GET", "/v1.0/deviceManagement/managedDevices", false)
    }
}

#[test]
fn every_name_of_a_table_is_there_once() {
    let tables = [
        names::<Known>(),
        names::<super::page::PageKind>(),
        names::<super::spoil::BodyKind>(),
        names::<super::body::NamedBody>(),
    ];
    for mut names in tables {
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
    for (defect, name, sent, issued) in TokenDefect::ALL {
        assert_eq!(serde_json::to_value(defect).unwrap(), name);
        assert_eq!(!sent.is_empty(), defect.is_of_sent(), "{name}");
        assert_eq!(!issued.is_empty(), defect.is_of_issued(), "{name}");
    }
}

#[test]
fn every_profile_can_be_read_and_hostile_does_everything() {
    let named = |name: &str| PROFILES.iter().find(|profile| profile.name == name).unwrap().rules();
    assert!(named("none").is_empty() && named("kind").len() > 3 && named("ordinary").len() > named("kind").len());
    let hostile = named("hostile");
    for (name, _, _) in Act::ALL {
        assert!(hostile.iter().any(|rule| rule.act.name() == name), "no {name}");
    }
    let has = |act: Json| hostile.iter().any(|rule| serde_json::to_value(&rule.act).unwrap() == act);
    for kind in PAGE_KINDS {
        assert!(has(json!({ "page": { "kind": kind.name } })), "no page {}", kind.name);
    }
    for kind in BODY_KINDS {
        assert!(has(json!({ "body": { "kind": kind.name } })), "no body {}", kind.name);
    }
}

#[test]
fn a_rule_that_cannot_be_used_is_named_with_its_member() {
    let bad = [
        json!({ "act": { "close": {} } }),
        json!({ "id": "a b", "act": { "close": {} } }),
        json!({ "id": "a" }),
        json!({ "id": "a", "act": { "explode": {} } }),
        json!({ "id": "a", "act": { "close": {}, "reset": {} } }),
        json!({ "id": "a", "act": {} }),
        json!({ "id": "a", "act": "close" }),
        json!({ "id": "a", "when": {}, "act": { "close": {} } }),
        json!({ "id": "a", "apply": "during", "act": { "close": {} } }),
        json!({ "id": "a", "times": 0, "act": { "close": {} } }),
        json!({ "id": "a", "rate": 1.5, "act": { "close": {} } }),
        json!({ "id": "a", "match": { "operation": "listDevice" }, "act": { "close": {} } }),
        json!({ "id": "a", "match": { "verb": "GET" }, "act": { "close": {} } }),
        json!({ "id": "a", "match": { "method": "get" }, "act": { "close": {} } }),
        json!({ "id": "a", "match": { "path": "v1.0/*" }, "act": { "close": {} } }),
        json!({ "id": "a", "match": { "path": "/v1.0?$top=1" }, "act": { "close": {} } }),
        json!({ "id": "a", "match": { "nth": 0 }, "act": { "close": {} } }),
        json!({ "id": "a", "act": { "status": {} } }),
        json!({ "id": "a", "act": { "status": { "code": "503" } } }),
        json!({ "id": "a", "act": { "status": { "code": 103 } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "retryafter": 1 } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "retryAfter": true } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "retryAfter": { "date": "iso", "in": "4s" } } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "retryAfter": { "date": "imf", "in": "soon" } } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "headers": { "Content-Length": "3" } } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "headers": { "x": "ä" } } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "body": "page" } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "body": { "json": 1, "text": "" } } } }),
        json!({ "id": "a", "act": { "status": { "code": 503, "body": { "html": "" } } } }),
        json!({ "id": "a", "act": { "reset": { "at": "end" } } }),
        json!({ "id": "a", "act": { "truncate": {} } }),
        json!({ "id": "a", "act": { "stall": { "for": "2h" } } }),
        json!({ "id": "a", "act": { "stall": { "for": "a while" } } }),
        json!({ "id": "a", "act": { "slow": { "bytesPerSecond": 0 } } }),
        json!({ "id": "a", "act": { "redirect": { "code": 200 } } }),
        json!({ "id": "a", "act": { "redirect": { "code": 302, "location": "elsewhere" } } }),
        json!({ "id": "a", "act": { "token": { "defect": "stale" } } }),
        json!({ "id": "a", "act": { "page": { "kind": "lost" } } }),
        json!({ "id": "a", "act": { "body": { "kind": "lost" } } }),
        json!({ "id": "a", "act": { "close": { "after": 3 } } }),
        json!({ "id": "a", "act": { "informational": { "code": 101 } } }),
    ];
    let said: Vec<String> =
        bad.iter().map(|rule| format!("{rule}\n  {}", read(json!([rule])).expect_err(&rule.to_string()))).collect();
    insta::assert_snapshot!(said.join("\n"));
    let twice = json!([{ "id": "a", "act": { "close": {} } }, { "id": "a", "act": { "close": {} } }]);
    insta::assert_snapshot!(read(twice).unwrap_err(), @"fault 'a': another fault before it has that id; each has one of its own");
}

#[test]
fn a_file_with_an_error_names_the_line() {
    let toml = "# mine\n[[fault]]\nid = \"good\"\nact = { close = {} }\n\n[[fault]]\nid = \"bad\"\n\n[fault.act.status]\ncode = 503\nretry = 1\n";
    let json = "{\n  \"value\": [\n    { \"id\": \"good\", \"act\": { \"close\": {} } },\n    { \"id\": \"bad\",\n      \"act\": { \"body\": { \"kind\": \"lost\" } } }\n  ]\n}\n";
    let cases = [
        ("mine.toml", toml),
        ("mine.json", json),
        ("mine.toml", "[[faults]]\nid = \"a\"\n"),
        ("mine.toml", "[[fault]]\nid = \n"),
        ("mine.json", "{\n  \"faults\": []\n}"),
        ("mine.json", "{\n  \"value\": [\n"),
    ];
    let said: Vec<String> = cases.iter().map(|(name, text)| load::file(name, text).unwrap_err()).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn both_forms_of_a_file_say_the_same() {
    let toml = load::file(
        "f.toml",
        "[[fault]]\nid = \"a\"\nmatch = { operation = \"token\" }\nact = { status = { code = 429, retryAfter = 2.5 } }\n",
    );
    let json = r#"{"value":[{"id":"a","match":{"operation":"token"},"act":{"status":{"code":429,"retryAfter":2.5}}}]}"#;
    assert_eq!(toml.unwrap(), load::file("f.json", json).unwrap());
    assert_eq!(load::file("f.toml", ""), Ok(Vec::new()));
}

#[test]
fn the_document_has_an_example_that_works() {
    let document = super::markdown::document();
    let (_, example) = document.split_once("-d '").unwrap();
    let example: Json = serde_json::from_str(example.split_once('\'').unwrap().0).unwrap();
    let (_, file) = document.split_once("```toml\n").unwrap();
    let file = load::file("example.toml", file.split_once("```").unwrap().0).unwrap();
    assert_eq!(read(example["value"].clone()).unwrap(), file);
}

#[test]
fn a_path_matches_with_stars() {
    for (pattern, path, matches) in [
        ("/v1.0/*", "/v1.0/x/y", true),
        ("/v1.0/*", "/beta/x", false),
        ("*", "/", true),
        ("/a/*/c", "/a/b/b/c", true),
        ("/a/*/c", "/a/c", false),
        ("/a/*/*/c", "/a/b/c", false),
        ("*/resetPasscode", "/v1.0/x/RESETPASSCODE", true),
        ("/a", "/a", true),
        ("/a", "/ab", false),
        ("/*a", "/a", true),
        ("/ab*ba", "/aba", false),
    ] {
        let pattern = PathPattern::try_from(pattern.to_owned()).unwrap();
        assert_eq!(pattern.matches(path), matches, "{pattern:?} {path}");
    }
}

#[test]
fn retry_after_has_every_form() {
    let now = chrono::DateTime::from_timestamp(1_520_496_000, 0).unwrap();
    let said: Vec<String> = [
        json!(5),
        json!("5"),
        json!(2.128),
        json!("2.128"),
        json!(-1),
        json!("soon"),
        json!(""),
        json!({ "date": "imf", "in": "PT4S" }),
        json!({ "date": "rfc850", "in": "PT4S" }),
        json!({ "date": "asctime", "in": "4s" }),
        json!({ "date": "imf", "in": "-1h" }),
    ]
    .into_iter()
    .map(|given| {
        let read: RetryAfter = serde_json::from_value(given.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), given);
        format!("{given}: {:?}", read.value(now))
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}

/// Any act, as somebody may write it.
fn act() -> impl Strategy<Value = Json> {
    let at = prop::sample::select(vec!["start", "head", "body"]);
    let kinds = |names: Vec<&'static str>| prop::sample::select(names);
    prop_oneof![
        (
            200_u16..600,
            prop_oneof![Just(json!(3)), Just(json!("soon")), Just(json!({ "date": "asctime", "in": "PT4S" }))]
        )
            .prop_map(
                |(code, retry)| json!({ "status": { "code": code, "retryAfter": retry, "headers": { "x-a": "b" } } })
            ),
        (200_u16..600, kinds(names::<super::body::NamedBody>()))
            .prop_map(|(code, body)| json!({ "status": { "code": code, "body": body } })),
        ".{0,9}".prop_map(|text| json!({ "status": { "code": 500, "body": { "text": text, "contentType": "a/b" } } })),
        at.clone().prop_map(|at| json!({ "reset": { "at": at } })),
        (0_u32..9_999).prop_map(|bytes| json!({ "truncate": { "bytes": bytes } })),
        at.prop_map(|at| json!({ "stall": { "for": "PT3S", "at": at } })),
        (1_u32..9_999).prop_map(|rate| json!({ "slow": { "bytesPerSecond": rate } })),
        (1_u32..9_999).prop_map(|bytes| json!({ "chunk": { "bytes": bytes } })),
        (300_u16..400, kinds(vec!["self", "relative", "otherHost", "foreignHost", "https://a.example/", ""]))
            .prop_map(|(code, location)| json!({ "redirect": { "code": code, "location": location } })),
        prop::sample::select(TokenDefect::ALL.to_vec())
            .prop_map(|(_, name, _, _)| json!({ "token": { "defect": name } })),
        kinds(names::<super::page::PageKind>()).prop_map(|kind| json!({ "page": { "kind": kind } })),
        kinds(names::<super::spoil::BodyKind>()).prop_map(|kind| json!({ "body": { "kind": kind } })),
        Just(json!({ "close": {} })),
        (102_u16..200).prop_map(|code| json!({ "informational": { "code": code } })),
    ]
}

fn rule(id: &'static str) -> impl Strategy<Value = Json> {
    let operation = prop::option::of(prop::sample::select(names::<Known>()));
    let counts = (prop::option::of(1_u64..5), prop::option::of(1_u32..4), prop::option::of(1_u64..5));
    let rate = prop::option::of(prop::sample::select(vec![0.25, 0.5, 1.0]));
    (operation, counts, rate, prop::sample::select(vec!["before", "after", "not"]), act()).prop_map(
        move |(operation, (nth, page, times), rate, apply, act)| {
            let mut rule = json!({ "id": id, "match": {}, "apply": apply, "act": act });
            let mut set = |pointer: &str, name: &str, value: Option<Json>| {
                if let Some(value) = value {
                    rule.pointer_mut(pointer).unwrap()[name] = value;
                }
            };
            set("/match", "operation", operation.map(Json::from));
            set("/match", "nth", nth.map(Json::from));
            set("/match", "page", page.map(Json::from));
            set("", "times", times.map(Json::from));
            set("", "rate", rate.map(Json::from));
            rule
        },
    )
}

proptest! {
    /// What the control API shows can be given to it again.
    #[test]
    fn a_rule_is_printed_as_it_was_read(rule in rule("r")) {
        let read = read(json!([rule])).map_err(TestCaseError::fail)?;
        prop_assert_eq!(serde_json::to_value(&read[0]).unwrap(), rule);
    }

    /// `times` and `nth` are exact, and the same seed strikes the same requests.
    #[test]
    fn counting_is_exact(nth in prop::option::of(1_u64..20), times in prop::option::of(1_u64..20), rate in 0.01_f64..1.0, seed: u64) {
        let mut rule = json!({ "id": "r", "match": { "operation": "listDevices" }, "rate": rate, "act": { "close": {} } });
        if let Some(nth) = nth { rule["match"]["nth"] = nth.into(); }
        if let Some(times) = times { rule["times"] = times.into(); }
        let rules = read(json!([rule])).unwrap();
        let walk = || -> Vec<bool> {
            let mut faults = Faults::new(&rules);
            (0..40).map(|_| faults.meet(&list(1), Draw::from_seed(seed)).is_some()).collect()
        };
        let struck = walk();
        prop_assert_eq!(&struck, &walk());
        let hits = struck.iter().filter(|struck| **struck).count() as u64;
        prop_assert!(times.is_none_or(|times| hits <= times));
        if let Some(nth) = nth {
            prop_assert!(struck.iter().enumerate().all(|(index, struck)| !struck || index as u64 + 1 == nth));
        }
    }

    /// A rule behind the others changes nothing for them; one before them takes requests, and moves no count or draw.
    #[test]
    fn a_rule_more_changes_nothing_for_the_others(first in rule("a"), second in rule("b"), seed: u64) {
        let rules = |list: Json| read(list).unwrap();
        let draw = Draw::from_seed(seed);
        let walk = |rules: Vec<Rule>| -> Vec<Option<String>> {
            let mut faults = Faults::new(&rules);
            (0..30).map(|number| {
                let struck = faults.meet(&list(number % 3 + 1), draw);
                struck.map(|rule| rule.id.as_str().to_owned())
            }).collect()
        };
        let alone = walk(rules(json!([first])));
        let both = walk(rules(json!([first, second])));
        for (alone, both) in alone.iter().zip(&both) {
            prop_assert!(alone.is_none() || alone == both);
        }
        let mut unlimited = second;
        unlimited.as_object_mut().unwrap().remove("times");
        let alone = walk(rules(json!([unlimited])));
        let behind = walk(rules(json!([first, unlimited])));
        for (alone, behind) in alone.iter().zip(&behind) {
            prop_assert!(behind.as_deref() == Some("a") || alone == behind);
        }
    }
}

#[test]
fn a_rate_is_met_about_as_often_as_it_says() {
    let rules = read(json!([{ "id": "r", "rate": 0.2, "act": { "close": {} } }])).unwrap();
    let mut faults = Faults::new(&rules);
    let hits = (0..10_000).filter(|_| faults.meet(&list(1), Draw::from_seed(1)).is_some()).count();
    assert!((1_850..2_150).contains(&hits), "{hits}");
}

#[test]
fn what_is_done_on_the_wire_is_counted_apart_over_http_2() {
    let rules = read(json!([
        { "id": "wire", "match": { "nth": 1 }, "act": { "truncate": { "bytes": 1 } } },
        { "id": "length", "match": { "nth": 2 }, "act": { "body": { "kind": "lengthTooLong" } } },
        { "id": "said", "act": { "status": { "code": 500 } } },
    ]));
    let mut faults = Faults::new(&rules.unwrap());
    for _ in 0..3 {
        faults.meet(&Seen { http2: true, ..list(1) }, Draw::from_seed(1));
    }
    let counts: Vec<(u64, u64)> = faults.armed().iter().map(|armed| (armed.hits, armed.approximated)).collect();
    assert_eq!(counts, [(1, 1), (1, 1), (1, 0)]);
}

#[test]
fn a_rule_whose_act_cannot_be_done_there_is_not_for_it() {
    let rules = read(json!([
        { "id": "page", "act": { "page": { "kind": "loop" } } },
        { "id": "issued", "act": { "token": { "defect": "short" } } },
        { "id": "sent", "act": { "token": { "defect": "claimsChallenge" } } },
    ]))
    .unwrap();
    let met = |operation: &'static str| {
        let mut faults = Faults::new(&rules);
        faults
            .meet(&Seen::new(Some(operation), "GET", "/", false), Draw::from_seed(1))
            .map(|rule| rule.id.as_str().to_owned())
    };
    let known: Vec<String> = ["listDevices", "getDevice", "token", "signingKeys", "resetPasscode"]
        .map(|name| format!("{name}: {:?}", met(name)))
        .to_vec();
    insta::assert_snapshot!(known.join("\n"));
    assert!(Known::table().len() > 60);
}
