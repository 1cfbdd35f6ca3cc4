//! When the secrets that Intune keeps for a device were last changed.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::stored;

/// The rotations of one device's secrets, by the secret's name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rotations(Vec<Rotation>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rotation {
    secret: Cow<'static, str>,
    #[serde(with = "stored::count")]
    times: u64,
    #[serde(with = "stored::instant")]
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
            None => self.0.push(Rotation { secret: secret.into(), times: 1, last: at }),
        }
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
