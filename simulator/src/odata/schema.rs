//! The boundary of the query engine: a schema knows names, an entity knows values, and an index ties them together.

use std::{fmt, ptr};

use super::value::{Edm, Value};

/// One property of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What [`Entity::value`] is asked for.
    pub index: u16,
    /// The name as the service spells it, whatever spelling a client used.
    pub name: &'static str,
    /// What the property holds.
    pub edm: Edm,
}

/// The properties of one type.
pub trait Schema {
    /// The full name of the type, such as `microsoft.graph.managedDevice`; error messages quote it.
    fn type_name(&self) -> &str;

    /// The property called `name`, in any case: `deviceactionresults` in `$select` and `AzureAdDeviceId` in `$filter`
    /// work on the real service (observed: `PowerShell-Intune-Samples#35`, `#161`).
    fn resolve(&self, name: &str) -> Option<Field>;

    /// The schema of a complex type that one of the fields names, so that a filter can go on into its members.
    fn complex(&self, _type_name: &str) -> Option<&dyn Schema> {
        None
    }
}

/// Anything with fields: a row of the inventory, or a complex value inside one.
pub trait Entity {
    /// The value of the field that the entity's schema gave this index; [`Value::Null`] for an index it does not know.
    fn value(&self, index: u16) -> Value<'_>;
}

/// A collection inside an entity.
pub trait Items {
    /// How many items there are.
    fn count(&self) -> usize;

    /// The item at `position`, counted from 0; [`Value::Null`] past the end.
    fn item(&self, position: usize) -> Value<'_>;
}

impl fmt::Debug for dyn Entity + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entity")
    }
}

impl fmt::Debug for dyn Items + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({})", self.count())
    }
}

/// The same value in memory; two different entities are never equal, because only a schema knows their fields.
impl PartialEq for dyn Entity + '_ {
    fn eq(&self, other: &Self) -> bool {
        ptr::addr_eq(self, other)
    }
}

/// The same items in the same order.
impl PartialEq for dyn Items + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.count() == other.count() && (0..self.count()).all(|position| self.item(position) == other.item(position))
    }
}
