//! Metadata, keys and instance discovery.

use super::super::discovery::{instance_discovery, key_set, openid_configuration};
use super::*;

fn value(document: Result<String, AadError>) -> Value {
    serde_json::from_str(&document.expect("a document")).expect("JSON")
}

#[test]
fn metadata_carries_the_scheme_host_and_port_the_client_used() {
    let directory = directory();
    let document = |authority: &Authority, tenant: &str| openid_configuration(&directory, authority, tenant, stamp());
    insta::assert_snapshot!("metadata_at_microsoft", document(&microsoft(), &directory.domain).expect("a document"));
    let local_metadata = value(document(&local(), &directory.domain));
    insta::assert_json_snapshot!("metadata_at_the_base_url", local_metadata);
    for member in [
        "token_endpoint",
        "jwks_uri",
        "issuer",
        "authorization_endpoint",
        "device_authorization_endpoint",
        "end_session_endpoint",
    ] {
        let url = local_metadata[member].as_str().expect("a URL");
        assert!(url.starts_with(&format!("http://127.0.0.1:3650/{}/", directory.tenant_id)), "{url}");
    }
    assert_eq!(
        (&local_metadata["userinfo_endpoint"], &local_metadata["msgraph_host"]),
        (&"http://127.0.0.1:3650/oidc/userinfo".into(), &"127.0.0.1:3650".into()),
        "nobody is sent off the machine"
    );
    let common = value(document(&Authority::new("https", "localhost:3650"), "common"));
    assert_eq!(common["issuer"], "https://localhost:3650/{tenantid}/v2.0");
    assert_eq!(common["token_endpoint"], "https://localhost:3650/common/oauth2/v2.0/token");
    let government = value(document(&Authority::new("https", "login.microsoftonline.us"), &directory.domain));
    assert_eq!(government["msgraph_host"], "graph.microsoft.us");
}

#[test]
fn another_tenant_has_no_documents_unless_relaxed() {
    let mut directory = directory();
    let unknown = openid_configuration(&directory, &local(), "test", stamp()).expect_err("a refusal");
    insta::assert_json_snapshot!("metadata_of_an_unknown_tenant", shown(&unknown));
    assert!(key_set(&directory, &local(), &SigningKey::development(), "test", stamp()).is_err());
    directory.auth = Auth::Relaxed;
    let own = directory.tenant_id.to_string();
    let document = openid_configuration(&directory, &local(), "test", stamp()).expect("a document");
    assert!(document.contains(&own));
}

#[test]
fn the_key_set_holds_the_public_key() {
    let key = SigningKey::development();
    let keys = value(key_set(&directory(), &microsoft(), &key, "fjordlicht.onmicrosoft.com", stamp()));
    insta::assert_json_snapshot!("key_set", keys);
}

#[test]
fn instance_discovery_knows_the_clouds_and_this_simulator() {
    let at = |authority: &Authority, endpoint: &str| instance_discovery(authority, Some(endpoint), stamp());
    let real = "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize";
    insta::assert_json_snapshot!("instance_discovery_at_microsoft", value(at(&microsoft(), real)));
    let here = value(at(&local(), "http://127.0.0.1:3650/fjordlicht.onmicrosoft.com/oauth2/v2.0/authorize"));
    assert_eq!(here["metadata"][0]["aliases"][0], "127.0.0.1:3650");
    assert_eq!(
        here["tenant_discovery_endpoint"],
        "http://127.0.0.1:3650/fjordlicht.onmicrosoft.com/v2.0/.well-known/openid-configuration"
    );
    let unknown = "https://login.micros0ftonline.example/common/oauth2/v2.0/authorize";
    let refusals = [
        shown(&at(&microsoft(), unknown).expect_err("a refusal")),
        shown(&instance_discovery(&microsoft(), None, stamp()).expect_err("a refusal")),
    ];
    insta::assert_json_snapshot!("instance_discovery_refused", refusals);
}
