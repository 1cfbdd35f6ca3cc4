//! A fleet too large to be kept: its order and its indexes, and for each row the number of its device.
//!
//! A million devices cost some 80 MB this way, and two GB if they were kept. What a row costs to look at is what its device
//! costs to work out, some microseconds, on page 1,000 as on page 1.

use std::sync::Arc;

use uuid::Uuid;

use super::index::{FoundBy, Index, hash_of, hash_of_id};
use super::pieces;
use super::source::Source;
use crate::device::Key;

/// The rows of such a fleet, in the service's order.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) source: Arc<dyn Source>,
    /// The number of each row's device.
    numbers: Box<[u32]>,
    ids: Box<[Uuid]>,
    names: Names,
    by_id: Index,
    by_text: [Index; FoundBy::ALL.len()],
    /// How many people own a device.
    pub(super) owners: usize,
}

/// The name of each row, one after the other.
#[derive(Debug)]
struct Names {
    text: String,
    /// Where each ends.
    ends: Box<[u32]>,
}

/// After how many sketches somebody is told.
const TOLD: usize = 1 << 14;

/// What is needed of some devices before their rows are known.
#[derive(Debug, Default)]
struct Sketches {
    names: String,
    ends: Vec<u32>,
    ids: Vec<Uuid>,
    hashes: Vec<[u32; FoundBy::ALL.len()]>,
    owners: Vec<Uuid>,
    /// Numbers of the devices, in the order of their rows.
    order: Vec<Rank>,
}

/// By what a device stands before another: the beginning of its name, and whose it is.
#[derive(Debug, Clone, Copy)]
struct Rank {
    beginning: u128,
    number: u32,
}

impl Drawn {
    /// Sketches every device, on every core, and puts them in order.
    ///
    /// # Panics
    ///
    /// If there are so many that their names together are longer than 4 GB.
    pub(super) fn of(source: Arc<dyn Source>) -> Self {
        let count = usize::try_from(source.count()).expect("a count of devices fits");
        let size = pieces::size(count);
        let mut pieces = pieces::each(count, |piece| {
            let mut sketches = Sketches::default();
            for some in piece.clone().step_by(TOLD).map(|start| start..piece.end.min(start + TOLD)) {
                for number in some.clone() {
                    sketches.add(&*source, number);
                }
                source.has_sketched(u32::try_from(some.len()).expect("a few"));
            }
            let mut order = std::mem::take(&mut sketches.order);
            let first = piece.start;
            order.sort_unstable_by(|a, b| {
                let full = |rank: &Rank| sketches.key(index(rank.number) - first);
                a.beginning.cmp(&b.beginning).then_with(|| full(a).cmp(&full(b)))
            });
            sketches.order = order;
            sketches
        });

        let mut order: Vec<Rank> = Vec::with_capacity(count);
        for piece in &mut pieces {
            order.append(&mut piece.order);
        }
        let key = |number: u32| pieces[index(number) / size].key(index(number) % size);
        // Finds the pieces already in order and only merges them.
        order.sort_by(|a, b| a.beginning.cmp(&b.beginning).then_with(|| key(a.number).cmp(&key(b.number))));
        let numbers: Box<[u32]> = order.iter().map(|rank| rank.number).collect();
        drop(order);

        let mut owners: Vec<Uuid> = pieces.iter_mut().flat_map(|piece| std::mem::take(&mut piece.owners)).collect();
        owners.sort_unstable();
        owners.dedup();
        let of = |number: &u32| (&pieces[index(*number) / size], index(*number) % size);
        let ids: Box<[Uuid]> = numbers.iter().map(of).map(|(piece, place)| piece.ids[place]).collect();
        let names = Names::of(numbers.iter().map(of).map(|(piece, place)| piece.name(place)));
        let by_id = Index::of(ids.iter().map(|id| hash_of_id(*id)));
        let by_text = std::array::from_fn(|text| {
            Index::of(numbers.iter().map(of).map(|(piece, place)| piece.hashes[place][text]))
        });
        Self { source, numbers, ids, names, by_id, by_text, owners: owners.len() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The number of a row's device.
    pub(super) fn number(&self, row: usize) -> u32 {
        self.numbers[row]
    }

    /// By what a row stands where it does.
    pub(super) fn order_of(&self, row: usize) -> (&str, Uuid) {
        (self.names.of_row(row), self.ids[row])
    }

    /// Where the device with that id stands.
    pub(super) fn row_of(&self, id: Uuid) -> Option<usize> {
        self.by_id.rows(hash_of_id(id)).find(|row| self.ids[*row] == id)
    }

    /// Rows that may have that text.
    pub(super) fn rows_with(&self, property: FoundBy, text: &str) -> Vec<usize> {
        self.by_text[property as usize].rows(hash_of(text)).collect()
    }

    /// The first row behind `key`.
    pub(super) fn first_row_after(&self, key: &Key) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.order_of(middle) <= (&*key.name, key.id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl Names {
    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(names.size_hint().0));
        for name in names {
            text.push_str(name);
            ends.push(u32::try_from(text.len()).expect("names of less than 4 GB"));
        }
        text.shrink_to_fit();
        Self { text, ends: ends.into() }
    }

    fn of_row(&self, row: usize) -> &str {
        between(&self.text, &self.ends, row)
    }
}

impl Sketches {
    fn add(&mut self, source: &dyn Source, number: usize) {
        let number = u32::try_from(number).expect("it is below a count of 32 bits");
        let sketch = source.sketch(number);
        let owner = sketch.owner.as_ref();
        let hashes = FoundBy::ALL.map(|property| match property {
            FoundBy::SerialNumber => hash_of(&sketch.serial_number),
            FoundBy::PrincipalName => hash_of(owner.map_or("", |owner| &owner.principal)),
            FoundBy::UserId => owner.map_or_else(|| hash_of(""), |owner| hash_of_id(owner.id)),
            FoundBy::DirectoryId => hash_of_id(sketch.directory_id.unwrap_or_default()),
        });
        self.owners.extend(owner.map(|owner| owner.id));
        self.hashes.push(hashes);
        self.order.push(Rank { beginning: beginning(&sketch.device_name), number });
        self.names.push_str(&sketch.device_name);
        self.ends.push(u32::try_from(self.names.len()).expect("names of less than 4 GB"));
        self.ids.push(sketch.id);
    }

    fn name(&self, place: usize) -> &str {
        between(&self.names, &self.ends, place)
    }

    fn key(&self, place: usize) -> (&str, Uuid) {
        (self.name(place), self.ids[place])
    }
}

/// The first sixteen bytes of a name as a number that sorts like it.
fn beginning(name: &str) -> u128 {
    let mut bytes = [0; 16];
    let known = name.len().min(bytes.len());
    bytes[..known].copy_from_slice(&name.as_bytes()[..known]);
    u128::from_be_bytes(bytes)
}

fn between<'a>(text: &'a str, ends: &[u32], place: usize) -> &'a str {
    let start = place.checked_sub(1).map_or(0, |before| index(ends[before]));
    &text[start..index(ends[place])]
}

fn index(number: u32) -> usize {
    usize::try_from(number).expect("32 bits fit")
}
