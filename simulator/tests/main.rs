//! The promises of the simulator, tested from outside. One binary; each file is one subject.

mod architecture;
mod awkward;
mod batch;
mod browsers;
mod clients;
mod command_line;
mod contexts;
mod control;
mod determinism;
mod diagnostics;
mod doors;
#[cfg(unix)]
mod exec;
mod faults;
mod fixtures;
mod fleet_command;
mod happenings;
mod harness;
mod inventory_surface;
mod large_fleets;
mod licences;
mod life_cycle;
mod metadata;
mod model;
mod paging;
mod portal;
mod queries;
mod quirks;
mod recording;
mod remote_actions;
mod robustness;
mod sign_in;
mod sockets;
mod surface;
#[cfg(target_os = "linux")]
mod terminal;
mod throttling;
mod tokens;
mod why;
mod worlds;
