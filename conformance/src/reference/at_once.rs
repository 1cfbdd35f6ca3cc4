//! Two clients that work at the same time: halves of one operation, each with a token of its own.

use super::ReferenceClient;
use crate::client_log::Answer;
use crate::in_process::Client;
use crate::operation::Call;

/// Two clients for one: what can be halved is done by both at once, everything else by the first.
pub struct AtOnce {
    one: ReferenceClient,
    other: ReferenceClient,
}

impl AtOnce {
    /// Two clients that must not know one another.
    pub fn new(one: ReferenceClient, other: ReferenceClient) -> Self {
        Self { one, other }
    }
}

impl Client for AtOnce {
    fn perform(&mut self, call: &Call) -> Answer {
        let ids = call.args["deviceIds"].as_array().map(Vec::as_slice).unwrap_or_default();
        if call.op != "batch_reset" || ids.len() < 2 {
            return self.one.perform(call);
        }
        let (first, second) = ids.split_at(ids.len() / 2);
        let half =
            |ids: &[serde_json::Value]| Call { op: call.op.clone(), args: serde_json::json!({ "deviceIds": ids }) };
        let (one, other) = (&mut self.one, &mut self.other);
        std::thread::scope(|scope| {
            let first = scope.spawn(|| one.perform(&half(first)));
            let mut second = other.perform(&half(second));
            match first.join() {
                Ok(mut first) => {
                    let rest = second.results.take().unwrap_or_default();
                    first.results.get_or_insert_default().extend(rest);
                    first
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}
