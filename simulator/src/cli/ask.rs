//! Asking a running simulator over its control port.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{At, Stop};
use crate::config::{self, UsageError};
use crate::ready::Ready;
use crate::why::Why;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often `wait` asks.
const INTERVAL: Duration = Duration::from_millis(20);

/// The ready object of the simulator.
pub(super) fn ready(at: &At) -> Result<Ready, Stop> {
    let url = control_url(at)?;
    let answer = call(&url, Method::GET, "/api/ready", None)?;
    serde_json::from_value(answer).map_err(|error| Stop::Negative(format!("{url} is no simtune: {error}")))
}

/// A token of the default tenant.
pub(super) fn token(at: &At, app: Option<Uuid>, user: Option<&str>, permissions: &[String]) -> Result<String, Stop> {
    let url = control_url(at)?;
    let mut message = json!({});
    if let Some(app) = app {
        message["app"] = json!(app);
    }
    if let Some(user) = user {
        message["user"] = json!(user);
    }
    if !permissions.is_empty() {
        let member = if user.is_some() { "scopes" } else { "roles" };
        message[member] = json!(permissions);
    }
    let answer = call(&url, Method::POST, "/api/tenants/default/tokens", Some(&message))?;
    let token = answer["access_token"].as_str().map(str::to_owned);
    token.ok_or_else(|| Stop::Negative(format!("{url} gave no token; is it another version of simtune?")))
}

/// Why an exchange of a tenant went as it did.
pub(super) fn why(at: &At, tenant: &str, request: Uuid) -> Result<Why, Stop> {
    let url = control_url(at)?;
    let tenant = utf8_percent_encode(tenant, NON_ALPHANUMERIC);
    let answer = call(&url, Method::GET, &format!("/api/tenants/{tenant}/why/{request}"), None)?;
    serde_json::from_value(answer)
        .map_err(|error| Stop::Negative(format!("{url} answers otherwise than this version of simtune: {error}")))
}

pub(super) fn health(at: &At) -> Result<(), Stop> {
    let url = control_url(at)?;
    call(&url, Method::GET, "/readyz", None).map(|_| ())
}

pub(super) fn wait(at: &At, timeout: Duration) -> Result<(), Stop> {
    let url = control_url(at)?;
    let mut waited = Duration::ZERO;
    loop {
        match call(&url, Method::GET, "/readyz", None) {
            Ok(_) => return Ok(()),
            Err(Stop::Negative(_)) if waited < timeout => {
                std::thread::sleep(INTERVAL);
                waited += INTERVAL;
            }
            Err(Stop::Negative(reason)) => {
                return Err(Stop::Negative(format!("not ready after {}: {reason}", seconds(timeout))));
            }
            Err(other) => return Err(other),
        }
    }
}

fn seconds(time: Duration) -> String {
    format!("{}s", time.as_secs_f64())
}

/// `--control`, else `SIMTUNE_CONTROL_URL`, else the default port.
fn control_url(at: &At) -> Result<String, Stop> {
    let url = at
        .control
        .clone()
        .or_else(|| config::environment("SIMTUNE_CONTROL_URL"))
        .unwrap_or_else(|| format!("http://{}", config::CONTROL_ADDRESS));
    let parsed: Option<Uri> = url.parse().ok();
    let usable = parsed.is_some_and(|uri| uri.scheme_str() == Some("http") && uri.host().is_some());
    if usable {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(UsageError(format!("'{url}' is no control URL; write it like http://127.0.0.1:3651")).into())
}

/// One request; text answers come back as a JSON string.
fn call(url: &str, method: Method, path: &str, message: Option<&Json>) -> Result<Json, Stop> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::Negative(format!("cannot start a connection: {error}")))?;
    let exchange = async { tokio::time::timeout(PATIENCE, exchange(url, method, path, message)).await };
    match runtime.block_on(exchange) {
        Ok(Ok((status, body))) if status.is_success() => {
            Ok(serde_json::from_slice(&body)
                .unwrap_or_else(|_| Json::String(String::from_utf8_lossy(&body).into_owned())))
        }
        Ok(Ok((status, body))) => {
            let answer: Json = serde_json::from_slice(&body).unwrap_or_default();
            let reason =
                answer["error"]["message"].as_str().map_or_else(|| format!("it answered {status}"), str::to_owned);
            Err(Stop::Negative(format!("{url}: {reason}")))
        }
        Ok(Err(error)) => Err(Stop::Negative(format!(
            "no simtune answers at {url} ({error}); start one with 'simtune serve', or name its control port with --control"
        ))),
        Err(_) => Err(Stop::Negative(format!("{url} did not answer within {}", seconds(PATIENCE)))),
    }
}

async fn exchange(
    url: &str,
    method: Method,
    path: &str,
    message: Option<&Json>,
) -> Result<(StatusCode, Bytes), Box<dyn std::error::Error + Send + Sync>> {
    let uri: Uri = url.parse()?;
    let host = uri.host().ok_or("the URL names no host")?;
    let port = uri.port_u16().unwrap_or(80);
    let stream = tokio::net::TcpStream::connect((host.trim_matches(['[', ']']), port)).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let body = message.map_or_else(Bytes::new, |message| message.to_string().into());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, uri.authority().map_or("localhost", hyper::http::uri::Authority::as_str))
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(body))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    connection.abort();
    Ok((status, body))
}
