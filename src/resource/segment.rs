//! Segments of lists that nobody reads as a whole.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
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

/// Bytes of the longest value, and of the longest beginning that is asked for: names of buckets and keys
/// are no longer, and the database has no room for much more.
const LONGEST_VALUE: usize = 255;
const LONGEST_PREFIX: usize = 1024;

impl Segment {
    /// The segment of a value and a beginning; `None` of a value that no resource can have. A beginning
    /// that none can have is cut, so that the segment holds more than was meant and nothing less.
    pub fn of(value: &str, prefix: &str) -> Option<Self> {
        let is_odd = |c: char| c == '/' || c.is_control();
        if value.is_empty() || value.len() > LONGEST_VALUE || value.contains(is_odd) {
            return None;
        }
        let prefix = prefix.split('\0').next().unwrap_or_default();
        let prefix = &prefix[..prefix.floor_char_boundary(LONGEST_PREFIX)];
        Some(Self { value: value.into(), prefix: prefix.into() })
    }

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

/// Why a string is no [`Segment`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no segment: it has no `/` behind the first value")]
pub struct InvalidSegment(String);

/// What the ids of its resources begin with.
impl fmt::Display for Segment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.value, self.prefix)
    }
}

impl FromStr for Segment {
    type Err = InvalidSegment;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let segment = text.split_once('/').and_then(|(value, prefix)| Self::of(value, prefix));
        segment.ok_or_else(|| InvalidSegment(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_of_what_resources_can_have() {
        assert_eq!(Segment::of("logs", "a/b"), Some(segment("logs", "a/b")));
        for value in ["", "a/b", "a\0", "a\n", &"x".repeat(256)] {
            assert_eq!(Segment::of(value, ""), None, "{value:?}");
        }
        assert_eq!(Segment::of("logs", "a\0b"), Some(segment("logs", "a")));
        let long = Segment::of("logs", &"ä".repeat(600)).expect("a segment");
        assert_eq!(long.prefix.len(), 1024);
    }

    #[test]
    fn a_segment_is_written_as_its_ids_begin() {
        let read = |text: &str| text.parse::<Segment>();
        assert_eq!(read("logs/a/b"), Ok(segment("logs", "a/b")));
        assert_eq!(read("logs/"), Ok(segment("logs", "")));
        assert_eq!(segment("logs", "a/b").to_string(), "logs/a/b");
        for text in ["", "logs", "/a"] {
            assert_eq!(read(text), Err(InvalidSegment(text.to_owned())));
        }
    }

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
