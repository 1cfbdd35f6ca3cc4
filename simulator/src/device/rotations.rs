//! When the secrets that Intune keeps for a device were last changed.

use chrono::{DateTime, Utc};

/// The rotations of one device's secrets, by the secret's name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rotations(Vec<Rotation>);

#[derive(Debug, Clone, PartialEq)]
struct Rotation {
    secret: &'static str,
    times: u64,
    last: DateTime<Utc>,
}

impl Rotations {
    /// Writes one down.
    pub fn note(&mut self, secret: &'static str, at: DateTime<Utc>) {
        match self.0.iter_mut().find(|rotation| rotation.secret == secret) {
            Some(rotation) => {
                rotation.times += 1;
                rotation.last = at;
            }
            None => self.0.push(Rotation { secret, times: 1, last: at }),
        }
    }

    /// How often a secret was rotated.
    pub fn times(&self, secret: &str) -> u64 {
        self.get(secret).map_or(0, |rotation| rotation.times)
    }

    /// When it was last.
    pub fn last(&self, secret: &str) -> Option<DateTime<Utc>> {
        self.get(secret).map(|rotation| rotation.last)
    }

    fn get(&self, secret: &str) -> Option<&Rotation> {
        self.0.iter().find(|rotation| rotation.secret == secret)
    }
}
