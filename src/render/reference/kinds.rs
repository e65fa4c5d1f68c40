//! The page of document kinds: every field at every depth, from the JSON Schemas.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use crate::policy::schema;

use super::page::{ANY, Page, code, codes, link, one_line, several};

/// A document of each kind that has one here. They stand together: the group selects the account
/// and takes up the pack, the test and the waiver are of a check of the group.
const EXAMPLES: [(&str, &str); 7] = [
    ("Account", include_str!("../../../templates/reference/account.yaml")),
    ("Group", include_str!("../../../templates/reference/group.yaml")),
    ("CheckType", include_str!("../../../templates/reference/check-type.yaml")),
    ("Pack", include_str!("../../../templates/reference/pack.yaml")),
    ("Test", include_str!("../../../templates/reference/test.yaml")),
    ("Waiver", include_str!("../../../templates/reference/waiver.yaml")),
    ("Settings", include_str!("../../../templates/reference/settings.yaml")),
];

/// The page.
pub(super) fn page() -> Page {
    let mut page = Page::new("kinds.md", "Kinds of documents");
    let links: Vec<String> = schema::kinds().iter().map(|kind| link(kind, "", kind)).collect();
    let written = include_str!("../../../templates/reference/kinds.md");
    page.paragraph(&written.replace("@KINDS@", &links.join(" · ")));
    for kind in schema::kinds() {
        let Some(schema) = schema::meant(kind) else { continue };
        page.heading(2, kind);
        page.paragraph(&words(schema));
        if let Some((_, example)) = EXAMPLES.iter().find(|(of, _)| *of == kind) {
            page.block("yaml", example);
        }
        Fields { kind, schema }.add(&mut page);
    }
    page
}

/// The fields of a kind, or of what a list or map of it holds.
struct Fields<'a> {
    /// The heading: the kind, and the path to the list or map.
    kind: &'a str,
    schema: &'a Json,
}

impl Fields<'_> {
    fn add(&self, page: &mut Page) {
        let choices = choices(self.schema);
        if !choices.is_empty() {
            page.paragraph(&format!("It has {choices}."));
        }
        let mut found = Found { kind: self.kind, rows: Vec::new(), inner: Vec::new() };
        found.fields("", self.schema);
        page.table(["field", "type", "required", "default", "what it says"], found.rows);
        for (heading, schema) in found.inner {
            page.heading(3, &heading);
            page.paragraph(&words(schema));
            Fields { kind: &heading, schema }.add(page);
        }
    }
}

/// The rows of a table, and what has a table of its own.
struct Found<'a> {
    kind: &'a str,
    rows: Vec<[String; 5]>,
    inner: Vec<(String, &'a Json)>,
}

impl<'a> Found<'a> {
    fn fields(&mut self, prefix: &str, schema: &'a Json) {
        let Some(properties) = properties(schema) else { return };
        for (name, field) in properties {
            let path = format!("{prefix}{name}");
            let mut shown = code(&path);
            if let Some((suffix, inner)) = elements(field) {
                let separator = if self.kind.contains(' ') { "." } else { ": " };
                let heading = format!("{}{separator}{path}{suffix}", self.kind);
                shown = link(&shown, "", &heading);
                self.inner.push((heading, inner));
            }
            let required = if is_required(schema, name) { "yes" } else { "" };
            let default = field.get("default").map(|it| code(&it.to_string()));
            let default = default.unwrap_or_default();
            let required = required.to_owned();
            self.rows.push([shown, kind(field), required, default, description(field)]);
            self.fields(&format!("{path}."), field);
        }
    }
}

fn properties(schema: &Json) -> Option<&Map<String, Json>> {
    schema.get("properties")?.as_object()
}

/// Items of a list or map, if these have fields, and how a path says so.
fn elements(field: &Json) -> Option<(&'static str, &Json)> {
    let list = field.get("items").map(|items| ("[]", items));
    let map = field.get("additionalProperties").map(|values| (".NAME", values));
    list.or(map).filter(|(_, inner)| properties(inner).is_some())
}

fn is_required(schema: &Json, name: &str) -> bool {
    let required = schema.get("required").and_then(Json::as_array);
    required.is_some_and(|required| required.iter().any(|one| one == name))
}

/// Which fields must be there together: `uses`, or `select` and `assert`, or ...
fn choices(schema: &Json) -> String {
    let several = schema.get("anyOf").and_then(Json::as_array);
    let choices = several.into_iter().flatten().filter_map(|one| {
        let names: Option<Vec<String>> =
            one.get("required")?.as_array()?.iter().map(|it| it.as_str().map(code)).collect();
        Some(names?.join(" and "))
    });
    choices.collect::<Vec<_>>().join(", or ")
}

/// The values that a field may have, where they are words, each with what it means.
fn allowed(field: &Json) -> Vec<(&str, Option<&str>)> {
    let several = field.get("oneOf").and_then(Json::as_array).into_iter().flatten();
    let words = several.filter_map(|one| {
        let word = one.get("const").and_then(Json::as_str)?;
        Some((word, one.get("description").and_then(Json::as_str)))
    });
    let plain = field.get("enum").and_then(Json::as_array).into_iter().flatten();
    words.chain(plain.filter_map(|one| Some((one.as_str()?, None)))).collect()
}

fn kind(field: &Json) -> String {
    let allowed = allowed(field);
    if !allowed.is_empty() {
        return codes(allowed.iter().map(|(word, _)| *word));
    }
    let words = match field.get("type") {
        Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).collect(),
        one => Vec::from_iter(one.and_then(Json::as_str)),
    };
    if words.is_empty() {
        return ANY.to_owned();
    }
    words.into_iter().map(|word| of_word(word, field)).collect::<Vec<_>>().join(" or ")
}

/// A type with what it holds.
fn of_word(word: &str, field: &Json) -> String {
    let inner = |key: &str| field.get(key).map(|it| several(&kind(it))).unwrap_or_default();
    match word {
        "array" => format!("list of {}", inner("items")),
        "object" if properties(field).is_none() => {
            format!("map of {}", inner("additionalProperties"))
        }
        word => word.to_owned(),
    }
}

/// Text on a field: its description, which fields it must have together, what its words mean, how long it may be.
fn description(field: &Json) -> String {
    let mut said = words(field);
    let choices = choices(field);
    if !choices.is_empty() {
        let _ = write!(said, " It has {choices}.");
    }
    let allowed = allowed(field);
    let is_told = allowed.len() < 2 || allowed.iter().all(|(word, _)| said.contains(&code(word)));
    if !is_told {
        let meanings = allowed.iter().filter_map(|(word, means)| {
            let means = means.as_ref()?.trim_end_matches('.');
            Some(format!("{}: {}", code(word), lower(means)))
        });
        let _ = write!(said, "<br>{}.", meanings.collect::<Vec<_>>().join("; "));
    }
    if let Some(most) = field.get("maxLength") {
        let _ = write!(said, " At most {most} characters.");
    }
    said
}

/// Words with a small letter at the beginning.
fn lower(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().into_iter().flat_map(char::to_lowercase);
    first.chain(chars.clone()).collect()
}

fn words(schema: &Json) -> String {
    one_line(schema.get("description").and_then(Json::as_str).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use crate::catalog;
    use crate::evaluation::run_tests;
    use crate::policy::{Settings, SourceFile};

    use super::*;

    #[test]
    fn the_examples_are_valid_together_and_tested() {
        let files = EXAMPLES.map(|(kind, text)| SourceFile::new(kind, text.as_bytes()));
        let [policies @ .., settings] = &files;
        let reading = catalog::read(policies);
        assert!(Settings::read(settings).0.is_some());
        let problems: Vec<&String> = reading.diagnostics.iter().map(|it| &it.message).collect();
        assert!(problems.is_empty(), "{problems:?}");
        let results = run_tests(&reading.policies);
        assert_eq!(results.len(), 2);
        assert!(results.iter().all(|result| result.differences.is_empty()));
    }

    #[test]
    fn a_list_of_objects_has_a_table_of_its_own() {
        let text = page().text;
        assert!(text.contains("| [`spec.checks`](#group-specchecks) | list of objects |  |"));
        assert!(text.contains("\n### Group: spec.checks[]\n"));
        assert!(text.contains("\n### Group: spec.checks[].let.NAME\n"), "{text}");
        assert!(
            text.contains("It has `select` and `assert`, or `select` and `assertAll`, or `uses`.")
        );
    }
}
