//! Asks a Microsoft Graph client to do things, watches what it sends, and says whether it behaved.
//!
//! The client is any program in any language; the simulator of the `simtune` crate is the other side. A [`scenario`] is
//! data: a tenant, a program of [operations](operation), and [stimuli](stimulus), which are faults of the simulator.
//! Something that can [drive](drive) a client runs a scenario and brings back [evidence]: what went over the wire
//! ([`trace`]), what the client said ([`client_log`]), how the world ended. [Rules](rules) are pure functions over that.
//!
//! | Module | Is |
//! |---|---|
//! | [`scenario`], [`operation`], [`stimulus`] | what is to happen, as data that is saved and replayed |
//! | [`matrix`], [`model`] | what is true in a scenario, worked out without the simulator |
//! | [`trace`], [`client_log`], [`evidence`] | what did happen |
//! | [`rule`], [`rules`], [`finding`], [`verdict`] | what is required, and what it amounts to |
//! | [`defect`] | the defects of real clients, which the reference client can have |
//! | [`drive`] | how a scenario is run with a client |

pub mod arming;
pub mod client_log;
pub mod conversation;
pub mod defect;
pub mod drive;
pub mod evidence;
pub mod finding;
pub mod generate;
pub mod http;
pub mod in_process;
pub mod judge;
mod masking;
pub mod matrix;
pub mod model;
pub mod operation;
pub mod over_sockets;
mod parallel;
pub mod process;
pub mod protocol;
pub mod reference;
pub mod rule;
pub mod rules;
pub mod runner;
pub mod scenario;
pub mod shrink;
mod simulator;
pub mod stimulus;
pub mod trace;
pub mod transport;
pub mod verdict;
pub mod worker;
