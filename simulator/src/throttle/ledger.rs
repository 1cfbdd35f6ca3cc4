//! The ledger: who was told to wait, and who came again before the time.

use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;

use chrono::{DateTime, TimeDelta, Utc};
use foldhash::fast::{FixedState, RandomState};
use uuid::Uuid;

use super::retry_after;

/// Rows kept, and waits remembered.
pub const ROWS: usize = 1_000;

/// One exchange, as far as it matters here.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// Who asked: the app, as far as the token tells.
    pub app: Option<Uuid>,
    /// Else the token.
    pub token_hash: Option<&'a [u8]>,
    /// The verb.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// When it came.
    pub at: DateTime<Utc>,
    /// The service's id of it.
    pub request_id: Uuid,
}

/// A request that came again after its client was told to wait.
#[derive(Debug, Clone)]
pub struct Row {
    /// The verb.
    pub method: Box<str>,
    /// Path and query, as sent.
    pub target: Box<str>,
    /// When the client was told.
    pub told_at: DateTime<Utc>,
    /// In answer to which request.
    pub request_id: Uuid,
    /// What it was told.
    pub retry_after: Box<str>,
    /// When it came again.
    pub came_at: DateTime<Utc>,
    /// With which request.
    pub retry_request_id: Uuid,
    /// How much too early that was; nothing if it was not.
    pub early_by: TimeDelta,
}

/// A client that was told to wait and has not come again.
#[derive(Debug)]
struct Told {
    method: Box<str>,
    target: Box<str>,
    at: DateTime<Utc>,
    request_id: Uuid,
    retry_after: Box<str>,
    not_before: DateTime<Utc>,
}

/// The ledger of one tenant.
#[derive(Debug, Default)]
pub struct Ledger {
    told: HashMap<u64, Told, RandomState>,
    rows: VecDeque<Row>,
    early: u64,
}

impl Ledger {
    /// Writes down an exchange; `retry_after` is what the answer says of waiting. Costs nothing while nobody waits and
    /// nobody is told to. Returns whether the request came too early.
    pub fn note(&mut self, exchange: &Exchange<'_>, retry_after: Option<&str>) -> bool {
        if self.told.is_empty() && retry_after.is_none() {
            return false;
        }
        let key = exchange.key();
        let early = self.came(key, exchange);
        if let Some(text) = retry_after
            && let Some(not_before) = retry_after::read(text, exchange.at)
        {
            self.make_room();
            self.told.insert(key, exchange.told(text, not_before));
        }
        early
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> + ExactSizeIterator {
        self.rows.iter()
    }

    /// How many requests came too early, those included whose rows are forgotten.
    pub fn early(&self) -> u64 {
        self.early
    }

    /// How many clients were told to wait and have not come again.
    pub fn waiting(&self) -> usize {
        self.told.len()
    }

    /// Nobody waits any more: the time in which they were told to is no more. What was written down stays.
    pub fn forget_waiting(&mut self) {
        self.told.clear();
    }

    fn came(&mut self, key: u64, exchange: &Exchange<'_>) -> bool {
        let same = |told: &Told| *told.target == *exchange.target && *told.method == *exchange.method;
        if !self.told.get(&key).is_some_and(same) {
            return false;
        }
        let Some(told) = self.told.remove(&key) else { return false };
        let early_by = (told.not_before - exchange.at).max(TimeDelta::zero());
        // Timers of clients are no better than a millisecond.
        let is_early = early_by >= TimeDelta::milliseconds(1);
        self.early += u64::from(is_early);
        if self.rows.len() == ROWS {
            self.rows.pop_front();
        }
        self.rows.push_back(Row {
            method: told.method,
            target: told.target,
            told_at: told.at,
            request_id: told.request_id,
            retry_after: told.retry_after,
            came_at: exchange.at,
            retry_request_id: exchange.request_id,
            early_by: if is_early { early_by } else { TimeDelta::zero() },
        });
        is_early
    }

    /// Of too many who wait, the one who was told first is forgotten.
    fn make_room(&mut self) {
        if self.told.len() < ROWS {
            return;
        }
        let first = self.told.iter().min_by_key(|(key, told)| (told.at, **key)).map(|(key, _)| *key);
        first.and_then(|first| self.told.remove(&first));
    }
}

impl Exchange<'_> {
    /// The same for what is the same request of the same client.
    fn key(&self) -> u64 {
        let of_token = self.token_hash.unwrap_or_default();
        let who = self.app.as_ref().map_or(of_token, |app| app.as_bytes().as_slice());
        FixedState::default().hash_one((who, self.method, self.target))
    }

    fn told(&self, text: &str, not_before: DateTime<Utc>) -> Told {
        Told {
            method: self.method.into(),
            target: self.target.into(),
            at: self.at,
            request_id: self.request_id,
            retry_after: text.into(),
            not_before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exchange, Ledger, ROWS};
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    fn at(milliseconds: i64) -> Exchange<'static> {
        Exchange {
            app: Some(Uuid::from_u128(7)),
            token_hash: Some(b"a"),
            method: "GET",
            target: "/v1.0/users",
            at: DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds),
            request_id: Uuid::from_u128(u128::try_from(milliseconds).unwrap()),
        }
    }

    fn early(ledger: &Ledger) -> Vec<i64> {
        ledger.rows().map(|row| row.early_by.num_milliseconds()).collect()
    }

    #[test]
    fn whoever_comes_early_is_written_down_with_how_much() {
        let mut ledger = Ledger::default();
        assert!(!ledger.note(&at(0), Some("2")), "the first to come");
        assert!(ledger.note(&at(1_500), Some("2.5")));
        assert!(!ledger.note(&at(4_000), None), "in time");
        assert!(!ledger.note(&at(4_001), None), "nobody was told anything");
        assert_eq!((early(&ledger), ledger.early(), ledger.waiting()), (vec![500, 0], 1, 0));
    }

    #[test]
    fn only_the_same_request_of_the_same_client_is_the_same() {
        let mut ledger = Ledger::default();
        ledger.note(&at(0), Some("60"));
        for other in [
            Exchange { app: Some(Uuid::from_u128(8)), ..at(1) },
            Exchange { app: None, ..at(1) },
            Exchange { method: "POST", ..at(1) },
            Exchange { target: "/v1.0/me", ..at(1) },
        ] {
            assert!(!ledger.note(&other, None), "{other:?}");
        }
        assert!(ledger.note(&Exchange { token_hash: Some(b"b"), ..at(1) }, None), "a new token of the same app");
    }

    #[test]
    fn an_answer_that_says_nothing_of_waiting_is_nothing_to_keep_to() {
        let mut ledger = Ledger::default();
        ledger.note(&at(0), Some("soon"));
        assert_eq!(ledger.waiting(), 0);
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut ledger = Ledger::default();
        let targets: Vec<String> = (0..ROWS + 10).map(|number| format!("/{number}")).collect();
        let exchange = |time, target| Exchange { target, ..at(time) };
        for (time, target) in (0..).zip(&targets) {
            ledger.note(&exchange(time, target), Some("3600"));
        }
        assert_eq!(ledger.waiting(), ROWS);
        assert!(!ledger.note(&exchange(5_000, &targets[9]), None), "the first were forgotten");
        assert!(ledger.note(&exchange(5_000, &targets[10]), Some("1")), "and no more than those");
        for time in 0..i64::try_from(ROWS).unwrap() + 10 {
            ledger.note(&exchange(6_000 + time, "/same"), Some("3600"));
        }
        assert_eq!(ledger.rows().len(), ROWS);
        assert!(ledger.early() > ROWS as u64);
    }
}
