//! Readings of files: each file by itself, then what all of them say together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::document::{DiagnosticSink, SourceFile, parallel};

use super::check_type::CheckTypes;
use super::library::{Library, ParseCache};
use super::names::GroupName;
use super::references::{CrossReferences, MOST_CHECKS};
use super::resolved::{Declared, ResolvedFile};
use super::set::{LoadOutcome, PolicySet};

impl PolicySet {
    /// Reads files, all of them, whatever is wrong with some.
    ///
    /// Checks may use the check types of the files; with those that come with cloudcorrect besides,
    /// it is [`crate::catalog::read`].
    pub fn read(files: &[SourceFile]) -> LoadOutcome {
        Reading::new(files, &CheckTypes::default()).outcome
    }
}

/// Reading of files, which is kept so that the next one looks only at the files that differ.
#[derive(Debug, Clone)]
pub struct Reading {
    files: Vec<SourceFile>,
    /// Each of the files by itself.
    resolved: Vec<Arc<ResolvedFile>>,
    /// Check types that were there before.
    built_in: CheckTypes,
    library: Library,
    /// How many checks all groups have.
    checks: usize,
    outcome: LoadOutcome,
}

impl Reading {
    /// Reading of files whose checks may use the check types that are there already.
    pub fn new(files: &[SourceFile], built_in: &CheckTypes) -> Self {
        let (library, cache) = Library::read(files, built_in);
        let resolved = resolve(files, &library, &cache);
        let outcome = outcome(&resolved);
        let (files, built_in, checks) = (files.to_vec(), built_in.clone(), checks(&outcome));
        Self { files, resolved, built_in, library, checks, outcome }
    }

    /// Reading of other files, equal to [`Self::new`] of them. What it costs grows with the files that
    /// differ from those of this one at the same path.
    #[must_use]
    pub fn next(&self, files: &[SourceFile]) -> Self {
        let kept = self.kept(files);
        let mut is_kept = kept.iter().flatten().copied().peekable();
        let gone = (0..self.files.len()).filter(|index| is_kept.next_if_eq(index).is_none());
        let gone: Vec<usize> = gone.collect();
        let new = files.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
        let new: Vec<SourceFile> = new.map(|(file, _)| file.clone()).collect();
        let old = gone.iter().filter_map(|index| self.files.get(*index));
        if old.chain(&new).any(Library::may_have_part_of) {
            return Self::new(files, &self.built_in);
        }
        // The expressions of one reading are let go with it.
        let library = Library { expressions: Arc::default(), ..self.library.clone() };
        let new = resolve(&new, &library, &ParseCache::default());
        let mut next = new.iter();
        let resolved: Vec<_> = kept
            .iter()
            .filter_map(|kept| match kept {
                Some(index) => self.resolved.get(*index),
                None => next.next(),
            })
            .cloned()
            .collect();
        let old: Vec<_> = gone.iter().filter_map(|index| self.resolved.get(*index)).collect();
        let (outcome, checks) = self.changed(&old, &new, &resolved).unwrap_or_else(|| {
            let outcome = outcome(&resolved);
            let checks = checks(&outcome);
            (outcome, checks)
        });
        let (files, built_in) = (files.to_vec(), self.built_in.clone());
        Self { files, resolved, built_in, library, checks, outcome }
    }

    /// What reading came to, where nothing else of it is wanted.
    pub fn into_outcome(self) -> LoadOutcome {
        self.outcome
    }

    /// What reading came to.
    pub fn outcome(&self) -> &LoadOutcome {
        &self.outcome
    }

    /// For each file the index of the one here that is the same, at the same path. Files that are in
    /// the order of their paths are all found.
    fn kept(&self, files: &[SourceFile]) -> Vec<Option<usize>> {
        let mut known = self.files.iter().enumerate().peekable();
        let mut kept = Vec::with_capacity(files.len());
        for file in files {
            while known.next_if(|(_, one)| !one.is_same(file) && one.path < file.path).is_some() {}
            kept.push(known.next_if(|(_, one)| one.is_same(file)).map(|(index, _)| index));
        }
        kept
    }

    /// What reading comes to where `old` files gave way to `new` ones. Nothing where what is left
    /// must be looked at again: anything is wrong, or accounts change, which all groups go by.
    fn changed(
        &self,
        old: &[&Arc<ResolvedFile>],
        new: &[Arc<ResolvedFile>],
        all: &[Arc<ResolvedFile>],
    ) -> Option<(LoadOutcome, usize)> {
        let changed = || old.iter().copied().chain(new);
        if !self.outcome.is_clean()
            || self.outcome.has_unread_tests
            || new.iter().any(|file| !file.is_clean())
            || changed().any(|file| file.declared.has_shared())
        {
            return None;
        }
        let mut policies = PolicySet::clone(&self.outcome.policies);
        for file in old {
            policies.remove(&file.declared);
        }
        if !new.iter().all(|file| policies.insert(&file.declared)) {
            return None;
        }
        let groups: BTreeSet<&GroupName> =
            changed().flat_map(|file| &file.declared.groups).map(|group| &group.name).collect();
        let of_changed = |group: &GroupName| groups.contains(group);
        let references = CrossReferences::new(all, &policies);
        let mut sink = DiagnosticSink::default();
        sink.start_file();
        for file in new {
            references.follow_groups(file, &mut sink);
        }
        let of = |file: &ResolvedFile| -> usize {
            file.declared.groups.iter().map(|group| group.checks.len()).sum()
        };
        let gone: usize = old.iter().map(|file| of(file)).sum();
        let checks = self.checks - gone + new.iter().map(|file| of(file)).sum::<usize>();
        if checks > MOST_CHECKS {
            return None;
        }
        references.follow_tests(of_changed, &mut sink);
        for file in new {
            references.follow_tests_of(file, &mut sink);
        }
        references.follow_waivers(&mut sink);
        let followed = sink.into_found();
        drop(references);
        if followed.iter().any(Diagnostic::is_error) {
            return None;
        }
        let mut sink = DiagnosticSink::default();
        for file in all {
            sink.extend(&file.diagnostics);
        }
        sink.extend(&followed);
        let (policies, diagnostics) = (Arc::new(policies), sink.into_sorted());
        Some((LoadOutcome { policies, diagnostics, has_unread_tests: false }, checks))
    }
}

/// Files by themselves, in their order.
fn resolve(files: &[SourceFile], library: &Library, cache: &ParseCache) -> Vec<Arc<ResolvedFile>> {
    let resolve = |file: &SourceFile| {
        Arc::new(match cache.get(file) {
            Some(read) => ResolvedFile::of(read.clone(), library),
            None => ResolvedFile::new(file, library),
        })
    };
    parallel(files, |run| run.iter().map(resolve).collect::<Vec<_>>()).concat()
}

/// How many checks all groups have.
fn checks(outcome: &LoadOutcome) -> usize {
    outcome.policies.groups().map(|group| group.checks.len()).sum()
}

/// What files come to, with what can only be said of them together.
fn outcome(files: &[Arc<ResolvedFile>]) -> LoadOutcome {
    let policies = PolicySet::of(files);
    let mut sink = DiagnosticSink::default();
    for file in files {
        sink.extend(&file.diagnostics);
    }
    sink.start_file();
    CrossReferences::new(files, &policies).follow(&mut sink);
    LoadOutcome {
        has_unread_tests: files.iter().any(|file| file.is_partial || file.has_broken_tests),
        policies: Arc::new(policies),
        diagnostics: sink.into_sorted(),
    }
}

impl PolicySet {
    /// All that files declare. Of two with one name the first counts.
    fn of(files: &[Arc<ResolvedFile>]) -> Self {
        macro_rules! by_name {
            ($kind:ident) => {{
                let mut all = BTreeMap::new();
                for one in files.iter().flat_map(|file| &file.declared.$kind) {
                    all.entry(one.name.clone()).or_insert_with(|| Arc::clone(one));
                }
                all
            }};
        }
        Self {
            accounts: by_name!(accounts),
            groups: by_name!(groups),
            check_types: by_name!(check_types),
            packs: by_name!(packs),
            tests: by_name!(tests),
            waivers: by_name!(waivers),
        }
    }

    /// Takes out what a file declared: groups, tests and waivers.
    fn remove(&mut self, gone: &Declared) {
        gone.groups.iter().for_each(|one| drop(self.groups.remove(&one.name)));
        gone.tests.iter().for_each(|one| drop(self.tests.remove(&one.name)));
        gone.waivers.iter().for_each(|one| drop(self.waivers.remove(&one.name)));
    }

    /// Takes up what a file declares: groups, tests and waivers. `false` where a name is there already.
    fn insert(&mut self, new: &Declared) -> bool {
        fn all<N: Ord + Clone, T>(
            known: &mut BTreeMap<N, Arc<T>>,
            new: &[Arc<T>],
            name: impl Fn(&T) -> &N,
        ) -> bool {
            new.iter().all(|one| known.insert(name(one).clone(), Arc::clone(one)).is_none())
        }
        all(&mut self.groups, &new.groups, |group| &group.name)
            && all(&mut self.tests, &new.tests, |test| &test.name)
            && all(&mut self.waivers, &new.waivers, |waiver| &waiver.name)
    }
}
