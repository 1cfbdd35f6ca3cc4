//! The world of one tenant: its devices, its time, and what happens in it.
//!
//! Time is applied when somebody looks: whoever reads a world advances it to now first, and everything due by then
//! happens in the order of its due time. Nothing sleeps, so moving the clock by hand is the same code.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use hyper::header::HeaderValue;
use uuid::Uuid;

use crate::actions::{self, RemoteAction};
use crate::answers::Answers;
use crate::audit::event::{Actor, AuditEvent, Deed, EventLog};
use crate::audit::{AuditLog, Initiator, RemoteActionAudit};
use crate::clock::TenantClock;
use crate::device::lifecycle::{self, ActionResult, ActionState};
use crate::device::{ManagedDevice, check_ins};
use crate::inventory::{Inventory, User};
use crate::journal::Journal;
use crate::quirks::{Quirks, UnsupportedAction};
use crate::random::Draw;
use crate::support::Edition;

/// How devices come to check in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckIn {
    /// This long after a push, and never of themselves.
    AfterPush(TimeDelta),
    /// Some seconds to minutes after a push, and periodically.
    Realistic,
}

/// The world of one tenant.
#[derive(Debug)]
pub struct World {
    /// What time it is.
    pub clock: TenantClock,
    /// What was asked and answered.
    pub journal: Journal,
    /// Answers worth keeping; forgotten with every change.
    pub answers: Answers,
    /// Which edition of the support matrix holds.
    pub edition: Arc<Edition>,
    quirks: Quirks,
    check_in: CheckIn,
    draw: Draw,
    inventory: Inventory,
    audits: AuditLog,
    events: EventLog,
    due: BTreeMap<(DateTime<Utc>, u64), Due>,
    /// What is in `due`: a device waits for each kind of event once, however often it is asked.
    waiting: HashSet<Due>,
    scheduled: u64,
    requests: u64,
    /// The `Date` header of the second it was last asked for.
    date: (i64, HeaderValue),
}

/// What marks one exchange.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// The tenant's time.
    pub now: DateTime<Utc>,
    /// The service's id of the exchange.
    pub request_id: Uuid,
    /// The `Date` header.
    pub date: HeaderValue,
}

/// What happens at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Due {
    CheckIn(Uuid),
    HidePasscode(Uuid),
}

/// Why the service does not accept an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionRefusal {
    /// No such device.
    UnknownDevice,
    /// The support matrix says no.
    Unsupported,
}

/// Why a device does not check in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckInRefusal {
    /// No such device.
    UnknownDevice,
    /// Nothing reaches it.
    Offline,
}

impl World {
    /// A world at its beginning.
    pub fn new(
        inventory: Inventory,
        clock: TenantClock,
        edition: Arc<Edition>,
        quirks: Quirks,
        check_in: CheckIn,
        draw: Draw,
    ) -> Self {
        Self {
            clock,
            journal: Journal::default(),
            answers: Answers::default(),
            edition,
            quirks,
            check_in,
            draw,
            inventory,
            audits: AuditLog::default(),
            events: EventLog::default(),
            due: BTreeMap::new(),
            waiting: HashSet::new(),
            scheduled: 0,
            requests: 0,
            date: (i64::MIN, HeaderValue::from_static("")),
        }
    }

    /// The marks of an exchange at `now`: an id from the seed, and the `Date` header, formatted once a second.
    pub fn stamp(&mut self, now: DateTime<Utc>) -> Stamp {
        if self.date.0 != now.timestamp() {
            let text = now.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
            self.date = (now.timestamp(), HeaderValue::from_str(&text).expect("a date is printable"));
        }
        Stamp { now, request_id: self.next_request_id(), date: self.date.1.clone() }
    }

    /// Back to the beginning, at `clock` and with `quirks`; costs the same whatever the fleet's size.
    pub fn reset(&mut self, clock: TenantClock, quirks: Quirks) {
        self.quirks = quirks;
        self.inventory.reset();
        self.clock = clock;
        self.journal.clear();
        self.answers.clear();
        self.audits = AuditLog::default();
        self.events = EventLog::default();
        self.due.clear();
        self.waiting.clear();
        self.scheduled = 0;
        self.requests = 0;
    }

    /// How the doubtful is decided.
    pub fn quirks(&self) -> &Quirks {
        &self.quirks
    }

    /// Decides the doubtful otherwise from now on.
    pub fn set_quirks(&mut self, quirks: Quirks) {
        self.quirks = quirks;
        self.answers.clear();
    }

    /// The devices.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The accepted actions.
    pub fn audits(&self) -> &AuditLog {
        &self.audits
    }

    /// What was done through Graph, and by whom.
    pub fn events(&self) -> &EventLog {
        &self.events
    }

    /// Writes down what `actor` did to a device; `correlation_id` is the client's id of the request, if it sent one.
    pub fn record(
        &mut self,
        deed: Deed,
        device_id: Uuid,
        actor: Actor,
        correlation_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) {
        let draw = self.draw.at("audit event").nth(self.events.written());
        let correlation_id = correlation_id.unwrap_or_else(|| draw.at("correlation").guid());
        self.events.write(AuditEvent { id: draw.guid(), at: now, deed, device_id, actor, correlation_id });
        self.answers.clear();
    }

    /// How devices come to check in.
    pub fn check_in_mode(&self) -> CheckIn {
        self.check_in
    }

    /// An id for the next exchange, from the seed.
    pub fn next_request_id(&mut self) -> Uuid {
        self.requests += 1;
        self.draw.at("request").nth(self.requests).guid()
    }

    /// Lets everything happen that is due when the wall clock shows `wall`; returns the world's time and how many
    /// things happened.
    pub fn advance(&mut self, wall: DateTime<Utc>) -> (DateTime<Utc>, usize) {
        let now = self.clock.now(wall);
        let mut ran = 0;
        while let Some(entry) = self.due.first_entry() {
            let at = entry.key().0;
            if at > now {
                break;
            }
            let due = entry.remove();
            self.waiting.remove(&due);
            match due {
                Due::CheckIn(id) => {
                    // An offline device answers when it is online again; `edit_device` sees to that.
                    let _ = self.check_in(id, at);
                }
                Due::HidePasscode(id) => self.hide_passcodes(id, at),
            }
            ran += 1;
        }
        (now, ran)
    }

    /// Asks a device to do something. The service accepts or refuses at once; the device answers when it checks in.
    pub fn request_action(
        &mut self,
        id: Uuid,
        action: &'static dyn RemoteAction,
        by: Option<Initiator<'_>>,
        now: DateTime<Utc>,
    ) -> Result<(), ActionRefusal> {
        let device = self.inventory.get(id).ok_or(ActionRefusal::UnknownDevice)?;
        let supported = action.is_supported(&self.edition, device.facts());
        if !supported && self.quirks.unsupported_action == UnsupportedAction::Refuse {
            return Err(ActionRefusal::Unsupported);
        }
        let mut device = ManagedDevice::clone(device);
        let request =
            device.actions.iter().find(|entry| entry.action == action.name()).map_or(1, |entry| entry.request + 1);
        device.actions.retain(|entry| entry.action != action.name());
        device.actions.push(ActionResult::pending(action.name(), request, now));
        let audit_id = self.draw.at("audit").nth(self.audits.written()).guid();
        self.audits.write(RemoteActionAudit::new(audit_id, action.audit_name(), &device, by, now));
        self.push(&device, now);
        self.put(device);
        Ok(())
    }

    /// Adds a person to the directory.
    pub fn put_user(&mut self, user: User) {
        self.inventory.put_user(user);
        self.answers.clear();
    }

    /// Lets a device check in at `at`: it reports, and answers everything it was asked.
    pub fn check_in(&mut self, id: Uuid, at: DateTime<Utc>) -> Result<(), CheckInRefusal> {
        let device = self.inventory.get(id).ok_or(CheckInRefusal::UnknownDevice)?;
        if !device.physical.online {
            return Err(CheckInRefusal::Offline);
        }
        let mut device = ManagedDevice::clone(device);
        device.edit(|record| record.last_sync_date_time = at);
        self.answer_everything(&mut device, at);
        self.put(device);
        Ok(())
    }

    /// Changes a device, as a PATCH or the tester does. One that comes online hears what it missed.
    pub fn edit_device(&mut self, id: Uuid, now: DateTime<Utc>, change: impl FnOnce(&mut ManagedDevice)) -> bool {
        let Some(device) = self.inventory.get(id) else { return false };
        let was_online = device.physical.online;
        let mut device = ManagedDevice::clone(device);
        change(&mut device);
        if device.physical.online && !was_online && has_pending(&device) {
            self.push(&device, now);
        }
        self.put(device);
        true
    }

    /// Adds a device, or puts it in the place of the one with its id.
    pub fn put(&mut self, device: ManagedDevice) {
        self.answers.clear();
        self.inventory.put(device);
    }

    /// Removes a device at once (documented: delete hides it). What it was still asked to do is cancelled (assumed:
    /// documented is only that a pending delete wins).
    pub fn delete(&mut self, id: Uuid) -> bool {
        let gone = self.inventory.take(id).is_some();
        if gone {
            self.answers.clear();
            self.audits.settle(id, |_| Some(ActionState::Canceled));
        }
        gone
    }

    /// `lastSyncDateTime` as it reads at `now`, where that is computed from the clock.
    pub fn computed_last_sync(&self, device: &ManagedDevice, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.check_in != CheckIn::Realistic || !device.physical.online {
            return None;
        }
        let record = device.record();
        let periodic = check_ins::last(device.facts().platform, record.enrolled_date_time, now);
        Some(periodic.max(record.last_sync_date_time))
    }

    /// Whether answers may be kept until the next change.
    pub fn answers_last(&self) -> bool {
        self.check_in != CheckIn::Realistic
    }

    /// Notifies a device; it checks in a while later.
    fn push(&mut self, device: &ManagedDevice, now: DateTime<Utc>) {
        let at = match self.check_in {
            CheckIn::AfterPush(delay) => now + delay,
            CheckIn::Realistic => {
                // From 15 s to 6 min: captured actions took 6 min and more, propagation is documented as under 15 min;
                // the even spread is assumed.
                let draw = self.draw.at("push").nth(self.scheduled);
                let heard = now + TimeDelta::seconds(15 + i64::try_from(draw.below(345)).expect("below 345"));
                let record = device.record();
                heard.min(check_ins::next(device.facts().platform, record.enrolled_date_time, now))
            }
        };
        self.schedule(at, Due::CheckIn(device.id()));
    }

    fn schedule(&mut self, at: DateTime<Utc>, due: Due) {
        if self.waiting.insert(due) {
            self.scheduled += 1;
            self.due.insert((at, self.scheduled), due);
        }
    }

    fn answer_everything(&mut self, device: &mut ManagedDevice, at: DateTime<Utc>) {
        let mut answered = Vec::new();
        for index in 0..device.actions.len() {
            let entry = &device.actions[index];
            let Some(action) = actions::action(entry.action).filter(|_| entry.state == ActionState::Pending) else {
                continue;
            };
            let Some(report) = action.report(&self.edition, device) else { continue };
            let draw = self.draw.at("passcode").at(device.record().id.as_str()).nth(entry.request);
            let passcode = match report {
                lifecycle::Report::Done(_) => action.passcode(&self.edition, device, &self.quirks, draw),
                _ => None,
            };
            // Devices report whole seconds (observed), but never before they were asked.
            let reported = at.trunc_subsecs(0).max(entry.started);
            lifecycle::obey(&mut device.physical, report);
            let entry = &mut device.actions[index];
            entry.finish(report, passcode, reported);
            let hidden_at = entry.passcode_hidden_at();
            answered.push((action.audit_name(), report.state()));
            if let Some(hidden_at) = hidden_at {
                self.schedule(hidden_at, Due::HidePasscode(device.id()));
            }
        }
        self.audits
            .settle(device.id(), |audited| answered.iter().find(|(name, _)| *name == audited).map(|(_, state)| *state));
    }

    fn hide_passcodes(&mut self, id: Uuid, now: DateTime<Utc>) {
        let Some(device) = self.inventory.get(id) else { return };
        let mut device = ManagedDevice::clone(device);
        for entry in &mut device.actions {
            match entry.passcode_hidden_at() {
                Some(hidden_at) if hidden_at <= now => entry.passcode = None,
                // A newer passcode took the place of the one this event was for.
                Some(hidden_at) => self.schedule(hidden_at, Due::HidePasscode(id)),
                None => {}
            }
        }
        self.put(device);
    }
}

fn has_pending(device: &ManagedDevice) -> bool {
    device.actions.iter().any(|entry| entry.state == ActionState::Pending)
}
