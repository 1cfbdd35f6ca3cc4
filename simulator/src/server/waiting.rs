//! Waiting for something beside the work itself, without asking for it at every turn.

use std::task::{Context, Waker};

/// Whether a task was told to wait for something and will be woken when it is there.
///
/// A connection is polled for every request, and each time it would ask again whether the server stops or a timer ran out;
/// that costs more than looking whether it did.
#[derive(Debug, Default)]
pub(super) struct Waiting(Option<Waker>);

impl Waiting {
    /// Whether there is nothing to do but to wait on: whoever waits will be woken, and it is not there yet. Otherwise the
    /// caller has to poll for it, which tells it whom to wake.
    pub(super) fn goes_on(&mut self, context: &Context<'_>, is_there: impl FnOnce() -> bool) -> bool {
        let known = self.0.as_ref().is_some_and(|waker| waker.will_wake(context.waker()));
        if known && !is_there() {
            return true;
        }
        self.0 = Some(context.waker().clone());
        false
    }
}
