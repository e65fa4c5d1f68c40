//! Ordered maps of which the next one shares all but what differs.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

/// Most entries of a leaf. What a change costs is a leaf and the list of them.
const MOST: usize = 128;

/// Map that is ordered by its keys and cheap to copy: entries lie in leaves, which a copy shares until
/// one of them is changed. Two maps are compared by the leaves that they do not share.
#[derive(Clone)]
pub struct SharedMap<K, V> {
    /// In the order of their keys, none of them empty.
    leaves: Vec<Arc<Vec<(K, V)>>>,
    len: usize,
}

/// A key with what two maps have at it.
pub type Replaced<'a, K, V> = (&'a K, [Option<&'a V>; 2]);

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self { leaves: Vec::new(), len: 0 }
    }
}

impl<K, V> SharedMap<K, V> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// `true` where there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> + Clone {
        self.leaves.iter().flat_map(|leaf| leaf.iter()).map(|(key, value)| (key, value))
    }

    /// Keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// Values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> SharedMap<K, V> {
    /// Value at a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let leaf = self.leaves.get(self.leaf_of(key))?;
        let at = leaf.binary_search_by(|(one, _)| one.borrow().cmp(key)).ok()?;
        leaf.get(at).map(|(_, value)| value)
    }

    /// `true` where there is a value at a key.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Index of the leaf that has a key, if any has it.
    fn leaf_of<Q: Ord + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        self.leaves.partition_point(|leaf| leaf.last().is_some_and(|(last, _)| last.borrow() < key))
    }
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    /// Map of what is made of each entry, without those of which nothing is.
    #[must_use]
    pub fn filter_map(&self, mut make: impl FnMut(&K, &V) -> Option<V>) -> Self {
        let entries = self.iter().filter_map(|(key, value)| Some((key.clone(), make(key, value)?)));
        entries.collect::<BTreeMap<_, _>>().into()
    }

    /// Puts a value at a key; returns the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let at = self.leaf_of(&key).min(self.leaves.len().saturating_sub(1));
        let Some(leaf) = self.leaves.get_mut(at) else {
            self.leaves.push(Arc::new(vec![(key, value)]));
            self.len = 1;
            return None;
        };
        let leaf = Arc::make_mut(leaf);
        match leaf.binary_search_by(|(one, _)| one.cmp(&key)) {
            Ok(found) => leaf.get_mut(found).map(|(_, old)| std::mem::replace(old, value)),
            Err(free) => {
                leaf.insert(free, (key, value));
                self.len += 1;
                if leaf.len() > MOST {
                    let upper = leaf.split_off(MOST / 2);
                    self.leaves.insert(at + 1, Arc::new(upper));
                }
                None
            }
        }
    }

    /// Takes the value at a key out.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.leaf_of(key);
        let leaf = self.leaves.get_mut(at)?;
        let found = leaf.binary_search_by(|(one, _)| one.borrow().cmp(key)).ok()?;
        let leaf = Arc::make_mut(leaf);
        let (_, value) = leaf.remove(found);
        self.len -= 1;
        if leaf.is_empty() {
            self.leaves.remove(at);
        }
        Some(value)
    }
}

impl<K: Ord, T> SharedMap<K, Arc<T>> {
    /// What two maps do not share, by key: one may hold something else than the other. What they share
    /// costs nothing.
    pub fn replaced<'a>(&'a self, new: &'a Self) -> Vec<Replaced<'a, K, T>> {
        let mut found = Vec::new();
        let (old, new) = (self.not_shared_with(new), new.not_shared_with(self));
        let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return found,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((was, _)), Some((is, _))) => was.cmp(is),
            };
            let was = if order.is_le() { old.next() } else { None };
            let is = if order.is_ge() { new.next() } else { None };
            let Some((key, _)) = was.or(is) else { continue };
            let [was, is] = [was, is].map(|side| side.map(|(_, one)| one));
            if !was.zip(is).is_some_and(|(was, is)| Arc::ptr_eq(was, is)) {
                found.push((key, [was.map(AsRef::as_ref), is.map(AsRef::as_ref)]));
            }
        }
    }

    /// What differs between two maps, by key.
    pub fn differing<'a>(&'a self, new: &'a Self) -> Vec<Replaced<'a, K, T>>
    where
        T: PartialEq,
    {
        let mut found = self.replaced(new);
        found.retain(|(_, [was, is])| was != is);
        found
    }

    /// Entries of the leaves that another map does not have.
    fn not_shared_with<'a>(&'a self, other: &Self) -> Vec<(&'a K, &'a Arc<T>)> {
        let theirs: HashSet<_> = other.leaves.iter().map(Arc::as_ptr).collect();
        let own = self.leaves.iter().filter(|leaf| !theirs.contains(&Arc::as_ptr(leaf)));
        own.flat_map(|leaf| leaf.iter()).map(|(key, value)| (key, value)).collect()
    }
}

impl<K: Ord, V> From<BTreeMap<K, V>> for SharedMap<K, V> {
    fn from(all: BTreeMap<K, V>) -> Self {
        let len = all.len();
        let mut all = all.into_iter();
        let leaf = || {
            let leaf: Vec<_> = all.by_ref().take(MOST / 2).collect();
            (!leaf.is_empty()).then(|| Arc::new(leaf))
        };
        Self { leaves: std::iter::from_fn(leaf).collect(), len }
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SharedMap<K, V> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Borrow<Q>, V, Q: Ord + ?Sized> Index<&Q> for SharedMap<K, V> {
    type Output = V;

    /// Value at a key that is there.
    #[expect(clippy::expect_used, reason = "as of every map")]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is there")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_shared_map_is_a_map(
            begin in prop::collection::btree_map(0_u16..600, 0_u8..4, 0..500),
            edits in prop::collection::vec((0_u16..600, prop::option::of(0_u8..4)), 0..300),
        ) {
            let shared = |map: BTreeMap<u16, u8>| -> BTreeMap<u16, Arc<u8>> {
                map.into_iter().map(|(key, value)| (key, Arc::new(value))).collect()
            };
            let mut plain = shared(begin);
            let mut map = SharedMap::from(plain.clone());
            let (old_plain, old_map) = (plain.clone(), map.clone());
            for (key, value) in edits {
                if let Some(value) = value.map(Arc::new) {
                    prop_assert_eq!(map.insert(key, Arc::clone(&value)), plain.insert(key, value));
                } else {
                    prop_assert_eq!(map.remove(&key), plain.remove(&key));
                }
                prop_assert_eq!(map.len(), plain.len());
            }
            prop_assert!(map.iter().eq(plain.iter()));
            prop_assert!(old_map.iter().eq(old_plain.iter()), "a copy stays as it was");
            prop_assert!(map.leaves.iter().all(|leaf| !leaf.is_empty() && leaf.len() <= MOST));
            for key in 0..600 {
                prop_assert_eq!(map.get(&key), plain.get(&key));
            }
            let keys: std::collections::BTreeSet<_> = old_plain.keys().chain(plain.keys()).collect();
            let differing: Vec<_> = keys
                .into_iter()
                .map(|key| (key, [old_plain.get(key), plain.get(key)].map(|it| it.map(AsRef::as_ref))))
                .filter(|(_, [was, is])| was != is)
                .collect();
            prop_assert_eq!(old_map.differing(&map), differing);
        }
    }

    #[test]
    fn what_is_shared_is_not_looked_at() {
        let all: BTreeMap<u32, Arc<u32>> = (0..10_000).map(|n| (n, Arc::new(n))).collect();
        let old = SharedMap::from(all);
        let mut new = old.clone();
        new.insert(5_000, Arc::new(0));
        new.remove(&77);
        assert!(old.not_shared_with(&new).len() <= 2 * MOST);
        assert_eq!(
            old.replaced(&new),
            [(&77, [Some(&77), None]), (&5_000, [Some(&5_000), Some(&0)])]
        );
    }
}
