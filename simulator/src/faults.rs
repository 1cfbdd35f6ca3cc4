//! Faults: rules that spoil answers on purpose.
//!
//! A [`Rule`] says which requests it is for, how often it strikes, what becomes of the request's effect, and what it does
//! to the answer. [`Faults`] are the rules of one tenant with their counts. Everything here is a function of a request, an
//! answer, a time and a seed; the service sees to effects, the server to what happens on the wire.
//!
//! A new kind is one row: a body in [`body`], a kind of body in [`spoil`], a kind of page in [`page`].

pub mod act;
pub mod body;
mod header;
pub mod load;
pub mod markdown;
pub mod message;
pub mod named;
pub mod operation;
pub mod page;
pub mod pages;
pub mod profile;
pub mod redirect;
pub mod retry_after;
pub mod rule;
pub mod spoil;
pub mod token;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::act::Act;
use self::named::Named;
use self::operation::{Known, Of};
use self::pages::Pages;
pub use self::rule::{Apply, Rule};
use crate::random::Draw;
use crate::stored;

/// A request, as far as rules look at it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The operation's name in the journal, if it has one.
    pub operation: Option<&'static str>,
    /// Who serves it.
    pub of: Option<Of>,
    /// The verb.
    pub method: &'a str,
    /// The path as sent.
    pub path: &'a str,
    /// The page of a listing, where that is known.
    pub page: Option<u32>,
    /// Whether it came over HTTP/2, which cannot express everything.
    pub http2: bool,
}

/// The rules of a tenant and how often each was met.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Faults {
    armed: Vec<Armed>,
    pages: Pages,
    #[serde(skip)]
    asks_for_pages: bool,
}

/// The rules as a world's document has them: what follows from the rest is left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    armed: Vec<Armed>,
    pages: Pages,
}

impl From<Stored> for Faults {
    fn from(Stored { armed, pages }: Stored) -> Self {
        let asks_for_pages = armed.iter().any(|armed| armed.rule.asks_for_a_page());
        Self { armed, pages, asks_for_pages }
    }
}

/// A rule with its counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Armed {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Requests that it was for.
    #[serde(with = "stored::count")]
    met: u64,
    /// Requests that it struck.
    #[serde(with = "stored::count")]
    pub hits: u64,
    /// Those of them over HTTP/2 whose act is one on the wire, where the nearest thing was done.
    #[serde(with = "stored::count")]
    pub approximated: u64,
}

impl<'a> Seen<'a> {
    /// A request for the operation with that name.
    pub fn new(operation: Option<&'static str>, method: &'a str, path: &'a str, http2: bool) -> Self {
        let of =
            operation.and_then(|name| Known::table().iter().find(|known| known.name == name)).map(|known| known.of);
        Self { operation, of, method, path, page: None, http2 }
    }
}

impl Faults {
    /// These rules, none met yet.
    pub fn new(rules: &[Rule]) -> Self {
        let armed = rules.iter().map(|rule| Armed { rule: Arc::new(rule.clone()), met: 0, hits: 0, approximated: 0 });
        let asks_for_pages = rules.iter().any(Rule::asks_for_a_page);
        Self { armed: armed.collect(), pages: Pages::default(), asks_for_pages }
    }

    /// Whether there is any rule.
    pub fn are_armed(&self) -> bool {
        !self.armed.is_empty()
    }

    /// Whether any rule asks for the number of a page.
    pub fn ask_for_pages(&self) -> bool {
        self.asks_for_pages
    }

    /// The rules with their counts, in order.
    pub fn armed(&self) -> &[Armed] {
        &self.armed
    }

    /// The number of the page that a target asks for, where that is known.
    pub fn page_of(&self, target: &str) -> Option<u32> {
        self.pages.number(target)
    }

    /// Remembers where the link of page `number` leads.
    pub fn note_page(&mut self, number: u32, link: &str) {
        self.pages.note(number, link);
    }

    /// The rule that strikes a request: the first one. Every rule counts each request that it is for, so that a rule more
    /// or less changes nothing for the others.
    pub fn meet(&mut self, seen: &Seen<'_>, draw: Draw) -> Option<Arc<Rule>> {
        let mut struck = None;
        for armed in &mut self.armed {
            if !armed.rule.is_for(seen) {
                continue;
            }
            armed.met += 1;
            let spent = armed.rule.times.is_some_and(|times| armed.hits >= times.get());
            if struck.is_some() || spent || !armed.rule.strikes(armed.met, draw) {
                continue;
            }
            armed.hits += 1;
            armed.approximated += u64::from(seen.http2 && armed.rule.act.is_on_the_wire());
            struck = Some(Arc::clone(&armed.rule));
        }
        struck
    }
}

#[cfg(test)]
mod tests;
