//! The pages of reference in `docs/reference/`, written from what the code itself goes by: the JSON
//! Schemas of documents, the functions of the language, the resource schemas and the catalog.
//!
//! What is in them by hand stands in `templates/reference/`.

mod check_types;
mod diagnostics;
mod functions;
mod kinds;
mod page;
mod resource_types;

pub use check_types::listed as listed_check_types;
pub use page::Page;

use crate::expression;

/// All pages, in the order of reading.
pub fn pages() -> Vec<Page> {
    let docs: Vec<_> = expression::functions().collect();
    let mut pages = vec![index(), kinds::page(), functions::page(&docs), check_types::page()];
    pages.push(diagnostics::page());
    pages.push(resource_types::index());
    pages.extend(resource_types::pages());
    pages
}

/// Page that GitHub shows of the directory.
fn index() -> Page {
    let mut page = Page::new("README.md", "Reference");
    page.paragraph(include_str!("../../templates/reference/README.md"));
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The Markdown files below a directory, by their paths there.
    fn committed(root: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![root.to_owned()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(&directory).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let inside = path.strip_prefix(root).expect("inside");
                    found.insert(inside.display().to_string());
                }
            }
        }
        found
    }

    #[test]
    fn the_committed_pages_are_fresh() {
        let root = Path::new("docs/reference");
        let mut rest = committed(root);
        for page in pages() {
            rest.remove(&page.path);
            let there = fs::read_to_string(root.join(&page.path)).unwrap_or_default();
            let stale = "is stale: run `cloudcorrect schema --reference docs/reference`";
            assert!(there == page.text, "`docs/reference/{}` {stale}", page.path);
        }
        assert!(rest.is_empty(), "pages of nothing that there is, to be removed: {rest:?}");
    }
}
