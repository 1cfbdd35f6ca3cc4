//! What the reference client does in this process, step by step.

use std::fmt::Write;

use simtune_conformance::drive::Drive;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::operation::{DeviceRef, FindBy, Op};
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::scenario::{Device, Scenario};

#[test]
fn the_reference_client_does_what_it_is_told() {
    let mut scenario = Scenario::new(3);
    scenario.tenant.page = 1;
    scenario.tenant.devices = vec![
        Device::of_row("ios", "Ada’s iPhone + 1 & co"),
        Device::of_row("windows-mobile-creators-update", "O'Phone"),
        Device::of_row("macos", "Mac"),
    ];
    scenario.program = vec![
        Op::ListDevices { filter: None, select: vec![] },
        Op::FindDevice { by: FindBy::DeviceName, device: DeviceRef::At(1) },
        Op::GetDevice { device: DeviceRef::At(0), select: vec!["id".into(), "deviceName".into()] },
        Op::GetDevice { device: DeviceRef::Missing, select: vec![] },
        Op::ResetPasscode { device: DeviceRef::At(1) },
        Op::ResetPasscode { device: DeviceRef::At(2) },
        Op::GetActionResult { device: DeviceRef::At(1) },
        Op::Pause { seconds: 5 },
        Op::GetActionResult { device: DeviceRef::At(1) },
    ];
    let drive = InProcess::new(&CAPABILITIES, ReferenceClient::new);
    let evidence = drive.run(&scenario).unwrap();
    let mut told = String::new();
    for exchange in &evidence.trace.exchanges {
        let (request, response) = (&exchange.request, &exchange.response);
        let _ =
            writeln!(told, "{} {} -> {:?} page {:?}", request.method, request.target, response.status, exchange.page);
    }
    for performed in &evidence.log.operations {
        let _ = writeln!(told, "{}: {}", performed.op, serde_json::to_string(&performed.end).unwrap());
    }
    let _ = writeln!(told, "{:?}", evidence.end.resets);
    insta::assert_snapshot!(told);
}
