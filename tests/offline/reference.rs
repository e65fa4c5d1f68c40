//! The reference: its tables of expressions are true, and no link of the manual leads nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};
use cloudcorrect::expression::{Environment, EvalBudget, Expression, ExpressionKind, Subject};
use cloudcorrect::resource::{AccountId, Region, schemas};
use regex::Regex;

use super::{cloudcorrect, files, text};

const FUNCTIONS: &str = include_str!("../../docs/reference/functions.md");

/// What an expression that asks of no resource gives, in the words of the tables.
fn outcome(expression: &str) -> String {
    let compiled = Expression::compile(expression, Environment::empty(), ExpressionKind::Value);
    let Ok(compiled) = compiled else { return "an error at validation".to_owned() };
    let account: AccountId = "123456789012".parse().expect("an account");
    let region: Region = "eu-west-1".parse().expect("a region");
    let now: DateTime<Utc> = "2026-01-31T00:00:00Z".parse().expect("an instant");
    let subject = Subject {
        resource: None,
        resources: None,
        bound: &[],
        account: &account,
        region: &region,
        now,
    };
    let value = compiled.value(&subject, &mut EvalBudget::default());
    value.map_or("unknown".to_owned(), |value| format!("`{}`", value.to_json()))
}

#[test]
fn the_tables_of_expressions_are_true() {
    let row = Regex::new(r"(?m)^\| `(.+)` \| (.+) \|$").expect("a pattern");
    let tables = FUNCTIONS.split("| expression | gives |\n").skip(1);
    let tables: Vec<&str> = tables.filter_map(|rest| rest.split("\n\n").next()).collect();
    let mut count = 0;
    for found in row.captures_iter(&tables.join("\n")) {
        let expression = found[1].replace("\\|", "|");
        assert_eq!(outcome(&expression), found[2], "{expression}");
        count += 1;
    }
    assert!(count > 20, "{count} rows");
}

#[test]
fn check_types_are_listed_a_line_each() {
    let output = cloudcorrect(&["schema", "check-types"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let listed = text(&output.stdout);
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    let known: Vec<String> =
        cloudcorrect::catalog::types().iter().map(|one| one.name.to_string()).collect();
    assert_eq!(names, known);
    let exists = listed.lines().find(|line| line.starts_with("aws/s3-bucket-exists "));
    let words: Vec<&str> =
        exists.expect("a line").split("  ").filter(|it| !it.is_empty()).collect();
    let words: Vec<&str> = words.into_iter().map(str::trim).collect();
    assert_eq!(words, ["aws/s3-bucket-exists", "bucketName", "The bucket is there."]);
}

#[test]
fn the_reference_is_written_where_it_is_wanted() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("new");
    let output = cloudcorrect(&["schema", "--reference", place.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let written = markdown(&place);
    assert_eq!(written.len(), markdown(Path::new("docs/reference")).len());
    let kinds = fs::read_to_string(place.join("kinds.md")).expect("a page");
    assert!(kinds.contains("\n## Group\n"));
    let both = cloudcorrect(&["schema", "Group", "--reference", "nowhere"]);
    assert_eq!(both.status.code(), Some(2), "a kind, or the reference");
}

/// The Markdown files at a path, at any depth.
fn markdown(path: &Path) -> Vec<PathBuf> {
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    files(path).into_iter().filter(is_page).collect()
}

/// A document without its blocks of code.
fn prose(document: &str) -> String {
    document.split("```").step_by(2).collect()
}

/// The anchors of the headings, as GitHub makes them: of equal ones the second ends in `-1`.
fn anchors(document: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in prose(document).lines().filter(|line| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let is_kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
        let anchor: String = heading.chars().filter(is_kept).collect();
        let anchor = anchor.replace(' ', "-");
        let count = seen.entry(anchor.clone()).or_default();
        anchors.insert(match *count {
            0 => anchor,
            more => format!("{anchor}-{more}"),
        });
        *count += 1;
    }
    anchors
}

/// A path with its `..` resolved.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(plain.pop(), "{} leads outside", path.display()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Why a link of a page leads nowhere.
fn broken(page: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = match path {
        "" => page.to_owned(),
        path => plain(&page.parent().expect("a directory").join(path)),
    };
    if !path.exists() {
        return Some("no such file".to_owned());
    }
    if anchor.is_empty() {
        return None;
    }
    let document = fs::read_to_string(&path).expect("UTF-8");
    (!anchors(&document).contains(anchor)).then(|| "no such heading".to_owned())
}

#[test]
fn every_link_of_the_manual_leads_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let mut found = Vec::new();
    let mut count = 0;
    for root in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs"] {
        for page in markdown(Path::new(root)) {
            let document = prose(&fs::read_to_string(&page).expect("UTF-8"));
            for target in link.captures_iter(&document) {
                count += 1;
                if let Some(why) = broken(&page, &target[1]) {
                    found.push(format!("{}: {}: {why}", page.display(), &target[1]));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(count > 200, "{count} links");
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let page = Path::new("docs/policies.md");
    for (target, expected) in [
        ("https://example.com/#x", None),
        ("#tests", None),
        ("reference/kinds.md#account", None),
        ("../README.md", None),
        ("#nothing", Some("no such heading")),
        ("reference/nothing.md", Some("no such file")),
    ] {
        assert_eq!(broken(page, target).as_deref(), expected, "{target}");
    }
    let twice = anchors("# A b\n\n## `c/d`: e\n\n```sh\n# no heading\n```\n\n## A b\n");
    assert_eq!(twice.into_iter().collect::<Vec<_>>(), ["a-b", "a-b-1", "cd-e"]);
}

#[test]
fn the_types_that_are_not_live_are_named_where_authors_begin() {
    let others = schemas().values().filter(|schema| !schema.is_live());
    let others: Vec<_> = others.map(|schema| format!("`{}`", schema.type_name)).collect();
    let [only] = &others[..] else { panic!("the pages speak of one: {others:?}") };
    let named = format!(" but {only}. That is ");
    for page in ["README.md", "docs/policies.md"] {
        let text = fs::read_to_string(page).expect("UTF-8");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&named), "{page}: {named}");
    }
}

#[test]
fn a_new_repository_keeps_the_secrets_of_the_app_as_the_manual_does() {
    let commands = |page: &str| {
        let text = fs::read_to_string(page).expect("UTF-8");
        let text = text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let (_, behind) = text.split_once("umask 077\ngh api ").expect("the commands");
        behind.split_once("```").expect("an end").0.to_owned()
    };
    assert_eq!(commands("templates/init/README.md"), commands("docs/operating.md"));
}
