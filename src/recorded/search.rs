//! The first problems of a recording: a walk over its bytes that looks closely at a little of it at a
//! time, since a file may have 256 MiB and be wrong in each of them.
//!
//! Each resource is read on its own, as the first pass reads it. One that is refused is judged by
//! the JSON Schema, in a recording of it alone; and so is, as a recording without any resource, what
//! is around them: the outline. Where the problems stand is left to [`super::problems`].

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};

use super::cursor::{Cursor, Passed};
use super::findings::{Finding, explain, of_id};
use super::ids::impossible;
use super::places::Pointer;
use super::read;
use super::schema::json_schema;
use super::{API_VERSION, KIND};
use crate::resource::{ListScope, Region, Schema, SchemaRegistry};

/// Problems of resources after which no further resource is looked at, and of the outline after
/// which no further one is told.
pub(super) const MOST_FOUND: usize = 100;

/// Values and keys that the JSON Schema judges together at most, since it keeps the errors of all
/// of them. A security group with 1,000 rules has some 10,000.
pub(super) const MOST_JUDGED: usize = 20_000;

/// Problems of a recording, as far as it was looked at.
pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    /// Resources that were refused for what the JSON Schema does not find: a key that is there
    /// twice, or anything in a resource that is too large to be judged.
    pub(super) refusals: Vec<Refusal>,
    /// What is no JSON after all, such as a number that is too large for one.
    pub(super) unreadable: Option<Refusal>,
    /// Byte up to which was looked; the end of the text unless there are too many problems.
    pub(super) looked_to: usize,
    /// `true` where all problems are found.
    pub(super) is_whole: bool,
}

/// Refusal of a part of a text; the line and column of the error count from where the part begins.
pub(super) struct Refusal {
    pub(super) part: Range<usize>,
    pub(super) error: serde_json::Error,
}

/// Looks for the first problems of a text that is JSON.
pub(super) fn search(text: &[u8], schemas: &SchemaRegistry) -> Found {
    let found = Found {
        findings: Vec::new(),
        refusals: Vec::new(),
        unreadable: None,
        looked_to: text.len(),
        is_whole: true,
    };
    let judge = Judge::new(schemas);
    let mut search = Search { text, schemas, judge, room: MOST_JUDGED, is_cut: false, found };
    let outline = search.recording(&mut Cursor::new(text));
    let Search { judge, is_cut, mut found, .. } = search;
    if is_cut {
        found.is_whole = false;
    } else {
        let mut findings = judge.findings(&outline, None);
        found.findings.extend(findings.by_ref().take(MOST_FOUND));
        found.is_whole &= findings.next().is_none();
    }
    found
}

/// Validator of recordings with the types of a registry.
///
/// The schema is one of 2020-12, of which it uses nothing that draft 7 has not: that one holds texts
/// to their `format`, and the crate has its code compiled, so that we carry no megabyte of our own.
pub(super) fn validator(schema: &Json) -> Validator {
    #[expect(clippy::expect_used, reason = "made by us and read by a test")]
    jsonschema::draft7::new(schema).expect("the JSON Schema of inventories is one")
}

/// The JSON Schema of recordings.
struct Judge {
    schema: Json,
    validator: Validator,
}

impl Judge {
    fn new(schemas: &SchemaRegistry) -> Self {
        let schema = json_schema(schemas);
        Self { validator: validator(&schema), schema }
    }

    /// Problems of a recording, whose one resource stands for the one of that index.
    fn findings<'j>(
        &'j self,
        json: &'j Json,
        index: Option<usize>,
    ) -> impl Iterator<Item = Finding> {
        let errors = self.validator.iter_errors(json);
        errors.flat_map(move |error| explain(&error, &self.schema, index, MOST_FOUND))
    }
}

/// A list whose resources are looked at.
struct List<'s> {
    schema: &'s Schema,
    region: Region,
    /// Index of the next resource.
    next: usize,
    /// Ids so far, with the index of the resource that had each first.
    seen: BTreeMap<Arc<str>, usize>,
}

impl<'s> List<'s> {
    /// The list of a type in a region; `None` where the JSON Schema expects no list.
    fn new(schema: &'s Schema, region: &str) -> Option<Self> {
        let region: Region = region.parse().ok()?;
        let is_expected = region.is_global() == (schema.scope == ListScope::Global);
        is_expected.then(|| Self { schema, region, next: 0, seen: BTreeMap::new() })
    }

    /// Keys from a resource down to its id.
    fn to_id(&self) -> [&'s str; 4] {
        ["facets", self.schema.list.as_str(), "read", &*self.schema.identifier]
    }

    fn pointer(&self, index: usize) -> Pointer {
        let (type_name, index) = (self.schema.type_name.as_str(), index.to_string());
        let above = ["lists", type_name, self.region.as_str(), "resources", &*index];
        above.iter().chain(&self.to_id()).map(ToString::to_string).collect()
    }

    /// Problem of the id of a resource, which from now on is there.
    fn of_id(&mut self, id: &Arc<str>, index: usize) -> Option<Finding> {
        let first = *self.seen.entry(Arc::clone(id)).or_insert(index);
        if first == index && impossible(id).is_none() {
            return None;
        }
        let first = (first != index).then(|| self.pointer(first));
        of_id(id, &self.schema.identifier, &self.pointer(index), first)
    }

    /// A recording of nothing but a resource.
    fn alone(&self, resource: Json) -> Json {
        let list = object("resources", Json::Array(vec![resource]));
        let lists = object(self.schema.type_name.as_str(), object(self.region.as_str(), list));
        let mut json = json!({
            "apiVersion": API_VERSION, "kind": KIND,
            "account": "000000000000", "recordedAt": "2026-11-16T08:00:00Z",
        });
        if let Json::Object(entries) = &mut json {
            entries.insert("lists".to_owned(), lists);
        }
        json
    }
}

fn object(key: &str, value: Json) -> Json {
    Json::Object(Map::from_iter([(key.to_owned(), value)]))
}

/// The walk. Each method takes one value, and gives what the outline has in its place.
struct Search<'t, 's> {
    text: &'t [u8],
    schemas: &'s SchemaRegistry,
    judge: Judge,
    /// Values and keys that the outline may still have.
    room: usize,
    /// `true` where the outline lacks something for which there was no room.
    is_cut: bool,
    found: Found,
}

impl<'t> Search<'t, '_> {
    fn recording(&mut self, cursor: &mut Cursor<'t>) -> Json {
        self.entries(cursor, |search, cursor, key| match key {
            "lists" => search.lists(cursor),
            _ => search.small(cursor),
        })
    }

    fn lists(&mut self, cursor: &mut Cursor<'t>) -> Json {
        self.entries(cursor, |search, cursor, type_name| {
            let schema = search.schemas.get(type_name);
            search.entries(cursor, |search, cursor, region| {
                search.list(cursor, schema.and_then(|schema| List::new(schema, region)))
            })
        })
    }

    fn list(&mut self, cursor: &mut Cursor<'t>, mut list: Option<List<'_>>) -> Json {
        self.entries(cursor, |search, cursor, key| {
            match (key, cursor.peek(), &mut list) {
                ("resources", Some(b'['), Some(list)) => {
                    cursor.list(|cursor| search.resource(&cursor.pass(), list));
                }
                ("resources", Some(b'['), None) => {
                    cursor.pass();
                }
                _ => return search.small(cursor),
            }
            Json::Array(Vec::new())
        })
    }

    /// An object, entry by entry. Of a list it is enough to know that it is one.
    fn entries(
        &mut self,
        cursor: &mut Cursor<'t>,
        mut entry: impl FnMut(&mut Self, &mut Cursor<'t>, &str) -> Json,
    ) -> Json {
        if cursor.peek() != Some(b'{') {
            return self.small(cursor);
        }
        let mut entries = Map::new();
        cursor.object(|cursor, key| {
            let value = entry(self, cursor, &key);
            if self.take_room(1) {
                entries.insert(key.into_owned(), value);
            }
        });
        Json::Object(entries)
    }

    /// A value of the outline as it is, as long as there is room for it.
    fn small(&mut self, cursor: &mut Cursor<'t>) -> Json {
        // Nothing asks what is in a list.
        let is_list = cursor.peek() == Some(b'[');
        let passed = cursor.pass();
        if is_list {
            return Json::Array(Vec::new());
        }
        if !self.take_room(passed.size) {
            return Json::Null;
        }
        self.parse(&passed.bytes).unwrap_or_default()
    }

    fn take_room(&mut self, size: usize) -> bool {
        let left = self.room.checked_sub(size);
        self.room = left.unwrap_or_default();
        self.is_cut |= left.is_none();
        left.is_some()
    }

    fn parse(&mut self, part: &Range<usize>) -> Option<Json> {
        let text = self.text.get(part.clone()).unwrap_or_default();
        match serde_json::from_slice(text) {
            Ok(json) => Some(json),
            Err(error) => {
                self.found.unreadable.get_or_insert(Refusal { part: part.clone(), error });
                None
            }
        }
    }

    fn resource(&mut self, passed: &Passed, list: &mut List<'_>) {
        let index = list.next;
        list.next += 1;
        if self.found.findings.len() + self.found.refusals.len() >= MOST_FOUND {
            self.found.looked_to = self.found.looked_to.min(passed.bytes.start);
            self.found.is_whole = false;
            return;
        }
        let part = passed.bytes.clone();
        let text = self.text.get(part.clone()).unwrap_or_default();
        match read::resource(text, list.schema, &list.region) {
            Ok(resource) => self.found.findings.extend(list.of_id(&resource.id, index)),
            Err(error) if !error.is_data() => {
                self.found.unreadable.get_or_insert(Refusal { part, error });
            }
            Err(error) => {
                let before = self.found.findings.len();
                if passed.size <= MOST_JUDGED {
                    self.judge(&part, list, index);
                }
                if self.found.findings.len() == before {
                    self.found.refusals.push(Refusal { part, error });
                }
            }
        }
    }

    /// Takes what the JSON Schema finds in a resource, and what its id has of problems.
    fn judge(&mut self, part: &Range<usize>, list: &mut List<'_>, index: usize) {
        let Some(json) = self.parse(part) else { return };
        let id = list.to_id().iter().try_fold(&json, |json, key| json.get(key));
        let id = id.and_then(Json::as_str).map(Arc::from);
        let json = list.alone(json);
        let mut findings = self.judge.findings(&json, Some(index));
        let most = MOST_FOUND.saturating_sub(self.found.findings.len());
        let mut taken: Vec<_> = findings.by_ref().take(most).collect();
        self.found.is_whole &= findings.next().is_none();
        let of_id = id.and_then(|id| list.of_id(&id, index));
        let of_id = of_id.filter(|one| taken.iter().all(|found| found.pointer != one.pointer));
        taken.extend(of_id);
        self.found.findings.extend(taken);
    }
}
