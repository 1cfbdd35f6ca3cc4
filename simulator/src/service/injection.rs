//! Faults on their way through the service: which one strikes, what is processed then, and what becomes of the answer.

use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, StatusCode, Version};

use super::outcome::{Outcome, refuse};
use super::{client_request_id, denied};
use crate::answers::Spelling;
use crate::device::record::ApiVersion;
use crate::exchange::{Request, Told};
use crate::faults::act::Token;
use crate::faults::message::{Around, Coding, Message};
use crate::faults::operation::Of;
use crate::faults::pages::link_of;
use crate::faults::token::TokenDefect;
use crate::faults::{Act, Apply, Rule, Seen};
use crate::gzip;
use crate::identity::defect::{Defect, Issue};
use crate::journal;
use crate::random::Draw;
use crate::route::{self, Route};
use crate::sign_in;
use crate::tenant::Tenant;
use crate::wire::error::{BackendCall, Ids, Refusal};
use crate::wire::headers::Content;
use crate::world::{Stamp, World};

/// What became of a request under faults; nothing, nearly always.
#[derive(Default)]
pub(super) struct Met {
    /// The fault that struck it.
    rule: Option<Arc<Rule>>,
    /// The page it asks for, where a rule wants to know.
    page: Option<u32>,
    /// The operation's name.
    operation: Option<&'static str>,
    sign_in: bool,
}

/// Asks the faults about a request to Graph.
pub(super) fn meet(world: &mut World, request: &Request) -> Met {
    let mut seen = seen(operation_of(request), request);
    if world.faults.ask_for_pages() && seen.of == Some(Of::Listing) {
        seen.page = world.faults.page_of(request.target());
    }
    Met { rule: world.meet_fault(&seen), page: seen.page, operation: seen.operation, sign_in: false }
}

/// Asks the faults about a request to the identity platform.
pub(super) fn meet_sign_in(world: &mut World, request: &Request, call: &sign_in::Call) -> Met {
    let operation = Some(call.operation());
    Met { rule: world.meet_fault(&seen(operation, request)), page: None, operation, sign_in: true }
}

fn seen<'a>(operation: Option<&'static str>, request: &'a Request) -> Seen<'a> {
    Seen::new(operation, request.method.as_str(), request.uri.path(), request.version == Version::HTTP_2)
}

/// The operation's name in the journal, before anything is decided.
fn operation_of(request: &Request) -> Option<&'static str> {
    let path = request.uri.path();
    if route::metadata(&request.method, path).is_some() {
        return Some("metadata");
    }
    if route::batch(path).is_some() {
        return Some("batch");
    }
    route_of(request).map(|route| route.operation.name())
}

fn route_of(request: &Request) -> Option<Route> {
    route::route(&request.method, request.uri.path()).ok()
}

impl Met {
    /// Lets a request to Graph be processed as the fault says; nothing, where it is not processed at all.
    pub(super) fn process<T>(
        &self,
        world: &mut World,
        request: &Request,
        decide: impl FnOnce(&mut World) -> T,
    ) -> Option<T> {
        let Some(rule) = &self.rule else { return Some(decide(world)) };
        match rule.apply {
            Apply::Before if rule.act.replaces() => None,
            // What only reads has no effect to take back.
            Apply::Before | Apply::Not if request.method != Method::GET => Some(world.rehearse(decide)),
            _ => Some(decide(world)),
        }
    }

    /// Whether the requests of a batch are asked. They are not one change that could be taken back while others go on: a
    /// fault that replaces the answer keeps them from being asked, and under any other their effects stay.
    pub(super) fn lets_batch_run(&self) -> bool {
        !self.rule.as_ref().is_some_and(|rule| rule.apply == Apply::Before && rule.act.replaces())
    }

    /// How a request to the identity platform is processed: whether nothing is remembered of it, and what is wrong with the
    /// token it issues. A token that is issued with a defect is issued for good, unless the rule says `not`.
    pub(super) fn sign_in(&self) -> Option<(bool, Option<Issue>)> {
        let Some(rule) = &self.rule else { return Some((false, None)) };
        match (&rule.act, rule.apply) {
            (Act::Token(Token { defect }), apply) => Some((apply == Apply::Not, issue(*defect))),
            (act, Apply::Before) if act.replaces() => None,
            (_, apply) => Some((apply != Apply::After, None)),
        }
    }

    /// Spoils what was worked out, or what stands in its place.
    #[inline]
    pub(super) fn spoil(
        &self,
        outcome: Option<Outcome>,
        request: &Request,
        tenant: &Tenant,
        spelling: &Spelling<'_>,
        stamp: &Stamp,
    ) -> Outcome {
        match outcome {
            // Nearly always.
            Some(outcome) if self.rule.is_none() && self.page.is_none() => outcome,
            outcome => self.spoil_it(outcome, request, tenant, spelling, stamp),
        }
    }

    fn spoil_it(
        &self,
        outcome: Option<Outcome>,
        request: &Request,
        tenant: &Tenant,
        spelling: &Spelling<'_>,
        stamp: &Stamp,
    ) -> Outcome {
        let nothing =
            || Outcome { operation: self.operation, ..Outcome::new(StatusCode::OK, Content::Empty, Bytes::new()) };
        let outcome = outcome.unwrap_or_else(nothing);
        let link = self.page.and_then(|_| link_of(&outcome.plain));
        let outcome = match &self.rule {
            None => outcome,
            Some(rule) => {
                let mut spoiled = match &rule.act {
                    Act::Token(_) if self.sign_in => outcome,
                    Act::Token(Token { defect }) => refuse_token(*defect, request, stamp),
                    act => apply(act, outcome, request, self.sign_in, tenant, spelling, stamp),
                };
                spoiled.injected = Some(Box::new(journal::Injected {
                    fault: rule.id.as_str().into(),
                    act: rule.act.name(),
                    apply: rule.apply.name(),
                }));
                spoiled
            }
        };
        if let Some(page) = self.page {
            let mut world = tenant.world();
            // The service's own link first: what a fault made of it may lead somewhere else.
            for link in link.into_iter().chain(link_of(&outcome.plain)) {
                world.faults.note_page(page, &link);
            }
        }
        outcome
    }
}

/// Graph's refusal of a token with that defect.
fn refuse_token(defect: TokenDefect, request: &Request, stamp: &Stamp) -> Outcome {
    let route = route_of(request);
    let operation = route.as_ref().map(|route| route.operation);
    let refusal = match (defect, &route) {
        (TokenDefect::NotYetValid, _) => Refusal::TokenNotYetValid,
        (TokenDefect::WrongAudience, _) => Refusal::TokenAudience,
        (TokenDefect::WrongSignature, _) => Refusal::TokenSignature,
        (TokenDefect::NotJwt, _) => Refusal::TokenMalformed,
        (TokenDefect::Empty, _) => Refusal::TokenEmpty,
        (TokenDefect::ClaimsChallenge, _) => Refusal::SessionRevoked { challenge: Some(stamp.now.timestamp()) },
        (TokenDefect::MissingRole, Some(route)) => denied(route.operation, route.backend_call(request.uri.query())),
        (TokenDefect::WrongTenant | TokenDefect::MissingRole, _) => Refusal::TokenStranger,
        (TokenDefect::Expired | TokenDefect::Short | TokenDefect::ShorterThanTold, _) => Refusal::TokenExpired,
    };
    refuse(&refusal, operation, request, stamp)
}

/// What is wrong with a token that is issued.
fn issue(defect: TokenDefect) -> Option<Issue> {
    let defect = match defect {
        TokenDefect::Expired => Defect::Expired,
        TokenDefect::NotYetValid => Defect::NotYetValid,
        TokenDefect::WrongAudience => Defect::WrongAudience,
        TokenDefect::WrongTenant => Defect::WrongTenant,
        TokenDefect::WrongSignature => Defect::WrongSignature,
        TokenDefect::MissingRole => Defect::MissingRole,
        TokenDefect::NotJwt => Defect::NotJwt,
        TokenDefect::Empty => Defect::Empty,
        TokenDefect::Short => return Some(Issue::Short),
        TokenDefect::ShorterThanTold => return Some(Issue::ShorterThanTold),
        TokenDefect::ClaimsChallenge => return None,
    };
    Some(Issue::Defect(defect))
}

fn apply(
    act: &Act,
    outcome: Outcome,
    request: &Request,
    sign_in: bool,
    tenant: &Tenant,
    spelling: &Spelling<'_>,
    stamp: &Stamp,
) -> Outcome {
    let request_id = stamp.request_id.hyphenated().to_string();
    let root = format!("{}://{}", spelling.scheme, spelling.authority);
    let told = Told::of(&request.headers);
    let around = Around {
        ids: Ids {
            request_id: &request_id,
            client_request_id: client_request_id(&told).unwrap_or(&request_id),
            now: stamp.now,
        },
        target: request.target(),
        root: &root,
        sign_in,
        call: &backend_call(request),
        draw: Draw::from_seed(tenant.seed()).at("spoil").at(request.target()),
    };
    let spelled = |(name, value): &(HeaderName, HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut message = Message {
        status: outcome.status.as_u16(),
        content: outcome.content,
        headers: outcome.headers.iter().map(spelled).collect(),
        body: outcome.plain.to_vec(),
        coding: Coding::Open,
        delivery: None,
    };
    act.apply(&mut message, &around);

    let status = StatusCode::from_u16(message.status).unwrap_or(outcome.status);
    let headers = message.headers.into_iter().filter_map(|(name, value)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    });
    let compresses =
        matches!(message.content, Content::OData(_) | Content::Error | Content::Batch | Content::Text | Content::Csdl)
            && spelling.gzip
            && !sign_in
            && !message.body.is_empty();
    let sent = Bytes::from(message.body);
    let (plain, body, gzipped) = match message.coding {
        Coding::Open if sent == outcome.plain => (outcome.plain, outcome.body, outcome.gzipped),
        Coding::Open if compresses => (sent.clone(), gzip::compress(&sent), true),
        Coding::Open => (sent.clone(), sent, false),
        // The journal shows what was coded.
        Coding::SaysGzip => (outcome.plain, sent, true),
        Coding::SaysNothing => (outcome.plain, sent, false),
    };
    Outcome {
        status,
        content: message.content,
        plain,
        body,
        gzipped,
        headers: headers.collect(),
        refusal: outcome.refusal.filter(|_| !act.replaces()),
        delivery: message.delivery,
        ..outcome
    }
}

/// The call as Intune's front end would see it, whether it leads anywhere or not.
fn backend_call(request: &Request) -> BackendCall {
    let query = request.uri.query().unwrap_or_default();
    if let Some(route) = route_of(request) {
        return route.backend_call(Some(query));
    }
    let path = request.uri.path();
    let version = if path.starts_with("/beta/") { ApiVersion::Beta } else { ApiVersion::V1 };
    let below = path.trim_start_matches('/').split_once('/').map_or(path, |(_, below)| below);
    BackendCall { version, path: below.to_owned(), query: None }
}
