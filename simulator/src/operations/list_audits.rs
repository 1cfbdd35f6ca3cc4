//! `GET /beta/deviceManagement/remoteActionAudits`: what the portal shows under Devices → Device actions.

use uuid::Uuid;

use super::collection::{Collection, Links};
use super::{Context, Reply, device_query};
use crate::audit::RemoteActionAudit;
use crate::model::remote_action_audit::REMOTE_ACTION_AUDIT;
use crate::route::Route;
use crate::wire::error::Refusal;

/// Page size and order are not known; a page of 1,000 as
/// for devices, newest first as the portal shows them, is assumed. So is that `$filter` is not honoured.
const AUDITS: Collection<'static> = Collection {
    name: "deviceManagement/remoteActionAudits",
    entity_type: &REMOTE_ACTION_AUDIT,
    page: 1_000,
    counts: true,
    reads: &["$select", "$top", "$skip", "$count", "$skiptoken"],
    links: Links::Token,
};

pub(super) fn list(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let audits = context.world.audits();
    let newest_first = audits.newest_first();
    let total = newest_first.len();
    AUDITS.list(context, route, &options, total, newest_first.map(RemoteActionAudit::to_json))
}

pub(super) fn get(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let id = Uuid::try_parse(&route.key).map_err(|_| Refusal::MalformedId(route.backend_call(None)))?;
    let audit = context.world.audits().newest_first().find(|audit| audit.id == id);
    let audit = audit.ok_or_else(|| context.unknown(route.backend_call(None)))?;
    AUDITS.get(context, route, &options, audit.to_json())
}
