//! The names this simulator answers to: Microsoft's, as data with sources, and its own. Every other host is elsewhere.

use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;

use serde::Deserialize;

/// The ports on which Microsoft's hosts listen.
const PUBLIC_PORTS: [u16; 2] = [443, 80];

/// One of Microsoft's hosts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// The name, in lower case.
    pub name: String,
    /// The cloud it belongs to.
    pub cloud: String,
    /// What is there.
    pub serves: Serves,
    /// Who says so.
    pub source: String,
}

/// What a host of Microsoft's is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Serves {
    /// Microsoft Graph.
    Graph,
    /// The identity platform.
    Login,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    host: Vec<Host>,
}

/// Microsoft's hosts, from `fixtures/hosts/microsoft.toml`.
pub fn microsoft() -> &'static [Host] {
    static HOSTS: OnceLock<Vec<Host>> = OnceLock::new();
    HOSTS.get_or_init(|| {
        let file: File =
            toml::from_str(include_str!("../fixtures/hosts/microsoft.toml")).expect("a test reads the embedded file");
        file.host
    })
}

/// Whose name a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// One of Microsoft's, which this simulator stands in for.
    Microsoft,
    /// The simulator's own.
    Own,
}

/// What a running simulator is called.
#[derive(Debug, Clone)]
pub struct Names {
    /// Further names of its own, in lower case.
    given: Vec<String>,
    /// Where the client port is.
    address: SocketAddr,
}

impl Names {
    /// The names of a simulator that listens on `address` and was given some more.
    pub fn new(address: SocketAddr, given: &[String]) -> Self {
        Self { given: given.iter().map(|name| name.to_ascii_lowercase()).collect(), address }
    }

    /// Whose a host (without port) is; nothing if it is elsewhere.
    pub fn whose(&self, host: &str) -> Option<Whose> {
        if is_microsoft(host) {
            return Some(Whose::Microsoft);
        }
        self.is_own(host).then_some(Whose::Own)
    }

    /// Whose the host is that a proxy is asked to lead to; nothing if it, or that port of it, is elsewhere. Behind other
    /// ports of this machine are other programs, the control port among them.
    pub fn leads_here(&self, host: &str, port: u16) -> Option<Whose> {
        let whose = self.whose(host)?;
        let here = match whose {
            Whose::Microsoft => PUBLIC_PORTS.contains(&port),
            Whose::Own => port == self.address.port() || (self.is_given(host) && PUBLIC_PORTS.contains(&port)),
        };
        here.then_some(whose)
    }

    /// The names of its own that were given.
    pub fn given(&self) -> &[String] {
        &self.given
    }

    /// Where the client port is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether a host is a name that was given.
    pub fn is_given(&self, host: &str) -> bool {
        self.given.iter().any(|name| name.eq_ignore_ascii_case(host))
    }

    fn is_own(&self, host: &str) -> bool {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        host.eq_ignore_ascii_case("localhost")
            || self.is_given(host)
            || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == self.address.ip())
    }
}

/// Whether a host (without port) is one of Microsoft's that clients of Graph talk to.
pub fn is_microsoft(host: &str) -> bool {
    // An address is none; that spares most requests the list.
    !host.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && microsoft().iter().any(|known| known.name.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::{Names, Serves, Whose, microsoft};
    use crate::identity::authority::CLOUDS;

    fn names() -> Names {
        Names::new("127.0.0.1:3650".parse().unwrap(), &["Intune.test".to_owned()])
    }

    #[test]
    fn the_file_names_each_host_once_with_its_source() {
        for (index, host) in microsoft().iter().enumerate() {
            assert!(microsoft()[index + 1..].iter().all(|other| other.name != host.name), "{} twice", host.name);
            assert_eq!(host.name, host.name.to_ascii_lowercase());
            assert!(host.source.starts_with("documented: ") || host.source.starts_with("observed: "), "{}", host.name);
            assert!(!host.cloud.is_empty());
        }
    }

    #[test]
    fn the_identity_platform_speaks_of_these_hosts_and_no_others() {
        let mut spoken: Vec<String> = CLOUDS
            .iter()
            .flat_map(|cloud| {
                let login = cloud.aliases.iter().chain([&cloud.preferred_network, &cloud.preferred_cache]);
                let graph = cloud.graph.iter().map(|uri| uri.trim_start_matches("https://"));
                login.map(|host| format!("login {host}")).chain(graph.map(|host| format!("graph {host}")))
            })
            .collect();
        spoken.sort();
        spoken.dedup();
        let mut listed: Vec<String> = microsoft()
            .iter()
            .map(|host| format!("{} {}", if host.serves == Serves::Login { "login" } else { "graph" }, host.name))
            .collect();
        listed.sort();
        assert_eq!(listed, spoken);
    }

    #[test]
    fn a_host_is_microsofts_its_own_or_elsewhere() {
        for (host, whose) in [
            ("graph.microsoft.com", Some(Whose::Microsoft)),
            ("LOGIN.microsoftonline.com", Some(Whose::Microsoft)),
            ("localhost", Some(Whose::Own)),
            ("127.0.0.1", Some(Whose::Own)),
            ("127.9.9.9", Some(Whose::Own)),
            ("[::1]", Some(Whose::Own)),
            ("INTUNE.test", Some(Whose::Own)),
            ("example.com", None),
            ("xgraph.microsoft.com", None),
            ("x.graph.microsoft.com", None),
            ("graph.microsoft.com.example", None),
            ("192.0.2.1", None),
            ("", None),
        ] {
            assert_eq!(names().whose(host), whose, "{host}");
        }
    }

    #[test]
    fn a_proxy_leads_to_public_ports_and_to_itself() {
        for (host, port, here) in [
            ("graph.microsoft.com", 443, true),
            ("graph.microsoft.com", 80, true),
            ("graph.microsoft.com", 3650, false),
            ("localhost", 3650, true),
            ("127.0.0.1", 3651, false),
            ("localhost", 443, false),
            ("intune.test", 443, true),
            ("intune.test", 3650, true),
            ("intune.test", 22, false),
            ("example.com", 443, false),
        ] {
            assert_eq!(names().leads_here(host, port).is_some(), here, "{host}:{port}");
        }
    }
}
