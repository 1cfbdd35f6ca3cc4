//! Who can sign in: the people of a tenant, and a fixed cast of administrators.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::directory::{BASE64URL, text};
use super::intune_role::IntuneRole;
use crate::random::Draw;

/// Somebody who can sign in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// The object id: `oid` in tokens, `id` of the directory's user.
    pub id: Uuid,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The name shown.
    pub display_name: String,
    /// The password; loudly fake, unless the tester chose it.
    pub password: String,
    /// The delegated permissions the user consented to; all that exist, if absent.
    pub scopes: Option<Vec<String>>,
    /// What Intune lets the user do.
    pub role: IntuneRole,
    /// The scope tags whose devices the user sees; all devices, if empty.
    pub scope_tags: Vec<String>,
    /// Whether the user has an Intune licence.
    pub licensed: bool,
}

/// Where somebody is found by sign-in name or object id.
pub trait Users {
    /// The user that goes by `name`.
    fn find(&self, name: &str) -> Option<User>;
}

impl User {
    /// A person without any part in Intune, such as the owner of a device.
    pub fn person(draw: Draw, id: Uuid, user_principal_name: &str, display_name: &str) -> Self {
        Self {
            id,
            user_principal_name: user_principal_name.to_owned(),
            display_name: display_name.to_owned(),
            password: password(draw, user_principal_name),
            scopes: None,
            role: IntuneRole::None,
            scope_tags: Vec::new(),
            licensed: true,
        }
    }

    /// Whether `name` is this user's sign-in name or object id.
    pub fn answers_to(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(&self.user_principal_name) || Uuid::try_parse(name).is_ok_and(|id| id == self.id)
    }

    /// What stands behind the `@`, which leads to the tenant.
    pub fn domain_of(user_principal_name: &str) -> Option<&str> {
        user_principal_name.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !domain.is_empty())
    }
}

/// Never shows the password: what is printed ends up in logs.
impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("User")
            .field("id", &self.id)
            .field("user_principal_name", &self.user_principal_name)
            .field("role", &self.role)
            .field("scope_tags", &self.scope_tags)
            .field("licensed", &self.licensed)
            .finish_non_exhaustive()
    }
}

/// The password of a user, a function of the tenant's `draw` and the sign-in name.
pub fn password(draw: Draw, user_principal_name: &str) -> String {
    let own = draw.at("password").at(&user_principal_name.to_lowercase());
    format!("FAKE-PASSWORD-{}", text(own, BASE64URL, 10))
}

/// The administrators every tenant has: one for each Intune role, and one whose role is worth nothing without a licence.
const CAST: [(&str, &str, IntuneRole, bool); 6] = [
    ("helpdesk", "Hana Helpdesk", IntuneRole::HelpDeskOperator, true),
    ("school.admin", "Sam School", IntuneRole::SchoolAdministrator, true),
    ("read.only", "Rosa Readonly", IntuneRole::ReadOnlyOperator, true),
    ("endpoint.security", "Emre Endpoint", IntuneRole::EndpointSecurityManager, true),
    ("intune.admin", "Ivo Intune", IntuneRole::IntuneAdministrator, true),
    ("unlicensed", "Uma Unlicensed", IntuneRole::HelpDeskOperator, false),
];

/// The cast of the tenant with `domain`, a function of its `draw`.
pub fn cast(domain: &str, draw: Draw) -> Vec<User> {
    CAST.iter()
        .map(|(name, display_name, role, licensed)| {
            let id = draw.at("cast").at(name).guid();
            let user = User::person(draw, id, &format!("{name}@{domain}"), display_name);
            User { role: *role, licensed: *licensed, ..user }
        })
        .collect()
}
