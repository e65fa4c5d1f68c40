//! The page of diagnostics: each code with its meaning, the reason and examples.

use crate::diagnostic::Code;
use crate::render::explanation::caption;

use super::page::{Page, code, link};

/// The page `diagnostics.md`, made from the registry of codes.
pub(super) fn page() -> Page {
    let mut page = Page::new("diagnostics.md", "Diagnostics");
    page.paragraph(include_str!("../../../templates/reference/diagnostics.md"));
    page.table(["code", "meaning"], Code::ALL.iter().copied().map(row));
    for one in Code::ALL {
        page.heading(2, &code(one.as_str()));
        page.paragraph(one.summary());
        page.paragraph(one.rationale());
        for example in one.examples() {
            page.paragraph(&caption(&example));
            page.block(example.language, example.text);
        }
    }
    page
}

fn row(of: Code) -> [String; 2] {
    [link(&code(of.as_str()), "", of.as_str()), of.summary().to_owned()]
}
