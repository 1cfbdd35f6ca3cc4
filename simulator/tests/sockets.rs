//! Both ports over real sockets.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value as Json;
use simtune::clock::Wall;
use simtune::config::Options;
use simtune::log::Log;
use simtune::ready::Ready;
use simtune::running::Simulator;
use tokio::runtime::Runtime;

/// A simulator on free ports, and the threads it runs on.
pub(crate) struct Running {
    runtime: Runtime,
    simulator: Option<Simulator>,
    pub(crate) client: SocketAddr,
    pub(crate) control: SocketAddr,
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
        let options = Options {
            listen: Some("127.0.0.1:0".parse().expect("an address")),
            control: Some("127.0.0.1:0".parse().expect("an address")),
            clock: Some("manual".to_owned()),
            ..options
        };
        let config = options.check().expect("the options are sound");
        let simulator =
            runtime.block_on(Simulator::start(config, Wall::System, Log::silent())).expect("the simulator starts");
        let address = |url: &str| url.trim_start_matches("http://").parse().expect("an address");
        let (client, control) = (address(&simulator.ready().authority_url), address(&simulator.ready().control_url));
        Self { runtime, simulator: Some(simulator), client, control }
    }

    pub(crate) fn ready(&self) -> &Ready {
        self.simulator.as_ref().expect("it runs").ready()
    }

    /// Runs a client to its end.
    pub(crate) fn run<T>(&self, client: impl Future<Output = T>) -> T {
        self.runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(10), client).await.expect("it ends in time") })
    }

    /// Stops the simulator while its clients' runtime goes on.
    pub(crate) fn stop(&mut self) {
        let simulator = self.simulator.take().expect("it runs");
        self.run(simulator.stop());
    }

    /// A JSON call to the control port: status and answer.
    pub(crate) fn control(&self, method: &str, path: &str, body: &str) -> (u16, Json) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(self.control, request.as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        let status = head[9..12].parse().expect("a status");
        (status, serde_json::from_str(body).unwrap_or(Json::Null))
    }

    pub(crate) fn token(&self) -> String {
        let (status, answer) = self.control("POST", "/api/tenants/default/tokens", "{}");
        assert_eq!(status, 201, "{answer}");
        answer["access_token"].as_str().expect("a token").to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(simulator) = self.simulator.take() {
            self.runtime.block_on(simulator.stop());
        }
    }
}

/// Sends bytes and returns all that comes back until the connection ends.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request).expect("it reads");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn graph_answers_come_in_chunks_and_connections_stay_open() {
    let running = Running::start();
    let token = running.token();
    let get = |more: &str| {
        format!(
            "GET /v1.0/deviceManagement/managedDevices?$top=1&$select=id HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n{more}\r\n",
            running.client
        )
    };
    let both = format!("{}{}", get(""), get("Connection: close\r\n"));
    let answer = exchange(running.client, both.as_bytes());
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(answer.matches("transfer-encoding: chunked").count(), 2);
    assert!(answer.contains(&format!("http://{}/v1.0/$metadata", running.client)));
}

#[test]
fn a_reset_is_done_when_the_clock_has_moved() {
    let running = Running::start();
    let token = running.token();
    let (_, devices) = running.control("GET", "/api/tenants/default/devices", "");
    let find = |name: &str| {
        let found = devices["value"].as_array().unwrap().iter().find(|device| device["deviceName"] == name);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let path = format!("/v1.0/deviceManagement/managedDevices/{}", find("Android-6"));
    let send = |method: &str, path: &str| {
        exchange(
            running.client,
            format!(
                "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    let accepted = send("POST", &format!("{path}/resetPasscode"));
    assert!(accepted.starts_with("HTTP/1.1 204 No Content\r\n"), "{accepted}");
    assert!(accepted.ends_with("\r\n\r\n"), "a 204 has no body");
    assert!(send("GET", &path).contains("\"actionState\":\"pending\""));
    let (status, advanced) = running.control("POST", "/api/tenants/default/clock/advance", r#"{"by":"PT2S"}"#);
    assert_eq!((status, advanced["ran"].as_u64()), (200, Some(1)));
    assert!(send("GET", &path).contains("\"actionState\":\"done\""));
    let (_, journal) = running.control("GET", "/api/tenants/default/journal", "");
    assert!(!journal.to_string().contains(&token), "no token in the journal");
    assert!(!journal["value"].as_array().unwrap().is_empty());
}

#[test]
fn a_large_body_is_refused_with_an_answer() {
    let running = Running::start();
    let mut stream = TcpStream::connect(running.client).unwrap();
    let length = 5 * 1024 * 1024;
    let head = format!(
        "POST /v1.0/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server may answer and close before it was sent everything.
    let _ = stream.write_all(&vec![b'x'; length]);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn what_is_no_http_is_refused_and_the_server_lives_on() {
    let running = Running::start();
    for nonsense in
        [&b"\x15\x03\x01\x02\x00\x01\r\n\r\n"[..], b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n"]
    {
        let answer = exchange(running.client, nonsense);
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert!(answer.contains("\r\nrequest-id: ") && answer.contains("\"code\":\"BadRequest\""), "{answer}");
    }
    let long = format!("GET /v1.0 HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "x".repeat(200_000));
    let answer = exchange(running.client, long.as_bytes());
    // The connection may be reset while the rest of the head is still on its way.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431") && answer.contains("request-id: "), "{answer}");
    let (status, _) = running.control("GET", "/readyz", "");
    assert_eq!(status, 200);
}

#[test]
fn events_arrive_as_they_happen_and_end_with_the_server() {
    let running = Running::start();
    let mut stream = TcpStream::connect(running.control).unwrap();
    stream.write_all(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut buffer = vec![0; 64 * 1024];
    let mut seen = String::new();
    while !seen.contains(": listening") {
        let read = stream.read(&mut buffer).unwrap();
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    exchange(running.client, b"GET /v1.0/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    while !seen.contains("event: exchange") || !seen.contains("InvalidAuthenticationToken") {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    // A tenant that went back to its seed counts its exchanges from the beginning.
    seen.clear();
    assert_eq!(running.control("POST", "/api/tenants/default/reset", "").0, 200);
    exchange(running.client, b"GET /v1.0/after HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    while !seen.contains("/v1.0/after") {
        let read = stream.read(&mut buffer).unwrap();
        assert!(read > 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    drop(running);
    while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
}

#[test]
fn a_journal_reader_can_wait_for_the_next_entry() {
    let running = Running::start();
    let (client, control) = (running.client, running.control);
    let reader = std::thread::spawn(move || {
        exchange(
            control,
            b"GET /api/tenants/default/journal?wait=30s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )
    });
    exchange(client, b"GET /v1.0/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(reader.join().unwrap().contains("\"next\":1"));
}
