//! Scenarios by hand, and the words to write them in.

use crate::operation::{DeviceRef, FindBy, Op};
use crate::scenario::{Device, Scenario};
use crate::stimulus::{Act, Endpoint, PageKind, RetryAfter, Stimulus};

/// A row whose devices get a new passcode.
pub(super) const TEMPORARY: &str = "windows-mobile-creators-update";

/// The seed of scenarios written by hand.
const SEED: u64 = 1;

/// So many devices, one on a page, listed.
pub(super) fn listing(count: usize) -> Scenario {
    let mut scenario = Scenario::new(SEED);
    scenario.tenant.page = 1;
    scenario.tenant.devices = (0..count).map(|place| Device::of_row("ios", &format!("Device {place}"))).collect();
    scenario.program = vec![Op::ListDevices { filter: None, select: vec![] }];
    scenario
}

/// One device, read.
pub(super) fn getting() -> Scenario {
    Scenario { program: vec![Op::GetDevice { device: DeviceRef::At(0), select: vec![] }], ..listing(1) }
}

/// One device that gets a new passcode.
pub(super) fn resetting() -> Scenario {
    let mut scenario = Scenario { program: vec![Op::ResetPasscode { device: DeviceRef::At(0) }], ..listing(1) };
    TEMPORARY.clone_into(&mut scenario.tenant.devices[0].row);
    scenario
}

/// So many devices that get a new passcode in one go.
pub(super) fn batch(count: u16) -> Scenario {
    let mut scenario = listing(usize::from(count));
    for device in &mut scenario.tenant.devices {
        TEMPORARY.clone_into(&mut device.row);
    }
    scenario.program = vec![Op::BatchReset { devices: (0..count).map(DeviceRef::At).collect() }];
    scenario
}

/// One device of this name, found by it.
pub(super) fn finding(name: &str) -> Scenario {
    let mut scenario = listing(2);
    name.clone_into(&mut scenario.tenant.devices[0].name);
    scenario.program = vec![Op::FindDevice { by: FindBy::DeviceName, device: DeviceRef::At(0) }];
    scenario
}

impl Scenario {
    /// The same, with something happening.
    pub(super) fn with(mut self, stimulus: Stimulus) -> Self {
        self.stimuli.push(stimulus);
        self
    }
}

/// A listing of one device whose first request is answered so.
pub(super) fn list_meets(act: Act) -> Scenario {
    listing(1).with(Stimulus::once(Endpoint::List, 1, act))
}

/// A listing of so many devices, of which the page given meets this.
pub(super) fn page_meets(count: usize, page: u32, act: Act) -> Scenario {
    listing(count).with(Stimulus::once(Endpoint::List, 1, act).on_page(page))
}

/// The same for a kind of page.
pub(super) fn page_is(count: usize, page: u32, kind: PageKind) -> Scenario {
    page_meets(count, page, Act::Page { kind })
}

/// A listing that is told with a status to come again.
pub(super) fn told_to_wait(code: u16, retry_after: RetryAfter) -> Scenario {
    list_meets(Act::come_again(code, retry_after))
}
