//! The documents that clients read before they ask for a token: `OpenID` metadata, signing keys, instance discovery.

use serde::Serialize;

use super::authority::{Address, Authority, CLOUDS};
use super::directory::{Auth, Directory};
use super::error::{AadError, Reason, Refusal, Stamp};
use super::keys::{Jwk, SigningKey};

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`: where everything is, under the scheme, host and port the
/// client used. The body; members and their order observed for the public cloud (recording in azure-sdk-for-js, 2021).
/// `kerberos_endpoint`, which newer answers have, is left out, for there is nothing behind it.
///
/// `tenant` is the first segment of the path. Another tenant is 90002, whatever the word looks like (observed).
pub fn openid_configuration(
    directory: &Directory,
    authority: &Authority,
    tenant: &str,
    stamp: Stamp,
) -> Result<String, AadError> {
    let names = names(directory, tenant).map_err(|refusal| refusal.stamped(stamp))?;
    let base = format!("{}/{}", authority.root(), names.path);
    let graph = authority.graph_root();
    Ok(json(&OpenIdConfiguration {
        token_endpoint: format!("{base}/oauth2/v2.0/token"),
        token_endpoint_auth_methods_supported: &["client_secret_post", "private_key_jwt", "client_secret_basic"],
        jwks_uri: format!("{base}/discovery/v2.0/keys"),
        response_modes_supported: &["query", "fragment", "form_post"],
        subject_types_supported: &["pairwise"],
        id_token_signing_alg_values_supported: &["RS256"],
        response_types_supported: &["code", "id_token", "code id_token", "id_token token"],
        scopes_supported: &["openid", "profile", "email", "offline_access"],
        issuer: authority.issuer(&names.issuer),
        request_uri_parameter_supported: false,
        userinfo_endpoint: format!("{graph}/oidc/userinfo"),
        authorization_endpoint: format!("{base}/oauth2/v2.0/authorize"),
        device_authorization_endpoint: format!("{base}/oauth2/v2.0/devicecode"),
        http_logout_supported: true,
        frontchannel_logout_supported: true,
        end_session_endpoint: format!("{base}/oauth2/v2.0/logout"),
        claims_supported: CLAIMS,
        tenant_region_scope: names.region,
        cloud_instance_name: "microsoftonline.com",
        cloud_graph_host_name: "graph.windows.net",
        msgraph_host: graph.split_once("://").map_or(graph.as_str(), |(_, host)| host),
        rbac_url: "https://pas.windows.net",
    }))
}

/// `GET /{tenant}/discovery/v2.0/keys`: the body, with the one key that tokens are signed with.
pub fn key_set(
    directory: &Directory,
    authority: &Authority,
    key: &SigningKey,
    tenant: &str,
    stamp: Stamp,
) -> Result<String, AadError> {
    #[derive(Serialize)]
    struct KeySet {
        keys: [Jwk; 1],
    }
    let names = names(directory, tenant).map_err(|refusal| refusal.stamped(stamp))?;
    let keys = [key.jwk(authority.issuer(&names.issuer))];
    Ok(json(&KeySet { keys }))
}

/// `GET /common/discovery/instance`, which MSAL asks before its first token request: is the host in
/// `authorization_endpoint` an authority, and what are its other names? The body; shape and clouds observed (recordings
/// in azure-sdk-for-js), the refusal 50049 of an unknown host documented. A client that came by a name of its own finds
/// that name among the clouds, in front. A missing parameter is 900144 (assumed).
pub fn instance_discovery(
    authority: &Authority,
    authorization_endpoint: Option<&str>,
    stamp: Stamp,
) -> Result<String, AadError> {
    let endpoint = authorization_endpoint
        .ok_or_else(|| Reason::MissingParameter.with(&["authorization_endpoint"]).stamped(stamp))?;
    let address = Address::parse(endpoint)
        .filter(|address| authority.serves(address.host))
        .ok_or_else(|| Reason::UnknownInstance.with(&[]).stamped(stamp))?;
    let tenant = address.path.split('/').find(|segment| !segment.is_empty()).unwrap_or("common");
    let host = authority.host();
    let own =
        authority.is_local().then(|| Instance { preferred_network: host, preferred_cache: host, aliases: vec![host] });
    let clouds = CLOUDS.iter().map(|cloud| Instance {
        preferred_network: cloud.preferred_network,
        preferred_cache: cloud.preferred_cache,
        aliases: cloud.aliases.to_vec(),
    });
    Ok(json(&InstanceDiscovery {
        tenant_discovery_endpoint: format!(
            "{}://{}/{tenant}/v2.0/.well-known/openid-configuration",
            address.scheme.to_ascii_lowercase(),
            address.host.to_ascii_lowercase(),
        ),
        api_version: "1.1",
        metadata: own.into_iter().chain(clouds).collect(),
    }))
}

/// Observed, in this order.
const CLAIMS: &[&str] = &[
    "sub",
    "iss",
    "cloud_instance_name",
    "cloud_instance_host_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "email",
];

#[derive(Serialize)]
struct OpenIdConfiguration<'a> {
    token_endpoint: String,
    token_endpoint_auth_methods_supported: &'a [&'a str],
    jwks_uri: String,
    response_modes_supported: &'a [&'a str],
    subject_types_supported: &'a [&'a str],
    id_token_signing_alg_values_supported: &'a [&'a str],
    response_types_supported: &'a [&'a str],
    scopes_supported: &'a [&'a str],
    issuer: String,
    request_uri_parameter_supported: bool,
    userinfo_endpoint: String,
    authorization_endpoint: String,
    device_authorization_endpoint: String,
    http_logout_supported: bool,
    frontchannel_logout_supported: bool,
    end_session_endpoint: String,
    claims_supported: &'a [&'a str],
    tenant_region_scope: Option<&'a str>,
    cloud_instance_name: &'a str,
    cloud_graph_host_name: &'a str,
    msgraph_host: &'a str,
    rbac_url: &'a str,
}

#[derive(Serialize)]
struct InstanceDiscovery<'a> {
    tenant_discovery_endpoint: String,
    #[serde(rename = "api-version")]
    api_version: &'a str,
    metadata: Vec<Instance<'a>>,
}

#[derive(Serialize)]
struct Instance<'a> {
    preferred_network: &'a str,
    preferred_cache: &'a str,
    aliases: Vec<&'a str>,
}

fn json(document: &impl Serialize) -> String {
    serde_json::to_string(document).expect("strings and lists become JSON")
}

/// How a tenant is called in the URLs, the issuer and the region of its documents.
struct Names {
    path: String,
    issuer: String,
    region: Option<&'static str>,
}

fn names(directory: &Directory, tenant: &str) -> Result<Names, Refusal> {
    let group = tenant.to_ascii_lowercase();
    if matches!(group.as_str(), "common" | "organizations") {
        // Observed for `common` (panva/wellknown, 2024): a placeholder, and no region.
        return Ok(Names { path: group, issuer: "{tenantid}".to_owned(), region: None });
    }
    if directory.auth == Auth::Enforce && !directory.answers_to(tenant) {
        return Err(Reason::UnknownTenant.with(&[tenant]));
    }
    let id = directory.tenant_id.to_string();
    Ok(Names { path: id.clone(), issuer: id, region: Some("WW") })
}
