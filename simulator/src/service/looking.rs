//! Looking through a large fleet: that takes a while, so neither its world nor a thread that serves connections is held
//! meanwhile.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hyper::Method;
use tokio::runtime::{Handle, RuntimeFlavor};

use super::Service;
use super::outcome::{Outcome, keep};
use crate::access::Caller;
use crate::answers::Asked;
use crate::exchange::Request;
use crate::operations;
use crate::rbac::SignedIn;
use crate::route::{Operation, Route};
use crate::wire::error::Refusal;
use crate::world::World;

/// What is left to do for a request that may be answered.
#[expect(clippy::large_enum_variant, reason = "nearly always it is the large one")]
pub(super) enum Decided {
    /// Nothing.
    Answered(Outcome),
    /// A look through the fleet as it was when the request came.
    Unlooked(Box<Unlooked>),
}

/// A look that nobody has taken yet.
pub(super) struct Unlooked {
    world: World,
    route: Route,
    /// How often something had changed by then.
    changes: u64,
}

impl Unlooked {
    /// What `route` asks of `world` as it is now, if that takes so long that nobody should wait for it.
    pub(super) fn of(world: &World, route: &Route, query: &str) -> Option<Box<Self>> {
        let is_long = world.inventory().base().is_drawn() && operations::looks_far(route, query, world.quirks());
        is_long.then(|| {
            let (world, route, changes) = (world.as_it_is(), route.clone(), world.answers.changes());
            Box::new(Self { world, route, changes })
        })
    }
}

impl Service {
    /// Takes the look. Its answer is kept unless something changed in the meantime.
    pub(super) fn look(
        &self,
        unlooked: Unlooked,
        request: &Request,
        asked: &Asked<'_>,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<Outcome, (Refusal, Option<Operation>)> {
        let Unlooked { mut world, route, changes } = unlooked;
        let signed_in = SignedIn::of(caller);
        let user = signed_in.as_ref().map(SignedIn::user);
        let answered = aside(|| self.operate(&mut world, request, asked, caller, user, now, &mut None, &route));
        let kept = Arc::new(keep(answered?, route.operation, asked.spelling.gzip));
        let mut world = caller.tenant.world();
        let keeps = request.method == Method::GET && caller.delegation().is_none();
        if keeps && world.answers_last() && world.answers.changes() == changes {
            world.answers.keep(asked, Arc::clone(&kept));
        }
        Ok(Outcome::of_kept(&kept, asked.spelling.gzip))
    }
}

/// Does something that takes a while. Where others are served by the same threads they go on on another one.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
