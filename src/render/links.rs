//! Addresses of the page, for links in posts.

use serde::{Deserialize, Serialize};
use url::Url;

/// Addresses under which people reach the page; without a base there are none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Links {
    base: Option<Url>,
}

impl Links {
    /// Links that start with `base`.
    pub fn new(base: Option<Url>) -> Self {
        Self { base }
    }

    /// Address of the overview, the first page.
    pub fn overview(&self) -> Option<Url> {
        self.path(&[])
    }

    /// A group of a source.
    pub fn group(&self, source: &str, group: &str) -> Option<Url> {
        self.path(&["sources", source, "groups", group])
    }

    /// A revision of a source.
    pub fn revision(&self, source: &str, commit: &str) -> Option<Url> {
        self.path(&["sources", source, "revisions", commit])
    }

    fn path(&self, segments: &[&str]) -> Option<Url> {
        let mut url = self.base.clone()?;
        let mut path = url.path_segments_mut().ok()?;
        path.pop_if_empty().extend(segments);
        if segments.is_empty() {
            path.push("");
        }
        drop(path);
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_extend_the_page_s_address_and_cannot_leave_it() {
        let links = Links::new(Some("https://x.example/cc/".parse().expect("a URL")));
        let group = links.group("main", "../a b").expect("a link");
        assert_eq!(group.as_str(), "https://x.example/cc/sources/main/groups/..%2Fa%20b");
        assert_eq!(links.overview().expect("a link").as_str(), "https://x.example/cc/");
        assert_eq!(Links::default().group("main", "a"), None);
    }
}
