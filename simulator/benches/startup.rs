//! How long from spawn to the first answered request, how much memory then, and what a tenant costs:
//! `cargo bench -p simtune --bench startup`.

#[path = "support/measure.rs"]
mod measure;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use simtune::clock::Wall;
use simtune::fleet::Builtin;
use simtune::tenant::{TenantSpec, Tenants};

/// Starts that are measured; odd, so that there is a middle one.
const STARTS: usize = 21;
/// Tenants that are made of each kind; odd, so that there is a middle one.
const TENANTS: u64 = 51;
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
    println!("  median {:.1} ms (most {most:.1}); target 15 ms", measure::median(&times));
    println!("  resident memory after it: median {:.1} MiB; target 10 MiB", measure::median(&memory) / 1024.0);
    // First: what others have given back would be taken for nothing.
    many_tenants();
    tenants();
}

/// What making a tenant and taking it back to its seed cost, in process; target 1 ms for built-in fleets.
fn tenants() {
    let all = Tenants::new(TenantSpec::default(), Wall::System).expect("the default tenant");
    println!("tenants, median of {TENANTS} in ms (target 1)");
    for (name, fleet, fresh_seed) in [
        ("create, one-of-each, a seed seen before", Builtin::OneOfEach, false),
        ("create, one-of-each, a new seed", Builtin::OneOfEach, true),
        ("create, three-pages, a seed seen before", Builtin::ThreePages, false),
        ("create, three-pages, a new seed", Builtin::ThreePages, true),
    ] {
        let mut created = Vec::new();
        let mut reset = Vec::new();
        for number in 0..TENANTS {
            let seed = if fresh_seed { 1_000 + number } else { 1 };
            let spec = TenantSpec { seed, fleet: fleet.into(), ..TenantSpec::default() };
            let started = measure::now();
            let tenant = all.create(spec).expect("a tenant");
            created.push(started.elapsed().as_secs_f64() * 1_000.0);
            let started = measure::now();
            tenant.reset(Wall::System.now());
            reset.push(started.elapsed().as_secs_f64() * 1_000.0);
            assert!(all.delete(tenant.id));
        }
        println!("  {name}: {:.3}; reset {:.3}", measure::median(&created), measure::median(&reset));
    }
}

/// What it costs that a thousand tenants of the default fleet, each of its own seed, are there at the same time.
fn many_tenants() {
    let all = Tenants::new(TenantSpec::default(), Wall::System).expect("the default tenant");
    let resident = || measure::resident_kib(std::process::id()).unwrap_or_default();
    let before = resident();
    let started = measure::now();
    let tenants: Vec<_> =
        (1..=1_000).map(|seed| all.create(TenantSpec { seed, ..TenantSpec::default() }).expect("a tenant")).collect();
    let created = started.elapsed().as_secs_f64() * 1_000.0;
    let kib = resident().saturating_sub(before);
    let started = measure::now();
    for tenant in &tenants {
        tenant.reset(Wall::System.now());
    }
    let reset = started.elapsed().as_secs_f64() * 1_000.0;
    println!("1,000 tenants at once, each with a seed of its own, in this process");
    println!("  created in {created:.0} ms, reset in {reset:.1} ms, {kib} KiB more resident: {} KiB each", kib / 1_000);
}

/// Milliseconds to the first answer, and KiB resident after it.
fn start_once() -> (f64, f64) {
    let (client, control) = (free_address(), free_address());
    let started = measure::now();
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
    let kib = measure::resident_kib(child.id()).unwrap_or_default() as f64;
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
