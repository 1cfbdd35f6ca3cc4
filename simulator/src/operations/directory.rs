//! `/users`, `/me` and `/organization`: as much of the directory as a client of the inventory reads, and read-only.

use serde_json::{Value as Json, json};

use super::collection::{Collection, Links};
use super::{Context, Reply, device_query};
use crate::inventory::User;
use crate::model::EntityType;
use crate::model::directory::{ORGANIZATION, USER};
use crate::route::Route;
use crate::tenant::Tenant;
use crate::wire::error::Refusal;

/// A collection of the directory. Which properties the service filters and sorts by is documented one by one; here it is
/// all of them.
const fn collection(name: &'static str, entity_type: &'static EntityType) -> Collection<'static> {
    Collection {
        name,
        entity_type,
        page: 100,
        counts: false,
        reads: &["$select", "$filter", "$orderby", "$top", "$count", "$skiptoken"],
        links: Links::Token,
    }
}

const USERS: Collection<'static> = collection("users", &USER);
const ORGANIZATIONS: Collection<'static> = collection("organization", &ORGANIZATION);

pub(super) fn list_users(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let users = context.world.inventory().base().users();
    let items = users.iter().map(user_json);
    USERS.list(context, route, &options, users.len(), items)
}

pub(super) fn get_user(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    one_user(context, route, &route.key)
}

/// `GET /me`.
pub(super) fn get_me(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    one_user(context, route, context.signed_in()?)
}

/// The user with this id or sign-in name.
pub(super) fn user<'a>(context: &'a Context<'_>, key: &str) -> Result<&'a User, Refusal> {
    let users = context.world.inventory().base().users();
    users
        .iter()
        .find(|user| user.id.eq_ignore_ascii_case(key) || user.user_principal_name.eq_ignore_ascii_case(key))
        .ok_or_else(|| Refusal::UnknownDirectoryObject { id: key.to_owned() })
}

fn one_user(context: &Context<'_>, route: &Route, key: &str) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    USERS.get(context, route, &options, user_json(user(context, key)?))
}

pub(super) fn list_organizations(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let items = std::iter::once(organization_json(context.tenant));
    ORGANIZATIONS.list(context, route, &options, 1, items)
}

pub(super) fn get_organization(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    if !route.key.eq_ignore_ascii_case(&context.tenant.id.to_string()) {
        return Err(Refusal::UnknownDirectoryObject { id: route.key.clone() });
    }
    ORGANIZATIONS.get(context, route, &options, organization_json(context.tenant))
}

pub(super) fn user_json(user: &User) -> Json {
    let (given, surname) = user.display_name.split_once(' ').unwrap_or((&user.display_name, ""));
    json!({
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": given,
        "jobTitle": null,
        "mail": user.mail,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": surname,
        "userPrincipalName": user.user_principal_name,
        "id": user.id,
    })
}

fn organization_json(tenant: &Tenant) -> Json {
    json!({
        "id": tenant.id,
        "displayName": "Simtune",
        "tenantType": "AAD",
        "countryLetterCode": "FR",
        "createdDateTime": "2016-11-01T08:00:00Z",
        "verifiedDomains": [{
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": true,
            "isInitial": true,
            "name": tenant.domain,
            "type": "Managed",
        }],
    })
}
