//! Values of a document with the bytes at which they stand.

use std::ops::Range;

/// Range of bytes in a file. Files are read up to 1 MiB, so that 32 bits hold an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Offsets of all its bytes.
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<Range<usize>> for Span {
    /// An offset that no file has becomes the greatest one, which lies behind the end.
    fn from(range: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: offset(range.start), end: offset(range.end) }
    }
}

/// Value with the bytes that it is read from. Of a list or a mapping that is its first character.
#[derive(Debug, Clone, Default)]
pub struct Located<T> {
    /// Meaning of the bytes.
    pub value: T,
    /// Bytes that it is read from.
    pub span: Span,
}

/// Field of a document: what its key is given, and where.
#[derive(Debug, Clone, Default)]
pub enum Field<T> {
    /// Key that is not there.
    #[default]
    Missing,
    /// Key whose value is none that it can have, which has been reported.
    Invalid {
        /// Bytes of the key.
        key: Span,
    },
    /// Key with its value.
    Given {
        /// Bytes of the key.
        key: Span,
        /// Value of the key.
        value: Located<T>,
    },
}

impl<T> Field<T> {
    /// Value with its place, where there is a valid one.
    pub fn get(&self) -> Option<&Located<T>> {
        match self {
            Self::Given { value, .. } => Some(value),
            Self::Missing | Self::Invalid { .. } => None,
        }
    }

    /// Value alone, where there is a valid one.
    pub fn value(&self) -> Option<&T> {
        self.get().map(|located| &located.value)
    }

    /// Value alone, taken out of the field.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Given { value, .. } => Some(value.value),
            Self::Missing | Self::Invalid { .. } => None,
        }
    }

    /// Bytes of the key, whatever its value is.
    pub fn key(&self) -> Option<Span> {
        match self {
            Self::Missing => None,
            Self::Invalid { key } | Self::Given { key, .. } => Some(*key),
        }
    }

    /// `true` where the key is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// `true` where the key has a value that was refused.
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid { .. })
    }
}

/// Items of a list; one that was refused, which has been reported, is `None` in its place.
#[derive(Debug, Clone)]
pub struct List<T>(pub(super) Vec<Option<Located<T>>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> List<T> {
    /// Items that are valid.
    pub fn iter(&self) -> impl Iterator<Item = &Located<T>> {
        self.0.iter().flatten()
    }

    /// All items, those that were refused as `None`.
    pub fn all(&self) -> &[Option<Located<T>>] {
        &self.0
    }

    /// Values of the valid items, taken out of the list.
    pub fn into_values(self) -> Vec<T> {
        let mut values = Vec::with_capacity(self.0.len());
        values.extend(self.0.into_iter().flatten().map(|item| item.value));
        values
    }

    /// All items, taken out of the list.
    pub fn into_all(self) -> Vec<Option<Located<T>>> {
        self.0
    }

    /// `true` where the list has no item, not even one that was refused.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Entries of a mapping whose keys are names of the author's.
#[derive(Debug, Clone)]
pub struct Entries<T>(pub(super) Vec<Entry<T>>);

/// Key of the author's with its value.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// Key, unique in its mapping.
    pub key: Located<String>,
    /// Value of the key; `None` for one that was refused, which has been reported.
    pub value: Option<Located<T>>,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Entries<T> {
    /// Entries in the order of the file, those whose value was refused too.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Entry<T>> {
        self.0.iter()
    }

    /// Entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry<T>> {
        self.0.iter().find(|entry| entry.key.value == key)
    }

    /// Keys with their values, where these are valid, taken out of the mapping.
    pub fn into_values(self) -> impl Iterator<Item = (String, T)> {
        self.0.into_iter().filter_map(|entry| Some((entry.key.value, entry.value?.value)))
    }
}
