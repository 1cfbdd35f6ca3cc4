//! The address a client reached the identity platform by, and every other spelling of it.

use std::net::IpAddr;

/// Graph's identifier URI in the public cloud.
pub const GRAPH: &str = "https://graph.microsoft.com";

/// One of Microsoft's clouds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cloud {
    /// The host to talk to.
    pub preferred_network: &'static str,
    /// The host to key caches with.
    pub preferred_cache: &'static str,
    /// All login hosts of the cloud.
    pub aliases: &'static [&'static str],
    /// The identifier URIs of Graph in that cloud.
    pub graph: &'static [&'static str],
}

/// The clouds. Login hosts: observed, recorded answers of `/common/discovery/instance` (azure-sdk-for-js recordings of
/// 2021 and 2022). Graph hosts: documented, Graph's page on national clouds.
pub const CLOUDS: &[Cloud] = &[
    Cloud {
        preferred_network: "login.microsoftonline.com",
        preferred_cache: "login.windows.net",
        aliases: &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
        graph: &[GRAPH],
    },
    Cloud {
        preferred_network: "login.partner.microsoftonline.cn",
        preferred_cache: "login.partner.microsoftonline.cn",
        aliases: &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        graph: &["https://microsoftgraph.chinacloudapi.cn"],
    },
    Cloud {
        preferred_network: "login.microsoftonline.de",
        preferred_cache: "login.microsoftonline.de",
        aliases: &["login.microsoftonline.de"],
        graph: &["https://graph.microsoft.de"],
    },
    Cloud {
        preferred_network: "login.microsoftonline.us",
        preferred_cache: "login.microsoftonline.us",
        aliases: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
        graph: &["https://graph.microsoft.us", "https://dod-graph.microsoft.us"],
    },
    Cloud {
        preferred_network: "login-us.microsoftonline.com",
        preferred_cache: "login-us.microsoftonline.com",
        aliases: &["login-us.microsoftonline.com"],
        graph: &[],
    },
];

/// Scheme, host and port that a client used, such as `http://127.0.0.1:3650` or `https://login.microsoftonline.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    scheme: String,
    host: String,
}

impl Authority {
    /// `host` as the client wrote it in `Host` or `:authority`: with the port, unless it is the scheme's own.
    pub fn new(scheme: &str, host: &str) -> Self {
        Self { scheme: scheme.to_ascii_lowercase(), host: host.to_ascii_lowercase() }
    }

    /// The host and, where it was given, the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The root of every URL a client is given, without a slash at the end.
    pub fn root(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// The `issuer` of the metadata for `tenant`. Under a Microsoft name it is the real one; that every alias of a
    /// cloud answers with the preferred host is assumed.
    pub fn issuer(&self, tenant: &str) -> String {
        match cloud_of(host_name(&self.host)) {
            Some(cloud) => format!("https://{}/{tenant}/v2.0", cloud.preferred_network),
            None => format!("{}/{tenant}/v2.0", self.root()),
        }
    }

    /// Where Graph is for a client of this authority. One that came by a name of our own is kept here: sent to the real
    /// Graph, it would take its token off the machine.
    pub(super) fn graph_root(&self) -> String {
        match cloud_of(host_name(&self.host)) {
            Some(cloud) => cloud.graph.first().copied().unwrap_or(GRAPH).to_owned(),
            None => self.root(),
        }
    }

    /// Whether the client came by a name of its own, not one of Microsoft's.
    pub fn is_local(&self) -> bool {
        cloud_of(host_name(&self.host)).is_none()
    }

    /// Whether `host` (a port is ignored) leads here: the host the client used, a loopback address, a login host.
    pub(super) fn serves(&self, host: &str) -> bool {
        let name = host_name(host);
        name.eq_ignore_ascii_case(host_name(&self.host)) || is_loopback(name) || cloud_of(name).is_some()
    }

    /// Whether `host` (a port is ignored) is the simulator under a name of its own: the client's, or a loopback address.
    pub(super) fn is_local_name(&self, host: &str) -> bool {
        let name = host_name(host);
        cloud_of(name).is_none() && (name.eq_ignore_ascii_case(host_name(&self.host)) || is_loopback(name))
    }

    /// Whether `audience` is a spelling of the token endpoint or of the issuer of the tenant that goes by `names`.
    /// Documented is the token endpoint; clients are known to send the issuer and the v1 endpoint too.
    pub(super) fn is_audience(&self, audience: &str, names: &[&str]) -> bool {
        let Some(address) = Address::parse(audience) else {
            return false;
        };
        let mut segments = address.path.split('/').filter(|segment| !segment.is_empty());
        let names_tenant =
            segments.next().is_some_and(|tenant| names.iter().any(|name| name.eq_ignore_ascii_case(tenant)));
        let rest: Vec<&str> = segments.collect();
        names_tenant
            && self.serves(address.host)
            && matches!(rest.as_slice(), [] | ["v2.0"] | ["oauth2", "token"] | ["oauth2", "v2.0", "token"])
    }
}

/// An absolute http or https URL in three parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address<'a> {
    /// `http` or `https`, in any case.
    pub scheme: &'a str,
    /// Host with port, if any.
    pub host: &'a str,
    /// Everything after the host, with its leading slash.
    pub path: &'a str,
}

impl<'a> Address<'a> {
    pub(super) fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let plain = !host.is_empty() && !host.contains(['@', '?', '#']);
        plain.then_some(Self { scheme, host, path })
    }
}

/// The cloud that a login host (without port) belongs to.
fn cloud_of(host: &str) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| cloud.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(host)))
}

/// Host without port; an IPv6 address without its brackets.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(address, _)| address);
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

/// Whether `host` (a port is ignored) is this machine for whoever says it.
pub(super) fn is_loopback_host(host: &str) -> bool {
    is_loopback(host_name(host))
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
