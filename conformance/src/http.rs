//! HTTP over real sockets: one request, one connection. For the reference client, which may use them in other lawful
//! manners, and for asking the control port.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::http::request::Builder;
use hyper::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::manner::OnSockets;
use crate::transport::{Failure, HttpRequest, HttpResponse};

/// Whom a client trusts, and what it offers them to speak.
pub type Trust = Arc<ClientConfig>;

/// Trust in the authorities of a PEM file, and in nobody else.
pub fn trust(file: &Path, manner: Option<OnSockets>) -> Result<Trust, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| told(&error))? {
        let certificate = certificate.map_err(|error| told(&error))?;
        roots.add(certificate).map_err(|error| told(&error))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = versions.map_err(|error| told(&error))?.with_root_certificates(roots).with_no_client_auth();
    if manner == Some(OnSockets::Http2) {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    Ok(Arc::new(config))
}

/// Sends a request and waits for the whole answer, no longer than `patience`.
pub(crate) async fn send(
    request: &HttpRequest,
    patience: Duration,
    trust: Option<&Trust>,
    manner: Option<OnSockets>,
) -> Result<HttpResponse, Failure> {
    let exchanged = exchange(request, trust, manner);
    // More patience than that means for ever.
    if patience > Duration::from_hours(24 * 365) {
        return exchanged.await;
    }
    tokio::time::timeout(patience, exchanged).await.unwrap_or(Err(Failure::Timeout))
}

/// Sends a request without TLS, and gives the status and the body; of a longer one, no more than a piece beyond the limit.
pub(crate) async fn post(request: &HttpRequest, limit: usize) -> Result<(u16, Vec<u8>), Failure> {
    let (mut response, _) = respond(request, None, None).await?;
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

async fn exchange(
    request: &HttpRequest,
    trust: Option<&Trust>,
    manner: Option<OnSockets>,
) -> Result<HttpResponse, Failure> {
    let (response, interim) = respond(request, trust, manner).await?;
    Ok(HttpResponse { interim: interim.taken(), ..whole(response).await })
}

/// The head of the answer, its body still on its way, and what came before it.
async fn respond(
    request: &HttpRequest,
    trust: Option<&Trust>,
    manner: Option<OnSockets>,
) -> Result<(Response<Incoming>, Interim), Failure> {
    let uri: Uri = request.url.parse().map_err(|_| Failure::Connection)?;
    let host = uri.host().ok_or(Failure::Connection)?;
    let tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let socket = TcpStream::connect((host.trim_matches(['[', ']']), port)).await.map_err(broken)?;
    let _ = socket.set_nodelay(true);
    if !tls {
        return over(socket, request, &uri, manner).await;
    }
    let trust = trust.ok_or(Failure::Connection)?;
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(|_| Failure::Connection)?;
    let socket = TlsConnector::from(Arc::clone(trust)).connect(name, socket).await.map_err(broken)?;
    over(socket, request, &uri, manner).await
}

async fn over<S>(
    socket: S,
    request: &HttpRequest,
    uri: &Uri,
    manner: Option<OnSockets>,
) -> Result<(Response<Incoming>, Interim), Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    match manner {
        Some(OnSockets::Http2) => over_two(socket, request, uri).await,
        Some(OnSockets::ByteByByte) => over_one(ByteByByte(socket), request, uri).await,
        Some(OnSockets::TwoAtOnce) | None => over_one(socket, request, uri).await,
    }
}

/// By HTTP/1.1.
async fn over_one<S>(socket: S, request: &HttpRequest, uri: &Uri) -> Result<(Response<Incoming>, Interim), Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(|_| Failure::Connection)?;
    // It ends with the answer, or when this is given up and the sender goes.
    tokio::spawn(connection);
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let asked = asked(Request::builder().uri(target).header("host", host), request)?;
    let (asked, interim) = noting_interim(asked);
    let response = sender.send_request(asked).await.map_err(|_| Failure::Connection)?;
    Ok((response, interim))
}

/// By HTTP/2, in which the authority belongs to the URL and connections are nothing that headers speak of.
async fn over_two<S>(socket: S, request: &HttpRequest, uri: &Uri) -> Result<(Response<Incoming>, Interim), Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let io = TokioIo::new(socket);
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.map_err(|_| Failure::Connection)?;
    tokio::spawn(connection);
    let asked = asked(Request::builder().uri(uri.clone()), request)?;
    let response = sender.send_request(asked).await.map_err(|_| Failure::Connection)?;
    Ok((response, Interim::default()))
}

/// A request with its verb, its headers and its body.
fn asked(mut builder: Builder, request: &HttpRequest) -> Result<Request<Full<Bytes>>, Failure> {
    builder = builder.method(request.method.as_str());
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(request.body.clone())).map_err(|_| Failure::Connection)
}

/// The statuses of the interim answers to a request.
#[derive(Clone, Default)]
struct Interim(Arc<Mutex<Vec<u16>>>);

impl Interim {
    fn taken(&self) -> Vec<u16> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request whose interim answers are noted.
fn noting_interim(mut asked: Request<Full<Bytes>>) -> (Request<Full<Bytes>>, Interim) {
    let interim = Interim::default();
    let noted = interim.clone();
    hyper::ext::on_informational(&mut asked, move |answer| {
        noted.0.lock().unwrap_or_else(PoisonError::into_inner).push(answer.status().as_u16());
    });
    (asked, interim)
}

/// A stream that gives one byte at a time, however many there are.
struct ByteByByte<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for ByteByByte<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if into.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.0).poll_read(context, &mut one))?;
        into.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ByteByByte<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
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
    HttpResponse { interim: Vec::new(), status: head.status.as_u16(), headers, pieces, whole }
}

fn broken(_: io::Error) -> Failure {
    Failure::Connection
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::ByteByByte;

    #[tokio::test]
    async fn byte_by_byte_is_one_byte_and_then_the_next() {
        let (mut sender, receiver) = tokio::io::duplex(64);
        sender.write_all("é!".as_bytes()).await.expect("there is room");
        drop(sender);
        let mut slow = ByteByByte(receiver);
        let mut buffer = [0; 64];
        for byte in "é!".bytes() {
            assert_eq!((slow.read(&mut buffer).await.expect("it is there"), buffer[0]), (1, byte));
        }
        assert_eq!(slow.read(&mut buffer).await.expect("the end"), 0);
    }
}
