//! A rule: which requests it is for, how often it strikes, and what it does to their answers.

use std::borrow::Cow;
use std::num::{NonZeroU32, NonZeroU64};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::Seen;
use super::act::Act;
use super::named::Chosen;
use super::operation::{Known, Of};
use crate::random::Draw;

/// Characters of a rule's id.
const ID_LIMIT: usize = 64;

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Fault")]
pub struct Rule {
    /// What the journal calls it.
    pub id: RuleId,
    /// Which requests it is for; all of them, if absent.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// How often it strikes; always, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<NonZeroU64>,
    /// How likely it strikes a request that matches; always, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// What becomes of the request's effect.
    #[serde(default)]
    pub apply: Apply,
    /// What it does.
    pub act: Act,
}

/// Which requests a rule is for. All that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FaultMatch")]
pub struct Match {
    /// The operation, as the journal calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Chosen<Known>>,
    /// The verb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Verb>,
    /// The path without its query; `*` stands for any text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathPattern>,
    /// The only one of the requests that match it strikes, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<NonZeroU64>,
    /// The page of a listing, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<NonZeroU32>,
}

/// What becomes of the effect of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Apply {
    /// The request is not processed; where the answer is only spoiled, it is worked out without effect.
    #[default]
    Before,
    /// The request is processed, its effect stays, and the answer is spoiled.
    After,
    /// Everything is answered as if done, refusals included, but no effect stays.
    Not,
}

impl Apply {
    /// Its name in files and in the journal.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Not => "not",
        }
    }
}

/// The verbs a rule can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    /// Reads.
    Get,
    /// Reads the head only.
    Head,
    /// Acts.
    Post,
    /// Changes.
    Patch,
    /// Puts in place.
    Put,
    /// Removes.
    Delete,
    /// Asks what may be done.
    Options,
}

impl Verb {
    fn is(self, method: &str) -> bool {
        method
            == match self {
                Self::Get => "GET",
                Self::Head => "HEAD",
                Self::Post => "POST",
                Self::Patch => "PATCH",
                Self::Put => "PUT",
                Self::Delete => "DELETE",
                Self::Options => "OPTIONS",
            }
    }
}

/// The id of a rule: letters, digits, `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleId(String);

/// A probability above 0, at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Rate(f64);

/// A path in which `*` stands for any text. Case does not matter, as it does not in the service's own paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathPattern(String);

impl Rule {
    /// Whether the rule is for that request, before it is counted.
    pub fn is_for(&self, seen: &Seen<'_>) -> bool {
        let Match { operation, method, path, nth: _, page } = &self.matching;
        operation.is_none_or(|operation| seen.operation == Some(operation.0.name))
            && method.is_none_or(|method| method.is(seen.method))
            && path.as_ref().is_none_or(|path| path.matches(seen.path))
            && page.is_none_or(|page| seen.of == Some(Of::Listing) && seen.page == Some(page.get()))
            && self.act.fits(seen)
    }

    /// Whether it asks for the number of a page.
    pub fn asks_for_a_page(&self) -> bool {
        self.matching.page.is_some()
    }

    /// Whether it strikes the `count`-th request that it is for.
    pub fn strikes(&self, count: u64, draw: Draw) -> bool {
        self.matching.nth.is_none_or(|nth| nth.get() == count)
            && self.rate.is_none_or(|rate| rate.holds(draw.at(self.id.as_str()).nth(count)))
    }
}

impl Rate {
    fn holds(self, draw: Draw) -> bool {
        // 53 bits are what a double holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let even = (draw.bits() >> 11) as f64 / (1_u64 << 53) as f64;
        even < self.0
    }
}

impl RuleId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RuleId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if (1..=ID_LIMIT).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(format!("'{text}' is no id: write up to {ID_LIMIT} letters, digits, '.', '_' and '-'"))
        }
    }
}

impl From<RuleId> for String {
    fn from(id: RuleId) -> Self {
        id.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = String;

    fn try_from(rate: f64) -> Result<Self, String> {
        if rate > 0.0 && rate <= 1.0 {
            Ok(Self(rate))
        } else {
            Err(format!("{rate} is no rate: write a number above 0, at most 1"))
        }
    }
}

impl From<Rate> for f64 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

impl PathPattern {
    /// Whether `path` is what the pattern says. Linear but for each `*`, which is tried once: the shortest text before the
    /// next piece will do, as `*` itself is the only way to go on.
    pub fn matches(&self, path: &str) -> bool {
        let (pattern, path) = (self.0.to_ascii_lowercase(), path.to_ascii_lowercase());
        let mut pieces = pattern.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = path.strip_prefix(first) else { return false };
        let mut pieces: Vec<&str> = pieces.collect();
        let Some(last) = pieces.pop() else { return rest.is_empty() };
        for piece in pieces {
            let Some(at) = rest.find(piece) else { return false };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last)
    }
}

impl TryFrom<String> for PathPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('?') {
            return Err(format!("'{text}' has a query; a rule matches the path before it"));
        }
        if text.starts_with(['/', '*']) {
            Ok(Self(text))
        } else {
            Err(format!("'{text}' begins with neither '/' nor '*'"))
        }
    }
}

impl From<PathPattern> for String {
    fn from(pattern: PathPattern) -> Self {
        pattern.0
    }
}

impl JsonSchema for RuleId {
    fn schema_name() -> Cow<'static, str> {
        "FaultId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9._-]+$", "maxLength": ID_LIMIT })
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1 })
    }
}

impl JsonSchema for PathPattern {
    fn schema_name() -> Cow<'static, str> {
        "PathPattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[/*][^?]*$" })
    }
}
