//! `$filter`, `$orderby`, `$top` and `$skip` of the inventory, against a naive evaluation over the JSON of its devices.

mod corpus;
mod document;
mod filter;
mod naive;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use simtune::device::ManagedDevice;
use simtune::device::lifecycle::{ActionResult, ActionState};
use simtune::device::physical::Physical;
use simtune::device::record::{self, ApiVersion, PROPERTIES, Record};
use simtune::fleet;
use simtune::quirks::{FilterUnsupported, Profile, Quirks};
use simtune::tenant::TenantSpec;
use simtune::world::CheckIn;
use uuid::Uuid;

use self::filter::{Condition, Value};
use self::naive::Key;
use crate::harness::{Harness, json};

const DEVICES: &str = "/v1.0/deviceManagement/managedDevices";

/// Few fleets as a rule, as many as you like with `PROPTEST_CASES`.
fn config() -> ProptestConfig {
    let config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { ProptestConfig { cases: 12, ..config } }
}

/// An empty tenant that does what is documented, with one exception if `unsupported` says so.
fn harness(unsupported: FilterUnsupported) -> Harness {
    let quirks = Quirks { filter_unsupported: unsupported, ..Quirks::of(Profile::Documented) };
    Harness::with(TenantSpec { fleet: fleet::Builtin::Empty.into(), quirks, ..TenantSpec::default() })
}

/// Devices as JSON: the only thing the naive evaluation knows of them.
fn device() -> impl Strategy<Value = Json> {
    let text = || prop_oneof![1 => Just(Json::Null), 5 => filter::word().prop_map(Json::from)];
    let date =
        || filter::instant().prop_map(|instant| Json::from(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
    let member =
        || prop_oneof![1 => Just(Json::Null), 5 => prop::sample::select(&filter::MEMBERS[..]).prop_map(Json::from)];
    let action =
        (0..filter::STATES.len(), filter::instant(), filter::instant()).prop_map(|(state, started, updated)| {
            json!({
                "actionState": filter::STATES[state],
                "startDateTime": started.to_rfc3339_opts(SecondsFormat::AutoSi, true),
                "lastUpdatedDateTime": updated.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            })
        });
    (
        (0..20_u128, text(), text(), text(), text()),
        (date(), date(), member(), member()),
        (any::<bool>(), any::<Option<bool>>(), prop::sample::select(vec![-1, 0, 1, i64::MAX])),
        prop::collection::vec(action, 0..=filter::ACTIONS.len()),
    )
        .prop_map(
            |(
                (id, name, model, user, serial),
                (enrolled, synced, compliance, agent),
                (encrypted, registered, storage),
                mut actions,
            )| {
                for (action, name) in actions.iter_mut().zip(filter::ACTIONS) {
                    action["actionName"] = name.into();
                }
                json!({
                    "id": Uuid::from_u128(id << 96 | id),
                    "deviceName": name,
                    "model": model,
                    "userPrincipalName": user,
                    "serialNumber": serial,
                    "enrolledDateTime": enrolled,
                    "lastSyncDateTime": synced,
                    "complianceState": compliance,
                    "managementAgent": agent,
                    "isEncrypted": encrypted,
                    "azureADRegistered": registered,
                    "totalStorageSpaceInBytes": storage,
                    "deviceActionResults": actions,
                })
            },
        )
}

/// A fleet, each id once.
fn fleet() -> impl Strategy<Value = Vec<Json>> {
    prop::collection::vec(device(), 0..20).prop_map(|mut fleet| {
        fleet.sort_by_key(|device| device["id"].to_string());
        fleet.dedup_by_key(|device| device["id"].to_string());
        fleet
    })
}

/// The same device in the simulator, written as a fleet file would write it.
fn managed(device: &Json) -> ManagedDevice {
    let mut record = Record::default();
    for (name, value) in device.as_object().expect("an object") {
        let (_, property) = record::property(name).expect("a property");
        if let Some(write) = property.write {
            write(&mut record, value).expect("a value of its type");
        }
    }
    let id = device["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let mut managed = ManagedDevice::new(id, record, Physical::default()).0;
    let date = |json: &Json| json.as_str().and_then(|text| text.parse().ok()).expect("a date");
    for (action, name) in device["deviceActionResults"].as_array().expect("a list").iter().zip(filter::ACTIONS) {
        let states = [ActionState::Pending, ActionState::Done, ActionState::NotSupported];
        let state = filter::STATES.iter().position(|state| action["actionState"] == **state).expect("a state");
        managed.actions.push(ActionResult {
            state: states[state],
            updated: date(&action["lastUpdatedDateTime"]),
            ..ActionResult::pending(name, 1, date(&action["startDateTime"]))
        });
    }
    managed
}

fn fill(harness: &Harness, fleet: &[Json]) {
    let tenant = harness.service.tenants().default_tenant();
    let mut world = tenant.world();
    for device in fleet {
        world.put(managed(device));
    }
}

/// What one list request asks for.
#[derive(Debug, Clone)]
struct Query {
    filter: Option<Condition>,
    order: Vec<Key>,
    top: Option<usize>,
    skip: Option<usize>,
    escapes: Escapes,
}

/// Three ways of writing the same text into a URL.
#[derive(Debug, Clone, Copy)]
enum Escapes {
    /// `%20`, and as little else as a URL allows.
    Few,
    /// `+` for spaces, the dollar sign escaped.
    Form,
    /// Everything but letters and digits.
    All,
}

/// What stands for itself in a query beside letters and digits.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'\'').remove(b'(').remove(b')').remove(b',').remove(b'/').remove(b':');

impl Escapes {
    fn apply(self, text: &str) -> String {
        match self {
            Self::Few => utf8_percent_encode(text, PLAIN).to_string(),
            Self::Form => utf8_percent_encode(text, PLAIN).to_string().replace("%20", "+"),
            Self::All => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        }
    }
}

impl Query {
    fn target(&self) -> String {
        let dollar = if matches!(self.escapes, Escapes::Few) { "$" } else { "%24" };
        let mut options = vec![format!("{dollar}select=id"), format!("{dollar}count=true")];
        let mut push =
            |name: &str, value: String| options.push(format!("{dollar}{name}={}", self.escapes.apply(&value)));
        if let Some(filter) = &self.filter {
            push("filter", filter.text());
        }
        if !self.order.is_empty() {
            let keys = self
                .order
                .iter()
                .map(|(value, descends)| format!("{}{}", value.text(), if *descends { " desc" } else { "" }));
            push("orderby", keys.collect::<Vec<_>>().join(","));
        }
        if let Some(top) = self.top {
            push("top", top.to_string());
        }
        if let Some(skip) = self.skip {
            push("skip", skip.to_string());
        }
        format!("{DEVICES}?{}", options.join("&"))
    }

    /// The ids that pass, in order, before any are skipped.
    fn expected(&self, fleet: &[Json]) -> Vec<String> {
        let passes = |device: &&Json| self.filter.as_ref().is_none_or(|filter| naive::matches(filter, device));
        let mut devices: Vec<&Json> = fleet.iter().filter(passes).collect();
        devices.sort_by(|a, b| naive::compare_devices(&self.order, a, b));
        devices.iter().map(|device| device["id"].as_str().expect("an id").to_owned()).collect()
    }
}

fn query(condition: BoxedStrategy<Condition>) -> impl Strategy<Value = Query> {
    let sortable = filter::TEXTS.into_iter().chain(filter::DATES).chain(filter::ENUMS.map(|(name, _)| name)).chain([
        "isEncrypted",
        "azureADRegistered",
        "totalStorageSpaceInBytes",
    ]);
    let key = prop_oneof![
        4 => prop::sample::select(sortable.collect::<Vec<_>>()).prop_map(Value::Property),
        1 => prop::sample::select(&filter::TEXTS[..]).prop_map(|name| Value::Call("length", vec![Value::Property(name)])),
        1 => prop::sample::select(&filter::TEXTS[..]).prop_map(|name| Value::Call("tolower", vec![Value::Property(name)])),
        1 => prop::sample::select(&filter::DATES[..]).prop_map(|name| Value::Call("hour", vec![Value::Property(name)])),
    ];
    (
        prop::option::weighted(0.9, condition),
        prop::collection::vec((key, any::<bool>()), 0..3),
        prop::option::of(0..8_usize),
        prop::option::weighted(0.3, 0..6_usize),
        prop::sample::select(vec![Escapes::Few, Escapes::Form, Escapes::All]),
    )
        .prop_map(|(filter, order, top, skip, escapes)| Query { filter, order, top, skip, escapes })
}

/// Follows the links of one query and compares each page with what should be on it.
fn walk(harness: &Harness, query: &Query, fleet: &[Json]) -> Result<(), TestCaseError> {
    let all = query.expected(fleet);
    let mut rest = all.iter().skip(query.skip.unwrap_or(0)).cloned().collect::<Vec<_>>();
    let mut target = query.target();
    let mut is_first = true;
    loop {
        let answer = harness.get(&target);
        prop_assert_eq!(answer.status.as_u16(), 200, "{}: {}", target, String::from_utf8_lossy(&answer.body));
        let page = json(&answer);
        let expected_count = if is_first { Json::from(all.len()) } else { Json::Null };
        prop_assert_eq!(&page["@odata.count"], &expected_count, "{:?}", query.filter.as_ref().map(Condition::text));
        let ids: Vec<&str> =
            page["value"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
        let size = query.top.unwrap_or(1_000).min(rest.len());
        let behind = rest.split_off(size);
        prop_assert_eq!(ids, rest, "{}", target);
        let link = page["@odata.nextLink"].as_str();
        // `$top=0` asks for the count alone.
        prop_assert_eq!(link.is_some(), !behind.is_empty() && query.top != Some(0), "{}", target);
        let Some(link) = link else { return Ok(()) };
        link.trim_start_matches("http://127.0.0.1:3650").clone_into(&mut target);
        rest = behind;
        is_first = false;
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn documented_queries_agree_with_a_naive_evaluation(
        fleet in fleet(),
        queries in prop::collection::vec(query(filter::documented()), 12),
    ) {
        let harness = harness(FilterUnsupported::Refuse);
        fill(&harness, &fleet);
        for query in &queries {
            walk(&harness, query, &fleet)?;
        }
    }

    #[test]
    fn queries_over_any_property_agree_with_a_naive_evaluation(
        fleet in fleet(),
        queries in prop::collection::vec(query(filter::everything()), 12),
    ) {
        let harness = harness(FilterUnsupported::Honour);
        fill(&harness, &fleet);
        for query in &queries {
            walk(&harness, query, &fleet)?;
        }
    }

    /// Wherever in a filter the property stands, and whatever the rest of it comes to.
    #[test]
    fn a_filter_on_a_property_that_is_not_documented_is_refused(
        conditions in prop::collection::vec((filter::documented(), 0..4_usize), 8),
    ) {
        let harness = harness(FilterUnsupported::Refuse);
        for (condition, form) in conditions {
            let filter = match form {
                0 => Condition::And(vec![condition, Condition::Is("isEncrypted")]),
                1 => Condition::Or(vec![Condition::Is("ISENCRYPTED"), condition]),
                2 => Condition::Not(Box::new(Condition::Or(vec![condition, Condition::Is("isEncrypted")]))),
                _ => Condition::And(vec![
                    condition,
                    Condition::Compare(Value::Property("isEncrypted"), "eq", Value::Truth(true)),
                ]),
            };
            let query = Query { filter: Some(filter), order: vec![], top: None, skip: None, escapes: Escapes::Few };
            let answer = harness.get(&query.target());
            prop_assert_eq!(answer.status.as_u16(), 400);
            let message = json(&answer)["error"]["message"].to_string();
            prop_assert!(message.contains("'isEncrypted' is not a property that can be filtered by"), "{}", message);
        }
    }
}

/// Where the last sync is computed from the clock, a filter and an order go by what is shown.
#[test]
fn a_computed_last_sync_is_filtered_and_sorted_by_as_it_is_shown() {
    let spec =
        TenantSpec { check_in: CheckIn::Realistic, quirks: Quirks::of(Profile::Documented), ..TenantSpec::default() };
    let harness = Harness::with(spec);
    harness.advance(TimeDelta::days(2));
    let ids = |query: &str| -> Vec<String> {
        let page = harness.get_json(&format!("{DEVICES}?$select=id&{query}"));
        page["value"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let in_order = ids("$top=1000");
    let shown: Vec<String> = in_order
        .iter()
        .map(|id| harness.get_json(&format!("{DEVICES}/{id}"))["lastSyncDateTime"].as_str().unwrap().to_owned())
        .collect();
    let stored_is_shown = {
        let tenant = harness.service.tenants().default_tenant();
        let world = tenant.world();
        let stored = |id: &String| world.inventory().get(id.parse().unwrap()).unwrap().record().last_sync_date_time;
        in_order.iter().zip(&shown).filter(|(id, shown)| stored(id) == shown.parse::<DateTime<Utc>>().unwrap()).count()
    };
    assert!(stored_is_shown < shown.len(), "nothing was computed");
    let date = |position: &usize| shown[*position].parse::<DateTime<Utc>>().unwrap();
    let mut latest: Vec<usize> = (0..shown.len()).collect();
    latest.sort_by_key(|position| std::cmp::Reverse(date(position)));
    let names = |positions: &[usize]| positions.iter().map(|&position| in_order[position].clone()).collect::<Vec<_>>();
    assert_eq!(ids("$orderby=lastSyncDateTime%20desc"), names(&latest));
    let middle = &shown[latest[latest.len() / 2]];
    let limit: DateTime<Utc> = middle.parse().unwrap();
    let behind: Vec<usize> = (0..shown.len()).filter(|position| date(position) >= limit).collect();
    assert_eq!(ids(&format!("$filter=lastSyncDateTime%20ge%20{middle}")), names(&behind));
    assert_eq!(
        harness.get_json(&format!("{DEVICES}?$count=true&$filter=lastSyncDateTime%20ge%20{middle}"))["@odata.count"],
        behind.len()
    );
}

/// Documented in the property annotations of v1.0, written down a second time on purpose; `id` is honoured beside them.
const DOCUMENTED: [&str; 22] = [
    "azureADDeviceId",
    "complianceGracePeriodExpirationDateTime",
    "complianceState",
    "deviceCategoryDisplayName",
    "deviceName",
    "deviceType",
    "emailAddress",
    "enrolledDateTime",
    "exchangeAccessState",
    "exchangeAccessStateReason",
    "imei",
    "jailBroken",
    "lastSyncDateTime",
    "managementAgent",
    "managementState",
    "manufacturer",
    "model",
    "operatingSystem",
    "osVersion",
    "phoneNumber",
    "serialNumber",
    "userPrincipalName",
];

#[test]
fn each_property_is_filtered_by_or_refused() {
    let harness = harness(FilterUnsupported::Refuse);
    for property in PROPERTIES {
        for version in [ApiVersion::V1, ApiVersion::Beta] {
            let target =
                format!("/{}/deviceManagement/managedDevices?$filter={}%20eq%20null", version.segment(), property.name);
            let answer = harness.get(&target);
            let is_known = property.since <= version;
            let is_documented = property.name == "id" || DOCUMENTED.contains(&property.name);
            let expected = if is_known && is_documented { 200 } else { 400 };
            assert_eq!(answer.status.as_u16(), expected, "{target}");
            if !is_known {
                let message = json(&answer)["error"]["message"].to_string();
                assert!(message.contains("Could not find a property named"), "{message}");
            }
        }
    }
}
