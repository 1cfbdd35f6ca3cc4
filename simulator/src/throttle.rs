//! Throttling: what each group of requests has used of its budgets, and what comes of using more.
//!
//! The budgets are rows of `throttle/table.rs`. A request draws on those of its group once its token is known, before
//! anything else is looked at. Time comes in as an argument and is the tenant's.

pub mod ledger;
pub mod markdown;
mod mode;
pub mod retry_after;
mod stored;
mod table;
mod window;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use uuid::Uuid;

pub use self::mode::Mode;
pub use self::table::{BUDGETS, Budget, DAILY_CAPS, DailyCap, Group, Limit, Requests, Scope};
use self::window::Window;

/// Apps whose use is known at once. One more, and the one that asked longest ago is forgotten; what the tenant used is not.
pub const APPS: usize = 64;

const MICROS: i64 = 1_000_000;

/// What a request draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The budgets.
    pub group: Group,
    /// Whether it changes something.
    pub writes: bool,
    /// How much it draws.
    pub units: u8,
}

/// A budget that a request would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exceeded {
    /// Its name.
    pub budget: &'static str,
    /// Whether Entra keeps it, which answers with headers of its own.
    pub is_directory: bool,
    /// How long until there is room.
    pub wait: TimeDelta,
    /// The how many-th refusal of the tenant it is, or would be; the first is 0.
    pub number: u64,
}

/// What a tenant has used of its budgets.
#[derive(Debug, Clone)]
pub struct Throttle {
    mode: Mode,
    /// How many users the tenant has; not known before the directory is asked for.
    users: Option<usize>,
    /// By row of [`BUDGETS`]; empty until something is counted.
    tenant: Vec<Window>,
    apps: Vec<App>,
    /// Where the app stands that asked last.
    latest: usize,
    today: Day,
    /// How often each row of [`BUDGETS`], then of [`DAILY_CAPS`], was exceeded.
    over: [u64; ROWS],
    refused: u64,
    would_refuse: u64,
    /// Of the request that is being answered.
    exceeded: Option<Exceeded>,
}

const ROWS: usize = BUDGETS.len() + DAILY_CAPS.len();

/// What one app has used.
#[derive(Debug, Clone)]
struct App {
    id: Uuid,
    asked: i64,
    windows: Vec<Window>,
}

/// What was used of the daily caps on one day of UTC.
#[derive(Debug, Clone, Default)]
struct Day {
    number: i32,
    used: [u32; DAILY_CAPS.len()],
}

/// A row of a table and what was used of it.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// How much there is, as it counts here.
    pub limit: usize,
    /// How much was used: by the tenant, or by the app that used most.
    pub used: usize,
    /// How many requests exceeded it.
    pub over: u64,
}

impl Throttle {
    /// Nothing used.
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            users: None,
            tenant: Vec::new(),
            apps: Vec::new(),
            latest: 0,
            today: Day::default(),
            over: [0; ROWS],
            refused: 0,
            would_refuse: 0,
            exceeded: None,
        }
    }

    /// What is done with the budgets.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Does otherwise from now on. What was used is forgotten.
    pub fn set_mode(&mut self, mode: Mode) {
        *self = Self { users: self.users, ..Self::new(mode) };
    }

    /// Whether the number of users is still to be told.
    pub fn lacks_users(&self) -> bool {
        self.users.is_none()
    }

    /// Says how many users the tenant has, which is for the directory's budgets alone. Nothing was used of those before.
    pub fn set_users(&mut self, users: usize) {
        self.users = Some(users);
        for (row, budget) in BUDGETS.iter().enumerate().filter(|(_, budget)| matches!(budget.limit, Limit::ByUsers(_)))
        {
            let window = window(budget, self.mode, users);
            for windows in self.apps.iter_mut().map(|app| &mut app.windows).chain([&mut self.tenant]) {
                if let Some(place) = windows.get_mut(row) {
                    *place = window.clone();
                }
            }
        }
    }

    /// Counts a request of `app`. An error is a budget that refuses it; one that would have refused it is told by
    /// [`Throttle::take_exceeded`].
    pub fn admit(&mut self, app: Option<Uuid>, charge: Charge, now: DateTime<Utc>) -> Result<(), Exceeded> {
        self.exceeded = None;
        if self.mode == Mode::Off {
            return Ok(());
        }
        let now = now.timestamp_micros();
        if self.tenant.is_empty() {
            self.tenant = windows(self.mode, self.users.unwrap_or_default());
        }
        let app = self.place_of(app.unwrap_or_default(), now);
        let mut longest: Option<(usize, i64)> = None;
        for row in charge.group.rows() {
            let budget = &BUDGETS[row];
            if budget.requests == Requests::Writes && !charge.writes {
                continue;
            }
            let window = match budget.scope {
                Scope::Tenant => &mut self.tenant[row],
                Scope::App => &mut self.apps[app].windows[row],
            };
            if let Err(wait) = window.count(usize::from(charge.units), now) {
                self.over[row] += 1;
                longest = longest.filter(|(_, longest)| *longest >= wait).or(Some((row, wait)));
            }
        }
        match longest {
            None => Ok(()),
            Some((row, wait)) => {
                let budget = &BUDGETS[row];
                self.exceed(budget.name, budget.group == Group::Directory, TimeDelta::microseconds(wait))
            }
        }
    }

    /// Whether `action` may be asked of `devices` more devices today. An error is a cap that refuses it.
    pub fn admit_devices(&mut self, action: &str, devices: usize, now: DateTime<Utc>) -> Result<(), Exceeded> {
        let Some(cap) = self.cap_of(action) else { return Ok(()) };
        let limit = self.mode.scaled(DAILY_CAPS[cap].limit) as usize;
        if devices == 0 || self.used_today(cap, now) as usize + devices <= limit {
            return Ok(());
        }
        self.over[BUDGETS.len() + cap] += 1;
        let midnight = (now.date_naive() + TimeDelta::days(1)).and_time(chrono::NaiveTime::MIN).and_utc();
        self.exceed(DAILY_CAPS[cap].name, false, midnight - now)
    }

    /// Counts that `action` was asked of a device.
    pub fn count_device(&mut self, action: &str, now: DateTime<Utc>) {
        let Some(cap) = self.cap_of(action) else { return };
        let day = now.num_days_from_ce();
        if self.today.number != day {
            self.today = Day { number: day, ..Day::default() };
        }
        self.today.used[cap] = self.today.used[cap].saturating_add(1);
    }

    /// The budget that the request being answered exceeds, if it exceeds one; asked for once.
    pub fn take_exceeded(&mut self) -> Option<Exceeded> {
        self.exceeded.take()
    }

    /// How many requests were refused.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// How many requests would have been refused.
    pub fn would_refuse(&self) -> u64 {
        self.would_refuse
    }

    /// What was used of a row of [`BUDGETS`], and by which apps.
    pub fn usage(&self, row: usize, now: DateTime<Utc>) -> (Usage, Vec<(Uuid, usize)>) {
        let (now, budget) = (now.timestamp_micros(), &BUDGETS[row]);
        let limit = self.mode.scaled(budget.limit.of(self.users.unwrap_or_default())) as usize;
        let of_apps = self.apps.iter().map(|app| (app.id, app.windows[row].used(now)));
        let apps: Vec<(Uuid, usize)> = match budget.scope {
            Scope::Tenant => Vec::new(),
            Scope::App => of_apps.filter(|(_, used)| *used > 0).collect(),
        };
        let used = match budget.scope {
            Scope::Tenant => self.tenant.get(row).map_or(0, |window| window.used(now)),
            Scope::App => apps.iter().map(|(_, used)| *used).max().unwrap_or(0),
        };
        (Usage { limit, used, over: self.over[row] }, apps)
    }

    /// What was used today of a row of [`DAILY_CAPS`].
    pub fn usage_of_cap(&self, cap: usize, now: DateTime<Utc>) -> Usage {
        let limit = self.mode.scaled(DAILY_CAPS[cap].limit) as usize;
        Usage { limit, used: self.used_today(cap, now) as usize, over: self.over[BUDGETS.len() + cap] }
    }

    fn used_today(&self, cap: usize, now: DateTime<Utc>) -> u32 {
        if self.today.number == now.num_days_from_ce() { self.today.used[cap] } else { 0 }
    }

    fn cap_of(&self, action: &str) -> Option<usize> {
        if self.mode == Mode::Off { None } else { DAILY_CAPS.iter().position(|cap| cap.action == action) }
    }

    /// A request counts once as one that is refused, however many budgets it exceeds.
    fn exceed(&mut self, budget: &'static str, is_directory: bool, wait: TimeDelta) -> Result<(), Exceeded> {
        let number = self.refused + self.would_refuse;
        let exceeded = *self.exceeded.get_or_insert(Exceeded { budget, is_directory, wait, number });
        if exceeded.number == number {
            *(if self.mode.refuses() { &mut self.refused } else { &mut self.would_refuse }) += 1;
        }
        if self.mode.refuses() { Err(exceeded) } else { Ok(()) }
    }

    /// Where the app stands, which is nearly always where the last one did.
    fn place_of(&mut self, id: Uuid, now: i64) -> usize {
        if self.apps.get(self.latest).is_none_or(|app| app.id != id) {
            self.latest = self.apps.iter().position(|app| app.id == id).unwrap_or_else(|| self.add_app(id));
        }
        self.apps[self.latest].asked = now;
        self.latest
    }

    fn add_app(&mut self, id: Uuid) -> usize {
        let app = App { id, asked: 0, windows: windows(self.mode, self.users.unwrap_or_default()) };
        if self.apps.len() < APPS {
            self.apps.push(app);
            return self.apps.len() - 1;
        }
        let longest_ago = (0..APPS).min_by_key(|place| self.apps[*place].asked).unwrap_or(0);
        self.apps[longest_ago] = app;
        longest_ago
    }
}

fn windows(mode: Mode, users: usize) -> Vec<Window> {
    BUDGETS.iter().map(|budget| window(budget, mode, users)).collect()
}

fn window(budget: &Budget, mode: Mode, users: usize) -> Window {
    Window::new(mode.scaled(budget.limit.of(users)), budget.seconds * MICROS)
}

#[cfg(test)]
mod tests;
