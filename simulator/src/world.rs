//! The world of one tenant: its devices, its time, and what happens in it.
//!
//! Time is applied when somebody looks: whoever reads a world advances it to now first, and everything due by then
//! happens in the order of its due time. Nothing sleeps, so moving the clock by hand is the same code.

mod moment;
mod state;
mod stored;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::actions::{self, Course, Order, RemoteAction, create_device_log_collection_request};
use crate::answers::Answers;
use crate::audit::event::{Actor, AuditEvent, Deed, EventLog};
use crate::audit::{AuditLog, Initiator, RemoteActionAudit};
use crate::clock::TenantClock;
use crate::device::check_ins::Heard;
use crate::device::departure::{Departure, Way};
use crate::device::lifecycle::{ActionResult, ActionState, Report};
use crate::device::order::Arguments;
use crate::device::{ManagedDevice, check_ins};
use crate::faults::{Faults, Rule, Seen};
use crate::inventory::{Inventory, User};
use crate::quirks::{Quirks, UnsupportedAction};
use crate::random::Draw;
use crate::support::Edition;
use crate::throttle::{self, Charge, Exceeded, Group, Throttle};

pub use self::moment::Moment;
use self::state::Due;
pub use self::state::State;
pub use self::stored::Stored;

/// How devices come to check in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckIn {
    /// This long after a push, and never of themselves.
    #[serde(with = "crate::stored::span")]
    AfterPush(TimeDelta),
    /// Some seconds to minutes after a push, and periodically.
    Realistic,
}

impl CheckIn {
    /// `lastSyncDateTime` as it reads at `now`, where that is computed from the clock.
    pub fn computed_last_sync(self, heard: Heard, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self != Self::Realistic || !heard.online {
            return None;
        }
        let periodic = check_ins::last(heard.platform, heard.enrolled, now);
        Some(periodic.max(heard.synced))
    }
}

/// The world of one tenant.
#[derive(Debug)]
pub struct World {
    /// What time it is.
    pub clock: TenantClock,
    /// Answers worth keeping; forgotten with every change.
    pub answers: Answers,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// What was used of the budgets.
    pub throttle: Throttle,
    /// Which edition of the support matrix holds.
    pub edition: Arc<Edition>,
    quirks: Quirks,
    check_in: CheckIn,
    draw: Draw,
    state: State,
}

/// What marks one exchange.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// The tenant's time.
    pub now: DateTime<Utc>,
    /// The service's id of the exchange.
    pub request_id: Uuid,
    /// How the doubtful is decided.
    pub quirks: Quirks,
}

/// Why the service does not accept an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionRefusal {
    /// No such device.
    UnknownDevice,
    /// The support matrix says no.
    Unsupported,
    /// The arguments do not fit the device's platform.
    Unfit,
}

/// A request for an action, checked as far as it can be without the device.
#[derive(Debug, Clone)]
pub struct ActionRequest<'a> {
    /// What is asked for.
    pub action: &'static dyn RemoteAction,
    /// With what.
    pub arguments: Arguments,
    /// By whom.
    pub origin: Origin<'a>,
}

/// Where a request for an action comes from, as audits tell.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origin<'a> {
    /// The signed-in user; nobody where an app acts for itself.
    pub by: Option<Initiator<'a>>,
    /// The id that all requests of one call for many devices share.
    pub bulk: Option<Uuid>,
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
        throttle: throttle::Mode,
        check_in: CheckIn,
        draw: Draw,
    ) -> Self {
        Self {
            clock,
            throttle: Throttle::new(throttle),
            answers: Answers::default(),
            faults: Faults::default(),
            edition,
            quirks,
            check_in,
            draw,
            state: State::new(inventory),
        }
    }

    /// The marks of an exchange at `now`; its id is from the seed.
    pub fn stamp(&mut self, now: DateTime<Utc>) -> Stamp {
        Stamp { now, request_id: self.next_request_id(), quirks: self.quirks }
    }

    /// The fault that strikes a request, if one does; it is counted.
    pub fn meet_fault(&mut self, seen: &Seen<'_>) -> Option<Arc<Rule>> {
        self.faults.meet(seen, self.draw.at("fault"))
    }

    /// A copy to read from, which costs what the tenant changed and not the fleet's size: with the clock, the rules and
    /// everything that requests change, and without faults, budgets and kept answers.
    #[must_use]
    pub fn as_it_is(&self) -> Self {
        let Self { clock, answers: _, faults: _, throttle: _, edition, quirks, check_in, draw, state } = self;
        Self {
            clock: *clock,
            answers: Answers::default(),
            faults: Faults::default(),
            throttle: Throttle::new(throttle::Mode::Off),
            edition: Arc::clone(edition),
            quirks: *quirks,
            check_in: *check_in,
            draw: *draw,
            state: state.clone(),
        }
    }

    /// Everything that requests change, as it is now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Puts another state in the place of what is: one that was copied before.
    pub fn restore(&mut self, state: State) {
        self.state = state;
        self.answers.clear();
    }

    /// Lets something happen as if it counted, and then nothing has happened. Copies what this tenant changed so far.
    pub fn rehearse<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.state.clone();
        let outcome = act(self);
        self.restore(before);
        outcome
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

    /// Counts a request of `app` against the budgets.
    pub fn admit(&mut self, app: Option<Uuid>, charge: Charge, now: DateTime<Utc>) -> Result<(), Exceeded> {
        if charge.group == Group::Directory {
            self.measure_directory();
        }
        self.throttle.admit(app, charge, now)
    }

    /// Lets the directory's budgets know how large the tenant is; counting its users takes a while, so it is done when
    /// it first matters.
    pub fn measure_directory(&mut self) {
        if self.throttle.lacks_users() {
            self.throttle.set_users(self.state.inventory.base().users_count());
        }
    }

    /// The devices.
    pub fn inventory(&self) -> &Inventory {
        &self.state.inventory
    }

    /// The accepted actions.
    pub fn audits(&self) -> &AuditLog {
        &self.state.audits
    }

    /// What was done through Graph, and by whom.
    pub fn events(&self) -> &EventLog {
        &self.state.events
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
        let draw = self.draw.at("audit event").nth(self.state.events.written());
        let correlation_id = correlation_id.unwrap_or_else(|| draw.at("correlation").guid());
        self.state.events.write(AuditEvent { id: draw.guid(), at: now, deed, device_id, actor, correlation_id });
        self.answers.clear();
    }

    /// How devices come to check in.
    pub fn check_in_mode(&self) -> CheckIn {
        self.check_in
    }

    /// An id for the next exchange, from the seed.
    pub fn next_request_id(&mut self) -> Uuid {
        self.state.requests += 1;
        self.draw.at("request").nth(self.state.requests).guid()
    }

    /// Lets everything happen that is due when the wall clock shows `wall`; returns the world's time and how many
    /// things happened.
    pub fn advance(&mut self, wall: DateTime<Utc>) -> (DateTime<Utc>, usize) {
        let now = self.clock.now(wall);
        let mut ran = 0;
        while let Some(entry) = self.state.due.first_entry() {
            let at = entry.key().0;
            if at > now {
                break;
            }
            let due = entry.remove();
            self.state.waiting.remove(&due);
            match due {
                Due::CheckIn(id) => {
                    // An offline device answers when it is online again; `edit_device` sees to that.
                    let _ = self.check_in(id, at);
                }
                Due::HideDetails(id) => self.hide_details(id, at),
                Due::LogsOverdue(id) | Due::LogsExpire(id) => self.age_logs(id, at),
            }
            ran += 1;
        }
        (now, ran)
    }

    /// Asks a device to do something. The service accepts or refuses at once; the device answers when it checks in.
    /// Returns the id of the request.
    pub fn request_action(
        &mut self,
        id: Uuid,
        asked: &ActionRequest<'_>,
        now: DateTime<Utc>,
    ) -> Result<Uuid, ActionRefusal> {
        let ActionRequest { action, arguments, origin } = asked;
        let device = self.state.inventory.get(id).ok_or(ActionRefusal::UnknownDevice)?;
        let supported = action.is_supported(&self.edition, &device);
        if !supported && self.quirks.unsupported_action == UnsupportedAction::Refuse {
            return Err(ActionRefusal::Unsupported);
        }
        if !action.fits(&device, arguments) {
            return Err(ActionRefusal::Unfit);
        }
        let mut device = ManagedDevice::clone(&device);
        for entry in &mut device.actions {
            entry.hide_for_next_action();
        }
        let state = match action.course(arguments) {
            Course::ByService if supported => {
                action.obey(&mut device, &self.order(arguments, 1, now));
                ActionState::Done
            }
            Course::ByService => ActionState::NotSupported,
            Course::ByDevice => self.add_entry(&mut device, asked, now),
            Course::LogCollection => self.begin_log_collection(&mut device, *origin, now),
            Course::Departure { way, stays } => self.begin_departure(&mut device, asked, way, stays, now),
        };
        let audit_id = self.write_audit(&device, action.audit_name(arguments), action.name(), state, *origin, now);
        self.throttle.count_device(action.name(), now);
        if state == ActionState::Pending {
            self.push(&device, now);
        }
        self.put(device);
        Ok(audit_id)
    }

    /// The entry of a new request, in the place of an older one of the same action and variant.
    fn add_entry(&self, device: &mut ManagedDevice, asked: &ActionRequest<'_>, now: DateTime<Utc>) -> ActionState {
        let ActionRequest { action, arguments, .. } = asked;
        let (name, variant) = (action.name(), action.variant(arguments));
        let is_same = |entry: &ActionResult| entry.action == name && entry.variant == variant;
        let request = device.actions.iter().find(|entry| is_same(entry)).map_or(1, |entry| entry.request + 1);
        // A device that is about to leave does nothing else (documented: the index of device actions); that what is
        // asked of it is accepted all the same, and given up at once, is assumed.
        let state = if device.departure.is_some() { ActionState::Canceled } else { ActionState::Pending };
        let details = action.details(device, &self.order(arguments, request, now), None);
        device.actions.retain(|entry| !is_same(entry));
        let arguments = arguments.clone();
        let entry = ActionResult {
            variant: variant.into(),
            state,
            arguments,
            details,
            ..ActionResult::pending(name, request, now)
        };
        device.actions.push(entry);
        state
    }

    /// Retire or wipe: everything else is given up (documented that they win; that the rest is `canceled` is assumed).
    fn begin_departure(
        &mut self,
        device: &mut ManagedDevice,
        asked: &ActionRequest<'_>,
        way: Way,
        stays: bool,
        now: DateTime<Utc>,
    ) -> ActionState {
        if device.departure.as_ref().is_some_and(|departure| departure.way > way) {
            return ActionState::Canceled;
        }
        for entry in device.actions.iter_mut().filter(|entry| entry.is_pending()) {
            entry.cancel(now);
        }
        device.log_collections.fail();
        let action = asked.action.name();
        self.state.audits.settle(device.id(), |audit| (audit.asked != action).then_some(ActionState::Canceled));
        let arguments = asked.arguments.clone();
        device.departure = Some(Departure { way, action: action.into(), arguments, issued: false, stays });
        device.edit(|record| record.management_state = way.pending().into());
        ActionState::Pending
    }

    fn write_audit(
        &mut self,
        device: &ManagedDevice,
        action: &'static str,
        asked: &'static str,
        state: ActionState,
        origin: Origin<'_>,
        now: DateTime<Utc>,
    ) -> Uuid {
        let id = self.next_audit_id();
        let audit = RemoteActionAudit::new(id, action, device, origin.by, now);
        self.state.audits.write(RemoteActionAudit { asked: asked.into(), state, bulk: origin.bulk, ..audit });
        id
    }

    fn next_audit_id(&self) -> Uuid {
        self.draw.at("audit").nth(self.state.audits.written()).guid()
    }

    /// A request for diagnostics, with the id of its audit. A device that is about to leave sends none (assumed).
    fn begin_log_collection(
        &mut self,
        device: &mut ManagedDevice,
        origin: Origin<'_>,
        now: DateTime<Utc>,
    ) -> ActionState {
        let by = origin.by.map_or("", |initiator| initiator.user_principal_name);
        device.log_collections.ask(self.next_audit_id(), by.to_owned(), now);
        let leaves = device.departure.is_some();
        if leaves {
            device.log_collections.fail();
        }
        self.schedule_logs(device);
        if leaves { ActionState::Canceled } else { ActionState::Pending }
    }

    /// An id for a call that asks many devices.
    pub fn next_bulk_id(&self) -> Uuid {
        self.draw.at("bulk").nth(self.state.audits.written()).guid()
    }

    /// The draw called `name` of a device.
    pub fn device_draw(&self, name: &str, device: &ManagedDevice) -> Draw {
        self.draw.at(name).at(device.record().id.as_str())
    }

    fn order<'a>(&'a self, arguments: &'a Arguments, request: u64, at: DateTime<Utc>) -> Order<'a> {
        Order { arguments, edition: &self.edition, quirks: &self.quirks, draw: self.draw, request, at }
    }

    /// Adds a person to the directory.
    pub fn put_user(&mut self, user: User) {
        self.state.inventory.put_user(user);
        self.answers.clear();
    }

    /// Lets a device check in at `at`: it reports, and answers everything it was asked.
    pub fn check_in(&mut self, id: Uuid, at: DateTime<Utc>) -> Result<(), CheckInRefusal> {
        let device = self.state.inventory.get(id).ok_or(CheckInRefusal::UnknownDevice)?;
        if !device.physical.online {
            return Err(CheckInRefusal::Offline);
        }
        let mut device = ManagedDevice::clone(&device);
        device.edit(|record| record.last_sync_date_time = at);
        if let Some(departure) = device.departure.take() {
            self.depart(device, departure, at);
        } else {
            self.answer_everything(&mut device, at);
            self.put(device);
        }
        Ok(())
    }

    /// The next step of a device on its way out: first it hears, then it confirms.
    fn depart(&mut self, mut device: ManagedDevice, mut departure: Departure, at: DateTime<Utc>) {
        let action = actions::action(&departure.action).expect("a departure was begun by an action");
        match action.report(&self.edition, &device) {
            None => device.departure = Some(departure),
            Some(_) if !departure.issued => {
                departure.issued = true;
                device.edit(|record| record.management_state = departure.way.issued().into());
                device.departure = Some(departure);
                self.push(&device, at);
            }
            Some(report) => {
                self.state.audits.settle(device.id(), |_| Some(report.state()));
                if report == Report::Done && !departure.stays {
                    self.answers.clear();
                    self.state.inventory.take(device.id());
                    return;
                }
                let state = if report == Report::Done { "managed" } else { departure.way.failed() };
                device.edit(|record| record.management_state = state.into());
                if report == Report::Done {
                    action.obey(&mut device, &self.order(&departure.arguments, 1, at));
                }
            }
        }
        self.put(device);
    }

    /// Changes a device, as a PATCH or the tester does. One that comes online hears what it missed.
    pub fn edit_device(&mut self, id: Uuid, now: DateTime<Utc>, change: impl FnOnce(&mut ManagedDevice)) -> bool {
        let Some(device) = self.state.inventory.get(id) else { return false };
        let was_online = device.physical.online;
        let mut device = ManagedDevice::clone(&device);
        change(&mut device);
        if device.physical.online && !was_online && device.has_pending() {
            self.push(&device, now);
        }
        self.put(device);
        true
    }

    /// Adds a device, or puts it in the place of the one with its id.
    pub fn put(&mut self, device: ManagedDevice) {
        self.answers.clear();
        self.state.inventory.put(device);
    }

    /// Deletes a device, as a client asks: it is hidden at once, and "completed" is about the service alone
    /// (documented: the delete action's page, 2026).
    pub fn delete(&mut self, id: Uuid, origin: Origin<'_>, now: DateTime<Utc>) -> bool {
        let Some(device) = self.remove(id) else { return false };
        self.write_audit(&device, "delete", "delete", ActionState::Done, origin, now);
        self.throttle.count_device("delete", now);
        true
    }

    /// Takes a device away, with no trace but that what it was still asked to do is cancelled (assumed: documented is
    /// only that a pending delete wins).
    pub fn remove(&mut self, id: Uuid) -> Option<Arc<ManagedDevice>> {
        let device = self.state.inventory.take(id)?;
        self.answers.clear();
        self.state.audits.settle(id, |_| Some(ActionState::Canceled));
        Some(device)
    }

    /// `lastSyncDateTime` as it reads at `now`, where that is computed from the clock.
    pub fn computed_last_sync(&self, device: &ManagedDevice, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.check_in.computed_last_sync(device.heard(), now)
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
                let draw = self.draw.at("push").nth(self.state.scheduled);
                let heard = now + TimeDelta::seconds(15 + i64::try_from(draw.below(345)).expect("below 345"));
                let record = device.record();
                heard.min(check_ins::next(device.facts().platform, record.enrolled_date_time, now))
            }
        };
        self.schedule(at, Due::CheckIn(device.id()));
    }

    fn schedule(&mut self, at: DateTime<Utc>, due: Due) {
        if self.state.waiting.insert(due) {
            self.state.scheduled += 1;
            self.state.due.insert((at, self.state.scheduled), due);
        }
    }

    fn answer_everything(&mut self, device: &mut ManagedDevice, at: DateTime<Utc>) {
        let mut answered = Vec::new();
        for index in 0..device.actions.len() {
            let entry = &device.actions[index];
            let Some(action) = actions::action(&entry.action).filter(|_| entry.is_pending()) else { continue };
            let Some(report) = action.report(&self.edition, device) else { continue };
            // Devices report whole seconds (observed), but never before they were asked.
            let reported = at.trunc_subsecs(0).max(entry.started);
            let arguments = entry.arguments.clone();
            let order = self.order(&arguments, entry.request, at);
            if report == Report::Done {
                action.obey(device, &order);
            }
            let details = action.details(device, &order, Some(report));
            let entry = &mut device.actions[index];
            entry.finish(report, details, reported);
            answered.push((action.name(), action.audit_name(&arguments), report.state()));
            if let Some(hides_at) = entry.hides_at() {
                self.schedule(hides_at, Due::HideDetails(device.id()));
            }
        }
        self.answer_logs(device, at);
        self.state.audits.settle(device.id(), |audit| {
            let of_entry = answered.iter().find(|(asked, name, _)| *asked == audit.asked && *name == audit.action);
            of_entry.map(|(_, _, state)| *state)
        });
    }

    /// Sends the diagnostics that the device was asked for, or says that there will be none.
    fn answer_logs(&mut self, device: &mut ManagedDevice, at: DateTime<Utc>) {
        if !device.log_collections.has_pending() {
            return;
        }
        let action = actions::action(create_device_log_collection_request::NAME).expect("it is an action");
        let Some(report) = action.report(&self.edition, device) else { return };
        let ended = if report == Report::Done {
            // From 1 to 64 MB; sizes are made up.
            let draw = self.draw.at("log collection");
            let size = |id: Uuid| 1_000_000 + draw.at(&id.to_string()).below(63_000_000);
            device.log_collections.receive(at.trunc_subsecs(0), size)
        } else {
            device.log_collections.fail()
        };
        self.settle_logs(device.id(), &ended, report.state());
    }

    fn age_logs(&mut self, id: Uuid, now: DateTime<Utc>) {
        let Some(device) = self.state.inventory.get(id) else { return };
        let mut device = ManagedDevice::clone(&device);
        let failed = device.log_collections.age(now);
        self.settle_logs(id, &failed, ActionState::Failed);
        self.schedule_logs(&device);
        self.put(device);
    }

    /// Audits of requests for diagnostics have the requests' ids.
    fn settle_logs(&mut self, device: Uuid, ended: &[Uuid], state: ActionState) {
        self.state.audits.settle(device, |audit| ended.contains(&audit.id).then_some(state));
    }

    /// Each later request is overdue and expires later, so the first of each kind is enough.
    fn schedule_logs(&mut self, device: &ManagedDevice) {
        if let Some(at) = device.log_collections.next_overdue() {
            self.schedule(at, Due::LogsOverdue(device.id()));
        }
        if let Some(at) = device.log_collections.next_expiry() {
            self.schedule(at, Due::LogsExpire(device.id()));
        }
    }

    fn hide_details(&mut self, id: Uuid, now: DateTime<Utc>) {
        let Some(device) = self.state.inventory.get(id) else { return };
        let mut device = ManagedDevice::clone(&device);
        for entry in &mut device.actions {
            entry.hide(now);
            // A newer detail took the place of the one this event was for.
            if let Some(hides_at) = entry.hides_at() {
                self.schedule(hides_at, Due::HideDetails(id));
            }
        }
        self.put(device);
    }
}
