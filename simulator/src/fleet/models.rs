//! The products a made-up device may be.
//!
//! Apple's and Microsoft's own names are real, because clients recognise platforms by them; every other maker is invented.

use super::constant::Constant;
use crate::device::record::Text;
use crate::random::Draw;

/// One product.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) manufacturer: Constant<Text>,
    pub(super) name: Constant<Text>,
    /// The first and last major version of the system it runs.
    majors: (u16, u16),
    /// The sizes it is sold in, in decimal gigabytes.
    pub(super) storage: &'static [u64],
    /// In binary gigabytes.
    pub(super) memory: i64,
    pub(super) connection: Connection,
}

/// What it is connected with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connection {
    Cellular,
    WiFi,
    /// Wi-Fi and a cable.
    Ethernet,
    /// A virtual machine's: a cable and no Wi-Fi.
    Virtual,
}

/// One of `models` that runs a system of that major version, if there is one; else one of them.
pub(super) fn choose(models: &'static [Model], major: Option<u16>, draw: Draw) -> &'static Model {
    let runs = |model: &&Model| major.is_none_or(|major| (model.majors.0..=model.majors.1).contains(&major));
    let count = models.iter().filter(runs).count() as u64;
    match count {
        0 => draw.pick(models),
        _ => models.iter().filter(runs).nth(place(draw, count)).expect("there are `count` of them"),
    }
}

/// The model a fleet file names, if it is in the table.
pub(super) fn called(models: &'static [Model], name: &str) -> Option<&'static Model> {
    models.iter().find(|model| model.name.text().eq_ignore_ascii_case(name))
}

/// One of `versions` that `model` runs, if there is one; else one of them.
pub(super) fn version_for(
    versions: &'static [Constant<Text>],
    model: Option<&Model>,
    draw: Draw,
) -> &'static Constant<Text> {
    let fits = |version: &&Constant<Text>| {
        let major = super::known::major(version.text());
        model.is_none_or(|model| major.is_none_or(|major| (model.majors.0..=model.majors.1).contains(&major)))
    };
    let count = versions.iter().filter(fits).count() as u64;
    match count {
        0 => draw.pick(versions),
        _ => versions.iter().filter(fits).nth(place(draw, count)).expect("there are `count` of them"),
    }
}

fn place(draw: Draw, count: u64) -> usize {
    usize::try_from(draw.below(count)).expect("the table is small")
}

const fn model(
    manufacturer: &'static str,
    name: &'static str,
    majors: (u16, u16),
    storage: &'static [u64],
    memory: i64,
    connection: Connection,
) -> Model {
    Model { manufacturer: Constant::new(manufacturer), name: Constant::new(name), majors, storage, memory, connection }
}

use Connection::{Cellular, Ethernet, Virtual, WiFi};

pub(super) static IPHONES: [Model; 7] = [
    model("Apple", "iPhone 6s", (9, 15), &[32, 64], 2, Cellular),
    model("Apple", "iPhone 8", (11, 16), &[64, 128], 2, Cellular),
    model("Apple", "iPhone XR", (12, 18), &[64, 128], 3, Cellular),
    model("Apple", "iPhone SE (3rd generation)", (15, 26), &[64, 128], 4, Cellular),
    model("Apple", "iPhone 13", (15, 26), &[128, 256], 4, Cellular),
    model("Apple", "iPhone 14 Pro", (16, 26), &[128, 256, 512], 6, Cellular),
    model("Apple", "iPhone 15", (17, 26), &[128, 256], 6, Cellular),
];

pub(super) static IPADS: [Model; 5] = [
    model("Apple", "iPad Air 2", (8, 15), &[32, 64], 2, WiFi),
    model("Apple", "iPad (9th generation)", (15, 26), &[64, 256], 3, WiFi),
    model("Apple", "iPad (10th generation)", (16, 26), &[64, 256], 4, WiFi),
    model("Apple", "iPad mini (6th generation)", (15, 26), &[64, 256], 4, Cellular),
    model("Apple", "iPad Pro (12.9\")(5th generation)", (14, 26), &[128, 512], 8, Cellular),
];

pub(super) static IPODS: [Model; 2] = [
    model("Apple", "iPod touch (6th generation)", (8, 12), &[16, 32], 1, WiFi),
    model("Apple", "iPod touch (7th generation)", (12, 15), &[32, 128], 2, WiFi),
];

pub(super) static VISION_PROS: [Model; 1] = [model("Apple", "Apple Vision Pro", (1, 26), &[256, 512], 16, WiFi)];

pub(super) static APPLE_TVS: [Model; 1] =
    [model("Apple", "Apple TV 4K (3rd generation)", (16, 26), &[64, 128], 4, WiFi)];

pub(super) static MACS: [Model; 5] = [
    model("Apple", "MacBook Pro", (10, 26), &[512, 1000], 16, WiFi),
    model("Apple", "MacBook Air", (11, 26), &[256, 512], 8, WiFi),
    model("Apple", "Mac mini", (11, 26), &[256, 512], 16, Ethernet),
    model("Apple", "iMac", (10, 26), &[512], 16, Ethernet),
    model("Apple", "VirtualMac2,1", (12, 26), &[64], 4, Virtual),
];

pub(super) static ANDROIDS: [Model; 7] = [
    model("Haldenmobil", "HM-3", (4, 6), &[16], 2, Cellular),
    model("Haldenmobil", "HM-5", (7, 9), &[32, 64], 3, Cellular),
    model("Haldenmobil", "HM-7 Pro", (10, 12), &[128], 6, Cellular),
    model("Haldenmobil", "HM-9", (13, 17), &[128, 256], 8, Cellular),
    model("Quillfone", "Q Tab 8", (5, 10), &[16, 32], 2, WiFi),
    model("Quillfone", "Q Tab 11", (11, 16), &[64, 128], 6, WiFi),
    model("Quillfone", "Quill 4", (12, 16), &[128], 8, Cellular),
];

pub(super) static HEADSETS: [Model; 2] = [
    model("Brackwater", "Visor 2", (10, 14), &[128], 6, WiFi),
    model("Brackwater", "Scanpad R1", (8, 13), &[32], 4, WiFi),
];

pub(super) static WINDOWS_PHONES: [Model; 3] = [
    model("NOKIA", "Lumia 930", (8, 8), &[32], 2, Cellular),
    model("NOKIA", "Lumia 635", (8, 8), &[8], 1, Cellular),
    model("Microsoft", "Lumia 640 LTE", (8, 8), &[8], 1, Cellular),
];

pub(super) static WINDOWS_MOBILES: [Model; 2] = [
    model("MicrosoftMDG", "Lumia 650", (10, 10), &[16], 1, Cellular),
    model("MicrosoftMDG", "Lumia 950", (10, 10), &[32], 3, Cellular),
];

pub(super) static PCS: [Model; 5] = [
    model("Microsoft Corporation", "Surface Laptop 5", (10, 10), &[256, 512], 16, WiFi),
    model("Microsoft Corporation", "Virtual Machine", (6, 10), &[128, 256], 8, Virtual),
    model("Ostrava Computing", "Ferrite 14 G2", (10, 10), &[256, 512], 16, Ethernet),
    model("Ostrava Computing", "Ferrite Mini", (6, 10), &[256], 8, Ethernet),
    model("Tamarind Systems", "T-Book 13", (10, 10), &[512, 1000], 32, WiFi),
];

pub(super) static RT_TABLETS: [Model; 2] = [
    model("Microsoft Corporation", "Surface RT", (6, 8), &[32], 2, WiFi),
    model("Microsoft Corporation", "Surface 2", (6, 8), &[32, 64], 2, WiFi),
];

pub(super) static HOLOLENSES: [Model; 1] = [model("Microsoft Corporation", "HoloLens 2", (10, 10), &[64], 4, WiFi)];

pub(super) static SURFACE_HUBS: [Model; 1] =
    [model("Microsoft Corporation", "Surface Hub 2S", (10, 10), &[128], 8, Ethernet)];

pub(super) static CLOUD_PCS: [Model; 2] = [
    model("Microsoft Corporation", "Cloud PC Enterprise 2vCPU/8GB/128GB", (10, 10), &[128], 8, Virtual),
    model("Microsoft Corporation", "Cloud PC Enterprise 4vCPU/16GB/256GB", (10, 10), &[256], 16, Virtual),
];

pub(super) static LINUXES: [Model; 2] = [
    // Observed: a virtual machine of QEMU reports its chipset (graph2otel).
    model("QEMU", "Standard PC (Q35 + ICH9, 2009)", (0, 99), &[64], 4, Virtual),
    model("Ostrava Computing", "Ferrite 14 G2", (0, 99), &[256, 512], 16, Ethernet),
];

pub(super) static CHROMEBOOKS: [Model; 1] = [model("Tamarind Systems", "T-Chrome 11", (0, 999), &[32, 64], 4, WiFi)];

pub(super) static UNNAMED: [Model; 1] = [model("", "", (0, u16::MAX), &[16], 1, Cellular)];
