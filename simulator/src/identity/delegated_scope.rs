//! The scopes of a user's sign-in: what a client asks for, and what the user's consent gives.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::access_token::GRAPH_APP_ID;
use super::authority::{Authority, GRAPH};
use super::error::{Reason, Refusal};
use super::scope;
use super::user::User;

/// Scopes about the user.
const OPENID: [&str; 3] = ["openid", "profile", "email"];

/// The delegated permissions of Graph that exist here, all of them consented to unless the user says otherwise
/// (documented: Graph permissions reference). Entra would know hundreds more; one that is not listed is refused by name.
const KNOWN: [&str; 22] = [
    "User.Read",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Group.Read.All",
    "Device.Read.All",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementApps.Read.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementServiceConfig.Read.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "DeviceManagementRBAC.Read.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "BitlockerKey.Read.All",
];

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    audience: String,
    permissions: Vec<Asked>,
    /// Which of [`OPENID`] are asked for.
    openid: Vec<Cow<'static, str>>,
    offline: bool,
}

/// A permission as it was asked for: `shown` is the client's spelling, which the answer repeats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    name: String,
    prefix: String,
}

/// What the user's consent gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// For whom the token is.
    pub(super) audience: String,
    /// The claim `scp`.
    pub(super) scp: String,
    /// `scope` of the answer.
    pub(super) shown: String,
    /// Whether an id token belongs to the answer.
    pub(super) id_token: bool,
    /// Whether the id token tells the address.
    pub(super) email: bool,
    /// Whether a refresh token belongs to the answer.
    pub(super) refresh_token: bool,
}

impl Wanted {
    /// Reads a `scope` of the v2.0 endpoint. A scope without a resource is Graph's (documented).
    pub(super) fn read(scope: &str, authority: &Authority, tenant: &str) -> Result<Self, Refusal> {
        let mut wanted = Self { audience: String::new(), permissions: Vec::new(), openid: Vec::new(), offline: false };
        for word in scope.split_ascii_whitespace() {
            if let Some(known) = OPENID.iter().find(|known| **known == word) {
                wanted.openid.push(Cow::Borrowed(known));
            } else if word == "offline_access" {
                wanted.offline = true;
            } else {
                let (prefix, name) =
                    word.rsplit_once('/').map_or(("", word), |(resource, name)| (&word[..=resource.len()], name));
                let audience = audience(prefix, authority, tenant)?;
                if name.is_empty() {
                    return Err(Reason::InvalidScope.with(&[scope]));
                }
                if !wanted.audience.is_empty() && wanted.audience != audience {
                    return Err(Reason::SeveralResources.with(&[scope]));
                }
                wanted.audience = audience;
                wanted.permissions.push(Asked { name: name.to_owned(), prefix: prefix.to_owned() });
            }
        }
        if wanted.audience.is_empty() {
            if wanted.openid.is_empty() && !wanted.offline {
                return Err(Reason::MissingParameter.with(&["scope"]));
            }
            // A sign-in alone still answers with a token, which is good for userinfo (recalled).
            GRAPH_APP_ID.clone_into(&mut wanted.audience);
        }
        Ok(wanted)
    }

    /// Reads a `resource` of the v1 endpoint: everything consented to, an id token and a refresh token (observed: v1
    /// answers of public-client flows carry both unasked).
    pub(super) fn resource(resource: &str, authority: &Authority, tenant: &str) -> Result<Self, Refusal> {
        let audience = scope::of_v1_resource(resource, authority, tenant)?;
        let everything = Asked { name: ".default".to_owned(), prefix: String::new() };
        Ok(Self {
            audience,
            permissions: vec![everything],
            openid: OPENID[..2].iter().map(|scope| Cow::Borrowed(*scope)).collect(),
            offline: true,
        })
    }

    /// The same, with a refresh token whatever was asked.
    pub(super) fn lasting(mut self, yes: bool) -> Self {
        self.offline |= yes;
        self
    }

    /// Whether a refresh token belongs to the answer.
    pub(super) fn is_lasting(&self) -> bool {
        self.offline
    }

    /// What `user` lets the app called `app` have.
    pub(super) fn of(&self, user: &User, app: (&str, &str)) -> Result<Given, Refusal> {
        let consented = |name: &str| match &user.scopes {
            Some(scopes) => scopes.iter().find(|known| known.eq_ignore_ascii_case(name)).map(String::as_str),
            None => spelled(name),
        };
        let mut scp: Vec<&str> = Vec::new();
        let mut shown: Vec<String> = Vec::new();
        for asked in &self.permissions {
            if asked.name == ".default" {
                let all: Vec<&str> = match &user.scopes {
                    Some(scopes) => scopes.iter().map(String::as_str).collect(),
                    None => KNOWN.to_vec(),
                };
                shown.extend(all.iter().map(|name| format!("{}{name}", asked.prefix)));
                scp.extend(all);
                if !asked.prefix.is_empty() {
                    shown.push(format!("{}.default", asked.prefix));
                }
                continue;
            }
            let Some(name) = consented(&asked.name) else {
                return Err(match spelled(&asked.name) {
                    Some(_) => Reason::NoConsent.with(&[app.0, app.1]),
                    None => Reason::UnknownScope.with(&[app.1, &asked.name]),
                });
            };
            scp.push(name);
            shown.push(format!("{}{name}", asked.prefix));
        }
        scp.extend(self.openid.iter().map(|scope| &**scope));
        shown.extend(self.openid.iter().map(|name| name.clone().into_owned()));
        let unique = |words: Vec<String>| {
            let mut seen = Vec::with_capacity(words.len());
            for word in words {
                if !seen.contains(&word) {
                    seen.push(word);
                }
            }
            seen.join(" ")
        };
        Ok(Given {
            audience: self.audience.clone(),
            scp: unique(scp.into_iter().map(str::to_owned).collect()),
            shown: unique(shown),
            id_token: self.openid.iter().any(|scope| scope == "openid"),
            email: self.openid.iter().any(|scope| scope == "email"),
            refresh_token: self.offline,
        })
    }
}

/// Every delegated permission that exists here.
pub fn known() -> [&'static str; KNOWN.len()] {
    KNOWN
}

/// The permission in Graph's spelling, if it exists.
fn spelled(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name)).copied()
}

/// The audience of scopes that begin with `prefix`, `https://graph.microsoft.com/` say.
fn audience(prefix: &str, authority: &Authority, tenant: &str) -> Result<String, Refusal> {
    let resource = prefix.strip_suffix('/').unwrap_or(prefix);
    if resource.is_empty() { Ok(GRAPH.to_owned()) } else { scope::of_resource(resource, authority, tenant) }
}
