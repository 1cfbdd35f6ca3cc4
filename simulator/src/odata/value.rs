//! What a field of an entity can hold, and the EDM type that says so.

use chrono::{DateTime, Utc};

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
    /// A complex value or a collection: JSON text, ready to be sent.
    Json(&'a str),
}
