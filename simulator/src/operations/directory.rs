//! `/users` and `/organization`: as much of the directory as a client of the inventory reads, and read-only.

use serde_json::{Value as Json, json};

use super::collection::Collection;
use super::device_query::{self, unread_options};
use super::{Context, Reply};
use crate::inventory::User;
use crate::model::directory::{ORGANIZATION, USER};
use crate::route::Route;
use crate::tenant::Tenant;
use crate::wire::error::Refusal;

const USERS: Collection<'static> = Collection { name: "users", entity_type: &USER, page: 100, counts: false };

const ORGANIZATIONS: Collection<'static> =
    Collection { name: "organization", entity_type: &ORGANIZATION, page: 100, counts: false };

/// What a collection of the directory reads of a query; the rest is in the journal as ignored.
const READ: &[&str] = &["$select", "$top", "$count", "$skiptoken"];

pub(super) fn list_users(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let users = context.world.inventory().base().users();
    let items = users.iter().map(user_json);
    USERS.list(context, route, &options, users.len(), items, unread_options(&options, READ))
}

pub(super) fn get_user(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let users = context.world.inventory().base().users();
    let user = users
        .iter()
        .find(|user| {
            user.id.eq_ignore_ascii_case(&route.key) || user.user_principal_name.eq_ignore_ascii_case(&route.key)
        })
        .ok_or_else(|| Refusal::UnknownDirectoryObject { id: route.key.clone() })?;
    USERS.get(context, route, &options, user_json(user), unread_options(&options, &["$select"]))
}

pub(super) fn list_organizations(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    let items = std::iter::once(organization_json(context.tenant));
    ORGANIZATIONS.list(context, route, &options, 1, items, unread_options(&options, READ))
}

pub(super) fn get_organization(context: &Context<'_>, route: &Route) -> Result<Reply, Refusal> {
    let options = device_query::options(context.query)?;
    if !route.key.eq_ignore_ascii_case(&context.tenant.id.to_string()) {
        return Err(Refusal::UnknownDirectoryObject { id: route.key.clone() });
    }
    let item = organization_json(context.tenant);
    ORGANIZATIONS.get(context, route, &options, item, unread_options(&options, &["$select"]))
}

fn user_json(user: &User) -> Json {
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
