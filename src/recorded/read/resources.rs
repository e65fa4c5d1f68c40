//! Lists of resources, and what each operation said of a resource.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess};

use super::Reading;
use super::json::{Array, Elements, Entries, FromText, Object, missing, set, twice, unexpected};
use super::values::Properties;
use super::window::Cut;
use crate::recorded::ids::impossible;
use crate::resource::{
    self, Cause, Facet, Failure, Listing, Operation, Region, Resource, Schema, Segment, Segments,
};

/// Characters of an id that are shown where no resource can have it.
const SHOWN_OF_ID: usize = 40;

/// The list of a type in a region.
pub(super) struct List<'s> {
    pub(super) schema: &'s Schema,
    pub(super) region: &'s Region,
    pub(super) reading: &'s Reading<'s>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ListKey {
    Resources,
    Segments,
    Error,
}

/// A failure as a recording has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedFailure {
    cause: Cause,
    message: String,
}

impl RecordedFailure {
    fn failure(self) -> Failure {
        Failure::new(self.cause, self.message)
    }
}

impl<'de> Entries<'de> for List<'_> {
    type Output = Listing;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Listing, A::Error> {
        let (mut resources, mut segments, mut failure) = (None, None, None);
        while let Some(key) = map.next_key()? {
            match key {
                ListKey::Segments if self.schema.listed_by.is_none() => {
                    return Err(A::Error::custom(unexpected("segments")));
                }
                ListKey::Segments => {
                    set(&mut segments, map.next_value_seed(Object(Asked))?, "segments")?;
                }
                ListKey::Resources => {
                    let Self { schema, region, reading } = self;
                    let entry = Entry { schema, region, reading };
                    let read = map.next_value_seed(Array(Resources(entry)))?;
                    set(&mut resources, read, "resources")?;
                }
                ListKey::Error => {
                    set(&mut failure, map.next_value::<RecordedFailure>()?.failure(), "error")?;
                }
            }
        }
        if let Some(asked) = segments {
            if asked.is_empty() {
                return Err(A::Error::custom("`segments` is empty"));
            }
            let resources = resources.ok_or_else(|| missing("resources"))?;
            let rest = failure.ok_or_else(|| missing("error"))?;
            return Ok(Listing::Segments(resources, Segments { asked, rest }));
        }
        match (resources, failure) {
            (Some(resources), None) => Ok(Listing::Complete(resources)),
            (Some(resources), Some(failure)) => Ok(Listing::Partial(resources, failure)),
            (None, Some(failure)) => Ok(Listing::Failed(failure)),
            (None, None) => Err(missing("resources")),
        }
    }
}

/// Segments of a list that were asked for, by name.
struct Asked;

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum SegmentKey {
    Complete,
    Error,
}

impl<'de> Entries<'de> for Asked {
    type Output = BTreeMap<Segment, Option<Failure>>;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Output, A::Error> {
        let mut asked = BTreeMap::new();
        let read = |name: &str| name.parse::<Segment>().map_err(|error| error.to_string());
        while let Some(segment) = map.next_key_seed(FromText(read))? {
            let failure = map.next_value_seed(Object(OneOf))?;
            if asked.insert(segment.clone(), failure).is_some() {
                return Err(twice(&segment.to_string()));
            }
        }
        Ok(asked)
    }
}

/// What came of a segment: exactly one of two.
struct OneOf;

impl<'de> Entries<'de> for OneOf {
    type Output = Option<Failure>;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Output, A::Error> {
        let failure = match map.next_key()?.ok_or_else(|| missing("complete"))? {
            SegmentKey::Complete if map.next_value()? => None,
            SegmentKey::Complete => {
                return Err(A::Error::custom("`complete` is `true` or not there"));
            }
            SegmentKey::Error => Some(map.next_value::<RecordedFailure>()?.failure()),
        };
        match map.next_entry::<String, IgnoredAny>()? {
            None => Ok(failure),
            Some((name, _)) => Err(A::Error::custom(unexpected(&name))),
        }
    }
}

/// Resources of a list, each of which is as the entry, in the order of their ids.
struct Resources<'s>(Entry<'s>);

impl<'de> Elements<'de> for Resources<'_> {
    type Output = Vec<Arc<Resource>>;

    fn read<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Output, A::Error> {
        let Self(entry) = self;
        let mut resources: BTreeMap<Arc<str>, Arc<Resource>> = BTreeMap::new();
        let mut next = || match entry.reading.cut {
            Some(cut) => list.next_element_seed(Object(Cut(|| cut(entry)))),
            None => list.next_element_seed(Object(entry)),
        };
        while let Some(resource) = next()? {
            let id = Arc::clone(&resource.id);
            if resources.insert(Arc::clone(&id), Arc::new(resource)).is_some() {
                return Err(twice(&id));
            }
        }
        Ok(resources.into_values().collect())
    }
}

/// One resource with its facets.
#[derive(Clone, Copy)]
pub(super) struct Entry<'s> {
    pub(super) schema: &'s Schema,
    pub(super) region: &'s Region,
    pub(super) reading: &'s Reading<'s>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum EntryKey {
    Region,
    Facets,
}

impl<'de> Entries<'de> for Entry<'_> {
    type Output = Resource;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Resource, A::Error> {
        let (mut region, mut facets) = (None, None);
        self.reading.stack.clear();
        while let Some(key) = map.next_key()? {
            match key {
                EntryKey::Region => set(&mut region, map.next_value()?, "region")?,
                EntryKey::Facets => {
                    let Self { schema, reading, .. } = self;
                    let read = map.next_value_seed(Object(Facets { schema, reading }))?;
                    set(&mut facets, read, "facets")?;
                }
            }
        }
        let facets: resource::Facets = facets.ok_or_else(|| missing("facets"))?;
        let Some(Facet::Read(listed)) = facets.get(&self.schema.list) else {
            return Err(missing(self.schema.list.as_str()));
        };
        let text = |name: &str| listed.get(name)?.as_str().map(Arc::from);
        let identifier = &*self.schema.identifier;
        let id: Arc<str> = text(identifier).ok_or_else(|| missing(identifier))?;
        if let Some((_, problem)) = impossible(&id) {
            let shown: String = id.chars().take(SHOWN_OF_ID).collect();
            return Err(A::Error::custom(format_args!("`{identifier}` {shown:?} {problem}")));
        }
        Ok(Resource {
            type_name: self.schema.type_name.clone(),
            id,
            arn: text("Arn"),
            region: region.unwrap_or_else(|| self.region.clone()),
            facets,
        })
    }
}

/// Answers on one resource, by operation.
struct Facets<'s> {
    schema: &'s Schema,
    reading: &'s Reading<'s>,
}

impl<'de> Entries<'de> for Facets<'_> {
    type Output = resource::Facets;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Output, A::Error> {
        let Self { schema, reading } = self;
        let mut facets = resource::Facets::new();
        let find = |name: &str| {
            let known = schema.operations.get_key_value(name);
            known.map(|(operation, _)| operation).ok_or_else(|| unexpected(name))
        };
        while let Some(operation) = map.next_key_seed(FromText(find))? {
            let facet = map.next_value_seed(Object(Answer { schema, operation, reading }))?;
            if facets.insert(operation.clone(), facet).is_some() {
                return Err(twice(operation.as_str()));
            }
        }
        let mut facets = facets.into_tuple_vec();
        facets.shrink_to_fit();
        Ok(resource::Facets::from_sorted_store_unchecked(facets))
    }
}

/// Answer of one operation: exactly one of three.
struct Answer<'s> {
    schema: &'s Schema,
    operation: &'s Operation,
    reading: &'s Reading<'s>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum AnswerKey {
    Read,
    Absent,
    Error,
}

impl<'de> Entries<'de> for Answer<'_> {
    type Output = Facet;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Facet, A::Error> {
        let Self { schema, operation, reading } = self;
        let facet = match map.next_key()?.ok_or_else(|| missing("read"))? {
            AnswerKey::Read => {
                let properties = Properties { schema, operation, reading };
                Facet::Read(map.next_value_seed(Object(properties))?)
            }
            // A resource is what its list names.
            _ if *operation == schema.list => return Err(missing("read")),
            AnswerKey::Absent if map.next_value()? => Facet::Absent,
            AnswerKey::Absent => {
                return Err(A::Error::custom("`absent` is `true` or not there"));
            }
            AnswerKey::Error => Facet::Failed(map.next_value::<RecordedFailure>()?.failure()),
        };
        match map.next_entry::<String, IgnoredAny>()? {
            None => Ok(facet),
            Some((name, _)) => Err(A::Error::custom(unexpected(&name))),
        }
    }
}
