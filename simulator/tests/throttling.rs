//! Budgets: which request is refused, what it is told, and who kept to it.

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use insta::assert_snapshot;
use serde_json::{Value as Json, json as made};
use simtune::exchange::Answer;
use simtune::identity::directory::{App, Auth};
use simtune::random::Draw;
use simtune::tenant::TenantSpec;
use simtune::throttle::{BUDGETS, Mode};

use crate::harness::{Harness, With, json, request, text, told};
use crate::sockets::{Running, exchange};

const DEVICES: &str = "/v1.0/deviceManagement/managedDevices";

fn throttled(mode: &str) -> Harness {
    Harness::with(TenantSpec { throttle: mode.parse().expect("a mode"), ..TenantSpec::default() })
}

/// The token of an app of its own with these roles.
fn token_of(harness: &Harness, name: &str, roles: &[&str]) -> String {
    let tenant = harness.service.tenants().default_tenant();
    let mut app = App::default_of_tenant(Draw::from_seed(1).at(name));
    if !roles.is_empty() {
        app.roles = roles.iter().map(|role| (*role).to_owned()).collect();
    }
    let (id, secret) = (app.client_id, app.secrets[0].value.clone());
    tenant.put_app(app);
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", &id.to_string())
        .append_pair("client_secret", &secret)
        .append_pair("scope", "https://graph.microsoft.com/.default")
        .finish();
    let asked = request(Method::POST, &format!("/{}/oauth2/v2.0/token", tenant.id), body.as_bytes())
        .with("content-type", "application/x-www-form-urlencoded");
    json(&harness.send(asked))["access_token"].as_str().expect("a token").to_owned()
}

fn ask_as(harness: &Harness, token: &str, method: Method, target: &str) -> Answer {
    harness.send(request(method, target, b"").with("authorization", &format!("Bearer {token}")))
}

fn sync(harness: &Harness) -> String {
    format!("{DEVICES}/{}/syncDevice", harness.id_of("iPhone-1"))
}

fn last(harness: &Harness) -> Json {
    harness.service.tenants().default_tenant().records().journal.last().expect("an entry")
}

fn retry_after(answer: &Answer) -> &str {
    answer.headers["retry-after"].to_str().expect("text")
}

/// How early each retry in the ledger was, in milliseconds.
fn early(harness: &Harness) -> Vec<i64> {
    let tenant = harness.service.tenants().default_tenant();
    let records = tenant.records();
    records.ledger.rows().map(|row| row.early_by.num_milliseconds()).collect()
}

#[test]
fn the_first_write_beyond_the_documented_number_is_refused_and_no_other() {
    let harness = throttled("enforce");
    let target = sync(&harness);
    let apps: Vec<String> = ["one", "two", "three"].iter().map(|name| token_of(&harness, name, &[])).collect();
    for (app, number) in [(0, 200), (1, 200)] {
        for request in 1..=number {
            let answer = ask_as(&harness, &apps[app], Method::POST, &target);
            assert_eq!(answer.status, 204, "request {request} of app {app}: {}", text(&answer));
        }
    }
    // The third app asked for nothing yet, and the tenant's 400 are used up.
    let refused = ask_as(&harness, &apps[2], Method::POST, &target);
    assert_eq!((refused.status.as_u16(), retry_after(&refused)), (429, "20"));
    assert_eq!(ask_as(&harness, &apps[0], Method::GET, DEVICES).status, 200, "reading has a budget of its own");
    harness.advance(TimeDelta::seconds(20));
    for _ in 0..200 {
        assert_eq!(ask_as(&harness, &apps[2], Method::POST, &target).status, 204);
    }
    assert_eq!(ask_as(&harness, &apps[2], Method::POST, &target).status, 429, "an app has half of the tenant's");
    assert_eq!(ask_as(&harness, &apps[0], Method::POST, &target).status, 204);
}

#[test]
fn answers_that_are_kept_draw_on_the_budget_as_well() {
    // Twenty requests per app.
    let harness = throttled("0.01");
    let statuses: Vec<u16> = (0..22).map(|_| harness.get(DEVICES).status.as_u16()).collect();
    assert_eq!(statuses, [vec![200; 20], vec![429; 2]].concat());
    assert_eq!(harness.get("/v1.0/deviceManagement/auditEvents").status, 200, "another group");
}

#[test]
fn whoever_waits_as_told_is_let_in_and_whoever_does_not_is_written_down() {
    // One request in 20 seconds.
    let harness = throttled("0.0001");
    assert_eq!(harness.get(DEVICES).status, 200);
    harness.advance(TimeDelta::milliseconds(1_500));
    let refused = harness.get(DEVICES);
    assert_eq!((refused.status.as_u16(), retry_after(&refused)), (429, "20"), "a refused request counts too");
    harness.advance(TimeDelta::milliseconds(19_250));
    let again = harness.get(DEVICES);
    assert_eq!((again.status.as_u16(), retry_after(&again)), (429, "20"));
    assert_eq!(early(&harness), [750]);
    harness.advance(TimeDelta::seconds(20));
    assert_eq!(harness.get(DEVICES).status, 200);
    assert_eq!(early(&harness), [750, 0]);
    assert_eq!(harness.service.tally().counts().early_retries.total(), 1);
    let tenant = harness.service.tenants().default_tenant();
    let records = tenant.records();
    let row = records.ledger.rows().next().expect("a row");
    assert_eq!((row.request_id, row.retry_request_id), (refused.request_id, again.request_id));
    assert_eq!((&*row.method, &*row.target, &*row.retry_after), ("GET", DEVICES, "20"));
    assert_eq!(row.came_at - row.told_at, TimeDelta::milliseconds(19_250));
}

#[test]
fn every_form_of_retry_after_is_true() {
    for form in ["integer", "decimal", "date"] {
        let harness = throttled("0.0001");
        let tenant = harness.service.tenants().default_tenant();
        let mut quirks = *tenant.world().quirks();
        quirks.set("retry-after", form).expect("a quirk");
        tenant.world().set_quirks(quirks);
        harness.get(DEVICES);
        harness.advance(TimeDelta::microseconds(3_141_592));
        let refused = harness.get(DEVICES);
        let now = harness.wall.now();
        let due = simtune::throttle::retry_after::read(retry_after(&refused), now).expect("it can be read");
        harness.advance(due - now);
        assert_eq!(harness.get(DEVICES).status, 200, "{form}: {}", retry_after(&refused));
        assert_eq!(early(&harness), [0], "{form}");
    }
}

/// A report and an enforcement of the same requests at the same times agree on each of them.
#[test]
fn a_report_refuses_nothing_and_says_what_would_have_been_refused() {
    let (report, enforced) = (throttled("report"), throttled("enforce"));
    let target = sync(&report);
    let draw = Draw::from_seed(9);
    let mut over = 0_u64;
    for number in 0..500_u64 {
        let later = TimeDelta::milliseconds(i64::try_from(draw.nth(number).below(150)).expect("small"));
        report.advance(later);
        enforced.advance(later);
        let status = enforced.ask(Method::POST, &target, b"").status.as_u16();
        assert_eq!(last(&enforced)["wouldThrottle"], false, "it was");
        assert_eq!(report.ask(Method::POST, &target, b"").status, 204);
        assert_eq!(last(&report)["wouldThrottle"], status == 429, "request {number}");
        over += u64::from(status == 429);
    }
    assert!((1..400).contains(&over), "{over}");
    let tenant = report.service.tenants().default_tenant();
    let counted = |world: &simtune::world::World| (world.throttle.refused(), world.throttle.would_refuse());
    assert_eq!(counted(&tenant.world()), (0, over));
    let counts = report.service.tally().counts();
    assert_eq!((counts.over_budget.total(), counts.throttled), (over, 0));
    let counts = enforced.service.tally().counts();
    assert_eq!((counts.over_budget.total(), counts.throttled), (over, over));
}

#[test]
fn a_token_comes_before_the_budget_and_a_role_behind_it() {
    let harness = throttled("0.0001");
    let reader = token_of(&harness, "reader", &["DeviceManagementApps.Read.All"]);
    for _ in 0..3 {
        assert_eq!(ask_as(&harness, "wrong", Method::GET, DEVICES).status, 401, "nobody's requests count");
        assert_eq!(harness.get("/v1.0/deviceManagement/nothing").status, 400, "what leads nowhere does not count");
    }
    assert_eq!(ask_as(&harness, &reader, Method::GET, DEVICES).status, 403, "but what is refused for its role does");
    assert_eq!(ask_as(&harness, &reader, Method::GET, DEVICES).status, 429);
    assert_eq!(last(&harness)["refusal"], "throttled");
}

#[test]
fn who_brings_no_token_to_a_relaxed_tenant_shares_a_budget_with_all_who_do_not() {
    let mode = Mode::Enforce { factor: 0.0001 };
    let harness = Harness::with(TenantSpec { auth: Auth::Relaxed, throttle: mode, ..TenantSpec::default() });
    let ask = || harness.send(request(Method::GET, DEVICES, b"")).status.as_u16();
    assert_eq!([ask(), ask()], [200, 429]);
}

fn bulk(harness: &Harness, action: &str, names: &[&str]) -> Answer {
    let ids: Vec<String> = names.iter().map(|name| harness.id_of(name)).collect();
    let body = made!({ "actionName": action, "deviceIds": ids }).to_string();
    harness.ask(Method::POST, "/beta/deviceManagement/managedDevices/executeAction", body.as_bytes())
}

#[test]
fn a_day_has_room_for_so_many_devices_whoever_asks_and_begins_at_midnight_of_utc() {
    // One wipe, two retires, two deletes a day; a write in 20 seconds.
    let harness = throttled("0.002");
    let pause = || harness.advance(TimeDelta::seconds(20));
    let whole = bulk(&harness, "delete", &["iPhone-1", "iPad-1", "MacBook-1"]);
    assert_eq!(whole.status, 429, "all of them or none: {}", text(&whole));
    pause();
    assert_eq!(bulk(&harness, "delete", &["iPhone-1"]).status, 200);
    pause();
    let one = format!("{DEVICES}/{}", harness.id_of("iPad-1"));
    assert_eq!(harness.ask(Method::DELETE, &one, b"").status, 204);
    pause();
    let other = format!("{DEVICES}/{}", harness.id_of("MacBook-1"));
    let refused = harness.ask(Method::DELETE, &other, b"");
    assert_eq!(refused.status, 429);
    let midnight: DateTime<Utc> = "2018-03-09T00:00:00Z".parse().expect("a date");
    let wait = TimeDelta::seconds(retry_after(&refused).parse().expect("a number"));
    assert!(harness.wall.now() + wait >= midnight && harness.wall.now() + wait < midnight + TimeDelta::seconds(1));
    pause();
    let retire = format!("{DEVICES}/{}/retire", harness.id_of("Android-6"));
    assert_eq!(harness.ask(Method::POST, &retire, b"").status, 204, "each action has a cap of its own");
    harness.advance(midnight - harness.wall.now() - TimeDelta::microseconds(1));
    assert_eq!(harness.ask(Method::DELETE, &other, b"").status, 429);
    pause();
    assert_eq!(harness.ask(Method::DELETE, &other, b"").status, 204);
}

#[test]
fn a_reset_gives_every_budget_back_and_the_mode_as_well() {
    let harness = throttled("0.0001");
    let tenant = harness.service.tenants().default_tenant();
    assert_eq!([harness.get(DEVICES).status.as_u16(), harness.get(DEVICES).status.as_u16()], [200, 429]);
    tenant.world().throttle.set_mode(Mode::Off);
    assert_eq!([harness.get(DEVICES).status.as_u16(), harness.get(DEVICES).status.as_u16()], [200, 200]);
    tenant.reset(harness.wall.now());
    assert_eq!([harness.get(DEVICES).status.as_u16(), harness.get(DEVICES).status.as_u16()], [200, 429]);
    assert!(tenant.records().ledger.rows().len() == 0);
}

#[test]
fn the_directory_says_whose_budget_it_is() {
    let harness = throttled("0.0001");
    assert_eq!(harness.get("/v1.0/users").status, 200);
    let refused = harness.get("/v1.0/users");
    assert_snapshot!("directory_refusal", told(&refused));
    let scope = refused.headers["x-ms-throttle-scope"].to_str().expect("text");
    let tenant = harness.service.tenants().default_tenant();
    assert_eq!(scope, format!("Tenant_Application/ReadWrite/{}/{}", tenant.directory().apps[0].client_id, tenant.id));
}

#[test]
fn what_a_directory_request_costs_is_as_documented() {
    let harness = Harness::new();
    let tenant = harness.service.tenants().default_tenant();
    let row = BUDGETS.iter().position(|budget| budget.unit() == "resource units").expect("the directory's budget");
    let used = || tenant.world().throttle.usage(row, harness.wall.now()).0.used;
    for (query, cost) in [
        ("/users", 2),
        ("/users?$select=id", 1),
        ("/users?$top=19", 1),
        ("/users?$top=20", 2),
        ("/users?$select=id&$top=5", 1),
        ("/organization", 1),
    ] {
        let before = used();
        assert_eq!(harness.get(&format!("/v1.0{query}")).status, 200);
        assert_eq!(used() - before, cost, "{query}");
    }
}

#[test]
fn an_enforced_refusal_reads_as_every_other_answer() {
    let harness = throttled("0.0001");
    harness.get(DEVICES);
    assert_snapshot!("refusal", told(&harness.get(DEVICES)));
}

#[test]
fn the_control_api_shows_budgets_and_ledger_and_changes_the_mode() {
    let running = Running::start();
    let (status, tenant) = running.control(
        "POST",
        "/api/tenants",
        r#"{"fleet":3,"seed":7,"clock":"2018-03-08T08:00:00Z","throttle":0.0001}"#,
    );
    assert_eq!(status, 201, "{tenant}");
    let path = format!("/api/tenants/{}", tenant["tenantId"].as_str().expect("an id"));
    let (_, token) = running.control("POST", &format!("{path}/tokens"), "{}");
    let token = token["access_token"].as_str().expect("a token");
    for _ in 0..3 {
        let asked = format!(
            "GET {DEVICES} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        exchange(running.client, asked.as_bytes());
    }
    let (status, view) = running.control("GET", &format!("{path}/throttle"), "");
    assert_eq!(status, 200);
    assert_snapshot!("control_view", serde_json::to_string_pretty(&view).expect("JSON"));
    let (_, reported) = running.control("PATCH", &format!("{path}/throttle"), r#"{"mode":"report"}"#);
    assert_eq!(
        (&reported["mode"], &reported["refused"], &reported["ledger"]),
        (&made!("report"), &made!(0), &view["ledger"])
    );
    assert_eq!(reported["budgets"][0]["limit"], 400);
    let (_, enforced) = running.control("PATCH", &format!("{path}/throttle"), r#"{"mode":2}"#);
    assert_eq!(
        (&enforced["mode"], &enforced["factor"], &enforced["budgets"][0]["limit"]),
        (&made!("enforce"), &made!(2.0), &made!(800))
    );
    running.control("PUT", "/api/tenants/default/clock", r#"{"mode":"auto"}"#);
    let (_, untouched) = running.control("GET", "/api/tenants/default/throttle", "");
    assert_eq!((&untouched["mode"], &untouched["clockNote"]), (&made!("report"), &Json::Null));
    for body in [r#"{"mode":"sometimes"}"#, r#"{"mode":0}"#, "{}", r#"{"mode":"off","factor":1}"#] {
        let (status, refused) = running.control("PATCH", &format!("{path}/throttle"), body);
        assert_eq!(status, 400, "{body}: {refused}");
    }
}
