//! Pages of lists, and the header that leads from one to the next.

use std::collections::BTreeMap;

/// Entries on a page where the caller does not say.
const USUAL: usize = 30;
/// The most that a page may have.
const MOST: usize = 100;

/// The part of a list that a call asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// Reads `page` and `per_page`; what is out of range is moved into it, as GitHub does.
    pub(crate) fn new(query: &BTreeMap<String, String>) -> Self {
        let read = |name| query.get(name).and_then(|text| text.parse().ok());
        let size: usize = read("per_page").unwrap_or(USUAL);
        Self { number: read("page").unwrap_or(1).max(1), size: size.clamp(1, MOST) }
    }

    /// The entries of the page.
    pub(crate) fn of<T>(&self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip((self.number - 1).saturating_mul(self.size)).take(self.size).collect()
    }

    /// The header `Link` for a list of `count` entries; none if all are on this page.
    pub(crate) fn link(
        &self,
        url: &str,
        query: &BTreeMap<String, String>,
        count: usize,
    ) -> Option<String> {
        let last = count.div_ceil(self.size).max(1);
        let to = |number: usize, relation: &str| {
            let mut query = query.clone();
            query.insert("page".to_owned(), number.to_string());
            let pairs =
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish();
            format!("<{url}?{pairs}>; rel=\"{relation}\"")
        };
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(to((self.number - 1).min(last), "prev"));
        }
        if self.number < last {
            links.push(to(self.number + 1, "next"));
            links.push(to(last, "last"));
        }
        if self.number > 1 {
            links.push(to(1, "first"));
        }
        (!links.is_empty()).then(|| links.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_page_has_its_part_and_leads_on() {
        let table = [
            ("", "", 3, vec![0, 1, 2], None),
            ("1", "2", 3, vec![0, 1], Some("page=2 next, page=2 last")),
            ("2", "2", 3, vec![2], Some("page=1 prev, page=1 first")),
            ("2", "1", 3, vec![1], Some("page=1 prev, page=3 next, page=3 last, page=1 first")),
            ("0", "500", 101, (0..100).collect(), Some("page=2 next, page=2 last")),
            ("9", "2", 3, vec![], Some("page=2 prev, page=1 first")),
        ];
        for (number, size, count, entries, links) in table {
            let query = query(&[("page", number), ("per_page", size), ("state", "all")]);
            let page = Page::new(&query);
            assert_eq!(page.of((0..count).collect()), entries);
            let link = page.link("http://x/y", &query, count).map(|link| {
                let short = link.replace("<http://x/y?", "").replace('"', "");

                short.replace(&format!("&per_page={size}&state=all>; rel="), " ")
            });
            assert_eq!(link.as_deref(), links, "page {number} of {size}");
        }
    }
}
