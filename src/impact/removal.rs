//! How many of the groups a revision removes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::policy::{GroupName, PolicySet};

/// Beginning of the line of a commit's message that approves an earlier commit, which loses much.
pub const APPROVAL_TRAILER: &str = "Cloudcorrect-Approve";

/// Removal of groups: seldom what was meant where it is most of them, as where a directory was renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// How many of them are gone.
    pub removed: usize,
    /// How many there were.
    pub of: usize,
}

impl Removal {
    /// The removal of the groups `before` that are not there any more. One that has another name counts,
    /// as its history does not go on.
    pub fn of<'a>(
        before: impl IntoIterator<Item = &'a str>,
        is_there: impl Fn(&str) -> bool,
    ) -> Self {
        let (mut removed, mut of) = (0, 0);
        for name in before {
            of += 1;
            removed += usize::from(!is_there(name));
        }
        Self { removed, of }
    }

    /// The removal of groups from one revision to another.
    pub fn between(before: &PolicySet, after: &PolicySet) -> Self {
        let names = before.groups.keys().map(GroupName::as_str);
        Self::of(names, |name| after.groups.contains_key(name))
    }

    /// `true` where more than so many percent are gone.
    pub fn exceeds(self, percent: u8) -> bool {
        self.removed.saturating_mul(100) > self.of.saturating_mul(usize::from(percent))
    }
}

impl fmt::Display for Removal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.removed, self.of) {
            (1, 1) => out.write_str("the only group is removed"),
            (1, of) => write!(out, "1 of {of} groups is removed"),
            (removed, of) => write!(out, "{removed} of {of} groups are removed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_a_part_is_more_than_a_half_by_default() {
        let removal = |names: &[&str]| Removal::of(["a", "b", "c", "d"], |it| names.contains(&it));
        let words = ["a b c d", "a b c e", "a b", "a", "x"].map(|names| {
            let names: Vec<_> = names.split(' ').collect();
            let removal = removal(&names);
            format!("{removal} {} {}", removal.exceeds(50), removal.exceeds(100))
        });
        assert_eq!(
            words,
            [
                "0 of 4 groups are removed false false",
                "1 of 4 groups is removed false false",
                "2 of 4 groups are removed false false",
                "3 of 4 groups are removed true false",
                "4 of 4 groups are removed true false",
            ]
        );
        let only = Removal::of(["a"], |_| false);
        assert_eq!(only.to_string(), "the only group is removed");
        let none = Removal::of([], |_| false);
        assert!(!none.exceeds(0), "there was nothing to remove");
    }
}
