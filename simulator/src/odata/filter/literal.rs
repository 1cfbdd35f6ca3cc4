//! Values written out in a filter, and how they are read and written.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use uuid::Uuid;

use super::error::Problem;

/// A value written out.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or an exponent, a whole number beyond 64 bits, `INF`, `-INF` or `NaN`.
    Double(f64),
    /// `'text'`, quotes inside doubled.
    String(String),
    /// `microsoft.graph.complianceState'compliant'`.
    Enum {
        /// Before the quote, with its namespace.
        type_name: String,
        /// Between the quotes; flags are separated by commas.
        member: String,
    },
    /// An instant, whatever offset it was written with.
    DateTime(DateTime<Utc>),
    /// A day.
    Date(NaiveDate),
    /// A time of day.
    TimeOfDay(NaiveTime),
    /// A GUID without quotes.
    Guid(Uuid),
}

impl Literal {
    /// Reads what begins like a number: an integer, a decimal, a date, with or without a time.
    pub(super) fn from_numeric(text: &str) -> Result<Self, Problem> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        if let (true, Ok(number)) = (is_whole, text.parse()) {
            return Ok(Self::Int(number));
        }
        if has_shape(text, b"0000-00-") {
            return read_date(text);
        }
        if has_shape(text, b"00:") {
            let malformed = || Problem::MalformedTime(Problem::shown(text));
            return read_clock(text).map(Self::TimeOfDay).ok_or_else(malformed);
        }
        match read_double(text) {
            Some(number) if number.is_finite() => Ok(Self::Double(number)),
            Some(_) => Err(Problem::DoubleOutOfRange(Problem::shown(text))),
            None => Err(Problem::MalformedNumber(Problem::shown(text))),
        }
    }
}

/// As the literal is written, so that it is read back the same.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Double(value) if value.is_nan() => f.write_str("NaN"),
            Self::Double(value) if value.is_infinite() => f.write_str(if *value > 0.0 { "INF" } else { "-INF" }),
            Self::Double(value) => write!(f, "{value:?}"),
            Self::String(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Enum { type_name, member } => {
                write!(f, "{type_name}'{}'", member.replace('\'', "''"))
            }
            Self::DateTime(instant) => f.write_str(&instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Self::Date(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            Self::TimeOfDay(time) => write!(f, "{time}"),
            Self::Guid(guid) => write!(f, "{guid}"),
        }
    }
}

/// Whether the text begins with digits where `shape` has zeros, and with its signs where it has those.
fn has_shape(text: &str, shape: &[u8]) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= shape.len()
        && bytes.iter().zip(shape).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte == shape,
        })
}

fn read_date(text: &str) -> Result<Literal, Problem> {
    let malformed = || Problem::MalformedDate(Problem::shown(text));
    let (day, time) = match text.split_once(['T', 't']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let [year, month, day] = read_fields(day, '-', ["0000", "00", "00"]).ok_or_else(malformed)?;
    let year = i32::try_from(year).map_err(|_| malformed())?;
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or_else(malformed)?;
    let Some(time) = time else {
        return Ok(Literal::Date(date));
    };

    let zone_start = time.find(['Z', 'z', '+', '-']).ok_or_else(|| Problem::DateWithoutZone(Problem::shown(text)))?;
    let (clock, zone) = time.split_at(zone_start);
    let time = read_clock(clock).ok_or_else(malformed)?;
    let offset_minutes = read_offset(zone).ok_or_else(malformed)?;
    let local = date.and_time(time);
    let instant = local.checked_sub_signed(TimeDelta::minutes(offset_minutes)).ok_or_else(malformed)?.and_utc();
    let four_digit_years = NaiveDate::from_ymd_opt(0, 1, 1)..NaiveDate::from_ymd_opt(10_000, 1, 1);
    if four_digit_years.contains(&Some(instant.date_naive())) {
        Ok(Literal::DateTime(instant))
    } else {
        Err(malformed())
    }
}

/// Hours and minutes, mostly seconds, and then perhaps a fraction.
fn read_clock(text: &str) -> Option<NaiveTime> {
    if let Some([hour, minute]) = read_fields(text, ':', ["00", "00"]) {
        return NaiveTime::from_hms_opt(hour, minute, 0);
    }
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let [hour, minute, second] = read_fields(clock, ':', ["00", "00", "00"])?;
    NaiveTime::from_hms_nano_opt(hour, minute, second, read_nanoseconds(fraction)?)
}

/// Digits in groups of exactly the widths of `shapes`.
fn read_fields<const N: usize>(text: &str, separator: char, shapes: [&str; N]) -> Option<[u32; N]> {
    let mut parts = text.split(separator);
    let mut fields = [0; N];
    for (field, shape) in fields.iter_mut().zip(shapes) {
        let part = parts.next().filter(|part| part.len() == shape.len())?;
        *field = read_digits(part)?;
    }
    parts.next().is_none().then_some(fields)
}

fn read_digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A fraction of any length; what is below a nanosecond is dropped, the service keeps 100 ns.
fn read_nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = &fraction[..fraction.len().min(9)];
    let scale = 10_u32.pow(9 - u32::try_from(kept.len()).ok()?);
    kept.parse::<u32>().ok().map(|digits| digits * scale)
}

/// Minutes east of UTC, at most fourteen hours as OData allows.
fn read_offset(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes().first()? {
        b'Z' | b'z' => return (zone.len() == 1).then_some(0),
        b'-' => -1,
        _ => 1,
    };
    let [hours, minutes] = read_fields(&zone[1..], ':', ["00", "00"])?;
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 14 * 60).then_some(sign * i64::from(total))
}

/// Rust reads more spellings than OData writes, such as `1.` and `infinity`; those are refused here.
fn read_double(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    [whole, fraction, exponent].into_iter().all(are_digits).then(|| text.parse().ok())?
}
