//! What a rule does to an answer: exactly one act.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use super::Seen;
use super::body::BodyText;
use super::header::{HeaderName, HeaderText};
use super::message::{Around, Message};
use super::named::Chosen;
use super::operation::{self, Of};
use super::page::PageKind;
use super::redirect::Location;
use super::retry_after::RetryAfter;
use super::spoil::BodyKind;
use super::token::TokenDefect;
use crate::clock;
use crate::exchange::{Delivery, Point};

/// What a [`Pause`] is, for schemas: the lengths of time up to an hour that people write.
const PAUSE_PATTERN: &str = "^(?:[0-9]{1,6}ms|[0-9]{1,3}(?:\\.[0-9]{0,6})?s|[0-5]?[0-9]m|[01]h|PT[0-9]{1,3}(?:\\.[0-9]{0,6})?S|PT[0-5]?[0-9]M(?:[0-5]?[0-9](?:\\.[0-9]{0,6})?S)?|PT[01]H)$";

/// The longest stall.
const LONGEST_STALL: Duration = Duration::from_hours(1);

/// One act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FaultAct")]
pub enum Act {
    /// Another answer with this status.
    Status(Status),
    /// The connection is reset.
    Reset(Reset),
    /// The connection ends inside the body.
    Truncate(Truncate),
    /// Nothing is sent for a while.
    Stall(Stall),
    /// So many bytes a second.
    Slow(Slow),
    /// In chunks of so many bytes.
    Chunk(Chunk),
    /// A redirect.
    Redirect(Redirect),
    /// The token is taken for a bad one; at the token endpoint, a bad one is issued.
    Token(Token),
    /// The page of a list is spoiled.
    Page(Page),
    /// The body is spoiled.
    Body(Spoil),
    /// The connection ends behind the answer, which does not say so.
    Close(Close),
    /// An interim answer comes first.
    Informational(Informational),
}

/// Another answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "StatusAct")]
pub struct Status {
    /// The status, from 200 to 599.
    pub code: StatusCode,
    /// The `Retry-After` header; none, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<RetryAfter>,
    /// Further headers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<HeaderName, HeaderText>,
    /// The body; that of Graph or Entra, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<BodyText>,
}

/// A point of the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum At {
    /// Before its first byte.
    #[default]
    Start,
    /// Inside its head.
    Head,
    /// Inside its body.
    Body,
}

/// Where the connection is reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ResetAct")]
pub struct Reset {
    /// Before the answer, inside its head or inside its body.
    #[serde(default)]
    pub at: At,
}

/// Where the body breaks off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TruncateAct")]
pub struct Truncate {
    /// Bytes of the body that are sent.
    pub bytes: u32,
}

/// How long nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StallAct")]
pub struct Stall {
    /// For how long: `PT30S`, `30s`; an hour at most.
    #[serde(rename = "for")]
    pub length: Pause,
    /// Before the answer, inside its head or inside its body.
    #[serde(default)]
    pub at: At,
}

/// How slowly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SlowAct")]
pub struct Slow {
    /// Bytes a second.
    pub bytes_per_second: NonZeroU32,
}

/// How large chunks are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ChunkAct")]
pub struct Chunk {
    /// Bytes of a chunk.
    pub bytes: NonZeroU32,
}

/// Where the client is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RedirectAct")]
pub struct Redirect {
    /// The status, from 300 to 399.
    pub code: RedirectCode,
    /// The `Location` header; none, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

/// What is wrong with the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TokenAct")]
pub struct Token {
    /// Its defect.
    pub defect: TokenDefect,
}

/// How the page of a list is spoiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PageAct")]
pub struct Page {
    /// The kind.
    pub kind: Chosen<PageKind>,
}

/// How the body is spoiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BodyAct")]
pub struct Spoil {
    /// The kind.
    pub kind: Chosen<BodyKind>,
}

/// Nothing more to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CloseAct")]
pub struct Close {}

/// Which interim answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InformationalAct")]
pub struct Informational {
    /// Its status, from 100 to 199; 101 would be a promise to speak something else.
    pub code: InterimCode,
}

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $name:ident $low:literal..=$high:literal, $but:literal; )*) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub struct $name(u16);

        impl $name {
            /// The number.
            pub const fn get(self) -> u16 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match u16::deserialize(deserializer)? {
                    code @ $low..=$high if code != $but => Ok(Self(code)),
                    code => Err(serde::de::Error::custom(format!(
                        "{code} cannot be sent there; write a number from {} to {}", $low, $high
                    ))),
                }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "integer", "minimum": $low, "maximum": $high, "not": { "const": $but } })
            }
        }
    )* };
}

codes! {
    /// A status of a whole answer.
    StatusCode 200..=599, 0;
    /// A status that sends the client elsewhere.
    RedirectCode 300..=399, 0;
    /// A status of an interim answer.
    InterimCode 100..=199, 101;
}

/// A length of time as it was written, an hour at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pause {
    text: String,
    length: Duration,
}

impl TryFrom<String> for Pause {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let length = clock::duration(&text)?.to_std().unwrap_or_default();
        if length > LONGEST_STALL {
            return Err(format!("'{text}' is longer than an hour"));
        }
        Ok(Self { text, length })
    }
}

impl From<Pause> for String {
    fn from(pause: Pause) -> Self {
        pause.text
    }
}

impl JsonSchema for Pause {
    fn schema_name() -> Cow<'static, str> {
        "Pause".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PAUSE_PATTERN, "examples": ["2s"] })
    }
}

impl From<At> for Point {
    fn from(at: At) -> Self {
        match at {
            At::Start => Self::Start,
            At::Head => Self::Head,
            At::Body => Self::Body,
        }
    }
}

impl Act {
    /// Every act by name, and what it does in a sentence.
    pub const ALL: [(&'static str, &'static str, &'static str); 12] = [
        ("status", "`code`, `retryAfter?`, `headers?`, `body?`", "another answer instead"),
        (
            "reset",
            "`at?`",
            "the connection is reset before the answer (`start`), inside its `head` or inside its `body`",
        ),
        ("truncate", "`bytes`", "the connection ends after so many bytes of the body, though more were announced"),
        ("stall", "`for`, `at?`", "nothing is sent for a while, at the same points as a reset"),
        ("slow", "`bytesPerSecond`", "the answer trickles"),
        ("chunk", "`bytes`", "the body comes in chunks of so many bytes, each sent by itself"),
        ("redirect", "`code`, `location?`", "the client is sent elsewhere, or nowhere"),
        (
            "token",
            "`defect`",
            "the token is refused as one with that defect; at the token endpoint, such a token is issued",
        ),
        ("page", "`kind`", "the page of a list is spoiled"),
        ("body", "`kind`", "the body is spoiled"),
        ("close", "", "the connection ends behind the answer, which does not say so"),
        ("informational", "`code`", "an interim answer (1xx) comes first"),
    ];

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Reset(_) => "reset",
            Self::Truncate(_) => "truncate",
            Self::Stall(_) => "stall",
            Self::Slow(_) => "slow",
            Self::Chunk(_) => "chunk",
            Self::Redirect(_) => "redirect",
            Self::Token(_) => "token",
            Self::Page(_) => "page",
            Self::Body(_) => "body",
            Self::Close(_) => "close",
            Self::Informational(_) => "informational",
        }
    }

    /// Whether it can do anything to the answer to that request. A rule whose act cannot is not for it.
    pub fn fits(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Page(_) => seen.of == Some(Of::Listing),
            Self::Token(Token { defect }) if seen.of == Some(Of::SignIn) => {
                seen.operation == Some(operation::TOKEN) && defect.is_of_issued()
            }
            Self::Token(Token { defect }) => defect.is_of_sent(),
            _ => true,
        }
    }

    /// Whether it puts another answer in the place of the real one, which then need not be worked out.
    pub const fn replaces(&self) -> bool {
        matches!(self, Self::Status(_) | Self::Redirect(_) | Self::Token(_))
    }

    /// Whether it is done on the wire, where protocols differ in what they can express.
    pub fn is_on_the_wire(&self) -> bool {
        match self {
            Self::Body(spoil) => spoil.kind.0.is_on_the_wire(),
            act => act.delivery().is_some(),
        }
    }

    /// Does it to `message`. What a token act does depends on who looks at tokens: Graph's and Entra's own code.
    pub fn apply(&self, message: &mut Message, around: &Around<'_>) {
        match self {
            Self::Status(status) => status.write(message, around),
            Self::Redirect(redirect) => redirect.write(message, around),
            Self::Page(page) => page.kind.0.spoil(message, around),
            Self::Body(spoil) => spoil.kind.0.spoil(message, around),
            _ => message.delivery = self.delivery(),
        }
    }

    fn delivery(&self) -> Option<Delivery> {
        let length = |bytes: NonZeroU32| NonZeroUsize::try_from(bytes).unwrap_or(NonZeroUsize::MAX);
        match self {
            Self::Reset(Reset { at }) => Some(Delivery::Reset((*at).into())),
            Self::Truncate(Truncate { bytes }) => {
                Some(Delivery::Truncate(usize::try_from(*bytes).unwrap_or(usize::MAX)))
            }
            Self::Stall(Stall { length, at }) => Some(Delivery::Stall(length.length, (*at).into())),
            Self::Slow(Slow { bytes_per_second }) => Some(Delivery::Slow(*bytes_per_second)),
            Self::Chunk(Chunk { bytes }) => Some(Delivery::Chunk(length(*bytes))),
            Self::Close(_) => Some(Delivery::Close),
            Self::Informational(Informational { code }) => code.get().try_into().ok().map(Delivery::Informational),
            Self::Status(_) | Self::Redirect(_) | Self::Token(_) | Self::Page(_) | Self::Body(_) => None,
        }
    }
}

impl Status {
    fn write(&self, message: &mut Message, around: &Around<'_>) {
        let code = self.code.get();
        let (content, body) = BodyText::write(self.body.as_ref(), code, around);
        *message = Message::new(code, content, body);
        if let Some(retry_after) = &self.retry_after {
            message.set("retry-after", retry_after.value(around.ids.now));
        }
        if let Some(BodyText::Text { content_type: Some(content_type), .. }) = &self.body {
            message.set("content-type", content_type.as_str().to_owned());
        }
        for (name, value) in &self.headers {
            message.set(name.as_str(), value.as_str().to_owned());
        }
    }
}

impl Redirect {
    fn write(&self, message: &mut Message, around: &Around<'_>) {
        *message = Message::empty(self.code.get());
        if let Some(location) = &self.location {
            message.set("location", location.url(around));
        }
    }
}
