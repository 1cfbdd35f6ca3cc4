//! The parameters of actions: what a body may hold, and what of it is refused.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::types;
use crate::device::order::Arguments;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// One parameter of an action, as `$metadata` declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Graph's spelling.
    pub name: &'static str,
    /// Its type.
    pub edm: Edm,
    /// Whether it may be null or left out.
    pub nullable: bool,
    /// The first API version that has it, if that is not the action's.
    pub since: ApiVersion,
}

impl Parameter {
    /// One that must be given.
    pub const fn required(name: &'static str, edm: Edm) -> Self {
        Self { name, edm, nullable: false, since: ApiVersion::V1 }
    }

    /// One that may be null or left out.
    pub const fn nullable(name: &'static str, edm: Edm) -> Self {
        Self { name, edm, nullable: true, since: ApiVersion::V1 }
    }

    /// The same, in beta only.
    #[must_use]
    pub const fn in_beta(self) -> Self {
        Self { since: ApiVersion::Beta, ..self }
    }
}

/// What `executeAction` takes (documented: the action's beta page, msgraph-beta-sdk 1.66.0).
pub static EXECUTE_ACTION: &[Parameter] = &[
    Parameter::required("actionName", Edm::Enum("managedDeviceRemoteAction")),
    Parameter::nullable("keepEnrollmentData", Edm::Boolean),
    Parameter::nullable("keepUserData", Edm::Boolean),
    Parameter::nullable("persistEsimDataPlan", Edm::Boolean),
    Parameter::nullable("deviceIds", Edm::StringCollection),
    Parameter::nullable("notificationTitle", Edm::String),
    Parameter::nullable("notificationBody", Edm::String),
    Parameter::nullable("deviceName", Edm::String),
    Parameter::nullable("carrierUrl", Edm::String),
    Parameter::nullable("deprovisionReason", Edm::String),
    Parameter::nullable("organizationalUnitPath", Edm::String),
];

/// What `downloadAppDiagnostics` takes (documented: the action's beta page).
pub static DOWNLOAD_APP_DIAGNOSTICS: &[Parameter] =
    &[Parameter::required("request", Edm::Complex("powerliftDownloadRequest"))];

/// What is wrong with the arguments of a request. The service's words are not known; these are after OData's reader
/// (assumed).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No such parameter.
    #[error("The parameter '{0}' in the request payload is not a valid parameter for the operation '{1}'.")]
    Unknown(String, &'static str),
    /// A parameter that must be given is not.
    #[error("The parameter '{0}' of the operation '{1}' is missing from the request payload.")]
    Missing(&'static str, &'static str),
    /// A value of another type.
    #[error("Cannot convert the value of the parameter '{name}' to the expected type '{expected}'.")]
    Type {
        /// The parameter, or the path below it.
        name: String,
        /// The type it has.
        expected: TypeName,
    },
    /// A value of the right type that the action cannot take.
    #[error("{0}")]
    Value(String),
}

/// A type as OData's reader spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeName(Edm);

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Edm::Enum(name) | Edm::Complex(name) => write!(f, "microsoft.graph.{name}"),
            Edm::ComplexCollection(name) => write!(f, "Collection(microsoft.graph.{name})"),
            own => own.fmt(f),
        }
    }
}

/// Checks the members of a body against `parameters` of the operation `name`, as `version` has them.
pub fn check(
    name: &'static str,
    parameters: &'static [Parameter],
    version: ApiVersion,
    mut body: Map<String, Json>,
) -> Result<Arguments, Problem> {
    // Annotations are everybody's to send.
    body.retain(|member, _| !member.contains('@'));
    let known = || parameters.iter().filter(|parameter| parameter.since <= version);
    if let Some(stranger) = body.keys().find(|member| !known().any(|parameter| parameter.name == member.as_str())) {
        return Err(Problem::Unknown(stranger.clone(), name));
    }
    let mut values = Vec::new();
    for parameter in known() {
        match body.remove(parameter.name) {
            None if !parameter.nullable => return Err(Problem::Missing(parameter.name, name)),
            None | Some(Json::Null) if parameter.nullable => {}
            value => {
                let value = value.unwrap_or_default();
                conforms(parameter.name, &value, parameter.edm)?;
                values.push((parameter.name, value));
            }
        }
    }
    Ok(Arguments::new(values))
}

/// Checks one value, whose path is `name`.
fn conforms(name: &str, value: &Json, edm: Edm) -> Result<(), Problem> {
    let wrong = || Problem::Type { name: name.to_owned(), expected: TypeName(edm) };
    let right = match (edm, value) {
        (Edm::ComplexCollection(item), Json::Array(items)) => {
            return items.iter().try_for_each(|value| conforms(name, value, Edm::Complex(item)));
        }
        (Edm::Complex(type_name), Json::Object(members)) => return conforms_complex(name, members, type_name),
        (Edm::StringCollection, Json::Array(items)) => items.iter().all(Json::is_string),
        (Edm::GuidCollection, Json::Array(items)) => {
            return items.iter().try_for_each(|value| conforms(name, value, Edm::Guid));
        }
        (Edm::Boolean, value) => value.is_boolean(),
        (Edm::String, value) => value.is_string(),
        (Edm::Int32, value) => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        (Edm::Int64, value) => value.as_i64().is_some(),
        (Edm::Double, value) => value.is_number(),
        (Edm::Guid, Json::String(text)) => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
        (Edm::DateTimeOffset, Json::String(text)) => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        (Edm::Enum(type_name), Json::String(member)) => types::members_of(type_name).contains(&member.as_str()),
        _ => false,
    };
    if right { Ok(()) } else { Err(wrong()) }
}

fn conforms_complex(name: &str, members: &Map<String, Json>, type_name: &'static str) -> Result<(), Problem> {
    let known = types::properties_of(type_name);
    for (member, value) in members.iter().filter(|(member, _)| !member.contains('@')) {
        let path = format!("{name}/{member}");
        let Some(property) = known.iter().find(|property| property.name == member.as_str()) else {
            return Err(Problem::Value(format!(
                "The property '{member}' does not exist on type 'microsoft.graph.{type_name}'. Make sure to only use property names that are defined by the type."
            )));
        };
        if !(value.is_null() && property.nullable) {
            conforms(&path, value, property.edm)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Parameter, check};
    use crate::actions::{ACTIONS, types};
    use crate::device::record::ApiVersion;
    use crate::odata::value::Edm;
    use serde_json::{Value as Json, json};

    static ALL_KINDS: &[Parameter] = &[
        Parameter::required("flag", Edm::Boolean),
        Parameter::nullable("text", Edm::String),
        Parameter::nullable("number", Edm::Int32),
        Parameter::nullable("state", Edm::Enum("administratorConfiguredDeviceComplianceState")),
        Parameter::nullable("items", Edm::ComplexCollection("deviceAssignmentItem")),
        Parameter::nullable("ids", Edm::StringCollection),
    ];

    fn told(body: &Json) -> String {
        let Json::Object(members) = body else { unreachable!("an object") };
        match check("sample", ALL_KINDS, ApiVersion::V1, members.clone()) {
            Ok(arguments) => format!("{arguments:?}"),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn bodies_are_taken_or_refused_with_one_sentence() {
        let told: Vec<String> = [
            json!({"flag": true}),
            json!({"flag": false, "text": null, "@odata.type": "#microsoft.graph.x", "number": -1}),
            json!({"flag": true, "ids": ["a"], "items": [{"itemId": "a", "itemType": "application"}]}),
            json!({}),
            json!({"flag": null}),
            json!({"flag": "true"}),
            json!({"Flag": true}),
            json!({"flag": true, "text": 1}),
            json!({"flag": true, "number": 1.5}),
            json!({"flag": true, "number": 2_147_483_648_i64}),
            json!({"flag": true, "state": "compliant"}),
            json!({"flag": true, "items": {}}),
            json!({"flag": true, "items": [{"colour": "red"}]}),
            json!({"flag": true, "items": [{"itemType": "game"}]}),
            json!({"flag": true, "ids": [1]}),
        ]
        .iter()
        .map(|body| format!("{body}\n  {}", told(body)))
        .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn every_type_of_a_parameter_is_known() {
        for action in ACTIONS {
            for parameter in action.parameters() {
                match parameter.edm {
                    Edm::Enum(name) => assert!(!types::members_of(name).is_empty(), "{name}"),
                    Edm::Complex(name) | Edm::ComplexCollection(name) => {
                        assert!(!types::properties_of(name).is_empty(), "{name}");
                    }
                    _ => {}
                }
            }
        }
    }
}
