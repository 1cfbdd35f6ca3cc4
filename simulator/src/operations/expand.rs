//! `$expand` of what a device leads to.

use super::navigation::{self, Followed};
use super::rows::{RowSchema, shown};
use super::{Context, device_query};
use crate::device::ManagedDevice;
use crate::device::record::{self, ApiVersion};
use crate::model::managed_device::DeviceNavigation;
use crate::odata::options::QueryOptions;
use crate::odata::select::{Select, SelectError};
use crate::route::Route;
use crate::wire::device_json::Form;
use crate::wire::error::Refusal;
use crate::wire::json;
use crate::wire::shape::Metadata;

const DEVICE: &str = "microsoft.graph.managedDevice";

/// One navigation property to expand.
#[derive(Debug)]
pub(super) struct Expansion {
    navigation: DeviceNavigation,
    select: Option<Vec<&'static str>>,
}

/// What `$expand` names, each once; `ignored` learns what of it has no effect.
pub(super) fn expansions(
    options: &QueryOptions<'_>,
    version: ApiVersion,
    form: Form,
    ignored: &mut Vec<String>,
) -> Result<Vec<Expansion>, Refusal> {
    let mut expansions: Vec<Expansion> = Vec::new();
    for item in options.expand.iter().flat_map(|expand| &expand.items) {
        let Some(navigation) = DeviceNavigation::named(&item.name, version) else {
            return Err(device_query::bad(&not_expandable(&item.name, version)));
        };
        let mut select = None;
        for option in item.options.iter().flat_map(|options| split_options(options)) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            if name.trim().eq_ignore_ascii_case("$select") {
                let names = Select::parse(value).map_err(|error| device_query::bad(&error))?.names;
                select = Some(RowSchema::new(navigation.target(), version).select(&names)?);
            } else {
                ignored.push(format!("{} has no effect inside $expand", name.trim()));
            }
        }
        if is_empty(navigation, form) {
            ignored.push(format!("$expand: {} is empty in lists", navigation.property().name));
        }
        if !expansions.iter().any(|known| known.navigation == navigation) {
            expansions.push(Expansion { navigation, select });
        }
    }
    Ok(expansions)
}

/// `(deviceName,users(id),windowsProtectionState())` as `@odata.context` has it, or nothing.
pub(super) fn names(select: Option<&device_query::Selection>, expansions: &[Expansion]) -> String {
    let expanded = expansions.iter().map(|expansion| {
        let select = expansion.select.as_ref().map(|names| names.join(",")).unwrap_or_default();
        format!("{}({select})", expansion.navigation.property().name)
    });
    let names: Vec<String> = select.map(device_query::Selection::names).into_iter().chain(expanded).collect();
    if names.is_empty() { String::new() } else { format!("({})", names.join(",")) }
}

/// Appends what is expanded to a device that was just written. Its closing brace moves behind.
pub(super) fn append(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    route: &Route,
    device: &ManagedDevice,
    form: Form,
    expansions: &[Expansion],
) {
    if expansions.is_empty() {
        return;
    }
    out.pop();
    for expansion in expansions {
        let navigation = expansion.navigation;
        if out.last() != Some(&b'{') {
            out.push(b',');
        }
        let name = navigation.property().name;
        if context.shape.metadata != Metadata::None {
            // Observed in exports of Intune's other collections (`assignments@odata.context`); here it is assumed.
            let select = expansion.select.as_ref().map(|names| format!("({})", names.join(","))).unwrap_or_default();
            let entity = if navigation.property().many { "" } else { "/$entity" };
            let what = navigation::context_name(device, navigation);
            json::string(out, &format!("{name}@odata.context"));
            let url = format!("{}/{}/$metadata#{what}{select}{entity}", context.root, route.version.segment());
            out.push(b':');
            json::string(out, &url);
            out.push(b',');
        }
        json::string(out, name);
        out.push(b':');
        out.extend_from_slice(value(context, route, device, form, expansion).to_string().as_bytes());
    }
    out.push(b'}');
}

fn value(
    context: &Context<'_>,
    route: &Route,
    device: &ManagedDevice,
    form: Form,
    expansion: &Expansion,
) -> serde_json::Value {
    if is_empty(expansion.navigation, form) {
        return serde_json::Value::Array(Vec::new());
    }
    let target = expansion.navigation.target();
    let shown = |item| shown(item, target, expansion.select.as_deref(), context.shape);
    match navigation::follow(context, device, expansion.navigation, route.version) {
        Followed::Many(items) => items.into_iter().map(shown).collect(),
        Followed::One(item) => item.map_or(serde_json::Value::Null, shown),
    }
}

/// The apps are there on the GET of a single device only (observed: sdk-dotnet#2048, beta-sdk-dotnet#701).
fn is_empty(navigation: DeviceNavigation, form: Form) -> bool {
    navigation == DeviceNavigation::DetectedApps && form == Form::Item
}

fn not_expandable(name: &str, version: ApiVersion) -> SelectError {
    match record::property(name).filter(|(_, property)| property.since <= version) {
        Some((_, property)) => {
            SelectError::NotANavigation { name: property.name.to_owned(), type_name: DEVICE.to_owned() }
        }
        None => SelectError::unknown_property(name, DEVICE),
    }
}

/// The options between the parentheses of an item, split at the semicolons outside quotes.
fn split_options(options: &str) -> Vec<&str> {
    let mut quoted = false;
    options
        .split(|character| {
            quoted ^= character == '\'';
            character == ';' && !quoted
        })
        .map(str::trim)
        .filter(|option| !option.is_empty())
        .collect()
}
