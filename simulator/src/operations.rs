//! The operations of the Graph surface: each takes a routed request to an answer or a refusal.

mod app_diagnostics;
mod audit_events;
mod call_function;
mod collection;
mod delete_device;
mod detected_apps;
mod device_categories;
mod device_query;
mod directory;
mod download_url;
mod execute_action;
mod expand;
mod get_device;
mod list_audits;
mod list_devices;
mod move_devices;
mod navigation;
mod overview;
mod rows;
mod run_action;
mod throttled;
mod update_device;
mod which;

pub use self::throttled::throttled;

use chrono::{DateTime, Utc};
use hyper::StatusCode;
use uuid::Uuid;

use crate::audit::Initiator;
use crate::device::ManagedDevice;
use crate::exchange::Request;
use crate::identity::user::User;
use crate::inventory::Listed;
use crate::journal::Subject;
use crate::quirks::{Quirks, UnknownEnumMembers, UnknownId};
use crate::route::{Operation, Route};
use crate::tenant::Tenant;
use crate::wire::error::{BackendCall, Refusal};
use crate::wire::headers::Content;
use crate::wire::links::NextLink;
use crate::wire::preferences::Preferences;
use crate::wire::shape::{Metadata, Shape};
use crate::world::World;

/// What an operation works with.
#[derive(Debug)]
pub struct Context<'a> {
    /// The tenant's world, at `now`.
    pub world: &'a mut World,
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The request.
    pub request: &'a Request,
    /// The app that calls, as far as its token tells.
    pub app: Option<Uuid>,
    /// The signed-in user's id; an app that acts for itself has none.
    pub user: Option<&'a str>,
    /// The signed-in user, where Intune knows them.
    pub signed_in: Option<&'a User>,
    /// What stands behind the `?`, as sent.
    pub query: &'a str,
    /// `scheme://host:port` as the client used them.
    pub root: &'a str,
    /// What absolute links start with.
    pub next_link: NextLink,
    /// The shape of JSON asked for.
    pub shape: Shape,
    /// What the client prefers.
    pub preferences: Preferences,
    /// The tenant's time.
    pub now: DateTime<Utc>,
    /// Where an operation that asks a device to do something says so, for whoever wants to know why.
    pub subject: &'a mut Option<Box<Subject>>,
}

/// A successful answer.
#[derive(Debug)]
pub struct Reply {
    /// 200 or 204.
    pub status: StatusCode,
    /// What its headers are.
    pub content: Content,
    /// The body.
    pub body: Vec<u8>,
    /// What the client sent that the answer does not reflect, one sentence each.
    pub ignored: Vec<String>,
}

impl Reply {
    fn json(shape: Shape, body: Vec<u8>, ignored: Vec<String>) -> Self {
        Self { status: StatusCode::OK, content: Content::OData(shape), body, ignored }
    }

    fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, content: Content::Empty, body: Vec::new(), ignored: Vec::new() }
    }
}

/// Who audits name as the one who asked.
fn initiator(user: &User) -> Initiator<'_> {
    Initiator { user_principal_name: &user.user_principal_name, display_name: &user.display_name }
}

/// The refusal of a page token that is spelled like one and belongs to something else. The service's words are not known.
fn foreign_token() -> Refusal {
    let message =
        "Invalid query option '$skiptoken': it is not one of this collection's; follow @odata.nextLink unchanged.";
    Refusal::BadQuery { message: message.to_owned() }
}

/// Whether the answer needs a look at every device of the fleet, and nothing is changed by it.
pub fn looks_far(route: &Route, query: &str, quirks: &Quirks) -> bool {
    match route.operation {
        Operation::ListDevices => route.app.is_some() || list_devices::looks_far(query, route.version, quirks),
        Operation::CountDevices => list_devices::looks_far(query, route.version, quirks),
        Operation::ListComanagedDevices
        | Operation::ListAppDiagnostics
        | Operation::DownloadAppDiagnostics
        | Operation::ListDetectedApps
        | Operation::GetDetectedApp
        | Operation::ListDeviceCategories
        | Operation::GetDeviceCategory
        | Operation::GetOverview
        | Operation::ListUsers
        | Operation::GetUser
        | Operation::GetMe => true,
        _ => false,
    }
}

/// Runs the operation that `route` names.
pub fn run(context: Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    match route.operation {
        Operation::ListDevices | Operation::ListComanagedDevices => list_devices::list(&context, route),
        Operation::CountDevices => list_devices::count(&context, route),
        Operation::GetDevice => get_device::get(&context, route),
        Operation::UpdateDevice => update_device::update(context, route),
        Operation::DeleteDevice => delete_device::delete(context, route),
        Operation::RunAction(action) if action.is_of_collection() => move_devices::run(context, route, action),
        Operation::RunAction(action) => run_action::run(context, route, action),
        Operation::ExecuteAction => execute_action::execute(context, route),
        Operation::CallFunction(function) => call_function::call(&context, route, function),
        Operation::FollowNavigation(navigation) => navigation::get(&context, route, navigation),
        Operation::GetNavigationItem(navigation) => navigation::get_item(&context, route, navigation),
        Operation::CreateDownloadUrl => download_url::create(&context, route),
        Operation::ListSettingStates(navigation) => navigation::settings(&context, route, navigation),
        Operation::ListAppDiagnostics => app_diagnostics::list(&context, route),
        Operation::DownloadAppDiagnostics => app_diagnostics::download(&context, route),
        Operation::ListDetectedApps => detected_apps::list(&context, route),
        Operation::GetDetectedApp => detected_apps::get(&context, route),
        Operation::ListDeviceCategories => device_categories::list(&context, route),
        Operation::GetDeviceCategory => device_categories::get(&context, route),
        Operation::GetOverview => overview::get(&context, route),
        Operation::ListAuditEvents => audit_events::list(&context, route),
        Operation::GetAuditEvent => audit_events::get(&context, route),
        Operation::GetDeviceManagement => overview::get_device_management(&context, route),
        Operation::GetMe => directory::get_me(&context, route),
        Operation::ListAudits => list_audits::list(&context, route),
        Operation::GetAudit => list_audits::get(&context, route),
        Operation::ListUsers => directory::list_users(&context, route),
        Operation::GetUser => directory::get_user(&context, route),
        Operation::ListOrganizations => directory::list_organizations(&context, route),
        Operation::GetOrganization => directory::get_organization(&context, route),
    }
}

impl Context<'_> {
    /// Whether an answer may hold only members of enumerations that the version's schema has.
    fn known_members(&self) -> bool {
        self.world.quirks().unknown_enum_members == UnknownEnumMembers::Prefer && !self.preferences.unknown_enum_members
    }

    /// What absolute links start with.
    fn link_root(&self) -> &str {
        match self.next_link {
            NextLink::Door => self.root,
            NextLink::Graph => "https://graph.microsoft.com",
            NextLink::Relative => "",
        }
    }

    /// `"@odata.context":"…#what",` or nothing where no metadata is wanted.
    fn context_annotation(&self, route: &Route, what: &str) -> Vec<u8> {
        if self.shape.metadata == Metadata::None {
            return Vec::new();
        }
        // A relative context would not be a legal one, and no client follows it.
        let root = if self.next_link == NextLink::Graph { self.link_root() } else { self.root };
        let mut out = b"\"@odata.context\":".to_vec();
        crate::wire::json::string(&mut out, &format!("{root}/{}/$metadata#{what}", route.version.segment()));
        out.push(b',');
        out
    }

    /// The device that the route names.
    fn device(&self, route: &Route) -> Result<Listed<'_>, Refusal> {
        let call = || route.backend_call(None);
        let key = route.device.as_deref().unwrap_or_default();
        let id = Uuid::try_parse(key).ok().filter(|_| key.len() == 36).ok_or_else(|| Refusal::MalformedId(call()))?;
        let which = self.which(route)?;
        let device = self.world.inventory().get(id).filter(|device| which.has(device) && self.sees(device));
        device.ok_or_else(|| self.unknown(call()))
    }

    /// Its id.
    fn device_id(&self, route: &Route) -> Result<Uuid, Refusal> {
        self.device(route).map(|device| device.id())
    }

    /// Whether nobody's scope tags narrow what is seen.
    fn sees_everything(&self) -> bool {
        self.signed_in.is_none_or(|user| user.scope_tags.is_empty())
    }

    /// Whether the signed-in user's scope tags let them see `device`; an app that acts for itself sees everything
    /// (documented: Intune's pages on scope tags).
    fn sees(&self, device: &ManagedDevice) -> bool {
        let Some(user) = self.signed_in.filter(|user| !user.scope_tags.is_empty()) else { return true };
        device.wears_any(&user.scope_tags)
    }

    /// The refusal of a well-formed id that nothing has.
    fn unknown(&self, call: BackendCall) -> Refusal {
        match self.world.quirks().unknown_id {
            UnknownId::NotFound => Refusal::UnknownDevice(call),
            UnknownId::BadRequest => Refusal::UnknownDeviceAsBadRequest(call),
        }
    }
}

#[cfg(test)]
mod tests;
