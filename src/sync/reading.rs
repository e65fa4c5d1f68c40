//! Looking at a repository: what the branch holds now, what pull requests ask for.
//!
//! All of this blocks, on the network, on the disk and on validating, and runs on a blocking
//! thread. What to make of it is left to [`super::plan`] and [`super::pulls`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use anyhow::Context;

use crate::catalog;
use crate::diagnostic::{Diagnostic, Place};
use crate::git::{
    Commit, CommitId, FetchError, Limits, Mirror, PolicyFile, ReadError, Remote, Wanted,
};
use crate::impact::{self, Changes};
use crate::policy::{PolicySet, Reading, SourceFile, is_policy_file};

/// A source's corner of a repository, and where that is mirrored.
#[derive(Debug, Clone)]
pub(super) struct Corner {
    pub(super) directory: PathBuf,
    pub(super) remote: Remote,
    pub(super) limits: Limits,
    pub(super) branch: String,
    pub(super) path: String,
}

/// The head of the branch.
#[derive(Debug)]
pub(super) enum Head {
    /// It is the one that was looked at last.
    Known,
    /// It is another one.
    New(Box<Revision>),
}

/// A commit with its policies.
#[derive(Debug)]
pub(super) struct Revision {
    pub(super) commit: Commit,
    /// Whether its history contains the commit in force. It does where there is none.
    pub(super) follows: bool,
    pub(super) policies: Policies,
}

/// The policies of a commit.
#[derive(Debug, Default)]
pub(super) struct Policies {
    pub(super) files: Vec<PolicyFile>,
    /// Their meaning, and all that is wrong with them and with what stands in their place.
    pub(super) reading: Reading,
}

/// What a pull request asks for.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) number: u64,
    pub(super) head: CommitId,
    /// What its policies mean, and all that is wrong with them.
    pub(super) reading: Reading,
    /// What it changes; `None` where it cannot be read whole.
    pub(super) changes: Option<Changes>,
    /// Whether it touches a policy file.
    pub(super) touches_policies: bool,
}

impl Corner {
    /// Fetches the branch and reads its head, unless that is `known`.
    pub(super) fn head(
        &self,
        known: Option<CommitId>,
        in_force: Option<CommitId>,
    ) -> anyhow::Result<Head> {
        let branch = Wanted::Branch(self.branch.clone());
        let mut mirror = self.open()?;
        mirror
            .fetch(std::slice::from_ref(&branch))
            .with_context(|| format!("cannot fetch {branch} of {}", self.remote))?;
        let revision = self.careful(&mut mirror, |mirror| {
            let head = mirror.head(&branch)?.ok_or_else(|| ReadError::Damaged("no head".into()))?;
            if known == Some(head) {
                return Ok(Head::Known);
            }
            let follows = match in_force {
                Some(in_force) => mirror.is_ancestor(in_force, head)?,
                None => true,
            };
            let commit = mirror.commit(head)?;
            let policies = self.policies(mirror, head)?;
            Ok(Head::New(Box::new(Revision { commit, follows, policies })))
        })?;
        Ok(revision)
    }

    /// Fetches pull requests and reads what each asks for, compared with the commit at which it
    /// parted from the branch. Where that commit has errors, it is compared with the files that
    /// are in force. A pull request that cannot be fetched is left out.
    pub(super) fn proposals(
        &self,
        numbers: &[u64],
        in_force: &[SourceFile],
    ) -> anyhow::Result<Vec<Proposal>> {
        let branch = Wanted::Branch(self.branch.clone());
        let wanted: Vec<_> = numbers.iter().map(|number| Wanted::PullRequest(*number)).collect();
        let mut mirror = self.open()?;
        match mirror.fetch(&wanted) {
            // The others are there; which one is missing shows when it is read.
            Ok(()) | Err(FetchError::NoSuchRef(_)) => {}
            Err(error) => {
                let context = format!("cannot fetch pull requests of {}", self.remote);
                return Err(anyhow::Error::new(error).context(context));
            }
        }
        self.careful(&mut mirror, |mirror| {
            let Some(target) = mirror.head(&branch)? else { return Ok(Vec::new()) };
            let mut bases = Bases { corner: self, in_force, read: BTreeMap::new() };
            let mut proposals = Vec::new();
            for number in numbers {
                match mirror.head(&Wanted::PullRequest(*number))? {
                    Some(head) => {
                        let base = mirror.merge_base(head, target)?.unwrap_or(target);
                        let before = bases.policies(mirror, base)?;
                        proposals.push(self.proposal(mirror, (*number, head), (base, before))?);
                    }
                    None => {
                        tracing::warn!(number, remote = %self.remote, "a pull request has no head");
                    }
                }
            }
            Ok(proposals)
        })
    }

    fn proposal(
        &self,
        mirror: &Mirror,
        (number, head): (u64, CommitId),
        (base, before): (CommitId, &PolicySet),
    ) -> Result<Proposal, ReadError> {
        let reading = self.policies(mirror, head)?.reading;
        let changes = reading.is_clean().then(|| impact::changes(before, &reading.policies));
        let touched = mirror.changed_paths(base, head, &self.path)?;
        let touches_policies = touched.iter().any(|path| is_policy_file(path));
        Ok(Proposal { number, head, reading, changes, touches_policies })
    }

    fn open(&self) -> anyhow::Result<Mirror> {
        Ok(Mirror::open(&self.directory, self.remote.clone(), self.limits)?)
    }

    /// Reads from a mirror; one that turns out to be damaged is thrown away for the next pass.
    fn careful<T>(
        &self,
        mirror: &mut Mirror,
        read: impl FnOnce(&Mirror) -> Result<T, ReadError>,
    ) -> anyhow::Result<T> {
        let result = read(mirror);
        if let Err(ReadError::Damaged(_)) = &result {
            mirror.discard()?;
        }
        result.with_context(|| format!("cannot read {}", self.remote))
    }

    /// The policies of a commit. What stands in the way of reading them is a diagnostic as well.
    fn policies(&self, mirror: &Mirror, commit: CommitId) -> Result<Policies, ReadError> {
        let tree = match mirror.policy_files(commit, &self.path) {
            Ok(tree) => tree,
            Err(error @ (ReadError::NoDirectory(_) | ReadError::TooMuch)) => {
                let place = Place::file(self.path.as_str());
                let diagnostic = Diagnostic::error(place, "unreadable-tree", error.to_string());
                let reading = Reading { diagnostics: vec![diagnostic], ..Reading::default() };
                return Ok(Policies { files: Vec::new(), reading });
            }
            Err(error) => return Err(error),
        };
        let files: Vec<_> = tree
            .files
            .iter()
            .map(|file| SourceFile::new(file.path.as_str(), file.bytes.as_slice()))
            .collect();
        let mut reading = catalog::read(&files);
        reading.diagnostics.extend(tree.refused.into_iter().map(|entry| {
            Diagnostic::error(Place::file(entry.path), "unreadable-file", entry.why.to_string())
        }));
        reading.diagnostics.sort();
        Ok(Policies { files: tree.files, reading })
    }
}

/// The policies that pull requests are compared with. Many part from the branch at one commit.
struct Bases<'a> {
    corner: &'a Corner,
    in_force: &'a [SourceFile],
    read: BTreeMap<CommitId, PolicySet>,
}

impl Bases<'_> {
    fn policies(&mut self, mirror: &Mirror, base: CommitId) -> Result<&PolicySet, ReadError> {
        Ok(match self.read.entry(base) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let reading = self.corner.policies(mirror, base)?.reading;
                unknown.insert(if reading.is_clean() {
                    reading.policies
                } else {
                    catalog::read(self.in_force).policies
                })
            }
        })
    }
}
