//! The log: one line per request on stderr, written by a thread of its own so that no request waits for a terminal.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::config::LogFormat;
use crate::wire::json::{self, DatePrecision};

/// Lines that may wait; beyond that they are counted and left out, because a slow terminal must not slow the service.
const WAITING: usize = 65_536;

/// What a line says.
#[derive(Debug)]
pub struct Line<'a> {
    /// The tenant's time.
    pub time: DateTime<Utc>,
    /// The verb.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The status answered.
    pub status: u16,
    /// Bytes of the body as sent.
    pub bytes: usize,
    /// The service's id, for `simtune why` and the journal.
    pub request_id: Uuid,
}

/// Where lines go.
#[derive(Debug, Clone)]
pub struct Log {
    sender: Option<SyncSender<Vec<u8>>>,
    left_out: Arc<AtomicU64>,
    format: LogFormat,
}

/// The thread that writes; dropping the last [`Log`] ends it.
#[derive(Debug)]
pub struct Writer(JoinHandle<()>);

impl Writer {
    /// Waits until everything is written. Every [`Log`] must be gone.
    pub fn finish(self) {
        let _ = self.0.join();
    }
}

impl Log {
    /// A log that says nothing, for embedding and tests.
    pub fn silent() -> Self {
        Self { sender: None, left_out: Arc::default(), format: LogFormat::Text }
    }

    /// A log on stderr.
    pub fn stderr(format: LogFormat) -> (Self, Writer) {
        let (sender, receiver) = sync_channel(WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&left_out);
        let thread = std::thread::spawn(move || write_all(&receiver, &counter));
        (Self { sender: Some(sender), left_out, format }, Writer(thread))
    }

    /// Writes a line about a request.
    pub fn request(&self, line: &Line<'_>) {
        let Some(sender) = &self.sender else { return };
        let mut text = Vec::with_capacity(96 + line.target.len());
        match self.format {
            LogFormat::Text => write_text(&mut text, line),
            LogFormat::Json => write_json(&mut text, line),
        }
        if let Err(TrySendError::Full(_)) = sender.try_send(text) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write_text(out: &mut Vec<u8>, line: &Line<'_>) {
    json::bare_date(out, line.time, DatePrecision::Seconds);
    let mut rest = String::with_capacity(64 + line.target.len());
    let _ = writeln!(
        rest,
        " {} {} {} {}B {}",
        line.status,
        line.method,
        shown_target(line.target),
        line.bytes,
        line.request_id
    );
    out.extend_from_slice(rest.as_bytes());
}

fn write_json(out: &mut Vec<u8>, line: &Line<'_>) {
    out.extend_from_slice(b"{\"time\":");
    json::date(out, line.time, DatePrecision::Ticks);
    let mut rest = String::new();
    let _ = write!(rest, ",\"status\":{},\"method\":\"{}\",\"target\":", line.status, line.method);
    out.extend_from_slice(rest.as_bytes());
    json::string(out, &shown_target(line.target));
    rest.clear();
    let _ = writeln!(rest, ",\"bytes\":{},\"requestId\":\"{}\"}}", line.bytes, line.request_id);
    out.extend_from_slice(rest.as_bytes());
}

/// A target's query may hold a secret that a confused client put there.
fn shown_target(target: &str) -> std::borrow::Cow<'_, str> {
    crate::journal::masked_target(target)
}

fn write_all(receiver: &Receiver<Vec<u8>>, left_out: &AtomicU64) {
    let mut stderr = std::io::stderr().lock();
    let mut batch = Vec::with_capacity(64 * 1024);
    while let Ok(line) = receiver.recv() {
        batch.extend_from_slice(&line);
        while batch.len() < 60 * 1024
            && let Ok(line) = receiver.try_recv()
        {
            batch.extend_from_slice(&line);
        }
        let missed = left_out.swap(0, Ordering::Relaxed);
        if missed > 0 {
            let _ = writeln!(batch, "({missed} lines left out: the log is read too slowly; the journal has them)");
        }
        // Nobody is left to tell about a closed stderr.
        let _ = stderr.write_all(&batch);
        batch.clear();
    }
}
