//! Whether time can be warped here, and for this client: measured before anything else, and if not, why not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::client_log::End;
use crate::conversation::Door;
use crate::drive::Drive as _;
use crate::evidence::Evidence;
use crate::over_sockets::{OverSockets, Surroundings};
use crate::pace::Pace;
use crate::process::{self, Launch, Process};
use crate::rules;
use crate::simulator;
use crate::tempo::Tempo;

/// Names the library, where it is not in one of the usual places.
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
const SLEEP: f64 = 5.0;
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
        asked: String,
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

/// A warp that works for a tiny program of this machine. Variables are looked up in `environment`.
pub fn warp(tempo: Tempo, environment: impl Fn(&str) -> Option<String>) -> Result<Pace, NoWarp> {
    let library = library(environment(VARIABLE))?;
    let pace = Pace::warp(tempo, preload(&library, environment("LD_PRELOAD")));
    let name = library.display().to_string();
    let measured = match tiny(&pace, &name, SLEEP) {
        // A machine that is busy for a moment is no reason to wait ten times as long.
        Err(NoWarp::NotMeasured { .. }) => tiny(&pace, &name, SLEEP),
        measured => measured,
    };
    measured.map(|()| pace)
}

/// Whether a program that sleeps for so many seconds by its clock sleeps for less by the wall.
fn tiny(pace: &Pace, library: &str, seconds: f64) -> Result<(), NoWarp> {
    let not_measured = |why: String| NoWarp::NotMeasured { library: library.to_owned(), why };
    let launch = Launch::new(["sleep".to_owned(), seconds.to_string()]).at(pace.clone());
    let began = simulator::wall_now();
    let (process, _pipes) = Process::start(&launch).map_err(|error| not_measured(error.to_string()))?;
    if !process.ends_within(Duration::from_secs_f64(seconds * 2.0)) {
        return Err(not_measured(format!("a sleep of {seconds} s did not end")));
    }
    let took = (simulator::wall_now() - began).as_seconds_f64();
    // Whoever cannot load it may say so and end at once, which is not to be taken for warp.
    let failure = process.end().filter(|status| !status.success());
    if let Some(status) = failure {
        return Err(not_measured(format!("a sleep of {seconds} s failed: {}", process::told(status))));
    }
    if is_warped(seconds, took) {
        Ok(())
    } else {
        Err(NoWarp::NoEffect { library: library.to_owned(), asked: seconds.to_string(), took: format!("{took:.1}") })
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

fn library(named: Option<String>) -> Result<PathBuf, NoWarp> {
    if let Some(named) = named.filter(|named| !named.is_empty()).map(PathBuf::from) {
        let looked = format!("{} ({VARIABLE})", named.display());
        return if named.is_file() { Ok(named) } else { Err(NoWarp::NotFound { looked }) };
    }
    let found = |place: &str| glob::glob(place).ok()?.flatten().next();
    PLACES.iter().find_map(|place| found(place)).ok_or_else(|| NoWarp::NotFound { looked: PLACES.join(", ") })
}

/// The library before what is preloaded anyway.
fn preload(library: &Path, known: Option<String>) -> String {
    let library = library.display();
    match known.filter(|known| !known.is_empty()) {
        Some(known) => format!("{library}:{known}"),
        None => library.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::defect::{Defect, Defects};
    use crate::drive::Drive;
    use crate::in_process::InProcess;
    use crate::reference::{CAPABILITIES, ReferenceClient};

    /// What the reference client leaves behind where it is told to wait for 7 s, which pass in no time and are 7 s there.
    fn told_to_wait(defects: Defects) -> Evidence {
        let drive = InProcess::new(&CAPABILITIES, |surroundings| ReferenceClient::with(surroundings, defects));
        let check = rules::rule(RULE).and_then(|rule| rule.check()).expect("it can be observed");
        drive.run(&check.minimal[0]()).expect("it runs")
    }

    #[test]
    fn a_client_that_waits_shows_whether_it_is_warped() {
        let evidence = told_to_wait(Defects::default());
        assert_eq!(warped(&evidence, Tempo::FAST), Ok(()), "the 7 s of the fast clock were less than one");
        let NoWarp::DriverUntouched { asked, took } = warped(&evidence, Tempo::Wall).unwrap_err() else { panic!() };
        assert_eq!((asked.as_str(), took.as_str()), ("7", "7.0"));
    }

    #[test]
    fn a_client_that_does_not_wait_shows_nothing() {
        let mut evidence = told_to_wait(Defects::only(Defect::IgnoresRetryAfter));
        assert_eq!(warped(&evidence, Tempo::FAST), Ok(()));
        evidence.trace.exchanges.clear();
        assert_eq!(warped(&evidence, Tempo::FAST), Ok(()), "it was never told to");
    }

    #[test]
    fn a_client_that_does_not_come_back_sleeps() {
        let mut evidence = told_to_wait(Defects::default());
        evidence.trace.exchanges.pop();
        assert_eq!(warped(&evidence, Tempo::FAST), Ok(()), "it gave up");
        for end in [End::NotAwaited, End::Hung] {
            evidence.log.operations[0].end = end;
            assert_eq!(warped(&evidence, Tempo::FAST), Err(NoWarp::DriverSleeps { asked: "7".to_owned() }));
        }
    }

    #[test]
    fn a_library_that_is_named_is_the_only_one_looked_for() {
        let nowhere = || Some("/nowhere/libfaketime.so".to_owned());
        let error = warp(Tempo::FAST, |name| if name == VARIABLE { nowhere() } else { None }).unwrap_err();
        assert_eq!(error, NoWarp::NotFound { looked: format!("/nowhere/libfaketime.so ({VARIABLE})") });
        let file = tempfile::NamedTempFile::new().expect("a file");
        let named = file.path().to_str().expect("UTF-8").to_owned();
        assert_eq!(library(Some(named)), Ok(file.path().to_owned()));
    }

    #[test]
    fn what_is_preloaded_anyway_stays() {
        let library = Path::new("/lib/faketime.so");
        assert_eq!(preload(library, None), "/lib/faketime.so");
        assert_eq!(preload(library, Some(String::new())), "/lib/faketime.so");
        assert_eq!(preload(library, Some("/lib/other.so".to_owned())), "/lib/faketime.so:/lib/other.so");
    }

    /// What does nothing: a file that is no library.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_library_without_effect_is_noticed() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let named = file.path().to_str().expect("UTF-8").to_owned();
        let pace = Pace::warp(Tempo::FAST, preload(file.path(), None));
        let begun = tiny(&pace, &named, 0.1);
        let NoWarp::NoEffect { asked, .. } = begun.unwrap_err() else { panic!() };
        assert_eq!(asked, "0.1");
    }

    #[test]
    fn each_reason_is_a_sentence_that_says_what_and_where() {
        let (asked, took) = ("7".to_owned(), "7.0".to_owned());
        let library = "/lib/faketime.so".to_owned();
        let all = [
            NoWarp::NotFound { looked: PLACES.join(", ") },
            NoWarp::NotMeasured { library: library.clone(), why: "cannot start 'sleep': not found".to_owned() },
            NoWarp::NoEffect { library, asked: asked.clone(), took: took.clone() },
            NoWarp::NotStarted("it said nothing".to_owned()),
            NoWarp::DriverUntouched { asked: asked.clone(), took },
            NoWarp::DriverSleeps { asked },
        ];
        insta::assert_snapshot!(all.map(|reason| reason.to_string()).join("\n"));
    }
}
