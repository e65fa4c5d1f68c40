//! The page of functions: what values mean, then the functions and macros, group by group.

use crate::expression::{FunctionDoc, functions};

use super::page::{Page, code, link, sentence};

pub(super) fn page() -> Page {
    let mut page = Page::new("functions.md", "Expressions and functions");
    let docs: Vec<FunctionDoc> = functions().collect();
    let mut groups: Vec<&str> = docs.iter().map(|doc| doc.group).collect();
    groups.dedup();
    let links = groups.iter().map(|group| link(group, "", &sentence(group)));
    let links: Vec<String> = links.collect();
    let written = include_str!("../../../templates/reference/functions.md");
    page.paragraph(&written.replace("@GROUPS@", &links.join(" · ")));
    for group in groups {
        page.heading(2, &sentence(group));
        let of_group = docs.iter().filter(|doc| doc.group == group);
        page.table(["usage", "what it gives", "example"], of_group.map(row));
    }
    page
}

fn row(doc: &FunctionDoc) -> [String; 3] {
    let example = format!("{} is {}", code(doc.example), code(doc.result));
    [code(doc.usage), doc.description.to_owned(), example]
}
