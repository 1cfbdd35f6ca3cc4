//! Will ask a Microsoft Graph client to do things, watch what it sends, and say whether it behaved.
//!
//! There is no code here yet: this crate holds the place, and nothing can be called. What it is meant to become:
//!
//! - the client is any program in any language, run beside the simulator of the `simtune` crate;
//! - the simulator is the other side, and what the client sent is the evidence;
//! - the cases are generated, and one that fails is made small before it is shown.
//!
//! Until then, test a client against `simtune` by hand: the README at the top of the repository shows how.
