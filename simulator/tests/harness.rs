//! A simulator without sockets and with a clock that only the test moves.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Version};
use serde_json::Value as Json;
use simtune::clock::Wall;
use simtune::exchange::{Answer, Door, Request, Scheme};
use simtune::identity::keys::SigningKey;
use simtune::log::Log;
use simtune::service::Service;
use simtune::tenant::{TenantSpec, Tenants};
use simtune::wire::links::NextLink;

use crate::{batch, contexts, recording};

/// The day on which every test begins.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_520_496_000, 123_456_700).expect("2018-03-08")
}

/// A service whose clock stands still.
pub(crate) struct Harness {
    pub(crate) service: Arc<Service>,
    pub(crate) wall: Wall,
    /// The token that [`Harness::ask`] sends, and when it was made.
    token: RefCell<(String, DateTime<Utc>)>,
}

impl Harness {
    /// The default tenant over a built-in fleet.
    pub(crate) fn new() -> Self {
        Self::with(TenantSpec::default())
    }

    pub(crate) fn with(spec: TenantSpec) -> Self {
        Self::linking(spec, NextLink::Door)
    }

    pub(crate) fn linking(spec: TenantSpec, next_link: NextLink) -> Self {
        let wall = Wall::hand(start());
        let tenants = Tenants::new(spec, wall.clone()).expect("the spec is sound");
        let key = Arc::new(SigningKey::development());
        let service = Arc::new(Service::new(tenants, key, next_link, "127.0.0.1:3650".to_owned(), Log::silent()));
        let harness = Self { service, wall, token: RefCell::default() };
        harness.token.replace((harness.fresh_token(), start()));
        harness
    }

    /// A token of the default app, by the door a client would take.
    pub(crate) fn fresh_token(&self) -> String {
        let tenant = self.service.tenants().default_tenant();
        let directory = tenant.directory();
        let app = &directory.apps[0];
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &app.client_id.to_string())
            .append_pair("client_secret", &app.secrets[0].value)
            .append_pair("scope", "https://graph.microsoft.com/.default")
            .finish();
        let answer = self.send(
            request(Method::POST, &format!("/{}/oauth2/v2.0/token", tenant.id), body.as_bytes())
                .with("content-type", "application/x-www-form-urlencoded"),
        );
        assert_eq!(answer.status, 200, "{}", text(&answer));
        json(&answer)["access_token"].as_str().expect("a token").to_owned()
    }

    /// The token that [`Harness::ask`] sends.
    pub(crate) fn token(&self) -> String {
        let now = self.wall.now();
        if now - self.token.borrow().1 > TimeDelta::minutes(50) {
            self.token.replace((self.fresh_token(), now));
        }
        self.token.borrow().0.clone()
    }

    /// Sends a request as it is. Whatever the test is about, the context of the answer must name something, and the
    /// answer is recorded where that is asked for.
    pub(crate) fn send(&self, request: Request) -> Answer {
        let (method, target) = (request.method.clone(), request.target().to_owned());
        let sent = request.body.clone();
        let answer = self.service.answer(request);
        for (method, target, part) in batch::parts(&target, &sent, &answer) {
            looked_at(&method, &target, &part);
        }
        looked_at(method.as_str(), &target, &answer);
        answer
    }

    /// Sends a request with the default app's token.
    pub(crate) fn ask(&self, method: Method, target: &str, body: &[u8]) -> Answer {
        self.send(request(method, target, body).with("authorization", &format!("Bearer {}", self.token())))
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.ask(Method::GET, target, b"")
    }

    pub(crate) fn get_json(&self, target: &str) -> Json {
        json(&self.get(target))
    }

    /// The id of the device with that name.
    pub(crate) fn id_of(&self, device_name: &str) -> String {
        let tenant = self.service.tenants().default_tenant();
        let world = tenant.world();
        let found = world.inventory().iter().find(|device| device.record().device_name.as_deref() == Some(device_name));
        found.unwrap_or_else(|| panic!("the fleet has a device called {device_name}")).id().to_string()
    }

    pub(crate) fn reset(&self, device_name: &str) -> Answer {
        let target = format!("/v1.0/deviceManagement/managedDevices/{}/resetPasscode", self.id_of(device_name));
        self.ask(Method::POST, &target, b"")
    }

    /// The device's entry for `resetPasscode`, or null.
    pub(crate) fn result_of(&self, device_name: &str) -> Json {
        let target =
            format!("/v1.0/deviceManagement/managedDevices/{}?$select=deviceActionResults", self.id_of(device_name));
        self.get_json(&target)["deviceActionResults"][0].clone()
    }

    pub(crate) fn advance(&self, by: TimeDelta) {
        self.wall.advance(by);
    }
}

/// What holds of every answer: its context names something. It is recorded, where that is asked for.
fn looked_at(method: &str, target: &str, answer: &Answer) {
    if let Some(context) = contexts::context_of(answer) {
        contexts::resolve(&context).unwrap_or_else(|wrong| panic!("{method} {target}: {wrong}"));
    }
    recording::record(method, target, answer);
}

/// A request over HTTP/1.1 with a length, as most clients send it.
pub(crate) fn request(method: Method, target: &str, body: &[u8]) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("127.0.0.1:3650"));
    if method == Method::POST {
        headers.insert("content-length", HeaderValue::from(body.len()));
    }
    Request {
        method,
        uri: target.parse().expect("a target"),
        version: Version::HTTP_11,
        headers,
        body: Bytes::copy_from_slice(body),
        door: Door::BaseUrl(Scheme::Http),
        unread: None,
    }
}

/// Requests that are put together header by header.
pub(crate) trait With {
    fn with(self, name: &'static str, value: &str) -> Self;
}

impl With for Request {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value"));
        self
    }
}

/// The body as text.
pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.to_vec()).expect("text")
}

/// The body as JSON.
pub(crate) fn json(answer: &Answer) -> Json {
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", text(answer)))
}

/// An answer as a person would read it: status, headers in order of name, body.
pub(crate) fn told(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    let body = match serde_json::from_slice::<Json>(&answer.body) {
        Ok(json) => serde_json::to_string_pretty(&json).expect("JSON"),
        Err(_) => text(answer),
    };
    format!("{}\n{}\n\n{body}", answer.status, headers.join("\n"))
}
