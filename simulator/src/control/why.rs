//! Why an exchange went as it did.

use uuid::Uuid;

use super::Call;
use super::reply::{ApiError, Reply};
use crate::why;

pub(super) fn get(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let name = call.captured.get(1).map_or("", String::as_str);
    let id = Uuid::try_parse(name).map_err(|_| {
        ApiError::bad(format!("request-id: '{name}' is no GUID; it is the header request-id of the answer"))
    })?;
    let (clock, now) = {
        let (world, now) = call.world(&tenant);
        (world.clock, now)
    };
    let found = {
        let records = tenant.records();
        let retry = records.ledger.rows().rev().find(|row| row.retry_request_id == id).cloned();
        records.journal.find(id).map(|(seq, entry)| (seq, entry, retry))
    };
    let (seq, entry, retry) = found.ok_or_else(|| forgotten(call, id))?;
    Ok(Reply::ok(&why::explain(seq, &entry, retry.as_ref(), clock, now)))
}

/// Where else it may be: in another tenant, or nowhere any more.
fn forgotten(call: &Call<'_>, id: Uuid) -> ApiError {
    let tenants = call.control.service.tenants().list();
    let elsewhere = tenants.iter().find(|tenant| tenant.records().journal.find(id).is_some());
    match elsewhere {
        Some(tenant) => {
            ApiError::unknown_because("exchange", &id.to_string(), &format!("it is tenant {}'s", tenant.id))
        }
        None => ApiError::unknown_because(
            "exchange",
            &id.to_string(),
            "a journal keeps the newest 10,000 of a tenant, and a reset forgets them",
        ),
    }
}
