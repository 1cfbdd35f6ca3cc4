//! Leaving management: retire and wipe, which `managementState` tells and `deviceActionResults` does not (observed:
//! PIS#35, PIS#161).
//!
//! ```text
//! managed ─ asked ─▶ retirePending ─ check-in ─▶ retireIssued ─ next check-in ─▶ gone, or retireFailed
//! ```
//!
//! That the record goes when the device confirms, and that it takes one check-in to hear and one to confirm, is
//! assumed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::order::Arguments;

/// How a device leaves, the weaker way first. Both win over every other action (documented: the index of device
/// actions); that a wipe also wins over a retire is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Way {
    /// Company data goes, the user's stays.
    Retire,
    /// Everything goes.
    Wipe,
}

impl Way {
    /// `managementState` (documented: v1.0 CSDL) while the device has not heard of it.
    pub const fn pending(self) -> &'static str {
        match self {
            Self::Retire => "retirePending",
            Self::Wipe => "wipePending",
        }
    }

    /// `managementState` when it has.
    pub const fn issued(self) -> &'static str {
        match self {
            Self::Retire => "retireIssued",
            Self::Wipe => "wipeIssued",
        }
    }

    /// `managementState` when it refused.
    pub const fn failed(self) -> &'static str {
        match self {
            Self::Retire => "retireFailed",
            Self::Wipe => "wipeFailed",
        }
    }
}

/// A departure that is under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Departure {
    /// How.
    pub way: Way,
    /// The action that began it, by its name in Graph.
    pub action: Cow<'static, str>,
    /// With what.
    pub arguments: Arguments,
    /// Whether the device has heard of it.
    pub issued: bool,
    /// Whether the device stays under management all the same.
    pub stays: bool,
}
