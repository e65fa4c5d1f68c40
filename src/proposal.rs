//! Proposals: what a commit asks for, read from a repository and compared with the commit at which it
//! parted from a branch.
//!
//! The service answers pull requests with it, and the command `plan` says the same on a laptop. All of
//! it blocks, on the disk and on validating. Where the repository comes from is left to `git`, what is
//! said of a proposal to `render`.

use crate::catalog;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::git::{CommitId, Objects, PolicyTree, ReadError, SkippedEntry};
use crate::impact::{self, Changes};
use crate::policy::{LoadOutcome, PolicySet, Reading, SETTINGS_FILE, Settings, is_policy_file};

/// Directory of a repository that has policies.
#[derive(Clone, Copy)]
pub struct PolicyDirectory<'a> {
    /// The repository.
    pub objects: &'a Objects,
    /// The directory, from the repository's root; empty for that itself.
    pub path: &'a str,
    /// Policies of another commit that were read from it: what is the same need not be read again.
    pub known: Option<&'a Policies>,
}

/// The policies of a commit.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Files that they are read from, with what stands in their place.
    pub tree: PolicyTree,
    /// Their meaning, and all that is wrong with them and with what stands in their place.
    pub reading: LoadOutcome,
    /// Settings that the repository has for them, unless these have problems.
    pub settings: Option<Settings>,
    /// Reading of the files alone; nothing where there are too many or none.
    read: Option<Reading>,
    /// Patterns of the files that were left out.
    excluded: Vec<String>,
}

/// Proposal of a commit to become what is in force.
#[derive(Debug)]
pub struct Proposal {
    /// The commit.
    pub head: CommitId,
    /// Meaning of its policies, and all that is wrong with them.
    pub reading: LoadOutcome,
    /// Changes of meaning; `None` where it cannot be read whole.
    pub changes: Option<Changes>,
    /// `true` where it touches a policy file.
    pub touches_policies: bool,
}

impl PolicyDirectory<'_> {
    /// The proposal of a commit, compared with the policies of another one from which it goes out.
    /// `gates` are the settings of the branch, which it is held to besides its own.
    pub fn proposal(
        self,
        head: CommitId,
        (base, before): (CommitId, &PolicySet),
        gates: Option<&Settings>,
    ) -> Result<Proposal, ReadError> {
        let Policies { reading, settings, .. } = self.policies(head, gates)?;
        let was = self.settings(base)?.0;
        let changes = reading.is_clean().then(|| {
            let changes = impact::changes(before, &reading.policies);
            match (&was, &settings) {
                (Some(was), Some(settings)) => changes.of_settings(was, settings),
                _ => changes,
            }
        });
        let mut touched = self.objects.changed_paths(base, head, self.path)?;
        touched.extend(self.objects.changed_paths(base, head, SETTINGS_FILE)?);
        let touches_policies = touched.iter().any(|path| is_policy_file(path));
        Ok(Proposal { head, reading, changes, touches_policies })
    }

    /// The settings of a commit, unless they have problems, and these.
    pub fn settings(
        self,
        commit: CommitId,
    ) -> Result<(Option<Settings>, Vec<Diagnostic>), ReadError> {
        let found = self.objects.file(commit, SETTINGS_FILE)?;
        let without = || (found.skipped.is_empty().then(Settings::default), Vec::new());
        let (settings, mut problems) = found.files().first().map_or_else(without, Settings::read);
        problems.extend(found.skipped.iter().map(unreadable));
        Ok((settings, problems))
    }

    /// The policies of a commit, without the files that its settings leave out, and held to what these
    /// require, and `gates` besides. What stands in the way of reading them is a diagnostic as well.
    pub fn policies(
        self,
        commit: CommitId,
        gates: Option<&Settings>,
    ) -> Result<Policies, ReadError> {
        let (settings, problems) = self.settings(commit)?;
        let excluding = settings.as_ref().or(gates);
        let is_excluded = |path: &str| excluding.is_some_and(|settings| settings.excludes(path));
        let excluded = excluding.map_or_else(Vec::new, |settings| settings.exclude.clone());
        let known = self.known.filter(|known| known.excluded == excluded);
        let before = known.map(|known| &known.tree);
        let tree = match self.objects.policy_files(commit, self.path, &is_excluded, before) {
            Ok(tree) => tree,
            Err(error @ (ReadError::NoDirectory(_) | ReadError::TooLarge(_))) => {
                let place = Location::file(self.path);
                let diagnostic = Diagnostic::error(place, Code::UnreadableTree, error.to_string());
                let diagnostics = problems.into_iter().chain([diagnostic]).collect();
                let reading = LoadOutcome { diagnostics, ..LoadOutcome::default() };
                return Ok(Policies { reading, settings, ..Policies::default() });
            }
            Err(error) => return Err(error),
        };
        let read = match self.known.and_then(|known| Some((known, known.read.as_ref()?))) {
            Some((known, read)) => read.next(&tree.replaced(&known.tree)),
            None => catalog::reading(&tree.files()),
        };
        let mut reading = read.outcome().clone();
        reading.diagnostics.extend(tree.skipped.iter().map(unreadable));
        // Its own as well, which are the branch's once it is merged.
        for settings in [gates, settings.as_ref()].into_iter().flatten() {
            reading = settings.govern(reading);
        }
        reading.diagnostics.extend(problems);
        reading.diagnostics.sort();
        reading.diagnostics.dedup();
        Ok(Policies { tree, reading, settings, read: Some(read), excluded })
    }
}

fn unreadable(entry: &SkippedEntry) -> Diagnostic {
    Diagnostic::error(
        Location::file(entry.path.as_str()),
        Code::UnreadableFile,
        entry.why.to_string(),
    )
}
