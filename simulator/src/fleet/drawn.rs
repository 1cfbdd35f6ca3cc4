//! A generated fleet of which nothing is kept.

use chrono::{DateTime, Utc};

use super::draft::Context;
use super::mix;
use super::people::People;
use crate::device::ManagedDevice;
use crate::inventory::{Sketch, Source};
use crate::random::Draw;

/// The devices of [`super::generated`], worked out whenever one is looked at.
#[derive(Debug)]
pub struct Drawn {
    /// How many there are.
    pub count: u32,
    /// The people of the tenant.
    pub people: People,
    /// When the fleet is looked at: devices enrolled months and checked in hours before it.
    pub as_of: DateTime<Utc>,
    /// What everything is drawn from.
    pub draw: Draw,
    /// Who hears how far it has got.
    pub progress: Option<Progress>,
}

/// Hears how many more devices of how many are ready; from several threads, in any order.
pub type Progress = fn(more: u32, of: u32);

impl Source for Drawn {
    fn count(&self) -> u32 {
        self.count
    }

    fn device(&self, number: u32) -> ManagedDevice {
        let context = Context { people: &self.people, as_of: self.as_of };
        let draft = super::generated(number, &context, self.draw);
        ManagedDevice::new(draft.id, draft.record, draft.physical).0
    }

    fn sketch(&self, number: u32) -> Sketch {
        mix::sketch(u64::from(number), &self.people, self.draw)
    }

    fn has_sketched(&self, more: u32) {
        if let Some(progress) = self.progress {
            progress(more, self.count);
        }
    }
}

#[cfg(test)]
mod tests;
