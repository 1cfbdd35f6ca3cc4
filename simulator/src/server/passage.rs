//! Where a request is bound: to the service, by which door; into a tunnel; or elsewhere, which is nowhere.

use hyper::http::uri::Uri;
use hyper::{Method, Version};

use crate::exchange::{Door, Scheme};
use crate::hosts::{Names, Whose, is_microsoft};

/// What a connection has become on its way here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// Whether TLS was spoken since the connection, or its tunnel, began.
    pub secure: bool,
    /// The host that the tunnel leads to, if this is one.
    pub tunnel: Option<String>,
}

/// Where a request is bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Passage {
    /// To the service.
    Service(Door),
    /// Into a tunnel to this host.
    Tunnel(String),
    /// To a host and port that are not here.
    Elsewhere(Box<str>),
    /// Into a tunnel where there can be none.
    NoTunnel,
}

impl Line {
    /// What requests speak.
    pub(super) fn scheme(&self) -> Scheme {
        if self.secure { Scheme::Https } else { Scheme::Http }
    }

    /// Where a request is bound; `host` is its header `Host`.
    pub(super) fn passage(
        &self,
        method: &Method,
        uri: &Uri,
        version: Version,
        host: Option<&str>,
        names: &Names,
    ) -> Passage {
        if method == Method::CONNECT {
            return self.tunnel(uri, version, names);
        }
        // Over HTTP/2 every target is absolute; over HTTP/1 only those for a proxy are (RFC 9112, 3.2.2).
        if let Some(scheme) = uri.scheme_str()
            && version != Version::HTTP_2
        {
            return absolute(uri, scheme, names);
        }
        let scheme = self.scheme();
        if self.tunnel.is_some() {
            return Passage::Service(Door::Proxy(scheme));
        }
        let host = uri.host().or_else(|| host.map(without_port)).unwrap_or_default();
        // Any name that is not Microsoft's is taken for one of ours: that the client came here by it is proof enough.
        Passage::Service(if is_microsoft(host) { Door::HostMapping(scheme) } else { Door::BaseUrl(scheme) })
    }

    fn tunnel(&self, uri: &Uri, version: Version, names: &Names) -> Passage {
        let host = uri.host().unwrap_or_default();
        let Some(port) = uri.port_u16() else { return Passage::Elsewhere(host.into()) };
        if names.leads_here(host, port).is_none() {
            return Passage::Elsewhere(format!("{host}:{port}").into());
        }
        if self.tunnel.is_some() || version == Version::HTTP_2 {
            return Passage::NoTunnel;
        }
        Passage::Tunnel(host.to_owned())
    }
}

fn absolute(uri: &Uri, scheme: &str, names: &Names) -> Passage {
    let host = uri.host().unwrap_or_default();
    let spoken = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => return Passage::Elsewhere(format!("{other}://{host}").into()),
    };
    let port = uri.port_u16().unwrap_or(spoken.port().0);
    match names.leads_here(host, port) {
        Some(Whose::Microsoft) => Passage::Service(Door::Proxy(spoken)),
        Some(Whose::Own) => Passage::Service(Door::BaseUrl(spoken)),
        None => Passage::Elsewhere(format!("{host}:{port}").into()),
    }
}

/// A host without its port; an IPv6 address keeps its brackets.
fn without_port(host: &str) -> &str {
    // Bytes, because a search for a character costs more than a short host has of them.
    let end = if host.starts_with('[') { host.bytes().position(|byte| byte == b']').map(|end| end + 1) } else { None };
    let end = end.or_else(|| host.bytes().position(|byte| byte == b':')).unwrap_or(host.len());
    &host[..end]
}

#[cfg(test)]
mod tests {
    use hyper::{Method, Version};
    use proptest::prelude::*;

    use super::{Line, Passage};
    use crate::hosts::Names;

    fn names() -> Names {
        Names::new("127.0.0.1:3650".parse().unwrap(), &["intune.test".to_owned()])
    }

    fn bound(line: &Line, method: &str, target: &str, version: Version, host: &str) -> String {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        match line.passage(&method, &target.parse().unwrap(), version, Some(host), &names()) {
            Passage::Service(door) => format!("{} {}", door.name(), door.scheme().name()),
            Passage::Tunnel(host) => format!("tunnel {host}"),
            Passage::Elsewhere(host) => format!("elsewhere {host}"),
            Passage::NoTunnel => "no tunnel".to_owned(),
        }
    }

    #[test]
    fn every_way_in() {
        let plain = Line::default();
        let secure = Line { secure: true, tunnel: None };
        let tunnel = Line { secure: true, tunnel: Some("graph.microsoft.com".to_owned()) };
        let (one, two) = (Version::HTTP_11, Version::HTTP_2);
        for (line, method, target, version, host, expected) in [
            (&plain, "GET", "/v1.0", one, "127.0.0.1:3650", "base-url http"),
            (&plain, "GET", "/v1.0", one, "", "base-url http"),
            (&plain, "GET", "/v1.0", one, "simtune:3650", "base-url http"),
            (&plain, "GET", "/v1.0", one, "[::1]:3650", "base-url http"),
            (&secure, "GET", "/v1.0", one, "localhost:3650", "base-url https"),
            (&plain, "GET", "http://localhost:3650/v1.0", two, "", "base-url http"),
            (&secure, "GET", "https://graph.microsoft.com/v1.0", two, "", "host-mapping https"),
            (&plain, "GET", "/v1.0", one, "Graph.Microsoft.com:80", "host-mapping http"),
            (&tunnel, "GET", "/v1.0", one, "graph.microsoft.com", "proxy https"),
            (&tunnel, "GET", "https://graph.microsoft.com/v1.0", two, "", "proxy https"),
            (&plain, "GET", "http://graph.microsoft.com/v1.0", one, "other", "proxy http"),
            (&plain, "GET", "https://graph.microsoft.com/v1.0", one, "", "proxy https"),
            (&plain, "GET", "http://localhost:3650/v1.0", one, "", "base-url http"),
            (&plain, "GET", "http://example.com/x", one, "", "elsewhere example.com:80"),
            (&plain, "GET", "http://127.0.0.1:3651/api", one, "", "elsewhere 127.0.0.1:3651"),
            (&plain, "GET", "ftp://graph.microsoft.com/", one, "", "elsewhere ftp://graph.microsoft.com"),
            (&tunnel, "GET", "http://example.com/x", one, "", "elsewhere example.com:80"),
            (&plain, "CONNECT", "graph.microsoft.com:443", one, "", "tunnel graph.microsoft.com"),
            (
                &secure,
                "CONNECT",
                "login.microsoftonline.com:443",
                Version::HTTP_10,
                "",
                "tunnel login.microsoftonline.com",
            ),
            (&plain, "CONNECT", "localhost:3650", one, "", "tunnel localhost"),
            (&plain, "CONNECT", "localhost:3651", one, "", "elsewhere localhost:3651"),
            (&plain, "CONNECT", "user:hush@example.com:443", one, "", "elsewhere example.com:443"),
            (&plain, "CONNECT", "graph.microsoft.com", one, "", "elsewhere graph.microsoft.com"),
            (&plain, "CONNECT", "graph.microsoft.com:443", two, "", "no tunnel"),
            (&tunnel, "CONNECT", "graph.microsoft.com:443", one, "", "no tunnel"),
        ] {
            assert_eq!(bound(line, method, target, version, host), expected, "{method} {target} {host}");
        }
    }

    proptest! {
        #[test]
        fn no_other_host_is_led_to(host in "[a-z0-9.-]{1,40}", port in any::<u16>(), connect in any::<bool>()) {
            prop_assume!(names().leads_here(&host, port).is_none());
            let (method, target) =
                if connect { ("CONNECT", format!("{host}:{port}")) } else { ("GET", format!("http://{host}:{port}/")) };
            prop_assume!(target.parse::<hyper::Uri>().is_ok());
            let bound = bound(&Line::default(), method, &target, Version::HTTP_11, "");
            prop_assert!(bound.starts_with("elsewhere "), "{} is {}", target, bound);
        }
    }
}
