//! A live account as a source of facets.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value as Json;

use super::adapter::{Adapters, Ask, AskList};
use super::bulk::{BulkResponses, Listed};
use super::call_error::CallError;
use super::pages::{Entry, Paged};
use super::session::{SUBJECT, Session};
use crate::fetch::{CallStats, Source};
use crate::resource::{
    Cause, Facet, Failure, Listing, Operation, Resource, Schema, Segment, Target,
};

/// A live account for the time of one evaluation.
#[derive(Debug)]
pub struct Live {
    state: State,
}

#[derive(Debug)]
enum State {
    Open(Box<Open>),
    Refused(Failure, CallStats),
}

/// Session, and the table that says what to ask with it.
#[derive(Debug)]
struct Open {
    session: Session,
    adapters: Arc<Adapters>,
    bulk: BulkResponses,
    listed: Listed,
}

impl Live {
    pub(super) fn new(session: Session, adapters: Arc<Adapters>) -> Self {
        let (bulk, listed) = Default::default();
        let open = Open { session, adapters, bulk, listed };
        Self { state: State::Open(Box::new(open)) }
    }

    /// An account that nobody could log in to, and the requests that this took.
    pub(super) fn refused(failure: Failure, calls: CallStats) -> Self {
        Self { state: State::Refused(failure, calls) }
    }

    /// The reason why nothing can be asked; `None` if the login worked.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.state {
            State::Open(_) => None,
            State::Refused(failure, _) => Some(failure),
        }
    }

    /// The entries of a list, as the API gives them; of a segment of one that is not read as a whole.
    pub(super) async fn entries(
        &self,
        target: &Target,
        schema: &Schema,
        segment: Option<&Segment>,
    ) -> Result<Paged<Entry>, Failure> {
        let Open { session, adapters, .. } = self.open()?;
        if target.account != *session.account() {
            let message = format!("the session is that of account {}", session.account());
            return Err(Failure::new(Cause::Credentials, message));
        }
        let adapter = adapters.get(&schema.type_name);
        let adapter = adapter.filter(|row| row.list.call.operation == schema.list.as_str());
        match (adapter.map(|row| row.list.ask), segment) {
            (Some(AskList::Whole(ask)), _) => Ok(ask(session, &target.region).await),
            (Some(AskList::Segment(ask)), Some(segment)) => Ok(ask(session, segment).await),
            (Some(AskList::Segment(_)), None) => Err(Failure::new(
                Cause::NotCollected,
                format!("{} is asked by segments alone", schema.list),
            )),
            (None, _) => Err(unsupported(&format!(
                "{} is not listed in live accounts yet, only in recorded inventories",
                schema.type_name
            ))),
        }
    }

    async fn listing(
        &self,
        target: &Target,
        schema: &Schema,
        segment: Option<&Segment>,
    ) -> Listing {
        match self.entries(target, schema, segment).await {
            Ok(entries) => {
                let listing = entries.listing(schema);
                self.keep(target, schema, &listing);
                listing
            }
            Err(failure) => Listing::Failed(failure),
        }
    }

    /// The response of an operation to the question about one resource; `None` where the API says
    /// that there is none.
    pub(super) async fn response(
        &self,
        target: &Target,
        schema: &Schema,
        resource: &Resource,
        operation: &Operation,
    ) -> Result<Option<Json>, CallError> {
        let open = self.open()?;
        let adapter = open.adapters.get(&schema.type_name);
        let row = adapter.and_then(|row| Some((row, row.facet(operation)?))).ok_or_else(|| {
            unsupported(&format!(
                "{operation} is not asked of live accounts yet, only of recorded inventories"
            ))
        })?;
        let (_, facet) = row;
        if !facet.may_be_had_of(resource) {
            return Ok(None);
        }
        let about = (&target.region, &*resource.id);
        let response = match facet.ask {
            Ask::Each(ask) => {
                SUBJECT.scope(resource.id.clone(), ask(&open.session, resource)).await
            }
            Ask::Bulk(ask) => {
                let asked = ask(&open.session, &target.region);
                open.bulk.of(row, about, asked).await
            }
            Ask::ByIds(ask) => {
                // Which ids, is looked for when it is asked, which is once.
                let asked = async {
                    let ids = open.listed.with(row, about);
                    ask(&open.session, &target.region, ids).await
                };
                open.bulk.of(row, about, asked).await
            }
        };
        match response {
            Err(CallError { code: Some(code), .. }) if facet.absent == Some(&*code) => Ok(None),
            response => response.map(Some),
        }
    }

    /// Keeps the ids of a type for the calls that must name them all.
    fn keep(&self, target: &Target, schema: &Schema, listing: &Listing) {
        let Ok(open) = self.open() else { return };
        let Some(adapter) = open.adapters.get(&schema.type_name) else { return };
        for facet in adapter.facets.iter().filter(|facet| matches!(facet.ask, Ask::ByIds(_))) {
            open.listed.keep((adapter, facet), &target.region, listing.resources());
        }
    }

    fn open(&self) -> Result<&Open, Failure> {
        match &self.state {
            State::Open(open) => Ok(open),
            State::Refused(failure, _) => Err(failure.clone()),
        }
    }
}

fn unsupported(message: &str) -> Failure {
    Failure::new(Cause::Unsupported, message)
}

impl Source for Live {
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
        self.listing(target, schema, None).boxed()
    }

    fn lists_whole(&self) -> bool {
        false
    }

    fn list_segment<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        segment: &'a Segment,
    ) -> BoxFuture<'a, Listing> {
        self.listing(target, schema, Some(segment)).boxed()
    }

    fn facet<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        let facet = async {
            match self.response(target, schema, resource, operation).await {
                Ok(Some(json)) => Facet::Read(schema.refine(operation, &json)),
                Ok(None) => Facet::Absent,
                Err(error) => Facet::Failed(error.failure),
            }
        };
        facet.boxed()
    }

    fn knows(&self, target: &Target, schema: &Schema, listing: &Listing) {
        self.keep(target, schema, listing);
    }

    fn calls(&self) -> CallStats {
        match &self.state {
            State::Open(open) => open.session.calls(),
            State::Refused(_, calls) => calls.clone(),
        }
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        None
    }

    fn caller(&self) -> Result<Option<Arc<str>>, Failure> {
        self.open().map(|open| Some(open.session.caller().clone()))
    }
}
