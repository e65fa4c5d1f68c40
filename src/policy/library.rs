//! What groups and tests may use by its name: check types, and packs of checks.
//!
//! It is read first, from the files that have any, so that a group needs no second look once it is
//! read, whatever file that stands in.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;

use super::check_type::{CheckType, CheckTypes};
use super::notes::Notes;
use super::pack::{Pack, Packs};
use super::parsed::{Parsed, as_written};
use crate::document::SourceFile;
use crate::document::parallel;

/// What may be used.
#[derive(Debug, Clone, Default)]
pub(super) struct Library {
    pub(super) types: CheckTypes,
    pub(super) packs: Packs,
}

impl Library {
    /// That of the files, with check types that are there already; and the files that were parsed
    /// for it, which need not be parsed again.
    pub(super) fn read(files: &[SourceFile], built_in: &CheckTypes) -> (Self, Shelf) {
        let mut shelf = Shelf::default();
        let mut types = built_in.clone();
        for found in shelf.read(files, "CheckType", check_types) {
            types.merge(found);
        }
        let mut packs = Packs::default();
        for found in shelf.read(files, "Pack", |file| packs_of(file, &types)) {
            packs.merge(found);
        }
        (Self { types, packs }, shelf)
    }
}

/// Files that were parsed, by their paths.
#[derive(Default)]
pub(super) struct Shelf(BTreeMap<Arc<str>, Parsed>);

impl Shelf {
    /// A file, if it was parsed.
    pub(super) fn get(&self, file: &SourceFile) -> Option<&Parsed> {
        self.0.get(&file.path).filter(|parsed| parsed.is_of(file))
    }

    /// What `read` finds in each of the files that may have documents of a kind, in their order.
    fn read<T: Send>(
        &mut self,
        files: &[SourceFile],
        kind: &str,
        read: impl Fn(&Parsed) -> T + Sync,
    ) -> Vec<T> {
        let finder = memchr::memmem::Finder::new(kind);
        let mention = |file: &&SourceFile| finder.find(&file.bytes).is_some();
        let files: Vec<SourceFile> = files.iter().filter(mention).cloned().collect();
        let read = |file: &SourceFile| {
            let new = self.get(file).is_none().then(|| Parsed::new(file));
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

/// The check types of a file; what is wrong with them is told when the file is read as a whole.
fn check_types(file: &Parsed) -> CheckTypes {
    let mut notes = file.notes.clone();
    let mut found = CheckTypes::default();
    for document in file.of_kind("CheckType") {
        let written = as_written(document, "CheckType", &mut notes);
        found.add(document, CheckType::read(written, document, false, &mut notes));
    }
    found
}

/// The packs of a file, likewise.
fn packs_of(file: &Parsed, types: &CheckTypes) -> Packs {
    let mut notes = file.notes.clone();
    let mut found = Packs::default();
    for document in file.of_kind("Pack") {
        let written = as_written(document, "Pack", &mut notes);
        let read = Pack::read(written, document, types, &mut notes);
        found.add(document, read.map(|read| (read.name.clone(), read)));
    }
    found
}

impl CheckTypes {
    /// Those that come with cloudcorrect, from their files. A file with a problem is a defect, and
    /// what is wrong with it the answer.
    pub fn built_in(files: &[SourceFile]) -> Result<Self, Vec<Diagnostic>> {
        let mut all = Self::default();
        let mut found = Notes::default();
        for file in files {
            let Parsed { documents, mut notes, .. } = Parsed::new(file);
            for document in &documents.roots {
                let written = as_written(document, "CheckType", &mut notes);
                all.add(document, CheckType::read(written, document, true, &mut notes));
            }
            found.merge(notes);
        }
        let found = found.into_sorted();
        if found.is_empty() { Ok(all) } else { Err(found) }
    }
}
