//! Simtune against a bare hyper server that sends the same bytes: `cargo bench -p simtune --bench serving`.
//!
//! Three processes: the simulator, the bare server, and a load generator that drives them by turns, so that whatever
//! else the machine does hits both. Figures are ratios within one run. The bare server answers every request with the
//! bytes and headers recorded from the simulator, on the same runtime with the same number of threads; only request id
//! and date are not made anew.
//! Both let go of clients that send no request: the bare server with hyper's timer, the simulator with its own.

#[path = "support/measure.rs"]
mod measure;
#[path = "support/simulator.rs"]
mod simulator;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use simtune::outgoing::Outgoing;
use simulator::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Turns of each server; odd, so that there is a middle one.
const TURNS: usize = 11;
/// How long a turn lasts.
const TURN: Duration = Duration::from_millis(700);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("bare") => bare(&arguments[2]),
        Some("load") => load(&arguments[2], &arguments[3], arguments[4].parse().expect("a number of connections")),
        _ => compare(),
    }
}

/// One thing to be measured.
struct Case {
    name: &'static str,
    fleet: &'static str,
    connections: usize,
    target: f64,
    request: fn(&Simulator, &str) -> String,
}

const CASES: &[Case] = &[
    Case { name: "GET one device", fleet: "3000", connections: 16, target: 0.85, request: one_device },
    Case { name: "GET a page of 1,000", fleet: "3000", connections: 4, target: 0.8, request: page },
    Case { name: "GET a page of 1,000, gzip", fleet: "3000", connections: 4, target: 0.0, request: gzip_page },
    Case { name: "POST resetPasscode", fleet: "3000", connections: 16, target: 0.0, request: reset },
];

fn compare() {
    println!("{TURNS} turns of {TURN:?} each, interleaved; requests a second; the ratio is of the medians");
    for case in CASES {
        let simulator = Simulator::start(&["--fleet", case.fleet]);
        let token = simulator.token();
        let request = (case.request)(&simulator, &token);
        let recorded = record(simulator.client(), &request);
        let file = std::env::temp_dir().join(format!("simtune-bench-answer-{}", std::process::id()));
        std::fs::write(&file, &recorded).expect("a temporary file");
        let bare = Bare::start(&file);
        let request_file = std::env::temp_dir().join(format!("simtune-bench-request-{}", std::process::id()));
        std::fs::write(&request_file, &request).expect("a temporary file");

        let request_path = request_file.to_string_lossy().into_owned();
        let mut rates = [Vec::new(), Vec::new()];
        for turn in 0..=TURNS {
            for (index, address) in [bare.address, simulator.client()].into_iter().enumerate() {
                let rate = run_load(address, &request_path, case.connections);
                // The first turn warms up.
                if turn > 0 {
                    rates[index].push(rate);
                }
            }
        }
        let (bare_rate, simtune_rate) = (measure::median(&rates[0]), measure::median(&rates[1]));
        let goal = if case.target > 0.0 { format!(" (target {:.2})", case.target) } else { String::new() };
        println!("\n{} ({} bytes, {} connections)", case.name, recorded.len(), case.connections);
        for (name, rates) in [("bare hyper", &rates[0]), ("simtune", &rates[1])] {
            let listed: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}")).collect();
            println!("  {name:10} {}", listed.join(" "));
        }
        println!("  medians {bare_rate:.0} and {simtune_rate:.0}: ratio {:.3}{goal}", simtune_rate / bare_rate);
        if let Some(kib) = simulator.resident_kib() {
            println!(
                "  simtune's resident memory after it: {:.1} MiB",
                f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
            );
        }
        let _ = std::fs::remove_file(file);
        let _ = std::fs::remove_file(request_file);
    }
}

fn one_device(simulator: &Simulator, token: &str) -> String {
    get(simulator, token, &format!("/v1.0/deviceManagement/managedDevices/{}", device(simulator, token)), "")
}

fn page(simulator: &Simulator, token: &str) -> String {
    get(simulator, token, "/v1.0/deviceManagement/managedDevices", "")
}

fn gzip_page(simulator: &Simulator, token: &str) -> String {
    get(simulator, token, "/v1.0/deviceManagement/managedDevices", "Accept-Encoding: gzip\r\n")
}

fn reset(simulator: &Simulator, token: &str) -> String {
    let id = device(simulator, token);
    format!(
        "POST /v1.0/deviceManagement/managedDevices/{id}/resetPasscode HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n",
        simulator.client()
    )
}

fn get(simulator: &Simulator, token: &str, target: &str, more: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n{more}\r\n", simulator.client())
}

/// The id of an iPhone of the fleet, whose passcode can be removed.
fn device(simulator: &Simulator, token: &str) -> String {
    let request = get(
        simulator,
        token,
        "/beta/deviceManagement/managedDevices?$filter=deviceType%20eq%20'iPhone'&$top=1&$select=id",
        "Connection: close\r\n",
    );
    let answer = simulator::exchange(simulator.client(), request.as_bytes());
    let start = answer.find("\"value\":[{\"id\":\"").expect("the fleet has an iPhone") + 16;
    answer[start..start + 36].to_owned()
}

/// The whole answer to `request`, head and body as they were on the wire.
fn record(address: SocketAddr, request: &str) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        read_answer(&mut stream).await
    })
}

/// Reads one answer to its end.
async fn read_answer(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    loop {
        let read = stream.read_buf(&mut answer).await.expect("it answers");
        assert!(read > 0, "the connection ended inside an answer");
        if is_whole(&answer) {
            return answer;
        }
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = find(answer, b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return answer.ends_with(b"\r\n0\r\n\r\n");
    }
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    answer.len() == end + 4 + length.unwrap_or(0_usize)
}

fn find(text: &[u8], pattern: &[u8]) -> Option<usize> {
    text.windows(pattern.len()).position(|window| window == pattern)
}

/// The bare server in a process of its own.
struct Bare {
    child: Child,
    address: SocketAddr,
}

impl Bare {
    fn start(answer: &std::path::Path) -> Self {
        use std::io::BufRead;
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg("bare")
            .arg(answer)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the bare server starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output is piped");
        std::io::BufReader::new(stdout).read_line(&mut line).expect("it says where it is");
        Self { child, address: line.trim().parse().expect("an address") }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the recorded answer, with hyper's own settings for a server that faces strangers, and nothing else.
fn bare(file: &str) {
    let recorded = std::fs::read(file).expect("the recorded answer");
    let end = find(&recorded, b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8(recorded[..end].to_vec()).expect("a head is text");
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let mut headers = hyper::HeaderMap::new();
    let mut chunked = false;
    for line in lines {
        let (name, value) = line.split_once(": ").expect("a header");
        match name.to_ascii_lowercase().as_str() {
            "transfer-encoding" => chunked = true,
            "content-length" => {}
            _ => {
                let name = hyper::header::HeaderName::from_bytes(name.as_bytes()).expect("a name");
                headers.insert(name, hyper::header::HeaderValue::from_str(value).expect("a value"));
            }
        }
    }
    let raw = &recorded[end + 4..];
    // One chunk: its size in hex, its bytes, and the empty chunk.
    let body = if chunked {
        let start = find(raw, b"\r\n").expect("a chunk has a size") + 2;
        Bytes::copy_from_slice(&raw[start..raw.len() - 7])
    } else {
        Bytes::copy_from_slice(raw)
    };
    let status = hyper::StatusCode::from_u16(status).expect("a status");

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("its address"));
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let _ = stream.set_nodelay(true);
            let (headers, body) = (headers.clone(), body.clone());
            tokio::spawn(async move {
                let answer = service_fn(move |_| {
                    let body = if chunked {
                        Outgoing::Chunked(Some(body.clone()))
                    } else {
                        Outgoing::Sized((!body.is_empty()).then(|| body.clone()))
                    };
                    let mut response = hyper::Response::new(body);
                    *response.status_mut() = status;
                    *response.headers_mut() = headers.clone();
                    std::future::ready(Ok::<_, Infallible>(response))
                });
                let mut http = hyper::server::conn::http1::Builder::new();
                http.timer(TokioTimer::new()).half_close(true);
                let _ = http.serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
}

/// Requests a second, measured by a load generator in a process of its own.
fn run_load(address: SocketAddr, request_file: &str, connections: usize) -> f64 {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .args(["load", &address.to_string(), request_file, &connections.to_string()])
        .output()
        .expect("the load generator runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a rate")
}

/// Asks over and over on some connections for one turn, and prints how many answers a second came. Every answer to one
/// request has the same length, so its end is known without looking for it.
fn load(address: &str, request_file: &str, connections: usize) {
    let address: SocketAddr = address.parse().expect("an address");
    let request = Bytes::from(std::fs::read(request_file).expect("the request"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let rate = runtime.block_on(async move {
        let mut tasks = tokio::task::JoinSet::new();
        let started = measure::now();
        for _ in 0..connections {
            let request = request.clone();
            tasks.spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("it listens");
                let _ = stream.set_nodelay(true);
                stream.write_all(&request).await.expect("it reads");
                let length = read_answer(&mut stream).await.len();
                let mut buffer = vec![0; length];
                let mut answers = 0_u32;
                while started.elapsed() < TURN {
                    stream.write_all(&request).await.expect("it reads");
                    stream.read_exact(&mut buffer).await.expect("it answers");
                    answers += 1;
                }
                answers
            });
        }
        let answers: u32 = tasks.join_all().await.into_iter().sum();
        f64::from(answers) / started.elapsed().as_secs_f64()
    });
    println!("{rate}");
}
