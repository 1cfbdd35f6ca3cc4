//! What a worker writes for people: kept for each session that is open at that time, as it cannot be told whose it is.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

/// The logs of a worker's sessions.
#[derive(Debug)]
pub(super) struct Logs {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    sessions: HashMap<String, String>,
    /// The newest text, of whatever session.
    last: String,
}

/// Bytes of the newest text that are kept.
const LAST: usize = 2_000;

impl Logs {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, kept: Mutex::default() }
    }

    /// Keeps what comes, until it ends.
    pub(super) fn keep(&self, mut output: impl Read) {
        let mut piece = vec![0; 8 * 1024];
        while let Ok(count @ 1..) = output.read(&mut piece) {
            let text = String::from_utf8_lossy(&piece[..count]);
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            for log in kept.sessions.values_mut() {
                append(log, &text, self.limit);
            }
            append(&mut kept.last, &text, LAST);
        }
    }

    pub(super) fn begin(&self, session: &str) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).sessions.insert(session.to_owned(), String::new());
    }

    pub(super) fn take(&self, session: &str) -> String {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).sessions.remove(session).unwrap_or_default()
    }

    /// The last line that is not empty.
    pub(super) fn last_words(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
    }
}

/// Appends and lets go of the oldest.
fn append(log: &mut String, text: &str, limit: usize) {
    log.push_str(text);
    if log.len() > limit {
        let mut from = log.len() - limit;
        while !log.is_char_boundary(from) {
            from += 1;
        }
        log.drain(..from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_open_session_gets_what_is_written_and_no_more_than_the_limit() {
        let logs = Logs::new(8);
        logs.begin("s1");
        logs.keep("one\n".as_bytes());
        logs.begin("s2");
        logs.keep("zwei ü\n\n".as_bytes());
        assert_eq!(logs.take("s1"), "wei ü\n\n");
        assert_eq!(logs.take("s2"), "wei ü\n\n");
        assert_eq!((logs.take("s1").as_str(), logs.last_words().as_str()), ("", "zwei ü"));
    }
}
