//! A client that believes nothing: it takes what comes over the socket as it is, cut off or not.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value as Json;
use simtune::awkward::Ask;

/// What came back of one request.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// The status; 0, where nothing came.
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// Without the framing of chunks.
    pub(super) body: Vec<u8>,
    /// Whether all of the body came that was announced.
    pub(super) whole: bool,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or(Json::Null)
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn link(&self) -> Option<String> {
        self.json()["@odata.nextLink"].as_str().map(str::to_owned)
    }
}

/// A tenant's client.
pub(super) struct Client<'a> {
    pub(super) address: SocketAddr,
    pub(super) token: String,
    /// The ids that sign-ins need: tenant, app, secret.
    pub(super) credentials: [String; 3],
    /// The ids of the devices, by their names.
    pub(super) ids: &'a BTreeMap<String, String>,
    /// Moves the tenant's clock.
    pub(super) advance: &'a dyn Fn(&str),
}

impl Client<'_> {
    /// Does what is asked, and returns whatever came back.
    pub(super) fn ask(&mut self, ask: &Ask) -> Vec<Reply> {
        match ask {
            Ask::Send(verb, target, headers, body) => {
                let target = self.filled(target);
                vec![self.send(verb, &target, headers, *body)]
            }
            Ask::Walk(target) => self.walk(target),
            Ask::Together(first, second) => {
                let mut stream = self.connect();
                let (first, second) = (self.filled(first), self.filled(second));
                vec![self.exchange(&mut stream, &first), self.exchange(&mut stream, &second)]
            }
            Ask::SignIn => {
                let secret = self.credentials[2].clone();
                vec![self.sign_in(&secret)]
            }
            Ask::SignInWith(secret) => vec![self.sign_in(secret)],
            Ask::Advance(by) => {
                (self.advance)(by);
                Vec::new()
            }
        }
    }

    /// At most five pages, as long as links lead to this computer.
    fn walk(&mut self, target: &str) -> Vec<Reply> {
        let mut pages: Vec<Reply> = Vec::new();
        let mut next = Some(self.filled(target));
        while let Some(target) = next.filter(|_| pages.len() < 5) {
            let page = self.send("GET", &target, &[], None);
            next = page.link().filter(|link| {
                ["127.0.0.1", "localhost"]
                    .iter()
                    .any(|host| link.starts_with(&format!("http://{host}:{}/", self.address.port())))
            });
            pages.push(page);
        }
        pages
    }

    fn sign_in(&mut self, secret: &str) -> Reply {
        let [tenant, app, _] = &self.credentials;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", app)
            .append_pair("client_secret", secret)
            .append_pair("scope", "https://graph.microsoft.com/.default")
            .finish();
        let target = format!("http://{}/{tenant}/oauth2/v2.0/token", self.address);
        let reply = self.send("POST", &target, &["Content-Type: application/x-www-form-urlencoded"], Some(&body));
        if let Some(token) = reply.json()["access_token"].as_str() {
            token.clone_into(&mut self.token);
        }
        reply
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a time");
        stream
    }

    fn send(&self, verb: &str, url: &str, headers: &[&str], body: Option<&str>) -> Reply {
        let mut stream = self.connect();
        self.write(&mut stream, verb, url, headers, body);
        read(&mut stream)
    }

    fn exchange(&self, stream: &mut TcpStream, url: &str) -> Reply {
        self.write(stream, "GET", url, &[], None);
        read(stream)
    }

    /// Writes a request. That nobody listens any more shows in the answer that does not come.
    fn write(&self, stream: &mut TcpStream, verb: &str, url: &str, headers: &[&str], body: Option<&str>) {
        let (host, path) = url.trim_start_matches("http://").split_once('/').expect("a URL with a path");
        let mut head = format!("{verb} /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n", self.token);
        for header in headers.iter().copied().filter(|header| !header.ends_with(':')) {
            head.extend([header, "\r\n"]);
        }
        if let Some(body) = body {
            head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        let _ = stream.write_all(format!("{head}\r\n{}", body.unwrap_or_default()).as_bytes());
    }

    fn filled(&self, target: &str) -> String {
        let root = format!("http://{}", self.address);
        let mut filled = target
            .replace("{devices}", &format!("{root}/v1.0/deviceManagement/managedDevices"))
            .replace("{graph}", &format!("{root}/v1.0"))
            .replace("{beta}", &format!("{root}/beta"));
        while let Some((before, rest)) = filled.split_once("{id:") {
            let (name, after) = rest.split_once('}').expect("a closing brace");
            filled = format!("{before}{}{after}", self.ids[name]);
        }
        filled
    }
}

/// Reads one answer by its own framing, as far as it comes.
fn read(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let Some(end) = until(stream, &mut bytes, |bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4)) else {
        return Reply::default();
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.get(9..12).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let headers: Vec<(String, String)> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut reply = Reply { status, headers, body: Vec::new(), whole: true };
    let mut rest = bytes.split_off(end);
    if reply.header("transfer-encoding").is_some() {
        reply.whole = until(stream, &mut rest, |bytes| bytes.ends_with(b"0\r\n\r\n").then_some(0)).is_some();
        reply.body = without_chunks(&rest);
    } else if let Some(length) = reply.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        reply.whole = until(stream, &mut rest, |bytes| (bytes.len() >= length).then_some(0)).is_some();
        reply.body = rest;
    }
    reply
}

/// Reads on until something is found; `None` if the connection ends before.
fn until(stream: &mut TcpStream, bytes: &mut Vec<u8>, found: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(at) = found(bytes) {
            return Some(at);
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn without_chunks(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = find(bytes, b"\r\n") {
        let length = std::str::from_utf8(&bytes[..end]).ok().and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let Some(length) = length.filter(|length| *length > 0) else { break };
        let chunk = &bytes[end + 2..];
        body.extend_from_slice(&chunk[..length.min(chunk.len())]);
        bytes = chunk.get(length + 2..).unwrap_or_default();
    }
    body
}
