//! For tests of Rust clients: one call, and a panic that tells the story.

use std::thread::available_parallelism;

use crate::in_process::{Client, InProcess};
use crate::runner::{self, Plan, Report};
use crate::story::story;
use crate::transport::Surroundings;
use crate::verdict::Verdict;

/// Runs the scenarios of `plan` with clients that `make` makes, and panics with the story of each requirement that one
/// breaks.
///
/// A client gets its [`Surroundings`]: a [`Transport`](crate::transport::Transport) to send requests by, a
/// [`Clock`](crate::transport::Clock) to wait by, and where the service is. Time is virtual, so waits cost nothing. A
/// capability that is not in `capabilities` is not asked for; [`crate::reference::CAPABILITIES`] are all there are.
///
/// ```
/// use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
/// use simtune_conformance::runner::Plan;
/// use simtune_conformance::verdict::Verdict;
///
/// // Yours in the place of the reference client: anything that takes its surroundings, and answers calls.
/// let plan = Plan { only: vec!["PAG-*".to_owned()], cases: 10, ..Plan::default() };
/// let report = simtune_conformance::check(&CAPABILITIES, plan, |surroundings| ReferenceClient::new(surroundings));
/// assert_eq!(report.verdict("PAG-01"), Some(Verdict::Pass));
/// ```
///
/// A client that reads only the first page of a list does not get through:
///
/// ```should_panic
/// use simtune_conformance::defect::{Defect, Defects};
/// use simtune_conformance::reference::{CAPABILITIES, ReferenceClient};
/// use simtune_conformance::runner::Plan;
///
/// let plan = Plan { only: vec!["PAG-01".to_owned()], cases: 0, ..Plan::default() };
/// simtune_conformance::check(&CAPABILITIES, plan, |surroundings| {
///     ReferenceClient::with(surroundings, Defects::only(Defect::FirstPageOnly))
/// });
/// ```
pub fn check<C: Client>(capabilities: &[&str], plan: Plan, make: impl Fn(Surroundings) -> C + Sync) -> Report {
    let threads = available_parallelism().map_or(plan.threads, usize::from);
    let drive = InProcess::new(capabilities, make);
    let report = runner::check(&drive, &Plan { threads, ..plan });
    let convicting = report.failures.iter().filter(|failure| failure.verdict >= Verdict::Fail);
    let stories: Vec<String> = convicting.map(story).collect();
    assert!(report.broken.is_empty(), "scenarios could not be run: {}", report.broken.join("; "));
    assert!(stories.is_empty(), "the client breaks {} requirements\n\n{}", stories.len(), stories.join("\n"));
    report
}
