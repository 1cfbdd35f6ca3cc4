//! Complex values and collections: each member by its own rule, and without one not at all.

use serde_json::Value as Json;

use super::Replacer;
use super::rules::{Rule, nested_rule};

impl Replacer {
    /// Replaces what is inside, and tells the names of the members it drops.
    pub(super) fn nested(&mut self, value: &mut Json, dropped: &mut dyn FnMut(&str)) {
        match value {
            Json::Array(items) => {
                for item in items {
                    self.value(Rule::Plain, item, dropped);
                }
            }
            Json::Object(members) => members.retain(|name, value| {
                if name == "@odata.type" {
                    return value.as_str().is_some_and(|name| name.starts_with("#microsoft.graph."));
                }
                let rule = nested_rule(name);
                match rule {
                    Some(rule) => self.value(rule, value, dropped),
                    None => dropped(name),
                }
                rule.is_some()
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
}
