//! What a request led to, before it becomes headers and bytes.

use std::sync::Arc;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{self, HeaderName, HeaderValue};

use super::client_request_id;
use crate::answers::Kept;
use crate::exchange::{Delivery, Request, Told};
use crate::gzip;
use crate::journal::{self, Subject, Within};
use crate::metadata;
use crate::operations::Reply;
use crate::route::{self, Operation};
use crate::wire::error::{Ids, Refusal};
use crate::wire::headers::Content;
use crate::world::Stamp;

/// What a request led to, before it becomes headers and bytes.
pub(super) struct Outcome {
    pub(super) status: StatusCode,
    pub(super) content: Content,
    /// As the journal shows it.
    pub(super) plain: Bytes,
    /// As it is sent.
    pub(super) body: Bytes,
    pub(super) gzipped: bool,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) operation: Option<&'static str>,
    pub(super) ignored: Option<Arc<[String]>>,
    pub(super) refusal: Option<&'static str>,
    /// The path asked for, its keys replaced, where nothing is emulated there.
    pub(super) unknown_route: Option<String>,
    /// The budget it exceeded, refused or not.
    pub(super) exceeded: Option<&'static str>,
    /// How it is spoiled on its way.
    pub(super) delivery: Option<Delivery>,
    /// The batch that the request came in.
    pub(super) within: Option<Within>,
    /// The fault that spoiled it.
    pub(super) injected: Option<Box<journal::Injected>>,
    /// The device that an action was asked for.
    pub(super) subject: Option<Box<Subject>>,
}

impl Outcome {
    /// An answer as it is, without more to say of it.
    pub(super) fn new(status: StatusCode, content: Content, body: Bytes) -> Self {
        Self {
            status,
            content,
            plain: body.clone(),
            body,
            gzipped: false,
            headers: Vec::new(),
            operation: None,
            ignored: None,
            refusal: None,
            unknown_route: None,
            exceeded: None,
            delivery: None,
            within: None,
            injected: None,
            subject: None,
        }
    }

    pub(super) fn of_kept(kept: &Kept, gzipped: bool) -> Self {
        Self {
            plain: kept.plain.clone(),
            gzipped: gzipped && !kept.body.is_empty(),
            operation: Some(kept.operation.name()),
            ignored: kept.ignored.clone(),
            ..Self::new(kept.status, kept.content, kept.body.clone())
        }
    }

    pub(super) fn of_metadata(document: &metadata::Document, query: &str, gzipped: bool) -> Self {
        // `$format=xml`, which clients send (observed: msgraph-metadata#609), is what they get.
        let is_read = query.is_empty() || query == "$format=xml";
        let ignored = (!is_read).then(|| Arc::from([format!("{query} has no effect here")]));
        Self {
            body: if gzipped { document.packed().clone() } else { document.plain.clone() },
            gzipped,
            operation: Some("metadata"),
            ignored,
            ..Self::new(StatusCode::OK, Content::Csdl, document.plain.clone())
        }
    }
}

/// What a refused request leads to.
pub(super) fn refuse(refusal: &Refusal, operation: Option<Operation>, request: &Request, stamp: &Stamp) -> Outcome {
    let request_id = stamp.request_id.hyphenated().to_string();
    let told = Told::of(&request.headers);
    let client_request_id = client_request_id(&told).unwrap_or(&request_id);
    let (status, body) = refusal.spell(&Ids { request_id: &request_id, client_request_id, now: stamp.now });
    let content = if *refusal == Refusal::LengthRequired { Content::Html } else { Content::Error };
    let plain = Bytes::from(body);
    let gzipped = content == Content::Error && request.accepts_gzip();
    let mut headers = Vec::new();
    if let Some(challenge) = refusal.challenge().and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.push((header::WWW_AUTHENTICATE, challenge));
    }
    if let Refusal::Throttled(throttled) = refusal {
        headers.extend(throttled.headers());
    }
    Outcome {
        body: if gzipped { gzip::compress(&plain) } else { plain.clone() },
        gzipped,
        headers,
        operation: operation.map(Operation::name),
        refusal: Some(refusal.name()),
        unknown_route: unknown_route(refusal, operation, request),
        ..Outcome::new(status, content, plain)
    }
}

/// The path, its keys replaced, of a request for something that is not emulated, or the host nobody answers for. A token is asked for before the route,
/// and outside the API versions, where the identity platform is, clients bring none.
fn unknown_route(refusal: &Refusal, operation: Option<Operation>, request: &Request) -> Option<String> {
    // A host that the proxy does not answer for is what a user has to learn of first.
    if let Refusal::Elsewhere(host) = refusal {
        return Some(host.to_string());
    }
    let path = request.uri.path();
    let outside = || matches!(route::route(&request.method, path), Err(Refusal::NoVersion { .. }));
    let unknown = operation.is_none() && (refusal.is_about_the_route() || (refusal.is_about_the_token() && outside()));
    unknown.then(|| route::template(path))
}

/// An answer as it is kept for asking again.
pub(super) fn keep(reply: Reply, operation: Operation, gzip: bool) -> Kept {
    let plain = Bytes::from(reply.body);
    let body = if gzip && !plain.is_empty() { gzip::compress(&plain) } else { plain.clone() };
    let ignored = (!reply.ignored.is_empty()).then(|| reply.ignored.into());
    Kept { operation, status: reply.status, content: reply.content, plain, body, ignored }
}
