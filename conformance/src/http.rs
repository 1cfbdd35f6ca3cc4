//! HTTP over real sockets: one request, one connection. For the reference client, and for asking the control port.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::transport::{Failure, HttpRequest, HttpResponse};

/// Whom a client trusts.
pub type Trust = Arc<ClientConfig>;

/// Trust in the authorities of a PEM file, and in nobody else.
pub fn trust(file: &Path) -> Result<Trust, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| told(&error))? {
        let certificate = certificate.map_err(|error| told(&error))?;
        roots.add(certificate).map_err(|error| told(&error))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(|error| told(&error))?.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}

/// Sends a request and waits for the whole answer, no longer than `patience`.
pub(crate) async fn send(
    request: &HttpRequest,
    patience: Duration,
    trust: Option<&Trust>,
) -> Result<HttpResponse, Failure> {
    let exchanged = exchange(request, trust);
    // More patience than that means for ever.
    if patience > Duration::from_hours(24 * 365) {
        return exchanged.await;
    }
    tokio::time::timeout(patience, exchanged).await.unwrap_or(Err(Failure::Timeout))
}

/// Sends a request without TLS, and gives the status and the body; of a longer one, no more than a piece beyond the limit.
pub(crate) async fn post(request: &HttpRequest, limit: usize) -> Result<(u16, Vec<u8>), Failure> {
    let mut response = respond(request, None).await?;
    let mut read = Vec::new();
    while let Some(frame) = response.body_mut().frame().await {
        let frame = frame.map_err(|_| Failure::Connection)?;
        read.extend_from_slice(frame.data_ref().map_or(&[], |piece| piece));
        if read.len() > limit {
            break;
        }
    }
    Ok((response.status().as_u16(), read))
}

async fn exchange(request: &HttpRequest, trust: Option<&Trust>) -> Result<HttpResponse, Failure> {
    Ok(whole(respond(request, trust).await?).await)
}

async fn respond(request: &HttpRequest, trust: Option<&Trust>) -> Result<Response<Incoming>, Failure> {
    let uri: Uri = request.url.parse().map_err(|_| Failure::Connection)?;
    let host = uri.host().ok_or(Failure::Connection)?;
    let tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let socket = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.map_err(broken)?;
    let _ = socket.set_nodelay(true);
    if !tls {
        return over(socket, request, &uri).await;
    }
    let trust = trust.ok_or(Failure::Connection)?;
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|_| Failure::Connection)?;
    let socket = TlsConnector::from(Arc::clone(trust)).connect(name, socket).await.map_err(broken)?;
    over(socket, request, &uri).await
}

async fn over<S>(socket: S, request: &HttpRequest, uri: &Uri) -> Result<Response<Incoming>, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(|_| Failure::Connection)?;
    // It ends with the answer, or when this is given up and the sender goes.
    tokio::spawn(connection);
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut builder = Request::builder().method(request.method.as_str()).uri(target);
    builder = builder.header("host", uri.authority().map_or("", |authority| authority.as_str()));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let asked = builder.body(Full::new(request.body.clone())).map_err(|_| Failure::Connection)?;
    sender.send_request(asked).await.map_err(|_| Failure::Connection)
}

/// The answer with its body in the pieces in which it came.
async fn whole(response: Response<Incoming>) -> HttpResponse {
    let (head, mut body) = response.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let mut pieces: Vec<Bytes> = Vec::new();
    let mut whole = true;
    while let Some(frame) = body.frame().await {
        match frame.map(hyper::body::Frame::into_data) {
            Ok(Ok(piece)) => pieces.push(piece),
            Ok(Err(_)) => {}
            Err(_) => {
                whole = false;
                break;
            }
        }
    }
    HttpResponse { status: head.status.as_u16(), headers, pieces, whole }
}

fn broken(_: io::Error) -> Failure {
    Failure::Connection
}
