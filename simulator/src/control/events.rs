//! The journal as it grows: waiting for the next entry, and server-sent events.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tokio::sync::mpsc;

use super::Call;
use super::reply::{ApiError, Reply};
use crate::clock::{self, TenantClock};
use crate::service::Service;
use crate::shutdown::Stopped;
use crate::tenant::Tenant;

/// The longest wait for a journal entry.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How often a stream without events says that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a stream that tells of the world looks at it.
const GLANCE: Duration = Duration::from_millis(500);

/// `GET …/journal?after=N&wait=5s`: what is behind number N; with `wait`, at least one entry or the end of the wait.
pub(super) async fn journal(call: &Call<'_>, mut stop: Stopped) -> Result<Reply, ApiError> {
    let tenant = call.tenant()?;
    let after = number(call, "after")?.unwrap_or(0);
    let wait = match call.query("wait") {
        None => Duration::ZERO,
        Some(text) => clock::duration(&text)
            .map_err(|error| ApiError::bad(format!("wait: {error}")))?
            .to_std()
            .unwrap_or_default()
            .min(LONGEST_WAIT),
    };
    let mut written = tenant.announcements();
    let grown = async {
        while tenant.records().journal.newest() <= after {
            if written.changed().await.is_err() {
                break;
            }
        }
    };
    if !wait.is_zero() {
        tokio::select! {
            () = grown => {}
            () = pause(wait) => {}
            () = stop.wait() => {}
        }
    }
    let page = tenant.records().journal.since(after);
    Ok(Reply::ok(&page.json()))
}

/// `GET /api/events?tenant=…`: each exchange as one event, whose id is its number in the journal. With `world=true` also
/// each change of the world or of its clock: nothing happens there until somebody looks, and so this looks.
pub(super) fn stream(call: &Call<'_>, mut stop: Stopped) -> Result<Reply, ApiError> {
    let tenant = call.tenant_named(call.query("tenant").as_deref().unwrap_or("default"))?;
    let resumed = call.request.headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let mut after = match resumed {
        Some(after) => after,
        None => number(call, "after")?.unwrap_or_else(|| tenant.records().journal.newest()),
    };
    let mut glances = match call.query("world").as_deref() {
        None | Some("false") => None,
        Some("true") => Some(Glances { service: Arc::clone(&call.control.service), last: None }),
        Some(other) => return Err(ApiError::bad(format!("world: it is true or false, not '{other}'"))),
    };
    let (sender, receiver) = mpsc::channel(16);
    let mut written = tenant.announcements();
    tokio::spawn(async move {
        let mut greeting = Some(Bytes::from_static(b": listening\n\n"));
        let rest = if glances.is_some() { GLANCE } else { HEARTBEAT };
        let mut silent = Duration::ZERO;
        loop {
            let page = {
                let records = tenant.records();
                let journal = &records.journal;
                // A tenant that went back to its seed counts from the beginning, and so does whoever listens.
                if journal.newest() < after {
                    after = 0;
                }
                journal.since(after)
            };
            after = page.next;
            let mut events = String::new();
            for entry in page.shown() {
                let _ = write!(events, "event: exchange\nid: {}\ndata: {entry}\n\n", entry["seq"]);
            }
            if let Some(glances) = &mut glances {
                glances.tell(&tenant, &mut events);
            }
            if !events.is_empty() {
                silent = Duration::ZERO;
            } else if silent >= HEARTBEAT {
                events.push_str(": alive\n\n");
                silent = Duration::ZERO;
            }
            for bytes in greeting.take().into_iter().chain((!events.is_empty()).then(|| Bytes::from(events))) {
                if sender.send(bytes).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                changed = written.changed() => if changed.is_err() { return },
                () = sender.closed() => return,
                () = stop.wait() => return,
                () = pause(rest) => silent += rest,
            }
        }
    });
    Ok(Reply::Events(receiver))
}

/// What a stream knows of a world.
struct Glances {
    service: Arc<Service>,
    last: Option<(TenantClock, u64)>,
}

impl Glances {
    /// Looks at the world, and tells if it is another than it was.
    fn tell(&mut self, tenant: &Tenant, events: &mut String) {
        let (now, seen) = {
            let mut world = tenant.world();
            let (now, _) = world.advance(self.service.tenants().wall().now());
            (now, (world.clock, world.answers.changes()))
        };
        if self.last.replace(seen) != Some(seen) {
            let (clock, changes) = seen;
            let newest = tenant.records().journal.newest();
            let told = json!({ "now": clock::spell(now), "mode": clock.mode(), "changes": changes, "newest": newest });
            let _ = write!(events, "event: world\ndata: {told}\n\n");
        }
    }
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<u64>, ApiError> {
    call.query(name)
        .map(|text| {
            text.parse().map_err(|_| ApiError::bad(format!("{name}: '{text}' is no number of a journal entry")))
        })
        .transpose()
}

pub(super) async fn pause(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "a connection waits here, not a device")]
    tokio::time::sleep(time).await;
}
