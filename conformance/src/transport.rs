//! What a Rust client in the same process works with: a way to send requests, a clock, and where the service is.
//!
//! Both can stand for something real, and in the simulator they need not: there, waiting moves a clock and costs
//! nothing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Sends requests.
pub trait Transport: Send + Sync {
    /// Sends a request and waits for the answer, no longer than `patience`.
    fn send(&self, request: HttpRequest, patience: Duration) -> Result<HttpResponse, Failure>;
}

/// Tells the time and lets it pass.
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> DateTime<Utc>;
    /// Waits.
    fn sleep(&self, time: Duration);
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The verb.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The statuses of the interim answers that came before, which most HTTP libraries keep to themselves.
    pub interim: Vec<u16>,
    /// The status.
    pub status: u16,
    /// The headers as they came.
    pub headers: Vec<(String, String)>,
    /// The body in the pieces in which it came.
    pub pieces: Vec<Bytes>,
    /// Whether the body is as long as was announced.
    pub whole: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The connection ended, or there was none.
    Connection,
    /// It took too long.
    Timeout,
}

/// Where a client works.
#[derive(Clone)]
pub struct Surroundings {
    /// How to send requests.
    pub transport: Arc<dyn Transport>,
    /// How to tell the time and wait.
    pub clock: Arc<dyn Clock>,
    /// Where the service is, and who the client is there.
    pub environment: Environment,
}

/// Where the service is, and who the client is there: `env` of the worker protocol, and the variables of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Environment {
    /// Graph's v1.0.
    pub graph_base_url: String,
    /// Graph's beta.
    pub graph_beta_url: String,
    /// Where tokens are to be had.
    pub graph_token_url: String,
    /// What stands before that.
    pub graph_authority: String,
    /// The tenant.
    pub graph_tenant_id: String,
    /// The app.
    pub graph_client_id: String,
    /// Its secret.
    pub graph_client_secret: String,
    /// What to ask for.
    pub graph_scope: String,
    /// A token to use instead of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_access_token: Option<String>,
    /// The certificate authority to trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graph_ca_file: Option<String>,
}

impl HttpRequest {
    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

impl HttpResponse {
    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body in one piece.
    pub fn body(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
