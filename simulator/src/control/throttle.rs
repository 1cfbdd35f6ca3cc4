//! The budgets of a tenant: what was used of them, and who was told to wait and came again.

use chrono::{DateTime, Utc};

use super::Call;
use super::messages::{AppUsage, BudgetView, LedgerRow, SetThrottle, ThrottleView};
use super::reply::{ApiError, Reply};
use crate::clock::TenantClock;
use crate::config;
use crate::journal::masked_target;
use crate::throttle::ledger::{Ledger, Row};
use crate::throttle::{BUDGETS, DAILY_CAPS, Throttle};
use crate::world::World;

/// Why every retry looks early where the clock stands still.
const STANDS_STILL: &str = "The clock of this tenant is manual: a client that really waits does not move it, so its retries look early. Advance the clock while it waits, or let the clock run.";

pub(super) fn get(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let (mut world, now) = call.world(&tenant);
    Ok(Reply::ok(&view(&mut world, &tenant.records().ledger, now)))
}

pub(super) fn set(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let message: SetThrottle = call.message()?;
    let mode = config::throttle(Some(&message.mode.0)).map_err(|error| ApiError::bad(format!("mode: {error}")))?;
    let (mut world, now) = call.world(&tenant);
    world.throttle.set_mode(mode);
    Ok(Reply::ok(&view(&mut world, &tenant.records().ledger, now)))
}

fn view(world: &mut World, ledger: &Ledger, now: DateTime<Utc>) -> ThrottleView {
    world.measure_directory();
    let throttle = &world.throttle;
    ThrottleView {
        mode: throttle.mode().name(),
        factor: throttle.mode().factor(),
        budgets: budgets(throttle, now),
        refused: throttle.refused(),
        would_refuse: throttle.would_refuse(),
        early_retries: ledger.early(),
        waiting: ledger.waiting(),
        clock_note: matches!(world.clock, TenantClock::Manual { .. }).then_some(STANDS_STILL),
        ledger: ledger.rows().map(row).collect(),
    }
}

fn budgets(throttle: &Throttle, now: DateTime<Utc>) -> Vec<BudgetView> {
    let windows = BUDGETS.iter().enumerate().map(|(row, budget)| {
        let (usage, apps) = throttle.usage(row, now);
        BudgetView {
            name: budget.name,
            scope: budget.scope.name(),
            requests: budget.requests.name(),
            unit: budget.unit(),
            window: format!("PT{}S", budget.seconds),
            limit: usage.limit,
            used: usage.used,
            apps: apps.into_iter().map(|(app_id, used)| AppUsage { app_id, used }).collect(),
            over: usage.over,
            source: budget.source,
        }
    });
    let caps = DAILY_CAPS.iter().enumerate().map(|(row, cap)| {
        let usage = throttle.usage_of_cap(row, now);
        BudgetView {
            name: cap.name,
            scope: "tenant",
            requests: cap.action,
            unit: "devices",
            window: "P1D".to_owned(),
            limit: usage.limit,
            used: usage.used,
            apps: Vec::new(),
            over: usage.over,
            source: cap.source,
        }
    });
    windows.chain(caps).collect()
}

fn row(row: &Row) -> LedgerRow {
    LedgerRow {
        method: row.method.to_string(),
        target: masked_target(&row.target).into_owned(),
        told_at: row.told_at,
        request_id: row.request_id,
        retry_after: row.retry_after.to_string(),
        came_at: row.came_at,
        retry_request_id: row.retry_request_id,
        early_by_ms: row.early_by.num_milliseconds(),
    }
}
