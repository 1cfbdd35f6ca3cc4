//! The managed device as a type of the model, made from the table of its properties when the program is compiled.

use super::{EntityType, Member};
use crate::device::record::{ApiVersion, PROPERTIES, Property};
use crate::odata::value::Edm;

const COUNT: usize = PROPERTIES.len();

static MEMBERS: [Member; COUNT] = members();

/// Every row of [`PROPERTIES`], in that order.
pub static MANAGED_DEVICE: EntityType =
    EntityType { name: "managedDevice", since: ApiVersion::V1, properties: &MEMBERS, navigation: &[] };

const fn members() -> [Member; COUNT] {
    let mut members = [const { Member::nullable("", Edm::String) }; COUNT];
    let mut row = 0;
    while row < COUNT {
        let property = &PROPERTIES[row];
        members[row] =
            Member { name: property.name, edm: property.edm, nullable: is_nullable(property), since: property.since };
        row += 1;
    }
    members
}

/// Texts, collections and complex values may be null, others not, with three exceptions (documented: the published
/// types of both versions, which the check in `.ci/clients/types` compares).
const fn is_nullable(property: &Property) -> bool {
    match property.name.as_bytes() {
        b"id" => false,
        b"azureADRegistered" | b"aadRegistered" | b"requireUserEnrollmentApproval" => true,
        _ => !matches!(
            property.edm,
            Edm::Boolean | Edm::Int32 | Edm::Int64 | Edm::Double | Edm::DateTimeOffset | Edm::Guid | Edm::Enum(_)
        ),
    }
}
