//! Exit codes: a public contract, listed in the README.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// It did what was asked.
    Ok,
    /// The answer is no: `wait` and `health` found nothing ready.
    Negative,
    /// `exec`: the command succeeded, and a check of `--fail-on` did not.
    CheckFailed,
    /// Bad usage or input.
    Usage,
    /// A port is taken.
    PortBusy,
    /// `exec`: the command's own, 126 or 127 where it could not be started, 128 + n where signal n ended it.
    Command(i32),
}

impl ExitCode {
    /// Every code with its meaning, for the README and the man page.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Ok, "done"),
        (Self::Negative, "nothing ready (`wait`, `health`), or nothing there to ask (`token`, `env`)"),
        (Self::CheckFailed, "`exec`: the command succeeded, and `--fail-on` met something"),
        (Self::Usage, "bad usage or input; one sentence says what and how to mend it"),
        (Self::PortBusy, "a port is taken"),
        (Self::Command(126), "`exec`: the command is not executable"),
        (Self::Command(127), "`exec`: the command is not found"),
        (Self::Command(128), "`exec`: 128 + n, when signal n ended the command; else the command's own code"),
    ];
}

impl From<ExitCode> for i32 {
    fn from(code: ExitCode) -> Self {
        match code {
            ExitCode::Ok => 0,
            ExitCode::Negative => 1,
            ExitCode::CheckFailed => 3,
            ExitCode::Usage => 64,
            ExitCode::PortBusy => 69,
            ExitCode::Command(code) => code,
        }
    }
}
