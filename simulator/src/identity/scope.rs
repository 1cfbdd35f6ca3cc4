//! The scope of a client credentials request, which must name one resource and end in `/.default`.

use super::access_token::is_graph;
use super::authority::{Address, Authority, GRAPH};
use super::error::{Reason, Refusal};

/// Scopes about the user, which SDKs add to every request; Entra lets them pass beside a resource (observed: a recording
/// in azure-sdk-for-js asks for `…/.default openid profile offline_access` and is answered 200).
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// The audience of the token that `scope` asks for. A client that was pointed here by address may ask for that address:
/// its token is for [`GRAPH`] all the same. `tenant` is how a refusal names the tenant.
pub(super) fn audience(scope: &str, authority: &Authority, tenant: &str) -> Result<String, Refusal> {
    let mut asked = scope.split_ascii_whitespace().filter(|word| !OPENID.contains(word));
    let (Some(first), others) = (asked.next(), asked) else {
        return Err(Reason::ScopeNotDefault.with(&[scope]));
    };
    let resource = resource(first)?;
    for other in others {
        if self::resource(other)? != resource {
            return Err(Reason::SeveralResources.with(&[scope]));
        }
    }
    of_resource(resource, authority, tenant)
}

/// The audience that `resource` means, without the slash at its end.
pub(super) fn of_resource(resource: &str, authority: &Authority, tenant: &str) -> Result<String, Refusal> {
    if is_graph(resource) {
        return Ok(resource.strip_suffix('/').unwrap_or(resource).to_owned());
    }
    if Address::parse(resource).is_some_and(|address| leads_to_graph(address, authority)) {
        return Ok(GRAPH.to_owned());
    }
    Err(Reason::UnknownResource.with(&[resource, tenant]))
}

/// The audience of a token of the v1 endpoint, where it is spelled as the resource was, slash and all (documented).
pub(super) fn of_v1_resource(resource: &str, authority: &Authority, tenant: &str) -> Result<String, Refusal> {
    let audience = of_resource(resource, authority, tenant)?;
    Ok(if is_graph(resource) { resource.to_owned() } else { audience })
}

fn resource(scope: &str) -> Result<&str, Refusal> {
    match scope.strip_suffix("/.default") {
        None => Err(Reason::ScopeNotDefault.with(&[scope])),
        Some("") => Err(Reason::InvalidScope.with(&[scope])),
        Some(resource) => Ok(resource),
    }
}

/// The port is not compared: SDKs that derive the scope from the base URL drop it.
fn leads_to_graph(address: Address<'_>, authority: &Authority) -> bool {
    authority.is_local_name(address.host) && matches!(address.path, "" | "/")
}
