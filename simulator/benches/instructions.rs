//! Instructions per request on the hot path, counted by valgrind: `cargo bench -p simtune --bench instructions`.
//!
//! Counts do not depend on what else the machine does. The same requests are answered twice in processes that differ only
//! in how many there are; the difference divided by the number of requests in it is the cost of one. No socket, no
//! kernel: from a request as hyper hands it over to an answer as hyper takes it.
//!
//! `-- --check` compares with what is written down in `benches/instructions.toml` and fails where a request has become more
//! expensive than that by a twentieth; `-- --write` writes it down anew.

use std::process::{Command, ExitCode};
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Method, Uri, Version};
use simtune::clock::Wall;
use simtune::exchange::{Door, Request, Scheme};
use simtune::fleet::Source;
use simtune::identity::access_token::{self, Claims, Credential};
use simtune::identity::keys::SigningKey;
use simtune::log::Log;
use simtune::random::Draw;
use simtune::service::Service;
use simtune::tenant::{TenantSpec, Tenants};
use simtune::wire::links::NextLink;

/// Requests that warm everything up: the answer is kept, the token known.
const WARM: usize = 200;
/// Requests that are counted.
const COUNTED: usize = 2_000;

/// How many hundredths a request may cost more than is written down. The tables of the hash maps are laid out anew in each
/// process, and libraries choose their code by the processor.
const TOLERANCE: u64 = 5;
/// What is written down.
const KNOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.toml");

/// What is asked, by name.
const CASES: &[(&str, &str, &str)] = &[
    ("GET one device, kept", "GET", "/v1.0/deviceManagement/managedDevices/{id}"),
    ("GET a page of 10, kept", "GET", "/v1.0/deviceManagement/managedDevices?$top=10"),
    ("GET one device, worked out", "GET", "/v1.0/deviceManagement/managedDevices/{id}?number={number}"),
    (
        "GET by serial number, worked out",
        "GET",
        "/v1.0/deviceManagement/managedDevices?$filter=serialNumber%20eq%20'{number}'",
    ),
    ("POST resetPasscode", "POST", "/v1.0/deviceManagement/managedDevices/{id}/resetPasscode"),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, case, count] = &arguments[..]
        && let (Ok(case), Ok(count)) = (case.parse::<usize>(), count.parse::<usize>())
    {
        answer(case, count);
        return ExitCode::SUCCESS;
    }
    println!("instructions per request, {COUNTED} requests each");
    let told = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let known: toml::Table = std::fs::read_to_string(KNOWN).unwrap_or_default().parse().expect("it is TOML");
    let mut counted = toml::Table::new();
    let mut worse = Vec::new();
    for (index, (name, ..)) in CASES.iter().enumerate() {
        let cost = (instructions(index, WARM + COUNTED) - instructions(index, WARM)) / COUNTED as u64;
        let before = known.get(*name).and_then(toml::Value::as_integer).and_then(|cost| u64::try_from(cost).ok());
        let against = before.map(|before| format!("   written down: {before}")).unwrap_or_default();
        println!("{name:34} {cost:>9}{against}");
        if before.is_none_or(|before| cost > before + before * TOLERANCE / 100) {
            worse.push(*name);
        }
        counted.insert((*name).to_owned(), i64::try_from(cost).expect("a count").into());
    }
    if told("--write") {
        let text =
            format!("# Instructions per request; `cargo bench -p simtune --bench instructions -- --write`\n{counted}");
        std::fs::write(KNOWN, text).expect("it can be written");
    } else if told("--check") && !worse.is_empty() {
        println!(
            "more than {TOLERANCE} % above {KNOWN}, or not in it: {}. Find out why (valgrind --tool=callgrind), or write the \
             new costs down with --write and say in the commit what they buy",
            worse.join("; ")
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Instructions of a process that answers `count` requests.
fn instructions(case: usize, count: usize) -> u64 {
    let own = std::env::current_exe().expect("this program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args([case.to_string(), count.to_string()])
        .output()
        .expect("valgrind is installed");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let line = told.lines().find(|line| line.contains("Collected :")).unwrap_or_else(|| panic!("no count in:\n{told}"));
    line.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a count")
}

fn answer(case: usize, count: usize) {
    let (_, method, target) = CASES[case];
    let wall = Wall::System;
    let spec = TenantSpec { fleet: Source::Generated(100), ..TenantSpec::default() };
    let tenants = Tenants::new(spec, wall.clone()).expect("the spec is sound");
    let tenant = Arc::clone(tenants.default_tenant());
    let id = tenant.world().inventory().iter().next().expect("a device").id().to_string();
    let key = Arc::new(SigningKey::development());
    let directory = tenant.directory();
    let draw = Draw::from_seed(1).at("bench");
    let graph = "https://graph.microsoft.com";
    let claims = Claims::app_only(&directory, &directory.apps[0], graph, Credential::None, wall.now(), draw);
    let token = format!("Bearer {}", access_token::mint(&key, &claims));
    let service = Service::new(tenants, key, NextLink::Door, "127.0.0.1:3650".to_owned(), Log::silent());

    let target = target.replace("{id}", &id);
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("127.0.0.1:3650"));
    headers.insert("user-agent", HeaderValue::from_static("bench"));
    headers.insert("accept", HeaderValue::from_static("application/json"));
    headers.insert("content-length", HeaderValue::from_static("0"));
    headers.insert("authorization", HeaderValue::from_str(&token).expect("a token"));
    for number in 0..count {
        let uri: Uri = target.replace("{number}", &number.to_string()).parse().expect("a target");
        let answer = service.answer(Request {
            method: Method::from_bytes(method.as_bytes()).expect("a verb"),
            uri,
            version: Version::HTTP_11,
            headers: headers.clone(),
            body: Bytes::new(),
            door: Door::BaseUrl(Scheme::Http),
            unread: None,
        });
        assert!(answer.status.is_success(), "{}", answer.status);
    }
}
