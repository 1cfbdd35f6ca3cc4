//! What people look for in devices, laid out for looking: each row's texts in lower case, one row after the other.
//!
//! A device's own texts lie anywhere in memory, and looking through a million devices waits for each of them. Here they lie
//! in the order in which they are read.

use super::base::Base;
use super::pieces;
use super::rows::Listed;
use crate::device::ManagedDevice;

/// The texts of the rows of a base.
#[derive(Debug)]
pub struct Texts {
    pieces: Vec<Piece>,
    /// Rows of each piece but the last.
    size: usize,
}

#[derive(Debug, Default)]
struct Piece {
    text: String,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Texts {
    /// Reads all rows of `base`, on every core where there are many.
    pub(super) fn of(base: &Base) -> Self {
        let pieces = pieces::each(base.len(), |piece| Piece::of(piece.len(), piece.map(|row| base.device(row))));
        Self { pieces, size: pieces::size(base.len()) }
    }

    /// Whether `lower`, which is in lower case, is in one of a row's texts.
    pub fn have(&self, row: usize, lower: &str) -> bool {
        self.pieces.get(row / self.size).is_some_and(|piece| piece.row(row % self.size).contains(lower))
    }

    /// Whether it is in one of a device's.
    pub fn of_device_have(device: &ManagedDevice, lower: &str) -> bool {
        let mut text = String::new();
        write(&mut text, device);
        text.contains(lower)
    }
}

impl Piece {
    fn of<'a>(count: usize, devices: impl Iterator<Item = Listed<'a>>) -> Self {
        let mut piece = Self { text: String::with_capacity(count * 96), ends: Vec::with_capacity(count) };
        for device in devices {
            write(&mut piece.text, &device);
            piece.ends.push(piece.text.len());
        }
        piece.text.shrink_to_fit();
        piece
    }

    fn row(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }
}

/// Name, user, serial number, model and id, each on a line.
fn write(text: &mut String, device: &ManagedDevice) {
    let record = device.record();
    for found in [&record.device_name, &record.user_principal_name, &record.serial_number, &record.model, &record.id] {
        let found = found.as_str();
        if found.is_ascii() {
            text.extend(found.bytes().map(|byte| char::from(byte.to_ascii_lowercase())));
        } else {
            text.push_str(&found.to_lowercase());
        }
        text.push('\n');
    }
}
