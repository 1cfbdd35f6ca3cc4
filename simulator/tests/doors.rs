//! The doors of the client port, with published clients of HTTP and TLS: which of them are open, and what comes through.

use simtune::wire::error::Refusal;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::HeaderMap;
use hyper::{Request, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use proptest::prelude::*;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use serde_json::Value as Json;
use simtune::config::Options;
use simtune::hosts;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::sockets::Running;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DEVICES: &str = "/v1.0/deviceManagement/managedDevices?$top=1&$select=id";

/// A TLS client that trusts the simulator's authority and nobody else.
fn trusting(running: &Running, protocols: &[&str], versions: &[&'static SupportedProtocolVersion]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(&running.ready().ca_file).expect("the authority's file") {
        roots.add(certificate.expect("a certificate")).expect("an authority");
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("ring knows them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn secured<S: Stream>(
    running: &Running,
    stream: S,
    name: &str,
    protocols: &[&str],
) -> std::io::Result<TlsStream<S>> {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    trusting(running, protocols, rustls::ALL_VERSIONS).connect(name, stream).await
}

async fn connected(running: &Running) -> TcpStream {
    TcpStream::connect(running.client).await.expect("it listens")
}

/// Sends a head and reads the head of the answer, byte by byte: what follows belongs to somebody else.
async fn head<S: Stream>(stream: &mut S, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.expect("a whole head"));
    }
    String::from_utf8(answer).expect("text")
}

async fn tunnel(running: &Running, to: &str) -> TcpStream {
    let mut stream = connected(running).await;
    let answer = head(&mut stream, &format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    stream
}

fn get(token: &str, target: &str, host: Option<&str>) -> Request<Full<Bytes>> {
    let mut request = Request::get(target).header("authorization", format!("Bearer {token}"));
    if let Some(host) = host {
        request = request.header("host", host);
    }
    request.body(Full::default()).expect("a request")
}

struct Answered {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    body: String,
}

async fn answered(response: hyper::Response<hyper::body::Incoming>) -> Answered {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("text");
    Answered { status: parts.status, version: parts.version, headers: parts.headers, body }
}

async fn over_one(stream: impl Stream, request: Request<Full<Bytes>>) -> Answered {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1");
    let driver = tokio::spawn(connection);
    let answered = answered(sender.send_request(request).await.expect("an answer")).await;
    driver.abort();
    answered
}

async fn over_two(stream: impl Stream, request: Request<Full<Bytes>>) -> Answered {
    let executor = TokioExecutor::new();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(executor, TokioIo::new(stream)).await.expect("HTTP/2");
    let driver = tokio::spawn(connection);
    let answered = answered(sender.send_request(request).await.expect("an answer")).await;
    driver.abort();
    answered
}

/// The newest entry of the journal.
fn last_entry(running: &Running) -> Json {
    let (_, journal) = running.control("GET", "/api/tenants/default/journal", "");
    journal["value"].as_array().expect("entries").last().expect("an entry").clone()
}

/// Door, scheme and version of the newest entry.
fn last_door(running: &Running) -> String {
    let entry = last_entry(running);
    ["door", "scheme", "httpVersion"].map(|member| entry[member].as_str().expect("text").to_owned()).join(" ")
}

#[test]
fn the_same_service_is_behind_every_door() {
    let running = Running::start();
    let token = running.token();
    let here = running.client.to_string();
    let local = format!("localhost:{}", running.client.port());
    let check = |answered: Answered, root: &str, door: &str| {
        assert_eq!(answered.status, 200, "{door}: {}", answered.body);
        let context = format!("\"@odata.context\":\"{root}/v1.0/$metadata#deviceManagement/managedDevices(id)\"");
        assert!(answered.body.contains(&context), "{door}: {}", answered.body);
        assert!(answered.headers.contains_key("request-id"));
        if answered.version == Version::HTTP_2 {
            assert!(
                !answered.headers.contains_key("transfer-encoding") && !answered.headers.contains_key("connection")
            );
        }
        assert_eq!(last_door(&running), door);
    };
    let absolute = |root: &str| get(&token, &format!("{root}{DEVICES}"), None);
    let graph = "https://graph.microsoft.com";

    let answer = running.run(async { over_one(connected(&running).await, get(&token, DEVICES, Some(&here))).await });
    check(answer, &format!("http://{here}"), "base-url http 1.1");
    let answer = running.run(async { over_two(connected(&running).await, absolute(&format!("http://{here}"))).await });
    check(answer, &format!("http://{here}"), "base-url http 2");

    let answer = running.run(async {
        let stream = secured(&running, connected(&running).await, "localhost", &["http/1.1"]).await.unwrap();
        over_one(stream, get(&token, DEVICES, Some(&local))).await
    });
    check(answer, &format!("https://{local}"), "base-url https 1.1");
    let answer = running.run(async {
        let stream = secured(&running, connected(&running).await, "localhost", &["h2", "http/1.1"]).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        over_two(stream, absolute(&format!("https://{local}"))).await
    });
    check(answer, &format!("https://{local}"), "base-url https 2");

    // Host mapping: the name is Microsoft's, with the port a client may or may not write.
    let answer = running.run(async {
        let stream = secured(&running, connected(&running).await, "graph.microsoft.com", &[]).await.unwrap();
        over_one(stream, get(&token, DEVICES, Some("graph.microsoft.com:443"))).await
    });
    check(answer, graph, "host-mapping https 1.1");
    let answer = running.run(async {
        let stream = secured(&running, connected(&running).await, "graph.microsoft.us", &["h2"]).await.unwrap();
        over_two(stream, absolute("https://graph.microsoft.us")).await
    });
    check(answer, "https://graph.microsoft.us", "host-mapping https 2");

    // The proxy: tunnels with TLS or plain, and absolute targets.
    let answer = running.run(async {
        let stream = tunnel(&running, "graph.microsoft.com:443").await;
        let stream = secured(&running, stream, "graph.microsoft.com", &["h2", "http/1.1"]).await.unwrap();
        over_two(stream, absolute(graph)).await
    });
    check(answer, graph, "proxy https 2");
    let answer = running.run(async {
        let stream = tunnel(&running, "graph.microsoft.com:80").await;
        over_one(stream, get(&token, DEVICES, Some("graph.microsoft.com"))).await
    });
    check(answer, "http://graph.microsoft.com", "proxy http 1.1");
    let answer =
        running.run(async { over_one(connected(&running).await, absolute("http://graph.microsoft.com")).await });
    check(answer, "http://graph.microsoft.com", "proxy http 1.1");
    let answer = running.run(async { over_one(connected(&running).await, absolute(graph)).await });
    check(answer, graph, "proxy https 1.1");

    // A proxy that is itself spoken to with TLS.
    let answer = running.run(async {
        let mut stream = secured(&running, connected(&running).await, "localhost", &["http/1.1"]).await.unwrap();
        let answer = head(&mut stream, "CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let stream = secured(&running, stream, "graph.microsoft.com", &["h2"]).await.unwrap();
        over_two(stream, absolute(graph)).await
    });
    check(answer, graph, "proxy https 2");
}

#[test]
fn the_identity_platform_speaks_of_the_door_the_client_used() {
    let running = Running::start();
    let local = format!("https://localhost:{}", running.client.port());
    let path = format!("/{}/v2.0/.well-known/openid-configuration", running.ready().tenant_id);
    let metadata = |name: &'static str, root: &str| {
        let request = get("", &format!("{root}{path}"), None);
        let answer = running.run(async {
            let stream = secured(&running, connected(&running).await, name, &["h2"]).await.unwrap();
            over_two(stream, request).await
        });
        serde_json::from_str::<Json>(&answer.body).expect("JSON")
    };
    let own = metadata("localhost", &local);
    for member in ["issuer", "token_endpoint", "jwks_uri", "authorization_endpoint"] {
        let value = own[member].as_str().unwrap();
        assert!(value.starts_with(&format!("{local}/")), "{member}: {value}");
    }
    let real = metadata("login.microsoftonline.com", "https://login.microsoftonline.com");
    assert!(real["token_endpoint"].as_str().unwrap().starts_with("https://login.microsoftonline.com/"));
}

#[test]
fn certificates_are_good_for_every_name_and_no_other() {
    let running = Running::with(Options { tls_name: vec!["Intune.test".to_owned()], ..Options::default() });
    let names = hosts::microsoft().iter().map(|host| host.name.as_str());
    for name in names.chain(["localhost", "intune.test", "127.0.0.1", "::1"]) {
        for version in rustls::ALL_VERSIONS {
            for protocols in [&["h2", "http/1.1"][..], &["http/1.1"], &[]] {
                let agreed = running.run(async {
                    let server = ServerName::try_from(name.to_owned()).unwrap();
                    let connector = trusting(&running, protocols, &[version]);
                    connector.connect(server, connected(&running).await).await
                });
                let agreed = agreed.unwrap_or_else(|error| panic!("{name}, {version:?}, {protocols:?}: {error}"));
                let protocol = agreed.get_ref().1.alpn_protocol().map(String::from_utf8_lossy);
                assert_eq!(protocol.as_deref(), protocols.first().copied());
            }
        }
    }
    for name in ["example.com", "microsoft.com", "www.graph.microsoft.com", "portal.azure.com"] {
        let agreed = running.run(async { secured(&running, connected(&running).await, name, &[]).await });
        let error = agreed.err().unwrap_or_else(|| panic!("{name} got a certificate"));
        assert!(error.to_string().contains("AccessDenied"), "{error}");
    }
    // No name at all, through a tunnel: the certificate is for where the tunnel leads.
    running.run(async {
        let stream = tunnel(&running, "graph.microsoft.com:443").await;
        let mut config = trusting(&running, &[], rustls::ALL_VERSIONS).config().as_ref().clone();
        config.enable_sni = false;
        let name = ServerName::try_from("graph.microsoft.com").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a certificate for the tunnel's host");
    });
}

#[test]
fn tunnels_open_as_published_clients_ask_for_them() {
    let running = Running::start();
    let token = running.token();
    for request in [
        // Python's http.client.
        "CONNECT graph.microsoft.com:443 HTTP/1.0\r\n\r\n",
        // .NET and others behind some settings.
        "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com:443\r\nConnection: close\r\n\r\n",
        "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: graph.microsoft.com\r\nProxy-Connection: keep-alive\r\n\r\n",
        "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    ] {
        let answer = running.run(async {
            let mut stream = connected(&running).await;
            let answer = head(&mut stream, request).await;
            assert!(answer.starts_with("HTTP/1.") && answer[8..].starts_with(" 200 "), "{request}{answer}");
            assert!(!answer.contains("content-length") && !answer.contains("transfer-encoding"), "{answer}");
            let stream = secured(&running, stream, "graph.microsoft.com", &["http/1.1"]).await.unwrap();
            over_one(stream, get(&token, DEVICES, Some("graph.microsoft.com"))).await
        });
        assert_eq!(answer.status, 200, "{request}");
        assert_eq!(last_door(&running), "proxy https 1.1");
    }
    // A client that does not wait for the answer before it goes on; and requests before the tunnel on its connection.
    let answer = crate::sockets::exchange(
        running.client,
        b"GET /v1.0/users HTTP/1.1\r\nHost: localhost\r\n\r\nCONNECT graph.microsoft.com:80 HTTP/1.1\r\n\r\nGET /v1.0/me HTTP/1.1\r\nHost: graph.microsoft.com\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(answer.matches("HTTP/1.1 401 ").count(), 2, "{answer}");
    assert_eq!(last_door(&running), "proxy http 1.1");
}

#[test]
fn other_hosts_are_refused_with_a_sentence_and_an_entry() {
    let running = Running::start();
    for (request, host) in [
        ("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443".to_owned(), "example.com:443"),
        ("CONNECT example.com:443 HTTP/1.0".to_owned(), "example.com:443"),
        ("CONNECT graph.microsoft.com:25 HTTP/1.1\r\nHost: x".to_owned(), "graph.microsoft.com:25"),
        ("GET http://example.com/secret?code=hush HTTP/1.1\r\nHost: example.com".to_owned(), "example.com:80"),
        ("GET https://example.com/ HTTP/1.1\r\nHost: graph.microsoft.com".to_owned(), "example.com:443"),
        (
            "POST http://169.254.169.254/metadata HTTP/1.1\r\nHost: x\r\nContent-Length: 5".to_owned(),
            "169.254.169.254:80",
        ),
        (format!("CONNECT {} HTTP/1.1\r\nHost: x", running.control), &*running.control.to_string()),
        (format!("GET http://{}/api/ready HTTP/1.1\r\nHost: x", running.control), &*running.control.to_string()),
    ] {
        let answer =
            crate::sockets::exchange(running.client, format!("{request}\r\nConnection: close\r\n\r\n").as_bytes());
        assert_eq!(&answer[8..12], " 403", "{request}: {answer}");
        assert!(answer.contains("\r\nrequest-id: ") && answer.contains(&format!("'{host}'")), "{request}: {answer}");
        let entry = last_entry(&running);
        assert_eq!((entry["door"].as_str(), entry["status"].as_u64()), (Some("proxy"), Some(403)), "{entry}");
        assert!(!entry.to_string().contains("hush"), "{entry}");
    }
    let answer = running.run(async {
        let mut stream = tunnel(&running, "graph.microsoft.com:443").await;
        head(&mut stream, "CONNECT graph.microsoft.com:443 HTTP/1.1\r\nHost: x\r\n\r\n").await
    });
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("request-id: "), "{answer}");
}

#[test]
fn a_head_that_is_too_large_is_refused_over_http_2_as_well() {
    let running = Running::start();
    let mut request = get("", &format!("http://{}{DEVICES}", running.client), None);
    for number in 0..20 {
        let name = format!("x-filler-{number}").parse::<hyper::header::HeaderName>().unwrap();
        request.headers_mut().insert(name, "x".repeat(4_000).parse().unwrap());
    }
    let answer = running.run(async { over_two(connected(&running).await, request).await });
    assert_eq!(answer.status, 431);
    assert!(answer.headers.contains_key("request-id") && answer.body.contains("RequestHeaderFieldsTooLarge"));
}

#[test]
fn what_is_no_http_inside_tls_is_refused_with_an_id() {
    let running = Running::start();
    let answer = running.run(async {
        let mut stream = secured(&running, connected(&running).await, "localhost", &[]).await.unwrap();
        stream.write_all(b"\x16 no http\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    });
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("\r\nrequest-id: "), "{answer}");
}

#[test]
fn paths_and_headers_that_published_clients_send_are_taken() {
    let running = Running::start();
    let token = running.token();
    let double = DEVICES.replacen("/v1.0/", "/v1.0//", 1);
    let mut request = get(&token, &double, Some("localhost"));
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    let answer = running.run(async {
        let stream = secured(&running, connected(&running).await, "localhost", &[]).await.unwrap();
        over_one(stream, request).await
    });
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn a_stop_ends_connections_of_every_kind() {
    let mut running = Running::start();
    let request = || get("", &format!("https://localhost:{}{DEVICES}", running.client.port()), None);
    let (two, tunnel, silent) = running.run(async {
        let stream = secured(&running, connected(&running).await, "localhost", &["h2"]).await.unwrap();
        let executor = TokioExecutor::new();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake::<_, _, Full<Bytes>>(executor, TokioIo::new(stream)).await.unwrap();
        let driver = tokio::spawn(connection);
        assert_eq!(sender.send_request(request()).await.unwrap().status(), 401);
        let tunnel = tunnel(&running, "graph.microsoft.com:443").await;
        ((sender, driver), tunnel, connected(&running).await)
    });
    running.stop();
    running.run(async {
        two.1.await.expect("no panic").expect("the connection was ended, not cut");
        for mut stream in [tunnel, silent] {
            assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0, "it is closed");
        }
    });
}

#[test]
fn files_of_the_authority_go_with_the_simulator_unless_they_are_kept() {
    let mut running = Running::start();
    let (ca, bundle) = (running.ready().ca_file.clone(), running.ready().ca_bundle_file.clone());
    let certificate = std::fs::read_to_string(&ca).unwrap();
    assert!(std::fs::read_to_string(&bundle).unwrap().contains(&certificate));
    let folder = ca.parent().unwrap().to_owned();
    assert!(!folder.join("ca-key.pem").exists(), "a key that is not kept is not written");
    running.stop();
    drop(running);
    assert!(!folder.exists());

    let kept = std::env::temp_dir().join(format!("simtune-kept-{}", std::process::id()));
    let options = Options { ca_dir: Some(kept.clone()), ..Options::default() };
    drop(Running::with(options.clone()));
    let first = std::fs::read_to_string(kept.join("ca.pem")).unwrap();
    let running = Running::with(options);
    assert_eq!(std::fs::read_to_string(kept.join("ca.pem")).unwrap(), first);
    running
        .run(async { secured(&running, connected(&running).await, "localhost", &[]).await })
        .expect("the kept key signs");
    drop(running);
    std::fs::remove_dir_all(kept).unwrap();
}

/// Writes bytes, says that there are no more, and reads to the end.
async fn to_the_end(mut stream: impl Stream, bytes: &[u8]) {
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
}

#[test]
fn any_bytes_through_any_door_come_to_an_end() {
    let running = Running::start();
    let beginning =
        prop::sample::select(vec![&b""[..], PREFACE, &[0x16, 3, 1, 0, 5, 1], b"GET / HTTP/1.1\r\n", b"CONNECT "]);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(48));
    let bytes = (beginning, prop::collection::vec(any::<u8>(), 0..200));
    runner
        .run(&bytes, |(beginning, rest)| {
            let bytes = [beginning, &rest].concat();
            running.run(async {
                to_the_end(connected(&running).await, &bytes).await;
                to_the_end(tunnel(&running, "graph.microsoft.com:443").await, &bytes).await;
                let secure = secured(&running, connected(&running).await, "localhost", &["h2"]).await.unwrap();
                to_the_end(secure, &bytes).await;
            });
            Ok(())
        })
        .unwrap();
    assert_eq!(running.control("GET", "/readyz", "").0, 200);
}

#[test]
fn a_host_that_is_refused_is_counted_by_its_name() {
    let harness = crate::harness::Harness::new();
    let request = crate::harness::request(hyper::Method::CONNECT, "example.com:443", b"");
    let answer = harness.service.refuse(request, &Refusal::Elsewhere("example.com:443".into()));
    assert_eq!(answer.status, 403);
    let met: Vec<String> = harness
        .service
        .tally()
        .counts()
        .unknown_routes
        .met
        .keys()
        .map(|asked| format!("{} {}", asked.method, asked.path))
        .collect();
    assert_eq!(met, ["CONNECT example.com:443"]);
}
