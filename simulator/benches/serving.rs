//! Simtune against a bare hyper server that sends the same bytes: `cargo bench -p simtune --bench serving`.
//!
//! Three processes: the simulator, the bare server, and a load generator that drives them by turns, so that whatever
//! else the machine does hits both. Figures are ratios within one run. The bare server answers every request with the
//! bytes and headers recorded from the simulator, on the same runtime with the same number of threads; only request id
//! and date are not made anew.
//! `-- --write docs/performance.md` puts the table into the document.
//! Both let go of clients that send no request: the bare server with hyper's timer, the simulator with its own.

#[path = "support/document.rs"]
mod document;
#[path = "support/measure.rs"]
mod measure;
#[path = "support/simulator.rs"]
mod simulator;

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use simtune::outgoing::Outgoing;
use simulator::Simulator;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Turns of each server; odd, so that there is a middle one.
const TURNS: usize = 11;
/// How long a turn lasts.
const TURN: Duration = Duration::from_millis(700);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("bare") => bare(&arguments[2], arguments.get(3).map(Path::new)),
        Some("load") => {
            let connections = arguments[4].parse().expect("a number of connections");
            load(&arguments[2], &arguments[3], connections, arguments.get(5).map(Path::new));
        }
        _ => compare(),
    }
}

/// One thing to be measured.
struct Case {
    name: &'static str,
    fleet: &'static str,
    connections: usize,
    target: f64,
    tls: bool,
    request: fn(&Simulator, &str) -> String,
}

const fn case(name: &'static str, connections: usize, target: f64, request: fn(&Simulator, &str) -> String) -> Case {
    Case { name, fleet: "3000", connections, target, tls: false, request }
}

const CASES: &[Case] = &[
    case("GET one device", 16, 0.85, one_device),
    case("GET a page of 1,000", 4, 0.8, page),
    case("GET a page of 1,000, gzip", 4, 0.0, gzip_page),
    case("POST resetPasscode", 16, 0.0, reset),
    case("POST a batch of 20", 16, 0.0, batch),
    Case { tls: true, ..case("GET one device over TLS", 16, 0.0, one_device) },
    case("GET one device, 1 connection", 1, 0.0, one_device),
    case("GET one device, 32 connections", 32, 0.0, one_device),
    case("GET one device, 1,024 connections", 1_024, 0.0, one_device),
];

fn compare() {
    let mut table = "| | bare hyper | simtune | ratio | target | p50, ms | p99, ms | p99.9, ms |\n|---|---:|---:|---:|---:|---:|---:|---:|\n".to_owned();
    println!("{TURNS} turns of {TURN:?} each, interleaved; requests a second; the ratio is of the medians");
    for case in CASES {
        let simulator = Simulator::start(&["--fleet", case.fleet]);
        let token = simulator.token();
        let request = (case.request)(&simulator, &token);
        let recorded = record(simulator.client(), &request);
        let file = std::env::temp_dir().join(format!("simtune-bench-answer-{}", std::process::id()));
        std::fs::write(&file, &recorded).expect("a temporary file");
        let certificate = std::env::temp_dir().join(format!("simtune-bench-certificate-{}", std::process::id()));
        let bare = Bare::start(&file, case.tls.then_some(&*certificate));
        let authority = simulator.ready["caFile"].as_str().map(std::path::PathBuf::from).expect("a path");
        let request_file = std::env::temp_dir().join(format!("simtune-bench-request-{}", std::process::id()));
        std::fs::write(&request_file, &request).expect("a temporary file");

        let request_path = request_file.to_string_lossy().into_owned();
        let mut rates = [Vec::new(), Vec::new()];
        let mut delays = [Vec::new(), Vec::new()];
        for turn in 0..=TURNS {
            let servers = [(bare.address, &certificate), (simulator.client(), &authority)];
            for (index, (address, trusted)) in servers.into_iter().enumerate() {
                let measured = run_load(address, &request_path, case.connections, case.tls.then_some(trusted));
                // The first turn warms up.
                if turn > 0 {
                    rates[index].push(measured[0]);
                    delays[index].push(measured);
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
        let middle = |server: usize, which: usize| {
            let turns: Vec<f64> = delays[server].iter().map(|measured: &Vec<f64>| measured[which]).collect();
            measure::median(&turns)
        };
        let told = |which| format!("{:.2} / {:.2}", middle(0, which), middle(1, which));
        println!("  ms, bare / simtune: p50 {}, p99 {}, p99.9 {}", told(1), told(2), told(3));
        let aim = if case.target > 0.0 { format!("{:.2}", case.target) } else { String::new() };
        let _ = writeln!(
            table,
            "| {} | {bare_rate:.0} | {simtune_rate:.0} | {:.2} | {aim} | {} | {} | {} |",
            case.name,
            simtune_rate / bare_rate,
            told(1),
            told(2),
            told(3)
        );
        println!("  medians {bare_rate:.0} and {simtune_rate:.0}: ratio {:.3}{goal}", simtune_rate / bare_rate);
        if let Some(kib) = simulator.resident_kib() {
            println!(
                "  simtune's resident memory after it: {:.1} MiB",
                f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
            );
        }
        let _ = std::fs::remove_file(file);
        let _ = std::fs::remove_file(request_file);
        let _ = std::fs::remove_file(certificate);
    }
    if let Some(path) = document::after("--write") {
        document::put(&path, "serving", &table);
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

/// Twenty times the same device, each time with another query.
fn batch(simulator: &Simulator, token: &str) -> String {
    let id = device(simulator, token);
    let requests: Vec<String> = (0..20)
        .map(|number| {
            format!(
                "{{\"id\":\"{number}\",\"method\":\"GET\",\"url\":\"/deviceManagement/managedDevices/{id}?n={number}\"}}"
            )
        })
        .collect();
    let body = format!("{{\"requests\":[{}]}}", requests.join(","));
    format!(
        "POST /v1.0/$batch HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        simulator.client(),
        body.len()
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
async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
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
    /// Answers with what is in a file; over TLS, with a certificate that it leaves at that path, where there is one.
    fn start(answer: &Path, certificate: Option<&Path>) -> Self {
        use std::io::BufRead;
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .arg("bare")
            .arg(answer)
            .args(certificate)
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
fn bare(file: &str, certificate: Option<&Path>) {
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

    let acceptor = certificate.map(acceptor);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("its address"));
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let _ = stream.set_nodelay(true);
            let (headers, body, acceptor) = (headers.clone(), body.clone(), acceptor.clone());
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
                match acceptor {
                    None => drop(http.serve_connection(TokioIo::new(stream), answer).await),
                    Some(acceptor) => {
                        let stream = acceptor.accept(stream).await.expect("the client speaks TLS");
                        drop(http.serve_connection(TokioIo::new(stream), answer).await);
                    }
                }
            });
        }
    });
}

/// TLS for `localhost` with a certificate that is made now and left at `path`.
fn acceptor(path: &Path) -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(path, made.cert.pem()).expect("a temporary file");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the protocol's versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the certificate and its key");
    TlsAcceptor::from(Arc::new(config))
}

/// TLS that trusts the certificate at `path`.
fn connector(path: &Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).expect("a file of certificates") {
        roots.add(certificate.expect("a certificate")).expect("a certificate to trust");
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the protocol's versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Requests a second, and how many milliseconds half, 99 % and 99.9 % of them took at most, measured by a load generator
/// in a process of its own.
fn run_load(
    address: SocketAddr,
    request_file: &str,
    connections: usize,
    trusted: Option<&std::path::PathBuf>,
) -> Vec<f64> {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program)
        .args(["load", &address.to_string(), request_file, &connections.to_string()])
        .args(trusted)
        .output()
        .expect("the load generator runs");
    let measured = String::from_utf8_lossy(&output.stdout);
    measured.split_whitespace().map(|number| number.parse().expect("a number")).collect()
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Asks over and over on some connections for one turn, and prints how many answers a second came and how long they took.
/// Every answer to one request has the same length, so its end is known without looking for it.
fn load(address: &str, request_file: &str, connections: usize, trusted: Option<&Path>) {
    let address: SocketAddr = address.parse().expect("an address");
    let request = Bytes::from(std::fs::read(request_file).expect("the request"));
    let connector = trusted.map(connector);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (rate, mut delays) = runtime.block_on(async move {
        let mut tasks = tokio::task::JoinSet::new();
        let started = measure::now();
        for _ in 0..connections {
            let (request, connector) = (request.clone(), connector.clone());
            tasks.spawn(async move {
                let tcp = TcpStream::connect(address).await.expect("it listens");
                let _ = tcp.set_nodelay(true);
                let mut stream: Box<dyn Stream> = match connector {
                    None => Box::new(tcp),
                    Some(connector) => {
                        let name = ServerName::try_from("localhost").expect("a name");
                        Box::new(connector.connect(name, tcp).await.expect("its certificate is trusted"))
                    }
                };
                stream.write_all(&request).await.expect("it reads");
                let first = read_answer(&mut stream).await;
                // Some servers close after each answer.
                let closes =
                    first.starts_with(b"HTTP/1.0") || find(&first.to_ascii_lowercase(), b"connection: close").is_some();
                let mut buffer = vec![0; first.len()];
                let mut delays = Vec::new();
                while started.elapsed() < TURN {
                    let asked = measure::now();
                    if closes {
                        stream = Box::new(TcpStream::connect(address).await.expect("it listens"));
                    }
                    stream.write_all(&request).await.expect("it reads");
                    stream.read_exact(&mut buffer).await.expect("it answers");
                    delays.push(asked.elapsed());
                }
                delays
            });
        }
        let delays: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
        let answers = f64::from(u32::try_from(delays.len()).expect("a turn is short"));
        (answers / started.elapsed().as_secs_f64(), delays)
    });
    delays.sort_unstable();
    let at =
        |thousandths: usize| delays[(delays.len() * thousandths / 1_000).min(delays.len() - 1)].as_secs_f64() * 1_000.0;
    println!("{rate} {} {} {}", at(500), at(990), at(999));
}
