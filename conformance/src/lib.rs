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
//! | [`matrix`], [`model`], [`waits`] | what is true in a scenario, worked out without the simulator | the scenario |
//! | [`trace`], [`client_log`], [`evidence`] | what did happen | the scenario |
//! | [`rule`], [`finding`], [`verdict`] | what a rule is, what it finds, what that amounts to | the scenario, the evidence |
//! | [`rules`] | the registry: a file for each family, a row for each rule | all of the above |
//! | [`doubt`] | what a driver seems to have done by itself; named by the runner | the evidence |
//! | [`defect`], [`manner`] | the defects of real clients, and ways to behave that are lawful | nobody |
//! | [`drive`] | how a scenario is run with a client, however it is reached | the evidence |
//! | [`transport`] | what a Rust client works with | nobody |
//! | [`reference`](mod@reference) | a client that behaves, and, with a defect, one that does not | `transport`, `defect`, `manner` |
//! | [`in_process`] | driving a Rust client in this process, in virtual time | `drive`, `transport`, `simulator` |
//! | `simulator` | the only file that names the simulator's crate | the scenario, `transport`, `arming` |
//! | [`arming`] | tenant and stimuli in the words of the control API | the scenario |
//! | [`generate`] | scenarios from a seed | the scenario, `rules` |
//! | [`judge`](mod@judge), [`shrink`], [`runner`] | running, judging, making small | `drive`, `rules` |
//! | [`checking`] | one call for tests | `story`, `runner` |
//! | [`over_sockets`] | driving a client of any language over real sockets, in real time | `drive`, `conversation`, `simulator`, `masking` |
//! | [`traffic`] | what can be said of a program by its traffic alone | `rules`, `judge` |
//! | [`observing`] | watching a program that knows nothing of it | `traffic`, `over_sockets`, `arming`, `simulator` |
//! | [`conversation`] | telling a client what to do, however it is reached | `transport`, `client_log`, `protocol` |
//! | [`worker`], [`command`] | the two ways: a program that stays, and one that is started for each operation | `conversation`, `process`, `protocol` |
//! | [`protocol`](mod@protocol) | what a runner and a driver say to each other, and its schema | `client_log`, `operation`, `transport` |
//! | [`process`](mod@process) | programs in groups of their own | `pace` |
//! | [`tempo`], [`pace`], [`calibration`] | how fast time passes for a client, what makes it so, and whether it does | `simulator` (the clock), `process`, `over_sockets` |
//! | [`http`] | one request over real sockets | `transport` |
//! | `real_time` | real sockets and the computer's clock, for a Rust client in a program of its own | `http`, `transport`, `simulator` |
//! | [`story`](mod@story), [`failure_file`], [`conviction`] | a conviction for people, one to be run again, and one with all that is shown of it | the runner |
//! | [`results`](mod@results), [`waivers`] | what happened in a run, line by line; what is put up with | `rule`, `verdict`, `conviction` |
//! | [`shards`] | shares of a run, and how they are put together | `results`, `process` |
//! | [`render`](mod@render) | what is shown of a run, made of its results alone | `results`, `conviction`, `trace` |
//! | [`template`] | drivers to begin with | nobody |
//! | [`cli`](mod@cli) | the program | all of the above |
//! | [`self_test`] | clients whose guilt or innocence is known, before every rule | all but `cli` |
//!
//! Only `simulator` looks at the computer's clock, for what happens in real time, and rules, model and shrinking are functions of what they are given.

pub mod arming;
pub mod calibration;
pub mod checking;
pub mod cli;
pub mod client_log;
pub mod command;
pub mod conversation;
pub mod conviction;
pub mod defect;
pub mod doubt;
pub mod drive;
pub mod evidence;
pub mod failure_file;
pub mod finding;
pub mod generate;
pub mod http;
pub mod in_process;
pub mod judge;
pub mod manner;
mod masking;
pub mod matrix;
pub mod model;
pub mod observing;
pub mod operation;
pub mod over_sockets;
pub mod pace;
mod parallel;
pub mod process;
pub mod protocol;
mod real_time;
pub mod reference;
pub mod render;
pub mod results;
pub mod rule;
pub mod rules;
pub mod runner;
pub mod scenario;
pub mod self_test;
pub mod shards;
pub mod shrink;
mod simulator;
pub mod stimulus;
pub mod story;
pub mod template;
pub mod tempo;
pub mod trace;
pub mod traffic;
pub mod transport;
pub mod verdict;
pub mod waits;
pub mod waivers;
pub mod worker;

pub use self::checking::check;
