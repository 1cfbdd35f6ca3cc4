//! What a device leads to: `…/managedDevices/{id}/{navigation}` and its members.

use serde_json::{Value as Json, json};

use super::collection::{Collection, Links};
use super::directory::user_json;
use super::{Context, Reply, detected_apps, device_categories, device_query};
use crate::actions::create_device_log_collection_request;
use crate::device::ManagedDevice;
use crate::device::log_collection::LogCollection;
use crate::device::record::{ApiVersion, never};
use crate::inventory::User;
use crate::model::managed_device::DeviceNavigation;
use crate::posture::policies::{self, PolicyState};
use crate::posture::{apps, protection};
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::json::{self, DatePrecision};

/// What a navigation property leads to.
pub(super) enum Followed {
    /// One entity, or none.
    One(Option<Json>),
    /// Any number.
    Many(Vec<Json>),
}

/// Follows `navigation` from `device`.
pub(super) fn follow(
    context: &Context<'_>,
    device: &ManagedDevice,
    navigation: DeviceNavigation,
    version: ApiVersion,
) -> Followed {
    let draw = context.posture();
    match navigation {
        DeviceNavigation::Category => Followed::One(Some(device_categories::of(device, version, draw))),
        DeviceNavigation::CompliancePolicyStates => {
            Followed::Many(states(&policies::compliance(device, draw), device, version))
        }
        DeviceNavigation::ConfigurationStates => {
            Followed::Many(states(&policies::configuration(device, draw), device, version))
        }
        DeviceNavigation::LogCollectionRequests => Followed::Many(log_collections(context, device, version)),
        DeviceNavigation::Users => Followed::Many(primary_user(device).iter().map(user_json).collect()),
        DeviceNavigation::WindowsProtectionState => Followed::One(protection_json(context, device)),
        // That nothing is counted here is assumed.
        DeviceNavigation::DetectedApps => {
            Followed::Many(apps::installed(device, draw).map(|app| detected_apps::row(app, 0, draw)).collect())
        }
    }
}

pub(super) fn get(context: &Context<'_>, route: &Route, navigation: DeviceNavigation) -> Result<Reply, Refusal> {
    let device = context.device(route)?;
    let options = device_query::options(context.query)?;
    let name = context_name(&device, navigation);
    let collection = collection(&name, navigation);
    match follow(context, &device, navigation, route.version) {
        Followed::Many(items) => collection.list(context, route, &options, items.len(), items.into_iter()),
        Followed::One(Some(item)) => collection.get(context, route, &options, item),
        // Observed for a protection state that was not reported: graph2otel.
        Followed::One(None) => Err(Refusal::UnknownDevice(route.backend_call(None))),
    }
}

pub(super) fn get_item(context: &Context<'_>, route: &Route, navigation: DeviceNavigation) -> Result<Reply, Refusal> {
    let device = context.device(route)?;
    let options = device_query::options(context.query)?;
    let Followed::Many(items) = follow(context, &device, navigation, route.version) else {
        return Err(context.unknown(route.backend_call(None)));
    };
    let item = items.into_iter().find(|item| is_named(item, navigation, &route.key));
    let item = item.ok_or_else(|| context.unknown(route.backend_call(None)))?;
    let name = context_name(&device, navigation);
    collection(&name, navigation).get(context, route, &options, item)
}

/// The settings of one policy, which the state itself does not show (observed: msgraph-sdk-dotnet#1131, docs#17617).
pub(super) fn settings(context: &Context<'_>, route: &Route, navigation: DeviceNavigation) -> Result<Reply, Refusal> {
    let device = context.device(route)?;
    let options = device_query::options(context.query)?;
    let states = match navigation {
        DeviceNavigation::CompliancePolicyStates => policies::compliance(&device, context.posture()),
        _ => policies::configuration(&device, context.posture()),
    };
    let state = states.into_iter().find(|state| state.id.to_string().eq_ignore_ascii_case(&route.key));
    let state = state.ok_or_else(|| context.unknown(route.backend_call(None)))?;
    let what = format!("{}('{}')/settingStates", context_name(&device, navigation), state.id);
    let value: Vec<Json> = state.settings.iter().map(|setting| setting.json(&device)).collect();
    let mut body = vec![b'{'];
    body.extend_from_slice(&context.context_annotation(route, &what));
    body.extend_from_slice(b"\"value\":");
    body.extend_from_slice(Json::Array(value).to_string().as_bytes());
    body.push(b'}');
    Ok(Reply::json(context.shape, body, device_query::unread_options(&options, &[])))
}

fn collection(name: &str, navigation: DeviceNavigation) -> Collection<'_> {
    Collection {
        name,
        entity_type: navigation.target(),
        page: 1_000,
        counts: false,
        reads: &["$select", "$filter", "$orderby", "$top", "$skip", "$count", "$skiptoken"],
        links: Links::Token,
    }
}

/// The name in `@odata.context`; people come from the directory's own set (assumed).
pub(super) fn context_name(device: &ManagedDevice, navigation: DeviceNavigation) -> String {
    if navigation == DeviceNavigation::Users {
        return "users".to_owned();
    }
    let id = device.record().id.as_str();
    format!("deviceManagement/managedDevices('{id}')/{}", navigation.property().name)
}

/// Whether `item` is the one with this key. People have a second one. Requests for diagnostics have theirs with the tenant
/// and the device before it (documented), and the portal asks by what stands behind those (observed: scotscottmca,
/// "Collecting logs using Intune", 2023-07-13).
fn is_named(item: &Json, navigation: DeviceNavigation, key: &str) -> bool {
    if navigation == DeviceNavigation::LogCollectionRequests && !key.contains('_') {
        let id = item["id"].as_str().and_then(|id| id.rsplit('_').next());
        return id.is_some_and(|id| id.eq_ignore_ascii_case(key));
    }
    ["id", "userPrincipalName"]
        .iter()
        .any(|name| item.get(*name).and_then(Json::as_str).is_some_and(|value| value.eq_ignore_ascii_case(key)))
}

/// The request for diagnostics of `device` that has this key.
pub(super) fn log_collection<'a>(
    context: &Context<'_>,
    device: &'a ManagedDevice,
    key: &str,
) -> Option<&'a LogCollection> {
    let is_meant = |request: &&LogCollection| {
        let item = create_device_log_collection_request::members(request, device, context.tenant.id, ApiVersion::V1);
        is_named(&Json::Object(item), DeviceNavigation::LogCollectionRequests, key)
    };
    device.log_collections.iter().find(is_meant)
}

fn log_collections(context: &Context<'_>, device: &ManagedDevice, version: ApiVersion) -> Vec<Json> {
    let requests = device.log_collections.iter();
    requests
        .map(|request| {
            Json::Object(create_device_log_collection_request::members(request, device, context.tenant.id, version))
        })
        .collect()
}

fn primary_user(device: &ManagedDevice) -> Option<User> {
    let record = device.record();
    (!record.user_id.as_str().is_empty()).then(|| User {
        id: record.user_id.as_str().to_owned(),
        user_principal_name: record.user_principal_name.as_str().to_owned(),
        display_name: record.user_display_name.as_str().to_owned(),
        mail: record.email_address.as_str().to_owned(),
    })
}

fn states(states: &[PolicyState], device: &ManagedDevice, version: ApiVersion) -> Vec<Json> {
    let record = device.record();
    let json = |state: &PolicyState| {
        let mut item = json!({
            "id": state.id,
            "platformType": state.platform,
            "state": state.state,
            "displayName": state.name,
            "version": state.version,
            "settingCount": state.settings.len(),
        });
        if version == ApiVersion::Beta {
            item["userId"] = record.user_id.as_str().into();
            item["userPrincipalName"] = record.user_principal_name.as_str().into();
        }
        // Empty whatever was asked for (observed: msgraph-sdk-dotnet#1131).
        item["settingStates"] = json!([]);
        item
    };
    states.iter().map(json).collect()
}

fn protection_json(context: &Context<'_>, device: &ManagedDevice) -> Option<Json> {
    let record = device.record();
    let reported = context.world.computed_last_sync(device, context.now).unwrap_or(record.last_sync_date_time);
    let state = protection::protection(device, reported, context.posture())?;
    let date = |date| {
        let mut out = Vec::new();
        json::bare_date(&mut out, date, DatePrecision::Ticks);
        String::from_utf8_lossy(&out).into_owned()
    };
    let full_scan_version = if state.last_full_scan == never() { "" } else { state.signature_version.as_str() };
    Some(json!({
        "id": record.id.as_str(),
        "malwareProtectionEnabled": true,
        "deviceState": state.device_state(),
        "realTimeProtectionEnabled": true,
        "networkInspectionSystemEnabled": true,
        "quickScanOverdue": false,
        "fullScanOverdue": false,
        "signatureUpdateOverdue": state.signature_update_overdue,
        "rebootRequired": state.reboot_required,
        "fullScanRequired": false,
        "engineVersion": state.engine_version,
        "signatureVersion": state.signature_version,
        "antiMalwareVersion": state.anti_malware_version,
        "lastQuickScanDateTime": date(state.last_quick_scan),
        "lastFullScanDateTime": date(state.last_full_scan),
        "lastQuickScanSignatureVersion": state.signature_version,
        "lastFullScanSignatureVersion": full_scan_version,
        "lastReportedDateTime": date(reported),
        "productStatus": state.product_status(),
        "isVirtualMachine": state.is_virtual_machine,
        "tamperProtectionEnabled": true,
    }))
}
