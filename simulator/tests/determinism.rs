//! The same seed and the same requests give the same journal, byte for byte, under a clock that only the tester moves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use hyper::Method;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use simtune::faults::Faults;
use simtune::tenant::TenantSpec;

use crate::happenings::{self, Happening, Stage, rules};
use crate::sockets::Running;

/// The journal after all that happened to a new tenant with these faults.
fn journal(happenings: &[Happening], faults: Json) -> Json {
    let mut stage = Stage::new(TenantSpec::default());
    stage.tenant().world().faults = Faults::new(&rules(faults));
    for what in happenings {
        stage.happen(what);
    }
    stage.journal()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5))]
    #[test]
    fn the_same_requests_give_the_same_journal(happened in prop::collection::vec(happenings::anything(), 10..50)) {
        let (first, second) = (journal(&happened, json!([])), journal(&happened, json!([])));
        prop_assert_eq!(first.to_string(), second.to_string());
    }

    /// A fault spoils the answer it strikes and nothing else: neither another answer nor an id nor an outcome.
    #[test]
    fn a_fault_changes_nothing_but_what_it_strikes(
        happened in prop::collection::vec(happenings::asked(), 10..40),
        struck in 1_usize..10,
        before in any::<bool>(),
    ) {
        // Before the request is processed, its effect is lost as well; so only what has none is struck then.
        let rule = if before {
            json!({ "id": "one", "match": { "method": "GET", "nth": struck }, "act": { "status": { "code": 503 } } })
        } else {
            json!({ "id": "one", "match": { "path": "/*/deviceManagement/*", "nth": struck }, "apply": "after", "act": { "status": { "code": 503 } } })
        };
        let (spared, spoiled) = (journal(&happened, json!([])), journal(&happened, json!([rule])));
        let pairs = spared["value"].as_array().unwrap().iter().zip(spoiled["value"].as_array().unwrap());
        let mut differ = 0;
        for (spared, spoiled) in pairs {
            if spoiled["injected"].is_null() {
                prop_assert_eq!(spared.to_string(), spoiled.to_string());
            } else {
                prop_assert_eq!(&spared["requestId"], &spoiled["requestId"]);
                prop_assert_eq!(&spoiled["status"], 503);
                differ += 1;
            }
        }
        prop_assert!(differ <= 1);
        prop_assert_eq!(&spared["next"], &spoiled["next"]);
    }

    /// What a rule draws is addressed by the rule's name and its own count.
    #[test]
    fn a_rule_that_meets_nothing_changes_nothing(happened in prop::collection::vec(happenings::asked(), 20..40)) {
        let at_random = json!({ "id": "at-random", "rate": 0.5, "match": { "method": "GET" }, "act": { "status": { "code": 503 } } });
        let idle = json!({ "id": "idle", "rate": 0.5, "match": { "path": "/never/*" }, "act": { "status": { "code": 500 } } });
        let alone = journal(&happened, json!([at_random]));
        for both in [json!([idle, at_random]), json!([at_random, idle])] {
            prop_assert_eq!(alone.to_string(), journal(&happened, both).to_string());
        }
    }
}

#[test]
fn faults_strike_at_random_and_the_test_above_sees_them() {
    let list = Happening::Ask(Method::GET, "/v1.0/deviceManagement/managedDevices?$top=1".to_owned(), "");
    let at_random =
        json!([{ "id": "at-random", "rate": 0.5, "act": { "status": { "code": 503 } }, "match": { "method": "GET" } }]);
    let journal = journal(&vec![list; 20], at_random);
    let struck = journal["value"].as_array().unwrap().iter().filter(|entry| entry["status"] == 503).count();
    assert!((3..=17).contains(&struck), "{struck} of 20");
}

/// A client's connection that stays open.
struct Connection {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
    token: String,
}

impl Connection {
    fn open(host: SocketAddr, token: &str) -> Self {
        let stream = TcpStream::connect(host).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream: BufReader::new(stream), host, token: token.to_owned() }
    }

    /// Sends a request and reads the answer to its end.
    fn ask(&mut self, method: &str, target: &str, body: &str) {
        let (host, token, length) = (self.host, &self.token, body.len());
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).expect("it reads");
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line();
            let line = line.to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            }
            chunked |= line == "transfer-encoding: chunked";
            if line.is_empty() {
                break;
            }
        }
        if !chunked {
            return self.skip(length);
        }
        loop {
            let size = usize::from_str_radix(&self.line(), 16).expect("a size");
            self.skip(size + 2);
            if size == 0 {
                return;
            }
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("an answer");
        line.trim_end().to_owned()
    }

    fn skip(&mut self, length: usize) {
        let mut skipped = vec![0; length];
        self.stream.read_exact(&mut skipped).expect("a whole answer");
    }
}

const CONNECTIONS: u64 = 64;

/// Sixty-four tenants, each with a client of its own, all at once; the journal of each without the simulator's port.
fn in_parallel(order: impl Fn(u64) -> u64) -> Vec<String> {
    let running = Running::start();
    let port = running.client.port().to_string();
    let (_, devices) = running.control("GET", "/api/tenants/default/devices?top=8", "");
    let devices = devices["value"].as_array().unwrap();
    let ids: Vec<&str> = devices.iter().map(|device| device["id"].as_str().unwrap()).collect();
    let mut clients: Vec<(u64, String, String)> = (0..CONNECTIONS)
        .map(|number| {
            let number = order(number);
            let id = format!("00000000-0000-4000-8000-0000000000{number:02}");
            let tenant = format!(r#"{{"tenantId":"{id}","clock":"2030-01-01T00:00:00Z"}}"#);
            let (status, tenant) = running.control("POST", "/api/tenants", &tenant);
            assert_eq!(status, 201, "{tenant}");
            let path = format!("/api/tenants/{id}");
            let (_, token) = running.control("POST", &format!("{path}/tokens"), "{}");
            (number, path, token["access_token"].as_str().unwrap().to_owned())
        })
        .collect();
    let gate = std::sync::Barrier::new(clients.len());
    std::thread::scope(|scope| {
        for (_, _, token) in &clients {
            let (gate, host, ids) = (&gate, running.client, &ids);
            scope.spawn(move || {
                let mut connection = Connection::open(host, token);
                gate.wait();
                let devices = "/v1.0/deviceManagement/managedDevices";
                connection.ask("GET", &format!("{devices}?$top=3&$select=id"), "");
                for id in &ids[..3] {
                    connection.ask("POST", &format!("{devices}/{id}/resetPasscode"), "");
                }
                connection.ask("PATCH", &format!("{devices}/{}", ids[4]), r#"{"notes":"mine"}"#);
                connection.ask("DELETE", &format!("{devices}/{}", ids[5]), "");
                connection.ask("GET", &format!("{devices}/{}", ids[0]), "");
                connection.ask("GET", "/beta/deviceManagement/remoteActionAudits", "");
                connection.ask("GET", "/v1.0/nowhere", "");
            });
        }
    });
    clients.sort_by_key(|(number, ..)| *number);
    let journals = clients.iter().map(|(_, path, ..)| {
        let (_, journal) = running.control("GET", &format!("{path}/journal"), "");
        assert_eq!(journal["next"], 9, "{journal}");
        journal.to_string().replace(&port, "PORT")
    });
    journals.collect()
}

#[test]
fn sixty_four_connections_at_once_give_the_same_journals_twice() {
    let first = in_parallel(|number| number);
    let second = in_parallel(|number| CONNECTIONS - 1 - number);
    for (first, second) in first.iter().zip(&second) {
        assert_eq!(first, second);
    }
    let different: std::collections::BTreeSet<&String> = first.iter().collect();
    assert_eq!(different.len(), first.len(), "every tenant is another");
}

#[test]
fn two_simulators_with_one_seed_keep_the_same_journal() {
    let journals = [(), ()].map(|()| {
        let running = Running::start();
        let call = |method: &str, below: &str, body: &str| {
            let (status, answer) = running.control(method, &format!("/api/tenants/default{below}"), body);
            assert!(status < 300, "{method} {below}: {status} {answer}");
            answer
        };
        call("PUT", "/clock", r#"{"mode":"manual","now":"2099-01-01T00:00:00Z"}"#);
        let devices = call("GET", "/devices?top=9", "");
        let mut client = Connection::open(running.client, &running.token());
        for device in devices["value"].as_array().unwrap() {
            let path = format!("/v1.0/deviceManagement/managedDevices/{}", device["id"].as_str().unwrap());
            client.ask("POST", &format!("{path}/resetPasscode"), "");
            call("POST", "/clock/advance", r#"{"by":"PT3S"}"#);
            client.ask("GET", &format!("{path}?$select=deviceActionResults"), "");
        }
        client.ask("GET", "/v1.0/deviceManagement/managedDevices?$top=2", "");
        let journal = call("GET", "/journal", "");
        assert_eq!(journal["next"], 19);
        journal.to_string().replace(&running.client.port().to_string(), "PORT")
    });
    assert_eq!(journals[0], journals[1]);
}
