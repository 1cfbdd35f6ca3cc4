//! One request, top to bottom.
//!
//! [`Service::answer`] is an ordinary function from a request to an answer; the socket is a few lines around it. The
//! order of refusals is fixed: fault → web server → token → throttle → route → role → query. `$metadata` needs no token. The
//! requests of a batch go the same way one by one, and the world is free between them.

mod batch;
mod injection;
mod looking;
mod outcome;

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, StatusCode, Version};
use uuid::Uuid;

use self::injection::Met;
pub(crate) use self::looking::aside;
use self::looking::{Decided, Unlooked};
use self::outcome::{Outcome, keep, refuse};
use crate::access::{Access, Caller};
use crate::answers::{Asked, Spelling};
use crate::exchange::{Answer, BODY_LIMIT, Request, Told, Unread};
use crate::identity::keys::SigningKey;
use crate::identity::user::User;
use crate::journal::{self, Body, Entry, Subject, THROTTLED, TokenHash, Within};
use crate::log::{Line, Log};
use crate::metadata;
use crate::operations::{self, Context};
use crate::quirks::{MissingContentType, PostWithoutLength};
use crate::rbac::{self, SignedIn};
use crate::route::{self, Operation, Route};
use crate::sign_in;
use crate::tally::Tally;
use crate::tenant::{Tenant, Tenants};
use crate::throttle::ledger::Exchange;
use crate::wire::cors;
use crate::wire::error::Refusal;
use crate::wire::headers::{Content, Head};
use crate::wire::links::NextLink;
use crate::wire::preferences::Preferences;
use crate::wire::shape::Shape;
use crate::world::{Stamp, World};

/// Bytes of a URL that are read; more is refused.
pub const TARGET_LIMIT: usize = 16 * 1024;
/// Characters of a client's request id that are echoed; a longer one is not taken for an id.
const CLIENT_ID_LIMIT: usize = 256;

/// Everything the client port needs to answer.
#[derive(Debug)]
pub struct Service {
    tenants: Tenants,
    access: Access,
    key: Arc<SigningKey>,
    next_link: NextLink,
    /// What absolute links start with where the client names no host.
    default_authority: String,
    log: Log,
    tally: Arc<Tally>,
}

impl Service {
    /// A service over `tenants`.
    pub fn new(
        tenants: Tenants,
        key: Arc<SigningKey>,
        next_link: NextLink,
        default_authority: String,
        log: Log,
    ) -> Self {
        let access = Access::new(Arc::clone(&key));
        Self { tenants, access, key, next_link, default_authority, log, tally: Arc::default() }
    }

    /// The tenants.
    pub fn tenants(&self) -> &Tenants {
        &self.tenants
    }

    /// What tokens are signed with.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Forgets which tokens were seen, because a tenant came or went.
    pub fn forget_tokens(&self) {
        self.access.forget();
    }

    /// What was asked so far, counted.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// Answers one request.
    pub fn answer(&self, request: Request) -> Answer {
        let call = sign_in::recognise(&request);
        if cors::is_preflight(&request.method, &request.headers) {
            return self.answer_preflight(request, call.as_ref());
        }
        if let Some(call) = call {
            return self.answer_sign_in(request, &call);
        }
        match route::batch(request.uri.path()) {
            Some(version) => self.answer_batch(request, version),
            None => self.answer_graph(request, None),
        }
    }

    /// Answers one request to Graph, which came by itself or in a batch.
    fn answer_graph(&self, request: Request, within: Option<Within>) -> Answer {
        let told = Told::of(&request.headers);
        let caller = self.access.caller(told.authorization, &self.tenants);
        let asked = Asked::new(self.spelling(&request, &told));
        let mut subject = None;
        let (stamp, outcome, met, exceeded) = {
            let mut world = caller.tenant.world();
            let (now, _) = world.advance(self.tenants.wall().now());
            let stamp = world.stamp(now);
            let armed = world.faults.are_armed();
            let met = if armed { injection::meet(&mut world, &request) } else { Met::default() };
            let outcome = met.process(&mut world, &request, |world| {
                // What comes in a batch does not pass the web server again.
                if within.is_none() {
                    web_server(&request, &told, world).map_err(|refusal| (refusal, None))?;
                }
                self.decide(world, &request, &asked, &caller, now, &mut subject)
            });
            (stamp, outcome, met, world.throttle.take_exceeded())
        };
        let outcome = outcome.map(|decided| {
            let outcome = decided.and_then(|decided| match decided {
                Decided::Answered(outcome) => Ok(outcome),
                Decided::Unlooked(unlooked) => self.look(*unlooked, &request, &asked, &caller, stamp.now),
            });
            outcome.unwrap_or_else(|(refusal, operation)| refuse(&refusal, operation, &request, &stamp))
        });
        let mut outcome = met.spoil(outcome, &request, &caller.tenant, &asked.spelling, &stamp);
        if told.has_origin {
            cors::allow(cors::Endpoint::Graph, &mut outcome.headers);
        }
        outcome.exceeded = exceeded.map(|exceeded| exceeded.budget);
        outcome.within = within;
        outcome.subject = subject;
        self.finish(&request, &told, &caller, outcome, stamp)
    }

    /// The host and port that links begin with. Nearly every client uses the simulator's own, which is known to be sound.
    fn authority<'a>(&'a self, request: &'a Request, told: &Told<'a>) -> &'a str {
        let own = &*self.default_authority;
        let is_own =
            told.host.is_some_and(|host| host.as_bytes() == own.as_bytes()) && request.uri.authority().is_none();
        if is_own && !own.ends_with(request.door.scheme().port().1) {
            return own;
        }
        request.authority_of(told.host).unwrap_or(own)
    }

    /// How the request is spelled, as far as its answer depends on it.
    fn spelling<'a>(&'a self, request: &'a Request, told: &Told<'a>) -> Spelling<'a> {
        Spelling {
            target: request.target(),
            scheme: request.door.scheme().name(),
            authority: self.authority(request, told),
            shape: Shape::of_accept(told.accept.map(HeaderValue::as_bytes)),
            preferences: if told.prefers { Preferences::of(&request.headers) } else { Preferences::default() },
            gzip: told.accepts_gzip(),
        }
    }

    /// `$metadata`, or token → budgets → kept answer, or route → role → operation. A path that leads nowhere draws on no
    /// budget (assumed).
    fn decide(
        &self,
        world: &mut World,
        request: &Request,
        asked: &Asked<'_>,
        caller: &Caller,
        now: DateTime<Utc>,
        subject: &mut Option<Box<Subject>>,
    ) -> Result<Decided, (Refusal, Option<Operation>)> {
        let unrouted = |refusal| (refusal, None);
        let gzip = asked.spelling.gzip;
        let (path, query) = (request.uri.path(), request.uri.query().unwrap_or_default());
        if let Some(version) = route::metadata(&request.method, path) {
            return Ok(Decided::Answered(Outcome::of_metadata(metadata::document(version), query, gzip)));
        }
        caller.authenticate(now).map_err(unrouted)?;

        // Who the user is decides what they see, so their answers are worked out each time.
        let keeps = request.method == Method::GET && caller.delegation().is_none();
        if keeps
            && let Some(kept) = world.answers.get(asked)
            && caller.has_any(kept.operation.scopes())
        {
            let operation = kept.operation;
            if let Err(exceeded) = world.throttle.admit(caller.app_id, operation.charge(query), now) {
                let call = route::route(&request.method, path).map_err(unrouted)?.backend_call(Some(query));
                let refusal =
                    operations::throttled(&exceeded, world.quirks(), call, (caller.tenant.id, caller.app_id), now);
                return Err((refusal, Some(operation)));
            }
            return Ok(Decided::Answered(Outcome::of_kept(kept, gzip)));
        }

        let route = route::route(&request.method, path).map_err(unrouted)?;
        let operation = route.operation;
        let routed = |refusal| (refusal, Some(operation));
        world.admit(caller.app_id, operation.charge(query), now).map_err(|exceeded| {
            let call = route.backend_call(Some(query));
            let caller = (caller.tenant.id, caller.app_id);
            routed(operations::throttled(&exceeded, world.quirks(), call, caller, now))
        })?;
        if route.is_mine() && caller.user.is_none() {
            return Err(routed(Refusal::NoSignedInUser));
        }
        if !caller.has_any(operation.scopes()) {
            return Err(routed(denied(operation, route.backend_call(Some(query)))));
        }
        let signed_in = SignedIn::of(caller);
        let signed_in = signed_in.as_ref().map(SignedIn::user);
        if caller.delegation().is_some() {
            rbac::check(signed_in, operation, || route.backend_call(Some(query))).map_err(routed)?;
        }
        if world.quirks().missing_content_type == MissingContentType::Refuse && has_untyped_body(request) {
            return Err(routed(Refusal::NoContentType));
        }
        if let Some(unlooked) = Unlooked::of(world, &route, query) {
            return Ok(Decided::Unlooked(unlooked));
        }
        let reply = self.operate(world, request, asked, caller, signed_in, now, subject, &route)?;
        let kept = Arc::new(keep(reply, operation, gzip));
        if keeps && world.answers_last() {
            world.answers.keep(asked, Arc::clone(&kept));
        }
        Ok(Decided::Answered(Outcome::of_kept(&kept, gzip)))
    }

    /// Runs the operation that the route names.
    #[expect(clippy::too_many_arguments, reason = "it puts together what an operation works with")]
    fn operate(
        &self,
        world: &mut World,
        request: &Request,
        asked: &Asked<'_>,
        caller: &Caller,
        signed_in: Option<&User>,
        now: DateTime<Utc>,
        subject: &mut Option<Box<Subject>>,
        route: &Route,
    ) -> Result<operations::Reply, (Refusal, Option<Operation>)> {
        let Spelling { scheme, authority, shape, preferences, .. } = asked.spelling;
        let root = format!("{scheme}://{authority}");
        let context = Context {
            world,
            tenant: &caller.tenant,
            request,
            app: caller.app_id,
            user: caller.user.as_deref(),
            signed_in,
            query: request.uri.query().unwrap_or_default(),
            root: &root,
            next_link: self.next_link,
            shape,
            preferences,
            now,
            subject,
        };
        operations::run(context, route).map_err(|refusal| (refusal, Some(route.operation)))
    }

    /// Answers what could not be read as a request; `status` is what the reader made of it.
    pub fn refuse_unreadable(&self, status: u16) -> Answer {
        self.refuse(Request::unreadable(), &Refusal::Unreadable(status))
    }

    /// Answers a request that the server will not take to anybody, whoever asks.
    pub fn refuse(&self, request: Request, refusal: &Refusal) -> Answer {
        let caller = Caller::anonymous(Arc::clone(self.tenants.default_tenant()));
        let stamp = self.stamp(&caller.tenant);
        let outcome = refuse(refusal, None, &request, &stamp);
        self.finish(&request, &Told::of(&request.headers), &caller, outcome, stamp)
    }

    /// Answers a browser that asks before a request: anybody may, and no token is needed to ask.
    fn answer_preflight(&self, request: Request, call: Option<&sign_in::Call>) -> Answer {
        let tenant = call.map(|call| sign_in::tenant(call, &request, &self.tenants));
        let caller = Caller::anonymous(tenant.unwrap_or_else(|| Arc::clone(self.tenants.default_tenant())));
        let stamp = self.stamp(&caller.tenant);
        let endpoint = call.map_or(cors::Endpoint::Graph, sign_in::Call::endpoint);
        let outcome = Outcome {
            headers: cors::preflight(&request.headers, endpoint),
            operation: Some("preflight"),
            ..Outcome::new(StatusCode::OK, Content::Empty, Bytes::new())
        };
        self.finish(&request, &Told::of(&request.headers), &caller, outcome, stamp)
    }

    /// Tells the log of a connection on which nothing could be asked.
    pub fn note(&self, what: &str) {
        self.log.note(self.tenants.wall().now(), what);
    }

    /// The marks of an exchange that needs nothing else of its tenant's world.
    fn stamp(&self, tenant: &Tenant) -> Stamp {
        let mut world = tenant.world();
        let (now, _) = world.advance(self.tenants.wall().now());
        world.stamp(now)
    }

    /// A request to the identity platform. Signing takes a millisecond, so the world is not held meanwhile.
    fn answer_sign_in(&self, request: Request, call: &sign_in::Call) -> Answer {
        let caller = Caller::anonymous(sign_in::tenant(call, &request, &self.tenants));
        let (stamp, met) = {
            let mut world = caller.tenant.world();
            let (now, _) = world.advance(self.tenants.wall().now());
            let armed = world.faults.are_armed();
            let met = if armed { injection::meet_sign_in(&mut world, &request, call) } else { Met::default() };
            (world.stamp(now), met)
        };
        let told = Told::of(&request.headers);
        let spelling = self.spelling(&request, &told);
        let root = format!("{}://{}", spelling.scheme, spelling.authority);
        let occasion = |rehearsed, issue| sign_in::Occasion {
            key: &self.key,
            root: &root,
            request_id: stamp.request_id,
            now: stamp.now,
            rehearsed,
            issue,
        };
        let process = |occasion| {
            let answered = sign_in::answer(call, &request, &caller.tenant, occasion);
            Outcome {
                headers: answered.headers,
                operation: Some(call.operation()),
                ..Outcome::new(answered.status, Content::Identity, answered.body)
            }
        };
        let processed = met.sign_in().map(|(rehearsed, issue)| process(occasion(rehearsed, issue)));
        let mut outcome = met.spoil(processed, &request, &caller.tenant, &spelling, &stamp);
        if told.has_origin {
            cors::allow(call.endpoint(), &mut outcome.headers);
        }
        self.finish(&request, &told, &caller, outcome, stamp)
    }

    /// Headers, log, journal.
    fn finish(&self, request: &Request, told: &Told<'_>, caller: &Caller, outcome: Outcome, stamp: Stamp) -> Answer {
        let head = Head {
            status: outcome.status,
            content: outcome.content,
            gzipped: outcome.gzipped,
            request_id: stamp.request_id,
            client_request_id: client_request_id(told).map(Box::from),
            now: stamp.now,
            extra: outcome.headers,
        };
        let mut buffer = Uuid::encode_buffer();
        let request_id = &*stamp.request_id.hyphenated().encode_lower(&mut buffer);
        let answer = Answer {
            status: outcome.status,
            headers: head.headers(request_id),
            content: outcome.content,
            body: outcome.body,
            request_id: stamp.request_id,
            delivery: outcome.delivery,
        };

        self.tally.answered(outcome.operation, outcome.status.as_u16());
        if let Some(budget) = outcome.exceeded {
            self.tally.exceeded(budget, outcome.refusal == Some(THROTTLED));
        }
        self.tally.ignored(outcome.ignored.as_deref().unwrap_or_default());
        if let Some(path) = outcome.unknown_route {
            self.tally.unknown_route(request.method.as_str(), path);
        }
        let (path, query) = request.path_and_query();
        self.log.request(&Line {
            time: stamp.now,
            method: request.method.as_str(),
            path,
            query,
            status: outcome.status.as_u16(),
            bytes: answer.body.len(),
            request_id,
        });
        let entry = Entry {
            time: stamp.now,
            door: request.door.name(),
            scheme: request.door.scheme().name(),
            http_version: request.http_version(),
            operation: outcome.operation,
            refusal: outcome.refusal,
            app_id: caller.app_id,
            user: caller.user_name.clone(),
            injected: outcome.injected,
            ignored: outcome.ignored,
            exceeded: outcome.exceeded,
            quirks: stamp.quirks,
            subject: outcome.subject,
            asked: journal::Asked::new(request.method.clone(), request.target(), &request.headers, caller.token_hash),
            sent: Body::copied(&request.body),
            head,
            answered: Body::shared(outcome.plain),
            batch: outcome.within,
            token_hash: caller.token_hash,
        };
        let waiting = retry_after(&entry.head.extra).cloned();
        let exchange = Exchange {
            app: caller.app_id,
            token_hash: caller.token_hash.as_ref().map(TokenHash::digits),
            method: request.method.as_str(),
            target: request.target(),
            at: stamp.now,
            request_id: stamp.request_id,
        };
        let entry = Arc::new(entry);
        let (newest, forgotten, early) = {
            let mut records = caller.tenant.records();
            let forgotten = records.journal.write(entry);
            let told = waiting.as_ref().and_then(|value| value.to_str().ok());
            (records.journal.newest(), forgotten, records.ledger.note(&exchange, told))
        };
        drop(forgotten);
        if early {
            self.tally.early_retry(request.method.as_str(), route::template(request.uri.path()));
        }
        caller.tenant.announce(newest);
        answer
    }
}

/// What the web server in front of Graph refuses before anybody is asked who they are.
fn web_server(request: &Request, told: &Told<'_>, world: &World) -> Result<(), Refusal> {
    if request.target().len() > TARGET_LIMIT {
        return Err(Refusal::TargetTooLong(TARGET_LIMIT));
    }
    if request.unread == Some(Unread::TooLarge) {
        return Err(Refusal::BodyTooLarge(BODY_LIMIT));
    }
    if request.method == Method::POST
        && request.version == Version::HTTP_11
        && !told.has_length
        && world.quirks().post_without_length == PostWithoutLength::Refuse
    {
        return Err(Refusal::LengthRequired);
    }
    Ok(())
}

/// Whether something is written with a body, and no header says of which type that is.
fn has_untyped_body(request: &Request) -> bool {
    let writes = request.method == Method::POST || request.method == Method::PATCH;
    writes && !request.body.is_empty() && request.headers.get(header::CONTENT_TYPE).is_none_or(HeaderValue::is_empty)
}

fn denied(operation: Operation, call: crate::wire::error::BackendCall) -> Refusal {
    if operation.is_directory() {
        Refusal::DirectoryDenied
    } else {
        Refusal::MissingScope { scopes: operation.scopes(), call }
    }
}

/// What an answer says of waiting. It is among the few headers of that answer alone, wherever it comes from.
fn retry_after(extra: &[(HeaderName, HeaderValue)]) -> Option<&HeaderValue> {
    extra.iter().find(|(name, _)| *name == header::RETRY_AFTER).map(|(_, value)| value)
}

/// The client's own id of the exchange, if it is one that can be echoed.
fn client_request_id<'a>(told: &Told<'a>) -> Option<&'a str> {
    told.client_request_id?.to_str().ok().filter(|id| (1..=CLIENT_ID_LIMIT).contains(&id.len()))
}
