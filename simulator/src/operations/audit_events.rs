//! `GET …/auditEvents`: what was done to devices, and by whom; and the writing down of it.

use std::sync::Arc;

use uuid::Uuid;

use super::collection::{Collection, Links};
use super::{Context, Reply, device_query};
use crate::audit::event::{Actor, Deed};
use crate::model::audit_event::AUDIT_EVENT;
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::headers::CLIENT_REQUEST_ID;

/// `$filter` works, and there is no order to rely on (observed: graph2otel); newest first, no `$orderby` and a page of
/// 1,000 are assumed.
const EVENTS: Collection<'static> = Collection {
    name: "deviceManagement/auditEvents",
    entity_type: &AUDIT_EVENT,
    page: 1_000,
    counts: true,
    reads: &["$select", "$filter", "$top", "$skip", "$count", "$skiptoken"],
    links: Links::Token,
};

pub(super) fn list(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let events = context.world.events().newest_first();
    EVENTS.list(context, route, &options, events.len(), events.map(|event| event.to_json(route.version)))
}

pub(super) fn get(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let id = Uuid::try_parse(&route.key).map_err(|_| Refusal::MalformedId(route.backend_call(None)))?;
    let event = context.world.events().newest_first().find(|event| event.id == id);
    let event = event.ok_or_else(|| context.unknown(route.backend_call(None)))?;
    EVENTS.get(context, route, &options, event.to_json(route.version))
}

impl Context<'_> {
    /// Writes down that the caller did this to a device.
    pub(super) fn record(&mut self, deed: Deed, device_id: Uuid) {
        let correlation_id = self.request.header(CLIENT_REQUEST_ID).and_then(|id| Uuid::try_parse(id).ok());
        let actor = self.actor();
        self.world.record(deed, device_id, actor, correlation_id, self.now);
    }

    fn actor(&self) -> Actor {
        let directory = self.tenant.directory();
        let app = self.app.and_then(|id| directory.apps.iter().find(|app| app.client_id == id));
        let user = self.user.and_then(|id| super::directory::user(self, id).ok());
        Actor {
            app_id: self.app,
            app_name: app.map(|app| Arc::from(app.display_name.as_str())),
            user_id: self.user.map(Arc::from),
            user_principal_name: user.map(|user| Arc::from(user.user_principal_name.as_str())),
        }
    }
}
