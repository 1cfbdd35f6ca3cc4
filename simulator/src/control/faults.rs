//! The faults of a tenant: what goes wrong there on purpose, and how often it did.

use serde_json::{Map, Value as Json, json};

use super::Call;
use super::api::object;
use super::formats;
use super::openapi::closed;
use super::reply::{ApiError, Reply};
use crate::faults::profile::Profile;
use crate::faults::{Armed, Faults, Rule, load};

/// The member that names a profile in the place of rules.
const PROFILE: &str = "profile";
const VALUE: &str = "value";

pub(super) fn get(call: &Call<'_>) -> Result<Reply, ApiError> {
    Ok(shown(call.tenant()?.world().faults.armed()))
}

/// Puts all of them in the place of those that are there, with new counts; or none, if one cannot be used.
pub(super) fn replace(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let mut members = object(call)?;
    if let Some(unknown) = members.keys().find(|name| *name != VALUE && *name != PROFILE) {
        return Err(ApiError::bad(format!("unknown member '{unknown}'; there are {VALUE} and {PROFILE}")));
    }
    let rules = match (members.remove(VALUE), members.remove(PROFILE)) {
        (Some(value), None) => listed(value),
        (None, Some(Json::String(name))) => named(&name),
        (None, Some(_)) => Err(ApiError::bad(format!("{PROFILE}: it must be a string"))),
        _ => Err(ApiError::bad(format!("the body has {VALUE}, a list of faults, or {PROFILE}, the name of some"))),
    };
    let faults = Faults::new(&rules?);
    let mut world = tenant.world();
    world.faults = faults;
    Ok(shown(world.faults.armed()))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.tenant()?.world().faults = Faults::default();
    Ok(Reply::Empty)
}

/// The faults that a new tenant begins with: a profile's name, or a list.
pub(super) fn chosen(choice: Json) -> Result<Vec<Rule>, ApiError> {
    match choice {
        Json::String(name) => named(&name),
        list => listed(list),
    }
    .map_err(|error| error.within("faults"))
}

fn listed(value: Json) -> Result<Vec<Rule>, ApiError> {
    let Json::Array(rules) = value else {
        return Err(ApiError::bad(format!("{VALUE}: it must be a list of faults")));
    };
    // No schema can say that no two have the same id, so that is a conflict and no mistake in a member.
    let has_twins = load::has_twins(&rules);
    load::rules(rules).map_err(|problem| {
        let refuse = if has_twins { ApiError::conflict } else { ApiError::bad };
        refuse(problem.to_string())
    })
}

fn named(name: &str) -> Result<Vec<Rule>, ApiError> {
    let profile = Profile::named(name);
    profile
        .map(Profile::rules)
        .ok_or_else(|| ApiError::bad(format!("there is no fault profile '{name}'; there are {}", Profile::names())))
}

fn shown(armed: &[Armed]) -> Reply {
    let rows: Vec<Json> = armed
        .iter()
        .map(|armed| {
            let mut row = serde_json::to_value(&*armed.rule).expect("a rule becomes JSON");
            row["hits"] = armed.hits.into();
            row["hitsHttp2"] = armed.approximated.into();
            row
        })
        .collect();
    Reply::list(&rows)
}

/// What PUT takes: a list, or a profile's name. `rule` is the schema of one.
pub(super) fn change_schema(rule: &Json) -> Json {
    let value = json!({ "type": "array", "items": rule, "maxItems": load::LIMIT });
    let profile = json!({ "enum": formats::fault_profiles() });
    json!({ "oneOf": [closed(&json!({ VALUE: value }), &[VALUE]), closed(&json!({ PROFILE: profile }), &[PROFILE])] })
}

/// What GET and PUT give: the rules with their counts.
pub(super) fn list_schema(rule: &Json) -> Json {
    let mut members = rule["properties"].as_object().cloned().unwrap_or_default();
    let count = json!({ "type": "integer", "minimum": 0 });
    members.extend(Map::from_iter([("hits".to_owned(), count.clone()), ("hitsHttp2".to_owned(), count)]));
    let row = closed(&Json::Object(members), &["id", "match", "apply", "act", "hits", "hitsHttp2"]);
    closed(&json!({ VALUE: { "type": "array", "items": row } }), &[VALUE])
}
