//! Looking at a repository: what the branch holds now, what pull requests ask for.
//!
//! All of this blocks, on the network, on the disk and on validating, and runs on a blocking
//! thread. What a commit asks for is read in [`crate::proposal`]; what to make of it is left to
//! [`super::plan`] and [`super::pulls`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use anyhow::Context;

use crate::catalog;
use crate::git::{Commit, CommitId, FetchError, Limits, Mirror, ReadError, Remote, Wanted};
use crate::policy::{PolicySet, SourceFile};
use crate::proposal::{Policies, PolicyDirectory, Proposal};

/// A source's checkout of a repository, and where that is mirrored.
#[derive(Debug, Clone)]
pub(super) struct SourceCheckout {
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
    /// It is another one, with its policies.
    New(Box<Revision>),
}

/// A commit with its policies.
#[derive(Debug)]
pub(super) struct Revision {
    pub(super) commit: Commit,
    /// `true` where its history contains the commit in force, or there is none.
    pub(super) follows: bool,
    pub(super) policies: Policies,
}

impl SourceCheckout {
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
        let revision = self.guarded(&mut mirror, |mirror| {
            let head = mirror.head(&branch)?.ok_or_else(|| ReadError::Damaged("no head".into()))?;
            if known == Some(head) {
                return Ok(Head::Known);
            }
            let follows = match in_force {
                Some(in_force) => mirror.is_ancestor(in_force, head)?,
                None => true,
            };
            let commit = mirror.commit(head)?;
            let policies = self.directory(mirror).policies(head, None)?;
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
    ) -> anyhow::Result<Vec<(u64, Proposal)>> {
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
        self.guarded(&mut mirror, |mirror| {
            let Some(target) = mirror.head(&branch)? else { return Ok(Vec::new()) };
            let directory = self.directory(mirror);
            let mut bases = Bases { directory, in_force, read: BTreeMap::new() };
            let gates = directory.settings(target)?.0;
            let mut proposals = Vec::new();
            for number in numbers {
                match mirror.head(&Wanted::PullRequest(*number))? {
                    Some(head) => {
                        let base = mirror.merge_base(head, target)?.unwrap_or(target);
                        let before = (base, bases.policies(base)?);
                        let proposal = directory.proposal(head, before, gates.as_ref())?;
                        proposals.push((*number, proposal));
                    }
                    None => {
                        tracing::warn!(number, remote = %self.remote, "a pull request has no head");
                    }
                }
            }
            Ok(proposals)
        })
    }

    fn directory<'a>(&'a self, mirror: &'a Mirror) -> PolicyDirectory<'a> {
        PolicyDirectory { objects: mirror, path: &self.path }
    }

    fn open(&self) -> anyhow::Result<Mirror> {
        Ok(Mirror::open(&self.directory, self.remote.clone(), self.limits)?)
    }

    /// Reads from a mirror; one that turns out to be damaged is thrown away for the next pass.
    fn guarded<T>(
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
}

/// The policies that pull requests are compared with. Many part from the branch at one commit.
struct Bases<'a> {
    directory: PolicyDirectory<'a>,
    in_force: &'a [SourceFile],
    read: BTreeMap<CommitId, PolicySet>,
}

impl Bases<'_> {
    fn policies(&mut self, base: CommitId) -> Result<&PolicySet, ReadError> {
        Ok(match self.read.entry(base) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let reading = self.directory.policies(base, None)?.reading;
                unknown.insert(if reading.is_clean() {
                    reading.policies
                } else {
                    catalog::read(self.in_force).policies
                })
            }
        })
    }
}
