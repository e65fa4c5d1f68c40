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
use super::shared_map::SharedMap;

impl PolicySet {
    /// Reads files, all of them, whatever is wrong with some.
    ///
    /// Checks may use the check types of the files; with those that come with cloudcorrect besides,
    /// it is [`crate::catalog::read`].
    pub fn read(files: &[SourceFile]) -> LoadOutcome {
        Self::read_with(files, &CheckTypes::default())
    }

    /// The same with check types that are there already.
    pub fn read_with(files: &[SourceFile], built_in: &CheckTypes) -> LoadOutcome {
        let (library, cache) = Library::read(files, built_in);
        let resolved = resolve(files, &library, &cache);
        outcome(&resolved.iter().map(AsRef::as_ref).collect::<Vec<_>>())
    }
}

/// A file that is another one than before, or none any more, by its path.
pub type FileReplaced = (Arc<str>, Option<SourceFile>);

/// Reading of the files of a directory, in the order of their paths, which is kept so that the next one
/// looks only at the files that differ.
#[derive(Debug, Clone)]
pub struct Reading {
    files: SharedMap<Arc<str>, Arc<ResolvedFile>>,
    /// Paths of the files of which more is to be said than what they declare.
    told: Told,
    /// Check types that were there before.
    built_in: CheckTypes,
    library: Library,
    /// How many checks all groups have.
    checks: usize,
    outcome: LoadOutcome,
}

/// Paths of files that are looked at again whatever changes.
#[derive(Debug, Clone, Default)]
struct Told {
    /// Files with something odd about them.
    diagnostics: BTreeSet<Arc<str>>,
    /// Files whose tests or waivers name something in other files.
    references: BTreeSet<Arc<str>>,
}

impl Reading {
    /// Reading of files whose checks may use the check types that are there already.
    pub fn new(files: &[SourceFile], built_in: &CheckTypes) -> Self {
        let (library, cache) = Library::read(files, built_in);
        let resolved = resolve(files, &library, &cache);
        let files: BTreeMap<_, _> =
            resolved.into_iter().map(|file| (Arc::clone(&file.source.path), file)).collect();
        let mut told = Told::default();
        for (path, file) in &files {
            told.insert(path, file);
        }
        Self::of(files.into(), told, library, built_in.clone())
    }

    /// Reading of files that are resolved, each by itself.
    fn of(
        files: SharedMap<Arc<str>, Arc<ResolvedFile>>,
        told: Told,
        library: Library,
        built_in: CheckTypes,
    ) -> Self {
        let outcome = outcome(&files.values().map(AsRef::as_ref).collect::<Vec<_>>());
        let checks = outcome.policies.groups().map(|group| group.checks.len()).sum();
        Self { files, told, built_in, library, checks, outcome }
    }

    /// Reading of the same files but for some, equal to [`Self::new`] of all. What it costs grows with
    /// those that are replaced.
    #[must_use]
    pub fn next(&self, replaced: &[FileReplaced]) -> Self {
        let old: Vec<_> = replaced.iter().filter_map(|(path, _)| self.files.get(path)).collect();
        let new: Vec<_> = replaced.iter().filter_map(|(_, file)| file.clone()).collect();
        let mut files = old.iter().map(|file| &file.source).chain(&new);
        if files.any(Library::may_have_part_of) {
            return Self::new(&self.with(replaced), &self.built_in);
        }
        // The expressions of one reading are let go with it.
        let library = Library { expressions: Arc::default(), ..self.library.clone() };
        let new = resolve(&new, &library, &ParseCache::default());
        let (mut files, mut told) = (self.files.clone(), self.told.clone());
        for (path, _) in replaced {
            files.remove(path);
            told.remove(path);
        }
        for file in &new {
            told.insert(&file.source.path, file);
            files.insert(Arc::clone(&file.source.path), Arc::clone(file));
        }
        match self.changed(&old, &new, (&files, &told)) {
            Some((outcome, checks)) => {
                Self { files, told, built_in: self.built_in.clone(), library, checks, outcome }
            }
            None => Self::of(files, told, library, self.built_in.clone()),
        }
    }

    /// What reading came to.
    pub fn outcome(&self) -> &LoadOutcome {
        &self.outcome
    }

    /// All files, where some are replaced.
    fn with(&self, replaced: &[FileReplaced]) -> Vec<SourceFile> {
        let known = self.files.iter().map(|(path, file)| (path, &file.source));
        let mut files: BTreeMap<_, _> = known.collect();
        for (path, file) in replaced {
            match file {
                Some(file) => files.insert(path, file),
                None => files.remove(path),
            };
        }
        files.into_values().cloned().collect()
    }

    /// What reading comes to where `old` files gave way to `new` ones. Nothing where what is left
    /// must be looked at again: anything is wrong, or accounts change, which all groups go by.
    fn changed(
        &self,
        old: &[&Arc<ResolvedFile>],
        new: &[Arc<ResolvedFile>],
        (files, told): (&SharedMap<Arc<str>, Arc<ResolvedFile>>, &Told),
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
        let gone: usize = old.iter().map(|file| file.declared.checks()).sum();
        let come: usize = new.iter().map(|file| file.declared.checks()).sum();
        let checks = self.checks - gone + come;
        if checks > MOST_CHECKS {
            return None;
        }
        let of = |paths: &BTreeSet<Arc<str>>| -> Vec<&ResolvedFile> {
            paths.iter().filter_map(|path| Some(files.get(path)?.as_ref())).collect()
        };
        let followed = follow(&changed, new, &of(&told.references), &policies);
        if followed.iter().any(Diagnostic::is_error) {
            return None;
        }
        let mut sink = DiagnosticSink::default();
        for file in of(&told.diagnostics) {
            sink.extend(&file.diagnostics);
        }
        sink.extend(&followed);
        let (policies, diagnostics) = (Arc::new(policies), sink.into_sorted());
        Some((LoadOutcome { policies, diagnostics, has_unread_tests: false }, checks))
    }
}

/// What is odd about what the new files refer to, and about what the tests and waivers of `referring` files
/// refer to, where these files changed. What is not found may only be unknown here.
fn follow<'a, C: Iterator<Item = &'a Arc<ResolvedFile>>>(
    changed: &impl Fn() -> C,
    new: &[Arc<ResolvedFile>],
    referring: &[&ResolvedFile],
    policies: &PolicySet,
) -> Vec<Diagnostic> {
    let groups: BTreeSet<&GroupName> =
        changed().flat_map(|file| &file.declared.groups).map(|group| &group.name).collect();
    let references = CrossReferences::new(referring, policies);
    let mut sink = DiagnosticSink::default();
    sink.start_file();
    for file in new {
        references.follow_groups(file, &mut sink);
        references.follow_tests_of(file, &mut sink);
    }
    references.follow_tests(|group| groups.contains(group), &mut sink);
    references.follow_waivers(&mut sink);
    sink.into_found()
}

impl Told {
    fn insert(&mut self, path: &Arc<str>, file: &ResolvedFile) {
        if !file.diagnostics.is_empty() {
            self.diagnostics.insert(Arc::clone(path));
        }
        if !(file.tested.is_empty() && file.waivers.is_empty()) {
            self.references.insert(Arc::clone(path));
        }
    }

    fn remove(&mut self, path: &str) {
        self.diagnostics.remove(path);
        self.references.remove(path);
    }
}

/// Files by themselves, in their order.
fn resolve(files: &[SourceFile], library: &Library, cache: &ParseCache) -> Vec<Arc<ResolvedFile>> {
    let resolve = |file: &SourceFile| {
        Arc::new(match cache.get(file) {
            Some(read) => ResolvedFile::of(file, read.clone(), library),
            None => ResolvedFile::new(file, library),
        })
    };
    parallel(files, |run| run.iter().map(resolve).collect::<Vec<_>>()).concat()
}

/// What files come to, with what can only be said of them together.
fn outcome(files: &[&ResolvedFile]) -> LoadOutcome {
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
    fn of(files: &[&ResolvedFile]) -> Self {
        macro_rules! by_name {
            ($kind:ident) => {{
                let mut all = BTreeMap::new();
                for one in files.iter().flat_map(|file| &file.declared.$kind) {
                    all.entry(one.name.clone()).or_insert_with(|| Arc::clone(one));
                }
                all.into()
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
        for group in &gone.groups {
            self.groups.remove(&group.name);
        }
        for test in &gone.tests {
            self.tests.remove(&test.name);
        }
        for waiver in &gone.waivers {
            self.waivers.remove(&waiver.name);
        }
    }

    /// Takes up what a file declares: groups, tests and waivers. `false` where a name is there already.
    fn insert(&mut self, new: &Declared) -> bool {
        fn all<N: Ord + Clone, T>(
            known: &mut SharedMap<N, Arc<T>>,
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
