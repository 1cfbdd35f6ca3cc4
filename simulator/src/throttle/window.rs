//! How many units came in the time just past: a sliding window, exact to the microsecond.
//!
//! The documents say "200 requests per 20 seconds" and not which 20 seconds; that any 20 are meant is assumed. It is what
//! the sentence says, and a client that keeps it keeps every other reading as well, windows that stand still included.
//!
//! Refused requests count as others do (documented: `concepts/throttling.md`, all requests accrue against the limits). So
//! the newest `limit` units decide: the window is full while the oldest of them is young enough. Nothing else has to be
//! remembered, whatever a client sends.

use std::collections::VecDeque;

/// The newest units, as many as the budget allows.
#[derive(Debug, Clone)]
pub(super) struct Window {
    limit: usize,
    /// In microseconds.
    span: i64,
    /// When each unit came, oldest first; never more than `limit`.
    units: VecDeque<i64>,
}

impl Window {
    /// An empty window for `limit` units in `span` microseconds.
    pub(super) fn new(limit: u32, span: i64) -> Self {
        Self { limit: limit.max(1) as usize, span, units: VecDeque::new() }
    }

    /// Counts `units` that come at `now`. If they are too many: how long until as many would fit, in microseconds, provided
    /// that nothing comes meanwhile. More units than the whole budget fit when it is empty.
    pub(super) fn count(&mut self, units: usize, now: i64) -> Result<(), i64> {
        // A clock that is set back must not make the past long.
        let now = self.units.back().map_or(now, |newest| now.max(*newest));
        self.forget(now);
        let units = units.min(self.limit);
        let fits = self.units.len() + units <= self.limit;
        for _ in 0..units {
            if self.units.len() == self.limit {
                self.units.pop_front();
            }
            self.units.push_back(now);
        }
        if fits {
            return Ok(());
        }
        // As many again fit when this unit, of those counted now, is forgotten.
        let last_in_the_way = self.units.len() + units - self.limit - 1;
        Err(self.units[last_in_the_way] + self.span - now)
    }

    /// When each unit came, oldest first.
    pub(super) fn units(&self) -> &VecDeque<i64> {
        &self.units
    }

    /// As if `units` had come, oldest first; more than the window holds are forgotten.
    pub(super) fn fill(&mut self, mut units: VecDeque<i64>) {
        units.drain(..units.len().saturating_sub(self.limit));
        self.units = units;
    }

    /// How many units count at `now`.
    pub(super) fn used(&self, now: i64) -> usize {
        self.units.len() - self.units.partition_point(|at| now - at >= self.span)
    }

    /// Whether nothing counts at `now`.
    pub(super) fn is_idle(&self, now: i64) -> bool {
        self.units.back().is_none_or(|newest| now - newest >= self.span)
    }

    /// Forgets what is too old. Each unit is forgotten once, so this costs no more than counting did.
    fn forget(&mut self, now: i64) {
        if self.is_idle(now) {
            self.units.clear();
        }
        while self.units.front().is_some_and(|oldest| now - oldest >= self.span) {
            self.units.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use proptest::prelude::*;

    /// The same, from everything that ever came.
    #[derive(Default)]
    struct Naive(Vec<i64>);

    impl Naive {
        fn used(&self, span: i64, now: i64) -> usize {
            self.0.iter().filter(|at| now - **at < span).count()
        }

        fn count(&mut self, limit: usize, span: i64, units: usize, now: i64) -> bool {
            let fits = self.used(span, now) + units.min(limit) <= limit;
            self.0.extend(std::iter::repeat_n(now, units.min(limit)));
            fits
        }
    }

    proptest! {
        #[test]
        fn a_window_agrees_with_a_list_of_all_that_came(
            limit in 1_u32..12,
            span in 1_i64..40,
            steps in prop::collection::vec((0_i64..15, 1_usize..4), 0..80),
        ) {
            let (mut window, mut naive, mut now) = (Window::new(limit, span), Naive::default(), 1_000);
            let limit = limit as usize;
            for (later, units) in steps {
                now += later;
                let wait = window.count(units, now);
                prop_assert_eq!(wait.is_ok(), naive.count(limit, span, units, now));
                prop_assert_eq!(window.used(now), naive.used(span, now).min(limit));
                prop_assert!(window.units.len() <= limit);
                if let Err(wait) = wait {
                    // As many again fit then, and not a moment before.
                    let full = |at: i64| naive.used(span, at) + units.min(limit) > limit;
                    prop_assert!(wait > 0 && !full(now + wait) && full(now + wait - 1), "{wait}");
                    prop_assert!(window.clone().count(units, now + wait).is_ok());
                    prop_assert!(window.clone().count(units, now + wait - 1).is_err());
                }
            }
        }

        #[test]
        fn a_clock_that_jumps_about_does_no_harm(times in prop::collection::vec(-50_i64..50, 0..60)) {
            let mut window = Window::new(3, 20);
            for now in times {
                if let Err(wait) = window.count(1, now) {
                    prop_assert!((1..=20).contains(&wait), "{wait}");
                }
            }
        }
    }
}
