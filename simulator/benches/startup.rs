//! How long from spawn to the first answered request, and how much memory then: `cargo bench -p simtune --bench startup`.

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Starts that are measured; odd, so that there is a middle one.
const STARTS: usize = 21;
/// How often the first request is tried.
const POLL: Duration = Duration::from_micros(500);

fn main() {
    println!("spawn to first answered request (default fleet, token and all), polled every {POLL:?}");
    let mut times = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..STARTS {
        let (milliseconds, kib) = start_once();
        times.push(milliseconds);
        memory.push(kib);
    }
    let listed: Vec<String> = times.iter().map(|time| format!("{time:.1}")).collect();
    println!("  ms: {}", listed.join(" "));
    let most = times.iter().copied().fold(0.0, f64::max);
    println!("  median {:.1} ms (most {most:.1}); target 15 ms", support::median(&times));
    println!("  resident memory after it: median {:.1} MiB; target 10 MiB", support::median(&memory) / 1024.0);
}

/// Milliseconds to the first answer, and KiB resident after it.
fn start_once() -> (f64, f64) {
    let (client, control) = (free_address(), free_address());
    let started = support::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_simtune"))
        .args(["serve", "--listen", &client.to_string(), "--control", &control.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("simtune starts");
    while !answers(client) {
        assert!(started.elapsed() < Duration::from_secs(10), "simtune does not answer");
        std::thread::sleep(POLL);
    }
    let milliseconds = started.elapsed().as_secs_f64() * 1_000.0;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let kib = support::resident_kib(child.id()).unwrap_or_default() as f64;
    let _ = child.kill();
    let _ = child.wait();
    (milliseconds, kib)
}

/// Whether a request is answered: with 401, for it brings no token, but by the whole path of a request.
fn answers(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let asked = stream.write_all(
        b"GET /v1.0/deviceManagement/managedDevices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    let mut answer = String::new();
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 401")
}

/// An address nobody listens on.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}
