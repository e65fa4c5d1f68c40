//! Mappings of values. An inventory holds hundreds of thousands of them, most with a few entries, so
//! that one is a single piece of memory, in which a key is found by looking at one after another.

use std::fmt;
use std::sync::Arc;

use super::Value;

/// How many entries are looked at one after another; among more a key is sought by halves.
const FEW: usize = 16;

/// A mapping in the order of its keys, shared by all that hold it.
#[derive(Clone, PartialEq)]
pub struct Mapping {
    entries: Arc<[(Arc<str>, Value)]>,
    in_part: bool,
}

impl Mapping {
    /// Mapping of entries that are in the order of their keys, of which none is there twice.
    pub fn in_order(entries: impl Iterator<Item = (Arc<str>, Value)>) -> Self {
        let mapping = Self { entries: entries.collect(), in_part: false };
        debug_assert!(mapping.entries.is_sorted_by(|(one, _), (other, _)| one < other));
        mapping
    }

    /// The same mapping as the part that is known of one: of the keys that it lacks nobody knows
    /// anything.
    #[must_use]
    pub fn in_part(self) -> Self {
        Self { in_part: true, ..self }
    }

    /// `true` where the mapping may have keys that are not in it.
    pub fn is_in_part(&self) -> bool {
        self.in_part
    }

    /// `true` where both are the same piece of memory.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.entries, &other.entries) && self.in_part == other.in_part
    }

    /// Value of a key; `None` where there is no such entry.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let entries = &self.entries;
        let found = if entries.len() <= FEW {
            entries.iter().find(|(known, _)| **known == *key)
        } else {
            let place = entries.binary_search_by(|(known, _)| (**known).cmp(key)).ok()?;
            entries.get(place)
        };
        found.map(|(_, value)| value)
    }

    /// The same of a key of a schema. Whatever is read by a schema shares its names, so that mostly no
    /// text is compared.
    pub fn get_shared(&self, key: &Arc<str>) -> Option<&Value> {
        let shared = self.entries.iter().find(|(known, _)| Arc::ptr_eq(known, key));
        shared.map(|(_, value)| value).or_else(|| self.get(key))
    }

    /// `true` where there is an entry with a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Keys and values, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Keys alone, in their order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// Values in the order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// `true` where there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Of equal keys the last counts.
impl FromIterator<(Arc<str>, Value)> for Mapping {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.reverse();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        entries.dedup_by(|(later, _), (kept, _)| later == kept);
        Self::in_order(entries.into_iter())
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: i64) -> Vec<(Arc<str>, Value)> {
        (0..count).rev().map(|at| (format!("key{at:03}").into(), Value::Int(at))).collect()
    }

    #[test]
    fn keys_are_found_among_few_and_among_many() {
        for count in [0, 1, 3, 16, 17, 100] {
            let mapping: Mapping = entries(count).into_iter().collect();
            assert_eq!(Mapping::in_order(entries(count).into_iter().rev()), mapping);
            for (key, value) in entries(count) {
                assert_eq!(mapping.get(&key), Some(&value), "{key} of {count}");
                let own = mapping.keys().find(|known| **known == key).expect("the key");
                for key in [own, &key] {
                    assert_eq!(mapping.get_shared(key), Some(&value), "{key} of {count}");
                }
            }
            assert_eq!(mapping.get("key"), None);
            assert_eq!(mapping.get("zzz"), None);
            assert_eq!(mapping.get_shared(&"zzz".into()), None);
            assert!(mapping.keys().is_sorted());
        }
    }

    #[test]
    fn of_equal_keys_the_last_counts() {
        let twice =
            || [("b", 1), ("a", 2), ("b", 3)].map(|(key, at)| (Arc::from(key), Value::Int(at)));
        let mapping: Mapping = twice().into_iter().collect();
        assert_eq!(format!("{mapping:?}"), r#"{"a": Int(2), "b": Int(3)}"#);
    }
}
