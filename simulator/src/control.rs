//! The control port: what the tester sees. No request on the client port can reach it.
//!
//! [`Control::answer`] is the whole path of a request: guard → route → handler → JSON. The table of routes is in
//! [`api::ROUTES`]; the `OpenAPI` document is made from the same table.

pub mod api;
mod devices;
mod events;
mod faults;
mod formats;
mod guard;
mod messages;
mod metrics;
mod openapi;
mod portal;
mod quirks;
mod reply;
mod snapshots;
mod throttle;
mod tokens;
mod users;
mod why;
mod worlds;

use std::sync::{Arc, MutexGuard};

use chrono::{DateTime, Utc};
use hyper::{Method, StatusCode};

use self::reply::{ApiError, Reply};
use crate::exchange::{BODY_LIMIT, Request, Unread};
use crate::outgoing::Outgoing;
use crate::ready::Ready;
use crate::service::Service;
use crate::shutdown::Stopped;
use crate::tenant::Tenant;
use crate::world::World;

/// The control port of a simulator.
#[derive(Debug)]
pub struct Control {
    service: Arc<Service>,
    ready: Ready,
}

/// What a handler works with.
#[derive(Debug)]
struct Call<'a> {
    control: &'a Control,
    request: &'a Request,
    /// What stands in the places of `{…}`, in order.
    captured: Vec<String>,
}

impl Control {
    /// The control port over `service`, which is described by `ready`.
    pub fn new(service: Arc<Service>, ready: Ready) -> Self {
        Self { service, ready }
    }

    /// Answers one request. Streams end when the simulator does.
    pub async fn answer(&self, request: Request, stop: Stopped) -> hyper::Response<Outgoing> {
        let reply = match Self::check(&request) {
            Err(error) => Err(error),
            Ok(()) => match self.answer_portal(&request).await {
                Some(answered) => return answered.unwrap_or_else(ApiError::into_response),
                None => self.handle(&request, stop).await,
            },
        };
        reply.map_or_else(ApiError::into_response, Reply::into_response)
    }

    /// Bytes of a body that are read of a request with that head: a world may be large, if its sender may speak at all.
    pub fn body_limit(head: &Request) -> usize {
        let path = head.uri.path();
        let is_world = path.starts_with("/api/tenants/") && path.ends_with("/import");
        if is_world && guard::check(head).is_ok() { worlds::IMPORT_LIMIT } else { BODY_LIMIT }
    }

    /// What is refused whatever it asks for.
    fn check(request: &Request) -> Result<(), ApiError> {
        guard::check(request)?;
        if request.unread == Some(Unread::TooLarge) {
            return Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "bodyTooLarge",
                format!(
                    "the body is larger than {} bytes; send devices in several requests, or as a fleet file",
                    Self::body_limit(request)
                ),
            ));
        }
        Ok(())
    }

    async fn handle(&self, request: &Request, stop: Stopped) -> Result<Reply, ApiError> {
        let path = request.uri.path();
        let (route, captured) = api::find(&request.method, path)?;
        let call = Call { control: self, request, captured };
        if path.starts_with("/api/") {
            call.only_query(&openapi::query_names(route))?;
        }
        match route.handler {
            api::Handler::Now(handle) => handle(&call),
            api::Handler::Journal => events::journal(&call, stop).await,
            api::Handler::Events => events::stream(&call, stop),
            api::Handler::Search => portal::search(&call).await,
        }
    }
}

impl Call<'_> {
    /// The value of a query parameter, decoded.
    fn query(&self, name: &str) -> Option<String> {
        let query = self.request.uri.query()?;
        form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// A tenant's world as it is now, and what time it is there.
    fn world<'t>(&self, tenant: &'t Tenant) -> (MutexGuard<'t, World>, DateTime<Utc>) {
        let mut world = tenant.world();
        let (now, _) = world.advance(self.control.service.tenants().wall().now());
        (world, now)
    }

    /// Refuses query parameters nobody reads, so that a misspelt one is not taken for granted.
    fn only_query(&self, known: &[&str]) -> Result<(), ApiError> {
        let query = self.request.uri.query().unwrap_or_default();
        match form_urlencoded::parse(query.as_bytes()).find(|(name, _)| !known.contains(&name.as_ref())) {
            None => Ok(()),
            Some((name, _)) if known.is_empty() => {
                Err(ApiError::bad(format!("unknown query parameter '{name}'; this call takes none")))
            }
            Some((name, _)) => {
                Err(ApiError::bad(format!("unknown query parameter '{name}'; there are {}", known.join(", "))))
            }
        }
    }
}

/// Whether `method` reads only.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}
