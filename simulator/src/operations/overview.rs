//! `GET …/managedDeviceOverview` and `GET /deviceManagement`: Intune in numbers, and Intune itself.

use serde_json::{Value as Json, json};

use super::collection::{Collection, Links};
use super::{Context, Reply, device_query};
use crate::device::record::{ApiVersion, never};
use crate::model::EntityType;
use crate::model::device_management::DEVICE_MANAGEMENT;
use crate::model::managed_device_overview::MANAGED_DEVICE_OVERVIEW;
use crate::posture::summary::Summary;
use crate::route::Route;
use crate::wire::error::Refusal;
use crate::wire::json::{self, DatePrecision};

const fn singleton(name: &'static str, entity_type: &'static EntityType) -> Collection<'static> {
    Collection { name, entity_type, page: 1, counts: false, reads: &[], links: Links::Token }
}

const OVERVIEW: Collection<'static> = singleton("deviceManagement/managedDeviceOverview", &MANAGED_DEVICE_OVERVIEW);
const MANAGEMENT: Collection<'static> = singleton("deviceManagement", &DEVICE_MANAGEMENT);

/// The counts. The service's lag behind the live list (observed: graph2otel); these do not, because by how much is not
/// known.
pub(super) fn get(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let devices = || context.world.inventory().iter();
    let counts = Summary::of(devices());
    let mut item = json!({
        "id": context.posture().at("overview").guid(),
        "enrolledDeviceCount": counts.enrolled,
        "mdmEnrolledCount": counts.mdm_enrolled,
        "dualEnrolledDeviceCount": counts.dual_enrolled,
    });
    if route.version == ApiVersion::Beta {
        // That it is the last check-in of all is assumed.
        let newest = devices().map(|device| device.record().last_sync_date_time).max().unwrap_or_else(never);
        let mut date = Vec::new();
        json::bare_date(&mut date, newest, DatePrecision::Ticks);
        item["managedDeviceModelsAndManufacturers"] = Json::Null;
        item["lastModifiedDateTime"] = String::from_utf8_lossy(&date).into();
    }
    item["deviceOperatingSystemSummary"] = operating_systems(&counts, route.version);
    item["deviceExchangeAccessStateSummary"] = json!({
        "allowedDeviceCount": counts.exchange_allowed,
        "blockedDeviceCount": counts.exchange_blocked,
        "quarantinedDeviceCount": counts.exchange_quarantined,
        "unknownDeviceCount": counts.exchange_unknown,
        "unavailableDeviceCount": counts.exchange_unavailable,
    });
    OVERVIEW.get(context, route, &options, item)
}

/// v1.0 has nowhere to count Linux and ChromeOS, so its sum is short (observed: 9 of a fleet of 10, graph2otel).
fn operating_systems(counts: &Summary, version: ApiVersion) -> Json {
    let mut summary = json!({
        "androidCount": counts.android,
        "iosCount": counts.ios,
        "macOSCount": counts.mac_os,
        "windowsMobileCount": counts.windows_mobile,
        "windowsCount": counts.windows,
        "unknownCount": counts.unknown,
        "androidDedicatedCount": counts.android_dedicated,
        "androidDeviceAdminCount": counts.android_device_admin,
        "androidFullyManagedCount": counts.android_fully_managed,
        "androidWorkProfileCount": counts.android_work_profile,
        "androidCorporateWorkProfileCount": counts.android_corporate_work_profile,
        "configMgrDeviceCount": counts.config_mgr,
    });
    if version == ApiVersion::Beta {
        summary["linuxCount"] = counts.linux.into();
        summary["chromeOSCount"] = counts.chrome_os.into();
        summary["aospUserAssociatedCount"] = counts.aosp_user_associated.into();
        summary["aospUserlessCount"] = counts.aosp_userless.into();
    }
    summary
}

/// The singleton itself. Names documented; the values are those of a tenant that nobody has configured (assumed).
pub(super) fn get_device_management(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let draw = context.posture();
    let mut settings = json!({
        "deviceComplianceCheckinThresholdDays": 30,
        "isScheduledActionEnabled": true,
        "secureByDefault": false,
    });
    if route.version == ApiVersion::Beta {
        settings["enhancedJailBreak"] = false.into();
        settings["deviceInactivityBeforeRetirementInDay"] = 0.into();
        settings["derivedCredentialProvider"] = "notConfigured".into();
        settings["derivedCredentialUrl"] = "".into();
        settings["androidDeviceAdministratorEnrollmentEnabled"] = true.into();
        settings["ignoreDevicesForUnsupportedSettingsEnabled"] = false.into();
        settings["enableLogCollection"] = true.into();
        settings["enableAutopilotDiagnostics"] = true.into();
        settings["enableEnhancedTroubleshootingExperience"] = false.into();
        settings["enableDeviceGroupMembershipReport"] = false.into();
        settings["m365AppDiagnosticsEnabled"] = false.into();
    }
    let item = json!({
        "id": draw.at("device management").guid(),
        "intuneAccountId": draw.at("account").guid(),
        "subscriptionState": "active",
        "settings": settings,
    });
    MANAGEMENT.get(context, route, &options, item)
}
