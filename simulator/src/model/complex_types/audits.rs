//! What audits are made of.

use super::ComplexType;
use crate::device::record::ApiVersion;
use crate::model::Member;
use crate::odata::value::Edm;

/// Those types.
pub(super) static TYPES: &[ComplexType] = &[
    ComplexType {
        name: "auditActor",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("applicationDisplayName", Edm::String),
            Member::nullable("applicationId", Edm::String),
            Member::nullable("auditActorType", Edm::String),
            Member::nullable("ipAddress", Edm::String),
            Member::nullable("remoteTenantId", Edm::String).in_beta(),
            Member::nullable("remoteUserId", Edm::String).in_beta(),
            Member::nullable("servicePrincipalName", Edm::String),
            Member::nullable("type", Edm::String).in_beta(),
            Member::nullable("userId", Edm::String),
            Member::nullable("userPermissions", Edm::StringCollection),
            Member::nullable("userPrincipalName", Edm::String),
            Member::nullable("userRoleScopeTags", Edm::ComplexCollection("roleScopeTagInfo")).in_beta(),
        ],
    },
    ComplexType {
        name: "auditProperty",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("displayName", Edm::String),
            Member::nullable("newValue", Edm::String),
            Member::nullable("oldValue", Edm::String),
        ],
    },
    ComplexType {
        name: "auditResource",
        base: None,
        since: ApiVersion::V1,
        members: &[
            Member::nullable("auditResourceType", Edm::String),
            Member::nullable("displayName", Edm::String),
            Member::nullable("modifiedProperties", Edm::ComplexCollection("auditProperty")),
            Member::nullable("resourceId", Edm::String),
            Member::nullable("type", Edm::String).in_beta(),
        ],
    },
    ComplexType {
        name: "roleScopeTagInfo",
        base: None,
        since: ApiVersion::Beta,
        members: &[Member::nullable("displayName", Edm::String), Member::nullable("roleScopeTagId", Edm::String)],
    },
    // Documented on its page alone: the published types leave it out.
    ComplexType {
        name: "keyValuePair_2OfString_String",
        base: None,
        since: ApiVersion::Beta,
        members: &[Member::nullable("key", Edm::String), Member::nullable("value", Edm::String)],
    },
];
