//! Looking at a repository: what the branch holds now, what pull requests ask for.
//!
//! All of this blocks, on the network, on the disk and on validating, and runs on a blocking
//! thread. What to make of it is left to [`super::plan`] and [`super::pulls`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use anyhow::Context;

use crate::catalog;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::git::{
    Commit, CommitId, FetchError, Limits, Mirror, PolicyFile, PolicyTree, ReadError, Remote,
    SkippedEntry, Wanted,
};
use crate::impact::{self, Changes};
use crate::policy::{LoadOutcome, PolicySet, SETTINGS_FILE, Settings, SourceFile, is_policy_file};

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

/// The policies of a commit.
#[derive(Debug, Default)]
pub(super) struct Policies {
    pub(super) files: Vec<PolicyFile>,
    /// Their meaning, and all that is wrong with them and with what stands in their place.
    pub(super) reading: LoadOutcome,
    /// Settings that the repository has for them, unless these have problems.
    pub(super) settings: Option<Settings>,
}

/// Proposal of an open pull request, read at its head.
#[derive(Debug)]
pub(super) struct Proposal {
    pub(super) number: u64,
    pub(super) head: CommitId,
    /// Meaning of its policies, and all that is wrong with them.
    pub(super) reading: LoadOutcome,
    /// Changes of meaning; `None` where it cannot be read whole.
    pub(super) changes: Option<Changes>,
    /// `true` where it touches a policy file.
    pub(super) touches_policies: bool,
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
            let policies = self.policies(mirror, head, None)?;
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
        self.guarded(&mut mirror, |mirror| {
            let Some(target) = mirror.head(&branch)? else { return Ok(Vec::new()) };
            let mut bases = Bases { checkout: self, in_force, read: BTreeMap::new() };
            let gates = Self::settings(mirror, target)?.0;
            let mut proposals = Vec::new();
            for number in numbers {
                match mirror.head(&Wanted::PullRequest(*number))? {
                    Some(head) => {
                        let base = mirror.merge_base(head, target)?.unwrap_or(target);
                        let before = bases.policies(mirror, base)?;
                        let base = (base, before);
                        proposals.push(self.proposal(
                            mirror,
                            (*number, head),
                            base,
                            gates.as_ref(),
                        )?);
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
        gates: Option<&Settings>,
    ) -> Result<Proposal, ReadError> {
        let Policies { reading, settings, .. } = self.policies(mirror, head, gates)?;
        let was = Self::settings(mirror, base)?.0;
        let changes = reading.is_clean().then(|| {
            let changes = impact::changes(before, &reading.policies);
            match (&was, &settings) {
                (Some(was), Some(settings)) => changes.of_settings(was, settings),
                _ => changes,
            }
        });
        let mut touched = mirror.changed_paths(base, head, &self.path)?;
        touched.extend(mirror.changed_paths(base, head, SETTINGS_FILE)?);
        let touches_policies = touched.iter().any(|path| is_policy_file(path));
        Ok(Proposal { number, head, reading, changes, touches_policies })
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

    /// The settings of a commit, unless they have problems, and these.
    fn settings(
        mirror: &Mirror,
        commit: CommitId,
    ) -> Result<(Option<Settings>, Vec<Diagnostic>), ReadError> {
        let PolicyTree { files, skipped } = mirror.file(commit, SETTINGS_FILE)?;
        let read = |file: PolicyFile| Settings::read(&SourceFile::new(file.path, file.bytes));
        let (settings, mut problems) = files
            .into_iter()
            .next()
            .map_or_else(|| (skipped.is_empty().then(Settings::default), Vec::new()), read);
        problems.extend(skipped.into_iter().map(unreadable));
        Ok((settings, problems))
    }

    /// The policies of a commit, without the files that its settings leave out, and held to what these
    /// require, and `gates` besides. What stands in the way of reading
    /// them is a diagnostic as well.
    fn policies(
        &self,
        mirror: &Mirror,
        commit: CommitId,
        gates: Option<&Settings>,
    ) -> Result<Policies, ReadError> {
        let (settings, problems) = Self::settings(mirror, commit)?;
        let excluding = settings.as_ref().or(gates);
        let excluded = |path: &str| excluding.is_some_and(|settings| settings.excludes(path));
        let tree = match mirror.policy_files(commit, &self.path, &excluded) {
            Ok(tree) => tree,
            Err(error @ (ReadError::NoDirectory(_) | ReadError::TooLarge(_))) => {
                let place = Location::file(self.path.as_str());
                let diagnostic = Diagnostic::error(place, Code::UnreadableTree, error.to_string());
                let diagnostics = problems.into_iter().chain([diagnostic]).collect();
                let reading = LoadOutcome { diagnostics, ..LoadOutcome::default() };
                return Ok(Policies { files: Vec::new(), reading, settings });
            }
            Err(error) => return Err(error),
        };
        let files: Vec<_> = tree
            .files
            .iter()
            .map(|file| SourceFile::new(file.path.as_str(), file.bytes.as_slice()))
            .collect();
        let mut reading = catalog::read(&files);
        reading.diagnostics.extend(tree.skipped.into_iter().map(unreadable));
        // Its own as well, which are the branch's once it is merged.
        for settings in [gates, settings.as_ref()].into_iter().flatten() {
            reading = settings.govern(reading);
        }
        reading.diagnostics.extend(problems);
        reading.diagnostics.sort();
        reading.diagnostics.dedup();
        Ok(Policies { files: tree.files, reading, settings })
    }
}

fn unreadable(entry: SkippedEntry) -> Diagnostic {
    Diagnostic::error(Location::file(entry.path), Code::UnreadableFile, entry.why.to_string())
}

/// The policies that pull requests are compared with. Many part from the branch at one commit.
struct Bases<'a> {
    checkout: &'a SourceCheckout,
    in_force: &'a [SourceFile],
    read: BTreeMap<CommitId, PolicySet>,
}

impl Bases<'_> {
    fn policies(&mut self, mirror: &Mirror, base: CommitId) -> Result<&PolicySet, ReadError> {
        Ok(match self.read.entry(base) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let reading = self.checkout.policies(mirror, base, None)?.reading;
                unknown.insert(if reading.is_clean() {
                    reading.policies
                } else {
                    catalog::read(self.in_force).policies
                })
            }
        })
    }
}
