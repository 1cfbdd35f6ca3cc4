//! `rebootNow`: the portal's Restart. What the device did is over when it answers, so only the entry tells.

use super::RemoteAction;

/// `POST …/rebootNow`.
#[derive(Debug)]
pub struct RebootNow;

impl RemoteAction for RebootNow {
    fn name(&self) -> &'static str {
        "rebootNow"
    }

    fn bulk_names(&self) -> &'static [&'static str] {
        &["rebootNow"]
    }
}
