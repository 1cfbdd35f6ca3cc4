//! Who may ask for tokens: a tenant, its apps, and the secrets and certificates they prove themselves with.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::certificate::Certificate;
use super::user::{User, Users};
use crate::random::Draw;
use crate::stored;

/// The application permissions of the default app: read the inventory, change it, reset passcodes, and read who owns
/// the devices (documented: Graph's pages on `managedDevice`, `resetPasscode`, `user` and `organization`).
pub const DEFAULT_ROLES: [&str; 6] = [
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementApps.Read.All",
    "User.Read.All",
    "Organization.Read.All",
];

/// How far credentials count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Auth {
    /// As Entra: a registered app with a valid credential, or a refusal.
    #[default]
    Enforce,
    /// Any tenant, client, secret or assertion, or none, lands in this tenant with the default app's roles.
    Relaxed,
}

/// A tenant as the identity platform knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Directory {
    /// The tenant id, `tid` in tokens.
    pub tenant_id: Uuid,
    /// The tenant's other name in URLs, such as `contoso.onmicrosoft.com`.
    pub domain: String,
    /// The registered apps; the first one is the default.
    pub apps: Vec<App>,
    /// The administrators and whoever was added; the owners of devices are found elsewhere.
    pub users: Vec<User>,
    /// How far credentials count.
    pub auth: Auth,
}

impl Users for Directory {
    fn find(&self, name: &str) -> Option<User> {
        self.users.iter().find(|user| user.answers_to(name)).cloned()
    }
}

impl Directory {
    /// Whether `name`, the tenant segment of a URL, is this tenant.
    pub fn answers_to(&self, name: &str) -> bool {
        name.eq_ignore_ascii_case(&self.domain)
            || Uuid::try_parse(name).is_ok_and(|tenant_id| tenant_id == self.tenant_id)
    }

    /// The app with this client id.
    pub fn app(&self, client_id: Uuid) -> Option<&App> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// The administrator, or whoever was added, with this object id.
    pub fn user(&self, id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }
}

/// An app registration together with its service principal in the tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct App {
    /// The application (client) id, `appid` in tokens.
    pub client_id: Uuid,
    /// What the portal shows, `app_displayname` in tokens.
    pub display_name: String,
    /// The object id of the service principal, `oid` and `sub` in tokens.
    pub service_principal_object_id: Uuid,
    /// Granted application permissions of Graph, such as `DeviceManagementManagedDevices.Read.All`.
    pub roles: Vec<String>,
    /// Client secrets; any number may be valid at once.
    pub secrets: Vec<Secret>,
    /// Certificates; any number may be valid at once.
    pub certificates: Vec<Certificate>,
    /// Where the codes of a sign-in may be sent, beside the addresses every app has.
    pub redirect_uris: Vec<String>,
}

impl App {
    /// The app that every tenant starts with, a function of `draw`: one secret without expiry, the roles of
    /// [`DEFAULT_ROLES`], no certificate.
    pub fn default_of_tenant(draw: Draw) -> Self {
        Self {
            client_id: draw.at("client-id").guid(),
            display_name: "Simtune default app".to_owned(),
            service_principal_object_id: draw.at("service-principal").guid(),
            roles: DEFAULT_ROLES.map(str::to_owned).to_vec(),
            secrets: vec![Secret::generate(draw.at("secret"))],
            certificates: Vec::new(),
            redirect_uris: Vec::new(),
        }
    }
}

/// A client secret. It is compared byte by byte with whatever is sent: it guards a simulator whose secrets follow from
/// a printed seed, so there is nothing that the timing of a comparison could give away.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Secret {
    /// The value, shown once by the real portal.
    pub value: String,
    /// When it stops working; `None`: never. (Entra gives every secret an end, at most two years away.)
    #[serde(with = "stored::optional_instant")]
    pub expires: Option<DateTime<Utc>>,
    /// The secret ID, which people mistake for the value (observed: sap-automation#418, agents-toolkit#8621).
    pub key_id: Uuid,
}

impl Secret {
    /// A secret of Entra's shape, which scanners know: three characters, a digit, `Q~`, 40 in all, from the letters,
    /// digits and `-._~` that no form has to escape. The beginning says that it is fake; 23 characters are drawn.
    pub fn generate(draw: Draw) -> Self {
        let value = format!("SIM8Q~FAKE-SECRET{}", text(draw, UNRESERVED, 23));
        Self { value, expires: None, key_id: draw.at("key-id").guid() }
    }

    /// Whether the secret still works at `now`.
    pub fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        self.expires.is_none_or(|end| now < end)
    }
}

/// Never shows the value: what is printed ends up in logs.
impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Secret")
            .field("value", &format_args!("<hidden>"))
            .field("expires", &self.expires)
            .field("key_id", &self.key_id)
            .finish()
    }
}

/// RFC 3986's unreserved characters.
const UNRESERVED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
/// The characters of base64url.
pub(super) const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// `length` drawn characters of `alphabet`.
pub(super) fn text(draw: Draw, alphabet: &[u8], length: u64) -> String {
    (0..length).map(|position| char::from(*draw.nth(position).pick(alphabet))).collect()
}
