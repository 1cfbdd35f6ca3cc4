//! The quirks of a tenant: how the doubtful is decided there, and on whose authority.

use serde_json::{Map, Value as Json, json};

use super::Call;
use super::api::object;
use super::formats;
use super::openapi::closed;
use super::reply::{ApiError, Reply};
use crate::quirks::{Profile, QUIRKS, Quirks};
use crate::wire::strict;

/// The member that chooses for all quirks before the others choose for one each. No quirk has that name.
const PROFILE: &str = "profile";

pub(super) fn get(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let quirks = *tenant.world().quirks();
    Ok(shown(&quirks))
}

/// Nothing changes unless everything can.
pub(super) fn update(call: &Call<'_>) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let members = object(call)?;
    let mut quirks = *tenant.world().quirks();
    if let Some(profile) = members.get(PROFILE) {
        let name = profile.as_str().ok_or_else(|| ApiError::bad(format!("{PROFILE}: it must be a string")))?;
        quirks = Quirks::of(Profile::named(name).map_err(|error| ApiError::bad(format!("{PROFILE}: {error}")))?);
    }
    for (name, value) in members.iter().filter(|(name, _)| *name != PROFILE) {
        quirks.set(name, &spelled(value)).map_err(ApiError::bad)?;
    }
    tenant.world().set_quirks(quirks);
    Ok(shown(&quirks))
}

/// The value of a quirk as its text: `400` and `"400"` are the same to whoever writes it.
pub(super) fn spelled(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => strict::whole(number).unwrap_or_else(|| number.clone()).to_string(),
        other => other.to_string(),
    }
}

fn shown(quirks: &Quirks) -> Reply {
    let rows: Vec<Json> = QUIRKS
        .iter()
        .map(|quirk| {
            let values: Vec<Json> = quirk
                .values
                .iter()
                .map(|(value, meaning)| json!({ "value": value, "meaning": meaning.trim() }))
                .collect();
            let [documented, realistic, awkward] = quirk.defaults;
            json!({
                "name": quirk.name,
                "value": quirk.value(quirks),
                "about": quirk.about.trim(),
                "values": values,
                "profiles": { "documented": documented, "realistic": realistic, "awkward": awkward },
                "confidence": quirk.confidence.to_string(),
                "date": quirk.date,
                "source": quirk.source,
            })
        })
        .collect();
    Reply::list(&rows)
}

/// What PATCH takes: every quirk by name with its values, and a profile.
pub(super) fn change_schema() -> Json {
    let mut members = Map::new();
    members.insert(PROFILE.to_owned(), json!({ "enum": Profile::ALL.map(|(name, _)| name) }));
    members.extend(formats::quirk_members());
    closed(&Json::Object(members), &[])
}

/// What GET and PATCH give: the quirks with their present values.
pub(super) fn list_schema() -> Json {
    let text = json!({ "type": "string" });
    let value = closed(&json!({ "value": text, "meaning": text }), &["value", "meaning"]);
    let profiles =
        closed(&json!({ "documented": text, "realistic": text, "awkward": text }), &Profile::ALL.map(|(name, _)| name));
    let row = json!({
        "name": text, "value": text, "about": text,
        "values": { "type": "array", "items": value },
        "profiles": profiles,
        "confidence": { "enum": ["documented", "observed", "assumed"] },
        "date": text, "source": text,
    });
    let required = ["name", "value", "about", "values", "profiles", "confidence", "date", "source"];
    closed(&json!({ "value": { "type": "array", "items": closed(&row, &required) } }), &["value"])
}
