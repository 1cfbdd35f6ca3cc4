//! Users and organisations, as far as a client of the inventory reads them.

use super::{EntityType, Member, Navigation};
use crate::device::record::ApiVersion;
use crate::odata::value::Edm;

/// The properties a user has unless others are selected (documented: Graph's user resource).
pub static USER: EntityType = EntityType {
    name: "user",
    since: ApiVersion::V1,
    properties: &[
        Member::required("businessPhones", Edm::StringCollection),
        Member::nullable("displayName", Edm::String),
        Member::nullable("givenName", Edm::String),
        Member::nullable("jobTitle", Edm::String),
        Member::nullable("mail", Edm::String),
        Member::nullable("mobilePhone", Edm::String),
        Member::nullable("officeLocation", Edm::String),
        Member::nullable("preferredLanguage", Edm::String),
        Member::nullable("surname", Edm::String),
        Member::nullable("userPrincipalName", Edm::String),
        Member::required("id", Edm::String),
    ],
    navigation: &[Navigation { name: "managedDevices", target: "managedDevice", many: true, since: ApiVersion::V1 }],
};

/// The properties of an organisation that an Intune client reads (documented: Graph's organization resource).
pub static ORGANIZATION: EntityType = EntityType {
    name: "organization",
    since: ApiVersion::V1,
    properties: &[
        Member::required("id", Edm::String),
        Member::nullable("displayName", Edm::String),
        Member::nullable("tenantType", Edm::String),
        Member::nullable("countryLetterCode", Edm::String),
        Member::nullable("createdDateTime", Edm::DateTimeOffset),
        Member::required("verifiedDomains", Edm::ComplexCollection("verifiedDomain")),
    ],
    navigation: &[],
};
