//! What is told about users without a sign-in, or after one: the realm of a name, and the claims of userinfo.

use serde::Serialize;

use super::access_token::{Claims, pairwise};
use super::directory::Directory;
use super::user::User;

/// `GET /common/userrealm/{name}?api-version=1.0`, which MSAL asks before it sends a password: is the password for Entra
/// (`Managed`) or for somebody else's server? Shape observed (test resources of the published MSALs); that a foreign
/// domain is `Unknown` is recalled.
pub fn user_realm(directory: &Directory, name: &str) -> String {
    #[derive(Serialize)]
    struct Realm<'a> {
        ver: &'a str,
        account_type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        domain_name: Option<&'a str>,
        cloud_instance_name: &'a str,
        cloud_audience_urn: &'a str,
    }
    let domain = User::domain_of(name).filter(|domain| domain.eq_ignore_ascii_case(&directory.domain));
    let realm = Realm {
        ver: "1.0",
        account_type: if domain.is_some() { "Managed" } else { "Unknown" },
        domain_name: domain,
        cloud_instance_name: "microsoftonline.com",
        cloud_audience_urn: "urn:federation:MicrosoftOnline",
    };
    serde_json::to_string(&realm).expect("strings become JSON")
}

/// `GET /oidc/userinfo`: the user of a delegated token (documented: entra-docs, userinfo endpoint), or nothing for an
/// app's own token. The picture is left out: there is none.
pub fn user_info(claims: &Claims) -> Option<String> {
    #[derive(Serialize)]
    struct UserInfo<'a> {
        sub: String,
        name: &'a str,
        given_name: &'a str,
        family_name: &'a str,
        email: &'a str,
    }
    let name = claims.name.as_deref().filter(|_| claims.is_delegated())?;
    let (given_name, family_name) = name.split_once(' ').unwrap_or((name, ""));
    let info = UserInfo {
        // The same as in the app's id tokens (documented).
        sub: pairwise(&claims.appid.to_string(), claims.oid),
        name,
        given_name,
        family_name,
        email: claims.upn.as_deref().unwrap_or_default(),
    };
    Some(serde_json::to_string(&info).expect("strings become JSON"))
}
