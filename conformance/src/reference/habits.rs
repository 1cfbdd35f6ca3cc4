//! What a manner changes about every request, and about what is said in the end.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat};
use serde_json::Value as Json;

use super::ReferenceClient;
use crate::client_log::{Answer, DeviceSeen};
use crate::manner::Manner;
use crate::transport::{Failure, HttpRequest, HttpResponse};

/// How far the clocks of the far time zone are ahead, in seconds: as in Kiritimati.
const AHEAD: i32 = 14 * 3_600;

impl ReferenceClient {
    /// Sends a request as it is this client's habit, and reads the answer so.
    pub(super) fn exchange(&mut self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let first = std::mem::replace(&mut self.begun, true);
        if !first && self.behaves(Manner::SlowStart) {
            self.surroundings.clock.sleep(Duration::from_secs(20));
        }
        let outcome = self.surroundings.transport.send(self.dressed(request), self.timeout());
        if let Ok(response) = &outcome
            && self.behaves(Manner::ReadsSlowly)
        {
            let bytes: usize = response.pieces.iter().map(Bytes::len).sum();
            self.surroundings.clock.sleep(Duration::from_millis(bytes as u64));
        }
        outcome
    }

    fn dressed(&self, mut request: HttpRequest) -> HttpRequest {
        let headers = &mut request.headers;
        match self.manner {
            Some(Manner::ClosesConnections) => headers.push(("connection".to_owned(), "close".to_owned())),
            Some(Manner::AcceptsAnything) => {
                for (_, value) in headers.iter_mut().filter(|(name, _)| name == "accept") {
                    "*/*".clone_into(value);
                }
            }
            Some(Manner::LoudHeaders) => headers.iter_mut().for_each(|(name, _)| name.make_ascii_uppercase()),
            Some(Manner::Chunked) if !request.body.is_empty() => {
                headers.retain(|(name, _)| name != "content-length");
                headers.push(("transfer-encoding".to_owned(), "chunked".to_owned()));
            }
            _ => {}
        }
        request
    }

    /// How long it really waits where it was to wait `time`: never shorter.
    pub(super) fn drawn_out(&self, time: Duration) -> Duration {
        match self.manner {
            Some(Manner::WaitsLonger) => time * 3,
            // Chance that is the same each time: a draw from the number of the request.
            Some(Manner::HeavyJitter) => {
                let draw = (self.sent + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
                time + time.mul_f64(2.0 * f64::from(u32::try_from(draw).unwrap_or_default()) / f64::from(u32::MAX))
            }
            _ => time,
        }
    }

    /// The other token, where there are two: whoever swaps twice has the first again.
    pub(super) fn swap_tokens(&mut self) {
        std::mem::swap(&mut self.token, &mut self.other_token);
    }

    /// An answer as it is this client's habit to give it.
    pub(super) fn as_told(&self, mut answer: Answer) -> Answer {
        if self.behaves(Manner::FarTimeZone) {
            answer.devices.iter_mut().flatten().chain(&mut answer.device).for_each(in_far_time);
        }
        answer
    }
}

/// The dates of a device, as clocks far away show them.
fn in_far_time(device: &mut DeviceSeen) {
    let zone = FixedOffset::east_opt(AHEAD).expect("fourteen hours are less than a day");
    for (_, value) in device.iter_mut().filter(|(name, _)| name.ends_with("DateTime")) {
        let there = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        // The last hours of the calendar are in a year that it does not have there.
        if let Some(there) = there.map(|date| date.with_timezone(&zone)).filter(|date| date.year() <= 9_999) {
            *value = Json::String(there.to_rfc3339_opts(SecondsFormat::AutoSi, false));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_date_far_away_is_the_same_moment() {
        let mut device =
            json!({ "lastSyncDateTime": "2018-03-07T22:30:00.1234567Z", "enrolledDateTime": "9999-12-31T23:59:59Z" });
        super::in_far_time(device.as_object_mut().expect("an object"));
        assert_eq!(device["lastSyncDateTime"], "2018-03-08T12:30:00.123456700+14:00");
        assert_eq!(device["enrolledDateTime"], "9999-12-31T23:59:59Z");
    }
}
