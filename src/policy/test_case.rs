//! Tests of checks and check types: what is given, and what must be said of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::diagnostic::{Code, Diagnostic, Place, meant};
use crate::resource::{
    AccountId, Cause, Failure, Inventory, Listing, Region, Resource, Schema, TypeName, schemas,
};

use super::account::{Account, parsed, parsed_at};
use super::check_type::CheckTypes;
use super::given::{self, DEFAULT_REGION};
use super::library::Library;
use super::names::{CheckId, CheckTypeName, GroupName, PackName, TestName};
use super::notes::Notes;
use super::question::Question;
use super::region;
use super::written::test_case::{TEST_NOW, TestDocument};
use crate::document::short;
use crate::document::{Entry, Node, Tree};

/// What a resource of a case weighs, bytes: all that its type has, though little of it is said.
const RESOURCE_WEIGHT: usize = 4 << 10;
/// What a case weighs: a list of every type, mostly empty, in a region; and so does each more.
const CASE_WEIGHT: usize = 4 << 10;

/// The account of tests.
const ACCOUNT: &str = "123456789012";

/// What a check, or a check type, must say of made-up resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What it is called.
    pub name: TestName,
    /// What is tested.
    pub subject: TestSubject,
    /// What is given and expected; never empty.
    pub cases: Vec<Case>,
    /// Where its name stands.
    pub place: Place,
}

/// What a test is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestSubject {
    /// A check of a group.
    Check(GroupName, CheckId),
    /// A check of a pack.
    Pack(PackName, CheckId),
    /// A check type, with the parameters of each case.
    Type(CheckTypeName),
}

/// One case of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it shows, for people.
    pub name: Option<String>,
    /// What the check type asks with the parameters of the case; of a check, what it asks stands
    /// with the check.
    pub question: Option<Question>,
    /// The account that everything is in.
    pub account: Account,
    /// What there is in it.
    pub inventory: Inventory,
    /// What must be said.
    pub expected: Vec<Expected>,
    /// Where it stands.
    pub place: Place,
}

/// What must be said of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its id, or `*`.
    pub id: String,
    /// Its region, where that was said.
    pub region: Option<Region>,
    /// What must be said.
    pub outcome: ExpectedOutcome,
    /// Where it stands.
    pub place: Place,
}

/// What a test can expect of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpectedOutcome {
    /// It passes.
    Pass,
    /// It fails.
    Fail,
    /// Nothing can be said.
    Unknown,
    /// `where` leaves it out.
    NotSelected,
    /// There is nothing to judge.
    NotApplicable,
}

impl ExpectedOutcome {
    const ALL: [(&'static str, Self); 5] = [
        ("pass", Self::Pass),
        ("fail", Self::Fail),
        ("unknown", Self::Unknown),
        ("notSelected", Self::NotSelected),
        ("notApplicable", Self::NotApplicable),
    ];

    /// The key of `expect`.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }
}

impl Test {
    /// The meaning of a document, and the place where it names a check. What is wrong with it is
    /// noted.
    pub(super) fn read(
        written: Option<TestDocument>,
        node: &Node,
        library: &Library,
        notes: &mut Notes,
    ) -> Option<Self> {
        let name = parsed_at(node, &["metadata", "name"], notes);
        let spec = node.get("spec")?;
        let subject = subject(spec, library, notes);
        let listed = spec.get("cases").map(Node::items).unwrap_or_default();
        let alone = listed.is_empty().then_some(spec);
        if let (None, Some(expect), Some(cases)) =
            (alone, spec.entry("expect"), spec.entry("cases"))
        {
            let message = "`expect` and `cases` exclude each other";
            let refused = Diagnostic::error(expect.place.clone(), Code::Conflict, message);
            let refused = refused.related(cases.place.clone(), "the cases are here");
            notes.push(refused.help("each case has an `expect` of its own; move it there"));
        }
        let mut cases = Vec::new();
        for case in alone.into_iter().chain(listed) {
            if notes.effort.is_spent() {
                return None; // Noted already, once for all that follows.
            }
            cases.push(Reader { spec, case, types: &library.types }.read(subject.as_ref()?, notes));
        }
        written?;
        Some(Self {
            name: name?,
            subject: subject?,
            cases: cases.into_iter().collect::<Option<Vec<_>>>()?,
            place: node.place_of(&["metadata", "name"]),
        })
    }
}

/// The one thing that a test is about.
fn subject(spec: &Node, library: &Library, notes: &mut Notes) -> Option<TestSubject> {
    let named = |key| spec.text_of(&[key]).map(|(text, place)| (key, text, place));
    let mut said = ["check", "pack", "uses"].into_iter().filter_map(named);
    let (key, text, place) = said.next()?;
    if let Some((other, _, at)) = said.next() {
        let message = format!("`{key}` and `{other}` exclude each other");
        let refused = Diagnostic::error(at.clone(), Code::Conflict, message);
        notes.push(refused.help("test each in a document of its own"));
        return None;
    }
    if key == "uses" {
        let found = library.types.find(text, place, notes)?;
        return Some(TestSubject::Type(found.name.clone()));
    }
    let Some((of, id)) = text.split_once('/') else {
        let message = format!("`{}` names no check", short(text));
        let (what, form) = if key == "pack" { ("pack", "pack/id") } else { ("group", "group/id") };
        let refused = Diagnostic::error(place.clone(), Code::InvalidName, message);
        notes.push(refused.help(format!("write the {what} and the id of the check, as `{form}`")));
        return None;
    };
    let id = parsed(id, place, notes)?;
    if key == "check" {
        return Some(TestSubject::Check(parsed(of, place, notes)?, id));
    }
    let pack = library.packs.find(of, place, notes)?;
    pack.has(&id, place, notes).then(|| TestSubject::Pack(pack.name.clone(), id))
}

/// A case on its way, in the document that it stands in.
struct Reader<'a> {
    spec: &'a Node,
    /// An item of `cases`, or the spec itself.
    case: &'a Node,
    types: &'a CheckTypes,
}

impl Reader<'_> {
    fn read(&self, subject: &TestSubject, notes: &mut Notes) -> Option<Case> {
        let now = self.now(notes);
        let question = match subject {
            TestSubject::Check(..) | TestSubject::Pack(..) => Some(None),
            TestSubject::Type(name) => self.question(name, notes).map(Some),
        };
        let account_id: AccountId = ACCOUNT.parse().ok()?;
        let given = self.given(&account_id, notes);
        let failed = self.unlisted(notes);
        let expected = expected(self.case.get("expect"), notes);
        let given = given?;
        let expected = expected?;
        ids_are_given(&expected, &given, notes);
        let regions = regions(&given, &expected);
        if !self.is_affordable(CASE_WEIGHT * (regions.len() - 1), notes) {
            return None;
        }
        let account = Account {
            name: "test".parse().ok()?,
            id: account_id.clone(),
            regions,
            labels: BTreeMap::new(),
            place: self.case.place.clone(),
        };
        let name = self.case.text_of(&["name"]).map(|(name, _)| name.to_owned());
        Some(Case {
            name: name.filter(|_| !std::ptr::eq(self.spec, self.case)),
            question: question?,
            inventory: inventory(account_id, now?, &account, given, &failed?),
            account,
            expected,
            place: self.case.place.clone(),
        })
    }

    /// An entry of the case, else of the document.
    fn entry(&self, key: &str) -> Option<&Entry> {
        self.case.entry(key).or_else(|| self.spec.entry(key))
    }

    fn now(&self, notes: &mut Notes) -> Option<DateTime<Utc>> {
        let Some(node) = self.entry("now").map(|entry| &entry.value) else {
            return TEST_NOW.parse().ok();
        };
        let text = node.text()?;
        let read = DateTime::parse_from_rfc3339(text).ok();
        if read.is_none() {
            let message = format!("`{}` is no instant", short(text));
            let refused = Diagnostic::error(node.place.clone(), Code::InvalidInstant, message);
            notes.push(refused.help("write it as in `2026-01-31T00:00:00Z`"));
        }
        read.map(|instant| instant.to_utc())
    }

    fn question(&self, name: &CheckTypeName, notes: &mut Notes) -> Option<Question> {
        let place = self.spec.place_of(&["uses"]);
        let found = self.types.find(name.as_str(), &place, notes)?;
        found.ask(self.entry("with"), &place, notes)
    }

    /// Whether the file may still have what weighs so much; that it may not is noted.
    fn is_affordable(&self, weight: usize, notes: &mut Notes) -> bool {
        let is_affordable = notes.effort.read(weight);
        if !is_affordable {
            let message =
                "the tests of this file give too much, what is given in all cases counting in each";
            let refused =
                Diagnostic::error(self.case.place.clone(), Code::TooManyResources, message);
            notes.push(refused.help("split the file, and give each case what it needs"));
        }
        is_affordable
    }

    /// The resources that are given, in the document and in the case.
    fn given(&self, account: &AccountId, notes: &mut Notes) -> Option<Vec<(Resource, Place)>> {
        let mut given = Vec::new();
        let mut is_whole = true;
        if !self.is_affordable(CASE_WEIGHT, notes) {
            return None;
        }
        let shared = (!std::ptr::eq(self.spec, self.case)).then_some(self.spec);
        for node in shared.into_iter().chain([self.case]).filter_map(|node| node.get("given")) {
            let Tree::Map(entries) = &node.tree else { continue };
            for entry in entries {
                let Some(schema) = known_type(entry, notes) else {
                    is_whole = false;
                    continue;
                };
                for item in entry.value.items() {
                    if !self.is_affordable(RESOURCE_WEIGHT, notes) {
                        return None;
                    }
                    match given::resource(item, schema, account, notes) {
                        Some(resource) => given.push((resource, item.place.clone())),
                        None => is_whole = false,
                    }
                }
            }
        }
        is_whole &= are_unique(&given, notes);
        is_whole.then_some(given)
    }

    fn unlisted(&self, notes: &mut Notes) -> Option<BTreeMap<TypeName, Cause>> {
        let mut failed = BTreeMap::new();
        let mut is_whole = true;
        if let Some(Tree::Map(entries)) = self.entry("unlisted").map(|entry| &entry.value.tree) {
            for entry in entries {
                match (known_type(entry, notes), given::cause(&entry.value, notes)) {
                    (Some(schema), Some(cause)) => {
                        failed.insert(schema.type_name.clone(), cause);
                    }
                    _ => is_whole = false,
                }
            }
        }
        is_whole.then_some(failed)
    }
}

fn known_type(entry: &Entry, notes: &mut Notes) -> Option<&'static Schema> {
    super::question::type_named(&entry.key, &entry.place, notes)
}

fn are_unique(given: &[(Resource, Place)], notes: &mut Notes) -> bool {
    let mut seen: BTreeMap<_, &Place> = BTreeMap::new();
    let mut unique = true;
    for (resource, place) in given {
        let key = (&resource.type_name, &resource.region, &resource.id);
        if let Some(first) = seen.insert(key, place) {
            let message = format!("`{}` is given twice", short(&resource.id));
            let refused = Diagnostic::error(place.clone(), Code::DuplicateResource, message);
            notes.push(refused.related(first.clone(), "the other one is here"));
            unique = false;
        }
    }
    unique
}

fn expected(node: Option<&Node>, notes: &mut Notes) -> Option<Vec<Expected>> {
    let node = node?;
    let mut all = Vec::new();
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    for (key, outcome) in ExpectedOutcome::ALL {
        for item in node.get(key).map(Node::items).unwrap_or_default() {
            let Some(text) = item.text() else { continue };
            if let Some(first) = seen.insert(text.to_owned(), item.place.clone()) {
                let message = format!("`{}` is expected twice", short(text));
                let refused =
                    Diagnostic::error(item.place.clone(), Code::DuplicateResource, message);
                notes.push(refused.related(first, "the other one is here"));
            }
            let (region, id) = match text.rsplit_once('/') {
                Some((region, "*")) => (region::named(region, &item.place, notes), "*"),
                _ => (None, text),
            };
            let place = item.place.clone();
            all.push(Expected { id: id.to_owned(), region, outcome, place });
        }
    }
    Some(all)
}

/// Notes what is expected of a resource that is not given.
fn ids_are_given(expected: &[Expected], given: &[(Resource, Place)], notes: &mut Notes) {
    let ids: BTreeSet<&str> = given.iter().map(|(resource, _)| &*resource.id).collect();
    for one in expected {
        if one.id == "*" || ids.contains(one.id.as_str()) {
            continue;
        }
        let message = format!("there is no resource `{}` under `given`", short(&one.id));
        let mut refused = Diagnostic::error(one.place.clone(), Code::UnknownResource, message);
        refused.help = meant(&one.id, ids.iter().copied());
        notes.push(refused);
    }
}

/// The regions of the account: where something is given or expected, else the default.
fn regions(given: &[(Resource, Place)], expected: &[Expected]) -> BTreeSet<Region> {
    let given = given.iter().map(|(resource, _)| &resource.region);
    let expected = expected.iter().filter_map(|one| one.region.as_ref());
    let mut regions: BTreeSet<Region> =
        given.chain(expected).filter(|region| !region.is_global()).cloned().collect();
    if regions.is_empty() {
        regions.extend(DEFAULT_REGION.parse());
    }
    regions
}

/// Everything that is given, with an empty list of each other type.
fn inventory(
    account_id: AccountId,
    now: DateTime<Utc>,
    account: &Account,
    given: Vec<(Resource, Place)>,
    failed: &BTreeMap<TypeName, Cause>,
) -> Inventory {
    let mut inventory = Inventory::empty(account_id, now);
    let mut given: Vec<Arc<Resource>> =
        given.into_iter().map(|(resource, _)| Arc::new(resource)).collect();
    given.sort_by(|one, other| one.id.cmp(&other.id));
    for schema in schemas().values() {
        for region in schema.listed_in(&account.regions) {
            let here = given.iter().filter(|one| {
                one.type_name == schema.type_name && (region.is_global() || one.region == region)
            });
            let listing = match failed.get(&schema.type_name) {
                Some(cause) => {
                    Listing::Failed(Failure::new(*cause, format!("{}: made up", schema.list)))
                }
                None => Listing::Complete(here.cloned().collect()),
            };
            inventory.listings.insert((schema.type_name.clone(), region), listing);
        }
    }
    inventory
}

impl fmt::Display for TestSubject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(group, check) => write!(out, "{group}/{check}"),
            Self::Pack(pack, check) => write!(out, "pack {pack}/{check}"),
            Self::Type(name) => out.pad(name.as_str()),
        }
    }
}
