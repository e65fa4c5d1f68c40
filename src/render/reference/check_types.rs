//! The page of check types: what each asks of which resources, and how it is used.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::catalog;
use crate::expression::{Expression, ParameterKind, ScalarKind};
use crate::policy::{AssertScope, CheckType, CheckTypes, DeclaredParameter, Let, Pick, Rule};
use crate::resource::Value;

use super::page::{Page, code, codes, link, one_line};
use super::resource_types::{self, service};

/// The page of those that come with cloudcorrect.
pub(super) fn page() -> Page {
    let mut page = Page::new("check-types.md", "Check types");
    page.paragraph(include_str!("../../../templates/reference/check-types.md"));
    let mut services: BTreeMap<&str, Vec<&CheckType>> = BTreeMap::new();
    for one in catalog::types().iter() {
        services.entry(service(one.rule.schema)).or_default().push(one);
    }
    let rows = services.iter().flat_map(|(service, of_service)| {
        of_service.iter().map(|one| {
            let name = link(&code(one.name.as_str()), "", one.name.as_str());
            [(*service).to_owned(), name, description(one)]
        })
    });
    page.table(["service", "check type", "what it says"], rows);
    for one in services.values().flatten() {
        page.heading(2, one.name.as_str());
        section(&mut page, one);
    }
    page
}

/// A line for each check type: its name, its parameters, what it says.
pub fn listed(types: &CheckTypes) -> String {
    let rows: Vec<[String; 3]> = types
        .iter()
        .map(|one| {
            let parameters = one.parameters.iter().map(|parameter| match parameter.default {
                None => parameter.name.to_string(),
                Some(_) => format!("[{}]", parameter.name),
            });
            let parameters: Vec<String> = parameters.collect();
            [one.name.to_string(), parameters.join(" "), description(one)]
        })
        .collect();
    let widest = |at: fn(&[String; 3]) -> &String| {
        rows.iter().map(|row| at(row).chars().count()).max().unwrap_or_default()
    };
    let (names, parameters) = (widest(|row| &row[0]), widest(|row| &row[1]));
    let mut text = String::new();
    for [name, with, says] in &rows {
        let _ = writeln!(text, "{name:names$}  {with:parameters$}  {says}");
    }
    text
}

fn description(one: &CheckType) -> String {
    one_line(one.description.as_deref().unwrap_or_default())
}

fn section(page: &mut Page, one: &CheckType) {
    page.paragraph(&description(one));
    let rows = one.parameters.iter().map(parameter);
    page.table(["parameter", "type", "default", "description"], rows);
    page.block("yaml", &example(one));
    page.paragraph(&meaning(one));
    page.block("yaml", &rule(&one.rule));
    if let Some(remediation) = &one.remediation {
        page.paragraph(&format!("What to do about a failure: {}", one_line(remediation)));
    }
}

fn parameter(declared: &DeclaredParameter) -> [String; 4] {
    let default = match &declared.default {
        None => "required".to_owned(),
        Some(default) => code(&default.to_json().to_string()),
    };
    let mut words = one_line(declared.description.as_deref().unwrap_or_default());
    if !declared.allowed.is_empty() {
        let allowed = codes(declared.allowed.iter().map(String::as_str));
        let _ = write!(words, " One of {allowed}.");
    }
    [code(&declared.name), kind(&declared.kind), default, words]
}

fn kind(kind: &ParameterKind) -> String {
    match kind {
        ParameterKind::Scalar(kind) => word(*kind).to_owned(),
        ParameterKind::List(items) => format!("list of {}s", word(*items)),
        ParameterKind::Records(fields) => {
            let fields =
                fields.iter().map(|(name, kind)| format!("{} {}", word(*kind), code(name)));
            format!("list of mappings with {}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn word(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::String => "string",
        ScalarKind::Integer => "integer",
        ScalarKind::Number => "number",
        ScalarKind::Boolean => "boolean",
    }
}

/// Sentence on what it selects and asserts.
fn meaning(one: &CheckType) -> String {
    let asked = &one.rule;
    let schema = asked.schema;
    let selected = link(&code(schema.type_name.as_str()), &resource_types::path(schema), "");
    let over = match (asked.is_of_all(), asked.span) {
        (false, _) => "one verdict for each",
        (true, AssertScope::Account) => "one verdict for the account",
        (true, AssertScope::Target) if schema.scope == crate::resource::ListScope::Global => {
            "one verdict for the account"
        }
        (true, AssertScope::Target) => "one verdict for each region",
    };
    let severity = one.severity;
    format!("It looks at {selected}, with {over}; its severity is `{severity}`. What it asks:")
}

/// Rule as it is written in YAML.
fn rule(asked: &Rule) -> String {
    let mut yaml = String::new();
    if !asked.bindings.is_empty() {
        yaml.push_str("let:\n");
        for binding in &asked.bindings {
            let_entry(&mut yaml, binding);
        }
    }
    let _ = writeln!(yaml, "select: {}", asked.schema.type_name);
    if let Some(filter) = &asked.filter {
        expression(&mut yaml, 0, filter);
    }
    expression(&mut yaml, 0, &asked.assertion);
    if asked.is_of_all() && asked.span != AssertScope::default() {
        let _ = writeln!(yaml, "scope: {}", asked.span);
    }
    if let Some(on_empty) = asked.on_empty {
        let _ = writeln!(yaml, "onEmpty: {on_empty}");
    }
    yaml
}

fn let_entry(yaml: &mut String, binding: &Let) {
    let _ = writeln!(yaml, "  {}:\n    select: {}", binding.name, binding.schema.type_name);
    if let Some(filter) = &binding.filter {
        expression(yaml, 4, filter);
    }
    if binding.pick != Pick::default() {
        let _ = writeln!(yaml, "    pick: {}", binding.pick);
    }
}

/// An expression under its key, in a block, where nothing has to be quoted.
fn expression(yaml: &mut String, indent: usize, expression: &Expression) {
    let key = expression.kind().field();
    let _ = writeln!(yaml, "{:indent$}{key}: >", "");
    for line in expression.text().trim().lines() {
        let _ = writeln!(yaml, "{:inner$}{}", "", line.trim_end(), inner = indent + 2);
    }
}

/// A check that uses it.
fn example(one: &CheckType) -> String {
    let name = one.name.as_str();
    let id = name.rsplit('/').next().unwrap_or(name);
    let required = one.parameters.iter().filter(|parameter| parameter.default.is_none());
    let with: Vec<String> = required
        .map(|parameter| format!("{}: {}", parameter.name, example_value(parameter)))
        .collect();
    let mut yaml = format!("- id: {id}\n  uses: {name}\n");
    if !with.is_empty() {
        let _ = writeln!(yaml, "  with: {{ {} }}", with.join(", "));
    }
    yaml
}

/// A value that a parameter may have, in YAML: what its description names after "such as", or one
/// of those that are allowed.
fn example_value(declared: &DeclaredParameter) -> String {
    let described = declared.description.as_deref().unwrap_or_default();
    let named = described.split_once("such as `").and_then(|(_, rest)| rest.split('`').next());
    let text = declared.allowed.first().map(String::as_str).or(named);
    let quoted = |text: &str| Value::string(text).to_json().to_string();
    let one = |kind: ScalarKind, usual: &str| match kind {
        ScalarKind::Integer => text.unwrap_or("1").to_owned(),
        ScalarKind::Number => text.unwrap_or("1.5").to_owned(),
        ScalarKind::Boolean => text.unwrap_or("true").to_owned(),
        ScalarKind::String => quoted(text.unwrap_or(usual)),
    };
    match &declared.kind {
        ParameterKind::Scalar(kind) => one(*kind, usual(&declared.name)),
        ParameterKind::List(items) => format!("[{}]", one(*items, "example")),
        ParameterKind::Records(fields) => {
            let fields =
                fields.iter().map(|(name, kind)| format!("{name}: {}", one(*kind, "example")));
            format!("[{{ {} }}]", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Example of a value for a parameter of that name.
fn usual(name: &str) -> &'static str {
    match name {
        "bucketName" => "logs",
        "objectKey" => "index.html",
        "roleName" => "deployer",
        "userName" => "alice",
        "policyArn" => "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "tagKey" => "app",
        "tagValue" => "web",
        _ => "example",
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::SourceFile;

    use super::*;

    #[test]
    fn the_examples_are_valid() {
        let mut group =
            "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: prod }\n\
                         spec: { aws: { accountId: 123456789012, regions: [eu-west-1] } }\n---\n\
                         apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: all }\n\
                         spec:\n  checks:\n"
                .to_owned();
        for one in catalog::types().iter() {
            for line in example(one).lines() {
                let _ = writeln!(group, "    {line}");
            }
        }
        let reading = catalog::read(&[SourceFile::new("all.yaml", group.as_bytes())]);
        let problems: Vec<&String> = reading.diagnostics.iter().map(|it| &it.message).collect();
        assert!(problems.is_empty(), "{problems:?}\n{group}");
    }

    #[test]
    fn what_may_be_left_out_is_listed_in_brackets() {
        let listed = listed(catalog::types());
        let line = listed.lines().find(|line| line.starts_with("aws/default-vpc "));
        let words: Vec<&str> = line.expect("a line").split_whitespace().take(4).collect();
        assert_eq!(words, ["aws/default-vpc", "expectedCount", "[operator]", "How"]);
    }
}
