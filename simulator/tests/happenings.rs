//! Anything that can happen to a tenant, for tests in which the same happens to two of them.

use bytes::Bytes;
use chrono::TimeDelta;
use hyper::{Method, StatusCode};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use simtune::exchange::{Answer, Delivery};
use simtune::faults::{Faults, Rule, load};
use simtune::identity::user::{User, Users as _};
use simtune::quirks::{Profile, Quirks};
use simtune::tenant::{Tenant, TenantSpec};
use uuid::Uuid;

use crate::harness::{Harness, With, request};

const DEVICES: &str = "/v1.0/deviceManagement/managedDevices";

/// Something that happens; numbers stand for devices, and are taken modulo how many there are.
#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// A client asks.
    Ask(Method, String, &'static str),
    /// A client asks for something of a device: verb, version, what is behind the device's path, body.
    AskDevice(usize, Method, &'static str, &'static str, &'static str),
    /// Time passes, and the client gets a new token.
    Wait(i64),
    /// The tester changes whether a device is online.
    Online(usize, bool),
    /// The tester adds a user.
    AddUser(u8),
    /// The tester ends an administrator's sessions.
    Revoke,
    /// The tester decides the doubtful otherwise.
    Profile(usize),
    /// The tester lets things go wrong.
    Faults(usize),
    /// A user signs in, for good.
    SignIn,
}

/// What clients do.
pub(crate) fn asked() -> impl Strategy<Value = Happening> {
    let actions = prop::sample::select(vec![
        ("v1.0", "resetPasscode", ""),
        ("v1.0", "remoteLock", ""),
        ("v1.0", "syncDevice", ""),
        ("v1.0", "rebootNow", ""),
        ("v1.0", "locateDevice", ""),
        ("v1.0", "retire", ""),
        ("v1.0", "wipe", r#"{"keepUserData":true}"#),
        ("v1.0", "windowsDefenderScan", r#"{"quickScan":true}"#),
        ("v1.0", "windowsDefenderScan", r#"{"quickScan":false}"#),
        ("beta", "setDeviceName", r#"{"deviceName":"renamed"}"#),
        ("beta", "rotateFileVaultKey", ""),
        ("beta", "rotateLocalAdminPassword", ""),
        ("beta", "enableLostMode", r#"{"message":"m","phoneNumber":"p","footer":"f"}"#),
        ("beta", "createDeviceLogCollectionRequest", r#"{"templateType":{"templateType":"predefined"}}"#),
        ("v1.0", "noSuchAction", ""),
    ]);
    let act = (0_usize..64, actions)
        .prop_map(|(device, (version, name, body))| Happening::AskDevice(device, Method::POST, version, name, body));
    let edit = (0_usize..64, prop::sample::select(vec![r#"{"notes":"n"}"#, r#"{"notes":1}"#, "{"]))
        .prop_map(|(device, body)| Happening::AskDevice(device, Method::PATCH, "beta", "", body));
    let delete = (0_usize..64).prop_map(|device| Happening::AskDevice(device, Method::DELETE, "v1.0", "", ""));
    let look = (0_usize..64).prop_map(|device| Happening::AskDevice(device, Method::GET, "beta", "", ""));
    let targets = vec![
        format!("{DEVICES}?$top=5&$select=id,deviceName"),
        format!("{DEVICES}?$filter=contains(deviceName,'i')"),
        format!("{DEVICES}/x"),
        "/beta/deviceManagement/remoteActionAudits".to_owned(),
        "/v1.0/users?$select=userPrincipalName".to_owned(),
        "/v1.0/nothing".to_owned(),
    ];
    let list = prop::sample::select(targets).prop_map(|target| Happening::Ask(Method::GET, target, ""));
    prop_oneof![6 => act, 2 => edit, 1 => delete, 2 => look, 3 => list]
}

/// What clients and testers do.
pub(crate) fn anything() -> impl Strategy<Value = Happening> {
    prop_oneof![
        12 => asked(),
        4 => prop::sample::select(vec![1_i64, 2, 30, 7_200, 8 * 86_400]).prop_map(Happening::Wait),
        2 => (0_usize..64, any::<bool>()).prop_map(|(device, online)| Happening::Online(device, online)),
        1 => any::<u8>().prop_map(Happening::AddUser),
        1 => Just(Happening::Revoke),
        1 => (0..Profile::ALL.len()).prop_map(Happening::Profile),
        1 => (0_usize..3).prop_map(Happening::Faults),
        1 => Just(Happening::SignIn),
    ]
}

/// Rules of faults, as a list of them is written.
pub(crate) fn rules(list: Json) -> Vec<Rule> {
    let Json::Array(list) = list else { panic!("a list") };
    load::rules(list).unwrap_or_else(|problem| panic!("{problem}"))
}

/// What a client is answered, and how that is spoiled on its way.
pub(crate) type Heard = (StatusCode, Bytes, Option<Delivery>);

/// A tenant to whom things happen.
pub(crate) struct Stage {
    pub(crate) harness: Harness,
    token: String,
    devices: Vec<String>,
}

impl Stage {
    /// A tenant at its beginning.
    pub(crate) fn new(spec: TenantSpec) -> Self {
        let harness = Harness::with(spec);
        let token = harness.token();
        let devices = harness
            .service
            .tenants()
            .default_tenant()
            .world()
            .inventory()
            .iter()
            .map(|device| device.id().to_string())
            .collect();
        Self { harness, token, devices }
    }

    /// The same devices as on another stage, whatever this one has.
    pub(crate) fn meaning(mut self, other: &Self) -> Self {
        self.devices.clone_from(&other.devices);
        self
    }

    pub(crate) fn tenant(&self) -> &Tenant {
        self.harness.service.tenants().default_tenant()
    }

    /// The client gets another token.
    pub(crate) fn renew(&mut self) {
        self.token = self.harness.fresh_token();
    }

    /// The whole journal as the control API shows it.
    pub(crate) fn journal(&self) -> Json {
        self.tenant().records().journal.since(0).json()
    }

    /// What is answered, and how it is spoiled on its way.
    pub(crate) fn ask(&self, method: &Method, target: &str, body: &str) -> Heard {
        let request = request(method.clone(), target, body.as_bytes())
            .with("authorization", &format!("Bearer {}", self.token))
            .with("content-type", "application/json");
        let Answer { status, body, delivery, .. } = self.harness.service.answer(request);
        (status, body, delivery)
    }

    /// Lets it happen; what a client was answered.
    pub(crate) fn happen(&mut self, what: &Happening) -> Option<Heard> {
        match what {
            Happening::Ask(method, target, body) => return Some(self.ask(method, target, body)),
            Happening::AskDevice(device, method, version, behind, body) => {
                let device = &self.devices[device % self.devices.len()];
                let behind = if behind.is_empty() { String::new() } else { format!("/{behind}") };
                let target = format!("/{version}/deviceManagement/managedDevices/{device}{behind}");
                return Some(self.ask(method, &target, body));
            }
            Happening::Wait(seconds) => {
                self.harness.advance(TimeDelta::seconds(*seconds));
                self.renew();
            }
            Happening::Online(device, online) => {
                let id = Uuid::parse_str(&self.devices[device % self.devices.len()]).unwrap();
                let mut world = self.tenant().world();
                let (now, _) = world.advance(self.harness.wall.now());
                world.edit_device(id, now, |device| device.physical.online = *online);
            }
            Happening::AddUser(number) => {
                let helpdesk = self.tenant().find("helpdesk@simtune.example").expect("one of the cast");
                let id = Uuid::from_u128(u128::from(*number));
                let user_principal_name = format!("u{number}@simtune.example");
                self.tenant().put_user(User { id, user_principal_name, ..helpdesk });
            }
            Happening::Revoke => {
                let helpdesk = self.tenant().find("helpdesk@simtune.example").expect("one of the cast");
                let (now, _) = self.tenant().world().advance(self.harness.wall.now());
                self.tenant().sessions().revoke(helpdesk.id, now);
            }
            Happening::Profile(number) => {
                self.tenant().world().set_quirks(Quirks::of(Profile::ALL[*number].1));
            }
            Happening::Faults(number) => {
                let all = json!([
                    { "id": "now-and-then", "match": { "method": "GET", "path": "/v1.0/*" }, "rate": 0.5, "act": { "status": { "code": 503 } } },
                    { "id": "second-page", "match": { "operation": "listDevices", "page": 2 }, "times": 1, "act": { "status": { "code": 500 } } },
                ]);
                let chosen: Vec<Json> = all.as_array().unwrap().iter().take(*number).cloned().collect();
                self.tenant().world().faults = Faults::new(&rules(chosen.into()));
            }
            Happening::SignIn => {
                let user = self.tenant().find("read.only@simtune.example").expect("one of the cast");
                let client = self.tenant().directory().apps[0].client_id.to_string();
                let form = form_urlencoded::Serializer::new(String::new())
                    .append_pair("grant_type", "password")
                    .append_pair("client_id", &client)
                    .append_pair("username", &user.user_principal_name)
                    .append_pair("password", &user.password)
                    .append_pair("scope", "offline_access User.Read")
                    .finish();
                let target = format!("/{}/oauth2/v2.0/token", self.tenant().id);
                let request = request(Method::POST, &target, form.as_bytes())
                    .with("content-type", "application/x-www-form-urlencoded");
                assert_eq!(self.harness.service.answer(request).status, 200);
            }
        }
        None
    }

    /// Every device's path, and everything else that can be looked at.
    pub(crate) fn everything(&self) -> Vec<(String, Heard)> {
        let of_devices = self.devices.iter().take(12).flat_map(|device| {
            let beta = DEVICES.replace("v1.0", "beta");
            [
                format!("{beta}/{device}"),
                format!("{DEVICES}/{device}?$select=deviceActionResults,notes,iccid,udid,hardwareInformation"),
                format!("{beta}/{device}/getFileVaultKey"),
                format!("{beta}/{device}/retrieveDeviceLocalAdminAccountDetail"),
                format!("{DEVICES}/{device}/users"),
                format!("{DEVICES}/{device}/deviceCompliancePolicyStates"),
                format!("{beta}/{device}/detectedApps?$top=3"),
            ]
        });
        let others = [
            DEVICES,
            "/beta/deviceManagement/managedDevices",
            "/v1.0/deviceManagement/managedDevices?$top=7",
            "/v1.0/deviceManagement/managedDeviceOverview",
            "/beta/deviceManagement/remoteActionAudits",
            "/v1.0/deviceManagement/auditEvents",
            "/v1.0/deviceManagement/detectedApps?$top=5",
            "/v1.0/users",
            "/v1.0/users/u7@simtune.example",
        ];
        let targets = of_devices.chain(others.map(str::to_owned));
        targets.map(|target| (target.clone(), self.ask(&Method::GET, &target, ""))).collect()
    }
}
