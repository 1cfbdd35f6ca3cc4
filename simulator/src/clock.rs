//! Time: the one place that reads the wall clock, and the clock each tenant keeps.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// Where real time comes from.
#[derive(Debug, Clone, Default)]
pub enum Wall {
    /// The computer's clock.
    #[default]
    System,
    /// A clock that a test moves by hand, in microseconds since 1970.
    Hand(Arc<AtomicI64>),
    /// The computer's clock made fast: for programs whose own clock runs fast as well.
    Fast {
        /// When both clocks showed the same.
        since: DateTime<Utc>,
        /// Its speed in hundredths of the computer's.
        percent: u32,
    },
}

impl Wall {
    /// A clock moved by hand, standing at `start`.
    pub fn hand(start: DateTime<Utc>) -> Self {
        Self::Hand(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// Now, in whole ticks of 100 ns, which is what the service's dates can hold.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            Self::System => whole_ticks(Utc::now()),
            Self::Hand(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
            Self::Fast { since, percent } => fast(*since, *percent, Self::System.now()),
        }
    }

    /// Moves a clock that stands still; one that runs cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Hand(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
        }
    }
}

/// The clock of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantClock {
    /// Runs with the wall clock, this far ahead of it.
    Auto {
        /// How far ahead.
        ahead: TimeDelta,
    },
    /// Stands still until moved.
    Manual {
        /// Where it stands.
        now: DateTime<Utc>,
    },
}

impl TenantClock {
    /// The time in that tenant when the wall clock shows `wall`.
    pub fn now(self, wall: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Auto { ahead } => wall.checked_add_signed(ahead).unwrap_or(DateTime::<Utc>::MAX_UTC),
            Self::Manual { now } => now,
        }
    }

    /// The same clock, `by` later; `None` beyond the year 9999, the last one the service can spell.
    #[must_use]
    pub fn advanced(self, by: TimeDelta, wall: DateTime<Utc>) -> Option<Self> {
        let target = self.now(wall).checked_add_signed(by).filter(spellable)?;
        Some(match self {
            Self::Auto { .. } => Self::Auto { ahead: target - wall },
            Self::Manual { .. } => Self::Manual { now: target },
        })
    }

    /// `auto` or `manual`.
    pub const fn mode(self) -> &'static str {
        match self {
            Self::Auto { .. } => "auto",
            Self::Manual { .. } => "manual",
        }
    }
}

/// How a tenant's clock starts: `auto`, `manual` or an instant at which it stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClockStart {
    /// Runs with the wall clock.
    #[default]
    Auto,
    /// Stands at the moment of creation.
    Manual,
    /// Stands at this instant.
    At(DateTime<Utc>),
}

impl ClockStart {
    /// The clock of a tenant made when the wall clock shows `wall`.
    pub fn start(self, wall: DateTime<Utc>) -> TenantClock {
        match self {
            Self::Auto => TenantClock::Auto { ahead: TimeDelta::zero() },
            Self::Manual => TenantClock::Manual { now: wall },
            Self::At(now) => TenantClock::Manual { now: whole_ticks(now) },
        }
    }
}

impl FromStr for ClockStart {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "manual" => Ok(Self::Manual),
            _ => instant(text)
                .map(Self::At)
                .map_err(|_| format!("'{text}' is no clock: use auto, manual, or a date such as 2026-01-31T08:00:00Z")),
        }
    }
}

/// Reads a date of RFC 3339 between the years 1 and 9999, in whole ticks.
pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|date| whole_ticks(date.to_utc()))
        .ok()
        .filter(spellable)
        .ok_or_else(|| format!("'{text}' is no date: write it like 2026-01-31T08:00:00Z"))
}

/// A date as the control API writes it: RFC 3339, UTC, as many fractional digits as it has.
pub fn spell(date: DateTime<Utc>) -> String {
    date.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

macro_rules! number {
    ($digits:literal, $unit:literal) => {
        concat!("[0-9]{1,", $digits, "}(?:\\.[0-9]{0,6})?", $unit)
    };
}

macro_rules! days {
    () => {
        concat!("(?:", number!(5, "W"), "(?:", number!(5, "D"), ")?|", number!(5, "D"), ")")
    };
}

macro_rules! time_of_day {
    () => {
        concat!(
            concat!("T(?:", number!(7, "H"), "(?:", number!(7, "M"), ")?(?:", number!(9, "S"), ")?|"),
            concat!(number!(7, "M"), "(?:", number!(9, "S"), ")?|", number!(9, "S"), ")"),
        )
    };
}

/// What [`duration`] reads, as a pattern for schemas. Longer numbers are left out: they lead beyond all dates.
pub const DURATION_PATTERN: &str = concat!(
    concat!("^(?:", number!(9, "(?:ms|s)"), "|", number!(7, "[mh]"), "|", number!(5, "d"), "|"),
    concat!("P", days!(), "(?:", time_of_day!(), ")?|P", time_of_day!(), ")$"),
);

/// Reads a length of time: ISO 8601 (`PT8H`, `P7D`, `PT0.5S`) or a number with `ms`, `s`, `m`, `h` or `d` (`2s`).
pub fn duration(text: &str) -> Result<TimeDelta, String> {
    let parsed = text.strip_prefix('P').map_or_else(|| short_duration(text), iso_duration);
    parsed.ok_or_else(|| {
        format!("'{text}' is no length of time: write it like PT8H, P7D or PT0.5S, or like 2s, 500ms, 15m, 8h, 7d")
    })
}

fn iso_duration(text: &str) -> Option<TimeDelta> {
    let (days, clock) = match text.split_once('T') {
        Some((days, clock)) if !clock.is_empty() => (days, clock),
        Some(_) => return None,
        None => (text, ""),
    };
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let mut total = 0.0;
    let units =
        [(days, [('W', 604_800.0), ('D', 86_400.0)].as_slice()), (clock, &[('H', 3_600.0), ('M', 60.0), ('S', 1.0)])];
    for (mut rest, units) in units {
        for (unit, seconds) in units {
            if let Some((number, after)) = rest.split_once(*unit) {
                total += number_of(number)? * seconds;
                rest = after;
            }
        }
        if !rest.is_empty() {
            return None;
        }
    }
    from_seconds(total)
}

fn short_duration(text: &str) -> Option<TimeDelta> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let seconds = match &text[digits..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    from_seconds(number_of(&text[..digits])? * seconds)
}

fn number_of(text: &str) -> Option<f64> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

fn from_seconds(seconds: f64) -> Option<TimeDelta> {
    // 10,000 years: beyond it no date can be spelled, and the conversion below stays exact enough.
    if !(0.0..3.2e11).contains(&seconds) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    Some(TimeDelta::microseconds((seconds * 1e6).round() as i64))
}

/// What a clock shows that is so many hundredths as fast as the computer's, which shows `wall`.
fn fast(since: DateTime<Utc>, percent: u32, wall: DateTime<Utc>) -> DateTime<Utc> {
    let passed = (wall - since).num_microseconds().unwrap_or_default();
    let passed = TimeDelta::microseconds(passed.saturating_mul(i64::from(percent)) / 100);
    since.checked_add_signed(passed).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn whole_ticks(date: DateTime<Utc>) -> DateTime<Utc> {
    date - TimeDelta::nanoseconds(i64::from(date.timestamp_subsec_nanos() % 100))
}

fn spellable(date: &DateTime<Utc>) -> bool {
    use chrono::Datelike;
    (1..=9999).contains(&date.year())
}

#[cfg(test)]
mod tests {
    use super::{TimeDelta, duration};
    use proptest::prelude::*;

    #[test]
    fn lengths_of_time_are_read_in_both_spellings() {
        for (text, seconds) in [
            ("PT8H", 28_800.0),
            ("P7D", 604_800.0),
            ("P1W", 604_800.0),
            ("PT0.5S", 0.5),
            ("P1DT2H3M4S", 93_784.0),
            ("2s", 2.0),
            ("500ms", 0.5),
            ("15m", 900.0),
            ("8h", 28_800.0),
            ("7d", 604_800.0),
            ("PT0S", 0.0),
        ] {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let read = duration(text).unwrap().num_microseconds().unwrap() as f64 / 1e6;
            assert!((read - seconds).abs() < 1e-6, "{text}: {read}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in
            ["", "P", "PT", "8", "PT8", "8H", "-2s", "PT-8H", "P1Y", "1e3s", "PT8H8H", "PT1S2M", "9999999999999d", ".s"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_fast_clock_shows_the_same_at_first_and_runs_ahead() {
        let since = super::instant("2026-01-31T08:00:00Z").unwrap();
        let shows = |wall: TimeDelta| super::fast(since, 1_050, since + wall) - since;
        assert_eq!(shows(TimeDelta::zero()), TimeDelta::zero());
        assert_eq!(shows(TimeDelta::seconds(2)), TimeDelta::seconds(21));
        assert_eq!(shows(TimeDelta::microseconds(-10)), TimeDelta::microseconds(-105));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = duration(&text);
            let _ = super::instant(&text);
        }

        #[test]
        fn whole_milliseconds_come_back(ms in 0_i64..1_000_000_000) {
            prop_assert_eq!(duration(&format!("{ms}ms")).unwrap(), TimeDelta::milliseconds(ms));
        }
    }
}
