//! Serial number, radio, memory and storage of a made-up device.

use super::constant::Constant;
use super::kind::Kind;
use super::known::{self, Known};
use super::models::{Connection, Model};
use super::standing::{Standing, is_only_watched};
use super::synthetic;
use crate::device::record::{Record, Text};
use crate::random::Draw;

/// What Android shows an app that asks for the address of the radio (documented by Android).
const HIDDEN_ADDRESS: &str = "020000000000";

static CARRIER: Constant<Text> = Constant::new("Sample Mobile");
static IPAD: Constant<Text> = Constant::new("iPad");

/// Serial number, radio and storage. What Defender sees has none (observed), Exchange tells none (assumed), and a work profile shows `"0"` and the
/// placeholder address of Android 12 and later (`"0"` observed, that it belongs here assumed).
pub(super) fn fill(
    record: &mut Record,
    kind: Kind,
    known: &Known<'_>,
    standing: &Standing<'_>,
    model: &Model,
    draw: Draw,
) {
    fill_storage(record, known, model, draw.at("storage"));
    let masked = is_masked(kind, record.os_version.as_str());
    if let Some(serial) =
        known.serial_number.map(str::to_owned).or_else(|| serial_number(kind, standing, model, masked, draw))
    {
        record.serial_number = serial.into();
    }
    if tells_nothing(standing) {
        return;
    }
    if model.connection != Connection::Virtual {
        let address = if masked { HIDDEN_ADDRESS.to_owned() } else { synthetic::mac_address(draw.at("wi-fi")) };
        // Upper case on Windows, lower on Apple (observed); on Android lower is assumed.
        let upper = kind.is_windows() || kind.is_windows_phone();
        record.wi_fi_mac_address = if upper { address.to_ascii_uppercase() } else { address }.into();
    }
    if matches!(model.connection, Connection::Ethernet | Connection::Virtual) {
        let address = synthetic::mac_address(draw.at("cable"));
        record.ethernet_mac_address = if kind.is_windows() { address.to_ascii_uppercase() } else { address }.into();
    }
    if kind.is_windows() || kind == Kind::Mac {
        record.physical_memory_in_bytes = model.memory << 30;
    }
    fill_telephone(record, kind, known, standing, model, masked, draw.at("telephone"));
    if kind.is_apple() {
        record.udid = synthetic::udid(draw.at("udid")).into();
        if standing.supervised && kind.is_apple_mobile() {
            record.activation_lock_bypass_code = synthetic::bypass_code(draw.at("bypass")).into();
        }
    }
}

/// The serial number it tells by itself, if it tells one.
pub(super) fn serial_number(
    kind: Kind,
    standing: &Standing<'_>,
    model: &Model,
    masked: bool,
    draw: Draw,
) -> Option<String> {
    if tells_nothing(standing) {
        return None;
    }
    Some(if masked { "0".to_owned() } else { serial(kind, model, draw.at("serial")) })
}

/// Whether the system hides the hardware's numbers behind placeholders.
pub(super) fn is_masked(kind: Kind, os_version: &str) -> bool {
    kind == Kind::AndroidWorkProfile && known::major(os_version).is_some_and(|major| major >= 12)
}

fn tells_nothing(standing: &Standing<'_>) -> bool {
    is_only_watched(standing.agent) || standing.hides_hardware
}

fn fill_telephone(
    record: &mut Record,
    kind: Kind,
    known: &Known<'_>,
    standing: &Standing<'_>,
    model: &Model,
    masked: bool,
    draw: Draw,
) {
    let cellular = match known.imei {
        Some(imei) => !imei.is_empty(),
        None => model.connection == Connection::Cellular,
    };
    if !cellular {
        if kind == Kind::IPad {
            // Observed: a Wi-Fi iPad names itself (graph2otel).
            record.subscriber_carrier = IPAD.field();
        }
        return;
    }
    if !masked {
        let imei = synthetic::imei(draw.at("imei"));
        // Only Apple's mobiles speak CDMA here (assumed).
        if kind.is_apple_mobile() {
            record.meid = synthetic::meid(known.imei.unwrap_or(&imei)).into();
        }
        record.imei = imei.into();
        record.iccid = synthetic::iccid(draw.at("iccid")).into();
    }
    record.subscriber_carrier = CARRIER.field();
    record.phone_number = match standing.owner {
        "company" => synthetic::phone_number(draw.at("number")),
        _ => synthetic::masked_phone_number(draw.at("number")),
    }
    .into();
}

/// Whole mebibytes in all, whole blocks of 4 KiB free, both a little less than the label says (observed shape).
fn fill_storage(record: &mut Record, known: &Known<'_>, model: &Model, draw: Draw) {
    const MEBIBYTE: u64 = 1 << 20;
    const BLOCK: u64 = 1 << 12;
    let label = draw.at("size").pick(model.storage) * 1_000_000_000;
    let total = (label - label / 1000 * draw.at("reserve").below(8)) / MEBIBYTE * MEBIBYTE;
    let total = known.total_storage.unwrap_or(i64::try_from(total).expect("a terabyte fits"));
    record.total_storage_space_in_bytes = total;
    // A negative or empty size leaves nothing free to be made up.
    let blocks = u64::try_from(total).unwrap_or(0) / BLOCK;
    let free = match blocks {
        0 => 0,
        _ => blocks / 10 + draw.at("free").below(blocks * 7 / 10 + 1),
    };
    record.free_storage_space_in_bytes = i64::try_from(free * BLOCK).expect("less than the total");
}

fn serial(kind: Kind, model: &Model, draw: Draw) -> String {
    match kind {
        // Assumed: the phones of 2014 did not report one.
        Kind::WindowsPhone | Kind::WindowsMobile | Kind::Other => String::new(),
        _ if kind.is_apple() => synthetic::apple_serial(draw),
        _ if kind.is_android() => synthetic::android_serial(draw),
        _ if model.connection == Connection::Virtual => synthetic::virtual_machine_serial(draw),
        _ => synthetic::pc_serial(draw),
    }
}
