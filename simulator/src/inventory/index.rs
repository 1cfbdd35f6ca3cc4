//! Which rows have a text: by the texts' hashes, so that an index costs eight bytes a row whatever the texts are.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use uuid::Uuid;

/// The properties by which single devices are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// `serialNumber`.
    SerialNumber,
    /// `userPrincipalName`.
    PrincipalName,
    /// `userId`.
    UserId,
    /// `azureADDeviceId`.
    DirectoryId,
}

impl FoundBy {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::SerialNumber, Self::PrincipalName, Self::UserId, Self::DirectoryId];

    /// By Graph's spelling of the property.
    pub fn property(name: &str) -> Option<Self> {
        Some(match name {
            "serialNumber" => Self::SerialNumber,
            "userPrincipalName" => Self::PrincipalName,
            "userId" => Self::UserId,
            "azureADDeviceId" => Self::DirectoryId,
            _ => return None,
        })
    }
}

/// What a text is found by. Case does not count, because some who look do not mind it.
pub(super) fn hash_of(text: &str) -> u32 {
    const FIXED: FixedState = FixedState::with_seed(0);
    #[expect(clippy::cast_possible_truncation, reason = "32 bits of the hash are enough: whoever looks also compares")]
    let hash = FIXED.hash_one(text.to_ascii_lowercase()) as u32;
    hash
}

/// As [`hash_of`] what the id is spelled like.
pub(super) fn hash_of_id(id: Uuid) -> u32 {
    hash_of(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
}

/// Rows by the hash of one of their texts.
#[derive(Debug)]
pub(super) struct Index {
    /// Hash and row in one number, sorted.
    entries: Box<[u64]>,
}

impl Index {
    /// Of the hash of each row, in the rows' order.
    pub(super) fn of(hashes: impl Iterator<Item = u32>) -> Self {
        let mut entries: Vec<u64> = (0_u64..).zip(hashes).map(|(row, hash)| u64::from(hash) << 32 | row).collect();
        entries.sort_unstable();
        Self { entries: entries.into() }
    }

    /// Rows whose text may be that one, in the rows' order.
    pub(super) fn rows(&self, hash: u32) -> impl Iterator<Item = usize> {
        let start = self.entries.partition_point(|entry| entry >> 32 < u64::from(hash));
        let same = self.entries[start..].iter().take_while(move |entry| *entry >> 32 == u64::from(hash));
        same.map(|entry| usize::try_from(entry & u64::from(u32::MAX)).expect("a row's number fits"))
    }
}
