//! Collecting all that types can be asked, within a budget of requests.
//!
//! The lists come first, then resource by resource and one at a time: a sweep has time, and what is
//! evaluated meanwhile has none. What the budget leaves out is simply not there. Where the next sweep
//! goes on is told, so that over some sweeps nothing is left out.

mod order;
mod silence;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;

pub use self::order::{Place, Position};
use self::order::{Visit, visits};
use self::silence::Silence;
use super::requirement::next;
use super::{AccountScope, CallStats, FetchRequirement, Source};
use crate::resource::{
    Cause, Facet, Failure, Inventory, Listing, Provider, Resource, Schema, Target,
};

/// Questions about a resource that are asked at the same time: few of those that the adapter lets
/// through, which evaluations share.
const QUESTIONS: usize = 2;

/// Requests that a sweep may make.
pub struct Budget<'a> {
    requests: u64,
    is_over: &'a (dyn Fn() -> bool + Send + Sync),
}

impl std::fmt::Debug for Budget<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Budget").field("requests", &self.requests).finish_non_exhaustive()
    }
}

impl<'a> Budget<'a> {
    /// So many requests, and none any more once `is_over`.
    pub fn new(requests: u64, is_over: &'a (dyn Fn() -> bool + Send + Sync)) -> Self {
        Self { requests, is_over }
    }

    /// Requests that are left after so many.
    fn left(&self, spent: u64) -> u64 {
        if (self.is_over)() { 0 } else { self.requests.saturating_sub(spent) }
    }

    /// Part of it that may go to lists before any resource is looked at.
    fn of_lists(&self) -> u64 {
        self.requests.div_ceil(2)
    }
}

/// Answers of a sweep, and what it left out.
#[derive(Debug)]
pub struct Swept {
    /// Answers to what was asked.
    pub inventory: Inventory,
    /// Requests that were made for them.
    pub calls: CallStats,
    /// What was not asked; `None` where nothing is left.
    pub left: Option<Left>,
}

/// What a sweep did not come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Behind what the next sweep begins; `None` where this one completed nothing.
    pub position: Option<Position>,
    /// Number of lists that were not asked for.
    pub lists: usize,
    /// Number of listed resources that were not completed.
    pub resources: usize,
}

/// Asks for all that live accounts can be asked of these types, as far as the budget goes, and goes on
/// behind `from`. A question that takes several requests, such as a list of many pages, is asked to its
/// end once it is begun: half an answer would be none. A service that does not answer is asked nothing
/// more.
pub async fn sweep(
    source: &dyn Source,
    scope: &AccountScope,
    schemas: &[&Schema],
    from: Option<&Position>,
    budget: &Budget<'_>,
) -> Swept {
    let targets = schemas.iter().flat_map(|schema| {
        let targets = scope.targets(schema).into_iter();
        targets.map(move |target| {
            let type_name = schema.type_name.clone();
            (Place { type_name, region: target.region }, *schema)
        })
    });
    let places: BTreeMap<Place, &Schema> = targets.collect();
    let visits = visits(places.keys(), from);
    let position = from.cloned();
    let listings = BTreeMap::new();
    let mut sweep = Sweep {
        source,
        scope,
        budget,
        places,
        listings,
        position,
        completed: 0,
        silence: Silence::default(),
        dear: None,
    };
    // The list of what comes last may be what ended the sweep before: it is asked when its turn comes.
    let first = visits.len() - usize::from(from.is_some() && !visits.is_empty());
    for visit in visits.iter().take(first) {
        if sweep.spent() >= budget.of_lists() || !sweep.list(&visit.place).await {
            break;
        }
    }
    for visit in &visits {
        if let Err(asked) = sweep.visit(visit).await {
            sweep.pass_over(from, visit, asked);
            return sweep.end(&visits, true);
        }
    }
    sweep.end(&visits, false)
}

/// A sweep on its way.
struct Sweep<'a> {
    source: &'a dyn Source,
    scope: &'a AccountScope,
    budget: &'a Budget<'a>,
    places: BTreeMap<Place, &'a Schema>,
    listings: BTreeMap<Place, Listing>,
    position: Option<Position>,
    /// Number of resources that were completed.
    completed: usize,
    silence: Silence,
    /// Place whose list left nothing for anything else.
    dear: Option<Place>,
}

/// Resource of which something was asked, and not all, when the budget was used up.
type Begun = Option<Arc<str>>;

impl Sweep<'_> {
    fn spent(&self) -> u64 {
        self.source.calls().total()
    }

    fn left(&self) -> u64 {
        if self.silence.is_total() { 0 } else { self.budget.left(self.spent()) }
    }

    fn target(&self, place: &Place) -> Target {
        Target {
            provider: Provider::Aws,
            account: self.scope.account.clone(),
            region: place.region.clone(),
        }
    }

    /// Asks for the list of a place, if nobody did and it has an answer; `false` where nothing is left
    /// for it.
    async fn list(&mut self, place: &Place) -> bool {
        let Some(schema) = self.places.get(place) else { return true };
        if self.listings.contains_key(place) {
            return true;
        }
        if self.left() == 0 {
            return false;
        }
        if self.silence.is_of(&schema.list, &place.region) {
            return true;
        }
        let mut listing = self.source.list(&self.target(place), schema).await;
        listing.sort();
        self.silence.note(&schema.list, &place.region, listing.failure());
        self.listings.insert(place.clone(), listing);
        if self.left() == 0 {
            self.dear = Some(place.clone());
        }
        true
    }

    /// Completes the resources of a visit one by one. The error is that nothing is left for it.
    async fn visit(&mut self, visit: &Visit) -> Result<(), Begun> {
        let place = &visit.place;
        if !self.list(place).await {
            return Err(None);
        }
        let at = |resource| Some(Position { place: place.clone(), resource });
        for resource in self.resources(visit) {
            let id = resource.id.clone();
            let is_whole = self.complete(place, resource).await?;
            self.completed += usize::from(is_whole);
            self.position = at(Some(id));
        }
        self.position = at(None);
        Ok(())
    }

    /// Listed resources of a visit that belong to the account's part that is swept.
    fn resources(&self, visit: &Visit) -> Vec<Arc<Resource>> {
        let listed = self.listings.get(&visit.place).map(Listing::resources).unwrap_or_default();
        let of_visit =
            listed.iter().filter(|one| visit.part.holds(&one.id) && self.scope.holds(&one.region));
        of_visit.cloned().collect()
    }

    /// Asks for all that is open of a resource, as much at a time as is left; `false` where some of it
    /// has no answer.
    async fn complete(
        &mut self,
        place: &Place,
        mut resource: Arc<Resource>,
    ) -> Result<bool, Begun> {
        let Some(schema) = self.places.get(place).copied() else { return Ok(true) };
        let everything = FetchRequirement::everything(schema);
        let listed = self.listings.get(place).map_or(0, |listing| listing.resources().len());
        let target = self.target(place);
        let mut begun = None;
        let whole = loop {
            let mut wanted = next(&[&everything], &resource, listed);
            let is_whole = wanted.is_empty();
            wanted.retain(|operation| !self.silence.is_of(operation, &resource.region));
            if wanted.is_empty() {
                break Ok(is_whole);
            }
            let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
            if left == 0 {
                break Err(begun);
            }
            let (source, target, seen) = (self.source, &target, &resource);
            let asked = wanted.into_iter().take(left.min(QUESTIONS)).map(|operation| async move {
                let facet = source.facet(target, schema, seen, &operation).await;
                (operation, facet)
            });
            let answers = join_all(asked).await;
            begun = Some(resource.id.clone());
            for (operation, answer) in &answers {
                self.silence.note(operation, &resource.region, answer.failure());
            }
            Arc::make_mut(&mut resource).facets.extend(answers);
        };
        self.keep(place, resource);
        whole
    }

    /// Puts a resource of which more is known in its place on the list, which is in order.
    fn keep(&mut self, place: &Place, resource: Arc<Resource>) {
        let listing = self.listings.get_mut(place);
        let Some(all) = listing.and_then(Listing::resources_mut) else { return };
        let first = all.partition_point(|one| one.id < resource.id);
        let is_it = |one: &&mut Arc<Resource>| one.region == resource.region;
        if let Some(kept) = all.iter_mut().skip(first).find(is_it) {
            *kept = resource;
        }
    }

    /// Counts what used up the whole budget as completed, since no sweep would ever come to the end
    /// of it: else the next one would begin there again, and so all others.
    fn pass_over(&mut self, from: Option<&Position>, visit: &Visit, begun: Begun) {
        let is_spent = self.spent() >= self.budget.requests.max(1);
        if self.position.as_ref() == from && is_spent {
            let (place, resource) = match self.dear.take() {
                Some(place) => (place, None),
                None => (visit.place.clone(), begun),
            };
            self.position = Some(Position { place, resource });
        }
    }

    fn end(mut self, visits: &[Visit], is_cut: bool) -> Swept {
        let listed = visits.iter().map(|visit| self.resources(visit).len()).sum::<usize>();
        let lists = self.places.len() - self.listings.len();
        let resources = listed - self.completed;
        // What has no answer is tried again by the next sweep, wherever that begins.
        let position = self.position.take().filter(|_| is_cut);
        let is_left = is_cut || lists > 0 || resources > 0;
        let left = is_left.then_some(Left { position, lists, resources });
        let listings = self.listings.into_iter().filter_map(|(place, listing)| {
            Some(((place.type_name, place.region), collected(listing)?))
        });
        let empty = Inventory::empty(self.scope.account.clone(), self.scope.taken_at);
        let inventory = Inventory { listings: listings.collect(), ..empty };
        Swept { inventory, calls: self.source.calls(), left }
    }
}

/// A listing without what nobody answered: a recording that lacks an answer is none that failed, and
/// where an account does not answer the value of yesterday is the better one.
fn collected(mut listing: Listing) -> Option<Listing> {
    let is_missing = |failure: &Failure| {
        let silent = [Cause::NotCollected, Cause::Throttled, Cause::Credentials, Cause::Timeout];
        silent.contains(&failure.cause)
    };
    let lacks = |facet: &Facet| matches!(facet, Facet::Failed(it) if is_missing(it));
    for resource in listing.resources_mut().into_iter().flatten() {
        if resource.facets.values().any(lacks) {
            Arc::make_mut(resource).facets.retain(|_, facet| !lacks(facet));
        }
    }
    let is_none = matches!(&listing, Listing::Failed(failure) if is_missing(failure));
    (!is_none).then_some(listing)
}

#[cfg(test)]
mod tests;
