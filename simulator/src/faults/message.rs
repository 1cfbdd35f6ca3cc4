//! An answer as acts see it, and what they may know of the exchange.

use crate::exchange::Delivery;
use crate::random::Draw;
use crate::wire::error::{BackendCall, Ids};
use crate::wire::headers::Content;

/// An answer before it becomes headers and bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The status.
    pub status: u16,
    /// What kind of body it has.
    pub content: Content,
    /// Headers of this answer alone, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, before compression unless `coding` says otherwise.
    pub body: Vec<u8>,
    /// Who compresses.
    pub coding: Coding,
    /// How it is spoiled on its way.
    pub delivery: Option<Delivery>,
}

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As the client takes it; the service sees to it.
    Open,
    /// The body goes out as it is, and the header says gzip.
    SaysGzip,
    /// The body goes out as it is, and no header says anything.
    SaysNothing,
}

/// What an act may know of the exchange.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// Its ids and its time.
    pub ids: Ids<'a>,
    /// Path and query as sent.
    pub target: &'a str,
    /// `scheme://host:port` as the client used them.
    pub root: &'a str,
    /// Whether the identity platform was asked.
    pub sign_in: bool,
    /// The call as Intune's front end would see it.
    pub call: &'a BackendCall,
    /// What is shuffled is shuffled by this.
    pub draw: Draw,
}

impl Message {
    /// An answer without headers of its own.
    pub fn new(status: u16, content: Content, body: Vec<u8>) -> Self {
        Self { status, content, headers: Vec::new(), body, coding: Coding::Open, delivery: None }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self::new(status, Content::Empty, Vec::new())
    }

    /// Sets a header.
    pub fn set(&mut self, name: &str, value: String) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value));
    }
}

impl Around<'_> {
    /// The address that was asked for.
    pub fn url(&self) -> String {
        format!("{}{}", self.root, self.target)
    }

    /// Path and query, apart.
    pub fn parts(&self) -> (&str, &str) {
        self.target.split_once('?').unwrap_or((self.target, ""))
    }
}
