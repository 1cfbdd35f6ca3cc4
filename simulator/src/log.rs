//! The log: one line per request on stderr, written by a thread of its own so that no request waits for a terminal.

use std::cell::RefCell;
use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::journal;
use crate::wire::json::{self, DatePrecision};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Deserialize;

/// Bytes that may wait; beyond that lines are counted and left out, because a slow terminal must not slow the service.
const WAITING: usize = 4 * 1024 * 1024;
/// How long the writer gathers lines after a write. Waking it for each line would cost more than the line.
const GATHER: Duration = Duration::from_millis(10);

/// How the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// What a line says.
#[derive(Debug)]
pub struct Line<'a> {
    /// The tenant's time.
    pub time: DateTime<Utc>,
    /// The verb.
    pub method: &'a str,
    /// The path.
    pub path: &'a str,
    /// The query, where there is one.
    pub query: Option<&'a str>,
    /// The status answered.
    pub status: u16,
    /// Bytes of the body as sent.
    pub bytes: usize,
    /// The service's id, which the journal has too.
    pub request_id: &'a str,
}

/// Where lines go.
#[derive(Debug, Clone)]
pub struct Log {
    shared: Option<Arc<Shared>>,
    format: LogFormat,
}

/// The thread that writes.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    pending: Mutex<Pending>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Pending {
    text: Vec<u8>,
    left_out: u64,
    /// Whether the writer waits to be woken.
    idle: bool,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Writes what is waiting and ends the thread.
    pub fn finish(self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_one();
        let _ = self.thread.join();
    }
}

impl Log {
    /// A log that says nothing, for embedding and tests.
    pub fn silent() -> Self {
        Self { shared: None, format: LogFormat::Text }
    }

    /// A log on stderr.
    pub fn stderr(format: LogFormat) -> (Self, Writer) {
        let shared = Arc::new(Shared::default());
        let writers = Arc::clone(&shared);
        let thread = std::thread::spawn(move || write_all(&writers));
        (Self { shared: Some(Arc::clone(&shared)), format }, Writer { shared, thread })
    }

    /// Writes a line about a request.
    pub fn request(&self, line: &Line<'_>) {
        self.write(|out| match self.format {
            LogFormat::Text => write_text(out, line),
            LogFormat::Json => write_json(out, line),
        });
    }

    /// Writes a line about something that is no request, and that a person may be looking for.
    pub fn note(&self, time: DateTime<Utc>, note: &str) {
        self.write(|out| write_note(out, self.format, time, note));
    }

    fn write(&self, line: impl FnOnce(&mut Vec<u8>)) {
        thread_local! {
            /// The line is spelled here, so that threads wait for each other only while it is copied.
            static SPELLED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        let Some(shared) = &self.shared else { return };
        SPELLED.with_borrow_mut(|spelled| {
            spelled.clear();
            line(spelled);
            let mut pending = shared.lock();
            if pending.text.len() > WAITING {
                pending.left_out += 1;
                return;
            }
            pending.text.extend_from_slice(spelled);
            if std::mem::take(&mut pending.idle) {
                drop(pending);
                shared.wake.notify_one();
            }
        });
    }
}

fn write_text(out: &mut Vec<u8>, line: &Line<'_>) {
    second(out, line.time);
    out.push(b' ');
    json::integer(out, line.status.into());
    out.push(b' ');
    out.extend_from_slice(line.method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(line.path.as_bytes());
    if let Some(query) = line.query {
        out.push(b'?');
        out.extend_from_slice(journal::masked_query(query).as_bytes());
    }
    out.push(b' ');
    json::integer(out, i64::try_from(line.bytes).unwrap_or(i64::MAX));
    out.extend_from_slice(b"B ");
    out.extend_from_slice(line.request_id.as_bytes());
    out.push(b'\n');
}

/// Appends a time to the second. Many lines have the same, so each thread keeps the last one that it spelled.
fn second(out: &mut Vec<u8>, time: DateTime<Utc>) {
    thread_local! {
        static LAST: RefCell<(i64, Vec<u8>)> = const { RefCell::new((i64::MIN, Vec::new())) };
    }
    LAST.with_borrow_mut(|(second, spelled)| {
        if *second != time.timestamp() {
            spelled.clear();
            json::bare_date(spelled, time, DatePrecision::Seconds);
            *second = time.timestamp();
        }
        out.extend_from_slice(spelled);
    });
}

fn write_json(out: &mut Vec<u8>, line: &Line<'_>) {
    out.extend_from_slice(b"{\"time\":");
    json::date(out, line.time, DatePrecision::Ticks);
    let _ = write!(out, ",\"status\":{},\"method\":\"{}\",\"target\":", line.status, line.method);
    match line.query {
        Some(query) => json::string(out, &format!("{}?{}", line.path, journal::masked_query(query))),
        None => json::string(out, line.path),
    }
    let _ = writeln!(out, ",\"bytes\":{},\"requestId\":\"{}\"}}", line.bytes, line.request_id);
}

fn write_note(out: &mut Vec<u8>, format: LogFormat, time: DateTime<Utc>, note: &str) {
    match format {
        LogFormat::Text => {
            json::bare_date(out, time, DatePrecision::Seconds);
            out.extend_from_slice(b" note: ");
            out.extend_from_slice(note.as_bytes());
            out.push(b'\n');
        }
        LogFormat::Json => {
            out.extend_from_slice(b"{\"time\":");
            json::date(out, time, DatePrecision::Ticks);
            out.extend_from_slice(b",\"note\":");
            json::string(out, note);
            out.extend_from_slice(b"}\n");
        }
    }
}

fn write_all(shared: &Shared) {
    let mut batch = Vec::new();
    loop {
        let mut pending = shared.lock();
        while pending.text.is_empty() && !pending.closed {
            pending.idle = true;
            pending = shared.wake.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
        pending.idle = false;
        std::mem::swap(&mut batch, &mut pending.text);
        let (left_out, closed) = (std::mem::take(&mut pending.left_out), pending.closed);
        drop(pending);

        if left_out > 0 {
            let note = format!("({left_out} lines left out: the log is read too slowly; the journal has them)\n");
            batch.extend_from_slice(note.as_bytes());
        }
        // Nobody is left to tell about a closed stderr.
        let _ = std::io::stderr().lock().write_all(&batch);
        batch.clear();
        if closed && shared.lock().text.is_empty() {
            return;
        }
        std::thread::sleep(GATHER);
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LogFormat, write_json, write_note, write_text};
    use chrono::DateTime;

    #[test]
    fn lines_read_well_and_hold_no_secret() {
        let line = Line {
            time: DateTime::from_timestamp(1_520_496_000, 123_456_700).unwrap(),
            method: "GET",
            path: "/v1.0/users",
            query: Some("code=hush&$top=1"),
            status: 200,
            bytes: 12,
            request_id: "00000000-0000-0000-0000-000000000000",
        };
        let mut out = Vec::new();
        write_text(&mut out, &line);
        write_json(&mut out, &line);
        for format in [LogFormat::Text, LogFormat::Json] {
            write_note(&mut out, format, line.time, "something \"else\"");
        }
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
