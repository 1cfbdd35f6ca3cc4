//! The worker protocol, version 1.0: what a runner and a driver say to each other, one JSON object a line.
//!
//! The published [`schema`] is the contract and is held against both directions; the types here are how this program
//! writes and reads what conforms to it. Members that nobody knows are ignored.

pub mod schema;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use self::schema::Violation;
use crate::client_log::Answer;
use crate::operation::Call;
use crate::transport::Environment;

/// The version that this program speaks.
pub const VERSION: &str = "1.0";

/// What the runner says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "m", rename_all = "lowercase")]
pub enum ToDriver {
    /// The first line.
    Hello {
        /// The version of the protocol.
        protocol: String,
        /// Name and version of the runner.
        runner: String,
    },
    /// Make a client.
    Open {
        /// The question's number.
        id: u64,
        /// What the client is called from now on.
        session: String,
        /// Where it works.
        env: Environment,
        /// How it is to work.
        #[serde(default)]
        config: Config,
    },
    /// Do something with a client.
    Op {
        /// The question's number.
        id: u64,
        /// Which client.
        session: String,
        /// What.
        #[serde(flatten)]
        call: Call,
    },
    /// Forget a client.
    Close {
        /// The question's number.
        id: u64,
        /// Which client.
        session: String,
    },
    /// Come to an end.
    Bye,
}

/// How a client is to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Config {
    /// How long it should wait for an answer.
    pub timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { timeout_ms: 5_000 }
    }
}

/// What a driver says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "m", rename_all = "lowercase")]
pub enum FromDriver {
    /// The answer to hello.
    Hello(DriverHello),
    /// The answer to open and close.
    Ok {
        /// The question's number.
        id: u64,
    },
    /// The driver itself cannot do what it was told.
    Error {
        /// The question's number, if it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// Why.
        message: String,
    },
    /// How an operation ended.
    Result {
        /// The question's number.
        id: u64,
        /// What the client said.
        #[serde(flatten)]
        answer: Box<Answer>,
    },
}

/// Who a driver is and what its client can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverHello {
    /// The version of the protocol that it speaks.
    pub protocol: String,
    /// The client.
    pub client: ClientName,
    /// What the client can.
    pub capabilities: Vec<String>,
    /// How many sessions may be open at once.
    #[serde(default = "one")]
    pub concurrency: usize,
}

/// A client's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientName {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The language it is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

const fn one() -> usize {
    1
}

impl ToDriver {
    /// This program's hello.
    pub fn hello() -> Self {
        Self::Hello {
            protocol: VERSION.to_owned(),
            runner: concat!("simtune-conformance/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// The line that says it, with its end.
    pub fn line(&self) -> String {
        let json = serde_json::to_value(self).expect("messages become JSON");
        debug_assert_eq!(schema::to_driver(&json), Ok(()), "what this program says keeps to the schema");
        format!("{json}\n")
    }
}

impl FromDriver {
    /// Reads a line.
    pub fn read(line: &[u8]) -> Result<Self, Violation> {
        let text = std::str::from_utf8(line)
            .map_err(|error| Violation::new("", format!("byte {} is not UTF-8", error.valid_up_to() + 1)))?;
        let json: Json = serde_json::from_str(text).map_err(|error| {
            let hint = if text.trim_start().starts_with('{') { "" } else { "; log lines belong on stderr" };
            Violation::new("", format!("it is no JSON object ({error}){hint}"))
        })?;
        schema::from_driver(&json)?;
        serde_json::from_value(json).map_err(|error| Violation::new("", error.to_string()))
    }

    /// Whether a success carries what the operation promises.
    pub fn check_success(op: &str, answer: &Answer) -> Result<(), Violation> {
        if answer.unsupported || !answer.ok {
            return Ok(());
        }
        let json = serde_json::to_value(answer).expect("answers become JSON");
        schema::success(op, &json)
    }
}

/// The first line of a driver that is spoken to by POST: where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "m", rename = "listening")]
pub struct Announcement {
    /// The address that every message is posted to.
    pub url: String,
}

impl Announcement {
    /// Reads a line.
    pub fn read(line: &[u8]) -> Result<Self, Violation> {
        let json: Json = serde_json::from_slice(line)
            .map_err(|error| Violation::new("", format!("it is no JSON object ({error})")))?;
        schema::announcement(&json)?;
        serde_json::from_value(json).map_err(|error| Violation::new("", error.to_string()))
    }

    /// What a driver is to write, for people.
    pub fn wanted() -> &'static str {
        r#"Its first line says where messages are posted to: {"m":"listening","url":"http://127.0.0.1:8080/"}."#
    }
}

impl DriverHello {
    /// Whether this program can talk to it.
    pub fn speaks_our_version(&self) -> bool {
        self.protocol.split('.').next() == VERSION.split('.').next()
    }
}

impl std::fmt::Display for ClientName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        if let Some(language) = &self.language {
            write!(f, " ({language})")?;
        }
        Ok(())
    }
}
