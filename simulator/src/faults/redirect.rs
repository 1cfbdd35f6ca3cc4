//! Where a redirect leads.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::header::HeaderText;
use super::message::Around;

/// The value of a `Location` header: one of the named ones, or an address as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Location {
    /// The address that was asked for; without an end, a loop.
    Itself,
    /// The same, without scheme and host.
    Relative,
    /// The same path on another name of the same simulator.
    OtherHost,
    /// The same path on a host that is nobody's.
    ForeignHost,
    /// As written.
    Address(HeaderText),
}

impl Location {
    /// Every name, and where it leads.
    pub const ALL: [(&'static str, &'static str); 4] = [
        ("self", "the address that was asked for: with `times`, a detour; without, a loop"),
        ("relative", "the same without scheme and host"),
        (
            "otherHost",
            "the same path under another name of this simulator (`localhost` for `127.0.0.1`, another cloud's Graph for Graph's): does the token go along?",
        ),
        ("foreignHost", "the same path on `graph.example`, which is nobody's"),
    ];

    /// The header's value.
    pub fn url(&self, around: &Around<'_>) -> String {
        match self {
            Self::Itself => around.url(),
            Self::Relative => around.target.to_owned(),
            Self::OtherHost => format!("{}{}", other_host(around.root), around.target),
            Self::ForeignHost => format!("https://graph.example{}", around.target),
            Self::Address(address) => address.as_str().to_owned(),
        }
    }
}

/// Another name under which the same simulator answers through the same door. `root` is `scheme://host:port`.
pub(super) fn other_host(root: &str) -> String {
    const TWINS: [(&str, &str); 4] = [
        ("127.0.0.1", "localhost"),
        ("[::1]", "localhost"),
        ("graph.microsoft.com", "graph.microsoft.us"),
        ("login.microsoftonline.com", "login.microsoftonline.us"),
    ];
    let (scheme, authority) = root.split_once("://").unwrap_or(("http", root));
    for (one, other) in TWINS {
        for (from, to) in [(one, other), (other, one)] {
            if let Some(port) = authority.strip_prefix(from).filter(|rest| rest.is_empty() || rest.starts_with(':')) {
                return format!("{scheme}://{to}{port}");
            }
        }
    }
    format!("{scheme}://localhost")
}

impl TryFrom<String> for Location {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "self" => Ok(Self::Itself),
            "relative" => Ok(Self::Relative),
            "otherHost" => Ok(Self::OtherHost),
            "foreignHost" => Ok(Self::ForeignHost),
            _ if text.is_empty() || text.contains(['/', ':', '?', '#', ' ']) => text.try_into().map(Self::Address),
            _ => {
                Err(format!("'{text}' is neither an address nor one of {}", Self::ALL.map(|(name, _)| name).join(", ")))
            }
        }
    }
}

impl From<Location> for String {
    fn from(location: Location) -> Self {
        match location {
            Location::Itself => "self".to_owned(),
            Location::Relative => "relative".to_owned(),
            Location::OtherHost => "otherHost".to_owned(),
            Location::ForeignHost => "foreignHost".to_owned(),
            Location::Address(address) => address.into(),
        }
    }
}

impl JsonSchema for Location {
    fn schema_name() -> Cow<'static, str> {
        "Location".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "enum": Self::ALL.map(|(name, _)| name) },
            { "type": "string", "pattern": "^[ -~]*[/:?# ][ -~]*$" },
            { "const": "" },
        ] })
    }
}
