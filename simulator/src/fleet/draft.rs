//! One device, as a fleet file or the control API writes it, made whole.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};
use uuid::{Builder, Uuid};

use super::known::Known;
use super::people::People;
use super::spelling::{nearest, quoted};
use super::{believable, kind};
use crate::device::physical::Physical;
use crate::device::record::{PROPERTIES, Property, Record, Source, property};
use crate::random::Draw;
use crate::wire::strict;

/// A device that does not live in a tenant yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The same as the record's `id`.
    pub id: Uuid,
    /// What the inventory will say; every property is filled.
    pub record: Record,
    /// What is true of the device itself.
    pub physical: Physical,
    /// Members that were given and cannot be kept: annotations, what the service computes, and relations.
    pub skipped: Vec<Box<str>>,
    /// What had to be assumed and may be wrong.
    pub warning: Option<Warning>,
}

/// Something a person should know who wrote the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Android without anything that tells a device administrator from a work profile.
    AssumedDeviceAdministrator,
}

/// What is made up depends on.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The people of the tenant, who own its devices.
    pub people: &'a People,
    /// The tenant's now; devices enrolled months and checked in hours before it.
    pub as_of: DateTime<Utc>,
}

/// Why an object is no device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// A member no managed device has.
    #[error("a managed device has no member {}{}", quoted(.name), did_you_mean(.nearest))]
    UnknownMember {
        /// As given.
        name: String,
        /// What may have been meant.
        nearest: Vec<&'static str>,
    },
    /// A value of the wrong kind.
    #[error("{name} must be {expected}, not {found}")]
    WrongType {
        /// Graph's spelling.
        name: &'static str,
        /// What would have been right.
        expected: &'static str,
        /// What was there, shortened.
        found: String,
    },
    /// An id that is no GUID.
    #[error(
        "id must be a GUID such as \"5f0c2d5e-7a52-4d0a-9d1c-3f7d3c1b8a10\", not {found}; without an id the seed gives one"
    )]
    BadId {
        /// What was there, shortened.
        found: String,
    },
    /// One property under two names with two values.
    #[error("{} and {} are one property and have different values; leave one out", quoted(.first), quoted(.second))]
    Contradiction {
        /// One name, as given.
        first: String,
        /// The other, as given.
        second: String,
    },
    /// The physical side is wrong.
    #[error("physical: {reason}")]
    Physical {
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AssumedDeviceAdministrator => formatter.write_str(
                "nothing tells whether this Android is managed as a device administrator or has a work profile; \
                 it is taken for a device administrator. Say \"deviceType\": \"android\" or \"androidForWork\"",
            ),
        }
    }
}

/// Reads one device: members with Graph's names of v1.0 and beta in any case, and `physical`. Everything given is kept
/// (an id in lower case); everything absent is made up from `draw` so that it agrees.
pub fn read_device(object: &Map<String, Json>, context: &Context<'_>, draw: Draw) -> Result<Draft, DeviceError> {
    let given = Given::read(object)?;
    let known = Known::of(&given.record, |name| given.has(name));
    let inferred = kind::infer(&known, draw.at("kind"));
    let mut record = believable::record(inferred.kind, &known, context.people, context.as_of, draw);
    for member in &given.members {
        member.write_to(&mut record)?;
    }
    let agent = record.management_agent.as_deref().unwrap_or_default();
    let id = given.id.unwrap_or_else(|| made_up_id(agent, draw));
    record.id = id.hyphenated().to_string().into();
    let warning = inferred.ambiguous_android.then_some(Warning::AssumedDeviceAdministrator);
    Ok(Draft { id, record, physical: given.physical, skipped: given.skipped, warning })
}

/// Whatever is wrong with the members of an object, each with its place among them.
pub(super) fn check_members(object: &Map<String, Json>) -> Vec<(usize, DeviceError)> {
    let mut given = Given::with_capacity(object.len());
    let mut wrong = Vec::new();
    for (place, (name, value)) in object.iter().enumerate() {
        wrong.extend(given.member(name, value).err().map(|error| (place, error)));
    }
    wrong
}

/// The refusal of a member that no managed device has.
pub fn unknown_member(name: &str) -> DeviceError {
    DeviceError::UnknownMember { name: name.to_owned(), nearest: nearest(name, known_names()) }
}

/// A device about which only this much is known.
pub(super) fn made_up(known: &Known<'_>, context: &Context<'_>, draw: Draw) -> Draft {
    let kind = kind::infer(known, draw.at("kind")).kind;
    let mut record = believable::record(kind, known, context.people, context.as_of, draw);
    let id = made_up_id(record.management_agent.as_deref().unwrap_or_default(), draw);
    record.id = id.hyphenated().to_string().into();
    Draft { id, record, physical: Physical::default(), skipped: Vec::new(), warning: None }
}

/// A version 4 GUID, except for devices attached through Defender: theirs have the shape and not the version
/// (observed, graph2otel).
pub(super) fn made_up_id(agent: &str, draw: Draw) -> Uuid {
    let id = draw.at("id").guid();
    if agent != "msSense" {
        return id;
    }
    let mut bytes = *id.as_bytes();
    bytes[6] = 0xd0 | bytes[6] & 0x0f;
    bytes[8] &= 0x3f;
    Builder::from_bytes(bytes).into_uuid()
}

/// Beta's second names for what v1.0 has too.
const TWINS: [(&str, &str); 3] = [
    ("aadRegistered", "azureADRegistered"),
    ("azureActiveDirectoryDeviceId", "azureADDeviceId"),
    ("ownerType", "managedDeviceOwnerType"),
];

/// Relations of a managed device (documented), which a saved response holds where the query had `$expand`.
pub(super) const RELATIONS: [&str; 11] = [
    "assignmentFilterEvaluationStatusDetails",
    "detectedApps",
    "deviceCategory",
    "deviceCompliancePolicyStates",
    "deviceConfigurationStates",
    "deviceHealthScriptStates",
    "logCollectionRequests",
    "managedDeviceMobileAppConfigurationStates",
    "securityBaselineStates",
    "users",
    "windowsProtectionState",
];

/// Members that a device may be written with and that are not kept: what the service computes, and relations.
pub fn skipped_members() -> impl Iterator<Item = &'static str> {
    let computed = PROPERTIES.iter().filter(|property| !matches!(property.source, Source::Field(_)));
    computed.map(|property| property.name).chain(RELATIONS)
}

/// What an object says, checked and not yet completed.
struct Given<'a> {
    id: Option<Uuid>,
    record: Record,
    physical: Physical,
    members: Vec<Member<'a>>,
    skipped: Vec<Box<str>>,
}

/// One property that was given.
struct Member<'a> {
    property: &'static Property,
    name: &'a str,
    value: &'a Json,
}

impl<'a> Given<'a> {
    fn with_capacity(members: usize) -> Self {
        Self {
            id: None,
            record: Record::default(),
            physical: Physical::default(),
            members: Vec::with_capacity(members),
            skipped: Vec::new(),
        }
    }

    fn read(object: &'a Map<String, Json>) -> Result<Self, DeviceError> {
        let mut given = Self::with_capacity(object.len());
        for (name, value) in object {
            given.member(name, value)?;
        }
        Ok(given)
    }

    fn member(&mut self, name: &'a str, value: &'a Json) -> Result<(), DeviceError> {
        if name.eq_ignore_ascii_case("physical") {
            self.physical =
                strict::read(value.clone()).map_err(|reason| DeviceError::Physical { reason: reason.to_string() })?;
            return Ok(());
        }
        if name.contains('@') || RELATIONS.iter().any(|relation| relation.eq_ignore_ascii_case(name)) {
            self.skipped.push(name.into());
            return Ok(());
        }
        let Some(property) = writable(name) else {
            return Err(unknown_member(name));
        };
        if !matches!(property.source, Source::Field(_)) {
            self.skipped.push(name.into());
            return Ok(());
        }
        if property.name == "id" {
            self.id = Some(guid(value)?);
        }
        let member = Member { property, name, value };
        let twin = self.members.iter().position(|other| std::ptr::eq(other.property, property));
        match twin.map(|place| (place, &self.members[place])) {
            None => self.members.push(member),
            Some((place, other)) if other.value.is_null() => self.members[place] = member,
            Some((_, other)) if value.is_null() || other.value == value => return Ok(()),
            Some((_, other)) => {
                return Err(DeviceError::Contradiction { first: other.name.to_owned(), second: name.to_owned() });
            }
        }
        Member { property, name, value }.write_to(&mut self.record)
    }

    fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.property.name == name)
    }
}

impl Member<'_> {
    fn write_to(&self, record: &mut Record) -> Result<(), DeviceError> {
        let Some(write) = self.property.write else {
            return Ok(());
        };
        write(record, self.value).map_err(|expected| DeviceError::WrongType {
            name: self.property.name,
            expected,
            found: shown(self.value),
        })
    }
}

/// The row a member is written to.
pub(super) fn writable(name: &str) -> Option<&'static Property> {
    let name = TWINS.iter().find(|(twin, _)| twin.eq_ignore_ascii_case(name)).map_or(name, |(_, first)| first);
    property(name).map(|(_, row)| row)
}

fn known_names() -> impl Iterator<Item = &'static str> {
    PROPERTIES.iter().map(|property| property.name).chain(["physical"])
}

/// Hyphens where a GUID has them, hex digits elsewhere; any version.
pub(super) fn guid(value: &Json) -> Result<Uuid, DeviceError> {
    value
        .as_str()
        .filter(|text| text.len() == 36)
        .and_then(|text| Uuid::try_parse(text).ok())
        .ok_or_else(|| DeviceError::BadId { found: shown(value) })
}

pub(super) fn shown(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(truth) => truth.to_string(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => quoted(text),
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

fn did_you_mean(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(" or ")),
    }
}
