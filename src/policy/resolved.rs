//! Files by themselves: what each declares, and what it refers to elsewhere.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Location};
use crate::document::{Field, SourceFile};

use super::account::{self, Account};
use super::check_type::CheckType;
use super::context::FileContext;
use super::document::account::AccountDocument;
use super::document::group::GroupDocument;
use super::document::{Named, name_of, text_of};
use super::group::{Group, Refused};
use super::kind::Document;
use super::library::Library;
use super::names::{CheckId, GroupName};
use super::pack::Pack;
use super::source::ReadFile;
use super::test_case::{Test, TestSubject};
use super::waiver::Waiver;
use super::waiver_references;

/// A file whose documents are resolved. It depends on its own bytes and on the library alone, and never
/// on other files.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct ResolvedFile {
    /// The file.
    pub(super) source: SourceFile,
    /// Documents that have no problem, in the order of the file.
    pub(super) declared: Declared,
    /// Names, whether or not their documents could be resolved.
    pub(super) symbols: Vec<Symbol>,
    /// The accounts that its groups select.
    pub(super) accounts: Vec<account::References>,
    /// The checks that its tests name.
    pub(super) tested: Vec<Tested>,
    /// References of its waivers, to groups, checks and accounts.
    pub(super) waivers: Vec<waiver_references::References>,
    /// What is wrong with the names of check types and packs that are declared nowhere.
    pub(super) unfound: Vec<Diagnostic>,
    /// Groups that are refused for their times alone, so that their checks are known.
    pub(super) untimed: Vec<Group>,
    /// `true` where there may be documents whose names are not known.
    pub(super) is_partial: bool,
    /// `true` where accounts could not be resolved.
    pub(super) has_broken_accounts: bool,
    /// `true` where groups could not be resolved.
    pub(super) has_broken_groups: bool,
    /// `true` where tests could not be resolved.
    pub(super) has_broken_tests: bool,
    /// What is wrong or odd about the file by itself.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Documents that have no problem, by kind.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) accounts: Vec<Arc<Account>>,
    pub(super) groups: Vec<Arc<Group>>,
    pub(super) check_types: Vec<Arc<CheckType>>,
    pub(super) packs: Vec<Arc<Pack>>,
    pub(super) tests: Vec<Arc<Test>>,
    pub(super) waivers: Vec<Arc<Waiver>>,
}

/// A name that a document declares.
#[derive(Debug)]
pub(super) struct Symbol {
    /// Kind of the document, as it is told.
    pub(super) kind: &'static str,
    pub(super) name: Box<str>,
    pub(super) place: Location,
}

/// A check of a group that a test names.
#[derive(Debug)]
pub(super) struct Tested {
    pub(super) group: GroupName,
    pub(super) check: CheckId,
    pub(super) place: Location,
}

impl Declared {
    /// How many checks its groups have.
    pub(super) fn checks(&self) -> usize {
        self.groups.iter().map(|group| group.checks.len()).sum()
    }

    /// `true` where it has what other documents are resolved or judged by: accounts, check types, packs.
    pub(super) fn has_shared(&self) -> bool {
        !(self.accounts.is_empty() && self.check_types.is_empty() && self.packs.is_empty())
    }
}

impl ResolvedFile {
    /// `true` where nothing is wrong with the file by itself.
    pub(super) fn is_clean(&self) -> bool {
        !self.is_partial
            && self.unfound.is_empty()
            && !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// A file with what its documents mean.
    pub(super) fn new(file: &SourceFile, library: &Library) -> Self {
        Self::of(file, ReadFile::new(file), library)
    }

    /// The same of a file whose documents are read already.
    pub(super) fn of(file: &SourceFile, read: ReadFile, library: &Library) -> Self {
        let ReadFile { documents, is_partial, mut context, .. } = read;
        let mut resolved = Self {
            source: file.clone(),
            declared: Declared::default(),
            symbols: Vec::new(),
            accounts: Vec::new(),
            tested: Vec::new(),
            waivers: Vec::new(),
            unfound: Vec::new(),
            untimed: Vec::new(),
            is_partial,
            has_broken_accounts: false,
            has_broken_groups: false,
            has_broken_tests: false,
            diagnostics: Vec::new(),
        };
        context.effort.share(&library.expressions);
        for document in documents {
            resolved.document(document, library, &mut context);
        }
        resolved.unfound = context.unfound.into_found();
        resolved.diagnostics = context.sink.into_found();
        resolved
    }

    fn document(&mut self, document: Document, library: &Library, file: &mut FileContext) {
        match document {
            Document::Account(document) => self.account(*document, file),
            Document::Group(document) => self.group(*document, library, file),
            Document::CheckType(document) => {
                let is_named = self.declare("check type", &document.metadata, file);
                self.is_partial |= !is_named;
                let resolved = CheckType::resolve(*document, false, file);
                self.declared.check_types.extend(resolved.map(Arc::new));
            }
            Document::Pack(document) => {
                let is_named = self.declare("pack", &document.metadata, file);
                self.is_partial |= !is_named;
                let resolved = Pack::resolve(*document, &library.types, file);
                self.declared.packs.extend(resolved.map(Arc::new));
            }
            Document::Test(document) => {
                self.declare("test", &document.metadata, file);
                let place = document.spec.value().and_then(|spec| text_of(&spec.check));
                let place = place.map(|(_, at)| file.place(at));
                let test = Test::resolve(*document, library, file);
                self.has_broken_tests |= test.is_none();
                let Some(test) = test else { return };
                if let (TestSubject::Check(group, check), Some(place)) = (&test.subject, place) {
                    let (group, check) = (group.clone(), check.clone());
                    self.tested.push(Tested { group, check, place });
                }
                self.declared.tests.push(Arc::new(test));
            }
            Document::Waiver(document) => {
                self.declare("waiver", &document.metadata, file);
                self.waivers.push(waiver_references::References::of(&document, file));
                let resolved = Waiver::resolve(*document, file);
                self.declared.waivers.extend(resolved.map(Arc::new));
            }
            Document::Unknown => self.is_partial = true,
        }
    }

    fn account(&mut self, document: AccountDocument, file: &mut FileContext) {
        let is_named = self.declare("account", &document.metadata, file);
        let aws = document.spec.value().and_then(|spec| spec.aws.value());
        let id = aws.and_then(|aws| text_of(&aws.account_id));
        if let Some((id, at)) = id {
            self.symbols.push(Symbol {
                kind: "account id",
                name: id.into(),
                place: file.place(at),
            });
        }
        let is_known = is_named && id.is_some();
        if let Some(account) = Account::resolve(document, file) {
            self.declared.accounts.push(Arc::new(account));
        } else if is_known {
            self.has_broken_accounts = true;
        } else {
            self.is_partial = true;
        }
    }

    fn group(&mut self, document: GroupDocument, library: &Library, file: &mut FileContext) {
        let is_named = self.declare("group", &document.metadata, file);
        let mut references = account::References::of(&document, file);
        match Group::resolve(document, library, file) {
            Ok(group) => self.declared.groups.push(Arc::new(group)),
            Err(Refused::Untimed(group)) => {
                references.selector = Some(Box::new(group.accounts.clone()));
                self.untimed.push(*group);
            }
            Err(refused) => {
                if let Refused::Selecting(accounts) = refused {
                    references.selector = Some(Box::new(accounts));
                }
                self.has_broken_groups = true;
                self.is_partial |= !is_named;
            }
        }
        self.accounts.push(references);
    }

    /// Takes up the name of a document, whatever else is wrong with that. `true` where it has one.
    fn declare<M: Named>(
        &mut self,
        kind: &'static str,
        metadata: &Field<M>,
        file: &FileContext,
    ) -> bool {
        let Some((name, at)) = name_of(metadata) else { return false };
        self.symbols.push(Symbol { kind, name: name.into(), place: file.place(at) });
        true
    }
}
