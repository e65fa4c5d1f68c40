//! Tests of checks and check types: what is given, and what must be said of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::diagnostic::{Code, Diagnostic, Location, meant};
use crate::document::{Entries, Field, List, Located, Span, short};
use crate::resource::{
    AccountId, Cause, Failure, Inventory, Listing, Region, Resource, TypeName, schemas,
};

use super::account::Account;
use super::check_type::CheckTypes;
use super::context::FileContext;
use super::document::is_identified;
use super::document::test_case::{
    CaseFields, CaseSpec, Expectations, Given, TEST_ACCOUNT, TEST_NOW, TestDocument, TestSpec,
};
use super::fixture::{self, DEFAULT_REGION};
use super::library::Library;
use super::names::{CheckId, CheckTypeName, GroupName, PackName, TestName};
use super::region;
use super::rule::{self, Rule};

/// What a resource of a case weighs, bytes: all that its type has, though little of it is said.
const RESOURCE_WEIGHT: usize = 4 << 10;
/// What a case weighs: a list of every type, mostly empty, in a region; and so does each more.
const CASE_WEIGHT: usize = 4 << 10;

/// Test: the outcomes that a check, or a check type, must have for made-up resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Name, unique among the tests.
    pub name: TestName,
    /// Check or check type that is tested.
    pub subject: TestSubject,
    /// Cases, each with what is given and expected; never empty.
    pub cases: Vec<Case>,
    /// Location of its name in the file.
    pub place: Location,
}

/// Subject of a test: a check, or a check type on its own.
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
    /// Name of the case, for people.
    pub name: Option<String>,
    /// What the check type asks with the parameters of the case; of a check, what it asks stands
    /// with the check.
    pub rule: Option<Rule>,
    /// The account that everything is in.
    pub account: Account,
    /// Inventory of the made-up account.
    pub inventory: Inventory,
    /// Expected outcome; another one fails the test.
    pub expected: Vec<Expected>,
    /// Location of its start in the file.
    pub place: Location,
}

/// Outcome that is expected of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Id of the resource, or `*` for what is about none.
    pub id: String,
    /// Its region, where that was said.
    pub region: Option<Region>,
    /// Expected outcome; another one fails the test.
    pub outcome: ExpectedOutcome,
    /// Location of its start in the file.
    pub place: Location,
}

/// Outcome that a test can expect of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExpectedOutcome {
    /// The assertion holds of it.
    Pass,
    /// The assertion does not hold of it.
    Fail,
    /// The assertion cannot be decided.
    Unknown,
    /// The filter `where` leaves it out.
    NotSelected,
    /// There is nothing to judge.
    NotApplicable,
}

impl ExpectedOutcome {
    /// Key below `expect`, as documents have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotSelected => "notSelected",
            Self::NotApplicable => "notApplicable",
        }
    }
}

impl Test {
    /// Meaning of a document. What is wrong with it is reported.
    pub(super) fn resolve(
        document: TestDocument,
        library: &Library,
        file: &mut FileContext,
    ) -> Option<Self> {
        let TestDocument { api_version, kind, metadata, spec } = document;
        let is_identified = is_identified(&api_version, &kind);
        let metadata = metadata.into_value();
        let name = metadata.as_ref().and_then(|it| file.parse(&it.name));
        let Field::Given { value: Located { value: mut spec, span }, .. } = spec else {
            return None;
        };
        let subject = subject(&spec, span, library, file).filter(|_| is_identified);
        let shared = spec.take_case(span);
        let at_uses = spec.uses.get().map(|uses| uses.span).unwrap_or_default();
        let listed = spec.cases.value().is_some_and(|cases| !cases.is_empty());
        if let (true, Some(expect), Some(cases)) = (listed, shared.expect.key(), spec.cases.key()) {
            let message = "`expect` and `cases` exclude each other";
            let refused = file.error(expect, Code::Conflict, message);
            let refused = refused.related(file.place(cases), "the cases are here");
            file.report(refused.help("each case has an `expect` of its own; move it there"));
        }
        if let (false, Field::Missing, false) = (listed, &shared.expect, spec.cases.is_invalid()) {
            let message = "`spec` lacks `expect`";
            let refused = file.error(span, Code::MissingKey, message);
            let help = "add `expect`, what the check says of which resources, or several `cases`";
            file.report(refused.help(help));
        }
        let listed = spec.cases.into_value().filter(|_| listed).map(List::into_all);
        let types = &library.types;
        let mut cases = Vec::new();
        match listed {
            None => {
                let case = CaseReader { shared: None, case: &shared, types, at_uses };
                cases.push(case.resolve(None, subject.as_ref()?, file));
            }
            Some(listed) => {
                let (now, unlisted) = (now(&shared.now, file), unlisted(&shared.unlisted, file));
                let account = account(&shared.account_id, file);
                let (account, unlisted) = (account.as_ref(), unlisted.as_ref());
                let shared = Shared { fields: &shared, account, now, unlisted };
                for case in listed {
                    if file.effort.is_spent() {
                        return None; // Reported already, once for all that follows.
                    }
                    let Some(Located { value: mut case, span }) = case else {
                        cases.push(None);
                        continue;
                    };
                    let fields = case.take_case(span);
                    let reader = CaseReader { shared: Some(shared), case: &fields, types, at_uses };
                    let CaseSpec { name, .. } = case;
                    cases.push(reader.resolve(name.into_value(), subject.as_ref()?, file));
                }
            }
        }
        Some(Self {
            name: name?,
            subject: subject?,
            cases: cases.into_iter().collect::<Option<Vec<_>>>()?,
            place: file.place(metadata?.name.get()?.span),
        })
    }
}

/// Subject of a test, whose `spec` stands at a place: the one thing that it is about.
fn subject(
    spec: &TestSpec,
    at: Span,
    library: &Library,
    file: &mut FileContext,
) -> Option<TestSubject> {
    let said = [("check", &spec.check), ("pack", &spec.pack), ("uses", &spec.uses)];
    if said.iter().all(|(_, field)| field.is_missing()) {
        let refused = file.error(at, Code::MissingKey, "`spec` lacks `check`");
        let help = "add `check`, as `group/id`; or `pack`, as `pack/id`; or `uses`, a check type";
        file.report(refused.help(help));
        return None;
    }
    let mut said = said.into_iter().filter_map(|(key, field)| Some((key, field.get()?)));
    let (key, Located { value: text, span: at }) = said.next()?;
    if let Some((other, second)) = said.next() {
        let message = format!("`{key}` and `{other}` exclude each other");
        let refused = file.error(second.span, Code::Conflict, message);
        file.report(refused.help("test each in a document of its own"));
        return None;
    }
    if key == "uses" {
        let found = library.types.find(text, *at, file)?;
        return Some(TestSubject::Type(found.name.clone()));
    }
    let Some((of, id)) = text.split_once('/') else {
        let message = format!("`{}` names no check", short(text));
        let (what, form) = if key == "pack" { ("pack", "pack/id") } else { ("group", "group/id") };
        let refused = file.error(*at, Code::InvalidName, message);
        file.report(refused.help(format!("write the {what} and the id of the check, as `{form}`")));
        return None;
    };
    let id = file.parse_text(id, *at)?;
    if key == "check" {
        return Some(TestSubject::Check(file.parse_text(of, *at)?, id));
    }
    let pack = library.packs.find(of, *at, file)?;
    pack.has(&id, *at, file).then(|| TestSubject::Pack(pack.name.clone(), id))
}

/// Fields of a document with several cases, and what those mean that a case may say anew: they are
/// read once, and whether or not a case goes by them.
#[derive(Clone, Copy)]
struct Shared<'a> {
    fields: &'a CaseFields,
    account: Option<&'a AccountId>,
    now: Option<DateTime<Utc>>,
    unlisted: Option<&'a BTreeMap<TypeName, Cause>>,
}

/// Case on its way, in the document that it stands in.
struct CaseReader<'a> {
    /// Fields of the document, where the case is one of several.
    shared: Option<Shared<'a>>,
    case: &'a CaseFields,
    types: &'a CheckTypes,
    at_uses: Span,
}

impl CaseReader<'_> {
    fn resolve(
        &self,
        name: Option<String>,
        subject: &TestSubject,
        file: &mut FileContext,
    ) -> Option<Case> {
        let now = match (&self.case.now, self.shared) {
            (Field::Missing, Some(shared)) => shared.now,
            (own, _) => now(own, file),
        };
        let rule = match subject {
            TestSubject::Check(..) | TestSubject::Pack(..) => Some(None),
            TestSubject::Type(name) => self.rule(name, file).map(Some),
        };
        let account_id = match (&self.case.account_id, self.shared) {
            (Field::Missing, Some(shared)) => shared.account.cloned(),
            (own, _) => account(own, file),
        }?;
        let given = self.given(&account_id, file);
        let failed = match (&self.case.unlisted, self.shared) {
            (Field::Missing, Some(shared)) => shared.unlisted.cloned(),
            (own, _) => unlisted(own, file),
        };
        let expected = self.case.expect.value().map(|expect| expected(expect, file));
        let given = given?;
        let expected = expected?;
        ids_are_given(&expected, &given, file);
        let regions = regions(&given, &expected);
        if !self.is_affordable(CASE_WEIGHT * (regions.len() - 1), file) {
            return None;
        }
        let place = file.place(self.case.span);
        let name_of_account = "test".parse().ok()?;
        let account = Account::new(name_of_account, account_id.clone(), regions, place.clone());
        Some(Case {
            name,
            rule: rule?,
            inventory: inventory(account_id, now?, &account, given, &failed?),
            account,
            expected,
            place,
        })
    }

    fn rule(&self, name: &CheckTypeName, file: &mut FileContext) -> Option<Rule> {
        let found = self.types.find(name.as_str(), self.at_uses, file)?;
        let with = match (&self.case.with, self.shared) {
            (Field::Missing, Some(shared)) => &shared.fields.with,
            (own, _) => own,
        };
        found.ask(with, self.at_uses, file)
    }

    /// `true` where the file may still have what weighs so much; that it may not is reported.
    fn is_affordable(&self, weight: usize, file: &mut FileContext) -> bool {
        let is_affordable = file.effort.read(weight);
        if !is_affordable {
            let message =
                "the tests of this file give too much, what is given in all cases counting in each";
            let refused = file.error(self.case.span, Code::TooManyResources, message);
            file.report(refused.help("split the file, and give each case what it needs"));
        }
        is_affordable
    }

    /// Resources that are given, in the document and in the case.
    fn given(&self, account: &AccountId, file: &mut FileContext) -> Option<Vec<(Resource, Span)>> {
        let mut given = Vec::new();
        let mut is_whole = true;
        if !self.is_affordable(CASE_WEIGHT, file) {
            return None;
        }
        for fields in self.shared.map(|it| it.fields).into_iter().chain([self.case]) {
            is_whole &= !fields.given.is_invalid();
            for entry in fields.given.value().into_iter().flat_map(Given::iter) {
                let schema = rule::type_named(&entry.key.value, entry.key.span, file);
                let (Some(schema), Some(items)) = (schema, &entry.value) else {
                    is_whole = false;
                    continue;
                };
                for item in items.value.all() {
                    if !self.is_affordable(RESOURCE_WEIGHT, file) {
                        return None;
                    }
                    let item = item.as_ref();
                    match item.and_then(|it| fixture::resource(it, schema, account, file)) {
                        Some(resource) => {
                            given.push((resource, item.map(|it| it.span).unwrap_or_default()));
                        }
                        None => is_whole = false,
                    }
                }
            }
        }
        is_whole &= are_unique(&given, file);
        is_whole.then_some(given)
    }
}

/// Number of the account that is said, or the usual one.
fn account(field: &Field<String>, file: &mut FileContext) -> Option<AccountId> {
    match field {
        Field::Missing => TEST_ACCOUNT.parse().ok(),
        field => file.parse(field),
    }
}

/// Instant that is said, or the usual one.
fn now(field: &Field<String>, file: &mut FileContext) -> Option<DateTime<Utc>> {
    let Located { value: text, span } = match field {
        Field::Missing => return TEST_NOW.parse().ok(),
        field => field.get()?,
    };
    let read = DateTime::parse_from_rfc3339(text).ok();
    if read.is_none() {
        let message = format!("`{}` is no instant", short(text));
        let refused = file.error(*span, Code::InvalidInstant, message);
        file.report(refused.help("write it as in `2026-01-31T00:00:00Z`"));
    }
    read.map(|instant| instant.to_utc())
}

/// Types whose resources cannot be listed, and why.
fn unlisted(
    field: &Field<Entries<String>>,
    file: &mut FileContext,
) -> Option<BTreeMap<TypeName, Cause>> {
    let mut failed = BTreeMap::new();
    let mut is_whole = true;
    for entry in field.value().into_iter().flat_map(Entries::iter) {
        let schema = rule::type_named(&entry.key.value, entry.key.span, file);
        let text = entry.value.as_ref();
        let cause = text.and_then(|it| fixture::cause(&it.value, it.span, file));
        match (schema, cause) {
            (Some(schema), Some(cause)) => {
                failed.insert(schema.type_name.clone(), cause);
            }
            _ => is_whole = false,
        }
    }
    is_whole.then_some(failed)
}

fn are_unique(given: &[(Resource, Span)], file: &mut FileContext) -> bool {
    let mut seen: BTreeMap<_, Span> = BTreeMap::new();
    let mut unique = true;
    for (resource, at) in given {
        let key = (&resource.type_name, &resource.region, &resource.id);
        if let Some(first) = seen.insert(key, *at) {
            let message = format!("`{}` is given twice", short(&resource.id));
            let refused = file.error(*at, Code::DuplicateResource, message);
            file.report(refused.related(file.place(first), "the other one is here"));
            unique = false;
        }
    }
    unique
}

/// Outcomes that are expected, of each id once; one that is there twice is reported.
fn expected(expect: &Expectations, file: &mut FileContext) -> Vec<Expected> {
    let Expectations { pass, fail, unknown, not_selected, not_applicable } = expect;
    let lists = [
        (pass, ExpectedOutcome::Pass),
        (fail, ExpectedOutcome::Fail),
        (unknown, ExpectedOutcome::Unknown),
        (not_selected, ExpectedOutcome::NotSelected),
        (not_applicable, ExpectedOutcome::NotApplicable),
    ];
    let mut all = Vec::new();
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (list, outcome) in lists {
        for Located { value: text, span } in list.value().into_iter().flat_map(List::iter) {
            if let Some(first) = seen.insert(text, *span) {
                let message = format!("`{}` is expected twice", short(text));
                let refused = file.error(*span, Code::DuplicateResource, message);
                file.report(refused.related(file.place(first), "the other one is here"));
            }
            let (region, id) = match text.rsplit_once('/') {
                Some((region, "*")) => (region::resolve(region, *span, file), "*"),
                _ => (None, text.as_str()),
            };
            all.push(Expected { id: id.to_owned(), region, outcome, place: file.place(*span) });
        }
    }
    all
}

/// Reports what is expected of a resource that is not given.
fn ids_are_given(expected: &[Expected], given: &[(Resource, Span)], file: &mut FileContext) {
    let ids: BTreeSet<&str> = given.iter().map(|(resource, _)| &*resource.id).collect();
    for one in expected {
        if one.id == "*" || ids.contains(one.id.as_str()) {
            continue;
        }
        let message = format!("there is no resource `{}` under `given`", short(&one.id));
        let mut refused = Diagnostic::error(one.place.clone(), Code::UnknownResource, message);
        refused.help = meant(&one.id, ids.iter().copied());
        file.report(refused);
    }
}

/// Regions of the account: where something is given or expected, else the default.
fn regions(given: &[(Resource, Span)], expected: &[Expected]) -> BTreeSet<Region> {
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
    given: Vec<(Resource, Span)>,
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
