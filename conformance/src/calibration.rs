//! Whether time can be warped here, and for this client: measured before anything else, and if not, why not.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::client_log::End;
use crate::conversation::Door;
use crate::drive::Drive as _;
use crate::evidence::Evidence;
use crate::over_sockets::{OverSockets, Surroundings};
use crate::pace::Pace;
use crate::process::{Launch, Process};
use crate::rules;
use crate::tempo::Tempo;

/// Names the library, where it is not in one of the [`PLACES`].
pub const VARIABLE: &str = "SIMTUNE_LIBFAKETIME";
/// Where distributions put it. The one for programs with several threads comes first.
const PLACES: [&str; 6] = [
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib*/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
    "/usr/lib/*/faketime/libfaketime.so.1",
    "/usr/lib*/faketime/libfaketime.so.1",
    "/usr/local/lib/faketime/libfaketime.so.1",
];
/// How long the tiny program sleeps by its own clock.
const SLEEP: u32 = 5;
/// The rule in whose scenario the driver's client is asked to wait.
const RULE: &str = "THR-01";

/// Why time is kept by the wall.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoWarp {
    /// There is no library.
    #[error(
        "there is no libfaketime: looked for {looked}; Debian's package is called libfaketime, and {VARIABLE} names a library \
         elsewhere"
    )]
    NotFound {
        /// Where it was looked for.
        looked: String,
    },
    /// What shows it here could not be done.
    #[error("whether {library} works here cannot be measured: {why}")]
    NotMeasured {
        /// The library.
        library: String,
        /// Why.
        why: String,
    },
    /// Not even a tiny program is warped.
    #[error("{library} has no effect here: a sleep of {asked} s took {took} s")]
    NoEffect {
        /// The library.
        library: String,
        /// What was asked for.
        asked: u32,
        /// What it took, by the wall.
        took: String,
    },
    /// The driver does not start.
    #[error("the driver does not start under libfaketime: {0}")]
    NotStarted(String),
    /// The driver's process is not warped.
    #[error(
        "libfaketime has no effect on the driver, whose wait of {asked} s took {took} s; statically linked programs are out of \
         its reach"
    )]
    DriverUntouched {
        /// What was asked for.
        asked: String,
        /// What it took, by the wall.
        took: String,
    },
    /// The driver waits and does not wake up.
    #[error("the driver does not wake up under libfaketime: it was told to wait for {asked} s and did not come back")]
    DriverSleeps {
        /// What was asked for.
        asked: String,
    },
}

/// A warp that works for a tiny program of this machine.
pub fn warp(tempo: Tempo) -> Result<Pace, NoWarp> {
    let library = library(std::env::var_os(VARIABLE).map(PathBuf::from))?;
    let pace = Pace::warp(tempo, preload(&library, std::env::var("LD_PRELOAD").ok().as_deref()));
    let shown = library.display().to_string();
    let not_measured = |why: String| NoWarp::NotMeasured { library: shown.clone(), why };
    let began = Instant::now();
    let launch = Launch::new(["sleep".to_owned(), SLEEP.to_string()]).at(pace.clone());
    let (process, _pipes) = Process::start(&launch).map_err(|error| not_measured(error.to_string()))?;
    let patience = Duration::from_secs(u64::from(SLEEP) * 2);
    if !process.ends_within(patience) {
        return Err(not_measured(format!("a sleep of {SLEEP} s did not end")));
    }
    let took = began.elapsed();
    // A program that cannot load the library says so and ends at once.
    match process.end() {
        Some(status) if status.success() => {}
        status => return Err(not_measured(format!("a sleep of {SLEEP} s failed ({status:?})"))),
    }
    if is_warped(f64::from(SLEEP), took.as_secs_f64()) {
        Ok(pace)
    } else {
        Err(NoWarp::NoEffect { library: shown, asked: SLEEP, took: format!("{:.1}", took.as_secs_f64()) })
    }
}

/// Whether the client behind the door is warped: it is told to wait, and comes back sooner than it could by the wall.
///
/// A client that gives up, or comes back before it may, shows nothing. For it the tiny program stands: if its process is not
/// warped all the same, it is slow by the simulator's clock, and nobody is blamed for that.
pub fn client(surroundings: &Surroundings, door: &dyn Door) -> Result<(), NoWarp> {
    let Some(scenario) = rules::rule(RULE).and_then(|rule| rule.check()).and_then(|check| check.minimal.first()) else {
        return Ok(());
    };
    match OverSockets::new(surroundings, door).run(&scenario()) {
        Ok(evidence) => warped(&evidence, surroundings.tempo()),
        Err(error) => Err(NoWarp::NotStarted(error.to_string())),
    }
}

fn warped(evidence: &Evidence, tempo: Tempo) -> Result<(), NoWarp> {
    let exchanges = &evidence.trace.exchanges;
    let told = |given: &crate::trace::Given| given.header("retry-after").and_then(|value| value.parse::<f64>().ok());
    let Some((at, asked)) =
        exchanges.iter().enumerate().find_map(|(at, exchange)| Some((at, told(&exchange.response)?)))
    else {
        return Ok(());
    };
    let again = exchanges[at + 1..].iter().find(|later| later.request.repeats(&exchanges[at].request));
    if let Some(again) = again {
        let took = again.arrived.since(exchanges[at].answered) * 100.0 / f64::from(tempo.percent());
        return if is_warped(asked, took) {
            Ok(())
        } else {
            Err(NoWarp::DriverUntouched { asked: format!("{asked:.0}"), took: format!("{took:.1}") })
        };
    }
    match evidence.log.operations.last().map(|performed| &performed.end) {
        Some(End::Hung | End::NotAwaited) => Err(NoWarp::DriverSleeps { asked: format!("{asked:.0}") }),
        _ => Ok(()),
    }
}

/// Whether a wait was shortened: clearly, and not just by a machine that is busy.
fn is_warped(asked: f64, took: f64) -> bool {
    took < asked / 2.0
}

fn library(named: Option<PathBuf>) -> Result<PathBuf, NoWarp> {
    if let Some(named) = named.filter(|named| !named.as_os_str().is_empty()) {
        let looked = format!("{} ({VARIABLE})", named.display());
        return if named.is_file() { Ok(named) } else { Err(NoWarp::NotFound { looked }) };
    }
    let found = |place: &&str| glob::glob(place).ok()?.flatten().next();
    PLACES.iter().find_map(|place| found(&place)).ok_or_else(|| NoWarp::NotFound { looked: PLACES.join(", ") })
}

/// The library before what is preloaded anyway.
fn preload(library: &Path, known: Option<&str>) -> String {
    let library = library.display();
    match known.filter(|known| !known.is_empty()) {
        Some(known) => format!("{library}:{known}"),
        None => library.to_string(),
    }
}
