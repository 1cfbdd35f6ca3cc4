//! The reference: what the contract says of a tenant, in the plainest form, with no code of the simulator in it.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use simtune::device::physical::{ScriptedOutcome, UnlockToken};

use super::program::{App, Patch, Physical, Program};
use super::table::{self, Action, DEVICES, Known, Platform, Reset, Version};

const PUSH: TimeDelta = TimeDelta::seconds(2);
const PASSCODE_SHOWN: TimeDelta = TimeDelta::days(7);
const PIN_SHOWN: TimeDelta = TimeDelta::days(30);

/// What the service says of one thing a device was asked.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) action: Action,
    pub(super) state: &'static str,
    /// Until when the passcode or the pin can be read.
    shown_until: Option<DateTime<Utc>>,
}

impl Entry {
    /// Whether the passcode or the pin can be read.
    pub(super) fn has_secret(&self, now: DateTime<Utc>) -> bool {
        self.shown_until.is_some_and(|until| now < until)
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub(super) struct Device {
    pub(super) known: &'static Known,
    pub(super) is_there: bool,
    pub(super) name: String,
    pub(super) managed_name: String,
    pub(super) notes: Option<String>,
    pub(super) company: bool,
    supervised: bool,
    pub(super) management: String,
    pub(super) entries: Vec<Entry>,
    /// Whether a passcode is set, as the device itself knows.
    pub(super) passcode_set: bool,
    online: bool,
    token: UnlockToken,
    script: ScriptedOutcome,
    reset_token: bool,
    policy: bool,
    runs: Version,
    /// Retire or wipe, and whether the device has heard.
    leaving: Option<(Action, bool)>,
    due: Option<DateTime<Utc>>,
    renamed: String,
}

/// What a tenant's owner can see of an accepted action.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Audit {
    /// Number in the cast.
    pub(super) device: usize,
    pub(super) action: &'static str,
    pub(super) state: &'static str,
    pub(super) bulk: bool,
    asked: Option<Action>,
}

/// What the inventory says of a device before the program begins.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) company: bool,
    pub(super) supervised: bool,
    pub(super) managed_name: String,
    pub(super) notes: Option<String>,
}

/// The answer to a call for many devices, by number in the cast; strangers are not in it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lists {
    pub(super) successful: Vec<usize>,
    pub(super) not_found: Vec<usize>,
    pub(super) not_supported: Vec<usize>,
}

/// A tenant.
#[derive(Debug)]
pub(super) struct Tenant {
    edition: usize,
    accept: bool,
    pub(super) devices: Vec<Device>,
    /// Oldest first.
    pub(super) audits: Vec<Audit>,
    pub(super) budgets: Budgets,
}

impl Tenant {
    pub(super) fn new(program: &Program, facts: &[Facts]) -> Self {
        let devices = program.cast.iter().zip(facts);
        Self {
            edition: program.edition,
            accept: program.accept,
            devices: devices.map(|(row, facts)| Device::new(&DEVICES[*row], facts)).collect(),
            audits: Vec::new(),
            budgets: Budgets::new(program.factor),
        }
    }

    /// Everything that is due by now.
    pub(super) fn advance(&mut self, now: DateTime<Utc>) {
        for index in 0..self.devices.len() {
            while let Some(due) = self.devices[index].due.filter(|due| *due <= now) {
                self.devices[index].due = None;
                if self.devices[index].online && self.devices[index].is_there {
                    self.check_in(index, due);
                }
            }
        }
    }

    /// One device is asked; the status of the answer.
    pub(super) fn ask(&mut self, index: usize, action: Action, bulk: bool, now: DateTime<Utc>) -> u16 {
        let device = &mut self.devices[index];
        if !device.is_there {
            return 404;
        }
        if !device.supports(action, self.edition, device.known.version) && !self.accept {
            return 400;
        }
        // A pin can be read until the next action.
        for entry in device.entries.iter_mut().filter(|entry| entry.action == Action::RemoteLock) {
            entry.shown_until = None;
        }
        let state = match device.leaving {
            Some((Action::Wipe, _)) if action == Action::Retire => "canceled",
            Some(_) if !action.leaves() => "canceled",
            _ => "pending",
        };
        if action.leaves() {
            if state == "pending" {
                for entry in device.entries.iter_mut().filter(|entry| entry.state == "pending") {
                    entry.state = "canceled";
                }
                device.leaving = Some((action, false));
                device.management = format!("{}Pending", action.name());
                self.settle(index, "canceled", Some(action));
            }
        } else {
            device.entries.retain(|entry| entry.action != action);
            device.entries.push(Entry { action, state, shown_until: None });
        }
        if state == "pending" {
            let due = &mut self.devices[index].due;
            *due = due.or(Some(now + PUSH));
        }
        self.audits.push(Audit { device: index, action: action.audited(), state, bulk, asked: Some(action) });
        self.budgets.count_device(action.name(), now);
        204
    }

    pub(super) fn delete(&mut self, index: usize, bulk: bool, now: DateTime<Utc>) -> u16 {
        if !self.devices[index].is_there {
            return 404;
        }
        self.devices[index].is_there = false;
        self.settle(index, "canceled", None);
        self.audits.push(Audit { device: index, action: "delete", state: "done", bulk, asked: None });
        self.budgets.count_device("delete", now);
        204
    }

    /// Each device once, however often it is named.
    pub(super) fn bulk(&mut self, action: Option<Action>, devices: &[usize], now: DateTime<Utc>) -> Lists {
        let mut lists = Lists::default();
        for index in once(devices) {
            let status = match action {
                Some(action) => self.ask(index, action, true, now),
                None => self.delete(index, true, now),
            };
            match status {
                204 => lists.successful.push(index),
                404 => lists.not_found.push(index),
                _ => lists.not_supported.push(index),
            }
        }
        lists
    }

    pub(super) fn rename(&mut self, index: usize, name: &str) {
        name.clone_into(&mut self.devices[index].renamed);
    }

    pub(super) fn patch(&mut self, index: usize, patch: Patch, text: &str) -> u16 {
        let device = &mut self.devices[index];
        if !device.is_there {
            return 404;
        }
        match patch {
            Patch::Notes => device.notes = Some(text.to_owned()),
            Patch::ManagedName => text.clone_into(&mut device.managed_name),
            Patch::Owner(company) => device.company = company,
            Patch::ReadOnly | Patch::Unknown | Patch::Both => return 400,
        }
        200
    }

    pub(super) fn change(&mut self, index: usize, change: Physical, now: DateTime<Utc>) {
        let device = &mut self.devices[index];
        if !device.is_there {
            return;
        }
        match change {
            Physical::Online(online) => {
                let waits = device.leaving.is_some() || device.entries.iter().any(|entry| entry.state == "pending");
                if online && !device.online && waits {
                    device.due = device.due.or(Some(now + PUSH));
                }
                device.online = online;
            }
            Physical::Token(token) => device.token = token,
            Physical::Script(script) => device.script = script,
            Physical::ResetToken(active) => device.reset_token = active,
            Physical::Policy(required) => device.policy = required,
            Physical::Runs(version) => device.runs = version.unwrap_or(device.known.version),
        }
    }

    /// The tester lets a device check in: whether it does.
    pub(super) fn hurry(&mut self, index: usize, now: DateTime<Utc>) -> bool {
        let heard = self.devices[index].is_there && self.devices[index].online;
        if heard {
            self.check_in(index, now);
        }
        heard
    }

    fn check_in(&mut self, index: usize, at: DateTime<Utc>) {
        let edition = self.edition;
        let device = &mut self.devices[index];
        match device.leaving {
            None => {
                for position in 0..device.entries.len() {
                    let action = device.entries[position].action;
                    if device.entries[position].state != "pending" {
                        continue;
                    }
                    let Some(state) = device.answer(action, edition) else { continue };
                    device.entries[position].state = state;
                    if state == "done" {
                        device.entries[position].shown_until = device.obey(action, edition, at);
                    }
                    for audit in &mut self.audits {
                        if audit.device == index && audit.state == "pending" && audit.asked == Some(action) {
                            audit.state = state;
                        }
                    }
                }
            }
            Some((action, heard)) => {
                let Some(state) = device.answer(action, edition) else { return };
                if !heard {
                    device.leaving = Some((action, true));
                    device.management = format!("{}Issued", action.name());
                    device.due = device.due.or(Some(at + PUSH));
                    return;
                }
                device.leaving = None;
                device.is_there = state != "done";
                device.management = format!("{}Failed", action.name());
                self.settle(index, state, None);
            }
        }
    }

    /// Every audit of a device that waits, but those of `spared`, ends so.
    fn settle(&mut self, index: usize, state: &'static str, spared: Option<Action>) {
        let waiting = |audit: &&mut Audit| audit.device == index && audit.state == "pending";
        for audit in self.audits.iter_mut().filter(waiting).filter(|audit| spared.is_none() || audit.asked != spared) {
            audit.state = state;
        }
    }
}

/// Each number once, in the order of its first mention.
pub(super) fn once(devices: &[usize]) -> Vec<usize> {
    let mut seen = Vec::new();
    for device in devices {
        if !seen.contains(device) {
            seen.push(*device);
        }
    }
    seen
}

impl Device {
    fn new(known: &'static Known, facts: &Facts) -> Self {
        Self {
            known,
            is_there: true,
            name: known.name.to_owned(),
            managed_name: facts.managed_name.clone(),
            notes: facts.notes.clone(),
            company: facts.company,
            supervised: facts.supervised,
            management: "managed".to_owned(),
            entries: Vec::new(),
            passcode_set: true,
            online: true,
            token: UnlockToken::Valid,
            script: ScriptedOutcome::Auto,
            reset_token: true,
            policy: true,
            runs: known.version,
            leaving: None,
            due: None,
            renamed: String::new(),
        }
    }

    fn supports(&self, action: Action, edition: usize, version: Version) -> bool {
        match action {
            Action::ResetPasscode => table::reset(edition, self.known, version) != Reset::Refused,
            _ => action.is_for(self.known, self.company, self.supervised),
        }
    }

    /// What the device says to something it was asked; nothing, if it is told to.
    fn answer(&self, action: Action, edition: usize) -> Option<&'static str> {
        let can = self.supports(action, edition, self.runs);
        let should = self.supports(action, edition, self.known.version);
        match self.script {
            ScriptedOutcome::Never => None,
            ScriptedOutcome::Failed => Some("failed"),
            ScriptedOutcome::NotSupported => Some("notSupported"),
            ScriptedOutcome::Done => Some(if can || should { "done" } else { "notSupported" }),
            ScriptedOutcome::Auto if !can => Some("notSupported"),
            ScriptedOutcome::Auto if action == Action::ResetPasscode => Some(self.lacks(edition).unwrap_or("done")),
            ScriptedOutcome::Auto => Some("done"),
        }
    }

    /// How a reset ends for want of something.
    fn lacks(&self, edition: usize) -> Option<&'static str> {
        let android = !matches!(self.known.platform, Platform::Ios | Platform::IosOfTheUser);
        match table::reset(edition, self.known, self.runs) {
            Reset::Removed if self.token != UnlockToken::Valid => Some("failed"),
            _ if android && table::needs_policy(edition) && !self.policy => Some("failed"),
            Reset::LettersByToken if !self.reset_token => Some("notSupported"),
            _ => None,
        }
    }

    /// What is true of the device from now on, and until when the service shows what came of it.
    fn obey(&mut self, action: Action, edition: usize, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // What a device reports has whole seconds.
        let told = at.with_nanosecond(0).expect("a whole second");
        match action {
            Action::ResetPasscode => {
                let really = table::reset(edition, self.known, self.runs);
                let effect = if really == Reset::Refused { self.listed(edition) } else { really };
                match effect {
                    Reset::Removed => {
                        self.passcode_set = false;
                        None
                    }
                    // That of a work profile is another one than the device's.
                    Reset::LettersByToken => Some(told + PASSCODE_SHOWN),
                    _ => {
                        self.passcode_set = true;
                        Some(told + PASSCODE_SHOWN)
                    }
                }
            }
            Action::RemoteLock if self.known.platform == Platform::MacOs => Some(told + PIN_SHOWN),
            Action::SetDeviceName => {
                self.name.clone_from(&self.renamed);
                None
            }
            _ => None,
        }
    }

    fn listed(&self, edition: usize) -> Reset {
        table::reset(edition, self.known, self.known.version)
    }

    /// Whether the passcode of a reset that ended well has letters or digits only; nothing for who gets none.
    pub(super) fn passcode_is_digits(&self, edition: usize) -> bool {
        let really = table::reset(edition, self.known, self.runs);
        let effect = if really == Reset::Refused { self.listed(edition) } else { really };
        effect == Reset::Digits
    }
}

/// The documented budgets of the group of devices, by the naive count.
#[derive(Debug)]
pub(super) struct Budgets {
    factor: Option<f64>,
    /// When, by which app, whether it writes.
    requests: Vec<(DateTime<Utc>, App, bool)>,
    /// When which action was accepted of a device.
    devices: Vec<(DateTime<Utc>, &'static str)>,
}

/// Whether an earlier request, by its app and verb, draws on the same budget as this one.
type Shares = fn(App, bool, App, bool) -> bool;

/// Which requests share a budget, and how many there may be in 20 seconds.
const WINDOWS: [(Shares, f64); 4] = [
    (|_, writes, _, asks_write| writes && asks_write, 400.0),
    (|app, writes, asks, asks_write| app == asks && writes && asks_write, 200.0),
    (|_, _, _, _| true, 4_000.0),
    (|app, _, asks, _| app == asks, 2_000.0),
];

const CAPS: [(&str, f64); 3] = [("wipe", 500.0), ("retire", 1_000.0), ("delete", 1_000.0)];

impl Budgets {
    fn new(factor: Option<f64>) -> Self {
        Self { factor, requests: Vec::new(), devices: Vec::new() }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers")]
    fn limit(&self, documented: f64) -> usize {
        self.factor.map_or(usize::MAX, |factor| (documented * factor).round().max(1.0) as usize)
    }

    /// Counts a request; how many seconds to wait, if it exceeds a budget.
    pub(super) fn admit(&mut self, app: App, writes: bool, now: DateTime<Utc>) -> Result<(), i64> {
        self.requests.push((now, app, writes));
        let window = TimeDelta::seconds(20);
        let waits = WINDOWS.iter().filter_map(|(shares, documented)| {
            if !writes && *documented <= 400.0 {
                return None;
            }
            let limit = self.limit(*documented);
            let used: Vec<DateTime<Utc>> = self
                .requests
                .iter()
                .filter(|(at, by, wrote)| *at > now - window && shares(*by, *wrote, app, writes))
                .map(|(at, _, _)| *at)
                .collect();
            (used.len() > limit).then(|| seconds(used[used.len() - limit] + window - now))
        });
        waits.max().map_or(Ok(()), Err)
    }

    fn count_device(&mut self, action: &'static str, now: DateTime<Utc>) {
        self.devices.push((now, action));
    }

    /// Whether an action may be asked of so many more devices today; else how many seconds are left of it.
    pub(super) fn admit_devices(&self, action: &str, devices: usize, now: DateTime<Utc>) -> Result<(), i64> {
        let Some((_, documented)) = CAPS.iter().find(|(capped, _)| *capped == action) else { return Ok(()) };
        let today = self.devices.iter().filter(|(at, known)| at.date_naive() == now.date_naive() && *known == action);
        if today.count() + devices <= self.limit(*documented) {
            return Ok(());
        }
        let midnight = (now.date_naive() + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc();
        Err(seconds(midnight - now))
    }
}

/// In whole seconds, rounded up.
fn seconds(time: TimeDelta) -> i64 {
    (time.num_microseconds().expect("a short time") + 999_999) / 1_000_000
}
