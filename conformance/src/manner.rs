//! Ways to behave that are as lawful as the reference client's own: no rule may fail them.

use std::fmt;

/// A manner of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Gives every refusal back, and comes again after none.
    NeverRetries,
    /// Waits three times as long as it is asked to.
    WaitsLonger,
    /// Gives the error back when it is asked to wait for more than three seconds.
    Impatient,
    /// Tries ten times.
    Persistent,
    /// Gives redirects back as errors.
    FollowsNoRedirects,
    /// Sends no id of its own with its requests.
    NoRequestId,
    /// Puts one request into each batch.
    OneByOne,
    /// Keeps a device once, however often it comes.
    Deduplicates,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NeverRetries,
        Self::WaitsLonger,
        Self::Impatient,
        Self::Persistent,
        Self::FollowsNoRedirects,
        Self::NoRequestId,
        Self::OneByOne,
        Self::Deduplicates,
    ];

    /// The capability that it does without.
    pub const fn lacks(self) -> Option<&'static str> {
        match self {
            Self::NeverRetries => Some("retry.auto"),
            Self::FollowsNoRedirects => Some("redirect.follow"),
            _ => None,
        }
    }
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
