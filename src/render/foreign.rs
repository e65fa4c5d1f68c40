//! Checks under our names that somebody else posted.

use serde::{Deserialize, Serialize};

use super::markdown::code;
use super::words::count;

/// Beginning of all names of our checks.
pub const OUR_NAMES: &str = "cloudcorrect/";

/// Checks that are named at most.
const MOST_NAMED: usize = 5;

/// Check under one of our names that somebody else posted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ForeignCheck {
    /// Way in which it is shown.
    pub kind: ForeignKind,
    /// Its name, which begins as ours do.
    pub name: String,
    /// App or login of whoever posted it.
    pub author: String,
    /// What it says, in GitHub's words.
    pub state: String,
}

/// Way in which somebody shows a check on a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignKind {
    /// A check run of an App.
    CheckRun,
    /// A status of a commit.
    Status,
}

impl ForeignKind {
    /// Noun for it.
    pub fn noun(self) -> &'static str {
        match self {
            Self::CheckRun => "check run",
            Self::Status => "status",
        }
    }
}

/// Sentence for a comment about the checks of a head that are not ours, of which there are some.
pub(super) fn sentence(foreign: &[ForeignCheck]) -> String {
    let named = |one: &ForeignCheck| {
        let (noun, name) = (one.kind.noun(), code(&one.name));
        format!("the {noun} {name} ({}) by {}", code(&one.state), code(&one.author))
    };
    let list: Vec<_> = foreign.iter().take(MOST_NAMED).map(named).collect();
    let more = match foreign.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {}", count(more, "other")),
    };
    format!(
        "⚠️ **Not from this service**: {}{more}. A ruleset that requires the check from this service's App \
         alone does not count what others post.",
        list.join(", ")
    )
}
