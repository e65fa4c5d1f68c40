//! What groups and tests may use by its name: check types, and packs of checks.
//!
//! It is read first, from the files that have any, so that a group needs no second look once it is
//! read, whatever file that stands in.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::document::{DiagnosticSink, SourceFile, parallel};
use crate::expression::SharedExpressions;

use super::check_type::{CheckType, CheckTypes};
use super::document::name_of;
use super::kind::Document;
use super::pack::{Pack, Packs};
use super::source::ReadFile;

/// Check types and packs that groups may use.
#[derive(Debug, Clone, Default)]
pub(super) struct Library {
    pub(super) types: CheckTypes,
    pub(super) packs: Packs,
    /// Expressions that the files have in common.
    pub(super) expressions: Arc<SharedExpressions>,
}

/// The kinds of documents that others use by their names.
const KINDS: [&str; 2] = ["CheckType", "Pack"];

impl Library {
    /// `true` where a file may have documents of it.
    pub(super) fn may_have_part_of(file: &SourceFile) -> bool {
        KINDS.iter().any(|kind| memchr::memmem::find(&file.bytes, kind.as_bytes()).is_some())
    }

    /// That of the files, with check types that are there already; and the files that were parsed
    /// for it, which need not be parsed again.
    pub(super) fn read(files: &[SourceFile], built_in: &CheckTypes) -> (Self, ParseCache) {
        let mut cache = ParseCache::default();
        let mut types = built_in.clone();
        let [types_kind, packs_kind] = KINDS;
        for found in cache.read(files, types_kind, check_types) {
            types.merge(found);
        }
        let mut packs = Packs::default();
        for found in cache.read(files, packs_kind, |file| packs_of(file, &types)) {
            packs.merge(found);
        }
        (Self { types, packs, expressions: Arc::default() }, cache)
    }
}

/// Files that were parsed, by their paths.
#[derive(Default)]
pub(super) struct ParseCache(BTreeMap<Arc<str>, ReadFile>);

impl ParseCache {
    /// A file, if it was parsed.
    pub(super) fn get(&self, file: &SourceFile) -> Option<&ReadFile> {
        self.0.get(&file.path).filter(|parsed| parsed.is_of(file))
    }

    /// Findings of `read` in each of the files that may have documents of a kind, in their order.
    fn read<T: Send>(
        &mut self,
        files: &[SourceFile],
        kind: &str,
        read: impl Fn(&ReadFile) -> T + Sync,
    ) -> Vec<T> {
        let finder = memchr::memmem::Finder::new(kind);
        let mention = |file: &&SourceFile| finder.find(&file.bytes).is_some();
        let files: Vec<SourceFile> = files.iter().filter(mention).cloned().collect();
        let read = |file: &SourceFile| {
            let new = self.get(file).is_none().then(|| ReadFile::new(file));
            (new.as_ref().or_else(|| self.get(file)).map(&read), new)
        };
        let parsed = parallel(&files, |run| run.iter().map(read).collect::<Vec<_>>());
        let mut all = Vec::with_capacity(files.len());
        for (file, (found, parsed)) in files.iter().zip(parsed.into_iter().flatten()) {
            all.extend(found);
            if let Some(parsed) = parsed {
                self.0.insert(Arc::clone(&file.path), parsed);
            }
        }
        all
    }
}

/// Check types of a file; what is wrong with them is told when the file is read as a whole.
fn check_types(file: &ReadFile) -> CheckTypes {
    let mut context = file.context.clone();
    let mut found = CheckTypes::default();
    for document in &file.documents {
        let Document::CheckType(document) = document else { continue };
        let resolved = CheckType::resolve((**document).clone(), false, &mut context);
        found.add(name_of(&document.metadata).map(|(name, _)| name), resolved);
    }
    found
}

/// Packs of a file, likewise.
fn packs_of(file: &ReadFile, types: &CheckTypes) -> Packs {
    let mut context = file.context.clone();
    let mut found = Packs::default();
    for document in &file.documents {
        let Document::Pack(document) = document else { continue };
        let resolved = Pack::resolve((**document).clone(), types, &mut context);
        let resolved = resolved.map(|pack| (pack.name.clone(), pack));
        found.add(name_of(&document.metadata).map(|(name, _)| name), resolved);
    }
    found
}

impl CheckTypes {
    /// Those that come with cloudcorrect, from their files. A file with a problem is a defect, and
    /// what is wrong with it the answer.
    pub fn built_in(files: &[SourceFile]) -> Result<Self, Vec<Diagnostic>> {
        let mut all = Self::default();
        let mut found = DiagnosticSink::default();
        for file in files {
            let ReadFile { documents, mut context, .. } = ReadFile::new(file);
            for document in documents {
                let Document::CheckType(document) = document else { continue };
                all.add(None, CheckType::resolve(*document, true, &mut context));
            }
            found.merge(context.sink);
        }
        let found = found.into_sorted();
        if found.is_empty() { Ok(all) } else { Err(found) }
    }
}
