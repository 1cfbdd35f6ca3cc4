//! The command of `exec` as a process: started, watched to its end, and nothing of it left behind; the one place that
//! knows operating systems apart.

#[cfg(not(unix))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod family;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use elsewhere::Supervisor;
#[cfg(unix)]
pub(super) use unix::Supervisor;

use crate::report::Outcome;

/// How a command that the system refuses to start ends.
fn not_started(error: &std::io::Error) -> Outcome {
    let reason = error.to_string();
    match error.kind() {
        std::io::ErrorKind::NotFound => Outcome::NotFound { reason },
        _ => Outcome::NotExecutable { reason },
    }
}
