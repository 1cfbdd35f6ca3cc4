//! What a field of an entity can hold, and the EDM type that says so.

use std::fmt;

use chrono::{DateTime, Utc};

use super::schema::{Entity, Items};

/// The primitive types of the entity data model that Graph's inventory uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edm {
    /// `Edm.String`.
    String,
    /// `Edm.Boolean`.
    Boolean,
    /// `Edm.Int32`.
    Int32,
    /// `Edm.Int64`.
    Int64,
    /// `Edm.Double`.
    Double,
    /// `Edm.DateTimeOffset`, always UTC here.
    DateTimeOffset,
    /// `Edm.Guid`.
    Guid,
    /// An enumeration, by its name without namespace, such as `complianceState`.
    Enum(&'static str),
    /// A complex type, by its name without namespace.
    Complex(&'static str),
    /// A collection of a complex type.
    ComplexCollection(&'static str),
    /// A collection of strings.
    StringCollection,
    /// A collection of GUIDs.
    GuidCollection,
}

impl Edm {
    /// The complex type whose members a path can go on to, of the value itself or of the items.
    pub(super) const fn members(self) -> Option<&'static str> {
        match self {
            Self::Complex(name) | Self::ComplexCollection(name) => Some(name),
            _ => None,
        }
    }
}

/// As error messages name the type: `Edm.String`, `complianceState`, `Collection(deviceActionResult)`.
impl fmt::Display for Edm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("Edm.String"),
            Self::Boolean => f.write_str("Edm.Boolean"),
            Self::Int32 => f.write_str("Edm.Int32"),
            Self::Int64 => f.write_str("Edm.Int64"),
            Self::Double => f.write_str("Edm.Double"),
            Self::DateTimeOffset => f.write_str("Edm.DateTimeOffset"),
            Self::Guid => f.write_str("Edm.Guid"),
            Self::Enum(name) | Self::Complex(name) => f.write_str(name),
            Self::ComplexCollection(name) => write!(f, "Collection({name})"),
            Self::StringCollection => f.write_str("Collection(Edm.String)"),
            Self::GuidCollection => f.write_str("Collection(Edm.Guid)"),
        }
    }
}

/// The value of one field, borrowed from the entity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A truth value.
    Boolean(bool),
    /// `Edm.Int32` and `Edm.Int64`.
    Int(i64),
    /// `Edm.Double`.
    Double(f64),
    /// Text.
    String(&'a str),
    /// A member of an enumeration as Graph spells it; members outside the published schema occur.
    Enum(&'a str),
    /// An instant, to 100 ns.
    DateTime(DateTime<Utc>),
    /// A complex value or a collection: JSON text, ready to be sent. A filter cannot look inside.
    Json(&'a str),
    /// A complex value whose members a filter can ask for.
    Entity(&'a dyn Entity),
    /// A collection that `any` and `all` can walk.
    Items(&'a dyn Items),
}
