//! Adapters: how live accounts are asked for the resources of a type.
//!
//! A row says all that is particular to a type: the call that lists it, the calls that say more of
//! each resource, what their responses must hold and which error of the API means that there is
//! none. Reading pages, counting, retrying, checking and caching are left to whoever makes the calls,
//! the same for each row.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use serde_json::Value as Json;

use super::call_error::CallError;
use super::pages::{Entry, Paged};
use super::response::Call;
use super::session::Session;
use crate::resource::{Operation, Region, Resource, Segment, TypeName};

/// JSON that an operation gives of one resource, from top-level properties to values.
pub(super) type Response = Result<Json, CallError>;

/// Row of the table: everything that is particular to one resource type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Adapter {
    /// Type, as in its schema.
    pub(super) type_name: &'static str,
    /// Call that says which resources there are.
    pub(super) list: ListCall,
    /// Everything else that is asked of a resource.
    pub(super) facets: &'static [FacetCall],
}

impl Adapter {
    /// The call of an operation, if live accounts are asked it.
    pub(super) fn facet(&self, operation: &Operation) -> Option<&FacetCall> {
        self.facets.iter().find(|facet| facet.call.operation == operation.as_str())
    }
}

/// How a type is listed.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListCall {
    /// Operation of the list, and what each page must hold.
    pub(super) call: &'static Call,
    /// Function that reads all pages.
    pub(super) ask: AskList,
}

/// Part of a type's resources that one list is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum AskList {
    /// All of a region, or of `global`.
    Whole(AskWhole),
    /// Those of a segment, wherever they live.
    Segment(AskSegment),
}

type AskWhole = for<'a> fn(&'a Session, &'a Region) -> BoxFuture<'a, Paged<Entry>>;
type AskSegment = for<'a> fn(&'a Session, &'a Segment) -> BoxFuture<'a, Paged<Entry>>;

impl ListCall {
    /// A list that is read as a whole.
    pub(super) const fn whole(call: &'static Call, ask: AskWhole) -> Self {
        Self { call, ask: AskList::Whole(ask) }
    }

    /// A list that is read by segments.
    pub(super) const fn by_segments(call: &'static Call, ask: AskSegment) -> Self {
        Self { call, ask: AskList::Segment(ask) }
    }
}

/// How one operation is asked of resources that are known already.
#[derive(Debug, Clone, Copy)]
pub(super) struct FacetCall {
    /// Operation of the facet, and what its response must hold.
    pub(super) call: &'static Call,
    /// Code of the API that means that the resource has none of it.
    pub(super) absent: Option<&'static str>,
    /// Whether a resource may have it at all; one that may not is not asked.
    pub(super) of: Option<fn(&Resource) -> bool>,
    /// Function that makes the call.
    pub(super) ask: Ask,
}

/// Number of resources that one call is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    /// One resource, which the function gets.
    Each(AskEach),
    /// All resources of a region, by their ids; it is made once in an evaluation.
    Bulk(AskBulk),
    /// The same of an API that must be told which: those that were listed there and may have it.
    ByIds(AskByIds),
}

type AskEach = for<'a> fn(&'a Session, &'a Resource) -> BoxFuture<'a, Response>;
type AskBulk = for<'a> fn(&'a Session, &'a Region) -> BoxFuture<'a, Paged<(String, Json)>>;
type AskByIds =
    for<'a> fn(&'a Session, &'a Region, Vec<String>) -> BoxFuture<'a, Paged<(String, Json)>>;

impl FacetCall {
    /// A call about one resource, which always has an answer.
    pub(super) const fn each(call: &'static Call, ask: AskEach) -> Self {
        Self { call, absent: None, of: None, ask: Ask::Each(ask) }
    }

    /// A call about all resources of a region at once.
    pub(super) const fn bulk(call: &'static Call, ask: AskBulk) -> Self {
        Self { call, absent: None, of: None, ask: Ask::Bulk(ask) }
    }

    /// A call about all resources of a region that have such ids.
    pub(super) const fn by_ids(call: &'static Call, ask: AskByIds) -> Self {
        Self { call, absent: None, of: None, ask: Ask::ByIds(ask) }
    }

    /// The same where this code of the API means that there is none.
    pub(super) const fn absent(self, code: &'static str) -> Self {
        Self { absent: Some(code), ..self }
    }

    /// `true` of a resource that is to be asked.
    pub(super) fn may_be_had_of(&self, resource: &Resource) -> bool {
        self.of.is_none_or(|may_have| may_have(resource))
    }

    /// The same where only such resources can have it, by what their list says of them.
    pub(super) const fn of(self, may_have: fn(&Resource) -> bool) -> Self {
        Self { of: Some(may_have), ..self }
    }
}

/// Table of the types that live accounts are asked for.
#[derive(Debug)]
pub(super) struct Adapters(pub(super) BTreeMap<&'static str, Adapter>);

impl Adapters {
    /// The table of these rows.
    pub(super) fn new(rows: impl IntoIterator<Item = Adapter>) -> Self {
        Self(rows.into_iter().map(|row| (row.type_name, row)).collect())
    }

    /// The row of a type.
    pub(super) fn get(&self, type_name: &TypeName) -> Option<&Adapter> {
        self.0.get(type_name.as_str())
    }
}
