//! `Retry-After` in every form that was seen or is allowed, and in some that are not.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value as Json};

use super::header::HeaderText;
use crate::clock::{self, DURATION_PATTERN};
use crate::wire::strict;

/// The value of a `Retry-After` header.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RetryAfter {
    /// A number, spelled as it was given: `5`, `2.128`, `-1`.
    Number(Number),
    /// A text, whatever it says: `"5"`, `"soon"`.
    Text(HeaderText),
    /// A date some time from now, by the tenant's clock.
    Date(DateIn),
}

/// A date some time from now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DateIn {
    /// How it is spelled.
    pub date: DateForm,
    /// How far from now: `PT4S`, `4s`; with a minus before it, in the past.
    #[serde(rename = "in")]
    pub from_now: Offset,
}

/// The three forms of a date that a recipient must understand (documented: RFC 9110, 5.6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DateForm {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    Imf,
    /// `Sunday, 06-Nov-94 08:49:37 GMT`.
    Rfc850,
    /// `Sun Nov  6 08:49:37 1994`.
    Asctime,
}

/// A length of time with a sign, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Offset {
    text: String,
    by: TimeDelta,
}

impl RetryAfter {
    /// What the header says at `now`.
    pub fn value(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.as_str().to_owned(),
            Self::Date(DateIn { date, from_now }) => {
                let at = now.checked_add_signed(from_now.by).unwrap_or(now);
                let form = match date {
                    DateForm::Imf => "%a, %d %b %Y %H:%M:%S GMT",
                    DateForm::Rfc850 => "%A, %d-%b-%y %H:%M:%S GMT",
                    DateForm::Asctime => "%a %b %e %H:%M:%S %Y",
                };
                at.format(form).to_string()
            }
        }
    }
}

impl<'de> Deserialize<'de> for RetryAfter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match Json::deserialize(deserializer)? {
            Json::Number(number) => Ok(Self::Number(number)),
            Json::String(text) => text.try_into().map(Self::Text).map_err(D::Error::custom),
            date @ Json::Object(_) => {
                strict::read(date).map(Self::Date).map_err(|error| D::Error::custom(error.into_inner()))
            }
            _ => Err(D::Error::custom(
                "it is a number, a text, or {\"date\": \"imf\" | \"rfc850\" | \"asctime\", \"in\": \"PT4S\"}",
            )),
        }
    }
}

impl JsonSchema for RetryAfter {
    fn schema_name() -> Cow<'static, str> {
        "RetryAfter".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, generator.subschema_for::<HeaderText>(), generator.subschema_for::<DateIn>()] })
    }
}

impl TryFrom<String> for Offset {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let by = match text.strip_prefix('-') {
            Some(length) => -clock::duration(length)?,
            None => clock::duration(&text)?,
        };
        Ok(Self { text, by })
    }
}

impl From<Offset> for String {
    fn from(offset: Offset) -> Self {
        offset.text
    }
}

impl JsonSchema for Offset {
    fn schema_name() -> Cow<'static, str> {
        "Offset".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": format!("^-?(?:{})$", DURATION_PATTERN.trim_matches('^').trim_end_matches('$')) })
    }
}
