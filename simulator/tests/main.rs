//! The promises of the simulator, tested from outside. One binary; each file is one subject.

mod architecture;
mod command_line;
mod control;
mod fixtures;
mod harness;
mod licences;
mod life_cycle;
mod paging;
mod quirks;
mod remote_actions;
mod robustness;
mod sockets;
mod surface;
mod tokens;
