//! Answers kept for asking again: what a GET answers is a function of the tenant's state and the request's spelling, so
//! it is worked out once per state.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use bytes::Bytes;
use foldhash::fast::{FixedState, RandomState};
use hyper::StatusCode;

use crate::route::Operation;
use crate::wire::headers::Content;
use crate::wire::preferences::Preferences;
use crate::wire::shape::Shape;

/// Bytes of bodies kept per tenant. Fourteen pages of 1,000 devices fit.
const LIMIT: usize = 32 * 1024 * 1024;

/// Everything that decides an answer beside the tenant's state: how the request was spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spelling<'a> {
    /// Path and query as sent.
    pub target: &'a str,
    /// The scheme the client used.
    pub scheme: &'static str,
    /// The host and port the client used; absolute links carry them.
    pub authority: &'a str,
    /// The shape asked for.
    pub shape: Shape,
    /// What the client prefers.
    pub preferences: Preferences,
    /// Whether the body goes out as gzip.
    pub gzip: bool,
}

/// A spelling with its hash, which is worked out before the world is locked.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The spelling.
    pub spelling: Spelling<'a>,
    hash: u64,
}

impl<'a> Asked<'a> {
    /// With its hash. Whoever makes hashes collide only has answers worked out anew.
    pub fn new(spelling: Spelling<'a>) -> Self {
        Self { spelling, hash: FixedState::default().hash_one(spelling) }
    }
}

/// An answer that was worked out.
#[derive(Debug)]
pub struct Kept {
    /// What was asked; whether the caller may is checked each time.
    pub operation: Operation,
    /// Its status.
    pub status: StatusCode,
    /// What its headers are.
    pub content: Content,
    /// The body before compression, for the journal.
    pub plain: Bytes,
    /// The body as sent.
    pub body: Bytes,
    /// What the client sent that the answer does not reflect.
    pub ignored: Option<Arc<[String]>>,
}

/// The kept answers of one tenant.
#[derive(Debug, Default)]
pub struct Answers {
    kept: HashMap<u64, (OwnedSpelling, Arc<Kept>), RandomState>,
    bytes: usize,
    changes: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct OwnedSpelling {
    target: Box<str>,
    scheme: &'static str,
    authority: Box<str>,
    shape: Shape,
    preferences: Preferences,
    gzip: bool,
}

impl Answers {
    /// The answer to a request spelled like this one.
    pub fn get(&self, asked: &Asked<'_>) -> Option<&Arc<Kept>> {
        let (owned, kept) = self.kept.get(&asked.hash)?;
        owned.is(&asked.spelling).then_some(kept)
    }

    /// Keeps an answer. When the limit is passed everything is forgotten: that is rare, and cheaper than bookkeeping.
    pub fn keep(&mut self, asked: &Asked<'_>, kept: Arc<Kept>) {
        let spelling = &asked.spelling;
        let size = kept.body.len() + kept.plain.len() + spelling.target.len();
        if size > LIMIT {
            return;
        }
        if self.bytes + size > LIMIT {
            self.forget();
        }
        self.bytes += size;
        self.kept.insert(asked.hash, (OwnedSpelling::of(spelling), kept));
    }

    /// Forgets everything, because the tenant's state changed.
    pub fn clear(&mut self) {
        self.changes += 1;
        self.forget();
    }

    /// How often that happened: another number means that something may look different now.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    fn forget(&mut self) {
        self.kept.clear();
        self.bytes = 0;
    }
}

impl OwnedSpelling {
    fn of(spelling: &Spelling<'_>) -> Self {
        Self {
            target: spelling.target.into(),
            scheme: spelling.scheme,
            authority: spelling.authority.into(),
            shape: spelling.shape,
            preferences: spelling.preferences,
            gzip: spelling.gzip,
        }
    }

    fn is(&self, spelling: &Spelling<'_>) -> bool {
        *self.target == *spelling.target
            && self.scheme == spelling.scheme
            && *self.authority == *spelling.authority
            && self.shape == spelling.shape
            && self.preferences == spelling.preferences
            && self.gzip == spelling.gzip
    }
}
