//! `locateDevice`: where the device is, for 24 hours (documented: memdocs `locate.md`, 2025-10-27).
//!
//! An Apple device tells only in lost mode (documented there); that the action fails otherwise is assumed. The place is
//! made up, and in the South Pacific around its point farthest from land, so that nobody is ever found there.

use chrono::TimeDelta;
use serde_json::Value as Json;
use serde_json::json;

use super::{Order, RemoteAction, disable_lost_mode::lost_mode_hindrance};
use crate::device::ManagedDevice;
use crate::device::lifecycle::{Details, Report, Shown};

/// `POST …/locateDevice`.
#[derive(Debug)]
pub struct LocateDevice;

impl RemoteAction for LocateDevice {
    fn name(&self) -> &'static str {
        "locateDevice"
    }

    fn result_type(&self) -> &'static str {
        "locateDeviceActionResult"
    }

    fn hindrance(&self, device: &ManagedDevice) -> Option<Report> {
        lost_mode_hindrance(device)
    }

    fn details(&self, device: &ManagedDevice, order: &Order<'_>, report: Option<Report>) -> Details {
        let location = if report == Some(Report::Done) { location(device, order) } else { Json::Null };
        Details::none().of(self.result_type()).shown("deviceLocation", location, Shown::For(TimeDelta::hours(24)))
    }
}

/// A `deviceGeoLocation` (documented: v1.0 CSDL).
fn location(device: &ManagedDevice, order: &Order<'_>) -> Json {
    // 49.0 to 48.7 south and 123.4 to 123.1 west, in thousandths of a degree.
    let degrees = |name: &str, from: i32| {
        let off = u32::try_from(order.chance("location", device).at(name).below(300)).expect("below 300");
        (f64::from(from) + f64::from(off)) / 1_000.0
    };
    json!({
        "lastCollectedDateTime": order.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "longitude": degrees("longitude", -123_400),
        "latitude": degrees("latitude", -49_000),
        "altitude": 0.0,
        "horizontalAccuracy": 20.0,
        "verticalAccuracy": 5.0,
        "heading": 0.0,
        "speed": 0.0,
    })
}
