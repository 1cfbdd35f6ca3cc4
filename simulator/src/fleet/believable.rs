//! A whole record from whatever is known of a device: the rest is made up, agrees with it, and has the shapes of the
//! real inventory.
//!
//! The fixed patterns (which texts are `""` and which null, sentinel dates, zero enumerations) are those of published
//! captures, see `device::record`; where no capture shows a platform's value, the choice is marked assumed.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::constant::Constant;
use super::dates::{self, DAY, HOUR};
use super::hardware;
use super::kind::Kind;
use super::known::{self, Known};
use super::models::{self, Connection, Model};
use super::names;
use super::people::{People, Person, UserHint};
use super::profile::Profile;
use super::standing::{Standing, is_only_watched};
use super::synthetic;
use crate::device::record::{Record, Symbol, Text, forever, never};
use crate::random::Draw;

/// A record for a device of this kind in which everything known is respected. It has no id yet.
pub(super) fn record(kind: Kind, known: &Known<'_>, people: &People, as_of: DateTime<Utc>, draw: Draw) -> Record {
    let profile = kind.profile();
    let standing = Standing::of(kind, known, draw);
    let person = person(known, &standing, people, draw);
    let dates = Dates::of(known, as_of, draw);
    let mut record = BLANK.clone();
    fill_standing(&mut record, profile, &standing, draw);
    fill_person(&mut record, kind, person.as_ref(), &dates, &standing);
    let model = fill_system(&mut record, profile, known, draw);
    fill_names(&mut record, kind, known, &standing, person.as_ref(), &dates, draw);
    hardware::fill(&mut record, kind, known, &standing, model, draw);
    fill_exchange(&mut record, kind, &standing, &dates, as_of, draw);
    fill_compliance(&mut record, known, &standing, &dates, draw);
    fill_platform(&mut record, kind, &standing, model, as_of, draw);
    record.enrolled_date_time = dates.enrolled;
    record.last_sync_date_time = dates.synced;
    if !is_only_watched(standing.agent) {
        record.management_certificate_expiration_date = dates::certificate_end(dates.enrolled, dates.synced);
    }
    record
}

/// What no platform changes. Cloning it shares every text.
static BLANK: LazyLock<Record> = LazyLock::new(|| Record {
    device_category_display_name: "Unknown".into(),
    exchange_access_state: "none".into(),
    exchange_access_state_reason: "none".into(),
    eas_activation_date_time: never(),
    exchange_last_successful_sync_date_time: never(),
    eas_device_id: EMPTY.field(),
    imei: EMPTY.field(),
    meid: EMPTY.field(),
    serial_number: EMPTY.field(),
    phone_number: EMPTY.field(),
    android_security_patch_level: EMPTY.field(),
    security_patch_level: EMPTY.field(),
    wi_fi_mac_address: EMPTY.field(),
    subscriber_carrier: EMPTY.field(),
    specification_version: EMPTY.field(),
    user_id: EMPTY.field(),
    user_principal_name: EMPTY.field(),
    user_display_name: EMPTY.field(),
    email_address: EMPTY.field(),
    enrolled_by_user_principal_name: EMPTY.field(),
    partner_reported_threat_state: "unknown".into(),
    management_state: "managed".into(),
    management_certificate_expiration_date: never(),
    lost_mode_state: "disabled".into(),
    management_features: "none".into(),
    prefer_mdm_over_group_policy_applied_date_time: never(),
    retire_after_date_time: never(),
    role_scope_tag_ids: "[\"0\"]".into(),
    chrome_os_device_info: "[]".into(),
    cloud_pc_remote_action_results: "[]".into(),
    users_logged_on: "[]".into(),
    ..Record::default()
});

static EMPTY: Constant<Text> = Constant::new("");
static NO_DEVICE: Constant<Text> = Constant::new("00000000-0000-0000-0000-000000000000");
static REGISTERED: Constant<Symbol> = Constant::new("registered");
static NOT_REGISTERED: Constant<Symbol> = Constant::new("notRegistered");
static COMPLIANT: Constant<Symbol> = Constant::new("compliant");

/// When it enrolled and was last heard of.
struct Dates {
    enrolled: DateTime<Utc>,
    synced: DateTime<Utc>,
}

impl Dates {
    /// Enrolled one to thirty months ago, heard of within three days, in that order; a known date moves the other.
    fn of(known: &Known<'_>, as_of: DateTime<Utc>, draw: Draw) -> Self {
        let draw = draw.at("dates");
        let synced = known.synced.unwrap_or_else(|| match known.enrolled {
            Some(enrolled) => {
                let since = (as_of.timestamp() - enrolled.timestamp()).clamp(2, 3 * 24 * 60 * 60).unsigned_abs();
                dates::earlier(as_of, 1, since, draw.at("synced")).max(enrolled)
            }
            None => dates::earlier(as_of, HOUR / 6, 3 * DAY, draw.at("synced")),
        });
        let enrolled = known
            .enrolled
            .unwrap_or_else(|| dates::earlier(synced.min(as_of), 30 * DAY, 900 * DAY, draw.at("enrolled")).min(synced));
        Self { enrolled, synced }
    }
}

fn person(known: &Known<'_>, standing: &Standing<'_>, people: &People, draw: Draw) -> Option<Person> {
    if !standing.has_user {
        return None;
    }
    Some(match (known.user, known.person) {
        (UserHint::Known { principal, display, id }, _) => people.described(principal, display, id),
        (_, Some(number)) => people.person(number),
        _ => people.somebody(draw.at("person")),
    })
}

fn fill_standing(record: &mut Record, profile: &Profile, standing: &Standing<'_>, draw: Draw) {
    let registered = standing.is_in_directory();
    record.management_agent = standing.agent.into();
    record.device_enrollment_type = standing.enrollment.into();
    record.managed_device_owner_type = standing.owner.into();
    record.join_type = standing.join.into();
    record.azure_ad_registered = standing.registered;
    record.is_supervised = standing.supervised;
    record.device_type = profile.device_type.field();
    record.jail_broken = profile.jail_broken.field();
    record.chassis_type = profile.chassis.field();
    record.processor_architecture = profile.architecture.field();
    record.sku_family = profile.sku_family.field();
    record.sku_number = profile.sku_number;
    record.device_registration_state = if registered { REGISTERED.field() } else { NOT_REGISTERED.field() };
    // The zero id for "none" is inferred.
    record.azure_ad_device_id = match directory_id(standing, draw) {
        Some(id) => id.hyphenated().to_string().into(),
        None => NO_DEVICE.field(),
    };
}

fn fill_person(record: &mut Record, kind: Kind, person: Option<&Person>, dates: &Dates, standing: &Standing<'_>) {
    let Some(person) = person else { return };
    record.user_id = person.id.clone();
    record.user_principal_name = person.principal.clone();
    record.user_display_name = person.display.clone();
    record.email_address = person.principal.clone();
    if !is_only_watched(standing.agent) {
        record.enrolled_by_user_principal_name = person.principal.clone();
    }
    if kind.is_windows() {
        let last_logon = dates.synced.format("%Y-%m-%dT%H:%M:%SZ");
        let id = serde_json::Value::from(person.id.as_str());
        record.users_logged_on =
            format!("[{{\"userId\":{id},\"lastLogOnDateTime\":\"{last_logon}\"}}]").as_str().into();
    }
}

/// The id of its object in the directory, if it has one.
pub(super) fn directory_id(standing: &Standing<'_>, draw: Draw) -> Option<Uuid> {
    standing.is_in_directory().then(|| draw.at("directory").guid())
}

/// Version and product, which must fit each other; a product known by name decides the version, and the version the
/// product.
pub(super) fn system(profile: &Profile, known: &Known<'_>, draw: Draw) -> (&'static Constant<Text>, &'static Model) {
    let named = known.model.and_then(|name| models::called(profile.models, name));
    let version = models::version_for(profile.versions, named, draw.at("version"));
    let major = known.major().or_else(|| known::major(version.text()));
    (version, named.unwrap_or_else(|| models::choose(profile.models, major, draw.at("model"))))
}

fn fill_system(record: &mut Record, profile: &Profile, known: &Known<'_>, draw: Draw) -> &'static Model {
    let (version, model) = system(profile, known, draw);
    record.operating_system = profile.operating_system.field();
    record.os_version = known.os_version.map_or_else(|| version.field(), Text::from);
    record.manufacturer = model.manufacturer.field();
    record.model = model.name.field();
    model
}

fn fill_names(
    record: &mut Record,
    kind: Kind,
    known: &Known<'_>,
    standing: &Standing<'_>,
    person: Option<&Person>,
    dates: &Dates,
    draw: Draw,
) {
    // Defender and Exchange enrol nothing, so they give no name either (observed for Defender: all strings empty).
    record.managed_device_name = if is_only_watched(standing.agent) {
        EMPTY.field()
    } else {
        names::managed(kind, person, dates.enrolled, draw.at("managed name")).into()
    };
    let model = known.model.unwrap_or(record.model.as_str());
    let first_name = person.map(Person::first_name);
    record.device_name = names::device(kind, standing, first_name, model, draw.at("name")).into();
}

/// Synchronising with Exchange. Windows and iPhones say "activated" with a date of never and an id of their own shape, Macs
/// `Appl<serial>` (observed); a device really managed through Exchange has dates (assumed).
fn fill_exchange(
    record: &mut Record,
    kind: Kind,
    standing: &Standing<'_>,
    dates: &Dates,
    as_of: DateTime<Utc>,
    draw: Draw,
) {
    let draw = draw.at("exchange");
    let through_exchange =
        matches!(standing.agent, "eas" | "easMdm" | "easIntuneClient" | "configurationManagerClientMdmEas");
    if standing.agent == "msSense" || !standing.has_user {
        return;
    }
    let id = match kind {
        Kind::Mac if record.serial_number.as_str().is_empty() => return,
        Kind::Mac => format!("Appl{}", record.serial_number.as_str()),
        _ if kind.is_windows() || kind.is_windows_phone() => synthetic::windows_eas_id(draw),
        _ if kind.is_apple_mobile() => synthetic::apple_eas_id(draw),
        _ if through_exchange => synthetic::windows_eas_id(draw),
        _ => return,
    };
    record.eas_activated = true;
    record.eas_device_id = id.into();
    if through_exchange {
        record.eas_activation_date_time = dates::later(dates.enrolled, 60 + draw.below(600));
        record.exchange_last_successful_sync_date_time = dates::reported(dates.synced.min(as_of), 60, HOUR, draw);
        record.exchange_access_state = "allowed".into();
        record.exchange_access_state_reason = "exchangeGlobalRule".into();
    }
}

/// Seven in eight are compliant; who is only watched through Defender has no state (observed).
fn fill_compliance(record: &mut Record, known: &Known<'_>, standing: &Standing<'_>, dates: &Dates, draw: Draw) {
    let draw = draw.at("compliance");
    let state = known.compliance.unwrap_or(match draw.below(1000) {
        _ if is_only_watched(standing.agent) => "unknown",
        0..880 => "compliant",
        880..960 => "noncompliant",
        _ => "inGracePeriod",
    });
    record.compliance_state = if state == "compliant" { COMPLIANT.field() } else { state.into() };
    record.compliance_grace_period_expiration_date_time = match state {
        "compliant" | "configManager" => forever(),
        "inGracePeriod" => dates::later(dates.synced, DAY + draw.at("grace").below(6 * DAY)),
        // Assumed: the day the grace ended.
        "noncompliant" => dates::reported(dates.synced, DAY, 6 * DAY, draw.at("grace")),
        _ => never(),
    };
}

/// What only one platform or another has.
fn fill_platform(
    record: &mut Record,
    kind: Kind,
    standing: &Standing<'_>,
    model: &Model,
    as_of: DateTime<Utc>,
    draw: Draw,
) {
    let watched = is_only_watched(standing.agent);
    let draw = draw.at("platform");
    record.is_encrypted = match kind {
        _ if watched => false,
        Kind::Linux | Kind::Other | Kind::WindowsPhone => false,
        Kind::AndroidAdministrator => known::major(record.os_version.as_str()).is_some_and(|major| major >= 7),
        Kind::Windows | Kind::Mac => draw.at("encrypted").chance(if standing.owner == "company" { 950 } else { 700 }),
        _ => true,
    };
    if kind.is_windows() && !watched {
        record.specification_version = "2.0".into();
        record.autopilot_enrolled = standing.enrollment == "windowsAzureADJoin" && draw.at("autopilot").chance(500);
        if standing.owner == "personal" {
            // Bought in a shop: Pro (48), not the Enterprise of a volume licence.
            (record.sku_family, record.sku_number) = ("Pro".into(), 48);
        }
    }
    if kind == Kind::Windows && matches!(model.connection, Connection::Ethernet | Connection::Virtual) {
        record.chassis_type = "desktop".into();
    }
    if kind.is_android() && kind != Kind::AndroidAosp && model.connection == Connection::WiFi {
        record.chassis_type = "tablet".into();
    }
    if standing.agent.starts_with("configurationManagerClient") {
        record.configuration_manager_client_enabled_features = CO_MANAGED.into();
    }
    if kind == Kind::Mac {
        record.bootstrap_token_escrowed = standing.enrollment.starts_with("appleBulk");
    }
    if kind.is_android() && !watched {
        let patch: Text = patch_level(record.os_version.as_str(), as_of, draw.at("patch")).into();
        record.android_security_patch_level = patch.clone();
        record.security_patch_level = patch;
    }
    record.enrollment_profile_name = match standing.enrollment {
        "appleBulkWithUser" => "Sample company devices".into(),
        "appleBulkWithoutUser" | "androidEnterpriseDedicatedDevice" | "androidAOSPUserlessDeviceEnrollment" => {
            "Sample shared devices".into()
        }
        _ => Text::default(),
    };
}

/// Which workloads a co-managed device takes from Intune (member names documented).
const CO_MANAGED: &str = "{\"inventory\":true,\"modernApps\":false,\"resourceAccess\":true,\
    \"deviceConfiguration\":false,\"compliancePolicy\":true,\"windowsUpdateForBusiness\":false}";

/// The first or the fifth of a month, as Android's bulletins are dated; for systems no longer maintained one of their
/// last. Android has had the field since 6.0.
fn patch_level(os_version: &str, as_of: DateTime<Utc>, draw: Draw) -> String {
    let day = if draw.at("day").chance(500) { 1 } else { 5 };
    let month = 1 + draw.at("month").below(12);
    let year = match known::major(os_version) {
        Some(0..6) => return String::new(),
        Some(6) => 2017,
        Some(7) => 2018,
        Some(8) => 2020,
        Some(9) => 2021,
        _ => {
            return dates::reported(as_of, 30 * DAY, 180 * DAY, draw).format(&format!("%Y-%m-{day:02}")).to_string();
        }
    };
    format!("{year}-{month:02}-{day:02}")
}
