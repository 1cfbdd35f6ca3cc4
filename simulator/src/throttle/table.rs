//! The budgets, one row each.
//!
//! Not among them: the 130,000 requests in 10 seconds that an app may send to all tenants together (documented:
//! `concepts/throttling-limits.md`), because a tenant is a world of its own here.

/// What shares its budgets: a group of resources, as the documents have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Devices, their remote actions, what is found on them.
    Devices,
    /// Audit events.
    Auditing,
    /// Policies, and what became of them.
    Configuration,
    /// Enrolment, and the categories that a device may have.
    Enrollment,
    /// Users and the organization: Entra's, which counts resource units.
    Directory,
}

/// How many groups there are.
const GROUPS: usize = 5;

/// Who shares a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All apps of the tenant.
    Tenant,
    /// One app in the tenant.
    App,
}

/// Which requests count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// Each.
    Any,
    /// Those that change something: POST, PUT, DELETE, PATCH.
    Writes,
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// That many.
    Fixed(u32),
    /// That many in a tenant of under 50 users, of up to 500, and of more.
    ByUsers([u32; 3]),
}

/// One row.
#[derive(Debug)]
pub struct Budget {
    /// Its name.
    pub name: &'static str,
    /// What draws on it.
    pub group: Group,
    /// Who shares it.
    pub scope: Scope,
    /// Which requests draw on it.
    pub requests: Requests,
    /// How much there is.
    pub limit: Limit,
    /// In how many seconds.
    pub seconds: i64,
    /// Who says so.
    pub source: &'static str,
}

/// A cap on what happens to devices in a day.
#[derive(Debug)]
pub struct DailyCap {
    /// Its name.
    pub name: &'static str,
    /// The action that it is about, or `delete`.
    pub action: &'static str,
    /// For how many devices.
    pub limit: u32,
    /// Who says so.
    pub source: &'static str,
}

const DEVICES: &str = "documented: includes/throttling-intune-devices.md";
const AUDITING: &str = "documented: includes/throttling-intune-auditing.md";
const CONFIGURATION: &str = "documented: includes/throttling-intune-device-configuration.md";
const ENROLLMENT: &str = "documented: includes/throttling-intune-device-enrollment.md";
const DIRECTORY: &str = "documented: concepts/throttling-limits.md, identity and access";

const fn row(
    name: &'static str,
    group: Group,
    scope: Scope,
    requests: Requests,
    limit: u32,
    source: &'static str,
) -> Budget {
    Budget { name, group, scope, requests, limit: Limit::Fixed(limit), seconds: 20, source }
}

/// Every budget; those of a group stand together.
pub static BUDGETS: &[Budget] = {
    use {Group as G, Requests as R, Scope as S};
    &[
        row("intune-devices-writes-per-tenant", G::Devices, S::Tenant, R::Writes, 400, DEVICES),
        row("intune-devices-writes-per-app", G::Devices, S::App, R::Writes, 200, DEVICES),
        row("intune-devices-per-tenant", G::Devices, S::Tenant, R::Any, 4_000, DEVICES),
        row("intune-devices-per-app", G::Devices, S::App, R::Any, 2_000, DEVICES),
        row("intune-auditing-per-tenant", G::Auditing, S::Tenant, R::Any, 2_000, AUDITING),
        row("intune-auditing-per-app", G::Auditing, S::App, R::Any, 1_000, AUDITING),
        row("intune-configuration-per-tenant", G::Configuration, S::Tenant, R::Any, 2_000, CONFIGURATION),
        row("intune-configuration-per-app", G::Configuration, S::App, R::Any, 1_000, CONFIGURATION),
        row("intune-enrollment-per-tenant", G::Enrollment, S::Tenant, R::Any, 2_000, ENROLLMENT),
        row("intune-enrollment-per-app", G::Enrollment, S::App, R::Any, 1_000, ENROLLMENT),
        Budget {
            name: "directory-resource-units-per-app",
            group: G::Directory,
            scope: S::App,
            requests: R::Any,
            limit: Limit::ByUsers([3_500, 5_000, 8_000]),
            seconds: 10,
            source: DIRECTORY,
        },
    ]
};

/// Every daily cap. They count what came from the portal, from bulk actions and from Graph together (documented: the
/// changelog of August 2026 and the pages of the actions). That the day is that of UTC is assumed.
pub static DAILY_CAPS: &[DailyCap] = &[
    DailyCap { name: "wipes-per-day", action: "wipe", limit: 500, source: DAILY },
    DailyCap { name: "retires-per-day", action: "retire", limit: 1_000, source: DAILY },
    DailyCap { name: "deletes-per-day", action: "delete", limit: 1_000, source: DAILY },
];

const DAILY: &str = "documented: the index of device actions, 2026-08-19";

impl Group {
    /// The rows of [`BUDGETS`] that its requests draw on.
    pub(super) const fn rows(self) -> std::ops::Range<usize> {
        let (first, end) = RANGES[self as usize];
        first..end
    }
}

/// Where each group's rows begin and end; worked out by the compiler.
const RANGES: [(usize, usize); GROUPS] = {
    let mut ranges = [(usize::MAX, 0); GROUPS];
    let mut row = 0;
    while row < BUDGETS.len() {
        let range = &mut ranges[BUDGETS[row].group as usize];
        if range.0 == usize::MAX {
            range.0 = row;
        }
        assert!(range.1 == 0 || range.1 == row, "the rows of a group stand together");
        range.1 = row + 1;
        row += 1;
    }
    let mut group = 0;
    while group < GROUPS {
        assert!(ranges[group].1 > 0, "every group has a row");
        group += 1;
    }
    ranges
};

impl Scope {
    /// Its name in views.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::App => "app",
        }
    }
}

impl Requests {
    /// Its name in views.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Writes => "writes",
        }
    }
}

impl Limit {
    /// How much there is in a tenant of that many users.
    pub const fn of(self, users: usize) -> u32 {
        match self {
            Self::Fixed(limit) => limit,
            Self::ByUsers([small, medium, large]) => match users {
                0..50 => small,
                50..=500 => medium,
                _ => large,
            },
        }
    }
}

impl Budget {
    /// What is counted.
    pub const fn unit(&self) -> &'static str {
        match self.group {
            Group::Directory => "resource units",
            _ => "requests",
        }
    }
}
