//! What faults do to requests, their effects and their answers.

use std::num::NonZeroUsize;

use chrono::TimeDelta;
use flate2::read::GzDecoder;
use hyper::Method;
use serde_json::{Value as Json, json};
use simtune::exchange::{Answer, Delivery};
use simtune::faults::body::BODIES;
use simtune::faults::named::Named;
use simtune::faults::operation::{Known, Of};
use simtune::faults::page::PAGE_KINDS;
use simtune::faults::spoil::BODY_KINDS;
use simtune::faults::token::TokenDefect;
use simtune::faults::{Act, Faults, Rule, load};
use simtune::fleet;
use simtune::tenant::TenantSpec;

use crate::harness::{Harness, With, json as body_of, request, text, told};

const LIST: &str = "/v1.0/deviceManagement/managedDevices";
const AUDITS: &str = "/beta/deviceManagement/remoteActionAudits";

fn rules(list: Json) -> Vec<Rule> {
    match list {
        Json::Array(values) => load::rules(values).unwrap_or_else(|problem| panic!("{problem}")),
        one => rules(json!([one])),
    }
}

fn arm(harness: &Harness, list: Json) {
    harness.service.tenants().default_tenant().world().faults = Faults::new(&rules(list));
}

/// A service whose faults are these.
fn armed(list: Json) -> Harness {
    let harness = Harness::new();
    arm(&harness, list);
    harness
}

/// Asks past the harness, which wants every answer to be sound and records it.
fn ask(harness: &Harness, method: Method, target: &str) -> Answer {
    harness.service.answer(request(method, target, b"").with("authorization", &format!("Bearer {}", harness.token())))
}

fn get(harness: &Harness, target: &str) -> Answer {
    ask(harness, Method::GET, target)
}

fn reset(harness: &Harness, device_name: &str) -> Answer {
    ask(harness, Method::POST, &format!("{LIST}/{}/resetPasscode", harness.id_of(device_name)))
}

fn last_entry(harness: &Harness) -> Json {
    harness.service.tenants().default_tenant().records().journal.last().expect("an entry")
}

fn audits(harness: &Harness) -> usize {
    harness.get_json(AUDITS)["value"].as_array().expect("a list").len()
}

fn state(harness: &Harness) -> Json {
    harness.result_of("iPhone-1")["actionState"].clone()
}

/// What a reset under a fault leaves behind: what the client got, the action's state, and how many audits there are.
fn reset_under(apply: &str, act: Json) -> (u16, Option<Delivery>, Json, usize) {
    let harness = armed(json!({ "id": "f", "match": { "operation": "resetPasscode" }, "apply": apply, "act": act }));
    let answer = reset(&harness, "iPhone-1");
    let injected = last_entry(&harness)["injected"].clone();
    assert_eq!(injected["fault"], "f");
    assert_eq!(injected["apply"], apply);
    (answer.status.as_u16(), answer.delivery, state(&harness), audits(&harness))
}

#[test]
fn apply_decides_what_becomes_of_the_effect() {
    let status = || json!({ "status": { "code": 503 } });
    assert_eq!(reset_under("before", status()), (503, None, Json::Null, 0));
    assert_eq!(reset_under("after", status()), (503, None, "pending".into(), 1));
    assert_eq!(reset_under("not", status()), (503, None, Json::Null, 0));
    // An act that only shapes the answer leaves its status.
    let close = || json!({ "close": {} });
    assert_eq!(reset_under("before", close()), (204, Some(Delivery::Close), Json::Null, 0));
    assert_eq!(reset_under("after", close()), (204, Some(Delivery::Close), "pending".into(), 1));
    assert_eq!(reset_under("not", close()), (204, Some(Delivery::Close), Json::Null, 0));
    // Accepted, and nothing happens (observed: docs#12964).
    assert_eq!(reset_under("not", json!({ "body": { "kind": "asIs" } })), (204, None, Json::Null, 0));
}

#[test]
fn what_was_not_kept_does_not_happen_later_either() {
    let harness = armed(
        json!({ "id": "f", "match": { "operation": "resetPasscode" }, "times": 1, "apply": "not", "act": { "close": {} } }),
    );
    reset(&harness, "iPhone-1");
    harness.advance(TimeDelta::seconds(60));
    assert_eq!(state(&harness), Json::Null);
    // The next one counts, and is the first.
    reset(&harness, "iPhone-1");
    harness.advance(TimeDelta::seconds(60));
    assert_eq!(state(&harness), "done");
    assert_eq!(audits(&harness), 1);
}

#[test]
fn a_refusal_is_answered_under_not_and_after() {
    let harness = armed(
        json!({ "id": "f", "match": { "operation": "resetPasscode" }, "apply": "not", "act": { "chunk": { "bytes": 1 } } }),
    );
    let answer = reset(&harness, "MacBook-1");
    assert_eq!(answer.status, 400);
    assert_eq!(answer.delivery, Some(Delivery::Chunk(NonZeroUsize::MIN)));
    assert_eq!(last_entry(&harness)["refusal"], "unsupportedAction");
}

#[test]
fn a_spoiled_answer_is_not_kept() {
    let harness = Harness::new();
    let whole = text(&get(&harness, LIST));
    let act = json!({ "id": "f", "times": 1, "match": { "operation": "listDevices" }, "act": { "body": { "kind": "truncatedJson" } } });
    for _ in 0..2 {
        arm(&harness, act.clone());
        assert_ne!(text(&get(&harness, LIST)), whole);
        assert_eq!(text(&get(&harness, LIST)), whole);
    }
}

#[test]
fn a_rule_counts_what_it_is_for() {
    let harness = armed(json!([
        { "id": "second", "match": { "operation": "listDevices", "nth": 2 }, "act": { "status": { "code": 503 } } },
        { "id": "twice", "match": { "method": "POST", "path": "/v1.0/*/RESETPASSCODE" }, "times": 2, "act": { "status": { "code": 429 } } },
    ]));
    let lists: Vec<u16> = (0..3).map(|_| get(&harness, LIST).status.as_u16()).collect();
    assert_eq!(lists, [200, 503, 200]);
    let resets: Vec<u16> = (0..3).map(|_| reset(&harness, "iPhone-1").status.as_u16()).collect();
    assert_eq!(resets, [429, 429, 204]);
    let hits: Vec<u64> =
        harness.service.tenants().default_tenant().world().faults.armed().iter().map(|armed| armed.hits).collect();
    assert_eq!(hits, [1, 2]);
}

#[test]
fn the_first_rule_wins_and_the_others_count_on() {
    let harness = armed(json!([
        { "id": "first", "match": { "operation": "listDevices", "nth": 1 }, "act": { "status": { "code": 500 } } },
        { "id": "second", "match": { "operation": "listDevices", "nth": 2 }, "act": { "status": { "code": 502 } } },
    ]));
    let lists: Vec<u16> = (0..3).map(|_| get(&harness, LIST).status.as_u16()).collect();
    assert_eq!(lists, [500, 502, 200]);
}

#[test]
fn a_page_is_known_by_the_link_that_led_to_it() {
    let harness = Harness::with(TenantSpec { fleet: fleet::Builtin::ThreePages.into(), ..TenantSpec::default() });
    arm(
        &harness,
        json!({ "id": "f", "match": { "operation": "listDevices", "page": 2 }, "act": { "status": { "code": 504, "body": "emptyMessage" } } }),
    );
    let link_of =
        |page: &Answer| body_of(page)["@odata.nextLink"].as_str().map(|link| link.replace("http://127.0.0.1:3650", ""));
    let first = get(&harness, &format!("{LIST}?$top=1000"));
    let second = link_of(&first).expect("a link");
    assert_eq!(get(&harness, &second).status, 504);
    // However the client spells it.
    assert_eq!(get(&harness, &second.replace("%3d", "%3D")).status, 504);
    harness.service.tenants().default_tenant().world().faults = Faults::default();
    let third = link_of(&get(&harness, &second)).expect("a link");
    assert_eq!(get(&harness, &third).status, 200);
}

#[test]
fn every_act_refuses_or_shapes_the_token_endpoint_too() {
    let grant = |harness: &Harness| {
        let tenant = harness.service.tenants().default_tenant();
        let app = tenant.directory().apps[0].clone();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https://graph.microsoft.com/.default",
            app.client_id,
            form_urlencoded::byte_serialize(app.secrets[0].value.as_bytes()).collect::<String>()
        );
        harness.service.answer(
            request(Method::POST, &format!("/{}/oauth2/v2.0/token", tenant.id), form.as_bytes())
                .with("content-type", "application/x-www-form-urlencoded"),
        )
    };
    let on_token = |act: Json| json!({ "id": "f", "match": { "operation": "token" }, "act": act });
    let harness = Harness::new();
    arm(&harness, on_token(json!({ "status": { "code": 503, "retryAfter": "2.128" } })));
    let refused = grant(&harness);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.headers["retry-after"], "2.128");
    assert_eq!(body_of(&refused)["error"], "temporarily_unavailable");
    arm(&harness, on_token(json!({ "redirect": { "code": 307, "location": "otherHost" } })));
    assert!(grant(&harness).headers["location"].to_str().unwrap().starts_with("http://localhost:3650/"));
    arm(&harness, on_token(json!({ "body": { "kind": "html" } })));
    assert!(text(&grant(&harness)).starts_with("<!DOCTYPE"));
    arm(&harness, on_token(json!({ "close": {} })));
    assert_eq!(grant(&harness).delivery, Some(Delivery::Close));

    // Tokens with a defect: what Graph says of each.
    let mut said = Vec::new();
    for (defect, name, _, _) in TokenDefect::ALL {
        if !defect.is_of_issued() {
            continue;
        }
        arm(&harness, on_token(json!({ "token": { "defect": name } })));
        let issued = body_of(&grant(&harness));
        let token = issued["access_token"].as_str().unwrap();
        arm(&harness, json!([]));
        let used = |harness: &Harness| {
            let answer = harness
                .service
                .answer(request(Method::GET, LIST, b"").with("authorization", &format!("Bearer {token}")));
            let message =
                body_of(&answer)["error"]["message"].as_str().unwrap_or_default().chars().take(60).collect::<String>();
            format!("{} {message}", answer.status.as_u16())
        };
        let at_once = used(&harness);
        let later = {
            harness.advance(TimeDelta::seconds(6));
            used(&harness)
        };
        said.push(format!("{name}: expires_in {}, {at_once}; six seconds later {later}", issued["expires_in"]));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn the_identity_platform_forgets_what_was_not_done() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant().id;
    let client_id = harness.service.tenants().default_tenant().directory().apps[0].client_id;
    let post = |path: &str, form: &str| {
        let target = format!("/{tenant}/oauth2/v2.0/{path}");
        let form = request(Method::POST, &target, form.as_bytes());
        harness.service.answer(form.with("content-type", "application/x-www-form-urlencoded"))
    };
    let polled = |apply: &str| {
        let rule = json!({ "id": "f", "match": { "operation": "deviceCode" }, "apply": apply, "act": { "close": {} } });
        arm(&harness, rule);
        let begun = post("devicecode", &format!("client_id={client_id}&scope=User.Read"));
        assert_eq!((begun.status.as_u16(), &begun.delivery), (200, &Some(Delivery::Close)));
        let code = body_of(&begun)["device_code"].as_str().unwrap().to_owned();
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        body_of(&post("token", &format!("grant_type={grant}&client_id={client_id}&device_code={code}")))["error"]
            .clone()
    };
    assert_eq!(polled("after"), "authorization_pending");
    assert_ne!(polled("before"), "authorization_pending");
    assert_ne!(polled("not"), "authorization_pending");
}

/// The answer of a listing of two devices, spoiled.
fn spoiled_list(act: &Json, select: &str) -> Answer {
    let harness = armed(json!({ "id": "f", "match": { "operation": "listDevices" }, "act": act }));
    get(&harness, &format!("{LIST}?$top=2&$count=false&$select={select}"))
}

fn shown(answer: &Answer) -> String {
    let delivery = answer.delivery.as_ref().map_or_else(String::new, |delivery| format!("\n{delivery:?}"));
    let head = format!(
        "{} {}{delivery}",
        answer.status.as_u16(),
        answer.headers.get("content-type").map_or("-", |value| value.to_str().unwrap())
    );
    if answer.headers.contains_key("content-encoding") || answer.body.starts_with(&[0x1f, 0x8b]) {
        let mut plain = String::new();
        let read = std::io::Read::read_to_string(&mut GzDecoder::new(&answer.body[..]), &mut plain);
        return format!(
            "{head}\ngzip: {}",
            read.map_or_else(|error| error.to_string(), |length| format!("{length} bytes inside"))
        );
    }
    let body: String = String::from_utf8_lossy(&answer.body).trim_start_matches(' ').chars().collect();
    let body = match body.char_indices().nth(900) {
        Some((at, _)) => format!("{}… ({} bytes)", &body[..at], answer.body.len()),
        None => body,
    };
    format!("{head}\n{body}")
}

#[test]
fn the_journal_calls_operations_by_names_that_rules_know() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant().id;
    let device = harness.id_of("iPhone-1");
    for (target, name) in [
        (format!("/{tenant}/oauth2/v2.0/token"), "token"),
        (format!("/{tenant}/oauth2/v2.0/authorize"), "authorize"),
        (format!("/{tenant}/oauth2/v2.0/devicecode"), "deviceCode"),
        ("/devicelogin".to_owned(), "deviceLogin"),
        (format!("/{tenant}/oauth2/v2.0/logout"), "logout"),
        ("/oidc/userinfo".to_owned(), "userInfo"),
        ("/common/userrealm/a@b.example".to_owned(), "userRealm"),
        (format!("/{tenant}/v2.0/.well-known/openid-configuration"), "openidConfiguration"),
        (format!("/{tenant}/discovery/v2.0/keys"), "signingKeys"),
        ("/common/discovery/instance".to_owned(), "instanceDiscovery"),
        ("/v1.0/$metadata".to_owned(), "metadata"),
        (LIST.to_owned(), "listDevices"),
        (format!("{LIST}/{device}/users"), "users"),
    ] {
        get(&harness, &target);
        assert_eq!(last_entry(&harness)["operation"], name, "{target}");
        arm(&harness, json!({ "id": "f", "match": { "operation": name }, "act": { "status": { "code": 599 } } }));
        assert_eq!(get(&harness, &target).status, 599, "{target}");
        assert_eq!(last_entry(&harness)["operation"], name, "{target}");
        arm(&harness, json!([]));
    }
    let sign_in = Known::table().iter().filter(|known| known.of == Of::SignIn).count();
    assert_eq!(sign_in, 10, "the ten above");
}

/// Faults that never strike, and others that take requests, leave ids and passcodes of everything else as they are.
#[test]
fn a_fault_changes_no_other_outcome() {
    let walk = |faults: Json| -> Vec<String> {
        let harness = armed(faults);
        let mut told = Vec::new();
        for name in ["Android-6", "iPhone-1"] {
            let answer = reset(&harness, name);
            told.push(format!("{} {}", answer.request_id, answer.status));
            harness.advance(TimeDelta::seconds(5));
            told.push(text(&get(&harness, &format!("{LIST}/{}?$select=deviceActionResults", harness.id_of(name)))));
        }
        told.push(text(&get(&harness, &format!("{AUDITS}?$select=id,action,actionState"))));
        told
    };
    let whole = walk(json!([]));
    let never = json!([{ "id": "a", "match": { "path": "/nowhere" }, "act": { "close": {} } }, { "id": "b", "match": { "nth": 99 }, "act": { "close": {} } }]);
    assert_eq!(walk(never), whole);
    let shapes = json!([{ "id": "a", "match": { "operation": "resetPasscode" }, "apply": "after", "act": { "slow": { "bytesPerSecond": 1 } } }]);
    assert_eq!(walk(shapes), whole);
}

#[test]
fn what_a_link_leads_to_is_what_its_kind_says() {
    let harness = Harness::with(TenantSpec { fleet: fleet::Builtin::ThreePages.into(), ..TenantSpec::default() });
    let names = |rule: Json| -> (usize, usize, u16) {
        arm(&harness, rule);
        let (mut seen, mut pages) = (std::collections::BTreeSet::new(), 0);
        let mut target = Some(format!("{LIST}?$top=1000&$select=id,deviceName"));
        let mut status = 200;
        while let Some(next) = target.take() {
            let answer = get(&harness, &next);
            status = answer.status.as_u16();
            if status != 200 || pages > 9 {
                break;
            }
            pages += 1;
            let page = body_of(&answer);
            for item in page["value"].as_array().unwrap() {
                seen.insert(item["id"].as_str().unwrap().to_owned());
            }
            target = page["@odata.nextLink"].as_str().filter(|link| !link.is_empty()).map(|link| {
                let path = link.find("/v1.0").expect("a link to Graph");
                link[path..].to_owned()
            });
        }
        (seen.len(), pages, status)
    };
    let on = |kind: &str, page: u32| json!({ "id": "f", "match": { "operation": "listDevices", "page": page }, "times": 1, "act": { "page": { "kind": kind } } });
    assert_eq!(names(json!([])), (2500, 3, 200));
    assert_eq!(names(on("empty", 2)), (2500, 4, 200));
    assert_eq!(names(on("short", 1)), (2500, 3, 200));
    assert_eq!(names(on("loop", 2)), (2500, 4, 200));
    assert_eq!(names(on("missing", 1)), (2499, 3, 200));
    assert_eq!(names(on("noLink", 2)), (2000, 2, 200));
    assert_eq!(names(on("nextLinkOnEmpty", 3)), (2500, 4, 200));
    assert_eq!(names(on("nullLink", 3)), (2500, 3, 200));
    assert_eq!(names(on("longLink", 1)), (2500, 3, 200));
    assert_eq!(names(on("escapedLink", 1)), (2500, 3, 200));
    assert_eq!(names(on("relativeLink", 1)), (2500, 3, 200));
    assert_eq!(names(on("otherHost", 1)), (2500, 3, 200));
    assert_eq!(names(on("expiredToken", 1)), (1000, 1, 400));
}

#[test]
fn each_kind_of_body_is_as_written_down() {
    let kinds: Vec<String> = BODY_KINDS
        .iter()
        .map(|kind| {
            format!(
                "## {}\n{}",
                kind.name,
                shown(&spoiled_list(
                    &json!({ "body": { "kind": kind.name } }),
                    "complianceState,lastSyncDateTime,freeStorageSpaceInBytes,notes"
                ))
            )
        })
        .collect();
    insta::assert_snapshot!(kinds.join("\n\n"));
}

#[test]
fn each_kind_of_page_is_as_written_down() {
    let kinds: Vec<String> = PAGE_KINDS
        .iter()
        .map(|kind| {
            format!(
                "## {}\n{}",
                kind.name,
                shown(&spoiled_list(&json!({ "page": { "kind": kind.name } }), "id,deviceName"))
            )
        })
        .collect();
    insta::assert_snapshot!(kinds.join("\n\n"));
}

#[test]
fn each_named_body_is_as_written_down() {
    let bodies: Vec<String> = BODIES
        .iter()
        .map(|body| {
            let answer = spoiled_list(&json!({ "status": { "code": body.status, "body": body.name } }), "id");
            format!("## {}\n{}", body.name, shown(&answer))
        })
        .collect();
    insta::assert_snapshot!(bodies.join("\n\n"));
}

#[test]
fn each_act_is_as_written_down() {
    let acts = [
        json!({ "status": { "code": 429, "retryAfter": { "date": "imf", "in": "PT4S" }, "headers": { "X-Test": "yes" }, "body": { "json": { "a": 1 } } } }),
        json!({ "status": { "code": 418, "body": { "text": "teapot", "contentType": "text/x-pot" } } }),
        json!({ "reset": { "at": "body" } }),
        json!({ "truncate": { "bytes": 10 } }),
        json!({ "stall": { "for": "30s" } }),
        json!({ "slow": { "bytesPerSecond": 100 } }),
        json!({ "chunk": { "bytes": 1 } }),
        json!({ "redirect": { "code": 308 } }),
        json!({ "redirect": { "code": 302, "location": "relative" } }),
        json!({ "token": { "defect": "claimsChallenge" } }),
        json!({ "token": { "defect": "missingRole" } }),
        json!({ "page": { "kind": "noLink" } }),
        json!({ "body": { "kind": "empty" } }),
        json!({ "close": {} }),
        json!({ "informational": { "code": 103 } }),
    ];
    let names: Vec<&str> = Act::ALL.map(|(name, _, _)| name).to_vec();
    for name in names {
        assert!(acts.iter().any(|act| act.get(name).is_some()), "{name} has no example");
    }
    let answers: Vec<String> = acts
        .iter()
        .map(|act| {
            let answer = spoiled_list(act, "id");
            let told = match &answer.delivery {
                Some(delivery) => format!("{} with {} bytes, {delivery:?}", answer.status, answer.body.len()),
                None => told(&answer),
            };
            format!("## {act}\n{told}")
        })
        .collect();
    insta::assert_snapshot!(answers.join("\n\n"));
}
