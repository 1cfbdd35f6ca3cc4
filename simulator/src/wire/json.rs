//! JSON text, written straight into a buffer.

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::odata::value::Value;

/// How many fractional digits a date gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePrecision {
    /// Whole seconds, as in lists (observed).
    Seconds,
    /// Up to seven digits, none for a whole second, as on the GET of a single device (observed).
    Ticks,
}

/// Appends `text` as a JSON string.
pub fn string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("writing to memory cannot fail");
}

/// Appends `date` in UTC between quotes.
pub fn date(out: &mut Vec<u8>, date: DateTime<Utc>, precision: DatePrecision) {
    out.push(b'"');
    bare_date(out, date, precision);
    out.push(b'"');
}

/// Appends `date` in UTC.
pub fn bare_date(out: &mut Vec<u8>, date: DateTime<Utc>, precision: DatePrecision) {
    let date = date.naive_utc();
    digits(out, date.year().unsigned_abs(), 4);
    out.push(b'-');
    digits(out, date.month(), 2);
    out.push(b'-');
    digits(out, date.day(), 2);
    out.push(b'T');
    digits(out, date.hour(), 2);
    out.push(b':');
    digits(out, date.minute(), 2);
    out.push(b':');
    digits(out, date.second(), 2);
    let ticks = date.nanosecond() % 1_000_000_000 / 100;
    if precision == DatePrecision::Ticks && ticks != 0 {
        out.push(b'.');
        digits(out, ticks, 7);
    }
    out.push(b'Z');
}

/// Appends a value; `ieee754` turns 64-bit integers into strings.
pub fn value(out: &mut Vec<u8>, value: Value<'_>, precision: DatePrecision, as_string: bool) {
    match value {
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Int(number) if as_string => {
            out.push(b'"');
            integer(out, number);
            out.push(b'"');
        }
        Value::Int(number) => integer(out, number),
        Value::Double(number) => serde_json::to_writer(out, &number).expect("writing to memory cannot fail"),
        Value::String(text) | Value::Enum(text) => string(out, text),
        Value::DateTime(instant) => date(out, instant, precision),
        Value::Json(text) => out.extend_from_slice(text.as_bytes()),
        // What a filter can look into has a writer of its own.
        Value::Null | Value::Entity(_) | Value::Items(_) => out.extend_from_slice(b"null"),
    }
}

/// Appends a whole number.
pub fn integer(out: &mut Vec<u8>, number: i64) {
    serde_json::to_writer(out, &number).expect("writing to memory cannot fail");
}

fn digits(out: &mut Vec<u8>, mut number: u32, width: usize) {
    let mut buffer = [b'0'; 10];
    for place in buffer[..width].iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).expect("a digit");
        number /= 10;
    }
    out.extend_from_slice(&buffer[..width]);
}

#[cfg(test)]
mod tests {
    use super::{DatePrecision, bare_date};
    use crate::device::record::{forever, never};
    use chrono::{DateTime, SecondsFormat};
    use proptest::prelude::*;

    fn spelled(date: DateTime<chrono::Utc>, precision: DatePrecision) -> String {
        let mut out = Vec::new();
        bare_date(&mut out, date, precision);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn sentinel_dates_are_spelled_as_observed() {
        assert_eq!(spelled(never(), DatePrecision::Ticks), "0001-01-01T00:00:00Z");
        assert_eq!(spelled(forever(), DatePrecision::Seconds), "9999-12-31T23:59:59Z");
        assert_eq!(spelled(forever(), DatePrecision::Ticks), "9999-12-31T23:59:59.9999999Z");
    }

    proptest! {
        #[test]
        fn dates_agree_with_chrono(seconds in -62_135_596_800_i64..253_402_300_800, ticks in 0_u32..10_000_000) {
            let date = DateTime::from_timestamp(seconds, ticks * 100).unwrap();
            prop_assert_eq!(spelled(date, DatePrecision::Seconds), date.to_rfc3339_opts(SecondsFormat::Secs, true));
            let back = DateTime::parse_from_rfc3339(&spelled(date, DatePrecision::Ticks)).unwrap();
            prop_assert_eq!(back, date);
        }
    }
}
