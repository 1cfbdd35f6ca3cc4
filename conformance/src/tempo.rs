//! How fast time passes for the client: by the wall, or so many times as fast.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How fast time passes for the client, as results say it: `wall` or `warp x10`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Tempo {
    /// As on the wall.
    #[default]
    Wall,
    /// So many times as fast.
    Warp(u32),
}

impl Tempo {
    /// The speed of warp. Every delay of this machine looks so many times as long to the client: much more, and timeouts of a
    /// few seconds, which are lawful, would come true whenever the machine is busy.
    pub const FAST: Self = Self::Warp(10);

    /// How many times as fast.
    pub const fn times(self) -> u32 {
        match self {
            Self::Wall => 1,
            Self::Warp(times) => times,
        }
    }

    /// How fast the server's clock is, in hundredths of the computer's: a little faster than the client's under warp. Whatever
    /// the warp does not do exactly (libraries wait in whole milliseconds of the computer's, which are many of the client's)
    /// must not look like coming back too early, and a date must not be past for a client that waits for it. So the client's
    /// clock is behind, by a half percent, and waits measured by the server's are longer.
    pub const fn percent(self) -> u32 {
        match self {
            Self::Wall => 100,
            Self::Warp(times) => times * 100 + times / 2,
        }
    }

    /// How long a time of the client's takes on the wall.
    pub fn on_the_wall(self, time: Duration) -> Duration {
        time / self.times()
    }

    /// Its name without the speed, as waivers and findings have it.
    pub const fn tier(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Warp(_) => "warp",
        }
    }
}

impl fmt::Display for Tempo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wall => f.write_str("wall"),
            Self::Warp(times) => write!(f, "warp x{times}"),
        }
    }
}

impl FromStr for Tempo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let times = text.strip_prefix("warp x").and_then(|times| times.parse().ok()).filter(|times| *times > 1);
        match (text, times) {
            ("wall", _) => Ok(Self::Wall),
            (_, Some(times)) => Ok(Self::Warp(times)),
            _ => Err(format!(
                "'{text}' is no way to keep time: there are wall, and warp with its speed, such as warp x10"
            )),
        }
    }
}

impl TryFrom<String> for Tempo {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Tempo> for String {
    fn from(tempo: Tempo) -> Self {
        tempo.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_are_read_back_and_others_are_not() {
        for (label, tempo) in [("wall", Tempo::Wall), ("warp x10", Tempo::FAST)] {
            assert_eq!(tempo.to_string(), label);
            assert_eq!(label.parse(), Ok(tempo));
        }
        for text in ["", "warp", "warp x", "warp x0", "warp x1", "warp x-3", "x10"] {
            assert!(text.parse::<Tempo>().unwrap_err().contains("such as warp x10"), "{text}");
        }
    }

    #[test]
    fn the_wall_changes_nothing() {
        assert_eq!((Tempo::Wall.times(), Tempo::Wall.percent()), (1, 100));
        assert_eq!(Tempo::Wall.on_the_wall(Duration::from_secs(7)), Duration::from_secs(7));
    }

    proptest! {
        /// Who waits as told, by a clock that is `times` as fast and on a machine that wakes up to a millisecond early, has
        /// waited as long by the server's clock, less what rules leave for rounding.
        #[test]
        fn whoever_waits_as_told_is_never_early(times in 2_u32..50, seconds in 4_u32..3_600) {
            let tempo = Tempo::Warp(times);
            let waited = tempo.on_the_wall(Duration::from_secs(u64::from(seconds))).as_secs_f64() - 0.001;
            let measured = waited * f64::from(tempo.percent()) / 100.0;
            let rounding = f64::from(times) * 0.000_5;
            prop_assert!(measured + rounding >= f64::from(seconds) - 0.04, "{measured} of {seconds}");
        }

        /// The error in the client's favour never hides who waits a tenth too short.
        #[test]
        fn whoever_waits_a_tenth_less_is_early(times in 2_u32..50, seconds in 1_u32..3_600) {
            let tempo = Tempo::Warp(times);
            let waited = tempo.on_the_wall(Duration::from_secs(u64::from(seconds))).as_secs_f64() * 0.9;
            prop_assert!(waited * f64::from(tempo.percent()) / 100.0 < f64::from(seconds) - 0.005);
        }
    }
}
