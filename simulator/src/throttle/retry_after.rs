//! `Retry-After`: how long to wait, as it is written and as it is read.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use crate::quirks::RetryAfter;

/// How HTTP spells a date (RFC 9110, 5.6.7).
const HTTP_DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// The longest wait that is read; longer ones are no promise that a client could keep.
const LONGEST_DAYS: i64 = 366;

/// The header that asks to wait at least that long, in the form that the quirk chooses; `number` tells the refusals of a
/// tenant apart. Whatever the form, whoever keeps to it does not come early.
pub fn spell(form: RetryAfter, number: u64, wait: TimeDelta, now: DateTime<Utc>) -> Option<String> {
    match form {
        RetryAfter::Absent => None,
        RetryAfter::Integer => Some((milliseconds(wait).div_ceil(1_000)).to_string()),
        RetryAfter::Decimal => {
            let wait = milliseconds(wait);
            Some(format!("{}.{:03}", wait / 1_000, wait % 1_000))
        }
        RetryAfter::Date => {
            let due = now + wait;
            let whole = due.trunc_subsecs(0);
            let due = if whole == due { due } else { whole + TimeDelta::seconds(1) };
            Some(due.format(HTTP_DATE).to_string())
        }
        RetryAfter::Mixed => {
            // A step more with every sixth, so that each of six answers in turn comes to have each form.
            let form = match (number + number / 6) % 3 {
                0 => RetryAfter::Absent,
                1 => RetryAfter::Decimal,
                _ => RetryAfter::Date,
            };
            spell(form, number, wait, now)
        }
    }
}

/// Whole milliseconds, rounded up.
fn milliseconds(wait: TimeDelta) -> u64 {
    let micros = u64::try_from(wait.num_microseconds().unwrap_or(i64::MAX)).unwrap_or(0);
    micros.div_ceil(1_000)
}

/// Not before when a client that was told `text` at `now` may come again: seconds, which Graph also writes with a fraction
/// (documented: `concepts/throttling.md`; observed: docs#3877), or a date.
pub fn read(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        let seconds = whole.parse::<i64>().ok().filter(|seconds| *seconds < LONGEST_DAYS * 86_400)?;
        let micros: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
        return now.checked_add_signed(TimeDelta::microseconds(seconds * 1_000_000 + micros.parse::<i64>().ok()?));
    }
    let date = chrono::NaiveDateTime::parse_from_str(text, HTTP_DATE).ok()?.and_utc();
    (date - now < TimeDelta::days(LONGEST_DAYS)).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::{read, spell};
    use crate::quirks::RetryAfter;
    use chrono::{DateTime, TimeDelta};
    use proptest::prelude::*;

    #[test]
    fn each_form_is_spelled_as_it_was_seen() {
        let now = DateTime::from_timestamp(1_520_496_000, 123_456_700).unwrap();
        let wait = TimeDelta::microseconds(2_127_500);
        let spelled = |form| spell(form, 0, wait, now);
        assert_eq!(spelled(RetryAfter::Integer).as_deref(), Some("3"));
        assert_eq!(spelled(RetryAfter::Decimal).as_deref(), Some("2.128"));
        assert_eq!(spelled(RetryAfter::Date).as_deref(), Some("Thu, 08 Mar 2018 08:00:03 GMT"));
        assert_eq!(spelled(RetryAfter::Absent), None);
        let mixed: Vec<_> = (0..3).map(|number| spell(RetryAfter::Mixed, number, wait, now)).collect();
        assert_eq!(mixed, [None, spelled(RetryAfter::Decimal), spelled(RetryAfter::Date)]);
    }

    #[test]
    fn what_says_nothing_of_time_is_not_read() {
        let now = DateTime::UNIX_EPOCH;
        for text in ["", "soon", "-1", "1e3", "1,5", "1.2.3", "99999999999999999999", "Thu, 08 Mar 2018", "+3"] {
            assert_eq!(read(text, now), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whoever_keeps_to_it_is_not_early_and_waits_little_longer(micros in 1_i64..100_000_000, at in 0_i64..4_000_000_000_000_000) {
            let now = DateTime::from_timestamp_micros(at).unwrap();
            let wait = TimeDelta::microseconds(micros);
            for form in [RetryAfter::Integer, RetryAfter::Decimal, RetryAfter::Date] {
                let due = read(&spell(form, 0, wait, now).unwrap(), now).unwrap();
                prop_assert!(due >= now + wait && due - now - wait < TimeDelta::seconds(1), "{form:?} {due}");
            }
        }

        #[test]
        fn any_text_is_read_or_not(text: String) {
            let _ = read(&text, DateTime::UNIX_EPOCH);
        }
    }
}
