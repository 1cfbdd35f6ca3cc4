//! The query options of the inventory, as the service treats each: where it differs from OData, a quirk decides.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};

use super::Context;
use crate::device::ManagedDevice;
use crate::device::check_ins::Heard;
use crate::device::lifecycle::ActionResult;
use crate::device::record::{self, ApiVersion, PROPERTIES, Source};
use crate::inventory::{Columns, Listed, Place};
use crate::odata::evaluate::{Operand, Predicate};
use crate::odata::filter::{Function, Literal, Operator};
use crate::odata::options::QueryOptions;
use crate::odata::order::OrderBy;
use crate::odata::schema::{Entity, Field, Items, Schema};
use crate::odata::select::{self, SelectError};
use crate::odata::value::{Edm, Value};
use crate::quirks::{
    self, FilterDate, FilterEmpty, FilterId, FilterNe, FilterOperatingSystem, FilterOr, FilterOrDeviceId,
    FilterUnsupported, FilterUpn, Quirks, Search,
};
use crate::wire::error::Refusal;
use crate::world::CheckIn;

/// The properties that a `$select` names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection {
    rows: Vec<u16>,
}

impl Selection {
    /// Rows of the property table.
    pub(super) fn rows(&self) -> &[u16] {
        &self.rows
    }

    /// The service's spelling, for `@odata.context`.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.rows.iter().map(|row| PROPERTIES[usize::from(*row)].name).collect();
        names.join(",")
    }
}

/// Reads the query options.
pub(super) fn options(query: &str) -> Result<QueryOptions<'_>, Refusal> {
    QueryOptions::parse(query).map_err(|error| bad(&error))
}

/// A sentence for each option that was sent and is not among those `read`.
pub(super) fn unread_options(options: &QueryOptions<'_>, read: &[&str]) -> Vec<String> {
    let known = [
        ("$filter", options.filter.is_some()),
        ("$orderby", options.order_by.is_some()),
        ("$search", options.search.is_some()),
        ("$skiptoken", options.skip_token.is_some()),
        ("$select", options.select.is_some()),
        ("$expand", options.expand.is_some()),
        ("$top", options.top.is_some()),
        ("$skip", options.skip.is_some()),
        ("$count", options.count.is_some()),
    ];
    let sent = known.into_iter().filter(|(_, sent)| *sent).map(|(name, _)| name);
    let others = options.unknown.iter().chain(&options.custom).map(|(name, _)| name.as_ref());
    sent.chain(others).filter(|name| !read.contains(name)).map(|name| format!("{name} has no effect here")).collect()
}

/// Resolves `$select`; names in any case, each once (observed: PIS#35, #161).
pub(super) fn select(options: &QueryOptions<'_>, version: ApiVersion) -> Result<Option<Selection>, Refusal> {
    let Some(select) = &options.select else { return Ok(None) };
    Ok(match select.resolve(&DeviceSchema { version }).map_err(|error| bad(&error))? {
        select::Selection::All => None,
        select::Selection::Fields(fields) => Some(Selection { rows: fields.iter().map(|field| field.index).collect() }),
    })
}

/// What `$filter` lets pass; `ignored` learns what of it has no effect.
pub(super) fn filter(
    options: &QueryOptions<'_>,
    version: ApiVersion,
    quirks: &Quirks,
    ignored: &mut Vec<String>,
) -> Result<Option<Predicate>, Refusal> {
    let Some(text) = &options.filter else { return Ok(None) };
    let filter = Predicate::parse(text, &DeviceSchema { version }).map_err(|error| bad(&error))?;
    let mut refusal = None;
    let rewritten = filter.map(&mut |clause| match clause {
        Predicate::Or(clauses) if !clauses.is_empty() => disjunction(clauses, quirks, ignored),
        // What is ignored stays ignored behind a `not`: it never excludes a device.
        Predicate::Not(inner) if *inner == Predicate::constant(true) => *inner,
        Predicate::And(_) | Predicate::Not(_) => clause,
        _ => leaf(clause, quirks, ignored).unwrap_or_else(|refused| {
            refusal.get_or_insert(refused);
            Predicate::constant(true)
        }),
    });
    refusal.map_or(Ok(Some(rewritten)), Err)
}

/// An `or`, as the service understands it: not every clause need count.
fn disjunction(mut clauses: Vec<Predicate>, quirks: &Quirks, ignored: &mut Vec<String>) -> Predicate {
    let fields = clauses.first().map(Predicate::fields).unwrap_or_default();
    let of_one_kind = clauses.iter().all(|clause| clause.fields() == fields);
    let by_device_id = of_one_kind && fields.iter().any(|field| field.name == "azureADDeviceId");
    let quirk = match (quirks.filter_or, quirks.filter_or_device_id) {
        (_, FilterOrDeviceId::First) if by_device_id => "filter-or-azure-ad-device-id=first",
        (FilterOr::First, _) if !of_one_kind => "filter-or=first",
        (FilterOr::And, _) if !of_one_kind => {
            ignored.push("$filter: 'or' counts as 'and' (quirk filter-or=and)".to_owned());
            return Predicate::And(clauses);
        }
        _ => return Predicate::Or(clauses),
    };
    for clause in clauses.drain(1..) {
        ignored.push(format!("$filter: 'or {clause}' has no effect (quirk {quirk})"));
    }
    clauses.remove(0)
}

/// A single condition, as the service understands it.
fn leaf(clause: Predicate, quirks: &Quirks, ignored: &mut Vec<String>) -> Result<Predicate, Refusal> {
    for field in clause.fields() {
        if !is_honoured(field, quirks, ignored)? {
            return Ok(Predicate::constant(true));
        }
    }
    let Some(comparison) = clause.comparison() else { return Ok(clause) };
    let name = comparison.field.name;
    if comparison.operator == Operator::Equal
        && *comparison.literal == Literal::String(String::new())
        && quirks.filter_empty == FilterEmpty::All
    {
        ignored.push(format!("$filter: {name} eq '' returns everything (quirk filter-empty=all)"));
        return Ok(Predicate::constant(true));
    }
    if comparison.field.edm == Edm::DateTimeOffset && quirks.filter_date == FilterDate::Empty {
        ignored.push(format!("$filter: a comparison of {name} lets nothing pass (quirk filter-date=empty)"));
        return Ok(Predicate::constant(false));
    }
    if comparison.operator == Operator::Equal
        && name == "userPrincipalName"
        && quirks.filter_upn == FilterUpn::Contains
        && let Predicate::Compare { left, right, .. } = clause
    {
        ignored.push(format!("$filter: {name} eq … behaves like contains (quirk filter-user-principal-name=contains)"));
        return Ok(Predicate::Is(Operand::Call { function: Function::Contains, arguments: vec![left, right] }));
    }
    if comparison.operator == Operator::NotEqual && quirks.filter_ne == FilterNe::Equal {
        ignored.push(format!("$filter: {name} ne … behaves like eq (quirk filter-ne=eq)"));
        if let Predicate::Compare { left, right, .. } = clause {
            return Ok(Predicate::Compare { operator: Operator::Equal, left, right });
        }
    }
    Ok(clause)
}

/// Whether the service filters by `field`; false if it ignores that silently.
fn is_honoured(field: Field, quirks: &Quirks, ignored: &mut Vec<String>) -> Result<bool, Refusal> {
    let refused = || {
        Err(Refusal::BadQuery {
            // Assumed wording: the captures tell the status, not the text.
            message: format!("Invalid filter clause: '{}' is not a property that can be filtered by.", field.name),
        })
    };
    if field.name == "id" {
        return match quirks.filter_id {
            FilterId::Honour => Ok(true),
            FilterId::Refuse => refused(),
            FilterId::Ignore => {
                ignored.push("$filter: id has no effect (quirk filter-id=ignore)".to_owned());
                Ok(false)
            }
        };
    }
    if field.name == "operatingSystem" && quirks.filter_operating_system == FilterOperatingSystem::Ignore {
        ignored.push("$filter: operatingSystem has no effect (quirk filter-operating-system=ignore)".to_owned());
        return Ok(false);
    }
    if PROPERTIES[usize::from(field.index)].is_filterable() {
        return Ok(true);
    }
    match quirks.filter_unsupported {
        FilterUnsupported::Honour => Ok(true),
        FilterUnsupported::Refuse => refused(),
        FilterUnsupported::Ignore => {
            ignored.push(format!("$filter: {} has no effect (quirk filter-unsupported=ignore)", field.name));
            Ok(false)
        }
    }
}

/// Refuses `$search`, or notes that it has no effect.
pub(super) fn search(options: &QueryOptions<'_>, quirks: &Quirks, ignored: &mut Vec<String>) -> Result<(), Refusal> {
    match (&options.search, quirks.search) {
        (None, _) => Ok(()),
        (Some(_), Search::Ignore) => {
            ignored.push("$search has no effect (quirk search=ignore)".to_owned());
            Ok(())
        }
        // Assumed wording: that it is not supported is documented, what is answered is not known.
        (Some(_), Search::Refuse) => {
            Err(Refusal::BadQuery { message: "Query option 'Search' is not allowed.".to_owned() })
        }
    }
}

/// What `$orderby` sorts by, or nothing where it is ignored.
pub(super) fn order(
    options: &QueryOptions<'_>,
    version: ApiVersion,
    quirks: &Quirks,
    ignored: &mut Vec<String>,
) -> Result<Option<OrderBy>, Refusal> {
    let Some(text) = &options.order_by else { return Ok(None) };
    if quirks.orderby == quirks::OrderBy::Ignore {
        ignored.push("$orderby has no effect (quirk orderby=ignore)".to_owned());
        return Ok(None);
    }
    OrderBy::parse(text, &DeviceSchema { version }).map(Some).map_err(|error| bad(&error))
}

/// A query that cannot be read.
pub(super) fn bad(error: &impl std::error::Error) -> Refusal {
    Refusal::BadQuery { message: error.to_string() }
}

/// The refusal of a `$select` that names nothing.
pub(super) fn unknown_selected(name: &str, type_name: &str) -> Refusal {
    bad(&SelectError::unknown_property(name, type_name))
}

/// The property table as a schema: the indexes are its rows.
struct DeviceSchema {
    version: ApiVersion,
}

impl Schema for DeviceSchema {
    fn type_name(&self) -> &'static str {
        "microsoft.graph.managedDevice"
    }

    fn resolve(&self, name: &str) -> Option<Field> {
        let (index, property) = record::property(name).filter(|(_, property)| property.since <= self.version)?;
        Some(Field { index, name: property.name, edm: property.edm })
    }

    fn complex(&self, type_name: &str) -> Option<&dyn Schema> {
        (type_name == "deviceActionResult").then_some(&ActionSchema as &dyn Schema)
    }
}

/// A device as a client sees it now: what a filter or an order goes by is what the answer shows.
pub(super) struct Seen<'a> {
    by: Sight<'a>,
    last_sync: Option<DateTime<Utc>>,
}

/// How it is looked at.
enum Sight<'a> {
    /// The device itself.
    Whole(Listed<'a>),
    /// Only the properties that are looked for, of a row in which nothing was changed.
    Row(&'a Columns, usize),
}

impl<'a> Seen<'a> {
    /// A whole device.
    pub(super) fn whole(device: Listed<'a>, context: &Context<'_>) -> Self {
        let last_sync = context.world.computed_last_sync(&device, context.now);
        Self { by: Sight::Whole(device), last_sync }
    }

    /// The device, if it was looked at as a whole.
    pub(super) fn into_device(self) -> Option<Listed<'a>> {
        match self.by {
            Sight::Whole(device) => Some(device),
            Sight::Row(..) => None,
        }
    }

    /// What stands at `place`, by those columns if there are any.
    pub(super) fn at(place: Place<'a>, columns: Option<&'a Columns>, context: &'a Context<'_>) -> Self {
        let inventory = context.world.inventory();
        let (Some(columns), Place::Row(row)) = (columns, place) else {
            return Self::whole(inventory.at(place), context);
        };
        let last_sync = computes_last_sync(context).then(|| {
            let date = |index: u16| match columns.value(row, index) {
                Value::DateTime(date) => date,
                _ => record::never(),
            };
            let [enrolled, synced] = HEARD_OF.map(date);
            let platform = columns.platform(row);
            let heard = Heard { online: true, platform, enrolled, synced };
            context.world.check_in_mode().computed_last_sync(heard, context.now)
        });
        Self { by: Sight::Row(columns, row), last_sync: last_sync.flatten() }
    }
}

/// Where a large fleet is looked through by the columns of these fields: whatever else a device has is not asked for.
pub(super) fn columns<'a>(context: &'a Context<'_>, fields: &[Field]) -> Option<&'a Columns> {
    let mut properties: Vec<u16> = fields.iter().map(|field| field.index).collect();
    let computes = computes_last_sync(context) && fields.iter().any(|field| field.name == "lastSyncDateTime");
    if computes {
        properties.extend(*HEARD_OF);
    }
    context.world.inventory().base().columns(&properties, computes)
}

/// What the last check-in is computed from.
static HEARD_OF: LazyLock<[u16; 2]> = LazyLock::new(|| {
    ["enrolledDateTime", "lastSyncDateTime"].map(|name| record::property(name).expect("it is in the table").0)
});

fn computes_last_sync(context: &Context<'_>) -> bool {
    context.world.check_in_mode() == CheckIn::Realistic
}

/// The text that a device must have in one of the properties that are indexed, if the filter says so: whoever looks for a
/// single device need not look at all.
pub(super) fn sought(filter: &Predicate, is_indexed: fn(&str) -> bool) -> Option<(&'static str, &str)> {
    if let Predicate::And(clauses) = filter {
        return clauses.iter().find_map(|clause| sought(clause, is_indexed));
    }
    let comparison = filter.comparison().filter(|comparison| comparison.operator == Operator::Equal)?;
    let Literal::String(text) = comparison.literal else { return None };
    is_indexed(comparison.field.name).then_some((comparison.field.name, text))
}

impl Entity for Seen<'_> {
    fn value(&self, index: u16) -> Value<'_> {
        let Some(property) = PROPERTIES.get(usize::from(index)) else { return Value::Null };
        match (property.source, self.last_sync, &self.by) {
            (_, Some(last_sync), _) if property.name == "lastSyncDateTime" => Value::DateTime(last_sync),
            (Source::Field(read), _, Sight::Whole(device)) => read(device.record()),
            (Source::Field(_), _, Sight::Row(columns, row)) => columns.value(*row, index),
            (Source::ActionResults, _, Sight::Whole(device)) => Value::Items(&device.actions),
            // Where nothing was changed, nothing was asked for.
            (Source::ActionResults, _, Sight::Row(..)) => Value::Items(NOTHING_ASKED),
            (Source::HardwareInformation, ..) => Value::Null,
        }
    }
}

static NOTHING_ASKED: &Vec<ActionResult> = &Vec::new();

/// The members of a `deviceActionResult` that a filter can ask for (documented: v1.0 CSDL).
struct ActionSchema;

const ACTION_FIELDS: [Field; 4] = [
    Field { index: 0, name: "actionName", edm: Edm::String },
    Field { index: 1, name: "actionState", edm: Edm::Enum("actionState") },
    Field { index: 2, name: "startDateTime", edm: Edm::DateTimeOffset },
    Field { index: 3, name: "lastUpdatedDateTime", edm: Edm::DateTimeOffset },
];

impl Schema for ActionSchema {
    fn type_name(&self) -> &'static str {
        "microsoft.graph.deviceActionResult"
    }

    fn resolve(&self, name: &str) -> Option<Field> {
        ACTION_FIELDS.into_iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

impl Entity for ActionResult {
    fn value(&self, index: u16) -> Value<'_> {
        match index {
            0 => Value::String(&self.action),
            1 => Value::Enum(self.state.name()),
            2 => Value::DateTime(self.started),
            3 => Value::DateTime(self.updated),
            _ => Value::Null,
        }
    }
}

impl Items for Vec<ActionResult> {
    fn count(&self) -> usize {
        self.len()
    }

    fn item(&self, position: usize) -> Value<'_> {
        self.get(position).map_or(Value::Null, |entry| Value::Entity(entry))
    }
}

/// Whether `user`, by id or sign-in name, is the device's primary user.
pub(super) fn is_owned_by(device: &ManagedDevice, user: &str) -> bool {
    let record = device.record();
    !user.is_empty()
        && (record.user_id.as_str().eq_ignore_ascii_case(user)
            || record.user_principal_name.as_str().eq_ignore_ascii_case(user))
}
