//! How many scenarios without waits a second are run and judged in this process: `speed [SECONDS] [THREADS]`. It ends with 1
//! below what is promised, a thousand a second.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use simtune_conformance::generate;
use simtune_conformance::in_process::InProcess;
use simtune_conformance::judge::judge;
use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
use simtune_conformance::rule::Profile;
use simtune_conformance::rules;
use simtune_conformance::scenario::Scenario;
use simtune_conformance::stimulus::Act;

const PROMISED: f64 = 1_000.0;
/// Scenarios that are drawn before the clock is read.
const DRAWN: u64 = 3_000;

/// Nothing in it makes a client wait, not even in virtual time.
fn is_free_of_waits(scenario: &Scenario) -> bool {
    scenario.stimuli.iter().all(|stimulus| {
        stimulus.times <= 3
            && !matches!(
                stimulus.act,
                Act::Status { code: 408 | 423 | 429 | 500.., .. }
                    | Act::Stall { .. }
                    | Act::Slow { .. }
                    | Act::Reset { .. }
                    | Act::Truncate { .. }
            )
    })
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>().ok());
    let length = Duration::from_secs(arguments.next().flatten().unwrap_or(5));
    let threads = arguments.next().flatten().unwrap_or(2);
    let scenarios: Vec<Scenario> =
        (0..DRAWN).map(|number| generate::scenario(1, number)).filter(is_free_of_waits).collect();
    let drive = InProcess::new(&CAPABILITIES, ReferenceClient::new);
    let all: Vec<_> = rules::all().filter(|rule| rule.check().is_some()).collect();
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    #[expect(clippy::disallowed_methods, reason = "a stopwatch")]
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while start.elapsed() < length {
                    let number = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).expect("it fits");
                    let scenario = &scenarios[number % scenarios.len()];
                    judge(&drive, scenario, &all, Profile::Graph).expect("it can be run");
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let speed = done.into_inner() as f64 / start.elapsed().as_secs_f64();
    println!("{speed:.0} scenarios without waits a second, with {threads} threads, of {} kinds", scenarios.len());
    if speed < PROMISED { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
