//! Asks a Microsoft Graph client to do things, watches what it sends, and says whether it behaved.
//!
//! The client is any program in any language; the simulator of the `simtune` crate is the other side. A [`scenario`] is
//! data: a tenant, a program of [operations](operation), and [stimuli](stimulus), which are faults of the simulator.
//! Something that can [drive] a client runs a scenario and brings back [evidence]: what went over the wire ([`trace`]),
//! what the client said ([`client_log`]), how the world ended. [Rules](rules) are pure functions over that. The
//! [`runner`] puts it together; its head tells the path of a scenario.
//!
//! ```text
//!   generate ──▶ scenario ──▶ drive ──▶ evidence ──▶ judge ──▶ finding ──▶ shrink ──▶ story
//!   (a seed)     (data)        │  ▲                    │                    │
//!                              ▼  │                    └─ rules             └─ drive, judge again
//!                     client ◀──▶ simulator
//! ```
//!
//! | Module | Is | May name |
//! |---|---|---|
//! | [`scenario`], [`operation`], [`stimulus`] | what is to happen, as data that is saved and replayed | one another, `matrix`, `model` |
//! | [`matrix`], [`model`] | what is true in a scenario, worked out without the simulator | the scenario |
//! | [`trace`], [`client_log`], [`evidence`] | what did happen | the scenario |
//! | [`rule`], [`finding`], [`verdict`] | what a rule is, what it finds, what that amounts to | the evidence |
//! | [`rules`] | the registry: a file for each family, a row for each rule | all of the above |
//! | [`defect`], [`manner`] | the defects of real clients, and ways to behave that are lawful | nobody |
//! | [`drive`] | how a scenario is run with a client, however it is reached | the evidence |
//! | [`transport`] | what a Rust client works with | nobody |
//! | [`reference`](mod@reference) | a client that behaves, and, with a defect, one that does not | `transport`, `defect` |
//! | [`in_process`] | driving a Rust client in this process, in virtual time | `drive`, `transport`, `simulator` |
//! | `simulator` | the only file that names the simulator's crate | the scenario, `transport`, `arming` |
//! | [`arming`] | tenant and stimuli in the words of the control API | the scenario |
//! | [`generate`] | scenarios from a seed | the scenario, `rules` |
//! | [`judge`](mod@judge), [`shrink`], [`runner`] | running, judging, making small | `drive`, `rules` |
//! | [`story`](mod@story), [`checking`] | telling people; one call for tests | the runner |
//!
//! Nothing here looks at the computer's clock, and rules, model and shrinking are functions of what they are given.

pub mod arming;
pub mod checking;
pub mod client_log;
pub mod defect;
pub mod drive;
pub mod evidence;
pub mod finding;
pub mod generate;
pub mod in_process;
pub mod judge;
pub mod manner;
mod masking;
pub mod matrix;
pub mod model;
pub mod operation;
mod parallel;
pub mod reference;
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

pub use self::checking::check;
