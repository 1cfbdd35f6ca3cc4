//! A map that forgets its oldest entries: what it keeps is handed to strangers, who may ask for any number of them.

use std::collections::{HashMap, VecDeque};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Entries kept in each.
pub(super) const KEPT: usize = 10_000;

/// At most [`KEPT`] values by name; the oldest go first.
#[derive(Debug, Clone)]
pub(super) struct Bounded<V> {
    values: HashMap<String, V>,
    order: VecDeque<String>,
}

impl<V> Default for Bounded<V> {
    fn default() -> Self {
        Self { values: HashMap::new(), order: VecDeque::new() }
    }
}

impl<V> Bounded<V> {
    pub(super) fn insert(&mut self, name: String, value: V) {
        if self.values.insert(name.clone(), value).is_none() {
            self.order.push_back(name);
        }
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.values.get_mut(name)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.order.iter().filter_map(|name| self.values.get(name))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.values_mut()
    }
}

/// A list of names and values, oldest first.
impl<V: Serialize> Serialize for Bounded<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.order.iter().filter_map(|name| Some((name, self.values.get(name)?))))
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Bounded<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<(String, V)>::deserialize(deserializer)?;
        if entries.len() > KEPT {
            return Err(D::Error::custom(format!("at most {KEPT} are kept; there are {}", entries.len())));
        }
        let mut kept = Self::default();
        for (name, value) in entries {
            kept.insert(name, value);
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounded, KEPT};

    #[test]
    fn the_oldest_go_first() {
        let mut kept = Bounded::default();
        for number in 0..=KEPT {
            kept.insert(number.to_string(), number);
        }
        assert_eq!(kept.get("0"), None);
        assert_eq!(kept.get("1"), Some(&1));
        assert_eq!(kept.values().count(), KEPT);
    }
}
