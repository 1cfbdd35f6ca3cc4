//! A warped client: its process sees a clock that is fast, by libfaketime, and so it waits a shorter time.
//!
//! The simulator's clock is fast as well, and everything that is measured is measured by it: journal, dates, tokens and the
//! moments of the client's log. Nothing is multiplied afterwards, so a `Retry-After` of 7 s is 7 s for whoever asks, waits and
//! judges. Only what this program does itself by the computer's clock (its patience, its pauses, an answer that it stalls)
//! is [divided](Tempo::on_the_wall).

use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::simulator;
use crate::tempo::Tempo;

/// How time is kept in a run.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    warp: Option<Warp>,
}

/// What warps a process.
#[derive(Debug, Clone)]
struct Warp {
    tempo: Tempo,
    /// When the fast clock showed what the computer's did.
    since: DateTime<Utc>,
    /// `LD_PRELOAD`.
    preload: String,
}

/// Variables of libfaketime that would make it do something else. Without a fast monotonic clock most runtimes would wait as
/// long as ever.
const OTHERWISE: [&str; 8] = [
    "FAKETIME_DONT_FAKE_MONOTONIC",
    "DONT_FAKE_MONOTONIC",
    "FAKETIME_TIMESTAMP_FILE",
    "FAKETIME_FMT",
    "FAKETIME_SHARED",
    "FAKETIME_NO_CACHE",
    "FAKE_SLEEP",
    "NO_FAKE_STAT",
];

impl Pace {
    /// From now on so fast, by what is to be preloaded.
    pub(crate) fn warp(tempo: Tempo, preload: String) -> Self {
        Self { warp: Some(Warp { tempo, since: simulator::wall_now(), preload }) }
    }

    /// How fast it is.
    pub fn tempo(&self) -> Tempo {
        self.warp.as_ref().map_or(Tempo::Wall, |warp| warp.tempo)
    }

    /// When the simulator's clock showed what the computer's did; none where it always does.
    pub(crate) fn since(&self) -> Option<DateTime<Utc>> {
        self.warp.as_ref().map(|warp| warp.since)
    }

    /// What a process that is started now gets; one without a value is removed. Its clock begins where the simulator's is. It
    /// begins a little later than this, and what it starts itself begins there again: both are behind, and whoever is behind
    /// comes late and never early.
    pub(crate) fn variables(&self) -> Vec<(&'static str, Option<String>)> {
        let Some(warp) = &self.warp else { return Vec::new() };
        let ahead = (simulator::now(self) - simulator::wall_now()).num_milliseconds();
        let mut variables: Vec<_> = OTHERWISE.iter().map(|name| (*name, None)).collect();
        variables.push(("LD_PRELOAD", Some(warp.preload.clone())));
        variables.push(("FAKETIME", Some(faketime(ahead, warp.tempo))));
        variables
    }

    /// Removes what libfaketime left of processes that were killed: one that is given the number of such a process would wait
    /// for its semaphore for ever.
    pub(crate) fn forget_the_dead(&self) {
        if self.warp.is_none() || !Path::new("/proc/self").exists() {
            return;
        }
        for entry in fs::read_dir(SHARED).into_iter().flatten().flatten() {
            let process = entry.file_name().to_str().and_then(left_by);
            if process.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
                // Somebody else's stays where it is.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Where shared memory is.
const SHARED: &str = "/dev/shm";

/// The process that libfaketime left a file of that name for.
fn left_by(name: &str) -> Option<u32> {
    let number = name.strip_prefix("faketime_shm_").or_else(|| name.strip_prefix("sem.faketime_sem_"))?;
    number.parse().ok()
}

/// What libfaketime is told: so far ahead of the computer's clock, and so fast.
fn faketime(milliseconds: i64, tempo: Tempo) -> String {
    let milliseconds = milliseconds.max(0);
    format!("+{}.{:03} x{}", milliseconds / 1_000, milliseconds % 1_000, tempo.times())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libfaketime_is_told_how_far_ahead_and_how_fast() {
        assert_eq!(faketime(0, Tempo::FAST), "+0.000 x10");
        assert_eq!(faketime(61_005, Tempo::Warp(20)), "+61.005 x20");
        assert_eq!(faketime(-3, Tempo::FAST), "+0.000 x10");
    }

    #[test]
    fn leftovers_are_known_by_their_names() {
        assert_eq!(left_by("faketime_shm_16751"), Some(16_751));
        assert_eq!(left_by("sem.faketime_sem_3470"), Some(3_470));
        assert_eq!((left_by("faketime_shm_"), left_by("sem.other_12"), left_by("12")), (None, None, None));
    }

    #[test]
    fn the_wall_needs_nothing() {
        assert!(Pace::default().variables().is_empty());
    }

    #[test]
    fn a_process_begins_where_the_fast_clock_is() {
        let hour_ago = simulator::wall_now() - chrono::TimeDelta::hours(1);
        let warp = Warp { tempo: Tempo::FAST, since: hour_ago, preload: "lib.so".to_owned() };
        let variables = Pace { warp: Some(warp) }.variables();
        let of = |wanted: &str| variables.iter().find(|(name, _)| *name == wanted).and_then(|(_, value)| value.clone());
        assert_eq!(of("LD_PRELOAD").as_deref(), Some("lib.so"));
        // Ten hours and a half percent have passed by it, and one by the computer's.
        let ahead: f64 = of("FAKETIME").unwrap()[1..].trim_end_matches(" x10").parse().unwrap();
        assert!((32_580.0..32_600.0).contains(&ahead), "{ahead}");
        assert!(variables.contains(&("FAKETIME_DONT_FAKE_MONOTONIC", None)));
    }
}
