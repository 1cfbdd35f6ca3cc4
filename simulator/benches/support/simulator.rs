//! A simulator in a process of its own, and the barest of HTTP clients.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::measure;

/// A running simulator; dropping it ends it.
pub(crate) struct Simulator {
    child: Child,
    /// Its ready object.
    pub(crate) ready: serde_json::Value,
    ready_file: PathBuf,
}

impl Simulator {
    /// Starts one on free ports with these further arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let ready_file = std::env::temp_dir().join(format!("simtune-bench-{}-{}.json", std::process::id(), unique()));
        let child = Command::new(env!("CARGO_BIN_EXE_simtune"))
            .args(["serve", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--ready-file"])
            .arg(&ready_file)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("simtune starts");
        let started = measure::now();
        let ready = loop {
            if let Ok(text) = std::fs::read_to_string(&ready_file) {
                break serde_json::from_str(&text).expect("the ready file is JSON");
            }
            assert!(started.elapsed() < Duration::from_mins(1), "simtune is not ready after a minute");
            std::thread::sleep(Duration::from_micros(500));
        };
        Self { child, ready, ready_file }
    }

    /// Where its client port is.
    pub(crate) fn client(&self) -> SocketAddr {
        address(&self.ready["authorityUrl"])
    }

    /// A token for its default app.
    pub(crate) fn token(&self) -> String {
        let control = address(&self.ready["controlUrl"]);
        let request = "POST /api/tenants/default/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        let answer = exchange(control, request.as_bytes());
        let body = answer.split("\r\n\r\n").nth(1).expect("an answer has a body");
        let token: serde_json::Value = serde_json::from_str(body).expect("the body is JSON");
        token["access_token"].as_str().expect("it holds a token").to_owned()
    }

    /// Its resident memory in KiB, where the system tells.
    pub(crate) fn resident_kib(&self) -> Option<u64> {
        measure::resident_kib(self.child.id())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.ready_file);
    }
}

/// Sends a request that closes its connection and returns all that comes back.
pub(crate) fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    String::from_utf8(answer).expect("it answers text")
}

/// Reads `http://host:port`.
pub(crate) fn address(url: &serde_json::Value) -> SocketAddr {
    let url = url.as_str().expect("a URL");
    url.trim_start_matches("http://").parse().expect("an address")
}

fn unique() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
