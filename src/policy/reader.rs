//! Documents on their way to a reading: each file by itself, then what all of them say together.

use std::sync::Arc;

use super::account::{self, Account};
use super::check_type::CheckType;
use super::group::Group;
use super::kind::{Kind, kind_of};
use super::library::Library;
use super::notes::Notes;
use super::pack::Pack;
use super::parsed::{Parsed, as_written};
use super::references::{References, Tested};
use super::set::{PolicySet, Reading};
use super::test_case::{Test, TestSubject};
use super::waiver::{self, Waiver};
use crate::document::Node;

/// Documents on their way to a [`Reading`].
#[derive(Default)]
pub(super) struct Reader {
    policies: PolicySet,
    references: References,
    notes: Notes,
}

impl Reader {
    /// Reads the next file. Of two documents with one name the first counts.
    pub(super) fn file(&mut self, file: &Parsed, library: &Library) {
        let before = std::mem::replace(&mut self.notes, file.notes.clone());
        self.references.lacks_accounts |= file.documents.is_partial;
        for document in &file.documents.roots {
            self.document(document, library);
        }
        let found = std::mem::replace(&mut self.notes, before);
        self.notes.merge(found);
    }

    /// Takes up what the next files say. Of two with one name the first counts.
    pub(super) fn merge(&mut self, next: Self) {
        self.policies.merge(next.policies);
        self.references.merge(next.references);
        self.notes.merge(next.notes);
    }

    /// What can only be said of all documents together.
    pub(super) fn finish(mut self) -> Reading {
        self.notes.start_file();
        self.references.follow(&self.policies, &mut self.notes);
        Reading { policies: self.policies, diagnostics: self.notes.into_sorted() }
    }

    fn document(&mut self, document: &Node, library: &Library) {
        if document.is_null() {
            return;
        }
        match kind_of(document, &mut self.notes) {
            Kind::Account => self.account(document),
            Kind::Group => self.group(document, library),
            Kind::CheckType => self.check_type(document),
            Kind::Pack => self.pack(document, library),
            Kind::Test => self.test(document, library),
            Kind::Waiver => self.waiver(document),
            Kind::Later => {}
            Kind::Unknown => self.references.lacks_accounts = true,
        }
    }

    fn account(&mut self, document: &Node) {
        self.declare("account", document, &["metadata", "name"]);
        self.declare("account id", document, &["spec", "aws", "accountId"]);
        let written = as_written(document, "Account", &mut self.notes);
        match Account::read(written, document, &mut self.notes) {
            Some(account) => {
                self.policies.accounts.entry(account.name.clone()).or_insert(account);
            }
            None => self.references.lacks_accounts = true,
        }
    }

    fn check_type(&mut self, document: &Node) {
        self.declare("check type", document, &["metadata", "name"]);
        let written = as_written(document, "CheckType", &mut self.notes);
        if let Some(read) = CheckType::read(written, document, false, &mut self.notes) {
            self.policies.check_types.entry(read.name.clone()).or_insert_with(|| Arc::new(read));
        }
    }

    fn pack(&mut self, document: &Node, library: &Library) {
        self.declare("pack", document, &["metadata", "name"]);
        let written = as_written(document, "Pack", &mut self.notes);
        if let Some(pack) = Pack::read(written, document, &library.types, &mut self.notes) {
            self.policies.packs.entry(pack.name.clone()).or_insert_with(|| Arc::new(pack));
        }
    }

    fn test(&mut self, document: &Node, library: &Library) {
        self.declare("test", document, &["metadata", "name"]);
        let written = as_written(document, "Test", &mut self.notes);
        if let Some(test) = Test::read(written, document, library, &mut self.notes) {
            if let TestSubject::Check(group, check) = &test.subject {
                let place = document.place_of(&["spec", "check"]);
                let (group, check) = (group.clone(), check.clone());
                self.references.tested.push(Tested { group, check, place });
            }
            self.policies.tests.entry(test.name.clone()).or_insert(test);
        }
    }

    fn group(&mut self, document: &Node, library: &Library) {
        self.declare("group", document, &["metadata", "name"]);
        let references = account::References::read(document, &mut self.notes);
        let written = as_written(document, "Group", &mut self.notes);
        if let Some(group) = Group::read(written, document, library, &mut self.notes) {
            self.references.accounts.push((group.name.clone(), references));
            self.policies.groups.entry(group.name.clone()).or_insert(group);
        } else {
            self.references.lacks_groups = true;
        }
    }

    fn waiver(&mut self, document: &Node) {
        self.declare("waiver", document, &["metadata", "name"]);
        self.references.waivers.push(waiver::References::read(document));
        let written = as_written(document, "Waiver", &mut self.notes);
        if let Some(waiver) = Waiver::read(written, document, &mut self.notes) {
            self.policies.waivers.entry(waiver.name.clone()).or_insert_with(|| Arc::new(waiver));
        }
    }

    fn declare(&mut self, kind: &'static str, document: &Node, path: &[&str]) {
        if let Some((name, place)) = document.text_of(path) {
            self.references.declared.add(kind, name, place);
        }
    }
}
