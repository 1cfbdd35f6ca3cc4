//! Scenarios as data.

use simtune_conformance::operation::{DeviceRef, Op};
use simtune_conformance::scenario::{Device, ReadError, Scenario};
use simtune_conformance::stimulus::{Act, Endpoint, RetryAfter, Stimulus};

fn scenario() -> Scenario {
    let mut scenario = Scenario::new(7);
    scenario.tenant.devices = vec![Device::of_row("ios", "Ada"), Device::of_row("macos", "Bob")];
    scenario.program = vec![Op::ResetPasscode { device: DeviceRef::At(3) }];
    scenario.stimuli = vec![Stimulus::once(Endpoint::Reset, 1, Act::come_again(429, RetryAfter::Seconds(7)))];
    scenario
}

#[test]
fn a_scenario_is_read_back_as_it_was_written() {
    let text = serde_json::to_string_pretty(&scenario()).unwrap();
    assert_eq!(Scenario::read(&text).unwrap(), scenario());
    insta::assert_snapshot!(text);
}

#[test]
fn a_scenario_of_a_later_shape_is_refused() {
    let text = serde_json::to_string(&scenario()).unwrap().replace("\"1.0\"", "\"2.0\"");
    assert!(matches!(Scenario::read(&text), Err(ReadError::Newer(schema)) if schema == "2.0"));
}

#[test]
fn a_device_is_one_in_every_part_of_a_scenario() {
    let mut scenario = scenario();
    assert_eq!(DeviceRef::At(3).place(&scenario), Some(1));
    scenario.tenant.devices.truncate(1);
    assert_eq!(DeviceRef::At(3).place(&scenario), Some(0));
    scenario.tenant.devices.clear();
    assert_eq!(DeviceRef::At(3).place(&scenario), None);
    assert_eq!(DeviceRef::At(3).id(&scenario), scenario.missing_id().to_string());
}
