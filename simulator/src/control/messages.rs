//! The messages of the control API. Unknown members are refused by name; the `OpenAPI` document is made from these.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value as Json};
use uuid::Uuid;

use super::formats;
use crate::config::AuthOption;
use crate::identity::defect::Defect;
use crate::wire::strict;

/// How a new tenant begins; everything absent is as for the default tenant's defaults.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct NewTenant {
    /// A built-in fleet's name or a number of devices to generate.
    pub(super) fleet: Option<FleetChoice>,
    /// What every draw comes from.
    pub(super) seed: Option<u64>,
    /// An edition's id, a date, or `latest`.
    #[schemars(schema_with = "formats::maybe_edition")]
    pub(super) edition: Option<String>,
    /// A profile of quirks.
    #[schemars(schema_with = "formats::maybe_quirks")]
    pub(super) quirks: Option<String>,
    /// Single quirks over the profile.
    #[schemars(schema_with = "formats::single_quirks")]
    pub(super) quirk: Map<String, Json>,
    /// `report`, `enforce`, `off`, or a factor that scales the documented budgets and enforces them.
    pub(super) throttle: Option<ThrottleChoice>,
    /// `auto`, `manual`, or the instant at which a manual clock starts.
    #[schemars(schema_with = "formats::maybe_clock")]
    pub(super) clock: Option<String>,
    /// Whether credentials matter.
    pub(super) auth: Option<AuthOption>,
    /// From push to answer (`2s`, `PT2S`), or `realistic`.
    #[schemars(schema_with = "formats::maybe_check_in")]
    pub(super) check_in: Option<String>,
    /// Its id.
    pub(super) tenant_id: Option<Uuid>,
    /// Its domain.
    #[schemars(schema_with = "formats::maybe_domain")]
    pub(super) domain: Option<String>,
    /// Its app's id.
    pub(super) client_id: Option<Uuid>,
    /// Its app's secret.
    #[schemars(schema_with = "formats::maybe_secret")]
    pub(super) client_secret: Option<String>,
    /// What goes wrong on purpose: a profile's name, or a list of faults.
    #[schemars(schema_with = "formats::maybe_faults")]
    pub(super) faults: Option<Json>,
}

/// A fleet: `"one-of-each"` or `2500`.
#[derive(Debug, Clone)]
pub(super) struct FleetChoice(pub(super) String);

impl<'de> Deserialize<'de> for FleetChoice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(name) => Ok(Self(name)),
            Json::Number(count) if let Some(count) = strict::whole(&count).filter(Number::is_u64) => {
                Ok(Self(count.to_string()))
            }
            other => Err(serde::de::Error::custom(format!(
                "a fleet is the name of a built-in one or a number of devices, not {other}"
            ))),
        }
    }
}

impl JsonSchema for FleetChoice {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FleetChoice".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        formats::fleet().try_into().expect("a schema")
    }
}

/// What is done with the budgets: `"enforce"` or `0.01`.
#[derive(Debug, Clone)]
pub(super) struct ThrottleChoice(pub(super) String);

impl<'de> Deserialize<'de> for ThrottleChoice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            // A factor is a number here, and not the text of one.
            Json::String(mode) if !mode.contains(|c: char| c.is_ascii_digit()) => Ok(Self(mode)),
            Json::Number(factor) => Ok(Self(factor.to_string())),
            other => {
                Err(serde::de::Error::custom(format!("throttle is report, enforce, off or a factor, not {other}")))
            }
        }
    }
}

impl JsonSchema for ThrottleChoice {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ThrottleChoice".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        formats::throttle().try_into().expect("a schema")
    }
}

/// A tenant as it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TenantView {
    /// Its id.
    pub(super) tenant_id: Uuid,
    /// Its domain.
    pub(super) domain: String,
    /// Its app's id.
    pub(super) client_id: Uuid,
    /// Its app's secret.
    pub(super) client_secret: String,
    /// What it was made from.
    pub(super) seed: u64,
    /// Its edition of the support matrix.
    pub(super) edition: String,
    /// How many devices it has now.
    pub(super) devices: usize,
    /// Its clock.
    pub(super) clock: ClockView,
    /// What its owner should know about its fleet.
    pub(super) warnings: Vec<String>,
}

/// A moment of a tenant that was kept.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SnapshotView {
    /// What it is called.
    pub(super) name: String,
    /// The tenant's time at that moment.
    pub(super) taken_at: String,
    /// How many devices there were.
    pub(super) devices: usize,
}

/// A new app.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewApp {
    /// Its id; made if absent.
    #[serde(default)]
    pub(super) client_id: Option<Uuid>,
    /// Its name.
    #[serde(default)]
    pub(super) display_name: Option<String>,
    /// Its application permissions, such as `DeviceManagementManagedDevices.Read.All`.
    pub(super) roles: Vec<String>,
    /// Its secrets; one is made if there is neither a secret nor a certificate.
    #[serde(default)]
    pub(super) secrets: Vec<NewSecret>,
    /// Its certificates, as PEM text.
    #[serde(default)]
    #[schemars(schema_with = "formats::certificates")]
    pub(super) certificates: Vec<String>,
    /// Where a sign-in may lead back to, beside loopback addresses and MSAL's own, which every app has.
    #[serde(default)]
    #[schemars(schema_with = "formats::redirect_uris")]
    pub(super) redirect_uris: Vec<String>,
}

/// A secret of an app.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewSecret {
    /// The secret value.
    pub(super) value: String,
    /// When it ends; never if absent.
    #[serde(default)]
    pub(super) expires: Option<DateTime<Utc>>,
}

/// An app as it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AppView {
    /// Its id.
    pub(super) client_id: Uuid,
    /// Its name.
    pub(super) display_name: String,
    /// Its application permissions.
    pub(super) roles: Vec<String>,
    /// Its secrets.
    pub(super) secrets: Vec<SecretView>,
    /// The SHA-1 thumbprints of its certificates, base64url.
    pub(super) certificates: Vec<String>,
    /// Where a sign-in may lead back to.
    pub(super) redirect_uris: Vec<String>,
}

/// A secret as it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretView {
    /// The id that people mistake for the value.
    pub(super) key_id: Uuid,
    /// The value.
    pub(super) value: String,
    /// When it ends.
    pub(super) expires: Option<DateTime<Utc>>,
}

/// A token to be made without asking for credentials.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(transform = formats::of_user_or_app)]
pub(super) struct NewToken {
    /// The app; the default one if absent.
    pub(super) app: Option<Uuid>,
    /// The user the app acts for, by sign-in name or id; without one, the app acts for itself.
    pub(super) user: Option<String>,
    /// What the user lets the app do; everything, if absent.
    pub(super) scopes: Option<Vec<String>>,
    /// The app's roles, where it acts for itself; its own if absent.
    pub(super) roles: Option<Vec<String>>,
    /// How long it lives (`1h`, `PT1H`); an hour if absent.
    #[schemars(schema_with = "formats::maybe_duration")]
    pub(super) lifetime: Option<String>,
    /// What is wrong with it; nothing, if absent.
    pub(super) defect: Option<Defect>,
}

/// A new user.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewUser {
    /// The sign-in name; a known one changes that user.
    #[schemars(schema_with = "formats::sign_in_name")]
    pub(super) user_principal_name: String,
    /// The password; from the seed if absent.
    #[serde(default)]
    #[schemars(schema_with = "formats::maybe_secret")]
    pub(super) password: Option<String>,
    /// The name shown.
    #[serde(default)]
    pub(super) display_name: Option<String>,
    /// The delegated permissions the user consents to; all of them if absent.
    #[serde(default)]
    pub(super) scopes: Option<Vec<String>>,
    /// `helpDeskOperator`, `schoolAdministrator`, `readOnlyOperator`, `endpointSecurityManager`, `intuneAdministrator` or `none`.
    #[schemars(schema_with = "formats::role")]
    pub(super) role: String,
    /// The ids of the scope tags whose devices the user sees; all devices if there are none.
    #[serde(default)]
    pub(super) scope_tags: Vec<String>,
    /// Whether the user has an Intune licence; yes if absent.
    #[serde(default)]
    pub(super) licensed: Option<bool>,
}

/// A user as they are.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UserView {
    /// The object id.
    pub(super) id: Uuid,
    /// The sign-in name.
    pub(super) user_principal_name: String,
    /// The name shown.
    pub(super) display_name: String,
    /// The password.
    pub(super) password: String,
    /// What the user is in Intune.
    pub(super) role: &'static str,
    /// The delegated permissions the user consents to; null for all of them.
    pub(super) scopes: Option<Vec<String>>,
    /// The ids of the scope tags whose devices the user sees.
    pub(super) scope_tags: Vec<String>,
    /// Whether the user has an Intune licence.
    pub(super) licensed: bool,
}

/// How sign-ins go.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SignInSettings {
    /// Of device codes.
    pub(super) device_code: DeviceCodeSettings,
}

/// How device codes are approved.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeviceCodeSettings {
    /// The user who approves each code at once, by sign-in name or id; null: somebody enters it on the page.
    #[serde(default)]
    pub(super) auto_approve: Option<String>,
}

/// A token.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenView {
    /// What goes behind `Bearer`.
    pub(super) access_token: String,
    /// How many seconds it lives.
    pub(super) expires_in: i64,
}

/// A clock to be set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SetClock {
    /// `auto` or `manual`.
    pub(super) mode: ClockMode,
    /// Where it stands; where it is, if absent.
    #[serde(default)]
    #[schemars(schema_with = "formats::maybe_date")]
    pub(super) now: Option<String>,
}

/// Whether a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum ClockMode {
    /// With the wall clock.
    Auto,
    /// Only when moved.
    Manual,
}

/// A clock as it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ClockView {
    /// `auto` or `manual`.
    pub(super) mode: &'static str,
    /// The tenant's time.
    pub(super) now: String,
}

/// How far to move a clock.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Advance {
    /// A length of time (`PT8H`, `7d`).
    #[schemars(schema_with = "formats::duration")]
    pub(super) by: String,
}

/// Where the clock stands after that, and how many things happened on the way.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Advanced {
    /// The tenant's time.
    pub(super) now: String,
    /// Check-ins and other things that fell due.
    pub(super) ran: usize,
}

/// What is done with the budgets from now on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SetThrottle {
    /// `report`, `enforce`, `off`, or a factor that scales the documented budgets and enforces them.
    pub(super) mode: ThrottleChoice,
}

/// The budgets of a tenant, what was used of them, and who was told to wait and came again.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ThrottleView {
    /// `report`, `enforce` or `off`.
    pub(super) mode: &'static str,
    /// What every documented limit is multiplied by.
    pub(super) factor: f64,
    /// Each budget.
    pub(super) budgets: Vec<BudgetView>,
    /// How many requests were refused since that mode holds.
    pub(super) refused: u64,
    /// How many requests Graph would have refused, and were answered, since that mode holds.
    pub(super) would_refuse: u64,
    /// How many requests came again before the time that their client was told.
    pub(super) early_retries: u64,
    /// How many requests were told to wait and have not come again.
    pub(super) waiting: usize,
    /// What to know of the clock before the ledger is believed; nothing where there is nothing to know.
    pub(super) clock_note: Option<&'static str>,
    /// The newest requests that came again after their client was told to wait, oldest first.
    pub(super) ledger: Vec<LedgerRow>,
}

/// A budget and what was used of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BudgetView {
    /// Its name.
    pub(super) name: &'static str,
    /// Who shares it: `tenant` or `app`.
    pub(super) scope: &'static str,
    /// What draws on it: `any` request, `writes`, or the name of an action.
    pub(super) requests: &'static str,
    /// What is counted: `requests`, `resource units` or `devices`.
    pub(super) unit: &'static str,
    /// In which time.
    pub(super) window: String,
    /// How much there is.
    pub(super) limit: usize,
    /// How much was used of it: by the tenant, or by the app that used most.
    pub(super) used: usize,
    /// What each app used, where it is theirs.
    pub(super) apps: Vec<AppUsage>,
    /// How many requests exceeded it since that mode holds.
    pub(super) over: u64,
    /// Who says so.
    pub(super) source: &'static str,
}

/// What an app used of a budget.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AppUsage {
    /// The app; zeros stand for requests whose token names none.
    pub(super) app_id: Uuid,
    /// How much.
    pub(super) used: usize,
}

/// A request that came again after its client was told to wait.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LedgerRow {
    /// The verb.
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    /// When the client was told.
    pub(super) told_at: DateTime<Utc>,
    /// In answer to which request.
    pub(super) request_id: Uuid,
    /// What it was told, as the header said it.
    pub(super) retry_after: String,
    /// When it came again.
    pub(super) came_at: DateTime<Utc>,
    /// With which request.
    pub(super) retry_request_id: Uuid,
    /// How many milliseconds too early; 0 if it was not.
    pub(super) early_by_ms: i64,
}
