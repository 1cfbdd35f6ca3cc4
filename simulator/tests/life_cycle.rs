//! The life of a passcode reset, by example and against a reference model.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use proptest::prelude::*;
use serde_json::Value as Json;
use simtune::clock::ClockStart;
use simtune::device::physical::{ScriptedOutcome, UnlockToken};
use simtune::quirks::{Quirks, UnsupportedAction};
use simtune::tenant::TenantSpec;
use simtune::world::CheckIn;
use uuid::Uuid;

use crate::harness::{Harness, start};

const TWO_SECONDS: TimeDelta = TimeDelta::seconds(2);

fn state(result: &Json) -> &str {
    result["actionState"].as_str().unwrap_or("none")
}

#[test]
fn an_iphone_loses_its_passcode_and_gets_no_new_one() {
    let harness = Harness::new();
    assert_eq!(harness.reset("iPhone-1").status, 204);
    let pending = harness.result_of("iPhone-1");
    assert_eq!(state(&pending), "pending");
    assert_eq!(pending["startDateTime"], pending["lastUpdatedDateTime"]);
    harness.advance(TWO_SECONDS);
    let done = harness.result_of("iPhone-1");
    assert_eq!((state(&done), &done["passcode"], &done["errorCode"]), ("done", &Json::Null, &Json::from(0)));
    let audits = harness.get_json("/beta/deviceManagement/remoteActionAudits");
    assert_eq!(audits["value"][0]["actionState"], "done");
}

#[test]
fn an_old_android_and_a_windows_phone_get_a_temporary_passcode() {
    let harness = Harness::new();
    for (name, digits_only) in [("Android-6", false), ("Windows-Phone-8.1", true), ("Windows-10-Mobile-15063", false)] {
        assert_eq!(harness.reset(name).status, 204, "{name}");
        assert_eq!(harness.result_of(name)["passcode"], Json::Null, "{name}: not before the device has confirmed it");
        harness.advance(TWO_SECONDS);
        let done = harness.result_of(name);
        assert_eq!(state(&done), "done", "{name}");
        let passcode = done["passcode"].as_str().unwrap_or_else(|| panic!("{name} has a passcode"));
        assert_eq!(passcode.bytes().all(|byte| byte.is_ascii_digit()), digits_only, "{name}: {passcode}");
    }
}

#[test]
fn what_goes_wrong_on_the_device_shows_only_later() {
    let harness = Harness::new();
    for (name, expected, failed) in [
        ("iPhone-wrong-unlock-token", "failed", true),
        ("iPhone-no-unlock-token", "failed", true),
        ("Android-6-stale", "notSupported", false),
        ("iPhone-silent", "pending", false),
        ("iPhone-offline", "pending", false),
    ] {
        assert_eq!(harness.reset(name).status, 204, "{name}");
        harness.advance(TimeDelta::days(1));
        let result = harness.result_of(name);
        assert_eq!(state(&result), expected, "{name}");
        assert_eq!(result["errorCode"] != 0, failed, "{name}");
        assert_eq!(result["passcode"], Json::Null, "{name}");
    }
}

#[test]
fn a_passcode_policy_is_asked_for_by_later_editions_only() {
    for (edition, expected) in [("2018-03-08", "done"), ("2023-08-01", "failed")] {
        let harness = Harness::with(TenantSpec { edition: Some(edition.to_owned()), ..TenantSpec::default() });
        assert_eq!(harness.reset("Android-6-no-policy").status, 204, "{edition}");
        harness.advance(TWO_SECONDS);
        assert_eq!(state(&harness.result_of("Android-6-no-policy")), expected, "{edition}");
    }
}

#[test]
fn a_work_profile_without_a_reset_token_is_not_supported_at_device_time() {
    let harness = Harness::with(TenantSpec { edition: Some("latest".to_owned()), ..TenantSpec::default() });
    for (name, expected) in [("Work-profile-8", "done"), ("Work-profile-no-token", "notSupported")] {
        assert_eq!(harness.reset(name).status, 204, "{name}");
        harness.advance(TWO_SECONDS);
        assert_eq!(state(&harness.result_of(name)), expected, "{name}");
    }
}

#[test]
fn an_offline_device_answers_when_it_is_online_again() {
    let harness = Harness::new();
    harness.reset("iPhone-offline");
    harness.advance(TimeDelta::days(30));
    assert_eq!(state(&harness.result_of("iPhone-offline")), "pending");
    let id = Uuid::parse_str(&harness.id_of("iPhone-offline")).unwrap();
    let tenant = harness.service.tenants().default_tenant();
    tenant.world().edit_device(id, harness.wall.now(), |device| device.physical.online = true);
    assert_eq!(state(&harness.result_of("iPhone-offline")), "pending");
    harness.advance(TWO_SECONDS);
    assert_eq!(state(&harness.result_of("iPhone-offline")), "done");
}

#[test]
fn a_second_reset_makes_another_passcode_and_both_are_audited() {
    let harness = Harness::new();
    harness.reset("Android-6");
    harness.reset("Android-6");
    harness.advance(TWO_SECONDS);
    let first = harness.result_of("Android-6")["passcode"].clone();
    harness.reset("Android-6");
    assert_eq!(harness.result_of("Android-6")["passcode"], Json::Null);
    harness.advance(TWO_SECONDS);
    let second = harness.result_of("Android-6")["passcode"].clone();
    assert_ne!(first, second);
    let audits = harness.get_json("/beta/deviceManagement/remoteActionAudits");
    let states: Vec<&str> =
        audits["value"].as_array().unwrap().iter().map(|audit| audit["actionState"].as_str().unwrap()).collect();
    assert_eq!(states, ["done", "done", "done"]);
}

#[test]
fn seven_days_later_the_passcode_is_no_longer_returned() {
    let harness = Harness::new();
    harness.reset("Android-6");
    harness.advance(TWO_SECONDS);
    harness.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    assert!(harness.result_of("Android-6")["passcode"].is_string());
    harness.reset("iPhone-1");
    harness.advance(TimeDelta::seconds(1));
    let result = harness.result_of("Android-6");
    assert_eq!((state(&result), &result["passcode"]), ("done", &Json::Null));
}

#[test]
fn a_newer_passcode_has_seven_days_of_its_own() {
    let harness = Harness::new();
    harness.reset("Android-6");
    harness.advance(TimeDelta::days(4));
    harness.reset("Android-6");
    harness.advance(TimeDelta::days(4));
    assert!(harness.result_of("Android-6")["passcode"].is_string(), "the second is four days old");
    harness.advance(TimeDelta::days(4));
    assert_eq!(harness.result_of("Android-6")["passcode"], Json::Null);
}

#[test]
fn an_unsupported_action_can_be_accepted_and_then_end_so() {
    let quirks = Quirks { unsupported_action: UnsupportedAction::Accept, ..Quirks::default() };
    let harness = Harness::with(TenantSpec { quirks, ..TenantSpec::default() });
    assert_eq!(harness.reset("MacBook-1").status, 204);
    harness.advance(TWO_SECONDS);
    assert_eq!(state(&harness.result_of("MacBook-1")), "notSupported");
}

#[test]
fn a_check_in_updates_the_last_sync() {
    let harness = Harness::new();
    let target =
        format!("/v1.0/deviceManagement/managedDevices/{}?$select=lastSyncDateTime", harness.id_of("iPhone-1"));
    let before = harness.get_json(&target)["lastSyncDateTime"].as_str().unwrap().to_owned();
    harness.reset("iPhone-1");
    harness.advance(TWO_SECONDS);
    let after = harness.get_json(&target)["lastSyncDateTime"].as_str().unwrap().to_owned();
    assert!(before < after, "{before} {after}");
}

#[test]
fn realistic_devices_check_in_periodically_and_answer_within_minutes() {
    let harness = Harness::with(TenantSpec { check_in: CheckIn::Realistic, ..TenantSpec::default() });
    let target =
        format!("/v1.0/deviceManagement/managedDevices/{}?$select=lastSyncDateTime", harness.id_of("iPhone-1"));
    harness.reset("iPhone-1");
    harness.advance(TimeDelta::seconds(14));
    assert_eq!(state(&harness.result_of("iPhone-1")), "pending");
    harness.advance(TimeDelta::minutes(6));
    assert_eq!(state(&harness.result_of("iPhone-1")), "done");
    let first = harness.get_json(&target)["lastSyncDateTime"].clone();
    harness.advance(TimeDelta::hours(9));
    let second = harness.get_json(&target)["lastSyncDateTime"].clone();
    assert!(first.as_str() < second.as_str(), "{first} {second}");
}

#[test]
fn a_reset_world_is_as_it_began() {
    let spec = TenantSpec { clock: ClockStart::At(start()), ..TenantSpec::default() };
    let harness = Harness::with(spec);
    let read = || harness.get("/beta/deviceManagement/managedDevices").body;
    let before = read();
    harness.reset("Android-6");
    let target = format!("/v1.0/deviceManagement/managedDevices/{}", harness.id_of("iPhone-1"));
    harness.ask(Method::DELETE, &target, b"");
    assert_ne!(read(), before);
    harness.service.tenants().default_tenant().reset(harness.wall.now());
    assert_eq!(read(), before);
    assert_eq!(harness.get_json("/beta/deviceManagement/remoteActionAudits")["value"], Json::Array(Vec::new()));
}

/// One step of the model test, on one of the devices below.
#[derive(Debug, Clone)]
enum Step {
    Reset(usize),
    Wait(i64),
    Online(usize, bool),
    Token(usize, UnlockToken),
    Script(usize, ScriptedOutcome),
    CheckIn(usize),
}

/// iOS, temporary passcode, unsupported: every kind of outcome.
const DEVICES: [(&str, Kind); 4] = [
    ("iPhone-1", Kind::Removed),
    ("iPad-1", Kind::Removed),
    ("Android-6", Kind::Temporary),
    ("MacBook-1", Kind::Unsupported),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Removed,
    Temporary,
    Unsupported,
}

/// The reference: what design and documents say, in the plainest form.
#[derive(Debug, Clone)]
struct Model {
    kind: Kind,
    online: bool,
    token: UnlockToken,
    script: ScriptedOutcome,
    state: &'static str,
    due: Option<DateTime<Utc>>,
    shown_until: Option<DateTime<Utc>>,
}

impl Model {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            online: true,
            token: UnlockToken::Valid,
            script: ScriptedOutcome::Auto,
            state: "none",
            due: None,
            shown_until: None,
        }
    }

    fn reset(&mut self, now: DateTime<Utc>) -> u16 {
        if self.kind == Kind::Unsupported {
            return 400;
        }
        self.state = "pending";
        self.shown_until = None;
        self.due = self.due.or(Some(now + TWO_SECONDS));
        204
    }

    fn settle(&mut self, now: DateTime<Utc>) {
        if let Some(due) = self.due.filter(|due| *due <= now) {
            self.due = None;
            if self.online {
                self.check_in(due);
            }
        }
        if self.shown_until.is_some_and(|until| until <= now) {
            self.shown_until = None;
        }
    }

    fn check_in(&mut self, at: DateTime<Utc>) {
        if self.state != "pending" {
            return;
        }
        let auto = match self.kind {
            Kind::Removed if self.token != UnlockToken::Valid => "failed",
            _ => "done",
        };
        self.state = match self.script {
            ScriptedOutcome::Never => "pending",
            ScriptedOutcome::Auto => auto,
            ScriptedOutcome::Done => "done",
            ScriptedOutcome::Failed => "failed",
            ScriptedOutcome::NotSupported => "notSupported",
        };
        if self.state == "done" && self.kind == Kind::Temporary {
            let whole = DateTime::from_timestamp(at.timestamp(), 0).unwrap();
            self.shown_until = Some(whole + TimeDelta::days(7));
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let device = 0..DEVICES.len();
    let token = prop::sample::select(vec![UnlockToken::Valid, UnlockToken::Wrong, UnlockToken::Missing]);
    let script = prop::sample::select(vec![
        ScriptedOutcome::Auto,
        ScriptedOutcome::Auto,
        ScriptedOutcome::Done,
        ScriptedOutcome::Failed,
        ScriptedOutcome::NotSupported,
        ScriptedOutcome::Never,
    ]);
    prop_oneof![
        4 => device.clone().prop_map(Step::Reset),
        4 => prop::sample::select(vec![0_i64, 1, 2, 3, 3_600, 604_799, 604_800]).prop_map(Step::Wait),
        1 => (device.clone(), any::<bool>()).prop_map(|(device, online)| Step::Online(device, online)),
        1 => (device.clone(), token).prop_map(|(device, token)| Step::Token(device, token)),
        1 => (device.clone(), script).prop_map(|(device, script)| Step::Script(device, script)),
        1 => device.prop_map(Step::CheckIn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Some four thousand random steps, compared with the model after each.
    #[test]
    fn the_life_cycle_agrees_with_a_reference_model(steps in prop::collection::vec(step(), 1..80)) {
        let harness = Harness::new();
        let tenant = harness.service.tenants().default_tenant();
        let ids: Vec<Uuid> = DEVICES.iter().map(|(name, _)| Uuid::parse_str(&harness.id_of(name)).unwrap()).collect();
        let mut models: Vec<Model> = DEVICES.iter().map(|(_, kind)| Model::new(*kind)).collect();
        for step in steps {
            let now = harness.wall.now();
            tenant.world().advance(now);
            match step.clone() {
                Step::Reset(device) => {
                    let target = format!("/v1.0/deviceManagement/managedDevices/{}/resetPasscode", ids[device]);
                    let status = harness.ask(Method::POST, &target, b"").status;
                    prop_assert_eq!(status.as_u16(), models[device].reset(now));
                }
                Step::Wait(seconds) => harness.advance(TimeDelta::seconds(seconds)),
                Step::Online(device, online) => {
                    tenant.world().edit_device(ids[device], now, |device| device.physical.online = online);
                    let model = &mut models[device];
                    if online && !model.online && model.state == "pending" {
                        model.due = model.due.or(Some(now + TWO_SECONDS));
                    }
                    model.online = online;
                }
                Step::Token(device, token) => {
                    tenant.world().edit_device(ids[device], now, |device| device.physical.unlock_token = token);
                    models[device].token = token;
                }
                Step::Script(device, script) => {
                    tenant.world().edit_device(ids[device], now, |device| device.physical.outcome = script);
                    models[device].script = script;
                }
                Step::CheckIn(device) => {
                    let heard = tenant.world().check_in(ids[device], now).is_ok();
                    prop_assert_eq!(heard, models[device].online);
                    if heard {
                        models[device].check_in(now);
                    }
                }
            }
            let now = harness.wall.now();
            tenant.world().advance(now);
            for (index, model) in models.iter_mut().enumerate() {
                model.settle(now);
                let world = tenant.world();
                let device = world.inventory().get(ids[index]).unwrap();
                let entry = device.actions.first();
                let state = entry.map_or("none", |entry| entry.state.name());
                prop_assert_eq!(state, model.state, "{} after {:?}", DEVICES[index].0, step);
                let shown = entry.is_some_and(|entry| entry.detail("passcode").is_some_and(|value| !value.is_null()));
                prop_assert_eq!(shown, model.shown_until.is_some(), "{} after {:?}", DEVICES[index].0, step);
            }
        }
    }
}

/// One step of the model test of several actions.
#[derive(Debug, Clone)]
enum Move {
    Ask(usize, &'static str),
    Delete(usize),
    Wait(i64),
    Online(usize, bool),
    Script(usize, ScriptedOutcome),
    CheckIn(usize),
}

/// What may be asked, with the name audits have for it.
const ASKED: [(&str, &str); 5] = [
    ("resetPasscode", "resetPasscode"),
    ("remoteLock", "remoteLock"),
    ("syncDevice", "unknown"),
    ("retire", "removeCompanyData"),
    ("wipe", "factoryReset"),
];

/// The second cannot be reset, the third neither locked nor reset nor wiped.
const LEAVERS: [&str; 3] = ["iPhone-1", "MacBook-1", "LAPTOP-personal"];

/// The reference for several actions: which of them win, and what is left of the others.
#[derive(Debug, Clone, Default)]
struct Leaver {
    index: usize,
    offline: bool,
    script: Option<ScriptedOutcome>,
    gone: bool,
    /// State of the last request of each ordinary action.
    entries: BTreeMap<&'static str, &'static str>,
    /// `retire` or `wipe`, and whether the device has heard.
    leaving: Option<(&'static str, bool)>,
    management: String,
    /// Every accepted request, oldest first.
    audits: Vec<(&'static str, &'static str)>,
    due: Option<DateTime<Utc>>,
}

impl Leaver {
    fn supports(&self, action: &str) -> bool {
        match self.index {
            0 => true,
            1 => action != "resetPasscode",
            _ => !matches!(action, "resetPasscode" | "remoteLock"),
        }
    }

    fn ask(&mut self, action: &'static str, now: DateTime<Utc>) -> u16 {
        if self.gone {
            return 404;
        }
        if !self.supports(action) {
            return 400;
        }
        let leaves = matches!(action, "retire" | "wipe");
        let state = match self.leaving {
            Some(("wipe", _)) if action == "retire" => "canceled",
            Some(_) if !leaves => "canceled",
            _ => "pending",
        };
        if leaves && state == "pending" {
            for entry in self.entries.values_mut().filter(|entry| **entry == "pending") {
                *entry = "canceled";
            }
            self.settle_audits("canceled", Some(action));
            self.leaving = Some((action, false));
            self.management = format!("{action}Pending");
        }
        if !leaves {
            self.entries.insert(action, state);
        }
        self.audits.push((action, state));
        if state == "pending" {
            self.due = self.due.or(Some(now + TWO_SECONDS));
        }
        204
    }

    /// Every audit that waits, but those of `spared`, ends so.
    fn settle_audits(&mut self, state: &'static str, spared: Option<&str>) {
        for audit in self.audits.iter_mut().filter(|audit| audit.1 == "pending" && Some(audit.0) != spared) {
            audit.1 = state;
        }
    }

    fn advance(&mut self, now: DateTime<Utc>) {
        while let Some(due) = self.due.filter(|due| *due <= now) {
            self.due = None;
            if !self.offline && !self.gone {
                self.check_in(due);
            }
        }
    }

    fn check_in(&mut self, at: DateTime<Utc>) {
        let outcome = match self.script.unwrap_or(ScriptedOutcome::Auto) {
            ScriptedOutcome::Never => return,
            ScriptedOutcome::Auto | ScriptedOutcome::Done => "done",
            ScriptedOutcome::Failed => "failed",
            ScriptedOutcome::NotSupported => "notSupported",
        };
        match self.leaving {
            None => {
                for entry in self.entries.values_mut().filter(|entry| **entry == "pending") {
                    *entry = outcome;
                }
                self.settle_audits(outcome, None);
            }
            Some((action, false)) => {
                self.leaving = Some((action, true));
                self.management = format!("{action}Issued");
                self.due = self.due.or(Some(at + TWO_SECONDS));
            }
            Some((action, true)) => {
                self.leaving = None;
                self.settle_audits(outcome, None);
                self.gone = outcome == "done";
                self.management = format!("{action}Failed");
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.leaving.is_some() || self.entries.values().any(|entry| *entry == "pending")
    }
}

fn a_move() -> impl Strategy<Value = Move> {
    let device = 0..LEAVERS.len();
    let action = prop::sample::select(ASKED.map(|(action, _)| action).to_vec());
    let script = prop::sample::select(vec![
        ScriptedOutcome::Auto,
        ScriptedOutcome::Auto,
        ScriptedOutcome::Failed,
        ScriptedOutcome::NotSupported,
        ScriptedOutcome::Never,
    ]);
    prop_oneof![
        6 => (device.clone(), action).prop_map(|(device, action)| Move::Ask(device, action)),
        4 => prop::sample::select(vec![0_i64, 1, 2, 3, 5]).prop_map(Move::Wait),
        2 => (device.clone(), any::<bool>()).prop_map(|(device, online)| Move::Online(device, online)),
        1 => (device.clone(), script).prop_map(|(device, script)| Move::Script(device, script)),
        1 => device.clone().prop_map(Move::CheckIn),
        1 => device.prop_map(Move::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Over a thousand random steps: which action wins, what becomes of the others, and when a device is gone.
    #[test]
    fn wipe_retire_and_delete_win_as_in_a_reference_model(moves in prop::collection::vec(a_move(), 1..60)) {
        let harness = Harness::new();
        let tenant = harness.service.tenants().default_tenant();
        let ids = LEAVERS.map(|name| Uuid::parse_str(&harness.id_of(name)).unwrap());
        let mut models: Vec<Leaver> =
            (0..LEAVERS.len()).map(|index| Leaver { index, management: "managed".into(), ..Leaver::default() }).collect();
        for step in moves {
            let now = harness.wall.now();
            tenant.world().advance(now);
            match step.clone() {
                Move::Ask(device, action) => {
                    let target = format!("/v1.0/deviceManagement/managedDevices/{}/{action}", ids[device]);
                    let status = harness.ask(Method::POST, &target, b"").status;
                    prop_assert_eq!(status.as_u16(), models[device].ask(action, now), "{:?}", step);
                }
                Move::Delete(device) => {
                    let target = format!("/v1.0/deviceManagement/managedDevices/{}", ids[device]);
                    let status = harness.ask(Method::DELETE, &target, b"").status.as_u16();
                    let model = &mut models[device];
                    prop_assert_eq!(status, if model.gone { 404 } else { 204 });
                    if !model.gone {
                        model.gone = true;
                        model.settle_audits("canceled", None);
                        model.audits.push(("delete", "done"));
                    }
                }
                Move::Wait(seconds) => harness.advance(TimeDelta::seconds(seconds)),
                Move::Online(device, online) => {
                    tenant.world().edit_device(ids[device], now, |device| device.physical.online = online);
                    let model = &mut models[device];
                    if online && model.offline && model.is_waiting() {
                        model.due = model.due.or(Some(now + TWO_SECONDS));
                    }
                    model.offline = !online;
                }
                Move::Script(device, script) => {
                    tenant.world().edit_device(ids[device], now, |device| device.physical.outcome = script);
                    models[device].script = Some(script);
                }
                Move::CheckIn(device) => {
                    let heard = tenant.world().check_in(ids[device], now).is_ok();
                    prop_assert_eq!(heard, !models[device].gone && !models[device].offline);
                    if heard {
                        models[device].check_in(now);
                    }
                }
            }
            let now = harness.wall.now();
            tenant.world().advance(now);
            let world = tenant.world();
            for model in &mut models {
                model.advance(now);
                let (id, name) = (ids[model.index], LEAVERS[model.index]);
                let audits: Vec<_> = world.audits().newest_first().filter(|audit| audit.device_id == id).collect();
                let told: Vec<_> = audits.iter().rev().map(|audit| (&*audit.asked, audit.state.name())).collect();
                prop_assert_eq!(&told, &model.audits, "audits of {} after {:?}", name, step);
                for audit in audits {
                    let known = ASKED.iter().find(|(asked, _)| *asked == audit.asked);
                    prop_assert_eq!(&*audit.action, known.map_or("delete", |(_, action)| *action));
                }
                let Some(device) = world.inventory().get(id) else {
                    prop_assert!(model.gone, "{} is gone after {:?}", name, step);
                    continue;
                };
                prop_assert!(!model.gone, "{} is still there after {:?}", name, step);
                let state = device.record().management_state.as_deref();
                prop_assert_eq!(state, Some(model.management.as_str()), "{} after {:?}", name, step);
                let entries: BTreeMap<&str, &str> =
                    device.actions.iter().map(|entry| (&*entry.action, entry.state.name())).collect();
                prop_assert_eq!(&entries, &model.entries, "{} after {:?}", name, step);
            }
        }
    }
}
