//! The model is closed: whatever a version names, that version has.

use std::collections::HashSet;

use super::complex_types::{self, complex_type};
use super::container::ROOTS;
use super::enumerations::{ENUMERATIONS, enumeration};
use super::{ENTITY_TYPES, Member, csdl, entity_type};
use crate::actions::parameters::{DOWNLOAD_APP_DIAGNOSTICS, EXECUTE_ACTION};
use crate::actions::{ACTIONS, types};
use crate::device::record::{ApiVersion, PROPERTIES};
use crate::functions::FUNCTIONS;
use crate::odata::value::Edm;

const VERSIONS: [ApiVersion; 2] = [ApiVersion::V1, ApiVersion::Beta];

/// Every member that `version` has of any type, with the name of the type.
fn members(version: ApiVersion) -> Vec<(&'static str, &'static Member)> {
    let complex = complex_types::all().map(|of| (of.name, of.since, of.members));
    let entities = ENTITY_TYPES.iter().map(|of| (of.name, of.since, of.properties));
    let types = complex.chain(entities).filter(|(_, since, _)| *since <= version);
    types
        .flat_map(|(name, _, members)| members.iter().map(move |member| (name, member)))
        .filter(|(_, member)| member.since <= version)
        .collect()
}

#[test]
fn every_type_that_a_version_names_is_in_that_version() {
    let mut missing = Vec::new();
    for version in VERSIONS {
        for (owner, member) in members(version) {
            let known = match member.edm {
                Edm::Enum(name) => ENUMERATIONS.iter().any(|known| known.since <= version && known.name == name),
                Edm::Complex(name) | Edm::ComplexCollection(name) => complex_type(name, version).is_some(),
                _ => true,
            };
            if !known {
                missing.push(format!("{version:?}: {owner}/{} is of {}", member.name, member.edm));
            }
        }
        for complex in complex_types::all().filter(|complex| complex.since <= version) {
            if let Some(base) = complex.base.filter(|base| complex_type(base, version).is_none()) {
                missing.push(format!("{version:?}: {} is derived from {base}", complex.name));
            }
        }
        for owner in ENTITY_TYPES.iter().filter(|owner| owner.since <= version) {
            for navigation in owner.navigation.iter().filter(|navigation| navigation.since <= version) {
                if entity_type(navigation.target, version).is_none() {
                    missing.push(format!(
                        "{version:?}: {}/{} leads to {}",
                        owner.name, navigation.name, navigation.target
                    ));
                }
            }
        }
        for root in ROOTS {
            if entity_type(root.entity_type.name, version).is_none() {
                missing.push(format!("{version:?}: /{} is of {}", root.name, root.entity_type.name));
            }
        }
    }
    assert!(missing.is_empty(), "the model names what it does not have:\n{}", missing.join("\n"));
}

#[test]
fn no_name_is_taken_twice() {
    let types = ENUMERATIONS.iter().map(|of| of.name);
    let types = types.chain(complex_types::all().map(|of| of.name)).chain(ENTITY_TYPES.iter().map(|of| of.name));
    let mut scopes: Vec<(&str, Vec<&str>)> = vec![
        ("the namespace", types.chain(ACTIONS.iter().map(|action| action.name())).chain(["entity"]).collect()),
        ("the container", ROOTS.iter().map(|root| root.name).collect()),
    ];
    for of in ENUMERATIONS {
        scopes.push((of.name, of.members.iter().map(|member| member.name).collect()));
        let numbers: HashSet<i32> = of.members.iter().map(|member| member.value).collect();
        assert_eq!(numbers.len(), of.members.len(), "{} has a number twice", of.name);
    }
    for of in complex_types::all() {
        let own = of.members.iter();
        let inherited = of.base.and_then(|base| complex_type(base, of.since)).into_iter().flat_map(|base| base.members);
        scopes.push((of.name, own.chain(inherited).map(|member| member.name).collect()));
    }
    for of in ENTITY_TYPES {
        let properties = of.properties.iter().map(|member| member.name);
        scopes.push((of.name, properties.chain(of.navigation.iter().map(|navigation| navigation.name)).collect()));
    }
    for (scope, names) in scopes {
        let mut seen = HashSet::new();
        for name in names {
            assert!(seen.insert(name), "{name} is twice in {scope}");
            let mut characters = name.chars();
            let is_identifier = characters.next().is_some_and(|first| first.is_ascii_alphabetic())
                && characters.all(|other| other.is_ascii_alphanumeric() || other == '_');
            assert!(is_identifier, "{name} of {scope} is no identifier; the writer of CSDL does not escape");
        }
    }
}

#[test]
fn every_entity_type_has_the_key() {
    for of in ENTITY_TYPES {
        let id = of.property("id", of.since).unwrap_or_else(|| panic!("{} has no id", of.name));
        assert!(!id.nullable && id.edm == Edm::String && id.name == "id", "{}", of.name);
    }
}

#[test]
fn the_managed_device_is_its_table() {
    let members = entity_type("managedDevice", ApiVersion::V1).unwrap().properties;
    assert_eq!(members.len(), PROPERTIES.len());
    for (member, property) in members.iter().zip(PROPERTIES) {
        assert_eq!((member.name, member.edm, member.since), (property.name, property.edm, property.since));
    }
}

/// Entries of `deviceActionResults` name the type that their action says, so that type must be there.
#[test]
fn every_action_has_the_types_it_names() {
    for action in ACTIONS {
        let name = action.result_type();
        let found = complex_type(name, action.since()).unwrap_or_else(|| panic!("there is no {name}"));
        assert!(name == "deviceActionResult" || found.base == Some("deviceActionResult"), "{name}");
        for parameter in action.parameters().iter().chain(EXECUTE_ACTION).chain(DOWNLOAD_APP_DIAGNOSTICS) {
            match parameter.edm {
                Edm::Complex(name) | Edm::ComplexCollection(name) => {
                    let of = complex_type(name, ApiVersion::Beta).unwrap_or_else(|| panic!("there is no {name}"));
                    let mut known: Vec<_> =
                        of.members.iter().map(|member| (member.name, member.edm.to_string())).collect();
                    let mut taken: Vec<_> =
                        types::properties_of(name).iter().map(|taken| (taken.name, taken.edm.to_string())).collect();
                    known.sort();
                    taken.sort();
                    assert_eq!(taken, known, "what a body may say in {name}");
                }
                Edm::Enum(name) => {
                    let of = enumeration(name).unwrap_or_else(|| panic!("there is no {name}"));
                    let known =
                        of.members.iter().map(|member| member.name).filter(|name| *name != "unknownFutureValue");
                    assert_eq!(types::members_of(name), known.collect::<Vec<_>>(), "what a body may say in {name}");
                }
                _ => {}
            }
        }
    }
    for type_name in FUNCTIONS.iter().map(|function| function.returns()).filter(|name| !name.starts_with("Edm.")) {
        let name =
            type_name.trim_start_matches("Collection(").trim_start_matches("microsoft.graph.").trim_end_matches(')');
        assert!(complex_type(name, ApiVersion::Beta).is_some(), "there is no {name}");
    }
}

#[test]
fn the_documents_read_well() {
    let v1 = csdl::document(ApiVersion::V1);
    insta::assert_snapshot!("metadata_v1", v1);
    // Beta has all of it and more: only what is added is worth reading.
    let known: HashSet<&str> = v1.lines().collect();
    let beta = csdl::document(ApiVersion::Beta);
    let added: Vec<&str> =
        beta.lines().filter(|line| line.starts_with("<EntityType") || !known.contains(line)).collect();
    insta::assert_snapshot!("metadata_beta_adds", added.join("\n"));
}

/// Lines that open and close, as a reader of XML sees them: enough to notice a forgotten end.
#[test]
fn what_is_opened_is_closed() {
    for version in VERSIONS {
        let document = csdl::document(version);
        let mut open = Vec::new();
        for line in document.lines().skip(1) {
            let name = line.trim_start_matches(['<', '/']).split([' ', '>']).next().unwrap();
            if line.starts_with("</") {
                assert_eq!(open.pop(), Some(name), "{line}");
            } else if !line.ends_with("/>") {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<&str>::new());
    }
}

#[test]
fn beta_has_whatever_v1_has() {
    let beta = members(ApiVersion::Beta);
    for (owner, member) in members(ApiVersion::V1) {
        assert!(
            beta.iter().any(|(other, same)| *other == owner && same.name == member.name),
            "{owner}/{}",
            member.name
        );
    }
}
