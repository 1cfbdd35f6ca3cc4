//! When a device checks in of itself: often when freshly enrolled, then about every eight hours.
//!
//! Intervals: documented (IntuneDocs `device-profile-troubleshoot.md`). That they count from the enrolment, with no
//! jitter, is assumed; so the instants can be computed from the clock when somebody looks.

use chrono::{DateTime, TimeDelta, Utc};

use super::platform::Platform;

/// When a device was heard of, and what decides when it will be.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// Whether it can be heard at all.
    pub online: bool,
    /// What it runs.
    pub platform: Platform,
    /// When it enrolled.
    pub enrolled: DateTime<Utc>,
    /// When it last checked in, as the inventory has it.
    pub synced: DateTime<Utc>,
}

/// Minutes between check-ins, and until how many minutes after enrolment that holds.
type Phase = (i64, i64);

const EVERY_EIGHT_HOURS: i64 = 480;

const fn phases(platform: Platform) -> &'static [Phase] {
    match platform {
        Platform::Ios | Platform::IpadOs | Platform::VisionOs | Platform::TvOs | Platform::MacOs => &[(15, 60)],
        Platform::WindowsPhone => &[(5, 15), (15, 135)],
        _ => &[(3, 15), (15, 135)],
    }
}

/// The last periodic check-in at or before `now` of a device enrolled at `enrolled`.
pub fn last(platform: Platform, enrolled: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let elapsed = (now - enrolled).num_minutes().max(0);
    enrolled + TimeDelta::minutes(minutes_at_or_before(platform, elapsed))
}

/// The first periodic check-in after `now`.
pub fn next(platform: Platform, enrolled: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if now < enrolled {
        return enrolled;
    }
    let last = minutes_at_or_before(platform, (now - enrolled).num_minutes());
    let interval =
        phases(platform).iter().find(|(_, until)| last < *until).map_or(EVERY_EIGHT_HOURS, |(interval, _)| *interval);
    enrolled + TimeDelta::minutes(last + interval)
}

fn minutes_at_or_before(platform: Platform, elapsed: i64) -> i64 {
    let mut start = 0;
    for (interval, until) in phases(platform) {
        if elapsed < *until {
            return start + (elapsed - start) / interval * interval;
        }
        start = *until;
    }
    start + (elapsed - start) / EVERY_EIGHT_HOURS * EVERY_EIGHT_HOURS
}

#[cfg(test)]
mod tests {
    use super::{last, next};
    use crate::device::platform::Platform;
    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::*;

    #[test]
    fn an_android_checks_in_every_three_then_fifteen_minutes_then_every_eight_hours() {
        let enrolled = DateTime::UNIX_EPOCH;
        let mut instants = Vec::new();
        let mut now = enrolled;
        for _ in 0..16 {
            now = next(Platform::Android, enrolled, now);
            instants.push((now - enrolled).num_minutes());
        }
        assert_eq!(instants, [3, 6, 9, 12, 15, 30, 45, 60, 75, 90, 105, 120, 135, 615, 1095, 1575]);
    }

    proptest! {
        #[test]
        fn now_lies_between_the_last_and_the_next(seconds in 0_i64..10_000_000) {
            let enrolled = DateTime::UNIX_EPOCH;
            let now = enrolled + TimeDelta::seconds(seconds);
            for platform in [Platform::Android, Platform::Ios, Platform::WindowsPhone] {
                let (before, after) = (last(platform, enrolled, now), next(platform, enrolled, now));
                prop_assert!(before <= now && now < after);
                prop_assert_eq!(last(platform, enrolled, after), after);
                prop_assert_eq!(next(platform, enrolled, before), after);
            }
        }
    }
}
