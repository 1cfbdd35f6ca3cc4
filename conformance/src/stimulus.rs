//! What happens to a client: faults of the simulator's control API, as data of a scenario.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stimulus {
    /// To which request.
    pub on: On,
    /// To how many requests from that one on.
    #[serde(default = "once")]
    pub times: u32,
    /// What becomes of what was asked.
    #[serde(default)]
    pub apply: Apply,
    /// What happens.
    pub act: Act,
}

fn once() -> u32 {
    1
}

/// A request by its place in a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct On {
    /// What is asked for.
    pub endpoint: Endpoint,
    /// The how many-th of these, from 1.
    #[serde(default = "once")]
    pub nth: u32,
    /// Only those that ask for this page of a list, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Endpoint {
    /// A token.
    Token,
    /// A page of devices.
    List,
    /// A device.
    Get,
    /// A passcode reset.
    Reset,
    /// A batch.
    Batch,
}

/// When a fault comes in relation to what was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Apply {
    /// What was asked for is done first, and then the answer is spoiled.
    Before,
    /// The answer goes out, and what was asked for is done afterwards.
    After,
    /// What was asked for is not done.
    #[default]
    Not,
}

/// What happens: the control API's acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Act {
    /// Another status.
    Status {
        /// Which.
        code: u16,
        /// When to come again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
        /// Further headers.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// The body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    /// The connection is reset.
    Reset {
        /// Where.
        at: Point,
    },
    /// The body ends too early.
    Truncate {
        /// Bytes that arrive.
        bytes: u32,
    },
    /// Nothing comes for a while.
    Stall {
        /// Seconds.
        seconds: u32,
        /// Where.
        at: Point,
    },
    /// The body comes slowly.
    Slow {
        /// How fast.
        bytes_per_second: u32,
    },
    /// The body comes in pieces.
    Chunk {
        /// Their size.
        bytes: u32,
    },
    /// The answer is elsewhere.
    Redirect {
        /// The status.
        code: u16,
        /// Where.
        to: Destination,
    },
    /// The token is refused.
    Token {
        /// What is wrong with it.
        defect: TokenDefect,
    },
    /// A page of another shape.
    Page {
        /// Which.
        kind: PageKind,
    },
    /// A body of another shape.
    Body {
        /// Which.
        kind: BodyKind,
    },
    /// The connection ends behind the answer.
    Close,
    /// An interim answer comes first.
    Informational {
        /// Its status.
        code: u16,
    },
}

/// What `Retry-After` says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// Seconds.
    Seconds(u32),
    /// A date so many seconds after the beginning of the scenario, in one of HTTP's three formats.
    Date(DateForm, i32),
    /// Anything.
    Raw(String),
}

/// HTTP's formats of dates (RFC 9110, 5.6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DateForm {
    /// The one to send.
    ImfFixdate,
    /// One of the two to understand as well.
    Rfc850,
    /// The other.
    Asctime,
}

/// A point of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Point {
    /// Before its first byte.
    Start,
    /// Inside its head.
    Head,
    /// Inside its body.
    Body,
}

/// Where a redirect leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Destination {
    /// To the same thing, with a whole URL.
    Absolute,
    /// To the same thing, with a path alone.
    Path,
    /// To somebody else's host.
    Foreign,
    /// To itself.
    Itself,
}

/// What is wrong with a token: a subset of the control API's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenDefect {
    /// It has expired.
    Expired,
    /// More claims are needed (continuous access evaluation).
    InsufficientClaims,
}

/// Shapes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PageKind {
    /// Without devices, with a link to those.
    Empty,
    /// With fewer devices than others, the rest on the next.
    Short,
    /// With a link to itself.
    Cycle,
    /// With a link to somebody else's host.
    ForeignLink,
    /// With a link without scheme and host.
    RelativeLink,
}

/// Shapes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum BodyKind {
    /// Properties nobody knows.
    UnknownProperties,
    /// Members in another order.
    Shuffled,
    /// Enumeration members nobody knows.
    UnknownEnumMembers,
    /// Null wherever it may be.
    Nulls,
    /// JSON that is cut inside.
    Malformed,
    /// HTML.
    Html,
    /// Nothing.
    Empty,
    /// A byte order mark first.
    ByteOrderMark,
}

impl Act {
    /// Its name, the control API's.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Reset { .. } => "reset",
            Self::Truncate { .. } => "truncate",
            Self::Stall { .. } => "stall",
            Self::Slow { .. } => "slow",
            Self::Chunk { .. } => "chunk",
            Self::Redirect { .. } => "redirect",
            Self::Token { .. } => "token",
            Self::Page { .. } => "page",
            Self::Body { .. } => "body",
            Self::Close => "close",
            Self::Informational { .. } => "informational",
        }
    }

    /// A status alone.
    pub fn status(code: u16) -> Self {
        Self::Status { code, retry_after: None, headers: BTreeMap::new(), body: None }
    }

    /// A status that says when to come again.
    pub fn come_again(code: u16, retry_after: RetryAfter) -> Self {
        Self::Status { code, retry_after: Some(retry_after), headers: BTreeMap::new(), body: None }
    }
}

impl Stimulus {
    /// Something that happens once, to the `nth` request for `endpoint`, instead of what was asked for.
    pub const fn once(endpoint: Endpoint, nth: u32, act: Act) -> Self {
        Self { on: On { endpoint, nth, page: None }, times: 1, apply: Apply::Not, act }
    }

    /// The same to so many requests.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// The same, at one page of a list.
    #[must_use]
    pub const fn on_page(mut self, page: u32) -> Self {
        self.on.page = Some(page);
        self
    }

    /// The same, but what was asked for is done first.
    #[must_use]
    pub const fn applied(mut self) -> Self {
        self.apply = Apply::Before;
        self
    }
}
