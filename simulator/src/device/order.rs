//! What a device is asked with: the values of an action's parameters, checked before they get here.

use serde_json::Value as Json;

/// The arguments of one request, by parameter, in the order of the action's parameters. What the client left out, or
/// sent as null, is not here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments(Vec<(&'static str, Json)>);

impl Arguments {
    /// These values.
    pub fn new(values: Vec<(&'static str, Json)>) -> Self {
        Self(values)
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
        Self(names.filter_map(|name| Some((name, self.get(name)?.clone()))).collect())
    }

    /// The same with `value` for the parameter `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Json) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value));
        self
    }
}
