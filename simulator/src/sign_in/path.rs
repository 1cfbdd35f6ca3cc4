//! The identity platform's paths.

use percent_encoding::percent_decode_str;

use crate::identity::token_endpoint::Dialect;

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    Token(Dialect),
    Authorize(Dialect),
    DeviceCode(Dialect),
    DeviceLogin,
    Logout,
    UserInfo,
    /// With the sign-in name.
    UserRealm(String),
    Metadata,
    Keys,
    Instance,
}

/// What may be done there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verbs {
    Get,
    Post,
    /// A browser's: it follows links and sends forms.
    Both,
}

impl Endpoint {
    /// Its name in the journal.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Authorize(_) => "authorize",
            Self::DeviceCode(_) => "deviceCode",
            Self::DeviceLogin => "deviceLogin",
            Self::Logout => "logout",
            Self::UserInfo => "userInfo",
            Self::UserRealm(_) => "userRealm",
            Self::Metadata => "openidConfiguration",
            Self::Keys => "signingKeys",
            Self::Instance => "instanceDiscovery",
        }
    }

    pub(super) fn verbs(&self) -> Verbs {
        match self {
            Self::Token(_) | Self::DeviceCode(_) => Verbs::Post,
            Self::Authorize(_) | Self::DeviceLogin | Self::Logout | Self::UserInfo => Verbs::Both,
            Self::UserRealm(_) | Self::Metadata | Self::Keys | Self::Instance => Verbs::Get,
        }
    }

    /// The endpoint at `path`, and the first segment, decoded: for most of them a tenant.
    pub(super) fn at(path: &str) -> Option<(Self, String)> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).take(5).collect();
        let endpoint = match segments.as_slice() {
            ["devicelogin"] | ["common", "oauth2", "deviceauth"] => Self::DeviceLogin,
            ["oidc", "userinfo"] => Self::UserInfo,
            ["common", realm, name] if realm.eq_ignore_ascii_case("userrealm") => Self::UserRealm(decoded(name)),
            ["common", "discovery", "instance"] => Self::Instance,
            [_, "oauth2", "v2.0", "token"] => Self::Token(Dialect::V2),
            [_, "oauth2", "token"] => Self::Token(Dialect::V1),
            [_, "oauth2", "v2.0", "authorize"] => Self::Authorize(Dialect::V2),
            [_, "oauth2", "authorize"] => Self::Authorize(Dialect::V1),
            [_, "oauth2", "v2.0", "devicecode"] => Self::DeviceCode(Dialect::V2),
            [_, "oauth2", "devicecode"] => Self::DeviceCode(Dialect::V1),
            [_, "oauth2", "v2.0", "logout"] | [_, "oauth2", "logout"] => Self::Logout,
            [_, "v2.0", ".well-known", "openid-configuration"] => Self::Metadata,
            [_, "discovery", "v2.0", "keys"] | [_, "discovery", "keys"] => Self::Keys,
            _ => return None,
        };
        Some((endpoint, decoded(segments[0])))
    }
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}
