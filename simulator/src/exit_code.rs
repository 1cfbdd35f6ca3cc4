//! Exit codes: a public contract, listed in the README.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// It did what was asked.
    Ok,
    /// The answer is no: `wait` and `health` found nothing ready.
    Negative,
    /// Bad usage or input.
    Usage,
    /// A port is taken.
    PortBusy,
}

impl ExitCode {
    /// Every code with its meaning, for the README and the man page.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Ok, "done"),
        (Self::Negative, "nothing ready (`wait`, `health`), or nothing there to ask (`token`, `env`)"),
        (Self::Usage, "bad usage or input; one sentence says what and how to mend it"),
        (Self::PortBusy, "a port is taken"),
    ];
}

impl From<ExitCode> for i32 {
    fn from(code: ExitCode) -> Self {
        match code {
            ExitCode::Ok => 0,
            ExitCode::Negative => 1,
            ExitCode::Usage => 64,
            ExitCode::PortBusy => 69,
        }
    }
}
