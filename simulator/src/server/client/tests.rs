//! Connections that do not go on, with a clock that only the test moves.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::{Client, serve};
use crate::clock::Wall;
use crate::hosts::Names;
use crate::identity::keys::SigningKey;
use crate::log::Log;
use crate::server::http::HEAD_TIMEOUT;
use crate::service::Service;
use crate::shutdown::Shutdown;
use crate::tenant::{TenantSpec, Tenants};
use crate::tls::{Places, Tls};
use crate::wire::links::NextLink;

pub(super) mod deliveries;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn port() -> Arc<Client> {
    port_at(Wall::System)
}

fn port_at(wall: Wall) -> Arc<Client> {
    let address = "127.0.0.1:3650";
    let tenants = Tenants::new(TenantSpec::default(), wall).unwrap();
    let key = Arc::new(SigningKey::development());
    let service = Arc::new(Service::new(tenants, key, NextLink::Door, address.to_owned(), Log::silent()));
    let names = Names::new(address.parse().unwrap(), &[]);
    let places = Places { temporary: std::env::temp_dir(), ..Places::default() };
    let tls = Tls::prepare(&names, &places, Wall::System.now()).unwrap();
    Arc::new(Client { service, names, tls })
}

/// How long a connection lasts whose client sends this and then nothing more, and stays.
async fn lasts(port: &Arc<Client>, first: &[u8]) -> Duration {
    let (mut client, server) = tokio::io::duplex(64 * 1024);
    client.write_all(first).await.unwrap();
    let (_end, stop) = Shutdown::new();
    let started = Instant::now();
    serve(server, Arc::clone(port), stop).await;
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_go_on_is_let_go() {
    let port = port();
    for first in [
        &b""[..],
        b"P",
        b"PRI * HTTP/2.0\r\n\r\n",
        &[0x16],
        &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC],
        b"GET / HTTP/1.1\r\nHo",
        b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n",
        b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n\x16",
        b"CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\nGET /v1.0",
    ] {
        let lasted = lasts(&port, first).await;
        let name = String::from_utf8_lossy(first);
        assert!((HEAD_TIMEOUT..HEAD_TIMEOUT + Duration::from_secs(2)).contains(&lasted), "{name:?}: {lasted:?}");
    }
    // HTTP/2 is asked whether it is alive before it is let go.
    let lasted = lasts(&port, PREFACE).await;
    assert!(lasted < Duration::from_mins(1), "{lasted:?}");
}

/// Asks for a document without a token, and reads the whole answer.
async fn ask(client: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    client.write_all(b"GET /v1.0/$metadata HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        assert_eq!(client.read(&mut byte).await.unwrap(), 1, "the connection ended");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    client.read_exact(&mut vec![0; length.expect("a length")]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_that_asks_now_and_then_is_kept_and_let_go_when_it_stops() {
    let (mut client, server) = tokio::io::duplex(64 * 1024);
    let (_end, stop) = Shutdown::new();
    let connection = tokio::spawn(serve(server, port(), stop));
    let started = Instant::now();
    for pause in [0, 20, 29, 1, 29, 25] {
        tokio::time::advance(Duration::from_secs(pause)).await;
        ask(&mut client).await;
    }
    assert!(started.elapsed() > HEAD_TIMEOUT * 3, "{:?}", started.elapsed());
    let last = Instant::now();
    connection.await.unwrap();
    assert!((HEAD_TIMEOUT..=HEAD_TIMEOUT * 2).contains(&last.elapsed()), "{:?}", last.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_its_time_to_read_is_not_cut_off() {
    let (mut client, server) = tokio::io::duplex(1_024);
    let (_end, stop) = Shutdown::new();
    let connection = tokio::spawn(serve(server, port(), stop));
    client.write_all(b"GET /v1.0/$metadata HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut read = 0;
    let mut part = [0; 512];
    loop {
        tokio::time::advance(HEAD_TIMEOUT).await;
        // Timers ran out; whoever waited for them has its turn first.
        tokio::task::yield_now().await;
        match client.read(&mut part).await.unwrap() {
            0 => break,
            bytes => read += bytes,
        }
        if read > 4 * 1_024 {
            client.read_to_end(&mut Vec::new()).await.unwrap();
            break;
        }
    }
    assert!(read > 4 * 1_024, "only {read} bytes came");
    connection.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_that_falls_silent_inside_tls_is_let_go() {
    let port = port();
    let (client, server) = tokio::io::duplex(64 * 1024);
    let (_end, stop) = Shutdown::new();
    let started = Instant::now();
    let silent = async {
        let mut stream = agreed(&port, client).await;
        stream.write_all(b"PRI * HT").await.unwrap();
        stream.read(&mut [0]).await.unwrap_or(0)
    };
    let (read, ()) = tokio::join!(silent, serve(server, Arc::clone(&port), stop));
    assert_eq!(read, 0);
    assert!((HEAD_TIMEOUT..HEAD_TIMEOUT * 2).contains(&started.elapsed()), "{:?}", started.elapsed());
}

async fn agreed<S>(port: &Client, stream: S) -> tokio_rustls::client::TlsStream<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(port.tls.ca_file()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("graph.microsoft.com").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}
