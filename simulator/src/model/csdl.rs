//! The model as CSDL XML, as `$metadata` shows it.
//!
//! What it says is a subset of Graph's own document, in its spelling (documented: the CSDL of both versions in
//! `msgraph-metadata`): namespace `microsoft.graph` with the alias `graph`, one abstract `entity` with the key, actions
//! as siblings of the types. Every name in it is an identifier (a test proves it), so nothing needs escaping.

use std::fmt::{self, Write};

use super::complex_types::{self, ComplexType};
use super::container::ROOTS;
use super::enumerations::{ENUMERATIONS, Enumeration};
use super::{ENTITY_TYPES, EntityType, Member, is_contained};
use crate::actions::ACTIONS;
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

const OPENING: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">\n\
    <edmx:DataServices>\n\
    <Schema Namespace=\"microsoft.graph\" Alias=\"graph\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n";

/// The type with the key that all entity types have.
const ENTITY: &str = "<EntityType Name=\"entity\" Abstract=\"true\">\n\
    <Key>\n<PropertyRef Name=\"id\" />\n</Key>\n\
    <Property Name=\"id\" Type=\"Edm.String\" Nullable=\"false\" />\n\
    </EntityType>\n";

const CLOSING: &str = "</Schema>\n</edmx:DataServices>\n</edmx:Edmx>\n";

/// The document of one API version.
pub fn document(version: ApiVersion) -> String {
    let mut out = String::with_capacity(64 * 1024);
    write_document(&mut out, version).expect("a string takes everything");
    out
}

fn write_document(out: &mut String, version: ApiVersion) -> fmt::Result {
    out.push_str(OPENING);
    for enumeration in ENUMERATIONS.iter().filter(|enumeration| enumeration.since <= version) {
        write_enumeration(out, enumeration, version)?;
    }
    for complex in complex_types::all().filter(|complex| complex.since <= version) {
        write_complex_type(out, complex, version)?;
    }
    out.push_str(ENTITY);
    for entity_type in ENTITY_TYPES.iter().filter(|entity_type| entity_type.since <= version) {
        write_entity_type(out, entity_type, version)?;
    }
    for action in ACTIONS.iter().filter(|action| action.since() <= version) {
        writeln!(out, "<Action Name=\"{}\" IsBound=\"true\">", action.name())?;
        out.push_str("<Parameter Name=\"bindingParameter\" Type=\"graph.managedDevice\" />\n</Action>\n");
    }
    out.push_str("<EntityContainer Name=\"GraphService\">\n");
    for root in ROOTS {
        let (element, attribute) = if root.many { ("EntitySet", "EntityType") } else { ("Singleton", "Type") };
        writeln!(out, "<{element} Name=\"{}\" {attribute}=\"graph.{}\" />", root.name, root.entity_type.name)?;
    }
    out.push_str("</EntityContainer>\n");
    out.push_str(CLOSING);
    Ok(())
}

fn write_enumeration(out: &mut String, enumeration: &Enumeration, version: ApiVersion) -> fmt::Result {
    let flags = if enumeration.is_flags { " IsFlags=\"true\"" } else { "" };
    writeln!(out, "<EnumType Name=\"{}\"{flags}>", enumeration.name)?;
    for member in enumeration.members.iter().filter(|member| member.since <= version) {
        writeln!(out, "<Member Name=\"{}\" Value=\"{}\" />", member.name, member.value)?;
    }
    out.push_str("</EnumType>\n");
    Ok(())
}

fn write_complex_type(out: &mut String, complex: &ComplexType, version: ApiVersion) -> fmt::Result {
    write!(out, "<ComplexType Name=\"{}\"", complex.name)?;
    if let Some(base) = complex.base {
        write!(out, " BaseType=\"graph.{base}\"")?;
    }
    out.push_str(">\n");
    write_properties(out, complex.members.iter(), version)?;
    out.push_str("</ComplexType>\n");
    Ok(())
}

fn write_entity_type(out: &mut String, entity_type: &EntityType, version: ApiVersion) -> fmt::Result {
    writeln!(out, "<EntityType Name=\"{}\" BaseType=\"graph.entity\">", entity_type.name)?;
    write_properties(out, entity_type.properties.iter().filter(|member| member.name != "id"), version)?;
    for navigation in entity_type.navigation.iter().filter(|navigation| navigation.since <= version) {
        let (before, after) = if navigation.many { ("Collection(", ")") } else { ("", "") };
        write!(out, "<NavigationProperty Name=\"{}\" ", navigation.name)?;
        write!(out, "Type=\"{before}graph.{}{after}\"", navigation.target)?;
        if is_contained(entity_type, navigation) {
            out.push_str(" ContainsTarget=\"true\"");
        }
        out.push_str(" />\n");
    }
    out.push_str("</EntityType>\n");
    Ok(())
}

fn write_properties<'a>(
    out: &mut String,
    members: impl Iterator<Item = &'a Member>,
    version: ApiVersion,
) -> fmt::Result {
    for member in members.filter(|member| member.since <= version) {
        write!(out, "<Property Name=\"{}\" Type=\"{}\"", member.name, TypeName(member.edm))?;
        if !member.nullable {
            out.push_str(" Nullable=\"false\"");
        }
        out.push_str(" />\n");
    }
    Ok(())
}

/// A type as CSDL names it: with the alias, where it is not one of EDM's own.
struct TypeName(Edm);

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Edm::Enum(name) | Edm::Complex(name) => write!(f, "graph.{name}"),
            Edm::ComplexCollection(name) => write!(f, "Collection(graph.{name})"),
            own => own.fmt(f),
        }
    }
}
