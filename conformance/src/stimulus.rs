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

/// What becomes of what was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Apply {
    /// It is not done.
    #[default]
    Before,
    /// It is done, and then the answer is spoiled.
    After,
    /// It is answered as if it had been done, and is not.
    Not,
}

/// What happens: the control API's acts, spelled as it takes them.
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
        /// The body; Graph's own, if none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<ErrorBody>,
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
        /// How long.
        #[serde(rename = "for")]
        length: Seconds,
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
        location: Destination,
    },
    /// The token is refused, or, at the token endpoint, a bad one issued.
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
    Close {},
    /// An interim answer comes first.
    Informational {
        /// Its status.
        code: u16,
    },
}

/// What `Retry-After` says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RetryAfter {
    /// Seconds.
    Seconds(u32),
    /// A date so far ahead of the answer, in one of HTTP's three formats.
    Date {
        /// Which format.
        date: DateForm,
        /// How far ahead.
        #[serde(rename = "in")]
        ahead: Seconds,
    },
    /// Anything.
    Raw(String),
}

/// A length of time that the control API writes as `7s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Seconds(pub u32);

impl From<Seconds> for String {
    fn from(seconds: Seconds) -> Self {
        format!("{}s", seconds.0)
    }
}

impl TryFrom<String> for Seconds {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.strip_suffix('s').and_then(|number| number.parse().ok());
        number.map(Self).ok_or_else(|| format!("'{text}' is no number of seconds such as 7s"))
    }
}

/// HTTP's formats of dates (RFC 9110, 5.6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateForm {
    /// The one to send.
    Imf,
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
    /// To the same address.
    #[serde(rename = "self")]
    Itself,
    /// To the same address without scheme and host.
    Relative,
    /// To somebody else's host.
    ForeignHost,
}

macro_rules! names {
    ($( $(#[doc = $about:literal])+ $name:ident { $( $(#[doc = $doc:literal])+ $variant:ident; )* } )*) => { $(
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum $name { $( $(#[doc = $doc])+ $variant, )* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];
        }
    )* };
}

names! {
    /// What is wrong with a token: those of the control API's that clients differ in.
    TokenDefect {
        /// It has expired.
        Expired;
        /// More claims are needed (continuous access evaluation).
        ClaimsChallenge;
        /// It is no JWT.
        NotJwt;
        /// It lives for five seconds, and the answer promises an hour.
        ShorterThanTold;
    }

    /// Shapes of a page: those of the control API's that clients differ in.
    PageKind {
        /// Without devices, with a link to itself.
        Empty;
        /// With half of the devices, and a link to the others.
        Short;
        /// With a device twice.
        Duplicate;
        /// In the opposite order.
        Reversed;
        /// With a link to itself, and its devices.
        Loop;
        /// The last one, with a link that is null.
        NullLink;
        /// The last one, with a link to an empty one.
        NextLinkOnEmpty;
        /// With a link to somebody else's host.
        ForeignLink;
        /// With a link to a host whose name begins like Graph's.
        LookAlikeHost;
        /// With a link without scheme and host.
        RelativeLink;
        /// With a link that is refused.
        ExpiredToken;
        /// With a link whose option is spelled `%24skiptoken`.
        EscapedLink;
        /// With a link of eight kilobytes.
        LongLink;
        /// With a count that is wrong.
        WrongCount;
        /// Without `value`.
        NoValue;
    }

    /// Shapes of a body: those of the control API's that clients differ in.
    BodyKind {
        /// As it is.
        AsIs;
        /// Nothing.
        Empty;
        /// An object without members.
        EmptyObject;
        /// HTML.
        Html;
        /// Called `text/plain`.
        WrongContentType;
        /// Not quite JSON.
        InvalidJson;
        /// Half of it.
        TruncatedJson;
        /// Blanks first.
        Whitespace;
        /// A byte order mark first.
        Bom;
        /// An error inside the list.
        InStreamError;
        /// Properties and annotations nobody knows.
        ExtraMembers;
        /// Members in another order.
        ShuffledMembers;
        /// Without what is null.
        MissingMembers;
        /// Enumeration members nobody knows.
        UnknownEnums;
        /// Null in the place of enumeration members.
        NullEnums;
        /// Whole numbers as texts.
        NumbersAsStrings;
        /// Dates of the year 1.
        ZeroDates;
        /// Dates of the year 9999, to seven digits.
        LastDates;
    }

    /// Bodies of errors: those of the control API's that clients differ in.
    ErrorBody {
        /// Graph's envelope.
        Graph;
        /// Intune's second format inside.
        Nested;
        /// Once more.
        NestedTwice;
        /// The sample of Graph's guide, with a date that has no zone.
        Throttled;
        /// Throttling that calls itself an error of the server.
        QueryBroker;
        /// A passing overload that calls itself a mistake of the client.
        Overload;
        /// Without words.
        EmptyMessage;
        /// HTML.
        Html;
        /// Nothing.
        Empty;
        /// A sentence where the code belongs.
        SentenceAsCode;
        /// The identity platform's, for a wrong secret.
        EntraSecret;
    }
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
            Self::Close {} => "close",
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
        Self { on: On { endpoint, nth, page: None }, times: 1, apply: Apply::Before, act }
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

    /// The same, with this body.
    #[must_use]
    pub fn with_body(mut self, named: ErrorBody) -> Self {
        if let Act::Status { body, .. } = &mut self.act {
            *body = Some(named);
        }
        self
    }

    /// The same, but what was asked for is done first.
    #[must_use]
    pub const fn applied(mut self) -> Self {
        self.apply = Apply::After;
        self
    }
}
