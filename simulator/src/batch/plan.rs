//! What is asked when: the order in which the requests of a batch run, and which of them do not.

use crate::quirks::BatchDependencies;

/// An order in which every request comes behind those it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Every request once.
    order: Vec<usize>,
    /// For each request those it depends on.
    needs: Vec<Vec<usize>>,
}

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// This request depends on what does not run before it.
    Unmet(usize),
    /// Some requests depend on others and some do not.
    Mixed,
}

impl Plan {
    /// The plan for requests of which each `needs` some others, by their places. Requests that do not wait for each other
    /// keep the order in which they were sent (assumed; documented is that the service chooses).
    pub fn new(needs: Vec<Vec<usize>>, rule: BatchDependencies) -> Result<Self, Flaw> {
        if rule != BatchDependencies::Any
            && let Some(at) = (0..needs.len()).find(|at| needs[*at].iter().any(|need| need >= at))
        {
            return Err(Flaw::Unmet(at));
        }
        if rule == BatchDependencies::Uniform && !is_uniform(&needs) {
            return Err(Flaw::Mixed);
        }
        let mut order = Vec::with_capacity(needs.len());
        let mut placed = vec![false; needs.len()];
        while order.len() < needs.len() {
            let is_ready = |at: &usize| !placed[*at] && needs[*at].iter().all(|need| placed.get(*need) == Some(&true));
            let Some(next) = (0..needs.len()).find(is_ready) else {
                let stuck = placed.iter().position(|placed| !placed).unwrap_or_default();
                return Err(Flaw::Unmet(stuck));
            };
            placed[next] = true;
            order.push(next);
        }
        Ok(Self { order, needs })
    }

    /// The places of the requests in the order in which they run.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Whether any request depends on another.
    pub fn is_sequential(&self) -> bool {
        self.needs.iter().any(|needs| !needs.is_empty())
    }

    /// Asks one request after the other. What depends on a failed one is not asked and counts as failed: it has no answer
    /// (documented: json-batching, 424).
    pub fn run<A>(&self, mut ask: impl FnMut(usize) -> A, has_failed: impl Fn(&A) -> bool) -> Vec<Option<A>> {
        let mut answers: Vec<Option<A>> = self.order.iter().map(|_| None).collect();
        for &at in &self.order {
            let fails = |need: &usize| answers[*need].as_ref().is_none_or(&has_failed);
            if !self.needs[at].iter().any(fails) {
                answers[at] = Some(ask(at));
            }
        }
        answers
    }
}

/// Whether all requests are independent; or each depends on the one before it; or all that depend on something depend on
/// the same one. The first two are in the service's own words (observed: docs#16280; since then documented: json-batching),
/// the third pattern is in those of Microsoft's JavaScript client (documented: microsoft-graph-client 3.0.7).
fn is_uniform(needs: &[Vec<usize>]) -> bool {
    let is_chain = needs.iter().enumerate().skip(1).all(|(at, needs)| *needs == [at - 1]);
    let mut dependent = needs.iter().filter(|needs| !needs.is_empty());
    let is_fan = dependent.next().is_none_or(|first| first.len() == 1 && dependent.all(|needs| needs == first));
    is_chain || is_fan
}

#[cfg(test)]
mod tests {
    use super::{Flaw, Plan};
    use crate::quirks::BatchDependencies;
    use proptest::prelude::*;

    /// Any graph of up to twenty requests, circles included.
    fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
        (1_usize..=20).prop_flat_map(|count| prop::collection::vec(prop::collection::vec(0..count, 0..3), count))
    }

    /// The requests from which a circle can be reached, found by walking: more than `count` steps are a circle.
    fn meets_a_circle(needs: &[Vec<usize>]) -> bool {
        let mut reached: Vec<usize> = (0..needs.len()).collect();
        for _ in 0..=needs.len() {
            reached = reached.iter().flat_map(|at| needs[*at].iter().copied()).collect();
            reached.sort_unstable();
            reached.dedup();
        }
        !reached.is_empty()
    }

    proptest! {
        #[test]
        fn every_request_runs_once_behind_what_it_needs_or_the_graph_has_a_circle(needs in graphs()) {
            let Ok(plan) = Plan::new(needs.clone(), BatchDependencies::Any) else {
                prop_assert!(meets_a_circle(&needs));
                return Ok(());
            };
            prop_assert!(!meets_a_circle(&needs));
            let mut sorted = plan.order().to_vec();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..needs.len()).collect::<Vec<_>>());
            let mut asked = Vec::new();
            let answers = plan.run(|at| { asked.push(at); at }, |_| false);
            prop_assert_eq!(answers, (0..needs.len()).map(Some).collect::<Vec<_>>());
            for (place, at) in asked.iter().enumerate() {
                prop_assert!(needs[*at].iter().all(|need| asked[..place].contains(need)));
            }
        }

        #[test]
        fn what_depends_on_a_failure_is_not_asked_and_everything_else_is(needs in graphs(), failing: [bool; 20]) {
            let Ok(plan) = Plan::new(needs.clone(), BatchDependencies::Any) else { return Ok(()) };
            let answers = plan.run(|at| failing[at], |failed| *failed);
            for (at, answer) in answers.iter().enumerate() {
                let unmet = needs[at].iter().any(|need| answers[*need] != Some(false));
                prop_assert_eq!(*answer, if unmet { None } else { Some(failing[at]) });
            }
        }

        #[test]
        fn stricter_rules_refuse_more_and_change_nothing_else(needs in graphs()) {
            let plan = |rule| Plan::new(needs.clone(), rule);
            let (any, earlier) = (plan(BatchDependencies::Any), plan(BatchDependencies::Earlier));
            if earlier.is_ok() {
                prop_assert_eq!(&any, &earlier);
                prop_assert_eq!(earlier.as_ref().unwrap().order(), (0..needs.len()).collect::<Vec<_>>());
            }
            match plan(BatchDependencies::Uniform) {
                Err(Flaw::Mixed) => prop_assert!(earlier.unwrap().is_sequential()),
                uniform => prop_assert_eq!(uniform, earlier),
            }
        }
    }

    #[test]
    fn a_batch_is_sequential_or_parallel_or_waits_for_one_request() {
        let uniform = |needs: &[&[usize]]| {
            let needs = needs.iter().map(|needs| needs.to_vec()).collect();
            Plan::new(needs, BatchDependencies::Uniform).map(|plan| plan.order)
        };
        assert_eq!(uniform(&[&[], &[], &[]]), Ok(vec![0, 1, 2]), "parallel");
        assert_eq!(uniform(&[&[], &[0], &[1]]), Ok(vec![0, 1, 2]), "sequential");
        assert_eq!(uniform(&[&[], &[0], &[0]]), Ok(vec![0, 1, 2]), "all wait for one");
        assert_eq!(uniform(&[&[], &[], &[1]]), Ok(vec![0, 1, 2]), "one waits for one");
        // The sample that the documentation had until it was reported.
        assert_eq!(uniform(&[&[], &[0], &[], &[1]]), Err(Flaw::Mixed));
        assert_eq!(uniform(&[&[], &[], &[0, 1]]), Err(Flaw::Mixed));
        assert_eq!(uniform(&[&[1], &[]]), Err(Flaw::Unmet(0)));
        assert_eq!(uniform(&[&[0]]), Err(Flaw::Unmet(0)));
    }
}
