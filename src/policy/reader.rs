//! Documents on their way to a reading: each file by itself, then what all of them say together.

use std::sync::Arc;

use crate::document::{DiagnosticSink, Field, SourceFile, parallel};

use super::account::{self, Account};
use super::check_type::{CheckType, CheckTypes};
use super::context::FileContext;
use super::document::account::AccountDocument;
use super::document::group::GroupDocument;
use super::document::{Named, name_of, text_of};
use super::group::{Group, Refused};
use super::kind::Document;
use super::library::Library;
use super::pack::Pack;
use super::references::{References, Tested};
use super::set::{LoadOutcome, PolicySet};
use super::source::ReadFile;
use super::test_case::{Test, TestSubject};
use super::waiver::Waiver;
use super::waiver_references;

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
        let read = |run: &[SourceFile]| {
            let mut reader = Reader::default();
            for file in run {
                let known = cache.get(file).cloned();
                reader.file(known.unwrap_or_else(|| ReadFile::new(file)), &library);
            }
            reader
        };
        let mut all = Reader::default();
        for reader in parallel(files, read) {
            all.merge(reader);
        }
        all.finish()
    }
}

/// Documents on their way to a [`LoadOutcome`].
#[derive(Default)]
pub(super) struct Reader {
    policies: PolicySet,
    references: References,
    sink: DiagnosticSink,
}

impl Reader {
    /// Takes up the next file. Of two documents with one name the first counts.
    pub(super) fn file(&mut self, file: ReadFile, library: &Library) {
        let ReadFile { documents, is_partial, mut context, .. } = file;
        self.references.is_partial |= is_partial;
        context.effort.share(&library.expressions);
        for document in documents {
            self.document(document, library, &mut context);
        }
        self.references.unfound.merge(context.unfound);
        self.sink.merge(context.sink);
    }

    /// Takes up what the next files say. Of two with one name the first counts.
    pub(super) fn merge(&mut self, next: Self) {
        self.policies.merge(next.policies);
        self.references.merge(next.references);
        self.sink.merge(next.sink);
    }

    /// Reading of all documents, with what can only be said of them together.
    pub(super) fn finish(mut self) -> LoadOutcome {
        self.sink.start_file();
        self.references.follow(&self.policies, &mut self.sink);
        let has_unread_tests = self.references.is_partial || self.references.broken_tests > 0;
        LoadOutcome {
            policies: self.policies,
            diagnostics: self.sink.into_sorted(),
            has_unread_tests,
        }
    }

    fn document(&mut self, document: Document, library: &Library, file: &mut FileContext) {
        match document {
            Document::Account(document) => self.account(*document, file),
            Document::Group(document) => self.group(*document, library, file),
            Document::CheckType(document) => {
                let is_named = self.declare("check type", &document.metadata, file);
                self.references.is_partial |= !is_named;
                if let Some(read) = CheckType::resolve(*document, false, file) {
                    let types = &mut self.policies.check_types;
                    types.entry(read.name.clone()).or_insert_with(|| Arc::new(read));
                }
            }
            Document::Pack(document) => {
                let is_named = self.declare("pack", &document.metadata, file);
                self.references.is_partial |= !is_named;
                if let Some(pack) = Pack::resolve(*document, &library.types, file) {
                    let packs = &mut self.policies.packs;
                    packs.entry(pack.name.clone()).or_insert_with(|| Arc::new(pack));
                }
            }
            Document::Test(document) => {
                self.declare("test", &document.metadata, file);
                let place = document.spec.value().and_then(|spec| text_of(&spec.check));
                let place = place.map(|(_, at)| file.place(at));
                let test = Test::resolve(*document, library, file);
                self.references.broken_tests += usize::from(test.is_none());
                if let Some(test) = test {
                    if let (TestSubject::Check(group, check), Some(place)) = (&test.subject, place)
                    {
                        let (group, check) = (group.clone(), check.clone());
                        self.references.tested.push(Tested { group, check, place });
                    }
                    self.policies.tests.entry(test.name.clone()).or_insert(test);
                }
            }
            Document::Waiver(document) => {
                self.declare("waiver", &document.metadata, file);
                self.references.waivers.push(waiver_references::References::of(&document, file));
                if let Some(waiver) = Waiver::resolve(*document, file) {
                    let waivers = &mut self.policies.waivers;
                    waivers.entry(waiver.name.clone()).or_insert_with(|| Arc::new(waiver));
                }
            }
            Document::Unknown => self.references.is_partial = true,
        }
    }

    fn account(&mut self, document: AccountDocument, file: &mut FileContext) {
        let is_named = self.declare("account", &document.metadata, file);
        let aws = document.spec.value().and_then(|spec| spec.aws.value());
        let id = aws.and_then(|aws| text_of(&aws.account_id));
        if let Some((id, at)) = id {
            self.references.symbols.add("account id", id, &file.place(at));
        }
        let is_known = is_named && id.is_some();
        if let Some(account) = Account::resolve(document, file) {
            self.policies.accounts.entry(account.name.clone()).or_insert(account);
        } else if is_known {
            self.references.has_broken_accounts = true;
        } else {
            self.references.is_partial = true;
        }
    }

    fn group(&mut self, document: GroupDocument, library: &Library, file: &mut FileContext) {
        let is_named = self.declare("group", &document.metadata, file);
        let mut references = account::References::of(&document, file);
        match Group::resolve(document, library, file) {
            Ok(group) => {
                self.policies.groups.entry(group.name.clone()).or_insert(group);
            }
            Err(Refused::Untimed(group)) => {
                references.selector = Some(Box::new(group.accounts.clone()));
                self.references.untimed.entry(group.name.clone()).or_insert(*group);
            }
            Err(refused) => {
                if let Refused::Selecting(accounts) = refused {
                    references.selector = Some(Box::new(accounts));
                }
                self.references.has_broken_groups = true;
                self.references.is_partial |= !is_named;
            }
        }
        self.references.accounts.push(references);
    }

    /// Takes up the name of a document, whatever else is wrong with that. `true` where it has one.
    fn declare<M: Named>(
        &mut self,
        kind: &'static str,
        metadata: &Field<M>,
        file: &FileContext,
    ) -> bool {
        let Some((name, at)) = name_of(metadata) else { return false };
        self.references.symbols.add(kind, name, &file.place(at));
        true
    }
}
