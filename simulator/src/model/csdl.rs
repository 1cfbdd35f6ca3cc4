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
use crate::actions::parameters::{DOWNLOAD_APP_DIAGNOSTICS, EXECUTE_ACTION};
use crate::actions::{ACTIONS, Parameter};
use crate::device::record::ApiVersion;
use crate::functions::FUNCTIONS;
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

/// What is bound to all devices is bound to this.
const DEVICES: &str = "Collection(graph.managedDevice)";

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
    write_operations(out, version)?;
    out.push_str("<EntityContainer Name=\"GraphService\">\n");
    for root in ROOTS {
        let (element, attribute) = if root.many { ("EntitySet", "EntityType") } else { ("Singleton", "Type") };
        writeln!(out, "<{element} Name=\"{}\" {attribute}=\"graph.{}\" />", root.name, root.entity_type.name)?;
    }
    out.push_str("</EntityContainer>\n");
    out.push_str(CLOSING);
    Ok(())
}

/// What can be asked of a device and of all of them, and what can be read of one.
fn write_operations(out: &mut String, version: ApiVersion) -> fmt::Result {
    for action in ACTIONS.iter().filter(|action| action.since() <= version) {
        writeln!(out, "<Action Name=\"{}\" IsBound=\"true\">", action.name())?;
        let bound = if action.is_of_collection() { DEVICES } else { "graph.managedDevice" };
        write_parameters(out, bound, action.parameters(), version)?;
        write_return(out, action.returns())?;
        out.push_str("</Action>\n");
    }
    out.push_str("<Action Name=\"createDownloadUrl\" IsBound=\"true\">\n");
    write_parameters(out, "graph.deviceLogCollectionResponse", &[], version)?;
    write_return(out, Some("Edm.String"))?;
    out.push_str("</Action>\n");
    if version == ApiVersion::Beta {
        out.push_str("<Action Name=\"executeAction\" IsBound=\"true\">\n");
        write_parameters(out, DEVICES, EXECUTE_ACTION, version)?;
        write_return(out, Some("microsoft.graph.bulkManagedDeviceActionResult"))?;
        out.push_str("</Action>\n<Action Name=\"downloadAppDiagnostics\" IsBound=\"true\">\n");
        write_parameters(out, DEVICES, DOWNLOAD_APP_DIAGNOSTICS, version)?;
        write_return(out, Some("Edm.Stream"))?;
        out.push_str("</Action>\n<Function Name=\"appDiagnostics\" IsBound=\"true\">\n");
        write_parameters(out, DEVICES, const { &[Parameter::required("upn", Edm::String)] }, version)?;
        write_return(out, Some("Collection(microsoft.graph.powerliftIncidentMetadata)"))?;
        out.push_str("</Function>\n");
        for function in FUNCTIONS {
            writeln!(out, "<Function Name=\"{}\" IsBound=\"true\">", function.name())?;
            write_parameters(out, "graph.managedDevice", &[], version)?;
            write_return(out, Some(function.returns()))?;
            out.push_str("</Function>\n");
        }
    }
    Ok(())
}

fn write_parameters(out: &mut String, bound: &str, parameters: &[Parameter], version: ApiVersion) -> fmt::Result {
    writeln!(out, "<Parameter Name=\"bindingParameter\" Type=\"{bound}\" />")?;
    for parameter in parameters.iter().filter(|parameter| parameter.since <= version) {
        write!(out, "<Parameter Name=\"{}\" Type=\"{}\"", parameter.name, TypeName(parameter.edm))?;
        if !parameter.nullable {
            out.push_str(" Nullable=\"false\"");
        }
        out.push_str(" />\n");
    }
    Ok(())
}

fn write_return(out: &mut String, type_name: Option<&str>) -> fmt::Result {
    let Some(type_name) = type_name else { return Ok(()) };
    writeln!(out, "<ReturnType Type=\"{}\" />", type_name.replacen("microsoft.graph.", "graph.", 1))
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
