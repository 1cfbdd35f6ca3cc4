//! The promises of the simulator, tested from outside. One binary; each file is one subject.

mod architecture;
mod command_line;
mod control;
#[cfg(unix)]
mod exec;
mod fixtures;
mod harness;
mod licences;
mod life_cycle;
mod paging;
mod robustness;
mod sockets;
mod surface;
#[cfg(target_os = "linux")]
mod terminal;
mod tokens;
