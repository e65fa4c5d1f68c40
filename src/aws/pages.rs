//! Lists that come in pages: read to the end, or known to be partial.

use std::sync::Arc;

use serde_json::Value as Json;

use super::refusal::Refusal;
use crate::resource::{Cause, Facet, Failure, Listing, Region, Resource, Schema};

/// The pages of one list.
#[derive(Debug)]
pub(super) struct Pages<T> {
    operation: &'static str,
    read: u32,
    items: Vec<T>,
    state: State,
}

#[derive(Debug)]
enum State {
    More(Option<String>),
    Done,
    Broken(Failure),
}

impl<T> Pages<T> {
    /// A list of which nothing was read yet.
    pub(super) fn new(operation: &'static str) -> Self {
        Self { operation, read: 0, items: Vec::new(), state: State::More(None) }
    }

    /// What the next call is to continue from, `None` for the first; nothing after the last page.
    #[expect(clippy::option_option, reason = "outer: whether to call; inner: what with")]
    pub(super) fn next(&self) -> Option<Option<String>> {
        match &self.state {
            State::More(token) => Some(token.clone()),
            State::Done | State::Broken(_) => None,
        }
    }

    /// Takes a page.
    pub(super) fn add(&mut self, items: impl IntoIterator<Item = T>, token: Option<&str>) {
        self.items.extend(items);
        self.read += 1;
        let token = token.filter(|token| !token.is_empty()).map(str::to_owned);
        self.state = match (&self.state, token) {
            (State::More(Some(before)), Some(token)) if *before == token => {
                let message = "the same page again";
                State::Broken(self.broken(message))
            }
            (_, Some(token)) => State::More(Some(token)),
            (_, None) => State::Done,
        };
    }

    /// Ends the list where a page was refused.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        let Failure { cause, message } = refusal.failure;
        self.state = State::Broken(if self.read == 0 {
            Failure { cause, message }
        } else {
            let message = message.strip_prefix(self.operation).unwrap_or(&message);
            self.broken(&format!("{cause}{message}"))
        });
    }

    fn broken(&self, why: &str) -> Failure {
        let (operation, read) = (self.operation, self.read);
        let pages = if read == 1 { "page" } else { "pages" };
        let message = format!("{operation}: broke off after {read} {pages}: {why}");
        Failure::new(Cause::PartialList, message)
    }

    /// What was read, and why it is not all.
    pub(super) fn finish(self) -> (Vec<T>, Option<Failure>) {
        match self.state {
            State::Broken(failure) => (self.items, Some(failure)),
            State::More(_) | State::Done => (self.items, None),
        }
    }
}

/// A resource as its list answers it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) region: Region,
    pub(super) answer: Json,
}

impl Pages<Entry> {
    /// The listing: complete, partial, or failed where not even a first page was read.
    pub(super) fn listing(self, schema: &Schema) -> Listing {
        let read = self.read;
        let (entries, failure) = self.finish();
        let resources = entries.into_iter().map(|entry| resource(schema, entry)).collect();
        match failure {
            None => Listing::Complete(resources),
            Some(failure) if read == 0 => Listing::Failed(failure),
            Some(failure) => Listing::Partial(resources, failure),
        }
    }
}

fn resource(schema: &Schema, Entry { region, answer }: Entry) -> Arc<Resource> {
    let text = |name: &str| answer.get(name).and_then(Json::as_str).map(Arc::from);
    Arc::new(Resource {
        type_name: schema.type_name.clone(),
        id: text(&schema.identifier).unwrap_or_default(),
        arn: text("Arn"),
        region,
        facets: [(schema.list.clone(), Facet::Read(schema.refine(&schema.list, &answer)))].into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal() -> Refusal {
        let failure = Failure::new(Cause::Throttled, "a:List: Rate exceeded");
        Refusal { code: None, failure, no_login: false }
    }

    /// Reads pages with these tokens; without one for the next it is refused.
    fn read(tokens: &[Option<&str>]) -> (Vec<usize>, Option<String>) {
        let mut pages = Pages::new("a:List");
        let mut answers = tokens.iter().enumerate();
        while pages.next().is_some() {
            match answers.next() {
                Some((number, token)) => pages.add([number], *token),
                None => pages.refused(refusal()),
            }
        }
        let (items, failure) = pages.finish();
        (items, failure.map(|failure| failure.to_string()))
    }

    #[test]
    fn lists_are_read_to_their_end() {
        assert_eq!(read(&[None]), (vec![0], None));
        assert_eq!(read(&[Some("x"), Some("y"), Some("")]), (vec![0, 1, 2], None));
    }

    #[test]
    fn a_broken_list_keeps_what_was_read_and_says_so() {
        let whole = "throttled: a:List: Rate exceeded";
        assert_eq!(read(&[]), (vec![], Some(whole.to_owned())));
        let partial = "partial_list: a:List: broke off after 1 page: throttled: Rate exceeded";
        assert_eq!(read(&[Some("x")]), (vec![0], Some(partial.to_owned())));
        let again = "partial_list: a:List: broke off after 2 pages: the same page again";
        assert_eq!(read(&[Some("x"), Some("x")]), (vec![0, 1], Some(again.to_owned())));
    }
}
