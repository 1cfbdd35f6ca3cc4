//! What a device is asked with: the values of an action's parameters, checked before they get here.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

/// The arguments of one request, by parameter, in the order of the action's parameters. What the client left out, or
/// sent as null, is not here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments(Vec<(Cow<'static, str>, Json)>);

impl Arguments {
    /// These values.
    pub fn new(values: Vec<(&'static str, Json)>) -> Self {
        Self(values.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The value of a string parameter, or empty.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Json::as_str).unwrap_or_default()
    }

    /// The value of a truth parameter; what is not given is false.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Json::as_bool).unwrap_or_default()
    }

    /// Those of the parameters called `names`.
    #[must_use]
    pub fn only(&self, names: impl Iterator<Item = &'static str>) -> Self {
        Self(names.filter_map(|name| Some((name.into(), self.get(name)?.clone()))).collect())
    }

    /// The same with `value` for the parameter `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Json) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name.into(), value));
        self
    }
}

/// An object, in the order of the parameters.
impl Serialize for Arguments {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?;
        Ok(Self(members.into_iter().map(|(name, value)| (name.into(), value)).collect()))
    }
}
