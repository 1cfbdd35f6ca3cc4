//! JSON batching: up to twenty requests in one, `POST /v1.0/$batch`.
//!
//! Three pure steps around somebody who answers a single request: [`Batch::read`] makes sense of the envelope or refuses
//! it whole, [`Plan`] says what is asked when and what is not asked any more, [`answer`] puts the answers together. The
//! requests inside are ordinary ones, so they meet the ordinary permissions, faults and budgets, each for itself
//! (documented: json-batching, throttling).

mod envelope;
mod plan;
mod responses;

pub use self::envelope::{Batch, Item};
pub use self::plan::{Flaw, Plan};
pub use self::responses::{Asking, answer};
