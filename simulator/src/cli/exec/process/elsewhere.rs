//! Systems without process groups: the command is started and waited for. Ctrl-C reaches it by the console itself.

use std::io;
use std::process::Command;

use super::not_started;
use crate::report::Outcome;

/// Watches over one command.
pub(crate) struct Supervisor;

impl Supervisor {
    /// Ctrl-C no longer ends this process, so that it sees the command's end.
    pub(crate) fn new() -> io::Result<Self> {
        tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
        Ok(Self)
    }

    /// Runs the command to its end.
    pub(crate) async fn run(self, mut command: Command) -> Outcome {
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return not_started(&error),
        };
        let ended = tokio::task::spawn_blocking(move || child.wait()).await;
        match ended.map_err(io::Error::other).flatten() {
            // Without signals there is always a code.
            Ok(status) => Outcome::Exited { code: status.code().unwrap_or(1) },
            Err(error) => not_started(&error),
        }
    }
}
