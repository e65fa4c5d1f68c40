//! Segments of lists that nobody reads as a whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

/// Properties by which a list is asked, where an account has too many resources to list them all, as the
/// objects of a bucket. The id of a resource is the first, a slash and the second.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListedBy {
    /// Name of the property whose value a request must have.
    pub value: Arc<str>,
    /// Name of the property of which a request may say how it begins.
    pub prefix: Arc<str>,
}

/// Segment of a list: the resources with one value of a property, and a beginning of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment {
    /// Value of [`ListedBy::value`].
    pub value: Arc<str>,
    /// Beginning of [`ListedBy::prefix`]; empty where any will do.
    pub prefix: Arc<str>,
}

impl Segment {
    /// `true` where all of another segment is in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.value == other.value && other.prefix.starts_with(&*self.prefix)
    }

    /// The same segments without those that others cover.
    pub fn least<'a>(segments: impl IntoIterator<Item = &'a Self>) -> BTreeSet<&'a Self> {
        let all: BTreeSet<&Self> = segments.into_iter().collect();
        let is_covered =
            |segment: &Self| all.iter().any(|other| *other != segment && other.covers(segment));
        all.iter().copied().filter(|segment| !is_covered(segment)).collect()
    }

    /// `true` where the resource of an id is in it.
    pub fn holds(&self, id: &str) -> bool {
        let key = id.strip_prefix(&*self.value).and_then(|rest| rest.strip_prefix('/'));
        key.is_some_and(|key| key.starts_with(&*self.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(value: &str, prefix: &str) -> Segment {
        Segment { value: value.into(), prefix: prefix.into() }
    }

    #[test]
    fn a_segment_covers_what_begins_as_it_does() {
        let whole = segment("logs", "");
        assert!(whole.covers(&segment("logs", "a/")) && whole.covers(&whole));
        assert!(!segment("logs", "a/").covers(&whole));
        assert!(!whole.covers(&segment("logs-2", "a/")));
    }

    #[test]
    fn of_segments_those_are_asked_that_no_other_covers() {
        let all = [segment("logs", "a/b"), segment("logs", "a/"), segment("data", "")];
        let least: Vec<&Segment> = Segment::least(&all).into_iter().collect();
        assert_eq!(least, [&all[2], &all[1]]);
    }

    #[test]
    fn a_segment_holds_what_its_value_and_beginning_say() {
        let of = segment("logs", "a/");
        for (id, is_held) in [("logs/a/b", true), ("logs/b", false), ("logs-2/a/b", false)] {
            assert_eq!(of.holds(id), is_held, "{id}");
        }
        assert!(!of.holds("logs") && segment("logs", "").holds("logs/"));
    }
}
