//! Method and path → operation: a small tree of resources and a table of verbs, no behaviour.
//!
//! Intune answers an unknown verb with the *template* of the path (`~/singleton/navigation/key`), so a path is walked
//! through the resources of the model, and each step leaves its kind behind.

use std::fmt::Write;

use hyper::Method;
use percent_encoding::percent_decode_str;

use crate::actions::{self, PRIVILEGED, RemoteAction};
use crate::device::record::ApiVersion;
use crate::functions::{self, DeviceFunction};
use crate::wire::error::{BackendCall, Refusal};

/// What a request asks for.
#[derive(Debug, Clone, Copy)]
pub enum Operation {
    /// `GET …/managedDevices`.
    ListDevices,
    /// `GET …/managedDevices/$count`.
    CountDevices,
    /// `GET …/managedDevices/{id}`.
    GetDevice,
    /// `PATCH …/managedDevices/{id}`.
    UpdateDevice,
    /// `DELETE …/managedDevices/{id}`.
    DeleteDevice,
    /// `POST …/managedDevices/{id}/{action}`.
    RunAction(&'static dyn RemoteAction),
    /// `POST …/managedDevices/executeAction`.
    ExecuteAction,
    /// `GET …/managedDevices/{id}/{function}()`.
    CallFunction(&'static dyn DeviceFunction),
    /// `GET …/remoteActionAudits`.
    ListAudits,
    /// `GET …/remoteActionAudits/{id}`.
    GetAudit,
    /// `GET /users`.
    ListUsers,
    /// `GET /users/{id}`.
    GetUser,
    /// `GET /organization`.
    ListOrganizations,
    /// `GET /organization/{id}`.
    GetOrganization,
}

impl Operation {
    /// Its name in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListDevices => "listDevices",
            Self::CountDevices => "countDevices",
            Self::GetDevice => "getDevice",
            Self::UpdateDevice => "updateDevice",
            Self::DeleteDevice => "deleteDevice",
            Self::RunAction(action) => action.name(),
            Self::ExecuteAction => "executeAction",
            Self::CallFunction(function) => function.name(),
            Self::ListAudits => "listRemoteActionAudits",
            Self::GetAudit => "getRemoteActionAudit",
            Self::ListUsers => "listUsers",
            Self::GetUser => "getUser",
            Self::ListOrganizations => "listOrganization",
            Self::GetOrganization => "getOrganization",
        }
    }

    /// The application permissions any of which allows it, in the order a refusal lists them (documented on each
    /// operation's page; the order for reading devices was observed, cnspec#1708).
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::ListDevices | Self::CountDevices | Self::GetDevice => {
                &["DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"]
            }
            Self::UpdateDevice | Self::DeleteDevice => &["DeviceManagementManagedDevices.ReadWrite.All"],
            Self::RunAction(action) => action.scopes(),
            Self::ExecuteAction => PRIVILEGED,
            Self::CallFunction(function) => function.scopes(),
            Self::ListAudits | Self::GetAudit => &[
                "DeviceManagementConfiguration.Read.All",
                "DeviceManagementConfiguration.ReadWrite.All",
                "DeviceManagementManagedDevices.Read.All",
                "DeviceManagementManagedDevices.ReadWrite.All",
            ],
            Self::ListUsers | Self::GetUser => {
                &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"]
            }
            Self::ListOrganizations | Self::GetOrganization => &[
                "Organization.Read.All",
                "Organization.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
        }
    }

    /// Whether it belongs to the directory, whose refusals are its own.
    pub fn is_directory(self) -> bool {
        matches!(self, Self::ListUsers | Self::GetUser | Self::ListOrganizations | Self::GetOrganization)
    }
}

/// A request's path, understood.
#[derive(Debug, Clone)]
pub struct Route {
    /// What is asked for.
    pub operation: Operation,
    /// In which API version.
    pub version: ApiVersion,
    /// The key of the last collection, as sent.
    pub key: String,
    /// The user whose devices are meant.
    pub user: Option<String>,
    path: String,
}

impl Route {
    /// The call as Intune's front end sees it; `query` is what stands behind the `?`.
    pub fn backend_call(&self, query: Option<&str>) -> BackendCall {
        let query = query.filter(|query| !query.is_empty());
        BackendCall {
            version: self.version,
            path: self.path.clone(),
            query: query.map(|query| percent_decode_str(query).decode_utf8_lossy().into_owned()),
        }
    }
}

/// A resource of the model. The tree stops where nothing is emulated below.
#[derive(Debug, Clone, Copy)]
enum Resource {
    Root,
    DeviceManagement,
    Devices,
    Device,
    DeviceCount,
    Action(&'static dyn RemoteAction),
    Function(&'static dyn DeviceFunction),
    BulkAction,
    DetectedApps,
    DetectedApp,
    Audits,
    Audit,
    Users,
    User,
    Organizations,
    Organization,
}

impl Resource {
    /// The resource called `name` below this one, and its kind in a template.
    fn child(self, name: &str, version: ApiVersion) -> Option<(Self, &'static str)> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match self {
            Self::Root if is("deviceManagement") => Some((Self::DeviceManagement, "singleton")),
            Self::Root if is("users") => Some((Self::Users, "entityset")),
            Self::Root if is("organization") => Some((Self::Organizations, "entityset")),
            Self::DeviceManagement | Self::DetectedApp | Self::User if is("managedDevices") => {
                Some((Self::Devices, "navigation"))
            }
            Self::DeviceManagement if is("detectedApps") => Some((Self::DetectedApps, "navigation")),
            Self::DeviceManagement if is("remoteActionAudits") && version == ApiVersion::Beta => {
                Some((Self::Audits, "navigation"))
            }
            Self::Devices if is("$count") => Some((Self::DeviceCount, "$count")),
            Self::Devices if version == ApiVersion::Beta && unqualified(name).eq_ignore_ascii_case("executeAction") => {
                Some((Self::BulkAction, "action"))
            }
            Self::Device => {
                let name = unqualified(name);
                if let Some(function) = functions::function(name) {
                    return (version == ApiVersion::Beta).then_some((Self::Function(function), "function"));
                }
                let action = actions::action(name)?;
                (action.since() <= version).then_some((Self::Action(action), "action"))
            }
            _ => None,
        }
    }

    /// The member of this collection, if it is one.
    fn member(self) -> Option<Self> {
        match self {
            Self::Devices => Some(Self::Device),
            Self::DetectedApps => Some(Self::DetectedApp),
            Self::Audits => Some(Self::Audit),
            Self::Users => Some(Self::User),
            Self::Organizations => Some(Self::Organization),
            _ => None,
        }
    }

    /// What `method` means here. `nested` is set below a user or an app, where single devices cannot be read or
    /// changed (observed: contrib#2323, contrib#2981), but can be asked to act (documented).
    fn operation(self, method: &Method, nested: bool) -> Option<Operation> {
        match (self, method.as_str()) {
            (Self::Devices, "GET") => Some(Operation::ListDevices),
            (Self::DeviceCount, "GET") if !nested => Some(Operation::CountDevices),
            (Self::Device, "GET") if !nested => Some(Operation::GetDevice),
            (Self::Device, "PATCH") if !nested => Some(Operation::UpdateDevice),
            (Self::Device, "DELETE") if !nested => Some(Operation::DeleteDevice),
            (Self::Action(action), "POST") => Some(Operation::RunAction(action)),
            (Self::Function(function), "GET") => Some(Operation::CallFunction(function)),
            (Self::BulkAction, "POST") if !nested => Some(Operation::ExecuteAction),
            (Self::Audits, "GET") => Some(Operation::ListAudits),
            (Self::Audit, "GET") => Some(Operation::GetAudit),
            (Self::Users, "GET") => Some(Operation::ListUsers),
            (Self::User, "GET") => Some(Operation::GetUser),
            (Self::Organizations, "GET") => Some(Operation::ListOrganizations),
            (Self::Organization, "GET") => Some(Operation::GetOrganization),
            _ => None,
        }
    }
}

/// Understands `method` and `path` (still percent-encoded, without the query).
pub fn route(method: &Method, path: &str) -> Result<Route, Refusal> {
    // Two published SDKs build `/v1.0//deviceManagement/…`, and the service takes it.
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let version_segment = decode(segments.next().unwrap_or_default());
    let version = match version_segment.to_ascii_lowercase().as_str() {
        "v1.0" => ApiVersion::V1,
        "beta" => ApiVersion::Beta,
        _ => return Err(Refusal::NoVersion { segment: version_segment }),
    };

    let mut resource = Resource::Root;
    let mut template = String::from("~");
    let mut backend = String::new();
    let mut key = String::new();
    let mut user = None;
    let mut nested = false;
    for segment in segments {
        let segment = decode(segment);
        let (name, inner_key) = split_key(&segment);
        if let Some((child, kind)) = resource.child(name, version) {
            nested |= matches!((resource, child), (Resource::User | Resource::DetectedApp, Resource::Devices));
            enter(&mut template, &mut backend, kind, &spell(child, name));
            resource = child;
            let Some(inner_key) = inner_key else { continue };
            let Some(member) = resource.member() else {
                return Err(Refusal::NoSegment { segment });
            };
            resource = member;
            key = inner_key;
        } else if let Some(member) = resource.member() {
            resource = member;
            key = segment;
        } else {
            return Err(Refusal::NoSegment { segment });
        }
        template.push_str("/key");
        let _ = write!(backend, "('{}')", key.replace('\'', "''"));
        if let Resource::User = resource {
            user = Some(key.clone());
        }
    }

    match resource.operation(method, nested) {
        Some(operation) => {
            let user = user.filter(|_| !matches!(operation, Operation::GetUser));
            Ok(Route { operation, version, key, user, path: backend })
        }
        None => Err(Refusal::NoRoute { template, verb: method.as_str().to_owned(), path: backend }),
    }
}

/// The refusal of a route that exists in the table but not in the service, such as `$count` on v1.0.
pub fn no_such_route(method: &Method, template: &str, path: &str) -> Refusal {
    Refusal::NoRoute { template: template.to_owned(), verb: method.as_str().to_owned(), path: path.to_owned() }
}

fn enter(template: &mut String, backend: &mut String, kind: &str, name: &str) {
    template.push('/');
    template.push_str(kind);
    if !backend.is_empty() {
        backend.push('/');
    }
    backend.push_str(name);
}

/// Actions become calls of an internal service (observed: the URLs inside error messages).
fn spell(resource: Resource, name: &str) -> String {
    match resource {
        Resource::Action(action) => format!("microsoft.management.services.api.{}", action.name()),
        Resource::Function(function) => format!("microsoft.management.services.api.{}", function.name()),
        Resource::BulkAction => "microsoft.management.services.api.executeAction".to_owned(),
        _ => name.to_owned(),
    }
}

/// Operations may be called by their qualified names.
fn unqualified(name: &str) -> &str {
    name.strip_prefix("microsoft.graph.").unwrap_or(name)
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// `managedDevices('id')` → `managedDevices`, `id`; quotes inside are doubled.
fn split_key(segment: &str) -> (&str, Option<String>) {
    let parts = segment.strip_suffix("')").and_then(|open| open.split_once("('"));
    match parts {
        Some((name, key)) => (name, Some(key.replace("''", "'"))),
        None => (segment, None),
    }
}

#[cfg(test)]
mod tests {
    use super::route;
    use hyper::Method;
    use proptest::prelude::*;

    fn told(method: &str, path: &str) -> String {
        match route(&Method::from_bytes(method.as_bytes()).unwrap(), path) {
            Ok(route) => format!(
                "{} {:?} key={} user={:?} → {}",
                route.operation.name(),
                route.version,
                route.key,
                route.user,
                route.path
            ),
            Err(refusal) => format!("{refusal:?}"),
        }
    }

    #[test]
    fn documented_paths_and_observed_refusals() {
        let id = "5515d4ef-0000-4000-8000-000000000001";
        let cases = [
            ("GET", "/v1.0/deviceManagement/managedDevices".to_owned()),
            ("GET", format!("/v1.0/deviceManagement/managedDevices/{id}")),
            ("GET", format!("/beta/deviceManagement/managedDevices('{id}')")),
            ("GET", format!("/v1.0//deviceManagement/managedDevices%28%27{id}%27%29/")),
            ("POST", format!("/v1.0/deviceManagement/managedDevices/{id}/resetPasscode")),
            ("POST", format!("/beta/deviceManagement/managedDevices('{id}')/microsoft.graph.resetPasscode")),
            ("POST", format!("/v1.0/users/ada/managedDevices/{id}/resetPasscode")),
            ("POST", format!("/v1.0/deviceManagement/detectedApps/app/managedDevices/{id}/resetPasscode")),
            ("GET", "/v1.0/users/ada/managedDevices".to_owned()),
            ("GET", "/v1.0/users('o''hara')".to_owned()),
            ("GET", "/beta/deviceManagement/remoteActionAudits".to_owned()),
            ("GET", "/v1.0/deviceManagement/managedDevices/$count".to_owned()),
            ("GET", "/v1.0/deviceManagement/remoteActionAudits".to_owned()),
            ("GET", format!("/v1.0/deviceManagement/managedDevices/{id}/resetPasscode")),
            ("POST", format!("/v1.0/deviceManagement/managedDevices/{id}/removeDevicePasscode")),
            ("GET", format!("/v1.0/users('ada')/managedDevices('{id}')")),
            ("DELETE", "/v1.0/users/ada".to_owned()),
            ("PUT", "/v1.0/deviceManagement/managedDevices".to_owned()),
            ("GET", "/v2.0/users".to_owned()),
            ("GET", "/".to_owned()),
            ("GET", "/v1.0".to_owned()),
        ];
        let told: Vec<String> =
            cases.iter().map(|(verb, path)| format!("{verb} {path}\n  {}", told(verb, path))).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    proptest! {
        #[test]
        fn any_path_is_understood_or_refused(path in "(/(v1.0|beta|users|managedDevices|deviceManagement|\\PC{0,12}|%[0-9A-F]{2}|\\(')){0,6}") {
            let _ = route(&Method::GET, &path);
        }
    }
}
