//! Exit codes: a public contract, listed in the README.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Nothing that must be is broken.
    Ok,
    /// A requirement is broken.
    Broken,
    /// Nothing can be said for sure.
    Unsure,
    /// Bad usage or input.
    Usage,
    /// This program could not do its part.
    Harness,
    /// The driver does not keep to the protocol.
    Protocol,
}

/// Every code with its meaning.
pub const EXIT_CODES: [(ExitCode, &str); 6] = [
    (ExitCode::Ok, "no requirement is broken; `replay`: fixed"),
    (
        ExitCode::Broken,
        "a requirement is broken, the client's process ended, or a waiver is stale; `replay`: still fails",
    ),
    (ExitCode::Unsure, "flaky, or nothing was tested; `observe`: the program failed; `replay`: different"),
    (ExitCode::Usage, "bad usage or input; one sentence says what and how to mend it"),
    (ExitCode::Harness, "results cannot be written, or no simulator can be started"),
    (ExitCode::Protocol, "the driver does not start or does not keep to the protocol"),
];

impl From<ExitCode> for i32 {
    fn from(code: ExitCode) -> Self {
        match code {
            ExitCode::Ok => 0,
            ExitCode::Broken => 1,
            ExitCode::Unsure => 2,
            ExitCode::Usage => 64,
            ExitCode::Harness => 70,
            ExitCode::Protocol => 76,
        }
    }
}

impl ExitCode {
    /// The code with that number.
    pub(super) fn of(number: i32) -> Self {
        EXIT_CODES.iter().map(|(code, _)| *code).find(|code| i32::from(*code) == number).unwrap_or(Self::Harness)
    }
}
