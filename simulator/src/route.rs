//! Method and path → operation: a small tree of resources and a table of verbs, no behaviour.
//!
//! Intune answers an unknown verb with the *template* of the path (`~/singleton/navigation/key`), so a path is walked
//! through the resources of the model, and each step leaves its kind behind.

mod operation;

use std::fmt::Write;

use hyper::Method;
use percent_encoding::percent_decode_str;

use crate::actions::{self, RemoteAction};
use crate::device::record::ApiVersion;
use crate::functions::{self, DeviceFunction};
use crate::model::managed_device::DeviceNavigation;
use crate::wire::error::{BackendCall, Refusal};

pub use self::operation::Operation;

/// Whose devices a path below a user is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The signed-in user's: `/me`.
    Mine,
    /// A user's, by id or sign-in name, as sent.
    Users(String),
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
    pub user: Option<Whose>,
    /// The key of the detected app whose devices are meant.
    pub app: Option<String>,
    /// The key of the device that is meant, or whose navigation is.
    pub device: Option<String>,
    path: String,
}

impl Route {
    /// Whether it needs a signed-in user, and so differs from one to the other.
    pub fn is_mine(&self) -> bool {
        self.user == Some(Whose::Mine)
    }

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
    /// For its refusals: whoever may read it was answered by [`metadata`].
    Metadata,
    DeviceManagement,
    Devices,
    Device,
    DeviceCount,
    Action(&'static dyn RemoteAction),
    Function(&'static dyn DeviceFunction),
    BulkAction,
    AppDiagnostics,
    AppDiagnosticsDownload,
    Navigation(DeviceNavigation),
    NavigationItem(DeviceNavigation),
    DownloadUrl,
    SettingStates(DeviceNavigation),
    ComanagedDevices,
    ComanagedDevice,
    DetectedApps,
    DetectedApp,
    Categories,
    Category,
    Overview,
    AuditEvents,
    AuditEvent,
    Audits,
    Audit,
    /// The number of a collection's members, where the service has no such route.
    NoCount,
    Me,
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
            Self::Root if is(METADATA) => Some((Self::Metadata, METADATA)),
            Self::Root if is("deviceManagement") => Some((Self::DeviceManagement, "singleton")),
            Self::Root if is("me") => Some((Self::Me, "singleton")),
            Self::Root if is("users") => Some((Self::Users, "entityset")),
            Self::Root if is("organization") => Some((Self::Organizations, "entityset")),
            Self::DeviceManagement | Self::DetectedApp | Self::User | Self::Me if is("managedDevices") => {
                Some((Self::Devices, "navigation"))
            }
            Self::DeviceManagement if is("comanagedDevices") && version == ApiVersion::Beta => {
                Some((Self::ComanagedDevices, "navigation"))
            }
            Self::DeviceManagement if is("detectedApps") => Some((Self::DetectedApps, "navigation")),
            Self::DeviceManagement if is("deviceCategories") => Some((Self::Categories, "navigation")),
            Self::DeviceManagement if is("managedDeviceOverview") => Some((Self::Overview, "navigation")),
            Self::DeviceManagement if is("auditEvents") => Some((Self::AuditEvents, "navigation")),
            Self::DeviceManagement if is("remoteActionAudits") && version == ApiVersion::Beta => {
                Some((Self::Audits, "navigation"))
            }
            Self::Devices if is("$count") => Some((Self::DeviceCount, "$count")),
            Self::Devices if version == ApiVersion::Beta && unqualified(name).eq_ignore_ascii_case("executeAction") => {
                Some((Self::BulkAction, "action"))
            }
            Self::Devices if version == ApiVersion::Beta && sign_in_name(name).is_some() => {
                Some((Self::AppDiagnostics, "function"))
            }
            Self::Devices
                if version == ApiVersion::Beta && unqualified(name).eq_ignore_ascii_case("downloadAppDiagnostics") =>
            {
                Some((Self::AppDiagnosticsDownload, "action"))
            }
            Self::Devices => {
                let action = actions::action(unqualified(name)).filter(|action| action.is_of_collection())?;
                (action.since() <= version).then_some((Self::Action(action), "action"))
            }
            // Observed on `managedDevices` of v1.0 (graph2otel); that its neighbours are alike is assumed.
            Self::ComanagedDevices | Self::DetectedApps | Self::Categories | Self::AuditEvents | Self::Audits
                if is("$count") =>
            {
                Some((Self::NoCount, "$count"))
            }
            Self::Navigation(navigation) if navigation.property().many && is("$count") => {
                Some((Self::NoCount, "$count"))
            }
            Self::NavigationItem(DeviceNavigation::LogCollectionRequests)
                if unqualified(name).eq_ignore_ascii_case("createDownloadUrl") =>
            {
                Some((Self::DownloadUrl, "action"))
            }
            // The settings are empty in the state itself and have a path of their own (observed: sdk-dotnet#1131).
            Self::NavigationItem(
                navigation @ (DeviceNavigation::CompliancePolicyStates | DeviceNavigation::ConfigurationStates),
            ) if is("settingStates") => Some((Self::SettingStates(navigation), "property")),
            Self::Device => {
                if let Some(navigation) = DeviceNavigation::named(name, version) {
                    return Some((Self::Navigation(navigation), "navigation"));
                }
                let name = unqualified(name);
                if let Some(function) = functions::function(name) {
                    return (version == ApiVersion::Beta).then_some((Self::Function(function), "function"));
                }
                let action = actions::action(name).filter(|action| !action.is_of_collection())?;
                (action.since() <= version).then_some((Self::Action(action), "action"))
            }
            _ => None,
        }
    }

    /// The member of this collection, if it is one.
    fn member(self) -> Option<Self> {
        match self {
            Self::Devices => Some(Self::Device),
            Self::Navigation(navigation) if navigation.property().many => Some(Self::NavigationItem(navigation)),
            Self::ComanagedDevices => Some(Self::ComanagedDevice),
            Self::DetectedApps => Some(Self::DetectedApp),
            Self::Categories => Some(Self::Category),
            Self::AuditEvents => Some(Self::AuditEvent),
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
            (Self::Action(action), "POST") if action.is_of_collection() && nested => None,
            (Self::Action(action), "POST") => Some(Operation::RunAction(action)),
            (Self::Function(function), "GET") => Some(Operation::CallFunction(function)),
            (Self::BulkAction, "POST") if !nested => Some(Operation::ExecuteAction),
            (Self::AppDiagnostics, "GET") if !nested => Some(Operation::ListAppDiagnostics),
            (Self::AppDiagnosticsDownload, "POST") if !nested => Some(Operation::DownloadAppDiagnostics),
            (Self::Navigation(navigation), "GET") => Some(Operation::FollowNavigation(navigation)),
            (Self::NavigationItem(navigation), "GET") => Some(Operation::GetNavigationItem(navigation)),
            (Self::DownloadUrl, "POST") => Some(Operation::CreateDownloadUrl),
            (Self::SettingStates(navigation), "GET") => Some(Operation::ListSettingStates(navigation)),
            // A member by its key has no route (observed: sdk-powershell#2497).
            (Self::ComanagedDevices, "GET") => Some(Operation::ListComanagedDevices),
            (Self::DetectedApps, "GET") => Some(Operation::ListDetectedApps),
            (Self::DetectedApp, "GET") => Some(Operation::GetDetectedApp),
            (Self::Categories, "GET") => Some(Operation::ListDeviceCategories),
            (Self::Category, "GET") => Some(Operation::GetDeviceCategory),
            (Self::Overview, "GET") => Some(Operation::GetOverview),
            (Self::AuditEvents, "GET") => Some(Operation::ListAuditEvents),
            (Self::AuditEvent, "GET") => Some(Operation::GetAuditEvent),
            (Self::DeviceManagement, "GET") => Some(Operation::GetDeviceManagement),
            (Self::Me, "GET") => Some(Operation::GetMe),
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

/// Two published SDKs build `/v1.0//deviceManagement/…`, and the service takes it.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// The version that a decoded first segment names.
fn version(segment: &str) -> Option<ApiVersion> {
    [ApiVersion::V1, ApiVersion::Beta].into_iter().find(|version| segment.eq_ignore_ascii_case(version.segment()))
}

/// The version whose `$metadata` is asked for. That is the one question the service answers without a token
/// (observed: graph-explorer-v4#670, where a browser without one gets it; public tools fetch it so), hence apart from
/// [`route`], which comes after the token.
pub fn metadata(method: &Method, path: &str) -> Option<ApiVersion> {
    // Longer than any spelling of it; nearly every other path is.
    const LONGEST: usize = "/%76%31%2E%30//%24%6D%65%74%61%64%61%74%61/".len();
    if path.len() > LONGEST || *method != Method::GET {
        return None;
    }
    let mut segments = segments(path);
    let (first, second) = (segments.next()?, segments.next()?);
    let found = segments.next().is_none() && decode(second).eq_ignore_ascii_case(METADATA);
    if found { version(&decode(first)) } else { None }
}

const METADATA: &str = "$metadata";

/// The version to which a batch is sent. Like `$metadata` it is no resource: what it asks for is inside.
pub fn batch(path: &str) -> Option<ApiVersion> {
    // Longer than any spelling of it; nearly every other path is.
    const LONGEST: usize = "/%76%31%2E%30//%24%62%61%74%63%68/".len();
    if path.len() > LONGEST {
        return None;
    }
    let mut segments = segments(path);
    let (first, second) = (segments.next()?, segments.next()?);
    let found = segments.next().is_none() && decode(second).eq_ignore_ascii_case(BATCH);
    if found { version(&decode(first)) } else { None }
}

const BATCH: &str = "$batch";

/// Understands `method` and `path` (still percent-encoded, without the query).
pub fn route(method: &Method, path: &str) -> Result<Route, Refusal> {
    let mut segments = segments(path);
    let version_segment = decode(segments.next().unwrap_or_default());
    let Some(version) = version(&version_segment) else {
        return Err(Refusal::NoVersion { segment: version_segment });
    };

    let mut resource = Resource::Root;
    let mut template = String::from("~");
    let mut backend = String::new();
    let mut key = String::new();
    let (mut user, mut app, mut device) = (None, None, None);
    let mut nested = false;
    for segment in segments {
        let segment = decode(segment);
        let (name, inner_key) = split_key(&segment);
        if let Some((child, kind)) = resource.child(name, version) {
            nested |=
                matches!((resource, child), (Resource::User | Resource::Me | Resource::DetectedApp, Resource::Devices));
            match child {
                Resource::Me => user = Some(Whose::Mine),
                Resource::AppDiagnostics => key = sign_in_name(name).unwrap_or_default(),
                _ => {}
            }
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
        match resource {
            Resource::User => user = Some(Whose::Users(key.clone())),
            Resource::DetectedApp => app = Some(key.clone()),
            Resource::Device => device = Some(key.clone()),
            _ => {}
        }
    }

    match resource.operation(method, nested) {
        Some(operation) => {
            let user = user.filter(|_| !matches!(operation, Operation::GetUser));
            let app = app.filter(|_| !matches!(operation, Operation::GetDetectedApp));
            Ok(Route { operation, version, key, user, app, device, path: backend })
        }
        None => Err(Refusal::NoRoute { template, verb: method.as_str().to_owned(), path: backend }),
    }
}

/// A path with its keys replaced by `{id}`, for counting what is asked for: the keys that the model knows, and beyond the
/// model whatever looks like one (a GUID, a number, an address, something in quotes).
pub fn template(path: &str) -> String {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).map(decode);
    let first = segments.next().unwrap_or_default();
    let version = if first.eq_ignore_ascii_case("beta") { ApiVersion::Beta } else { ApiVersion::V1 };
    let mut template = if looks_like_a_key(&first) { "/{id}".to_owned() } else { format!("/{first}") };
    let mut resource = Some(Resource::Root);
    for segment in segments {
        template.push('/');
        let (name, key) = split_key(&segment);
        if let Some((child, _)) = resource.and_then(|resource| resource.child(name, version)) {
            resource = if key.is_some() { child.member() } else { Some(child) };
        } else {
            resource = resource.and_then(Resource::member);
            if resource.is_some() || looks_like_a_key(&segment) {
                template.push_str("{id}");
                continue;
            }
        }
        template.push_str(if sign_in_name(name).is_some() { "appDiagnostics(upn='{id}')" } else { name });
        if key.is_some() {
            template.push_str("('{id}')");
        }
    }
    template
}

fn looks_like_a_key(segment: &str) -> bool {
    uuid::Uuid::try_parse(segment).is_ok() || segment.contains('@') || segment.parse::<u64>().is_ok()
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
        Resource::AppDiagnostics | Resource::AppDiagnosticsDownload | Resource::DownloadUrl => {
            format!("microsoft.management.services.api.{}", unqualified(name))
        }
        Resource::BulkAction => "microsoft.management.services.api.executeAction".to_owned(),
        _ => name.to_owned(),
    }
}

/// Operations may be called by their qualified names.
fn unqualified(name: &str) -> &str {
    name.strip_prefix("microsoft.graph.").unwrap_or(name)
}

/// `appDiagnostics(upn='ada')` → `ada`; quotes inside are doubled.
fn sign_in_name(segment: &str) -> Option<String> {
    let (name, open) = unqualified(segment).split_once("(upn='")?;
    let value = open.strip_suffix("')")?;
    name.eq_ignore_ascii_case("appDiagnostics").then(|| value.replace("''", "'"))
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
    use super::{Operation, metadata, route};
    use crate::device::record::ApiVersion;
    use hyper::Method;
    use proptest::prelude::*;

    fn told(method: &str, path: &str) -> String {
        match route(&Method::from_bytes(method.as_bytes()).unwrap(), path) {
            Ok(route) => format!(
                "{} {:?} key={} user={:?} app={:?} device={:?} → {}",
                route.operation.name(),
                route.version,
                route.key,
                route.user,
                route.app,
                route.device,
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
            ("GET", "/v1.0/me".to_owned()),
            ("GET", "/beta/me/managedDevices".to_owned()),
            ("POST", format!("/v1.0/me/managedDevices/{id}/resetPasscode")),
            ("GET", format!("/v1.0/me/managedDevices/{id}")),
            ("GET", "/v1.0/deviceManagement".to_owned()),
            ("GET", "/v1.0/deviceManagement/detectedApps".to_owned()),
            ("GET", "/v1.0/deviceManagement/detectedApps('app')".to_owned()),
            ("GET", "/v1.0/deviceManagement/detectedApps/app/managedDevices".to_owned()),
            ("GET", format!("/v1.0/deviceManagement/detectedApps/app/managedDevices/{id}")),
            ("GET", "/v1.0/deviceManagement/detectedApps/$count".to_owned()),
            ("GET", "/beta/deviceManagement/comanagedDevices".to_owned()),
            ("GET", format!("/beta/deviceManagement/comanagedDevices('{id}')")),
            ("GET", "/v1.0/deviceManagement/comanagedDevices".to_owned()),
            ("GET", "/v1.0/deviceManagement/managedDeviceOverview".to_owned()),
            ("GET", "/v1.0/deviceManagement/auditEvents/x".to_owned()),
            ("GET", "/v1.0/deviceManagement/deviceCategories/x".to_owned()),
            ("GET", format!("/v1.0/deviceManagement/managedDevices/{id}/windowsProtectionState")),
            ("GET", format!("/v1.0/deviceManagement/managedDevices/{id}/deviceCompliancePolicyStates/p")),
            ("GET", format!("/beta/deviceManagement/managedDevices/{id}/deviceConfigurationStates/p/settingStates")),
            ("GET", format!("/v1.0/deviceManagement/managedDevices/{id}/detectedApps")),
            ("PATCH", format!("/beta/deviceManagement/managedDevices/{id}/detectedApps")),
            ("GET", "/beta/deviceManagement/managedDevices/appDiagnostics(upn='o''hara@simtune.example')".to_owned()),
            ("GET", "/beta/deviceManagement/managedDevices/appDiagnostics(upn%3D%27ada%27)".to_owned()),
            ("GET", "/beta/deviceManagement/managedDevices/appDiagnostics".to_owned()),
            ("POST", "/beta/deviceManagement/managedDevices/downloadAppDiagnostics".to_owned()),
            ("POST", "/beta/deviceManagement/managedDevices/microsoft.graph.moveDevicesToOU".to_owned()),
            ("POST", "/beta/users/ada/managedDevices/moveDevicesToOU".to_owned()),
            ("POST", format!("/beta/deviceManagement/managedDevices/{id}/moveDevicesToOU")),
            ("POST", "/v1.0/deviceManagement/managedDevices/moveDevicesToOU".to_owned()),
            ("POST", format!("/v1.0/deviceManagement/managedDevices/{id}/logCollectionRequests/r/createDownloadUrl")),
            (
                "POST",
                format!(
                    "/v1.0/deviceManagement/detectedApps/app/managedDevices/{id}/logCollectionRequests('r')/createDownloadUrl"
                ),
            ),
            ("POST", format!("/v1.0/deviceManagement/managedDevices/{id}/detectedApps/r/createDownloadUrl")),
            ("GET", "/v2.0/users".to_owned()),
            ("GET", "/".to_owned()),
            ("GET", "/v1.0".to_owned()),
            ("POST", "/v1.0/$metadata".to_owned()),
        ];
        let told: Vec<String> =
            cases.iter().map(|(verb, path)| format!("{verb} {path}\n  {}", told(verb, path))).collect();
        insta::assert_snapshot!(told.join("\n"));
        let all: Vec<&str> = Operation::all().map(Operation::name).collect();
        for route in cases.iter().filter_map(|(verb, path)| route(&verb.parse().unwrap(), path).ok()) {
            assert!(all.contains(&route.operation.name()), "{:?} is one of all", route.operation);
        }
    }

    #[test]
    fn metadata_is_found_however_it_is_spelled() {
        let (v1, beta) = (Some(ApiVersion::V1), Some(ApiVersion::Beta));
        for (verb, path, found) in [
            (Method::GET, "/v1.0/$metadata", v1),
            (Method::GET, "/beta/$metadata", beta),
            (Method::GET, "//V1.0//$Metadata/", v1),
            (Method::GET, "/BETA/%24METADATA", beta),
            (Method::GET, "/%76%31%2E%30//%24%6D%65%74%61%64%61%74%61/", v1),
            (Method::HEAD, "/v1.0/$metadata", None),
            (Method::POST, "/v1.0/$metadata", None),
            (Method::GET, "/v2.0/$metadata", None),
            (Method::GET, "/$metadata", None),
            (Method::GET, "/v1.0/metadata", None),
            (Method::GET, "/v1.0/$metadata/users", None),
            (Method::GET, "/v1.0/users/$metadata", None),
            (Method::GET, "/v1.0", None),
            (Method::GET, "/", None),
        ] {
            assert_eq!(metadata(&verb, path), found, "{verb} {path}");
        }
    }

    #[test]
    fn a_batch_is_found_however_it_is_spelled() {
        let (v1, beta) = (Some(ApiVersion::V1), Some(ApiVersion::Beta));
        for (path, found) in [
            ("/v1.0/$batch", v1),
            ("/beta/$batch", beta),
            ("//V1.0//$Batch/", v1),
            ("/%76%31%2E%30//%24%62%61%74%63%68/", v1),
            ("/v2.0/$batch", None),
            ("/$batch", None),
            ("/v1.0/batch", None),
            ("/v1.0/$batch/users", None),
            ("/v1.0/users/$batch", None),
            ("/", None),
        ] {
            assert_eq!(super::batch(path), found, "{path}");
        }
    }

    #[test]
    fn templates_hold_no_keys() {
        let id = "5515d4ef-0000-4000-8000-000000000001";
        for (path, expected) in [
            (
                format!("/v1.0/deviceManagement/managedDevices/{id}/wipe"),
                "/v1.0/deviceManagement/managedDevices/{id}/wipe",
            ),
            (
                format!("/beta//deviceManagement/managedDevices('{id}')/logs/7"),
                "/beta/deviceManagement/managedDevices('{id}')/logs/{id}",
            ),
            ("/v1.0/users/ada/messages".to_owned(), "/v1.0/users/{id}/messages"),
            ("/v1.0/groups/ada%40contoso.example/members('x')".to_owned(), "/v1.0/groups/{id}/members('{id}')"),
            (
                "/beta/deviceManagement/managedDevices/appDiagnostics(upn='ada')".to_owned(),
                "/beta/deviceManagement/managedDevices/appDiagnostics(upn='{id}')",
            ),
            (format!("/{id}/oauth2/v2.0/devicecode"), "/{id}/oauth2/v2.0/devicecode"),
            ("/".to_owned(), "/"),
        ] {
            assert_eq!(super::template(&path), expected);
        }
    }

    proptest! {
        #[test]
        fn any_path_is_understood_or_refused(path in "(/(v1.0|beta|users|managedDevices|deviceManagement|\\PC{0,12}|%[0-9A-F]{2}|\\(')){0,6}") {
            let _ = metadata(&Method::GET, &path);
            let _ = super::batch(&path);
            let _ = route(&Method::GET, &path);
            let _ = super::template(&path);
        }
    }
}
