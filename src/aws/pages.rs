//! Lists that come in pages: read to the end, or known to be partial.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::call_error::CallError;
use crate::resource::{Cause, Facet, Failure, Listing, Region, Resource, Schema};

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Next,
}

/// How a page says whether another follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// The list goes on from this token.
    From(String),
    /// The list goes on, and nothing says from where.
    Nowhere,
    /// Nothing follows: the list is complete.
    End,
}

impl Next {
    /// Of an API that gives a token as long as there is more.
    pub(super) fn token(token: Option<&str>) -> Self {
        match token {
            Some(token) if !token.is_empty() => Self::From(token.to_owned()),
            _ => Self::End,
        }
    }

    /// Of an API that says whether there is more, and from where.
    pub(super) fn truncated(truncated: bool, marker: Option<&str>) -> Self {
        match Self::token(marker) {
            Self::End if truncated => Self::Nowhere,
            next => next,
        }
    }
}

/// A list that is being read.
#[derive(Debug)]
pub(super) struct Pages<T> {
    operation: &'static str,
    /// Pages that are read at most.
    most: usize,
    read: usize,
    seen: BTreeSet<String>,
    items: Vec<T>,
    state: State,
    /// Code by which a page was refused.
    code: Option<String>,
}

#[derive(Debug)]
enum State {
    More(Option<String>),
    Done,
    Broken(Failure),
}

impl<T> Pages<T> {
    /// A list of which nothing was read yet, and of which so many pages are.
    pub(super) fn new(operation: &'static str, most: usize) -> Self {
        let (seen, items, code) = Default::default();
        Self { operation, most, read: 0, seen, items, state: State::More(None), code }
    }

    /// Token that the next call is to continue from, `None` for the first; nothing after the last
    /// page.
    #[expect(clippy::option_option, reason = "outer: whether to call; inner: what with")]
    pub(super) fn next(&self) -> Option<Option<String>> {
        match &self.state {
            State::More(token) => Some(token.clone()),
            State::Done | State::Broken(_) => None,
        }
    }

    /// Takes the page that was asked for.
    pub(super) fn add(&mut self, page: Page<T>) {
        self.items.extend(page.items);
        self.read += 1;
        self.state = match page.next {
            Next::End => State::Done,
            Next::Nowhere => self.broken("more is said to follow, and not from where"),
            Next::From(token) if !self.seen.insert(token.clone()) => {
                self.broken("a page that was there before is to follow")
            }
            Next::From(_) if self.read >= self.most => self.broken("more pages than are read"),
            Next::From(token) => State::More(Some(token)),
        };
    }

    /// Ends the list where a page was refused.
    pub(super) fn refused(&mut self, error: CallError) {
        let Failure { cause, message } = error.failure;
        self.code = error.code;
        self.state = if self.read == 0 {
            State::Broken(Failure { cause, message })
        } else {
            let message = message.strip_prefix(self.operation).unwrap_or(&message);
            self.broken(&format!("{cause}{message}"))
        };
    }

    fn broken(&self, why: &str) -> State {
        let (operation, read) = (self.operation, self.read);
        let pages = if read == 1 { "page" } else { "pages" };
        let message = format!("{operation}: broke off after {read} {pages}: {why}");
        State::Broken(Failure::new(Cause::PartialList, message))
    }

    /// The list as far as it was read, and why it is not all.
    pub(super) fn finish(self) -> Paged<T> {
        let failure = match self.state {
            State::Broken(failure) => Some(failure),
            State::More(_) | State::Done => None,
        };
        let Self { operation, read, items, code, .. } = self;
        Paged { operation, is_read: read > 0, items, failure, code }
    }
}

/// A list as far as it was read.
#[derive(Debug)]
pub(super) struct Paged<T> {
    operation: &'static str,
    /// `true` where there was a first page.
    is_read: bool,
    pub(super) items: Vec<T>,
    /// Why it is not all.
    pub(super) failure: Option<Failure>,
    /// Code of the API by which it is not.
    code: Option<String>,
}

impl<T> Paged<T> {
    /// A list that is all in one answer, or was refused.
    pub(super) fn once(operation: &'static str, answer: Result<Vec<T>, CallError>) -> Self {
        match answer {
            Ok(items) => Self { operation, is_read: true, items, failure: None, code: None },
            Err(CallError { failure, code, .. }) => {
                Self { operation, is_read: false, items: Vec::new(), failure: Some(failure), code }
            }
        }
    }

    /// The same list of what each item becomes.
    pub(super) fn map<U>(self, each: impl FnMut(T) -> U) -> Paged<U> {
        self.with(|items| items.into_iter().map(each).collect())
    }

    /// The same list of what its items become together.
    pub(super) fn with<U>(self, all: impl FnOnce(Vec<T>) -> Vec<U>) -> Paged<U> {
        let Self { operation, is_read, items, failure, code } = self;
        Paged { operation, is_read, items: all(items), failure, code }
    }

    /// This list and another as one.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.items.extend(other.items);
        self.failure = self.failure.or(other.failure);
        self
    }

    /// All items, or the failure.
    pub(super) fn whole(self) -> Result<Vec<T>, CallError> {
        match self.failure {
            Some(failure) => Err(CallError { code: self.code, ..CallError::from(failure) }),
            None => Ok(self.items),
        }
    }

    /// A list of nothing where this code of the API refused its first page; else the same list.
    pub(super) fn or_none(self, absent: &str) -> Self {
        match self.refusal(absent) {
            Some(_) => Self::once(self.operation, Ok(Vec::new())),
            None => self,
        }
    }

    /// Why the first page was refused, where it was by this code of the API.
    pub(super) fn refusal(&self, code: &str) -> Option<&Failure> {
        let is_it = !self.is_read && self.code.as_deref() == Some(code);
        self.failure.as_ref().filter(|_| is_it)
    }

    /// Makes the list partial for what one of its items is.
    fn doubt(&mut self, why: &str) {
        let message = format!("{}: {why}", self.operation);
        self.failure.get_or_insert_with(|| Failure::new(Cause::PartialList, message));
    }
}

/// A resource as its list answers it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) region: Region,
    pub(super) response: Json,
    /// Why something of the list cannot be relied on, though the resource is there.
    pub(super) doubt: Option<String>,
}

impl Entry {
    /// A resource of a region.
    pub(super) fn new(region: &Region, response: Json) -> Self {
        Self { region: region.clone(), response, doubt: None }
    }
}

impl Paged<Entry> {
    /// The listing: complete, partial, or failed where not even a first page was read. An entry
    /// without an id, or with U+0000 in it, which no database takes, is no resource that anything can
    /// be said of, and two of one id cannot both be right: then the list is partial.
    pub(super) fn listing(mut self, schema: &Schema) -> Listing {
        let mut resources: BTreeMap<(Arc<str>, Region), Arc<Resource>> = BTreeMap::new();
        for entry in std::mem::take(&mut self.items) {
            if let Some(doubt) = &entry.doubt {
                self.doubt(doubt);
            }
            let Some(resource) = resource(schema, entry) else {
                self.doubt(&format!("an entry has no `{}`", schema.identifier));
                continue;
            };
            if resource.id.contains('\0') {
                self.doubt(&format!("a `{}` holds the character U+0000", schema.identifier));
                continue;
            }
            let key = (resource.id.clone(), resource.region.clone());
            match resources.get(&key) {
                Some(other) if **other != resource => {
                    self.doubt(&format!("`{}` is there twice, and differs", resource.id));
                }
                Some(_) => {}
                None => {
                    resources.insert(key, Arc::new(resource));
                }
            }
        }
        let resources = resources.into_values().collect();
        match self.failure {
            None => Listing::Complete(resources),
            Some(failure) if !self.is_read => Listing::Failed(failure),
            Some(failure) => Listing::Partial(resources, failure),
        }
    }
}

/// The resource, if it has an id.
fn resource(schema: &Schema, Entry { region, response, .. }: Entry) -> Option<Resource> {
    let text = |name: &str| response.get(name).and_then(Json::as_str).map(Arc::<str>::from);
    let id = text(&schema.identifier).filter(|id| !id.is_empty())?;
    let read = Facet::Read(schema.refine(&schema.list, &response));
    Some(Resource {
        type_name: schema.type_name.clone(),
        id,
        arn: text("Arn"),
        region,
        facets: [(schema.list.clone(), read)].into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::schemas;

    const MOST: usize = 4;

    fn throttled() -> CallError {
        Failure::new(Cause::Throttled, "a:List: Rate exceeded").into()
    }

    /// Reads pages that end so; one more is refused.
    fn read(pages: &[Next]) -> (Vec<usize>, Option<String>) {
        let mut list = Pages::new("a:List", MOST);
        let mut responses = pages.iter().cloned().enumerate();
        while list.next().is_some() {
            match responses.next() {
                Some((number, next)) => list.add(Page { items: vec![number], next }),
                None => list.refused(throttled()),
            }
        }
        let whole = list.finish();
        (whole.items, whole.failure.map(|failure| failure.to_string()))
    }

    fn from(token: &str) -> Next {
        Next::token(Some(token))
    }

    #[test]
    fn lists_are_read_to_their_end() {
        assert_eq!(read(&[Next::token(None)]), (vec![0], None));
        assert_eq!(read(&[from("x"), from("y"), from("")]), (vec![0, 1, 2], None));
        let flagged = [Next::truncated(true, Some("x")), Next::truncated(false, None)];
        assert_eq!(read(&flagged), (vec![0, 1], None));
        let unflagged = [Next::truncated(false, Some("x")), Next::End];
        assert_eq!(read(&unflagged), (vec![0, 1], None), "a marker leads on whatever is said");
    }

    #[test]
    fn a_broken_list_keeps_what_was_read_and_says_so() {
        let whole = "throttled: a:List: Rate exceeded";
        assert_eq!(read(&[]), (vec![], Some(whole.to_owned())));
        let broken = |pages: &[Next], count: usize, why: &str| {
            let failure = format!("partial_list: a:List: broke off after {why}");
            assert_eq!(read(pages), ((0..count).collect(), Some(failure)), "{pages:?}");
        };
        broken(&[from("x")], 1, "1 page: throttled: Rate exceeded");
        let nowhere = "1 page: more is said to follow, and not from where";
        broken(&[Next::truncated(true, None)], 1, nowhere);
        broken(&[Next::truncated(true, Some(""))], 1, nowhere);
        let again = "a page that was there before is to follow";
        broken(&[from("x"), from("x")], 2, &format!("2 pages: {again}"));
        broken(&[from("x"), from("y"), from("x")], 3, &format!("3 pages: {again}"));
        let endless: Vec<Next> = (0..9).map(|page| from(&format!("{page}"))).collect();
        broken(&endless, MOST, "4 pages: more pages than are read");
    }

    /// The listing of groups with these ids and names.
    fn groups(entries: &[(Option<&str>, &str)]) -> (Vec<Arc<str>>, Option<String>) {
        let region = "eu-west-1".parse().expect("a region");
        let entry = |(id, name): &(Option<&str>, &str)| {
            Entry::new(&region, json!({ "GroupId": id, "GroupName": name }))
        };
        let mut list = Pages::new("a:List", MOST);
        list.add(Page { items: entries.iter().map(entry).collect(), next: Next::End });
        let listing = list.finish().listing(&schemas()["AWS::EC2::SecurityGroup"]);
        let ids = listing.resources().iter().map(|group| group.id.clone()).collect();
        (ids, listing.failure().map(ToString::to_string))
    }

    #[test]
    fn an_entry_without_an_id_makes_the_list_partial() {
        let lacking = Some("partial_list: a:List: an entry has no `GroupId`".to_owned());
        for id in [None, Some("")] {
            let found = groups(&[(Some("sg-2"), "two"), (id, "x"), (Some("sg-1"), "one")]);
            assert_eq!(found, (vec!["sg-1".into(), "sg-2".into()], lacking.clone()));
        }
        let (ids, why) = groups(&[(Some("sg\0"), "x"), (Some("sg-1"), "one")]);
        assert_eq!(ids, ["sg-1".into()]);
        let holds = "partial_list: a:List: a `GroupId` holds the character U+0000";
        assert_eq!(why.as_deref(), Some(holds));
    }

    #[test]
    fn entries_of_one_id_are_one_resource_if_they_say_the_same() {
        let one = vec![Arc::from("sg-1")];
        let twice = groups(&[(Some("sg-1"), "one"), (Some("sg-1"), "one")]);
        assert_eq!(twice, (one.clone(), None));
        let differing = groups(&[(Some("sg-1"), "one"), (Some("sg-1"), "two")]);
        let failure = "partial_list: a:List: `sg-1` is there twice, and differs";
        assert_eq!(differing, (one, Some(failure.to_owned())));
    }
}
