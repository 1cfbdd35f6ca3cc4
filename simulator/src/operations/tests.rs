//! What a signed-in user meets, with the user put into the context by hand.

use bytes::Bytes;
use hyper::{HeaderMap, Method, Version};
use serde_json::Value as Json;

use super::{Context, Reply, run};
use crate::clock::Wall;
use crate::device::ManagedDevice;
use crate::device::record::ApiVersion;
use crate::exchange::{Door, Request, Scheme};
use crate::inventory::User;
use crate::quirks::{Profile, Quirks};
use crate::route;
use crate::tenant::{Tenant, TenantSpec, Tenants};
use crate::wire::error::Refusal;
use crate::wire::links::NextLink;
use crate::wire::preferences::Preferences;
use crate::wire::shape::Shape;

fn ask(tenant: &Tenant, user: Option<&str>, method: Method, target: &str) -> Result<Reply, Refusal> {
    let request = Request {
        method,
        uri: target.parse().unwrap(),
        version: Version::HTTP_11,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        door: Door::BaseUrl(Scheme::Http),
        unread: None,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let route = route::route(&request.method, path).unwrap();
    let mut world = tenant.world();
    let (now, _) = world.advance(chrono::DateTime::UNIX_EPOCH);
    let context = Context {
        world: &mut world,
        tenant,
        request: &request,
        app: None,
        user,
        signed_in: None,
        query,
        root: "http://127.0.0.1:3650",
        next_link: NextLink::Door,
        shape: Shape::default(),
        preferences: Preferences::default(),
        now,
        subject: &mut None,
    };
    run(context, &route)
}

fn json(reply: Result<Reply, Refusal>) -> Json {
    serde_json::from_slice(&reply.expect("an answer").body).expect("JSON")
}

/// A tenant, somebody who owns a resettable device there, that device, and one of somebody else.
fn scene() -> (Tenants, User, String, String) {
    let tenants = Tenants::new(TenantSpec::default(), Wall::hand(chrono::DateTime::UNIX_EPOCH)).unwrap();
    let (user, own, other) = {
        let world = tenants.default_tenant().world();
        let named = |name: &str| -> ManagedDevice {
            let mut devices = world.inventory().iter();
            devices.find(|device| device.record().device_name.as_str() == name).unwrap().clone()
        };
        let own = named("iPhone-1");
        let users = world.inventory().base().users();
        let user = users.iter().find(|user| user.id == own.record().user_id.as_str()).unwrap().clone();
        let other = world.inventory().iter().find(|device| device.record().user_id.as_str() != user.id).unwrap();
        (user, own.id().to_string(), other.id().to_string())
    };
    (tenants, user, own, other)
}

#[test]
fn somebody_sees_themselves_and_their_devices() {
    let (tenants, user, own, other) = scene();
    let tenant = tenants.default_tenant();
    let ask = |method, target: &str| ask(tenant, Some(&user.id), method, target);
    assert_eq!(
        json(ask(Method::GET, "/v1.0/me?$select=userPrincipalName"))["userPrincipalName"],
        user.user_principal_name
    );
    let mine = json(ask(Method::GET, "/v1.0/me/managedDevices"));
    let named = json(ask(Method::GET, &format!("/v1.0/users/{}/managedDevices", user.id)));
    assert_eq!(mine, named);
    assert!(mine["value"].as_array().unwrap().iter().any(|device| device["id"] == own.as_str()));

    assert!(ask(Method::POST, &format!("/v1.0/me/managedDevices/{own}/resetPasscode")).is_ok());
    let refused = ask(Method::POST, &format!("/v1.0/me/managedDevices/{other}/resetPasscode")).unwrap_err();
    assert!(matches!(refused, Refusal::UnknownDevice(_)), "{refused:?}");
    let actor = json(ask(Method::GET, "/v1.0/deviceManagement/auditEvents"))["value"][0]["actor"].clone();
    assert_eq!(actor["auditActorType"], "ItPro");
    assert_eq!(actor["userId"], user.id.as_str());
    assert_eq!(actor["userPrincipalName"], user.user_principal_name.as_str());
}

#[test]
fn nobody_has_no_self() {
    let (tenants, _, own, _) = scene();
    for target in ["/v1.0/me", "/beta/me/managedDevices"] {
        assert_eq!(ask(tenants.default_tenant(), None, Method::GET, target).unwrap_err(), Refusal::NoSignedInUser);
    }
    let target = format!("/v1.0/me/managedDevices('{own}')/resetPasscode");
    assert_eq!(ask(tenants.default_tenant(), None, Method::POST, &target).unwrap_err(), Refusal::NoSignedInUser);
}

/// Whoever names a single device is answered from an index, whatever else the filter says and in whatever order.
#[test]
fn only_what_no_index_answers_is_looked_for_far() {
    let far = |filter: &str| {
        let query = format!("$filter={}", filter.replace(' ', "%20"));
        super::list_devices::looks_far(&query, ApiVersion::V1, &Quirks::of(Profile::Documented))
    };
    assert!(!far("serialNumber eq 'X'"));
    assert!(!far("operatingSystem eq 'iOS' and serialNumber eq 'X'"));
    assert!(!far("contains(model,'Pad') and (deviceName eq 'X' and osVersion eq '1')"));
    assert!(far("operatingSystem eq 'iOS'"));
    assert!(far("serialNumber eq 'X' or deviceName eq 'Y'"));
    assert!(far("not (serialNumber eq 'X')"));
}
