//! Messages as POST bodies, for drivers without a stdin to read: the answer to each is the answer's body.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use serde_json::Value as Json;
use tokio::runtime::{Builder, Runtime};

use super::lines::Line;
use super::{Limits, Shared, shown};
use crate::conversation::End;
use crate::http;
use crate::protocol::{Announcement, ToDriver};
use crate::transport::{Failure, HttpRequest};

/// Where messages go, and where their answers come from.
#[derive(Debug)]
pub(super) struct Posts {
    url: String,
    limit: usize,
    runtime: Option<Runtime>,
    /// Nothing is written to it; its end means bye.
    _stdin: ChildStdin,
    tell: Sender<Line>,
}

/// Waits for the address that a driver announces. The answers to what is posted there come as lines; they end when the
/// driver's stdout does.
pub(super) fn announced(
    stdin: ChildStdin,
    stdout: ChildStdout,
    shared: &Arc<Shared>,
    limits: Limits,
) -> Result<(Posts, Receiver<Line>), End> {
    let (tell, answers) = channel();
    let (announce, announcement) = channel();
    let log = Arc::downgrade(shared);
    let ended = tell.clone();
    std::thread::spawn(move || {
        let mut output = BufReader::new(stdout);
        let mut line = Vec::new();
        let limit = u64::try_from(limits.line).unwrap_or(u64::MAX);
        let _ = output.by_ref().take(limit).read_until(b'\n', &mut line);
        let _ = announce.send(line);
        // What else it says there is for people.
        if let Some(shared) = Weak::upgrade(&log) {
            shared.logs.keep(output);
        }
        let _ = ended.send(Line::Lost(End::Crash(String::new())));
    });
    let line = match announcement.recv_timeout(limits.hello) {
        Ok(line) if line.is_empty() => return Err(End::Crash(String::new())),
        Ok(line) => line,
        Err(RecvTimeoutError::Timeout) => {
            return Err(End::Protocol(format!(
                "it did not announce its address within {} s. {}",
                limits.hello.as_secs_f64(),
                Announcement::wanted()
            )));
        }
        Err(RecvTimeoutError::Disconnected) => return Err(End::Crash(String::new())),
    };
    let Announcement { url } = Announcement::read(&line).map_err(|violation| {
        End::Protocol(format!(
            "line 1 of its stdout: {violation}. {} The line is: {}",
            Announcement::wanted(),
            shown(&line)
        ))
    })?;
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| End::Protocol(format!("no thread can be started: {error}")))?;
    Ok((Posts { url, limit: limits.line, runtime: Some(runtime), _stdin: stdin, tell }, answers))
}

impl Posts {
    /// Posts a message; its answer comes when it comes.
    pub(super) fn post(&self, message: &ToDriver) {
        let Some(runtime) = &self.runtime else { return };
        let line = message.line();
        let name = serde_json::from_str::<Json>(&line).ok().and_then(|json| json["m"].as_str().map(str::to_owned));
        let name = name.unwrap_or_default();
        let request = HttpRequest {
            method: "POST".to_owned(),
            url: self.url.clone(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Bytes::from(line),
        };
        let (tell, limit, is_bye) = (self.tell.clone(), self.limit, matches!(message, ToDriver::Bye));
        runtime.spawn(async move {
            let answer = http::post(&request, limit).await;
            // Whoever was told bye owes no answer.
            if is_bye {
                return;
            }
            let url = &request.url;
            let _ = tell.send(match answer {
                Ok((200, body)) if body.len() > limit => Line::TooLong(body, limit),
                Ok((200, body)) => Line::Whole(body),
                Ok((status, body)) => Line::Lost(End::Protocol(format!(
                    "it answers the POST of {name} to {url} with {status}, where 200 belongs. The body is: {}",
                    shown(&body)
                ))),
                Err(Failure::Connection | Failure::Timeout) => {
                    Line::Lost(End::Crash(format!("the POST of {name} to {url} has no answer")))
                }
            });
        });
    }
}

impl Drop for Posts {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // What is still under way has nobody to tell.
            runtime.shutdown_background();
        }
    }
}

/// Where messages go.
#[derive(Debug)]
pub(super) enum Outlet {
    /// Into its stdin, a line each.
    Pipe(ChildStdin),
    /// To the address that it announced.
    Posts(Posts),
}

impl Outlet {
    /// Sends a message.
    pub(super) fn send(&mut self, message: &ToDriver) -> std::io::Result<()> {
        match self {
            Self::Pipe(stdin) => {
                stdin.write_all(message.line().as_bytes())?;
                stdin.flush()
            }
            Self::Posts(posts) => {
                posts.post(message);
                Ok(())
            }
        }
    }
}
