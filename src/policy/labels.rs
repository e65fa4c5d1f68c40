//! Labels of documents, and what selectors ask of them.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::document::{Entries, Field};

/// Labels of a document, each a key with its value, in the order of the keys.
///
/// Nearly all documents have one or two of them, and there are thousands of documents: a list as
/// long as it is takes some fifty bytes where a tree takes over six hundred.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels(Box<[(String, String)]>);

impl Labels {
    /// Labels of a field, whose keys are unique; those that are no text are left out.
    pub(super) fn resolve(field: Field<Entries<String>>) -> Self {
        field.into_value().map_or_else(Self::default, |entries| entries.into_values().collect())
    }

    /// Value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        self.0.get(found).map(|(_, value)| value.as_str())
    }

    /// Keys with their values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// `true` where all of these are among the labels of another document.
    pub(super) fn are_among(&self, labels: &Self) -> bool {
        self.iter().all(|(key, value)| labels.get(key) == Some(value))
    }
}

/// Labels of keys, each of which is there once.
impl FromIterator<(String, String)> for Labels {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(labels: I) -> Self {
        let mut labels: Vec<_> = labels.into_iter().collect();
        labels.sort_unstable();
        Self(labels.into())
    }
}

/// Mapping of the keys in their order: it is part of digests.
impl Serialize for Labels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// List for people, such as `env=prod, team=shop`.
impl fmt::Display for Labels {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<_> = self.iter().map(|(key, value)| format!("{key}={value}")).collect();
        out.write_str(&all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(of: &[(&str, &str)]) -> Labels {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn labels_are_found_by_their_keys_and_told_in_their_order() {
        let all = labels(&[("team", "shop"), ("env", "prod"), ("zone", "")]);
        let found: Vec<_> = ["env", "team", "zone", "tea"].map(|key| all.get(key)).into();
        assert_eq!(found, [Some("prod"), Some("shop"), Some(""), None]);
        assert_eq!(all.to_string(), "env=prod, team=shop, zone=");
        let json = serde_json::to_string(&all).expect("JSON");
        assert_eq!(json, r#"{"env":"prod","team":"shop","zone":""}"#);
    }

    #[test]
    fn a_selector_asks_for_each_of_its_labels() {
        let all = labels(&[("team", "shop"), ("env", "prod")]);
        for asked in [&[][..], &[("env", "prod")], &[("team", "shop"), ("env", "prod")]] {
            assert!(labels(asked).are_among(&all), "{asked:?}");
        }
        for asked in [&[("env", "dev")][..], &[("zone", "a")], &[("env", "prod"), ("a", "b")]] {
            assert!(!labels(asked).are_among(&all), "{asked:?}");
        }
    }
}
