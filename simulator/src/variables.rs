//! The variables that lead a client to a simulator: what `exec` gives its command and `env` prints.

use std::path::Path;

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

/// Every variable, in the order of the documentation.
pub fn variables(ready: &Ready, token: Option<&str>, caller: &Caller) -> Vec<Variable> {
    let set = |value: &str| Some(value.to_owned());
    let file = |path: &Path| Some(path.to_string_lossy().into_owned());
    let direct = no_proxy(ready, caller);
    vec![
        ("SIMTUNE_GRAPH_URL", set(&ready.graph_url)),
        ("SIMTUNE_GRAPH_BETA_URL", set(&ready.graph_beta_url)),
        ("SIMTUNE_GRAPH_TLS_URL", set(&ready.graph_tls_url)),
        ("SIMTUNE_AUTHORITY_URL", set(&ready.authority_url)),
        ("SIMTUNE_AUTHORITY_TLS_URL", set(&ready.authority_tls_url)),
        ("SIMTUNE_PROXY_URL", set(&ready.proxy_url)),
        ("SIMTUNE_CONTROL_URL", set(&ready.control_url)),
        ("SIMTUNE_TENANT_ID", Some(ready.tenant_id.to_string())),
        ("SIMTUNE_CLIENT_ID", Some(ready.client_id.to_string())),
        ("SIMTUNE_CLIENT_SECRET", set(&ready.client_secret)),
        ("SIMTUNE_CA_FILE", file(&ready.ca_file)),
        ("SIMTUNE_TOKEN", token.map(str::to_owned)),
        ("HTTPS_PROXY", set(&ready.proxy_url)),
        ("https_proxy", set(&ready.proxy_url)),
        // Node reads the two above only when told to.
        ("NODE_USE_ENV_PROXY", set("1")),
        // These would win over them in some clients.
        ("ALL_PROXY", None),
        ("all_proxy", None),
        ("NO_PROXY", set(&direct)),
        ("no_proxy", Some(direct)),
        // These replace what a client trusts, so they name the system's roots too.
        ("SSL_CERT_FILE", file(&ready.ca_bundle_file)),
        ("REQUESTS_CA_BUNDLE", file(&ready.ca_bundle_file)),
        ("CURL_CA_BUNDLE", file(&ready.ca_bundle_file)),
        // Node adds this to what it trusts anyway.
        ("NODE_EXTRA_CA_CERTS", file(&ready.ca_file)),
        ("AZURE_TENANT_ID", Some(ready.tenant_id.to_string())),
        ("AZURE_CLIENT_ID", Some(ready.client_id.to_string())),
        ("AZURE_CLIENT_SECRET", set(&ready.client_secret)),
    ]
}

/// Who is spoken to directly: this computer, the simulator, and whomever the caller excepts, but not Microsoft's hosts,
/// which must lead here.
fn no_proxy(ready: &Ready, caller: &Caller) -> String {
    let mut entries = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let mut add = |entry: &str| {
        if !entry.is_empty() && !entries.iter().any(|known| known.eq_ignore_ascii_case(entry)) {
            entries.push(entry.to_owned());
        }
    };
    add(host(&ready.authority_url));
    for entry in caller.no_proxy.iter().flat_map(|list| list.split([',', ' '])) {
        if !covers_microsoft(entry) {
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
    use super::{Caller, Variable, covers_microsoft, variables};
    use crate::ready::Ready;
    use uuid::Uuid;

    fn ready(root: &str) -> Ready {
        Ready {
            version: "0.0.0".to_owned(),
            pid: 1,
            graph_url: format!("{root}/v1.0"),
            graph_beta_url: format!("{root}/beta"),
            graph_tls_url: "https://localhost:1/v1.0".to_owned(),
            authority_url: root.to_owned(),
            authority_tls_url: "https://localhost:1".to_owned(),
            proxy_url: root.to_owned(),
            ca_file: "/ca/ca.pem".into(),
            ca_bundle_file: "/ca/ca-bundle.pem".into(),
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
    fn microsofts_names_lead_here_whatever_the_caller_excepts() {
        let caller = Caller { no_proxy: vec!["corp.example, LOCALHOST".to_owned(), ".microsoft.com,*".to_owned()] };
        insta::assert_snapshot!("with_token", told(&variables(&ready("http://[fd00::1]:1"), Some("token"), &caller)));
        let none = told(&variables(&ready("http://127.0.0.1:1"), None, &Caller::default()));
        assert!(none.contains("SIMTUNE_TOKEN is removed\n"), "{none}");
        assert!(none.contains("NO_PROXY=localhost,127.0.0.1,::1\n"), "{none}");
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
