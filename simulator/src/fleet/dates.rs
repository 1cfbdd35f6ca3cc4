//! When a device did things, told from the moment the fleet is looked at.

use chrono::{DateTime, Utc};

use crate::device::record::never;
use crate::random::Draw;

pub(super) const HOUR: u64 = 60 * 60;
pub(super) const DAY: u64 = 24 * HOUR;

/// A moment between `least` and `most` seconds before `end`, as the service's clock writes it: to 100 ns. Its last digit
/// is never 0, because whether the service drops trailing zeros is not known and a fleet should not decide it.
pub(super) fn earlier(end: DateTime<Utc>, least: u64, most: u64, draw: Draw) -> DateTime<Utc> {
    let seconds = least + draw.at("seconds").below(most - least);
    let ticks = draw.at("ticks").below(1_000_000) * 10 + 1 + draw.at("last digit").below(9);
    let nanoseconds = u32::try_from(ticks * 100).expect("less than a second");
    shifted(end, -signed(seconds), nanoseconds)
}

/// A moment before `end` as a device reports it: whole seconds (observed: rapid7's `lastUpdatedDateTime`).
pub(super) fn reported(end: DateTime<Utc>, least: u64, most: u64, draw: Draw) -> DateTime<Utc> {
    shifted(end, -signed(least + draw.below(most - least)), 0)
}

/// Whole seconds `seconds` after `start`.
pub(super) fn later(start: DateTime<Utc>, seconds: u64) -> DateTime<Utc> {
    shifted(start, signed(seconds), 0)
}

/// When the yearly certificate that was valid at `synced` ends, for a device enrolled at `enrolled`.
pub(super) fn certificate_end(enrolled: DateTime<Utc>, synced: DateTime<Utc>) -> DateTime<Utc> {
    const YEAR: i64 = 365 * 24 * 60 * 60;
    let years = (synced.timestamp() - enrolled.timestamp()).max(0) / YEAR + 1;
    shifted(enrolled, years * YEAR, 0)
}

fn shifted(date: DateTime<Utc>, seconds: i64, nanoseconds: u32) -> DateTime<Utc> {
    let shifted = DateTime::from_timestamp(date.timestamp().saturating_add(seconds), nanoseconds);
    // Only dates near the ends of the calendar have no neighbour; they read as "never" then.
    shifted.filter(|date| (never()..LAST).contains(date)).unwrap_or_else(never)
}

/// The last moment a four-digit year can name.
const LAST: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(date) => date,
    None => DateTime::UNIX_EPOCH,
};

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeZone, Utc};
    use proptest::prelude::*;

    use super::{DAY, certificate_end, earlier};
    use crate::device::record::{forever, never};
    use crate::random::Draw;

    proptest! {
        #[test]
        fn the_seventh_digit_is_never_zero(seed: u64) {
            let end = Utc.with_ymd_and_hms(2026, 3, 1, 8, 0, 0).unwrap();
            let nanoseconds = earlier(end, DAY, 2 * DAY, Draw::from_seed(seed)).timestamp_subsec_nanos();
            prop_assert_eq!(nanoseconds % 100, 0);
            prop_assert_ne!(nanoseconds % 1000, 0);
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_no_trap() {
        for date in [never(), forever(), DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            earlier(date, DAY, 2 * DAY, Draw::from_seed(1));
            certificate_end(date, forever());
            certificate_end(never(), date);
        }
    }
}
