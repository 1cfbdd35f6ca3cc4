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
//! | [`in_process`] | by calling a Rust client here, in no time |
//! | [`over_sockets`] | over real sockets, in real time, whatever the client is written in |
//! | [`conversation`] | the door to such a client: [`worker`], with its [`protocol`], or [`command`]; both are a [`process`] |
//! | [`generate`], [`judge`], [`shrink`], [`runner`] | a whole run |
//! | [`results`], [`waivers`], [`story`], [`failure_file`], [`render`] | what is told of a run |
//! | [`cli`] | the program |

pub mod arming;
pub mod cli;
pub mod client_log;
pub mod command;
pub mod conversation;
pub mod defect;
pub mod drive;
pub mod evidence;
pub mod failure_file;
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
pub mod render;
pub mod results;
pub mod rule;
pub mod rules;
pub mod runner;
pub mod scenario;
pub mod shrink;
mod simulator;
pub mod stimulus;
pub mod story;
pub mod trace;
pub mod transport;
pub mod verdict;
pub mod waivers;
pub mod worker;
