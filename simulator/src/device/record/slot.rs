//! The kinds of field a record is made of: how each is read as an OData value and written from JSON.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::odata::value::Value;

/// A field that can be read as an OData value and written from JSON.
pub trait Slot {
    /// The value, borrowed.
    fn value(&self) -> Value<'_>;
    /// Takes the value from JSON; `Err` says what would have been right.
    fn assign(&mut self, json: &Json) -> Result<(), &'static str>;
}

/// A string or null. Copying a device shares its texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Option<Arc<str>>);

impl Text {
    /// The text, unless null.
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The text, null read as empty.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// The text for keeping, null read as empty.
    pub fn share(&self) -> Arc<str> {
        self.0.clone().unwrap_or_default()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Some(text.into()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Some(text.into()))
    }
}

impl Slot for Text {
    fn value(&self) -> Value<'_> {
        self.as_deref().map_or(Value::Null, Value::String)
    }

    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        self.0 = match json {
            Json::Null => None,
            Json::String(text) => Some(text.as_str().into()),
            _ => return Err("a string or null"),
        };
        Ok(())
    }
}

/// A member of an enumeration as Graph spells it, or null. Any text is kept, because the service itself returns
/// members that its schema does not have (observed: sdk-php#1605, sdk-dotnet#2735, and numbers as strings).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbol(Text);

impl Symbol {
    /// The member, unless null.
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl From<&str> for Symbol {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Slot for Symbol {
    fn value(&self) -> Value<'_> {
        self.as_deref().map_or(Value::Null, Value::Enum)
    }

    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        self.0.assign(json).map_err(|_| "the name of an enumeration member as a string, or null")
    }
}

/// A complex value or a collection, kept as the JSON text it is sent as; null if there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raw(Text);

impl From<&str> for Raw {
    fn from(json: &str) -> Self {
        Self(json.into())
    }
}

impl Slot for Raw {
    fn value(&self) -> Value<'_> {
        self.0.as_deref().map_or(Value::Null, Value::Json)
    }

    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        self.0 = match json {
            Json::Null => Text::default(),
            Json::Object(_) | Json::Array(_) => json.to_string().into(),
            _ => return Err("an object, an array or null"),
        };
        Ok(())
    }
}

impl Slot for bool {
    fn value(&self) -> Value<'_> {
        Value::Boolean(*self)
    }

    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        *self = json.as_bool().ok_or("true or false")?;
        Ok(())
    }
}

impl Slot for Option<bool> {
    fn value(&self) -> Value<'_> {
        self.map_or(Value::Null, Value::Boolean)
    }

    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        *self = match json {
            Json::Null => None,
            Json::Bool(truth) => Some(*truth),
            _ => return Err("true, false or null"),
        };
        Ok(())
    }
}

/// A whole number, also with a fraction of zero, which is the same number in JSON.
fn whole(json: &Json) -> Option<i64> {
    // The bounds are powers of two, so they are exact; the lower one is left out, as numbers below it were rounded to it.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    let in_range = |float: &f64| float.fract() == 0.0 && *float > -BOUND && *float < BOUND;
    #[expect(clippy::cast_possible_truncation, reason = "within bounds")]
    let whole = |float: f64| float as i64;
    json.as_i64().or_else(|| json.as_f64().filter(in_range).map(whole))
}

impl Slot for i64 {
    fn value(&self) -> Value<'_> {
        Value::Int(*self)
    }

    /// Also takes a string of digits, as saved responses with `IEEE754Compatible=true` have it.
    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        *self = whole(json).or_else(|| json.as_str()?.parse().ok()).ok_or("a whole number of at most 64 bits")?;
        Ok(())
    }
}

impl Slot for i32 {
    fn value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }

    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        *self =
            whole(json).and_then(|number| Self::try_from(number).ok()).ok_or("a whole number of at most 32 bits")?;
        Ok(())
    }
}

impl Slot for DateTime<Utc> {
    fn value(&self) -> Value<'_> {
        Value::DateTime(*self)
    }

    fn assign(&mut self, json: &Json) -> Result<(), &'static str> {
        *self = json
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
            .ok_or("a date such as \"2026-01-31T08:00:00Z\"")?
            .to_utc();
        Ok(())
    }
}
