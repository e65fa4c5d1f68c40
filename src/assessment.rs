//! Assessments: what is to be said of the head of a pull request.
//!
//! A head is read and compared with where it parted from the branch, and what it changes is judged over
//! the inventories that evaluations stored: no account is asked. All of it is computed from a
//! [`Question`] into a value, the [`Assessment`], which holds the posts; wanting these is left to
//! `sync`. What a pull request holds is anybody's, so that the service has it assessed by a process of
//! its own ([`Assessors`]), bounded in memory and time.

mod assessor;
mod assessors;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::db::sources::SourceId;
use crate::git::CommitId;
use crate::render::links::Links;
use crate::render::post::Post;
use crate::render::{Collection, ForeignCheck, SourceLabel, Unjudged};
use crate::resource::{AccountId, TypeName};

pub use self::assessor::Assessor;
pub use self::assessors::{Assessors, Bounds, Unread, unread, work};

/// Source for which an answer speaks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Speaker {
    /// Key of the source.
    pub source: SourceId,
    /// Name of the source.
    pub name: String,
    /// `true` where no other source is fed by the same repository.
    pub is_alone: bool,
    /// The way to the page.
    pub links: Links,
}

impl Speaker {
    fn label(&self) -> SourceLabel<'_> {
        SourceLabel { source: &self.name, is_alone: self.is_alone }
    }
}

/// Question after a head of a pull request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Question {
    /// Source whose policies it asks to change.
    pub speaker: Speaker,
    /// Directory of the mirror, which has all commits.
    pub mirror: PathBuf,
    /// Directory of the policies, from the repository's root.
    pub path: String,
    /// Number of the pull request; a head of a merge queue has none, and gets no comment.
    pub number: Option<u64>,
    /// Its head.
    pub head: CommitId,
    /// Head of the branch that it is to be merged into.
    pub target: CommitId,
    /// Head of the layer below, of one of a stack: it is compared with that.
    pub below: Option<CommitId>,
    /// Day on which waivers are looked at, in UTC.
    pub today: NaiveDate,
    /// `true` where not everybody may see what is said, so that resources may be named if the settings of
    /// that branch want it.
    pub is_private: bool,
    /// How many percent of the groups a commit of the branch may remove without being held.
    pub max_removed_percent: u8,
    /// Why its changes are not to be judged over inventories, if they are not.
    pub unjudged: Option<Unjudged>,
    /// Whether people may have collected what it could not be judged by.
    pub collection: Collection,
    /// Checks under our names on its head that somebody else posted.
    pub foreign: Vec<ForeignCheck>,
}

/// Answer to a question: what is to be posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The check run of the head.
    pub check: Post,
    /// The comment on the pull request.
    pub comment: Option<Post>,
    /// `true` where it touches a policy file, so that there is a comment also where there was none.
    pub concerns_policies: bool,
    /// Types that it could not be judged by, by account.
    pub uncollected: BTreeMap<AccountId, BTreeSet<TypeName>>,
}
