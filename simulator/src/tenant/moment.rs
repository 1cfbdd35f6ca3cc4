//! A tenant at one moment: what a snapshot holds, what a reset goes back to, and what an export writes down.

use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Utc};

use super::{Records, Tenant};
use crate::identity::directory::Directory;
use crate::identity::sessions::Sessions;
use crate::inventory::Base;
use crate::world;

/// Who can ask for tokens and sign in, and what new ones are drawn from.
#[derive(Debug, Clone)]
pub(super) struct Members {
    pub(super) directory: Arc<Directory>,
    /// Whose owners of devices can sign in.
    pub(super) people: Arc<Base>,
    /// What every draw of the tenant comes from. An imported world brings its own.
    pub(super) seed: u64,
}

/// A tenant at one moment.
#[derive(Debug, Clone)]
pub struct Moment {
    pub(super) members: Members,
    pub(super) sessions: Sessions,
    /// Its world.
    pub world: world::Moment,
}

impl Tenant {
    /// The tenant as it is when the wall clock shows `wall`, everything due until then done. The journal is no part of it.
    ///
    /// Whoever gives [`Tenant`] a field is asked by the compiler, here, whether it belongs to a moment.
    pub fn moment(&self, wall: DateTime<Utc>) -> Moment {
        let Self {
            members,
            sessions: _,
            world: _,
            // What the tenant is, whatever becomes of its world.
            id: _,
            domain: _,
            spec: _,
            warnings: _,
            beginning: _,
            // What was seen of it goes on.
            records: _,
            written: _,
            snapshots: _,
        } = self;
        let mut world = self.world();
        world.advance(wall);
        let members = members.read().unwrap_or_else(PoisonError::into_inner).clone();
        let sessions = self.sessions().clone();
        Moment { members, sessions, world: world.moment(wall) }
    }

    /// Puts `moment` in the place of what is. Its time goes on from there; the journal and the numbers of requests go on
    /// from where they are.
    pub fn go_back(&self, moment: &Moment, wall: DateTime<Utc>) {
        let Moment { members, sessions, world: of_world } = moment.clone();
        let mut world = self.world();
        *self.members.write().unwrap_or_else(PoisonError::into_inner) = members;
        *self.sessions() = sessions;
        world.go_back(&of_world, wall);
        // Whoever was told to wait was told so in a time that is no more.
        self.records().ledger.forget_waiting();
    }

    /// Back to its seed: devices, time, journal, apps, users, sign-ins, quirks, faults and budgets. Snapshots stay. Costs
    /// the same whatever the fleet's size.
    pub fn reset(&self, wall: DateTime<Utc>) {
        let Moment { members, sessions, world: of_world } = self.beginning.clone();
        let mut world = self.world();
        *self.members.write().unwrap_or_else(PoisonError::into_inner) = members;
        *self.sessions() = sessions;
        world.put_back(&of_world, self.spec.clock.start(wall));
        *self.records() = Records::default();
        self.written.send_replace(0);
    }
}
