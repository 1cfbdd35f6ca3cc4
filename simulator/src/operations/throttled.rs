//! The refusal of a request that exceeds a budget, as the quirks have it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Context;
use crate::quirks::{Quirks, ThrottleAnswer};
use crate::route::Route;
use crate::throttle::{Exceeded, retry_after};
use crate::wire::error::{BackendCall, Refusal};
use crate::wire::throttled::{Spelling, Throttled};

/// How a request of `app` that exceeds a budget is refused.
pub fn throttled(
    exceeded: &Exceeded,
    quirks: &Quirks,
    call: BackendCall,
    (tenant, app): (Uuid, Option<Uuid>),
    now: DateTime<Utc>,
) -> Refusal {
    let spelling = match quirks.throttle_answer {
        // Intune's other bodies were never seen from Entra.
        _ if exceeded.is_directory => Spelling::Documented,
        ThrottleAnswer::Documented => Spelling::Documented,
        ThrottleAnswer::Short => Spelling::Short,
        ThrottleAnswer::Details => Spelling::Details,
        ThrottleAnswer::Nested => Spelling::Nested,
        ThrottleAnswer::QueryBroker => Spelling::QueryBroker,
        ThrottleAnswer::Overload => Spelling::Overload,
        ThrottleAnswer::Mixed => Spelling::in_turn(exceeded.number),
    };
    let says = || retry_after::spell(quirks.retry_after, exceeded.number, exceeded.wait, now);
    let scope = || format!("Tenant_Application/ReadWrite/{}/{tenant}", app.unwrap_or_default());
    Refusal::Throttled(Box::new(Throttled {
        spelling,
        retry_after: if spelling.says_when() { says() } else { None },
        scope: exceeded.is_directory.then(scope),
        call,
    }))
}

impl Context<'_> {
    /// Whether `action` may be asked of `devices` more devices today. What the service answers beyond a daily cap is not
    /// known; that it is what it answers beyond other budgets is assumed, and that a call for many devices is refused as a
    /// whole.
    pub(super) fn within_daily_cap(&mut self, route: &Route, action: &str, devices: usize) -> Result<(), Refusal> {
        self.world.throttle.admit_devices(action, devices, self.now).map_err(|exceeded| {
            let caller = (self.tenant.id, self.app);
            throttled(&exceeded, self.world.quirks(), route.backend_call(Some(self.query)), caller, self.now)
        })
    }
}
