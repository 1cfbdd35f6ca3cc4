//! Spoiled answers, as clients see them on real sockets. A request says in a header by what its answer is to be spoiled.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::Version;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::{Client, PREFACE, agreed, port, port_at};
use crate::clock::Wall;
use crate::exchange::{Delivery, Done, Point};
use crate::server::client::serve;
use crate::shutdown::Shutdown;

const HEADER: &str = "simtune-delivery";

/// By what a request wants its answer spoiled.
pub(crate) fn wanted(headers: &HeaderMap) -> Option<Delivery> {
    let text = headers.get(HEADER)?.to_str().expect("text");
    let words: Vec<&str> = text.split(' ').collect();
    let point = |word| match word {
        "start" => Point::Start,
        "head" => Point::Head,
        "body" => Point::Body,
        other => panic!("{other} is no point"),
    };
    Some(match *words {
        ["reset", at] => Delivery::Reset(point(at)),
        ["truncate", bytes] => Delivery::Truncate(bytes.parse().unwrap()),
        ["stall", millis, at] => Delivery::Stall(Duration::from_millis(millis.parse().unwrap()), point(at)),
        ["slow", rate] => Delivery::Slow(rate.parse().unwrap()),
        ["chunk", bytes] => Delivery::Chunk(bytes.parse().unwrap()),
        ["wrong", by] => Delivery::WrongLength(by.parse().unwrap()),
        ["close"] => Delivery::Close,
        ["interim", status] => Delivery::Informational(status.parse().unwrap()),
        _ => panic!("{text} is no delivery"),
    })
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A client port on a real socket, whose clock stands still: all its answers have one date.
struct Open {
    port: Arc<Client>,
    address: std::net::SocketAddr,
    end: Shutdown,
}

impl Open {
    async fn new() -> Self {
        let port = port_at(Wall::hand(Wall::System.now()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, stop) = Shutdown::new();
        let client = Arc::clone(&port);
        tokio::spawn(crate::server::accept(listener, stop, move |stream, stop| {
            Box::pin(serve(stream, Arc::clone(&client), stop))
        }));
        Self { port, address, end }
    }

    async fn connect(&self, way: Way) -> Box<dyn Stream> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        if matches!(way, Way::Tunnel | Way::PlainTunnel) {
            stream.write_all(b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n").await.unwrap();
            let opened = head(&mut stream).await;
            assert!(opened.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&opened));
        }
        match way {
            Way::Plain | Way::PlainTunnel => Box::new(stream),
            Way::Tls | Way::Tunnel => Box::new(agreed(&self.port, stream).await),
        }
    }

    /// What comes back on a fresh connection until it ends, and how it ends.
    async fn exchange(&self, way: Way, requests: &str) -> (Vec<u8>, Ended) {
        let mut stream = self.connect(way).await;
        stream.write_all(requests.as_bytes()).await.unwrap();
        to_the_end(&mut stream).await
    }

    /// Where the identity platform's document is: an answer whose length is announced.
    fn sized(&self) -> String {
        format!("/{}/v2.0/.well-known/openid-configuration", self.port.service.tenants().default_tenant().id)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Tls,
    PlainTunnel,
    Tunnel,
}

impl Way {
    const ALL: [Self; 4] = [Self::Plain, Self::Tls, Self::PlainTunnel, Self::Tunnel];

    /// How a connection looks that ends without a word of TLS.
    fn cut(self) -> Ended {
        if matches!(self, Self::Tls | Self::Tunnel) { Ended::WithoutGoodbye } else { Ended::Orderly }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// By FIN, and inside TLS by `close_notify` before it.
    Orderly,
    /// By FIN, and inside TLS by nothing else.
    WithoutGoodbye,
    /// By RST.
    Reset,
}

async fn to_the_end(stream: &mut (impl Stream + ?Sized)) -> (Vec<u8>, Ended) {
    let mut all = Vec::new();
    let ended = match stream.read_to_end(&mut all).await {
        Ok(_) => Ended::Orderly,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ended::WithoutGoodbye,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ended::Reset,
        Err(error) => panic!("{error}"),
    };
    (all, ended)
}

/// Reads to the end of a head, byte by byte.
async fn head(stream: &mut (impl Stream + ?Sized)) -> Vec<u8> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a whole head"));
    }
    head
}

/// A request whose answer has a body in chunks, and goes on.
fn ask(delivery: &str) -> String {
    request("GET", "/v1.0/users", "HTTP/1.1", delivery, "")
}

/// The last request of a connection.
const LAST: &str = "GET /v1.0/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn request(method: &str, target: &str, version: &str, delivery: &str, more: &str) -> String {
    let delivery = if delivery.is_empty() { String::new() } else { format!("{HEADER}: {delivery}\r\n") };
    format!("{method} {target} {version}\r\nHost: localhost\r\n{delivery}{more}\r\n")
}

/// Asserts that two answers are one but for the GUIDs, each of which is drawn for one answer. The first may break off.
#[track_caller]
fn same(found: &[u8], whole: &[u8], upto: usize, what: &str) {
    let guid = |from: usize| {
        whole.get(from..from + 36).is_some_and(|text| {
            text.iter().enumerate().all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
        })
    };
    let mut drawn = vec![false; whole.len()];
    (0..whole.len()).filter(|from| guid(*from)).for_each(|from| drawn[from..from + 36].fill(true));
    let differs = (0..upto.max(found.len())).find(|at| found.get(*at) != whole[..upto].get(*at) && !drawn[*at]);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(differs.is_none() && found.len() == upto, "{what}, at {differs:?}:\n{}\n---\n{}", text(found), text(whole));
}

fn head_of(answer: &[u8]) -> usize {
    answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4
}

/// Where the body begins in an answer whose body is one chunk, and how long it is.
fn chunk_of(answer: &[u8]) -> (usize, usize) {
    let head = head_of(answer);
    let line = answer[head..].windows(2).position(|window| window == b"\r\n").unwrap();
    let length = std::str::from_utf8(&answer[head..head + line]).unwrap();
    (head + line + 2, usize::from_str_radix(length, 16).unwrap())
}

/// An answer as it is without a delivery, and without a second one behind it.
async fn untouched(open: &Open, way: Way) -> Vec<u8> {
    let (both, ended) = open.exchange(way, &format!("{}{LAST}", ask(""))).await;
    assert_eq!(ended, Ended::Orderly);
    let (start, length) = chunk_of(&both);
    both[..start + length + b"\r\n0\r\n\r\n".len()].to_vec()
}

#[tokio::test]
async fn an_answer_breaks_off_where_it_should_and_as_it_should() {
    let open = Open::new().await;
    for way in Way::ALL {
        let whole = untouched(&open, way).await;
        let (start, length) = chunk_of(&whole);
        for (delivery, sent, ended) in [
            ("reset start", 0, Ended::Reset),
            ("reset head", head_of(&whole) / 2, Ended::Reset),
            ("reset body", start + length / 2, Ended::Reset),
            ("truncate 0", start, way.cut()),
            ("truncate 10", start + 10, way.cut()),
            ("truncate 1000000", start + length, way.cut()),
            ("close", whole.len(), Ended::Orderly),
        ] {
            // The request behind it is never answered.
            let found = open.exchange(way, &format!("{}{}", ask(delivery), ask(""))).await;
            same(&found.0, &whole, sent, &format!("{way:?}, {delivery}"));
            assert_eq!(found.1, ended, "{way:?}, {delivery}");
        }
    }
}

#[tokio::test]
async fn a_connection_goes_on_behind_an_answer_that_is_whole() {
    let open = Open::new().await;
    for way in Way::ALL {
        let whole = untouched(&open, way).await;
        let (plain, _) = open.exchange(way, &format!("{}{LAST}", ask(""))).await;
        for delivery in ["stall 1 start", "stall 1 head", "stall 1 body", "slow 50000"] {
            // A client that waits for each answer, and one that does not.
            let mut stream = open.connect(way).await;
            stream.write_all(ask(delivery).as_bytes()).await.unwrap();
            let mut first = vec![0; whole.len()];
            stream.read_exact(&mut first).await.unwrap();
            same(&first, &whole, whole.len(), &format!("{way:?}, {delivery}"));
            stream.write_all(LAST.as_bytes()).await.unwrap();
            let (second, ended) = to_the_end(&mut stream).await;
            assert!(second.starts_with(b"HTTP/1.1 401 "), "{way:?}, {delivery}");
            assert_eq!(ended, Ended::Orderly, "{way:?}, {delivery}");

            let requests = [ask(delivery), ask(""), ask(delivery), LAST.to_owned()].concat();
            let (all, ended) = open.exchange(way, &requests).await;
            let expected = [&whole[..], &whole, &plain].concat();
            same(&all, &expected, expected.len(), &format!("{way:?}, {delivery}, all at once"));
            assert_eq!(ended, Ended::Orderly, "{way:?}, {delivery}");
        }
        for (delivery, first) in [("interim 103", "103 Early Hints"), ("interim 100", "100 Continue")] {
            let (all, _) = open.exchange(way, &format!("{}{LAST}", ask(delivery))).await;
            let expected = [format!("HTTP/1.1 {first}\r\n\r\n").as_bytes(), &plain].concat();
            same(&all, &expected, expected.len(), &format!("{way:?}, {delivery}"));
        }
    }
}

#[tokio::test]
async fn chunks_are_as_large_as_they_should_be() {
    let open = Open::new().await;
    for way in Way::ALL {
        let whole = untouched(&open, way).await;
        let (start, length) = chunk_of(&whole);
        let body = &whole[start..start + length];
        let (plain, _) = open.exchange(way, LAST).await;
        for size in [1, 7, length - 1, length, length + 1] {
            let (all, _) = open.exchange(way, &format!("{}{LAST}", ask(&format!("chunk {size}")))).await;
            let mut expected = whole[..head_of(&whole)].to_vec();
            for piece in body.chunks(size) {
                expected.extend_from_slice(format!("{:X}\r\n", piece.len()).as_bytes());
                expected.extend_from_slice(piece);
                expected.extend_from_slice(b"\r\n");
            }
            expected.extend_from_slice(b"0\r\n\r\n");
            expected.extend_from_slice(&plain);
            // GUIDs are cut by chunks: their digits differ, and nothing else.
            assert_eq!(all.len(), expected.len(), "{way:?}, {size}");
            let differing = all.iter().zip(&expected).filter(|(found, expected)| found != expected);
            let digits = |byte: u8| byte.is_ascii_hexdigit();
            assert!(
                differing.into_iter().all(|(found, expected)| digits(*found) && digits(*expected)),
                "{way:?}, {size}"
            );
        }
    }
    // An answer whose length is announced is announced in chunks as well.
    let (all, _) =
        open.exchange(Way::Plain, &(request("GET", &open.sized(), "HTTP/1.1", "chunk 500", "") + LAST)).await;
    let text = String::from_utf8(all).unwrap();
    assert!(
        text.contains("\r\ntransfer-encoding: chunked\r\n\r\n1F4\r\n{") && !text.contains("content-length"),
        "{text}"
    );
}

#[tokio::test]
async fn a_wrong_length_is_announced_and_the_body_is_whole() {
    let open = Open::new().await;
    for way in Way::ALL {
        for target in ["/v1.0/users", &open.sized()] {
            let right = {
                let (all, _) = open.exchange(way, &request("GET", target, "HTTP/1.1", "wrong 0", "")).await;
                all.len() - head_of(&all)
            };
            for by in [-1_000_000_i64, -3, 1, 50] {
                let asked = request("GET", target, "HTTP/1.1", &format!("wrong {by}"), "");
                let (all, ended) = open.exchange(way, &(asked + &ask(""))).await;
                let head = String::from_utf8_lossy(&all[..head_of(&all)]).into_owned();
                let announced = usize::try_from(i64::try_from(right).unwrap() + by).unwrap_or(0);
                assert!(head.contains(&format!("\r\ncontent-length: {announced}\r\n")), "{head}");
                assert!(!head.contains("transfer-encoding"), "{head}");
                assert_eq!((all.len() - head.len(), ended), (right, Ended::Orderly), "{way:?}, {by}");
            }
        }
    }
}

/// A stall that is none shows how an answer is spelled here; hyper must not be told from it.
#[tokio::test]
async fn answers_are_spelled_as_hyper_spells_them() {
    let open = Open::new().await;
    let preflight = "Origin: http://localhost\r\nAccess-Control-Request-Method: GET\r\n";
    for (method, target, more) in [
        ("GET", "/v1.0/users", ""),
        ("GET", &*open.sized(), ""),
        ("HEAD", "/v1.0/users", ""),
        ("HEAD", &*open.sized(), ""),
        ("OPTIONS", "/v1.0/users", preflight),
        ("POST", "/v1.0/users", "Content-Length: 2\r\n"),
        ("GET", "http://example.com/", ""),
    ] {
        for version in ["HTTP/1.1", "HTTP/1.0"] {
            for connection in ["", "Connection: close\r\n", "Connection: keep-alive\r\n"] {
                let all = async |delivery| {
                    let body = if method == "POST" { "{}" } else { "" };
                    let first = request(method, target, version, delivery, &format!("{connection}{more}"));
                    open.exchange(Way::Plain, &format!("{first}{body}{LAST}")).await
                };
                let (by_hyper, ours) = (all("").await, all("stall 0 body").await);
                same(&ours.0, &by_hyper.0, by_hyper.0.len(), &format!("{method} {target} {version} {connection}"));
                assert_eq!(ours.1, by_hyper.1);
            }
        }
    }
}

#[tokio::test]
async fn old_clients_get_what_they_understand() {
    let open = Open::new().await;
    let old = |delivery: &str| request("GET", "/v1.0/users", "HTTP/1.0", delivery, "");
    let (whole, _) = open.exchange(Way::Plain, &old("")).await;
    for delivery in ["chunk 7", "interim 103", "slow 50000", "close"] {
        let (found, ended) = open.exchange(Way::Plain, &old(delivery)).await;
        same(&found, &whole, whole.len(), delivery);
        assert_eq!(ended, Ended::Orderly);
    }
    // Without a length nobody could tell that something is missing.
    let (cut, _) = open.exchange(Way::Plain, &old("truncate 10")).await;
    let length = whole.len() - head_of(&whole);
    assert!(String::from_utf8_lossy(&cut).contains(&format!("\r\ncontent-length: {length}\r\n")));
    assert_eq!(cut.len() - head_of(&cut), 10);
}

#[tokio::test]
async fn what_is_left_of_a_request_is_not_taken_for_the_next() {
    let open = Open::new().await;
    // A body for somebody else is not read: what it holds must not be asked.
    let length = format!("Content-Length: {}\r\n", LAST.len());
    let refused = request("POST", "http://example.com/", "HTTP/1.1", "stall 0 body", &length);
    let (found, ended) = open.exchange(Way::Plain, &(refused + LAST)).await;
    let text = String::from_utf8_lossy(&found);
    assert!(text.starts_with("HTTP/1.1 403 ") && text.contains("\r\nconnection: close\r\n"), "{text}");
    assert_eq!((text.matches("HTTP/1.1").count(), ended), (1, Ended::Orderly), "{text}");
}

/// hyper seldom asks for an answer before all it wrote is out, but its 100 may still be on its way: here to a client that
/// sends everything before it reads, through a pipe that holds less than that.
#[tokio::test]
async fn what_hyper_wrote_before_is_not_lost() {
    let port = port();
    let (client, server) = tokio::io::duplex(16);
    let (_end, stop) = Shutdown::new();
    let asking = async {
        let mut client = client;
        let more = "Expect: 100-continue\r\nContent-Length: 2\r\n";
        let asked = request("POST", "/v1.0/users", "HTTP/1.1", "close", more);
        client.write_all(format!("{asked}{{}}").as_bytes()).await.unwrap();
        for _ in 0..16 {
            // The server's turn: it reads all, and cannot write.
            tokio::task::yield_now().await;
        }
        let mut found = Vec::new();
        client.read_to_end(&mut found).await.unwrap();
        String::from_utf8(found).unwrap()
    };
    let (found, ()) = tokio::join!(asking, serve(server, Arc::clone(&port), stop));
    assert!(found.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 "), "{found}");
}

/// A stream that is reset loses what it had not sent, so it is not reset before.
#[tokio::test]
async fn what_a_stream_sent_before_its_reset_arrives() {
    let port = port();
    let (client, server) = tokio::io::duplex(64);
    let (_end, stop) = Shutdown::new();
    let asking = async {
        let mut frames = Frames::begin(Box::new(client)).await;
        // In frames of 16 KiB at most (RFC 9113, 6.5.2).
        frames.ask_for("/v1.0/$metadata", 1, "truncate 33000").await;
        assert_eq!(frames.of(1).await, ["HEADERS", "DATA 16384", "DATA 16384", "DATA 232", "RST_STREAM 2"]);
    };
    tokio::join!(asking, serve(server, Arc::clone(&port), stop));
}

/// Time passes by itself here, and only where something waits.
#[tokio::test(start_paused = true)]
async fn waits_are_as_long_as_they_should_be() {
    let port = port();
    let lasts = async |delivery: &str| {
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let (_end, stop) = Shutdown::new();
        let started = Instant::now();
        let asking = async {
            client.write_all(ask(delivery).as_bytes()).await.unwrap();
            let first = head(&mut client).await;
            let head_at = started.elapsed();
            let mut rest = Vec::new();
            while !rest.ends_with(b"\r\n0\r\n\r\n") {
                rest.push(client.read_u8().await.unwrap());
            }
            drop(client);
            (first.len() + rest.len(), head_at, started.elapsed())
        };
        let (found, ()) = tokio::join!(asking, serve(server, Arc::clone(&port), stop));
        found
    };
    let second = Duration::from_secs(1);
    for (delivery, head, end) in [
        ("stall 3600000 start", second * 3_600, second * 3_600),
        ("stall 3600000 head", second * 3_600, second * 3_600),
        ("stall 3600000 body", Duration::ZERO, second * 3_600),
        ("stall 0 body", Duration::ZERO, Duration::ZERO),
        ("chunk 1", Duration::ZERO, Duration::ZERO),
    ] {
        let (_, head_at, end_at) = lasts(delivery).await;
        assert!((head..head + second / 100).contains(&head_at), "{delivery}: {head_at:?}");
        assert!((end..end + second / 100).contains(&end_at), "{delivery}: {end_at:?}");
    }
    for rate in [1_u32, 9, 150, 999, 10_000] {
        let (bytes, _, end_at) = lasts(&format!("slow {rate}")).await;
        // The first piece is sent at once, and there may be a hundred a second.
        let piece = (rate / 100).max(1);
        let expected = second * u32::try_from(bytes).unwrap().div_ceil(piece).saturating_sub(1) * piece / rate;
        let tolerance = second / 100;
        assert!((expected..=expected + tolerance).contains(&end_at), "{rate}: {end_at:?}, not {expected:?}");
    }
}

#[tokio::test]
async fn the_end_of_the_server_ends_waits_and_cuts_no_answer_off() {
    for (delivery, opening) in [("stall 3600000 body", &b""[..]), ("slow 1", b""), ("stall 3600000 body", PREFACE)] {
        let open = Open::new().await;
        let mut stream = open.connect(Way::Plain).await;
        if opening.is_empty() {
            stream.write_all(ask(delivery).as_bytes()).await.unwrap();
            let first = stream.read_u8().await.unwrap();
            open.end.request();
            let (rest, _) = to_the_end(&mut stream).await;
            assert_eq!(first, b'H');
            assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "{}", String::from_utf8_lossy(&rest));
        } else {
            let mut stream = Frames::begin(stream).await;
            stream.ask(1, delivery).await;
            let mut body = Vec::new();
            while body.is_empty() {
                body = stream.next().await.expect("it goes on").data();
            }
            open.end.request();
            while let Some(frame) = stream.next().await {
                body.extend_from_slice(&frame.data());
            }
            assert!(body.ends_with(b"}}"), "{}", String::from_utf8_lossy(&body));
        }
    }
}

/// A client of HTTP/2 that looks at frames.
struct Frames(Box<dyn Stream>);

struct AFrame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl AFrame {
    fn data(&self) -> Vec<u8> {
        if self.kind == 0 { self.payload.clone() } else { Vec::new() }
    }

    /// What it is; nothing for what connections are run by.
    fn told(&self) -> Option<String> {
        let ends = if self.flags & 1 == 1 { " end" } else { "" };
        let code = |from: usize| u32::from_be_bytes(self.payload[from..from + 4].try_into().unwrap());
        match self.kind {
            0 => Some(format!("DATA {}{ends}", self.payload.len())),
            1 => Some(format!("HEADERS{ends}")),
            3 => Some(format!("RST_STREAM {}", code(0))),
            7 => Some(format!("GOAWAY {}", code(4))),
            _ => None,
        }
    }
}

impl Frames {
    async fn begin(mut stream: Box<dyn Stream>) -> Self {
        stream.write_all(PREFACE).await.unwrap();
        let mut frames = Self(stream);
        frames.write(4, 0, 0, &[]).await;
        frames
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.0.write_all(&[&head, payload].concat()).await.unwrap();
    }

    /// Asks with a head of literals, none of them indexed (RFC 7541, 6.2.2).
    async fn ask_for(&mut self, path: &str, stream: u32, delivery: &str) {
        let mut block = Vec::new();
        let mut fields = vec![(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", path)];
        if !delivery.is_empty() {
            fields.push((HEADER, delivery));
        }
        for (name, value) in fields {
            block.push(0);
            for text in [name, value] {
                block.push(u8::try_from(text.len()).unwrap());
                block.extend_from_slice(text.as_bytes());
            }
        }
        self.write(1, 5, stream, &block).await;
    }

    async fn ask(&mut self, stream: u32, delivery: &str) {
        self.ask_for("/v1.0/users", stream, delivery).await;
    }

    /// The next frame. Settings and pings are answered.
    async fn next(&mut self) -> Option<AFrame> {
        loop {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            self.0.read_exact(&mut payload).await.ok()?;
            let stream = u32::from_be_bytes(head[5..].try_into().unwrap());
            let frame = AFrame { kind: head[3], flags: head[4], stream, payload };
            match (frame.kind, frame.flags & 1) {
                (4, 0) => self.write(4, 1, 0, &[]).await,
                (6, 0) => self.write(6, 1, 0, &frame.payload).await,
                _ => return Some(frame),
            }
        }
    }

    /// All frames of a stream, and of the connection if it ends, until the stream ends.
    async fn of(&mut self, stream: u32) -> Vec<String> {
        let mut told = Vec::new();
        while let Some(frame) = self.next().await {
            told.extend(frame.told());
            if frame.stream == stream && (frame.kind == 3 || frame.kind < 2 && frame.flags & 1 == 1) {
                break;
            }
        }
        told
    }
}

#[tokio::test]
async fn http_2_does_the_nearest() {
    let open = Open::new().await;
    for way in Way::ALL {
        let mut frames = Frames::begin(open.connect(way).await).await;
        frames.ask(1, "").await;
        let whole = frames.of(1).await;
        let length: usize = whole[1].strip_prefix("DATA ").unwrap().trim_end_matches(" end").parse().unwrap();
        let data = |length: usize| format!("DATA {length}");
        let all = ["HEADERS".to_owned(), data(length), "DATA 0 end".to_owned()];
        let half = length / 2;
        let broken = "RST_STREAM 2".to_owned();
        let mut stream = 1;
        for (delivery, expected) in [
            ("reset start", vec![broken.clone()]),
            ("reset head", vec![broken.clone()]),
            ("reset body", vec!["HEADERS".to_owned(), data(half), broken.clone()]),
            ("truncate 10", vec!["HEADERS".to_owned(), data(10), broken.clone()]),
            ("truncate 0", vec!["HEADERS".to_owned(), broken.clone()]),
            ("stall 1 start", whole.clone()),
            ("stall 1 head", whole.clone()),
            ("stall 1 body", vec!["HEADERS".to_owned(), data(half), data(length - half), "DATA 0 end".to_owned()]),
            ("slow 1000000", all.to_vec()),
            ("wrong 5", all.to_vec()),
            ("interim 103", all.to_vec()),
        ] {
            stream += 2;
            frames.ask(stream, delivery).await;
            assert_eq!(frames.of(stream).await, expected, "{way:?}, {delivery}");
        }
        stream += 2;
        frames.ask(stream, "chunk 100").await;
        let told = frames.of(stream).await;
        assert_eq!(told[1..=length / 100], vec![data(100); length / 100], "{way:?}");

        stream += 2;
        frames.ask(stream, "close").await;
        assert_eq!(frames.of(stream).await, all, "{way:?}");
        let mut gone = Vec::new();
        while let Some(frame) = frames.next().await {
            gone.extend(frame.told());
        }
        // One that warns, and one that says which streams were answered (RFC 9113, 6.8).
        assert_eq!(gone, ["GOAWAY 0", "GOAWAY 0"], "{way:?}");
    }
}

#[tokio::test]
async fn a_client_of_http_2_meets_errors_and_keeps_its_connection() {
    let open = Open::new().await;
    let stream = agreed(&open.port, TcpStream::connect(open.address).await.unwrap()).await;
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake::<_, _, Empty<Bytes>>(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let mut ask = |delivery: &str| {
        let request = hyper::Request::get("https://localhost/v1.0/users").header(HEADER, delivery);
        sender.send_request(request.body(Empty::new()).unwrap())
    };
    // More than hyper would let a client break (CVE-2023-44487): these are broken by the server.
    for _ in 0..200 {
        assert!(ask("reset start").await.is_err());
    }
    let answer = ask("truncate 10").await.unwrap();
    assert_eq!(answer.status(), 401, "the head arrives");
    let mut body = answer.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len(), 10);
    assert!(body.frame().await.unwrap().is_err());
    let answer = ask("wrong 5").await.unwrap();
    assert!(answer.headers().contains_key("content-length"));
    assert!(answer.into_body().collect().await.is_err(), "it looks at the length");
    let answer = ask("stall 1 body").await.unwrap();
    assert!(!answer.into_body().collect().await.unwrap().to_bytes().is_empty());
}

#[tokio::test]
async fn a_client_of_http_1_meets_errors() {
    let open = Open::new().await;
    for (delivery, head, body) in [
        ("reset start", false, false),
        ("reset head", false, false),
        ("reset body", true, false),
        ("truncate 10", true, false),
        ("wrong 5", true, false),
        ("wrong -5", true, true),
        ("close", true, true),
        ("interim 103", true, true),
        ("chunk 3", true, true),
    ] {
        let stream = TcpStream::connect(open.address).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = hyper::Request::get("/v1.0/users").header("host", "localhost").header(HEADER, delivery);
        let answer = sender.send_request(request.body(Empty::new()).unwrap()).await;
        assert_eq!(answer.is_ok(), head, "{delivery}");
        if let Ok(answer) = answer {
            assert_eq!(answer.into_body().collect().await.is_ok(), body, "{delivery}");
        }
    }
}

#[test]
fn the_document_says_what_versions_cannot_do() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/doors.md")).unwrap();
    let section = document.split("## Spoiled answers").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<Vec<&str>> =
        section.lines().filter(|line| line.starts_with("| ")).map(|line| line.split(" | ").collect()).collect();
    for delivery in [
        "reset start",
        "reset head",
        "reset body",
        "truncate 1",
        "stall 1 start",
        "stall 1 head",
        "stall 1 body",
        "slow 1",
        "chunk 1",
        "wrong 1",
        "close",
        "interim 103",
    ] {
        let headers = HeaderMap::from_iter([(HeaderName::from_static(HEADER), HeaderValue::from_static(delivery))]);
        let wanted = wanted(&headers).unwrap();
        let word = delivery.split(' ').next().unwrap().replace("interim", "informational");
        let row = rows.iter().find(|row| row[0].starts_with(&format!("| {word}"))).unwrap_or_else(|| panic!("{word}"));
        assert_eq!(wanted.done_over(Version::HTTP_11), Done::Exactly);
        for (version, cell) in [(Version::HTTP_10, row[2]), (Version::HTTP_2, row[3])] {
            match wanted.done_over(version) {
                Done::Nearest(nearest) => assert!(cell.contains(nearest), "{delivery}, {version:?}: {cell}"),
                Done::Exactly => assert!(
                    cell.starts_with("the same") || version == Version::HTTP_10 && word == "truncate",
                    "{delivery}, {version:?}: {cell}"
                ),
            }
        }
    }
}
