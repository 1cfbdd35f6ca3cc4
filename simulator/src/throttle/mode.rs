//! What is done with the budgets: nothing, a report, or refusals.

use std::fmt;
use std::str::FromStr;

/// The least and the largest factor: below the one every budget is 1, beyond the other nobody gets.
const FACTORS: std::ops::RangeInclusive<f64> = 0.0001..=100.0;

/// What is done with the budgets.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Mode {
    /// Nothing is counted.
    Off,
    /// Requests are counted, and those that Graph would have refused are told of.
    #[default]
    Report,
    /// Requests are counted, and those over a budget are refused.
    Enforce {
        /// What every budget is multiplied by.
        factor: f64,
    },
}

impl Mode {
    /// Its name in views.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Report => "report",
            Self::Enforce { .. } => "enforce",
        }
    }

    /// What every budget is multiplied by.
    pub const fn factor(self) -> f64 {
        match self {
            Self::Off | Self::Report => 1.0,
            Self::Enforce { factor } => factor,
        }
    }

    /// The least and the most that budgets can be multiplied by.
    pub const fn factors() -> (f64, f64) {
        (*FACTORS.start(), *FACTORS.end())
    }

    /// Whether a request over a budget is refused.
    pub const fn refuses(self) -> bool {
        matches!(self, Self::Enforce { .. })
    }

    /// A documented limit as it counts here: rounded, and never nothing.
    pub(super) fn scaled(self, limit: u32) -> u32 {
        let scaled = (f64::from(limit) * self.factor()).round().clamp(1.0, f64::from(u32::MAX));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
        let limit = scaled as u32;
        limit
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "report" => Ok(Self::Report),
            "enforce" => Ok(Self::Enforce { factor: 1.0 }),
            _ => text.parse().ok().filter(|factor| FACTORS.contains(factor)).map(|factor| Self::Enforce { factor }).ok_or_else(
                || {
                    format!(
                        "'{text}' is no way to throttle: use report, enforce, off, or a factor between {} and {} that scales the budgets, such as 0.01",
                        FACTORS.start(),
                        FACTORS.end()
                    )
                },
            ),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enforce { factor } if (*factor - 1.0).abs() > f64::EPSILON => write!(f, "{factor}"),
            _ => f.write_str(self.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;
    use proptest::prelude::*;

    #[test]
    fn a_factor_scales_and_no_budget_becomes_nothing() {
        let factor: Mode = "0.01".parse().unwrap();
        assert_eq!([400, 2_000, 20].map(|limit| factor.scaled(limit)), [4, 20, 1]);
        assert_eq!("2".parse::<Mode>().unwrap().scaled(200), 400);
        assert_eq!(Mode::Report.scaled(200), 200);
        assert!(factor.refuses() && !Mode::Report.refuses() && !Mode::Off.refuses());
    }

    #[test]
    fn what_is_no_mode_is_refused_with_the_known_ones() {
        for text in ["", "on", "0", "-1", "1e9", "NaN", "inf", "Enforce", "50%"] {
            let reason = text.parse::<Mode>().unwrap_err();
            assert!(reason.contains("report, enforce, off") && reason.contains("0.01"), "{reason}");
        }
    }

    proptest! {
        #[test]
        fn a_mode_is_read_as_it_is_written(factor in 0.0001_f64..100.0) {
            for mode in [Mode::Off, Mode::Report, Mode::Enforce { factor }, Mode::Enforce { factor: 1.0 }] {
                prop_assert_eq!(mode.to_string().parse::<Mode>(), Ok(mode));
            }
        }
    }
}
