//! Named snapshots of a tenant: moments to go back to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Moment;

/// Snapshots of one tenant.
pub const MOST: usize = 64;
/// Characters of a name.
const NAME_LIMIT: usize = 64;

/// The name of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotName(String);

/// Why a snapshot cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are {MOST} snapshots already; delete one first, or take this one under the name of another")]
pub struct TooManySnapshots;

/// The snapshots of one tenant.
#[derive(Debug, Default)]
pub struct Snapshots(BTreeMap<SnapshotName, Arc<Moment>>);

impl SnapshotName {
    /// What a name looks like. `.` and `..` alone would be taken for parts of the path by clients.
    pub const PATTERN: &str = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$";

    /// The name, as it is written in a path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for SnapshotName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if (1..=NAME_LIMIT).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('.') {
            return Ok(Self(text.to_owned()));
        }
        let shown: String = text.chars().take(NAME_LIMIT).collect();
        Err(format!(
            "'{shown}' is no name of a snapshot: write 1 to {NAME_LIMIT} letters, digits, '.', '_' and '-', and no '.' first"
        ))
    }
}

impl Snapshots {
    /// Keeps `moment` under `name`, in the place of one that has it.
    pub fn keep(&mut self, name: SnapshotName, moment: Arc<Moment>) -> Result<(), TooManySnapshots> {
        if self.0.len() >= MOST && !self.0.contains_key(&name) {
            return Err(TooManySnapshots);
        }
        self.0.insert(name, moment);
        Ok(())
    }

    /// The moment kept under `name`.
    pub fn get(&self, name: &SnapshotName) -> Option<Arc<Moment>> {
        self.0.get(name).cloned()
    }

    /// Forgets a snapshot; whether there was one.
    pub fn delete(&mut self, name: &SnapshotName) -> bool {
        self.0.remove(name).is_some()
    }

    /// Every snapshot, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&SnapshotName, &Arc<Moment>)> {
        self.0.iter()
    }
}
