//! The forms of the texts and numbers that the control API takes, as schemas: exactly what the readers take.
//!
//! What no schema can say is refused with a status of its own: 404 for what is not there, 409 for what does not go
//! together with what is.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};

use super::users;
use crate::clock::DURATION_PATTERN;
use crate::faults::Rule;
use crate::faults::load;
use crate::faults::profile::PROFILES;
use crate::fleet;
use crate::identity::intune_role::IntuneRole;
use crate::quirks::{Profile, QUIRKS};
use crate::throttle::Mode;

/// A day from that of the first edition on, or `latest`. Any day of any month goes up to 31, as days are only compared.
const EDITION: &str = "^(?:latest|2017-04-(?:1[4-9]|2[0-9]|3[01])|2017-(?:0[5-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|(?:201[89]|20[2-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))$";

/// Labels of letters, digits and hyphens, at least two.
const DOMAIN: &str =
    "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$";

/// What [`super::users::is_sign_in_name`] takes.
const SIGN_IN_NAME: &str = "^[A-Za-z0-9'._!#^~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$";

/// What `redirect_uri::may_be_registered` takes, but for the schemes that a browser would run.
const REDIRECT_URI: &str = "^[A-Za-z][A-Za-z0-9+.-]*:[!$%&(-+\\--:=?-~]+$";

/// The same or null.
fn or_null(schema: Json) -> Schema {
    json_schema!({ "anyOf": [schema, { "type": "null" }] })
}

fn text(pattern: &str, example: &str) -> Json {
    json!({ "type": "string", "pattern": pattern, "examples": [example] })
}

/// A length of time.
pub(super) fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": DURATION_PATTERN, "examples": ["PT8H"] })
}

/// A length of time or null.
pub(super) fn maybe_duration(_: &mut SchemaGenerator) -> Schema {
    or_null(text(DURATION_PATTERN, "PT1H"))
}

/// From push to answer.
pub(super) fn maybe_check_in(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [text(DURATION_PATTERN, "2s"), { "const": "realistic" }, { "type": "null" }] })
}

fn date() -> Json {
    json!({ "type": "string", "format": "date-time", "examples": ["2031-01-31T08:00:00Z"] })
}

/// An instant or null.
pub(super) fn maybe_date(_: &mut SchemaGenerator) -> Schema {
    or_null(date())
}

/// How a clock starts.
pub(super) fn maybe_clock(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "enum": ["auto", "manual", null] }, date()] })
}

/// An edition of the support matrix.
pub(super) fn maybe_edition(_: &mut SchemaGenerator) -> Schema {
    or_null(text(EDITION, "2018-03-08"))
}

/// A domain of one's own.
pub(super) fn maybe_domain(_: &mut SchemaGenerator) -> Schema {
    or_null(json!({ "type": "string", "pattern": DOMAIN, "maxLength": 253, "examples": ["contoso.example"] }))
}

/// A secret or password.
pub(super) fn maybe_secret(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "null"], "minLength": 1 })
}

/// A sign-in name.
pub(super) fn sign_in_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "maxLength": users::NAME_LIMIT, "pattern": SIGN_IN_NAME, "examples": ["somebody@simtune.example"] })
}

/// A role of Intune.
pub(super) fn role(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": IntuneRole::all_names().collect::<Vec<_>>() })
}

/// A certificate.
pub(super) fn certificates(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "format": "pem-certificate" } })
}

/// Where a sign-in may lead back to.
pub(super) fn redirect_uris(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": text(REDIRECT_URI, "https://app.example/callback") })
}

/// A profile of quirks.
pub(super) fn maybe_quirks(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<Json> = Profile::ALL.iter().map(|(name, _)| json!(name)).chain([Json::Null]).collect();
    json_schema!({ "enum": names })
}

/// Single quirks by name.
pub(super) fn single_quirks(_: &mut SchemaGenerator) -> Schema {
    let members: serde_json::Map<String, Json> = quirk_members().collect();
    json_schema!({ "type": "object", "properties": members, "additionalProperties": false })
}

/// Every quirk with its values: `400` and `"400"` are the same to whoever writes them, and so are `null` and `"null"`.
pub(super) fn quirk_members() -> impl Iterator<Item = (String, Json)> {
    QUIRKS.iter().map(|quirk| {
        let texts = quirk.values.iter().map(|(value, _)| json!(value));
        let plain = quirk.values.iter().filter_map(|(value, _)| serde_json::from_str::<Json>(value).ok());
        let values: Vec<Json> = texts.chain(plain).collect();
        (quirk.name.to_owned(), json!({ "enum": values }))
    })
}

/// A fleet.
pub(super) fn fleet() -> Json {
    json!({ "anyOf": [
        { "enum": fleet::Builtin::ALL.map(fleet::Builtin::name) },
        { "type": "integer", "minimum": 0, "maximum": fleet::MOST },
        { "type": "string", "pattern": "^[0-9]{1,6}$" },
    ] })
}

/// What is done with budgets.
pub(super) fn throttle() -> Json {
    let (least, most) = Mode::factors();
    json!({ "anyOf": [
        { "enum": ["report", "enforce", "off"] },
        { "type": "number", "minimum": least, "maximum": most },
    ] })
}

/// The names of the profiles of faults.
pub(super) fn fault_profiles() -> Vec<&'static str> {
    PROFILES.iter().map(|profile| profile.name).collect()
}

/// The faults that a new tenant begins with.
pub(super) fn maybe_faults(generator: &mut SchemaGenerator) -> Schema {
    let rule = generator.subschema_for::<Rule>();
    json_schema!({ "anyOf": [
        { "enum": fault_profiles() },
        { "type": "array", "items": rule, "maxItems": load::LIMIT },
        { "type": "null" },
    ] })
}

/// A token is a user's, who has scopes, or an app's, which has roles.
pub(super) fn of_user_or_app(schema: &mut Schema) {
    schema.insert(
        "anyOf".to_owned(),
        json!([
            { "properties": { "user": { "type": "string" }, "roles": { "type": "null" } }, "required": ["user"] },
            { "properties": { "user": { "type": "null" }, "scopes": { "type": "null" } } },
        ]),
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::string::string_regex;

    use super::{DOMAIN, DURATION_PATTERN, EDITION, REDIRECT_URI, SIGN_IN_NAME, users};
    use crate::identity::redirect_uri;
    use crate::{clock, config, support};

    fn texts_of(pattern: &str) -> impl Strategy<Value = String> + use<> {
        string_regex(pattern.trim_start_matches('^').trim_end_matches('$')).expect("a pattern")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Whoever keeps to the document is not refused.
        #[test]
        fn what_a_pattern_says_is_taken(
            duration in texts_of(DURATION_PATTERN),
            edition in texts_of(EDITION),
            domain in texts_of(DOMAIN).prop_filter("of a length", |domain| domain.len() <= 253),
            name in texts_of(SIGN_IN_NAME).prop_filter("of a length", |name| name.len() <= users::NAME_LIMIT),
            uri in texts_of(REDIRECT_URI),
        ) {
            prop_assert!(clock::duration(&duration).is_ok(), "{duration}");
            prop_assert!(support::edition_at(&edition).is_ok(), "{edition}");
            prop_assert!(config::is_domain(&domain), "{domain}");
            prop_assert!(super::super::users::is_sign_in_name(&name), "{name}");
            prop_assert!(redirect_uri::may_be_registered(&uri), "{uri}");
        }
    }

    #[test]
    fn the_day_before_the_first_edition_is_none() {
        assert!(support::edition_at("2017-04-13").is_err());
        assert!(support::edition_at("2017-04-14").is_ok());
    }
}
