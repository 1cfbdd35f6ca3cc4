//! Proves the kit: `self-test [--fast] [--cases N] [--write docs/proof.md]`, `self-test --manner NAME… [--cases N]`,
//! `self-test --wall WORKER [--stress]`.
//!
//! It ends with 0 if all holds that `docs/proof.md` says: whoever behaves is left alone, whoever does not is convicted by
//! the right rule, and the same seed says the same. `--manner` asks that of one manner alone. `--wall` puts the lawful manners of the reference worker, over real
//! sockets, before the rules whose scenarios ask nobody to wait; `--stress` while four times as many threads as there are
//! processors do nothing useful.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use simtune_conformance::defect::Defect;
use simtune_conformance::generate;
use simtune_conformance::manner::{Manner, OnSockets};
use simtune_conformance::over_sockets::{OverSockets, Surroundings};
use simtune_conformance::process::Launch;
use simtune_conformance::scenario::Scenario;
use simtune_conformance::self_test::comparison::{Way, worth};
use simtune_conformance::self_test::document::{Findings, document};
use simtune_conformance::self_test::drivers::{Driver, expose};
use simtune_conformance::self_test::innocents::{Acquittal, acquit, failed};
use simtune_conformance::self_test::smallness::{median, shrunk};
use simtune_conformance::self_test::{convictions, sameness};
use simtune_conformance::worker::{Limits, Pool};

/// Scenarios until whoever is not convicted got away.
const PATIENCE: u64 = 1_000;
/// Evaluations that half of the searches for a smaller scenario may take.
const EVALUATIONS: u32 = 60;

/// What is to be done.
#[derive(Default)]
struct Order {
    fast: bool,
    cases: Option<u64>,
    write: Option<String>,
    /// Clients that behave, alone; none is the reference client as it is.
    alone: Vec<Option<Manner>>,
    wall: Option<String>,
    stress: bool,
}

/// What is told while it goes on, and whether all holds so far.
struct Course {
    began: Instant,
    holds: bool,
}

impl Course {
    fn note(&mut self, what: &str, wrong: &[String]) {
        let verdict = if wrong.is_empty() { "holds" } else { "DOES NOT HOLD" };
        eprintln!("{:6.1} s  {what}: {verdict}", self.began.elapsed().as_secs_f64());
        for wrong in wrong.iter().take(10) {
            eprintln!("    {}", wrong.replace('\n', "\n    "));
        }
        self.holds &= wrong.is_empty();
    }
}

fn main() -> ExitCode {
    let Some(order) = ordered() else {
        eprintln!(
            "usage: self-test [--fast] [--cases N] [--write docs/proof.md] | --manner NAME (or none)… [--cases N] | --wall WORKER [--stress]"
        );
        return ExitCode::from(64);
    };
    #[expect(clippy::disallowed_methods, reason = "people are told how long it takes; nothing is made of it")]
    let began = Instant::now();
    let mut course = Course { began, holds: true };
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    match &order.wall {
        Some(worker) => on_the_wall(&mut course, worker, order.stress.then_some(threads * 4)),
        None if order.alone.is_empty() => in_process(&mut course, &order, threads),
        None => {
            for manner in &order.alone {
                alone(&mut course, &order, *manner, threads);
            }
        }
    }
    if course.holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn ordered() -> Option<Order> {
    let mut order = Order::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--fast" => order.fast = true,
            "--stress" => order.stress = true,
            "--cases" => order.cases = Some(arguments.next()?.parse().ok()?),
            "--write" => order.write = Some(arguments.next()?),
            "--manner" => {
                let name = arguments.next()?;
                order.alone.push(if name == "none" { None } else { Some(Manner::named(&name)?) });
            }
            "--wall" => order.wall = Some(arguments.next()?),
            _ => return None,
        }
    }
    // A page of less than everything would be another one.
    (order.write.is_none() || !order.fast).then_some(order)
}

impl Order {
    /// Scenarios that are drawn for each client that behaves.
    fn cases(&self) -> u64 {
        self.cases.unwrap_or(if self.fast { 8 } else { 10_000 })
    }
}

/// Puts a client that behaves before every rule; none is the reference client as it is.
fn alone(course: &mut Course, order: &Order, manner: Option<Manner>, threads: usize) -> Acquittal {
    let acquittal = acquit(manner, 3, order.cases(), !order.fast || manner.is_none(), threads);
    let who = manner.map_or("the reference client".to_owned(), |manner| manner.to_string());
    course.note(&format!("{who} is left alone in {} scenarios", acquittal.scenarios), &acquittal.wrong);
    acquittal
}

fn in_process(course: &mut Course, order: &Order, threads: usize) {
    let cases = order.cases();
    let manners = [None].into_iter().chain(Manner::ALL.iter().copied().map(Some));
    let acquittals: Vec<Acquittal> = manners.map(|manner| alone(course, order, manner, threads)).collect();

    let seeds = if order.fast { 1 } else { 10 };
    // Fast means what each rule's own scenarios say, and for some defects what is drawn.
    let some: Vec<Defect> = Defect::ALL.iter().copied().step_by(if order.fast { 8 } else { 1 }).collect();
    let rows = convictions::rows(&some, threads);
    let missed = rows.iter().filter(|row| !row.convicting.contains(&row.defect.rule()));
    let missed: Vec<String> = missed.map(|row| format!("{} is not", row.defect)).collect();
    course.note(&format!("{} defects are convicted by hand, on their own rules", rows.len()), &missed);

    let drawn = Way::Drawn.hunt(&some, seeds, PATIENCE, threads);
    let away = drawn.iter().filter(|hunt| hunt.after.iter().any(Option::is_none));
    let away: Vec<String> =
        away.map(|hunt| format!("{} {}: {:?}", hunt.defect.id(), hunt.defect, hunt.after)).collect();
    course.note(&format!("{} are convicted by what is drawn, with {seeds} seeds", some.len()), &away);

    let differing = sameness::differing(if order.fast { 6 } else { 200 });
    course.note("the same seed says the same, alone and sixteen at a time", &differing);

    let shrunk = shrunk(&drawn, threads);
    let large = shrunk.iter().filter(|shrunk| !shrunk.is_small());
    let mut large: Vec<String> = large.map(|shrunk| format!("{shrunk:?}")).collect();
    if median(&shrunk) > EVALUATIONS {
        large.push(format!("half of the searches take {} evaluations", median(&shrunk)));
    }
    course.note(&format!("{} convictions become small, in {} evaluations", shrunk.len(), median(&shrunk)), &large);

    let exposures: Vec<_> = Driver::ALL.into_iter().map(|driver| expose(driver, threads)).collect();
    let unnamed = exposures.iter().filter(|exposure| exposure.named.is_none());
    let unnamed: Vec<String> = unnamed.map(|exposure| exposure.driver.to_string()).collect();
    course.note("drivers that do too much are named", &unnamed);

    // Nothing depends on what the others are worth.
    let ways = Way::ALL.into_iter().filter(|way| !order.fast || *way == Way::Drawn);
    let worths: Vec<_> = ways
        .map(|way| match way {
            Way::Drawn => (way, worth(&drawn)),
            _ => (way, worth(&way.hunt(&some, seeds, simtune_conformance::self_test::comparison::BUDGET, threads))),
        })
        .collect();
    course.note("the ways to find defects are compared", &[]);

    let findings = Findings {
        cases,
        rows: &rows,
        acquittals: &acquittals,
        worths: &worths,
        shrunk: &shrunk,
        exposures: &exposures,
    };
    let page = document(&findings);
    print!("{page}");
    if let Some(path) = &order.write {
        let written = std::fs::write(path, page).map_err(|error| format!("{path}: {error}"));
        course.note(&format!("{path} is written"), &written.err().into_iter().collect::<Vec<_>>());
    }
}

/// Scenarios in which nobody is asked to wait, and nothing comes late.
fn short() -> Vec<Scenario> {
    let mut scenarios = generate::smoke();
    scenarios.extend((0..40).map(|number| generate::scenario(3, number)));
    scenarios.retain(|scenario| {
        let text = serde_json::to_string(&scenario.stimuli).expect("JSON");
        !["retryAfter", "stall", "slow", "429", "503", "reset"].iter().any(|word| text.contains(word))
    });
    scenarios
}

fn on_the_wall(course: &mut Course, worker: &str, stress: Option<usize>) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..stress.unwrap_or_default() {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let manners = Manner::ALL.iter().map(ToString::to_string);
        let on_sockets = OnSockets::ALL.iter().map(ToString::to_string);
        for manner in [None].into_iter().chain(manners.chain(on_sockets).map(Some)) {
            let (scenarios, wrong) = one_on_the_wall(worker, manner.as_deref());
            let who = manner.as_deref().unwrap_or("the reference client");
            let load = stress.map_or(String::new(), |threads| format!(" beside {threads} busy threads"));
            course.note(&format!("{who} is left alone in {scenarios} scenarios over sockets{load}"), &wrong);
        }
        over.store(true, Ordering::Relaxed);
    });
}

fn one_on_the_wall(worker: &str, manner: Option<&str>) -> (usize, Vec<String>) {
    let mut command = vec![worker.to_owned()];
    if let Some(manner) = manner {
        command.extend(["--manner".to_owned(), manner.to_string()]);
    }
    let mut launch = Launch::new(command);
    if manner == Some("FarTimeZone") {
        launch = launch.with([("TZ".to_owned(), "Pacific/Kiritimati".to_owned())]);
    }
    let pool = match Pool::start(launch, Limits::default(), 16) {
        Ok(pool) => pool,
        Err(error) => return (0, vec![error.to_string()]),
    };
    let surroundings = match Surroundings::new(true) {
        Ok(surroundings) => surroundings,
        Err(error) => return (0, vec![error.clone()]),
    };
    let drive = OverSockets::new(&surroundings, &pool);
    let scenarios = short();
    let wrong = failed(&drive, &scenarios, 8);
    (scenarios.len(), wrong)
}
