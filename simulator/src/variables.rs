//! The variables that lead a client to a simulator: what `exec` gives its command and `env` prints.

use crate::identity::authority::CLOUDS;
use crate::ready::Ready;

/// A variable and its value; without one it is removed, so that nothing inherited leads elsewhere.
pub type Variable = (&'static str, Option<String>);

/// What of the caller's environment matters.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// `NO_PROXY` and `no_proxy`, as they are set.
    pub no_proxy: Vec<String>,
}

/// The ways into a simulator beside plain HTTP, as far as it has them.
#[derive(Debug, Clone, Default)]
pub struct Doors {
    /// TLS on the client port.
    pub tls: Option<Tls>,
    /// The URL of the HTTP proxy that leads Microsoft's host names to the simulator.
    pub proxy_url: Option<String>,
    /// What a client must trust for either.
    pub trust: Option<Trust>,
}

/// URLs over TLS.
#[derive(Debug, Clone)]
pub struct Tls {
    /// Graph v1.0.
    pub graph_url: String,
    /// The identity platform.
    pub authority_url: String,
}

/// Files with certificates, in PEM.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The simulator's own authority.
    pub ca_file: String,
    /// The same with the system's roots: for variables that replace what a client trusts.
    pub bundle_file: String,
}

impl Doors {
    /// The doors that a ready object tells of. This version has plain HTTP alone.
    pub fn of(_ready: &Ready) -> Self {
        Self::default()
    }
}

/// Every variable, in the order of the documentation.
pub fn variables(ready: &Ready, doors: &Doors, token: Option<&str>, caller: &Caller) -> Vec<Variable> {
    let tls = doors.tls.as_ref();
    let trust = doors.trust.as_ref();
    let set = |value: &str| Some(value.to_owned());
    let mut all = vec![
        ("SIMTUNE_GRAPH_URL", set(&ready.graph_url)),
        ("SIMTUNE_GRAPH_BETA_URL", set(&ready.graph_beta_url)),
        ("SIMTUNE_GRAPH_TLS_URL", tls.map(|tls| tls.graph_url.clone())),
        ("SIMTUNE_AUTHORITY_URL", set(&ready.authority_url)),
        ("SIMTUNE_AUTHORITY_TLS_URL", tls.map(|tls| tls.authority_url.clone())),
        ("SIMTUNE_PROXY_URL", doors.proxy_url.clone()),
        ("SIMTUNE_CONTROL_URL", set(&ready.control_url)),
        ("SIMTUNE_TENANT_ID", Some(ready.tenant_id.to_string())),
        ("SIMTUNE_CLIENT_ID", Some(ready.client_id.to_string())),
        ("SIMTUNE_CLIENT_SECRET", set(&ready.client_secret)),
        ("SIMTUNE_CA_FILE", trust.map(|trust| trust.ca_file.clone())),
        ("SIMTUNE_TOKEN", token.map(str::to_owned)),
    ];
    if let Some(proxy) = &doors.proxy_url {
        all.extend([
            ("HTTPS_PROXY", set(proxy)),
            ("https_proxy", set(proxy)),
            // Node reads the two above only when told to.
            ("NODE_USE_ENV_PROXY", set("1")),
            // These would win over them in some clients.
            ("ALL_PROXY", None),
            ("all_proxy", None),
        ]);
    }
    let direct = no_proxy(ready, doors, caller);
    all.extend([("NO_PROXY", set(&direct)), ("no_proxy", Some(direct))]);
    if let Some(trust) = trust {
        all.extend([
            ("SSL_CERT_FILE", set(&trust.bundle_file)),
            ("REQUESTS_CA_BUNDLE", set(&trust.bundle_file)),
            ("CURL_CA_BUNDLE", set(&trust.bundle_file)),
            // Node adds this to what it trusts anyway.
            ("NODE_EXTRA_CA_CERTS", set(&trust.ca_file)),
        ]);
    }
    all.extend([
        ("AZURE_TENANT_ID", Some(ready.tenant_id.to_string())),
        ("AZURE_CLIENT_ID", Some(ready.client_id.to_string())),
        ("AZURE_CLIENT_SECRET", set(&ready.client_secret)),
    ]);
    all
}

/// What is reached directly: this machine, and what the caller excepted from its own proxy. An exception that covers a
/// host of Microsoft's would lead clients past the simulator, so it goes where the simulator is the proxy.
fn no_proxy(ready: &Ready, doors: &Doors, caller: &Caller) -> String {
    let mut entries = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let mut add = |entry: &str| {
        if !entry.is_empty() && !entries.iter().any(|known| known.eq_ignore_ascii_case(entry)) {
            entries.push(entry.to_owned());
        }
    };
    add(host(&ready.authority_url));
    for entry in caller.no_proxy.iter().flat_map(|list| list.split([',', ' '])) {
        if doors.proxy_url.is_none() || !covers_microsoft(entry) {
            add(entry);
        }
    }
    entries.join(",")
}

/// The host of an `http://host:port` URL, an IPv6 address without its brackets.
fn host(url: &str) -> &str {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_matches(['[', ']'])
}

/// Whether an entry of `NO_PROXY` means one of Microsoft's hosts: by name, with a port, as a suffix with or without a dot
/// or a star, or `*`. Clients differ in which of these they read, so any of them counts.
fn covers_microsoft(entry: &str) -> bool {
    let name = entry.split_once(':').map_or(entry, |(name, _)| name);
    let suffix = name.trim_start_matches(['*', '.']).trim_end_matches('.').to_ascii_lowercase();
    let graph = CLOUDS.iter().flat_map(|cloud| cloud.graph).filter_map(|url| url.strip_prefix("https://"));
    let mut hosts = CLOUDS.iter().flat_map(|cloud| cloud.aliases).copied().chain(graph);
    let covered = |host: &str| host.strip_suffix(&suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    name == "*" || (!suffix.is_empty() && hosts.any(covered))
}

#[cfg(test)]
mod tests {
    use super::{Caller, Doors, Tls, Trust, Variable, covers_microsoft, variables};
    use crate::ready::Ready;
    use uuid::Uuid;

    fn ready(root: &str) -> Ready {
        Ready {
            version: "0.0.0".to_owned(),
            pid: 1,
            graph_url: format!("{root}/v1.0"),
            graph_beta_url: format!("{root}/beta"),
            authority_url: root.to_owned(),
            control_url: "http://127.0.0.1:2".to_owned(),
            tenant_id: Uuid::nil(),
            tenant_domain: "simtune.example".to_owned(),
            client_id: Uuid::nil(),
            client_secret: "hush".to_owned(),
            seed: 1,
        }
    }

    fn told(variables: &[Variable]) -> String {
        let line = |(name, value): &Variable| match value {
            Some(value) => format!("{name}={value}\n"),
            None => format!("{name} is removed\n"),
        };
        variables.iter().map(line).collect()
    }

    #[test]
    fn what_a_simulator_lacks_is_removed_and_no_proxy_is_promised() {
        let caller = Caller { no_proxy: vec!["corp.example, LOCALHOST".to_owned(), "graph.microsoft.com".to_owned()] };
        let plain = ready("http://127.0.0.1:1");
        insta::assert_snapshot!(told(&variables(&plain, &Doors::of(&plain), None, &caller)));
    }

    #[test]
    fn with_every_door_microsofts_names_lead_here() {
        let root = "http://[fd00::1]:1";
        let doors = Doors {
            tls: Some(Tls {
                graph_url: "https://localhost:1/v1.0".to_owned(),
                authority_url: "https://localhost:1".to_owned(),
            }),
            proxy_url: Some(root.to_owned()),
            trust: Some(Trust { ca_file: "/tmp/ca.pem".to_owned(), bundle_file: "/tmp/ca-bundle.pem".to_owned() }),
        };
        let caller = Caller { no_proxy: vec!["corp.example,.microsoft.com,*".to_owned()] };
        insta::assert_snapshot!(told(&variables(&ready(root), &doors, Some("token"), &caller)));
    }

    #[test]
    fn exceptions_that_cover_microsoft_are_recognised() {
        for entry in [
            "*",
            "graph.microsoft.com",
            "GRAPH.microsoft.com.",
            "graph.microsoft.com:443",
            "microsoft.com",
            ".microsoft.com",
            "*.microsoftonline.com",
            "com",
            "login.partner.microsoftonline.cn",
            "microsoft.us",
        ] {
            assert!(covers_microsoft(entry), "{entry}");
        }
        for entry in ["", "microsoft.example", "soft.com", "10.0.0.0/8", "::1", "mygraph.microsoft.com", "contoso.com"]
        {
            assert!(!covers_microsoft(entry), "{entry}");
        }
    }
}
