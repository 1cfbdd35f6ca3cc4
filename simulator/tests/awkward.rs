//! What broke real clients, by number: each of it seen over a socket, and gone with its knob off.

mod client;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;

use clap::{Args as _, FromArgMatches as _};
use flate2::read::GzDecoder;
use serde_json::Value as Json;
use simtune::awkward::rows::{self, SUBJECTS};
use simtune::awkward::{Knob, Row, Way, markdown, shell};
use simtune::config::Options;
use simtune::faults::load;

use self::client::{Client, Reply};
use crate::sockets::Running;

/// What of the answers shows the thing.
type Look = fn(&[Reply]) -> String;

/// For each number, one look for each of its ways.
const PROBES: &[(u8, &[Look])] = &[
    (1, &[pages]),
    (2, &[last_link, last_link]),
    (3, &[links]),
    (4, &[pages, pages]),
    (5, &[|r| format!("{}; {}", link(&r[0]), error(&r[1])), first_link]),
    (6, &[first_link]),
    (7, &[first_link, first_link]),
    (8, &[hosts, hosts]),
    (9, &[pages]),
    (10, &[pages]),
    (11, &[pages, |r| format!("{}; {}", r[0].json()["expires_in"], error(&r[1]))]),
    (12, &[count, count]),
    (13, &[count]),
    (14, &[values]),
    (15, &[values]),
    (16, &[values]),
    (17, &[|r| format!("{}; {}", values(&r[..1]), member(&r[1], "notes"))]),
    (
        18,
        &[|r| {
            let single = &r[2].json()["deviceActionResults"];
            format!("list {}; device {}", r[1].json()["value"][0]["deviceActionResults"], single[0]["actionState"])
        }],
    ),
    (
        19,
        &[|r| {
            let passcode = &r[1].json()["deviceActionResults"][0]["passcode"];
            format!("{}, {} bytes; passcode later: {}", r[0].status, r[0].body.len(), passcode.is_string())
        }],
    ),
    (20, &[told]),
    (21, &[body, body]),
    (22, &[body]),
    (
        23,
        &[body, |r| {
            let hardware = &r[0].json()["hardwareInformation"];
            hardware["deviceGuardVirtualizationBasedSecurityHardwareRequirementState"].to_string()
        }],
    ),
    (24, &[length, length]),
    (25, &[|r| format!("{}, {} audits", statuses(&r[..2]), r[2].json()["value"].as_array().map_or(0, Vec::len))]),
    (26, &[told]),
    (27, &[told]),
    (28, &[told, told]),
    (29, &[told, told]),
    (30, &[told, told]),
    (31, &[told, told]),
    (32, &[told]),
    (33, &[batch, batch, batch, batch]),
    (34, &[content, content]),
    (35, &[content, content, |r| format!("{} JSON {}", r[0].status, !r[0].json().is_null())]),
    (36, &[told]),
    (37, &[told]),
    (38, &[told, told]),
    (39, &[told, told]),
    (40, &[told, told]),
    (41, &[depth, depth]),
    (42, &[body, body, body]),
    (43, &[|r| format!("{}; {}", body(&r[..1]), values(&r[1..])), body, body]),
    (44, &[body, body]),
    (45, &[values, body]),
    (46, &[values, values]),
    (47, &[statuses, |r| format!("{} whole {}", r[0].status, r[0].whole)]),
    (48, &[location, location, location]),
    (49, &[gzip, gzip, gzip]),
    (50, &[content, content, |r| r[0].json()["@odata.count"].to_string()]),
    (51, &[|r| format!("{}; {}", error(&r[0]), body(&r[1..]))]),
    (52, &[|r| format!("{} records", r[0].json()["value"].as_array().map_or(0, Vec::len))]),
    (53, &[|r| format!("{}; {}", values(&r[..1]), values(&r[1..])), values]),
    (54, &[outcome, outcome]),
    (55, &[signed_in, signed_in]),
];

/// What is seen where the service is like that without being told to.
const EVERY_DAY: &[(u8, &str)] = &[
    (2, "2 pages, last link absent"),
    (
        5,
        "http://127.0.0.1:PORT…$top=1&$select=deviceName&$skiptoken=LastDeviceName%3d%27AOSP-user%27%2cLastDeviceId%3d%27…%27; \
         400 BadRequest: Resource not found for the segment 'managedDevices?$skiptoken=x'.",
    ),
    (18, "list []; device \"done\""),
    (19, "204, 0 bytes; passcode later: true"),
    (20, "400 BadRequest: Resource not found for the segment 'removeDevicePasscode'."),
    (23, "\"meetHardwareRequirements\""),
    (24, "204 Content-Length: absent"),
    (33, "200 (3:200, 2:400, 1:200)"),
    (40, "400 InternalError: {   \"_version\": 3,   \"Message\": \"An error has occurred"),
    (41, "400, JSON in JSON 1×"),
    (42, r#"{"easActivationDateTime":"0001-01-01T00:00:00Z"}"#),
    (43, r#"{"enrolledDateTime":"2025-02-03T03:58:13.1588779Z"}; [{"enrolledDateTime":"2025-02-03T03:58:13Z"}]"#),
    (44, r#"{"totalStorageSpaceInBytes":254719033344,"freeStorageSpaceInBytes":159540359168}"#),
    (45, r#"[{"jailBroken":"False","azureADRegistered":null}]"#),
    (46, r#"[{"userPrincipalName":"","iccid":null}]"#),
    (49, "400, gzip announced, gzip 1×"),
    (50, "200 text/plain: 79"),
    (
        51,
        "400 InternalError: {   \"_version\": 3,   \"Message\": \"An error has occurred; {\"deviceName\":\"iPhone-1\"}",
    ),
    (53, r#"[{"deviceName":"Sam’s iPhone"}]; [{"model":"iPad Pro (12.9\")(5th generation)"}]"#),
    (55, "401 AADSTS7000215"),
];

fn statuses(replies: &[Reply]) -> String {
    replies.iter().map(status).collect::<Vec<_>>().join(", ")
}

fn status(reply: &Reply) -> String {
    if reply.status == 0 { "nothing".to_owned() } else { reply.status.to_string() }
}

/// The beginning of a text.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(96).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Status, and what an error says.
fn error(reply: &Reply) -> String {
    let error = &reply.json()["error"];
    match (&error["code"], &error["message"]) {
        (Json::String(code), Json::String(message)) => {
            let message = message.split(" - Operation").next().unwrap_or_default();
            format!("{} {code}: {}", status(reply), short(&message.replace("\r\n", " ")))
        }
        _ => status(reply),
    }
}

/// The same for each answer, with its `Retry-After`.
fn told(replies: &[Reply]) -> String {
    let told = |reply: &Reply| match reply.header("retry-after") {
        Some(wait) => format!("{} (Retry-After: {wait})", error(reply)),
        None => error(reply),
    };
    replies.iter().map(told).collect::<Vec<_>>().join(" | ")
}

fn rows_of(reply: &Reply) -> usize {
    reply.json()["value"].as_array().map_or(0, Vec::len)
}

/// How many devices each page has, and whether there is a link.
fn pages(replies: &[Reply]) -> String {
    let page = |reply: &Reply| match reply.status {
        200 => format!("{} devices{}", rows_of(reply), if reply.link().is_some() { " →" } else { "" }),
        _ => error(reply),
    };
    replies.iter().map(page).collect::<Vec<_>>().join(" | ")
}

/// Where the first page leads, without its path and the id of a device.
fn link(reply: &Reply) -> String {
    let Some(link) = reply.link() else { return "no link".to_owned() };
    let (root, query) = link.split_once("/v1.0/deviceManagement/managedDevices?").unwrap_or(("?", &link));
    let (before, id) = query.split_once("LastDeviceId%3d%27").unwrap_or((query, ""));
    format!("{root}…{before}LastDeviceId%3d%27…{}", id.get(36..).unwrap_or_default())
}

fn first_link(replies: &[Reply]) -> String {
    link(&replies[0])
}

fn last_link(replies: &[Reply]) -> String {
    let body = replies.last().expect("a page").json();
    format!(
        "{} pages, last link {}",
        replies.len(),
        body.get("@odata.nextLink").map_or("absent".into(), Json::to_string)
    )
}

/// How many links there were, and how many different ones.
fn links(replies: &[Reply]) -> String {
    let links: Vec<String> = replies.iter().filter_map(Reply::link).collect();
    let different: std::collections::BTreeSet<&String> = links.iter().collect();
    format!("{} links, {} different", links.len(), different.len())
}

/// Where the links lead, and what came of following them.
fn hosts(replies: &[Reply]) -> String {
    let host = |reply: &Reply| {
        let link = reply.link().unwrap_or_default();
        let host = link.split('/').nth(2).unwrap_or("nowhere").split(':').next().unwrap_or_default().to_owned();
        format!("{} → {host}", reply.status)
    };
    replies.iter().map(host).collect::<Vec<_>>().join(" | ")
}

fn count(replies: &[Reply]) -> String {
    let count = &replies[0].json()["@odata.count"];
    if count.is_null() { error(&replies[0]) } else { format!("{count} devices") }
}

fn member(reply: &Reply, name: &str) -> String {
    reply.json().get(name).map_or("absent".to_owned(), |value| short(&value.to_string()))
}

/// A body without its annotations.
fn body(replies: &[Reply]) -> String {
    match replies[0].json() {
        Json::Object(mut members) if replies[0].status == 200 => {
            members.retain(|name, _| !name.starts_with('@') && name != "id");
            short(&Json::Object(members).to_string())
        }
        _ => error(&replies[0]),
    }
}

/// The devices of a list.
fn values(replies: &[Reply]) -> String {
    replies.first().map_or_else(String::new, |reply| short(&reply.json()["value"].to_string()))
}

fn length(replies: &[Reply]) -> String {
    format!("{} Content-Length: {}", replies[0].status, replies[0].header("content-length").unwrap_or("absent"))
}

/// Each answer of each batch, in the order in which they came.
fn batch(replies: &[Reply]) -> String {
    let part = |part: &Json| {
        let wait = part["headers"]["Retry-After"].as_str().map_or(String::new(), |wait| format!(" after {wait}"));
        let body = &part["body"];
        let kind = if body.is_object() { "" } else { " no JSON" };
        format!("{}:{}{wait}{kind}", part["id"].as_str().unwrap_or("?"), part["status"])
    };
    let whole = |reply: &Reply| {
        let parts = reply.json()["responses"].as_array().map(|parts| parts.iter().map(part).collect::<Vec<_>>());
        format!("{} ({})", reply.status, parts.unwrap_or_default().join(", "))
    };
    replies.iter().map(whole).collect::<Vec<_>>().join(" | ")
}

fn content(replies: &[Reply]) -> String {
    let kind = replies[0].header("content-type").unwrap_or("no type").split(';').next().unwrap_or_default();
    let begins = replies[0].text().trim_start().chars().take(24).collect::<String>();
    format!("{} {kind}: {begins}", replies[0].status)
}

/// How often a message is JSON inside.
fn depth(replies: &[Reply]) -> String {
    let mut depth = 0;
    let mut inner = replies[0].json()["error"]["message"].clone();
    while let Json::String(text) = &inner {
        match serde_json::from_str::<Json>(text) {
            Ok(Json::Object(members)) => {
                depth += 1;
                inner = members.get("Message").cloned().unwrap_or_default();
            }
            _ => break,
        }
    }
    format!("{}, JSON in JSON {depth}×", replies[0].status)
}

fn location(replies: &[Reply]) -> String {
    format!("{} {}", replies[0].status, replies[0].header("location").unwrap_or("no Location"))
}

/// What is announced, and how often the body has to be inflated.
fn gzip(replies: &[Reply]) -> String {
    let mut body = replies[0].body.clone();
    let mut times = 0;
    while body.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        GzDecoder::new(&body[..]).read_to_end(&mut plain).expect("gzip");
        (body, times) = (plain, times + 1);
    }
    let announced = replies[0].header("content-encoding").unwrap_or("nothing");
    format!("{}, {announced} announced, gzip {times}×", replies[0].status)
}

fn outcome(replies: &[Reply]) -> String {
    format!("{}; {}", replies[0].status, replies[1].json()["deviceActionResults"][0]["actionState"])
}

fn signed_in(replies: &[Reply]) -> String {
    let reply = replies[0].json();
    let refused = reply["error_description"].as_str().map(|text| text.split(':').next().unwrap_or_default().to_owned());
    format!("{} {}", replies[0].status, refused.unwrap_or_else(|| "a token".to_owned()))
}

/// A tenant of a running simulator, by the path of the control API.
struct Tenant<'a> {
    running: &'a Running,
    path: String,
    credentials: [String; 3],
    /// The ids of its devices by their names, as they were when it was made.
    ids: BTreeMap<String, String>,
}

impl<'a> Tenant<'a> {
    fn new(running: &'a Running) -> Self {
        let (status, tenant) = running.control("POST", "/api/tenants", r#"{"clock":"2026-11-26T07:00:00Z"}"#);
        assert_eq!(status, 201, "{tenant}");
        Self::of(running, &tenant)
    }

    /// The tenant that the flags are about.
    fn default(running: &'a Running) -> Self {
        Self::of(running, &running.control("GET", "/api/tenants/default", "").1)
    }

    fn of(running: &'a Running, view: &Json) -> Self {
        let text = |value: &Json| value.as_str().expect("text").to_owned();
        let id = text(&view["tenantId"]);
        let path = format!("/api/tenants/{id}");
        let credentials = [id, text(&view["clientId"]), text(&view["clientSecret"])];
        let (_, devices) = running.control("GET", &format!("{path}/devices"), "");
        let devices = devices["value"].as_array().expect("devices");
        let ids = devices.iter().map(|device| (text(&device["deviceName"]), text(&device["id"]))).collect();
        Self { running, path, credentials, ids }
    }

    fn control(&self, verb: &str, path: &str, body: &str) -> Json {
        let (status, answer) = self.running.control(verb, &format!("{}/{path}", self.path), body);
        assert!(status < 300, "{verb} {path} {body}: {status} {answer}");
        answer
    }

    fn turn_on(&self, knob: &Knob, number: u8) {
        if let Some((verb, path, body)) = shell::call(knob, number) {
            let path = match path.split_once("{id:") {
                Some((before, name)) => format!("{before}{}", self.ids[name.trim_end_matches('}')]),
                None => path,
            };
            self.control(verb, &path, &body);
        }
    }

    /// A quirk has another value by default, or not; whatever else there is, is off by itself.
    fn turn_off(&self, knob: &Knob) {
        if let Knob::Quirk(name, _, off) = knob {
            self.control("PATCH", "quirks", &format!(r#"{{"{name}":"{off}"}}"#));
        }
    }

    /// What a client gets that asks what the way asks.
    fn observed(&self, way: &Way, look: Look) -> String {
        let mut client = Client {
            address: self.running.client,
            token: self.control("POST", "tokens", "{}")["access_token"].as_str().expect("a token").to_owned(),
            credentials: self.credentials.clone(),
            ids: &self.ids,
            advance: &|by| {
                self.control("POST", "clock/advance", &format!(r#"{{"by":"{by}"}}"#));
            },
        };
        let replies: Vec<Reply> = way.asks.iter().flat_map(|ask| client.ask(ask)).collect();
        look(&replies).replace(&format!(":{}", self.running.client.port()), ":PORT")
    }

    /// What is seen with the knobs on, and with them off; nothing, where there are none.
    fn both(&self, row: &Row, way: &Way, look: Look) -> (String, Option<String>) {
        self.control("POST", "reset", "");
        way.knobs.iter().for_each(|knob| self.turn_on(knob, row.number));
        let on = self.observed(way, look);
        if way.is_normal() {
            return (on, None);
        }
        self.control("POST", "reset", "");
        way.knobs.iter().for_each(|knob| self.turn_off(knob));
        (on, Some(self.observed(way, look)))
    }
}
fn options_of(flags: &[String]) -> Options {
    let command = Options::augment_args(clap::Command::new("serve"));
    let words = flags.iter().flat_map(|flags| flags.split(' '));
    let matches = command.try_get_matches_from(std::iter::once("serve").chain(words));
    Options::from_arg_matches(&matches.unwrap_or_else(|error| panic!("{flags:?}: {error}"))).expect("options")
}

/// The same for flags: another simulator has them.
fn with_flags(tenant: &Tenant<'_>, way: &Way, look: Look) -> (String, Option<String>) {
    let other = Running::with(options_of(&shell::flags(way)));
    (Tenant::default(&other).observed(way, look), Some(tenant.observed(way, look)))
}

#[test]
fn each_of_the_fifty_five_is_seen_and_is_gone_with_its_knob_off() {
    let running = Running::start();
    let tenant = Tenant::new(&running);
    let probes: BTreeMap<u8, &[Look]> = PROBES.iter().copied().collect();
    assert_eq!(probes.len(), PROBES.len(), "a number has two probes");
    assert!(probes.keys().copied().eq(1..=55), "there is a probe for each number and for no other");
    let mut every_day: BTreeMap<u8, &str> = EVERY_DAY.iter().copied().collect();
    let mut story = String::new();
    for row in rows::all() {
        let looks = probes[&row.number];
        assert_eq!(looks.len(), row.ways.len(), "{}: a look for each way", row.number);
        writeln!(story, "{} {}", row.number, row.what).unwrap();
        for (way, look) in row.ways.iter().zip(looks) {
            let flags = way.kind() == "option";
            let (on, off) = if flags { with_flags(&tenant, way, *look) } else { tenant.both(row, way, *look) };
            writeln!(story, "  {}: {on}", way.kind()).unwrap();
            match off {
                Some(off) => {
                    assert_ne!(on, off, "{}: {} shows nothing", row.number, way.kind());
                    writeln!(story, "    off: {off}").unwrap();
                }
                None => assert_eq!(every_day.remove(&row.number), Some(on.as_str()), "{} every day", row.number),
            }
        }
    }
    assert!(every_day.is_empty(), "needs a knob, or is met twice: {every_day:?}");
    insta::assert_snapshot!(story);
}

#[test]
fn there_are_fifty_five_rows_in_order() {
    let numbers: Vec<u8> = rows::all().map(|row| row.number).collect();
    assert!(numbers.iter().copied().eq(1..=55), "{numbers:?}");
    for row in rows::all() {
        assert!(!row.ways.is_empty() && !row.what.is_empty() && !row.reports.is_empty(), "{}", row.number);
        assert!(row.ways.iter().all(|way| way.seen.ends_with('.')), "{}: sentences end", row.number);
    }
    assert!(SUBJECTS.iter().all(|subject| !subject.rows.is_empty()));
}

#[test]
fn no_command_in_the_document_is_wrong() {
    let document = markdown::document();
    let rest: Vec<&str> = document.split("simtune serve").skip(1).collect();
    for rest in &rest {
        let flags = rest.split(['`', '#', '\n', ',']).next().unwrap_or_default().trim();
        let flags: Vec<String> = (!flags.is_empty()).then(|| flags.to_owned()).into_iter().collect();
        options_of(&flags).check().unwrap_or_else(|error| panic!("{flags:?}: {error}"));
    }
    let from_the_start = rows::all().flat_map(|row| row.ways).filter(|way| !shell::flags(way).is_empty()).count();
    assert!(rest.len() > from_the_start / 2, "the document names flags");

    let (mut faults, mut bodies) = (0, 0);
    for (_, body) in document.lines().filter_map(|line| line.split_once(" -d '")) {
        let body = body.split('\'').next().filter(|body| !body.is_empty());
        let Some(body) = body else { continue };
        let json: Json = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
        bodies += 1;
        if json["value"].is_array() {
            let rules = json["value"].as_array().expect("rules").clone();
            load::rules(rules).unwrap_or_else(|problem| panic!("{problem}: {body}"));
            faults += 1;
        }
    }
    let knobs = rows::all().flat_map(|row| row.ways).flat_map(|way| way.knobs);
    assert_eq!(faults, knobs.filter(|knob| matches!(knob, Knob::Fault(_))).count());
    assert!(bodies > faults);
}

#[cfg(unix)]
#[test]
fn a_shell_can_read_every_command() {
    use std::io::Write as _;
    let document = markdown::document();
    let commands: Vec<&str> = document.split("```sh\n").skip(1).filter_map(|part| part.split("```").next()).collect();
    let mut sh =
        std::process::Command::new("sh").arg("-n").stdin(std::process::Stdio::piped()).spawn().expect("a shell");
    sh.stdin.take().expect("its input").write_all(commands.concat().as_bytes()).expect("it reads");
    assert!(sh.wait().expect("it ends").success());
    assert!(commands.len() > 55);
}
