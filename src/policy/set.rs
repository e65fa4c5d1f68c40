//! All policies of a revision.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::diagnostic::{Diagnostic, Place};
use serde::de::DeserializeOwned;

use super::account::{Account, References};
use super::check_type::{CheckType, CheckTypes};
use super::declared::Declared;
use super::group::Group;
use super::names::{AccountName, CheckId, CheckTypeName, GroupName, TestName, WaiverName};
use super::notes::Notes;
use super::shape::{fit, nearest, short};
use super::source::SourceFile;
use super::test_case::{Test, TestSubject};
use super::waiver::{self, Waiver};
use super::yaml::{Documents, Node, Tree};
use super::{schema, yaml};

/// The meaning of a revision's files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PolicySet {
    /// Accounts by name.
    pub accounts: BTreeMap<AccountName, Account>,
    /// Groups by name.
    pub groups: BTreeMap<GroupName, Group>,
    /// Check types of the files, by name.
    pub check_types: BTreeMap<CheckTypeName, Arc<CheckType>>,
    /// Tests by name. They decide nothing.
    pub tests: BTreeMap<TestName, Test>,
    /// Waivers by name.
    pub waivers: BTreeMap<WaiverName, Arc<Waiver>>,
}

/// What reading came to. The policies are whole only where no diagnostic is an error.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What could be read.
    pub policies: PolicySet,
    /// All that is wrong or odd, in the order of place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Whether the policies may come into force.
    pub fn is_clean(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

impl PolicySet {
    /// Reads files, all of them, whatever is wrong with some.
    ///
    /// Checks may use the check types of the files; with those that come with cloudcorrect besides,
    /// it is [`crate::catalog::read`].
    pub fn read(files: &[SourceFile]) -> Reading {
        Self::read_with(files, &CheckTypes::default())
    }

    /// The same with check types that are there already.
    pub fn read_with(files: &[SourceFile], built_in: &CheckTypes) -> Reading {
        let (types, parsed) = CheckTypes::read(files, built_in);
        let types = types.as_ref().unwrap_or(built_in);
        let mut all = Reader::default();
        let read = |file: &SourceFile| match parsed.get(&file.path) {
            Some(known) if Arc::ptr_eq(&known.bytes, &file.bytes) => Reader::of_file(known, types),
            _ => Reader::of_file(&Parsed::new(file), types),
        };
        for reader in side_by_side(files, |run| Reader::of_run(run.iter().map(read))) {
            all.merge(reader);
        }
        all.finish()
    }

    /// The accounts that a group selects.
    pub fn accounts_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Account> {
        self.accounts.values().filter(|account| group.accounts.selects(account))
    }

    /// The waivers that may turn findings of a group.
    pub fn waivers_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Arc<Waiver>> {
        self.waivers.values().filter(|waiver| waiver.concerns(group))
    }
}

/// Bytes of policies for which another thread is worth its start.
const BYTES_A_THREAD: usize = 64 * 1024;
/// How many runs of files a thread takes at least, so that all threads end at about the same time.
const RUNS_A_THREAD: usize = 16;
/// The most files of a run.
const LONGEST_RUN: usize = 64;

/// A file whose documents are known, and what is wrong with its YAML.
struct Parsed {
    bytes: Arc<[u8]>,
    documents: Documents,
    notes: Notes,
}

impl Parsed {
    fn new(file: &SourceFile) -> Self {
        let mut notes = Notes::default();
        notes.start_file();
        let documents = yaml::read(&file.path, &file.bytes, &mut notes);
        Self { bytes: Arc::clone(&file.bytes), documents, notes }
    }
}

/// Documents on their way to a [`Reading`].
#[derive(Default)]
struct Reader {
    policies: PolicySet,
    notes: Notes,
    declared: Declared,
    references: Vec<(GroupName, References)>,
    /// The checks that tests name, and where.
    tested: Vec<(GroupName, CheckId, Place)>,
    /// Whether there may be accounts that could not be read.
    is_partial: bool,
    waivers: Vec<waiver::References>,
    /// Whether there are groups that could not be read.
    lacks_groups: bool,
}

/// What `read` makes of the files, a run of neighbours at a time, in their order, on all processors.
fn side_by_side<T: Send>(files: &[SourceFile], read: impl Fn(&[SourceFile]) -> T + Sync) -> Vec<T> {
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(files.len()).min(bytes / BYTES_A_THREAD);
    if threads <= 1 {
        return vec![read(files)];
    }
    let run = (files.len() / (threads * RUNS_A_THREAD)).clamp(1, LONGEST_RUN);
    let runs: Vec<&[SourceFile]> = files.chunks(run).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(run) = runs.get(index) else { return done };
            done.push((index, read(run)));
        }
    };
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, read)| read).collect()
}

impl Reader {
    fn of_file(file: &Parsed, types: &CheckTypes) -> Self {
        let notes = file.notes.clone();
        let is_partial = file.documents.is_partial;
        let mut reader = Self { notes, is_partial, ..Self::default() };
        for document in &file.documents.roots {
            reader.document(document, types);
        }
        reader
    }

    /// What neighbouring files say together.
    fn of_run(files: impl Iterator<Item = Self>) -> Self {
        files.fold(Self::default(), |mut all, next| {
            all.merge(next);
            all
        })
    }

    /// Takes up what the next file says. Of two with one name the first counts.
    fn merge(&mut self, next: Self) {
        let Self {
            policies,
            notes,
            declared,
            references,
            tested,
            is_partial,
            waivers,
            lacks_groups,
        } = next;
        for (name, account) in policies.accounts {
            self.policies.accounts.entry(name).or_insert(account);
        }
        for (name, group) in policies.groups {
            self.policies.groups.entry(name).or_insert(group);
        }
        for (name, check_type) in policies.check_types {
            self.policies.check_types.entry(name).or_insert(check_type);
        }
        for (name, test) in policies.tests {
            self.policies.tests.entry(name).or_insert(test);
        }
        self.tested.extend(tested);
        for (name, waiver) in policies.waivers {
            self.policies.waivers.entry(name).or_insert(waiver);
        }
        self.waivers.extend(waivers);
        self.lacks_groups |= lacks_groups;
        self.notes.merge(notes);
        self.declared.merge(declared);
        self.references.extend(references);
        self.is_partial |= is_partial;
    }

    fn document(&mut self, document: &Node, types: &CheckTypes) {
        if document.is_null() {
            return;
        }
        match kind_of(document, &mut self.notes) {
            Kind::Account => self.account(document),
            Kind::Group => self.group(document, types),
            Kind::CheckType => self.check_type(document),
            Kind::Test => self.test(document, types),
            Kind::Waiver => self.waiver(document),
            Kind::Later => {}
            Kind::Unknown => self.is_partial = true,
        }
    }

    fn account(&mut self, document: &Node) {
        self.declare("account", document, &["metadata", "name"]);
        self.declare("account id", document, &["spec", "aws", "accountId"]);
        let written = self.written(document, "Account");
        match Account::read(written, document, &mut self.notes) {
            Some(account) => {
                self.policies.accounts.entry(account.name.clone()).or_insert(account);
            }
            None => self.is_partial = true,
        }
    }

    fn check_type(&mut self, document: &Node) {
        self.declare("check type", document, &["metadata", "name"]);
        let written = self.written(document, "CheckType");
        if let Some(read) = CheckType::read(written, document, false, &mut self.notes) {
            self.policies.check_types.entry(read.name.clone()).or_insert_with(|| Arc::new(read));
        }
    }

    fn test(&mut self, document: &Node, types: &CheckTypes) {
        self.declare("test", document, &["metadata", "name"]);
        let written = self.written(document, "Test");
        if let Some(test) = Test::read(written, document, types, &mut self.notes) {
            if let TestSubject::Check(group, check) = &test.subject {
                let place = document.place_of(&["spec", "check"]);
                self.tested.push((group.clone(), check.clone(), place));
            }
            self.policies.tests.entry(test.name.clone()).or_insert(test);
        }
    }

    fn group(&mut self, document: &Node, types: &CheckTypes) {
        self.declare("group", document, &["metadata", "name"]);
        let references = References::read(document, &mut self.notes);
        let written = self.written(document, "Group");
        if let Some(group) = Group::read(written, document, types, &mut self.notes) {
            self.references.push((group.name.clone(), references));
            self.policies.groups.entry(group.name.clone()).or_insert(group);
        } else {
            self.lacks_groups = true;
        }
    }

    fn waiver(&mut self, document: &Node) {
        self.declare("waiver", document, &["metadata", "name"]);
        self.waivers.push(waiver::References::read(document));
        let written = self.written(document, "Waiver");
        if let Some(waiver) = Waiver::read(written, document, &mut self.notes) {
            self.policies.waivers.entry(waiver.name.clone()).or_insert_with(|| Arc::new(waiver));
        }
    }

    fn declare(&mut self, kind: &'static str, document: &Node, path: &[&str]) {
        if let Some((name, place)) = document.text_of(path) {
            self.declared.add(kind, name, place);
        }
    }

    /// The check types of a file; what is wrong with them is told when the file is read as a whole.
    fn check_types(file: &Parsed) -> CheckTypes {
        let mut reader = Self { notes: file.notes.clone(), ..Self::default() };
        let mut found = CheckTypes::default();
        for document in &file.documents.roots {
            if document.get("kind").and_then(Node::text) == Some("CheckType") {
                let written = reader.written(document, "CheckType");
                let read = CheckType::read(written, document, false, &mut reader.notes);
                found.add(document, read);
            }
        }
        found
    }

    /// The document as written, as far as it fits the schema of its kind.
    fn written<T: DeserializeOwned>(&mut self, document: &Node, kind: &str) -> Option<T> {
        let fitted = fit(document, schema::form(kind)?, &mut self.notes)?;
        match T::deserialize(fitted) {
            Ok(written) => Some(written),
            Err(error) => {
                let message = format!("the document cannot be read: {error}");
                let refused = Diagnostic::error(document.place.clone(), "wrong-type", message);
                self.notes.push(refused);
                None
            }
        }
    }

    /// What can only be said of all documents together.
    fn finish(mut self) -> Reading {
        self.notes.start_file();
        self.declared.note("duplicate-name", &mut self.notes);
        let references = std::mem::take(&mut self.references);
        if !self.is_partial {
            for (group, references) in &references {
                self.follow(group, references);
            }
        }
        for (group, check, place) in std::mem::take(&mut self.tested) {
            self.follow_test(&group, &check, place);
        }
        let known = waiver::Known {
            policies: &self.policies,
            declared: &self.declared,
            lacks_accounts: self.is_partial,
            lacks_groups: self.is_partial || self.lacks_groups,
        };
        self.waivers.iter().for_each(|waiver| waiver.follow(&known, &mut self.notes));
        Reading { policies: self.policies, diagnostics: self.notes.into_sorted() }
    }

    /// A test of a check that is not there. Of a group that could not be read nothing is said.
    fn follow_test(&mut self, group: &GroupName, check: &CheckId, place: Place) {
        let (message, near) = match self.policies.groups.get(group) {
            Some(read) if read.checks.iter().any(|one| one.id == *check) => return,
            Some(read) => {
                let ids = read.checks.iter().map(|one| one.id.as_str());
                let near = nearest(check.as_str(), ids).map(|near| format!("{group}/{near}"));
                (format!("group `{group}` has no check `{check}`"), near)
            }
            None if self.declared.contains("group", group.as_str()) => return,
            None => {
                let names = self.declared.names("group");
                let near = nearest(group.as_str(), names).map(|near| format!("{near}/{check}"));
                (format!("there is no group `{group}`"), near)
            }
        };
        let mut refused = Diagnostic::error(place, "unknown-check", message);
        refused.help = near.map(|near| format!("did you mean `{near}`?"));
        self.notes.push(refused);
    }

    /// A group that selects no account would never say anything, which is never what is meant.
    fn follow(&mut self, group: &GroupName, references: &References) {
        for (name, place) in &references.names {
            if !self.declared.contains("account", name.as_str()) {
                let message = format!("there is no account `{name}`");
                let mut refused = Diagnostic::error(place.clone(), "unknown-account", message);
                let near = nearest(name.as_str(), self.declared.names("account"));
                refused.help = near.map(|near| format!("did you mean `{near}`?"));
                self.notes.push(refused);
            }
        }
        let Some(read) = self.policies.groups.get(group) else { return };
        if self.policies.accounts_of(read).next().is_none() {
            let message = format!("group `{group}` selects no account");
            let refused = Diagnostic::error(references.place.clone(), "no-account", message);
            self.notes.push(refused.help(if self.policies.accounts.is_empty() {
                "add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` \
                 and `regions`"
            } else {
                "compare `spec.accounts` with the labels and names of the `Account` documents"
            }));
        }
    }
}

impl CheckTypes {
    /// Those that come with cloudcorrect, from their files. A file with a problem is a defect, and
    /// what is wrong with it the answer.
    pub fn built_in(files: &[SourceFile]) -> Result<Self, Vec<Diagnostic>> {
        let mut all = Self::default();
        let mut notes = Notes::default();
        for file in files {
            let mut reader = Reader::default();
            reader.notes.start_file();
            for document in &yaml::read(&file.path, &file.bytes, &mut reader.notes).roots {
                let written = reader.written(document, "CheckType");
                let read = CheckType::read(written, document, true, &mut reader.notes);
                all.add(document, read);
            }
            notes.merge(reader.notes);
        }
        let found = notes.into_sorted();
        if found.is_empty() { Ok(all) } else { Err(found) }
    }

    /// Those of the files and those that are there already, `None` where the files have none; and
    /// the files that were parsed for it, which need not be parsed again.
    fn read(files: &[SourceFile], known: &Self) -> (Option<Self>, BTreeMap<Arc<str>, Parsed>) {
        let mut parsed = BTreeMap::new();
        let mention =
            |file: &&SourceFile| memchr::memmem::find(&file.bytes, b"CheckType").is_some();
        let files: Vec<SourceFile> = files.iter().filter(mention).cloned().collect();
        if files.is_empty() {
            return (None, parsed);
        }
        let mut all = known.clone();
        let read = |file: &SourceFile| {
            let file = Parsed::new(file);
            (Reader::check_types(&file), file)
        };
        let found = side_by_side(&files, |run| run.iter().map(read).collect::<Vec<_>>());
        for (file, (found, known)) in files.iter().zip(found.into_iter().flatten()) {
            all.merge(found);
            parsed.insert(Arc::clone(&file.path), known);
        }
        (Some(all), parsed)
    }
}

/// Kinds of the design that this version does not have.
const LATER: &[&str] = &["Pack", "Route"];

/// What a document is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Account,
    Group,
    CheckType,
    Test,
    Waiver,
    /// A kind of a later version.
    Later,
    /// Perhaps one of ours, misspelt.
    Unknown,
}

/// The kind of a document; why it has none is noted.
fn kind_of(document: &Node, notes: &mut Notes) -> Kind {
    let refused = match (&document.tree, document.get("kind")) {
        (Tree::Refused, _) => return Kind::Unknown,
        (Tree::Map(_), Some(node)) => match (&node.tree, node.text()) {
            (_, Some("Account")) => return Kind::Account,
            (_, Some("Group")) => return Kind::Group,
            (_, Some("CheckType")) => return Kind::CheckType,
            (_, Some("Test")) => return Kind::Test,
            (_, Some("Waiver")) => return Kind::Waiver,
            (_, Some(kind)) if LATER.contains(&kind) => {
                let message = format!("kind `{kind}` is not supported by this version");
                notes.push(Diagnostic::error(node.place.clone(), "unsupported", message));
                return Kind::Later;
            }
            (_, Some(kind)) => unknown_kind(kind, &node.place),
            (Tree::Refused, None) => return Kind::Unknown,
            (_, None) => {
                let message = format!("`kind` is {}, but must be text", node.kind());
                Diagnostic::error(node.place.clone(), "wrong-type", message)
            }
        },
        (Tree::Map(_), None) => {
            let place = document.place.clone();
            let kinds = schema::kinds().join("` or `");
            Diagnostic::error(place, "missing-key", "the document lacks `kind`")
                .help(format!("add `kind: `, which is `{kinds}`"))
        }
        (Tree::Scalar(_) | Tree::List(_), _) => {
            let message = format!("a document must be a mapping, but this is {}", document.kind());
            Diagnostic::error(document.place.clone(), "wrong-type", message)
                .help("start with `apiVersion: cloudcorrect.dev/v1` and `kind`")
        }
    };
    notes.push(refused);
    Kind::Unknown
}

fn unknown_kind(kind: &str, place: &Place) -> Diagnostic {
    let message = format!("there is no kind `{}`", short(kind));
    let help = match nearest(kind, schema::kinds().into_iter().chain(LATER.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the kinds are `{}`", schema::kinds().join("`, `")),
    };
    Diagnostic::error(place.clone(), "unknown-kind", message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_their_order_on_several_processors() {
        let text = "#".repeat(BYTES_A_THREAD);
        let files: Vec<_> =
            (0..50).map(|n| SourceFile::new(format!("{n}.yaml"), text.as_bytes())).collect();
        let paths = side_by_side(&files, |run| {
            run.iter().map(|it| it.path.to_string()).collect::<Vec<_>>()
        })
        .concat();
        let expected: Vec<_> = (0..50).map(|n| format!("{n}.yaml")).collect();
        assert_eq!(paths, expected);
        assert_eq!(side_by_side(&files[..1], |run| run[0].bytes.len()), [BYTES_A_THREAD]);
    }
}
