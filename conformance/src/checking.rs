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
/// use simtune_conformance::client_log::Answer;
/// use simtune_conformance::operation::Call;
/// use simtune_conformance::runner::Plan;
///
/// // A client that can do nothing breaks nothing, and nothing is said for it either.
/// let plan = Plan { cases: 2, ..Plan::default() };
/// let report = simtune_conformance::check(&[], plan, |_surroundings| {
///     |_call: &Call| Answer { unsupported: true, ..Answer::default() }
/// });
/// assert_eq!(report.count(simtune_conformance::verdict::Verdict::Pass), 0);
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
