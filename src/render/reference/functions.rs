//! The page of functions: what values mean, then the functions and macros, group by group.

use crate::expression::FunctionDoc;

use super::page::{Page, code, link, sentence};

/// Page of functions, whose words come group by group.
pub(super) fn page(docs: &[FunctionDoc]) -> Page {
    let mut page = Page::new("functions.md", "Expressions and functions");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::functions;

    #[test]
    fn a_function_more_is_on_the_page() {
        let one = FunctionDoc {
            group: "good manners",
            name: "isPolite",
            usage: "text.isPolite()",
            description: "Whether a text is polite.",
            example: "'please'.isPolite()",
            result: "true",
        };
        let page = page(&functions().chain([one]).collect::<Vec<_>>());
        assert!(page.text.contains(" · [good manners](#good-manners)"), "{}", page.text);
        let row =
            "| `text.isPolite()` | Whether a text is polite. | `'please'.isPolite()` is `true` |";
        assert!(page.text.ends_with(&format!("## Good manners\n\n| usage | what it gives | example |\n| --- | --- | --- |\n{row}\n")), "{}", page.text);
    }
}
