//! A world at one moment: all of it that can be put back later, or written down.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{CheckIn, State, World};
use crate::answers::Answers;
use crate::clock::TenantClock;
use crate::faults::Faults;
use crate::inventory::Base;
use crate::quirks::Quirks;
use crate::random::Draw;
use crate::support::Edition;
use crate::throttle::Throttle;

/// A world at one moment. A copy costs what the tenant changed since its beginning, not the fleet's size.
///
/// Whoever gives [`World`] a field is asked by the compiler, in [`World::moment`] and [`World::put_back`], whether it
/// belongs here.
#[derive(Debug, Clone)]
pub struct Moment {
    /// The tenant's time.
    pub now: DateTime<Utc>,
    /// Whether the clock runs with the one on the wall.
    pub(super) runs: bool,
    pub(super) faults: Faults,
    pub(super) throttle: Throttle,
    pub(super) edition: Arc<Edition>,
    pub(super) quirks: Quirks,
    pub(super) check_in: CheckIn,
    pub(super) draw: Draw,
    pub(super) state: State,
}

impl Moment {
    /// How many devices there are.
    pub fn devices(&self) -> usize {
        self.state.inventory.len()
    }

    /// Its people: whoever owned a device of the fleet it began with, and whoever was added.
    pub fn people(&self) -> &Arc<Base> {
        self.state.inventory.base()
    }

    /// The tenant's clock, going on from this moment when the wall clock shows `wall`.
    fn clock(&self, wall: DateTime<Utc>) -> TenantClock {
        if self.runs { TenantClock::Auto { ahead: self.now - wall } } else { TenantClock::Manual { now: self.now } }
    }
}

impl World {
    /// The world as it is when the wall clock shows `wall`. Kept answers are no part of it: they are made anew.
    pub fn moment(&self, wall: DateTime<Utc>) -> Moment {
        let Self { clock, answers: _, faults, throttle, edition, quirks, check_in, draw, state } = self;
        Moment {
            now: clock.now(wall),
            runs: matches!(clock, TenantClock::Auto { .. }),
            faults: faults.clone(),
            throttle: throttle.clone(),
            edition: Arc::clone(edition),
            quirks: *quirks,
            check_in: *check_in,
            draw: *draw,
            state: state.clone(),
        }
    }

    /// Puts `moment` in the place of what is; time goes on from there. Requests are numbered on, so that none of the
    /// journal's ids is given again.
    pub fn go_back(&mut self, moment: &Moment, wall: DateTime<Utc>) {
        let numbered = self.state.requests;
        self.put_back(moment, moment.clock(wall));
        self.state.requests = self.state.requests.max(numbered);
    }

    /// Puts `moment` in the place of what is, under another clock, as if nothing had been asked since.
    pub fn put_back(&mut self, moment: &Moment, clock: TenantClock) {
        let Moment { now: _, runs: _, faults, throttle, edition, quirks, check_in, draw, state } = moment.clone();
        *self = Self { clock, answers: Answers::default(), faults, throttle, edition, quirks, check_in, draw, state };
    }
}
