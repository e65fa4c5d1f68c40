//! Looking at a repository: what the branch holds now, where pull requests are.
//!
//! All of this blocks, on the network, on the disk and on validating, and runs on a blocking
//! thread. What a commit asks for is read in [`crate::proposal`]; what to make of it is left to
//! [`super::plan`] and [`super::pulls`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context;

use crate::git::{
    Approval, Commit, CommitId, FetchError, Fetcher, Limits, Mirror, ReadError, Remote, Signed,
    Wanted,
};
use crate::github::Error as GitHubError;
use crate::impact::APPROVAL_TRAILER;
use crate::policy::SETTINGS_FILE;
use crate::proposal::{Policies, PolicyDirectory};

use super::guard::Approved;

/// A source's checkout of a repository, and where that is mirrored.
#[derive(Debug, Clone)]
pub(super) struct SourceCheckout {
    pub(super) directory: PathBuf,
    pub(super) remote: Remote,
    pub(super) limits: Limits,
    pub(super) fetcher: Fetcher,
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

/// Nobody knows where the branch is now.
#[derive(Debug, thiserror::Error)]
#[error("cannot follow the branch")]
pub(super) struct Unfollowed;

impl Unfollowed {
    /// Why, in words that everybody may read: nothing of the machine that the service runs on.
    pub(super) fn why(error: &anyhow::Error) -> String {
        let private = |error: &FetchError| {
            matches!(error, FetchError::Mirror(_) | FetchError::Process(_) | FetchError::Ended(_))
        };
        if let Some(error) = error.downcast_ref::<FetchError>().filter(|error| !private(error)) {
            error.to_string()
        } else if let Some(error) = error.downcast_ref::<GitHubError>() {
            error.to_string()
        } else {
            "the log of the service says why".to_owned()
        }
    }
}

/// The head of the branch could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot bring commit `{head}` into force")]
pub(super) struct UnreadHead {
    pub(super) head: CommitId,
    pub(super) why: String,
    /// `true` where the mirror may be to blame, which is then fetched anew.
    pub(super) is_mirrors: bool,
}

/// A commit with its policies.
#[derive(Debug)]
pub(super) struct Revision {
    pub(super) commit: Commit,
    /// `true` where its history contains the commit in force, or there is none.
    pub(super) follows: bool,
    pub(super) policies: Policies,
    /// Where something is told of that stands in no file: the directory of the policies.
    pub(super) place: String,
    /// Commits since the one in force that a later one approves, as far as these can be read.
    pub(super) approved: Vec<Approved>,
    /// Signature of the commit, if it has one.
    pub(super) signed: Option<Signed>,
}

/// Heads that were fetched.
#[derive(Debug)]
pub(super) struct Heads {
    /// Head of the branch.
    pub(super) target: CommitId,
    heads: BTreeMap<u64, Result<CommitId, String>>,
}

impl Heads {
    /// Head of a pull request, or why there is none.
    pub(super) fn of(&self, number: u64) -> Result<CommitId, String> {
        self.heads.get(&number).cloned().unwrap_or_else(|| Err("it was not fetched".to_owned()))
    }
}

/// An approval, with the groups of what it approves; one of a commit that cannot be read is of none.
fn approved(directory: PolicyDirectory<'_>, approval: Approval) -> Result<Approved, ReadError> {
    let signed = directory.objects.signed(approval.by.id)?;
    let read = approval.of.as_ref().and_then(|of| directory.policies(of.id, None).ok());
    let groups = read.iter().flat_map(|read| read.reading.policies.groups.keys());
    let groups = groups.map(ToString::to_string).collect();
    let approval = Approval { of: approval.of.filter(|_| read.is_some()), ..approval };
    Ok(Approved { approval, groups, signed })
}

impl SourceCheckout {
    /// Fetches the branch and its merge queue, and reads the branch's head unless that is `known`. What is
    /// the same as in the policies `before` is not read again.
    pub(super) fn head(
        &self,
        known: Option<CommitId>,
        in_force: Option<CommitId>,
        before: Option<&Policies>,
    ) -> anyhow::Result<Head> {
        let (mut mirror, head) = self.fetched().context(Unfollowed)?;
        if known == Some(head) {
            return Ok(Head::Known);
        }
        let revision = self.guarded(&mut mirror, |mirror| {
            let follows = match in_force {
                Some(in_force) => mirror.is_ancestor(in_force, head)?,
                None => true,
            };
            let commit = mirror.commit(head)?;
            let place = if self.path.is_empty() { SETTINGS_FILE } else { &self.path }.to_owned();
            let directory = PolicyDirectory { known: before, ..self.directory(mirror) };
            let policies = directory.policies(head, None)?;
            let approvals = match in_force {
                Some(in_force) => mirror.approvals(head, Some(in_force), APPROVAL_TRAILER)?,
                None => Vec::new(),
            };
            let directory = PolicyDirectory { known: Some(&policies), ..directory };
            let approved = approvals.into_iter().map(|approval| approved(directory, approval));
            let approved = approved.collect::<Result<_, _>>()?;
            let signed = mirror.signed(head)?;
            Ok(Revision { commit, follows, policies, place, approved, signed })
        });
        let unread = |error: anyhow::Error| {
            let Some(cause) = error.downcast_ref() else { return error };
            let is_mirrors = matches!(cause, ReadError::Damaged(_) | ReadError::OutOfMemory);
            let why = cause.to_string();
            error.context(UnreadHead { head, why, is_mirrors })
        };
        Ok(Head::New(Box::new(revision.map_err(unread)?)))
    }

    /// The mirror with the branch and its merge queue as they are now, and the head of the branch.
    fn fetched(&self) -> anyhow::Result<(Mirror, CommitId)> {
        let branch = Wanted::Branch(self.branch.clone());
        let mut mirror = self.open()?;
        mirror
            .fetch(&[branch.clone(), Wanted::MergeQueue(self.branch.clone())])
            .with_context(|| format!("cannot fetch {branch} of {}", self.remote))?;
        let head = self.guarded(&mut mirror, |mirror| {
            mirror.head(&branch)?.ok_or_else(|| ReadError::Damaged("no head".into()))
        })?;
        Ok((mirror, head))
    }

    /// Fetches pull requests; nothing where the branch was never fetched. Where they are too much
    /// together, they are fetched one by one. One that cannot be fetched has a reason in place of a head.
    pub(super) fn heads(&self, numbers: &[u64]) -> anyhow::Result<Option<Heads>> {
        let branch = Wanted::Branch(self.branch.clone());
        let wanted: Vec<_> = numbers.iter().map(|number| Wanted::PullRequest(*number)).collect();
        let mut mirror = self.open()?;
        let mut too_much = BTreeMap::new();
        match mirror.fetch(&wanted) {
            // The others are there; which one is missing shows when it is read.
            Ok(()) | Err(FetchError::NoSuchRef(_)) => {}
            // Any of these may be the fault of one.
            Err(
                FetchError::TooLarge(_)
                | FetchError::TimedOut(_)
                | FetchError::Memory(_)
                | FetchError::Ended(_)
                | FetchError::Damaged(_),
            ) => {
                for number in numbers {
                    match mirror.fetch(&[Wanted::PullRequest(*number)]) {
                        Ok(()) | Err(FetchError::NoSuchRef(_)) => {}
                        Err(error) => drop(too_much.insert(*number, error.to_string())),
                    }
                }
            }
            Err(error) => {
                let context = format!("cannot fetch pull requests of {}", self.remote);
                return Err(anyhow::Error::new(error).context(context));
            }
        }
        self.guarded(&mut mirror, |mirror| {
            let Some(target) = mirror.head(&branch)? else { return Ok(None) };
            let mut heads = BTreeMap::new();
            for number in numbers {
                let head = match too_much.remove(number) {
                    Some(why) => Err(why),
                    None => mirror
                        .head(&Wanted::PullRequest(*number))?
                        .ok_or_else(|| "the repository has no head of it".to_owned()),
                };
                heads.insert(*number, head);
            }
            Ok(Some(Heads { target, heads }))
        })
    }

    /// Throws a mirror away of whose branch a commit cannot be read; `false` where it can.
    pub(super) fn discard_if_damaged(&self, target: CommitId) -> anyhow::Result<bool> {
        let mut mirror = self.open()?;
        let is_damaged = matches!(
            self.directory(&mirror).policies(target, None),
            Err(ReadError::Damaged(_) | ReadError::NoSuchCommit(_))
        );
        if is_damaged {
            mirror.discard()?;
        }
        Ok(is_damaged)
    }

    /// Heads of the merge queue, as of the last fetch of the branch, and the head of the branch.
    pub(super) fn merge_queue(&self) -> anyhow::Result<(Option<CommitId>, BTreeSet<CommitId>)> {
        let mut mirror = self.open()?;
        self.guarded(&mut mirror, |mirror| {
            let target = mirror.head(&Wanted::Branch(self.branch.clone()))?;
            Ok((target, mirror.merge_queue(&self.branch)?))
        })
    }

    fn directory<'a>(&'a self, mirror: &'a Mirror) -> PolicyDirectory<'a> {
        PolicyDirectory { objects: mirror, path: &self.path, known: None }
    }

    fn open(&self) -> anyhow::Result<Mirror> {
        let mirror = Mirror::open(&self.directory, self.remote.clone(), self.limits)?;
        Ok(mirror.with_fetcher(self.fetcher.clone()))
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
