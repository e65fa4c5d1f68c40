//! The pages of resource types: an index, and a page for each with its properties and operations.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog;
use crate::resource::{
    Kind, ListScope, NameSource, Operation, Property, Schema, Summary, regions, schemas,
};

use super::page::{Page, code, codes, link, one_line, several};

/// Directory of the pages of types, from the page that is the index.
const DIRECTORY: &str = "resource-types";

/// Mark of what is only in inventories that were recorded.
const RECORDED: &str = "recorded only";

/// Index of the pages of types.
pub(super) fn index() -> Page {
    let mut page = Page::new("resource-types.md", "Resource types");
    page.paragraph(include_str!("../../../templates/reference/resource-types.md"));
    let mut services: BTreeMap<&str, Vec<&Schema>> = BTreeMap::new();
    for schema in schemas().values() {
        services.entry(service(schema)).or_default().push(schema);
    }
    for (service, schemas) in services {
        page.heading(2, service);
        let rows = schemas.into_iter().map(|schema| {
            let name = link(&code(schema.type_name.as_str()), &path(schema), "");
            let state = if schema.is_live() { "yes" } else { RECORDED };
            [name, schema.description.clone(), code(&schema.identifier), state.to_owned()]
        });
        page.table(["type", "what it is", "id", "live"], rows);
    }
    page
}

/// A page for each type.
pub(super) fn pages() -> impl Iterator<Item = Page> {
    schemas().values().map(page)
}

/// The page of a type, from the pages beside the index.
pub(super) fn path(schema: &Schema) -> String {
    format!("{DIRECTORY}/{}.md", file(schema.type_name.as_str()))
}

/// The second word of a type's name, such as `EC2`.
pub(super) fn service(schema: &Schema) -> &str {
    schema.type_name.as_str().split("::").nth(1).unwrap_or_default()
}

/// File name of a type: `aws-ec2-flow-log` of `AWS::EC2::FlowLog`.
fn file(type_name: &str) -> String {
    let (service, name) = type_name.rsplit_once("::").unwrap_or(("", type_name));
    let letters: Vec<char> = name.chars().collect();
    let mut file = service.to_lowercase().replace("::", "-");
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let ends_word = before.is_none_or(|before| !before.is_uppercase());
        let starts_word = before.is_some() && after.is_some_and(|after| after.is_lowercase());
        if letter.is_uppercase() && (ends_word || starts_word) {
            file.push('-');
        }
        file.extend(letter.to_lowercase());
    }
    file
}

fn page(schema: &Schema) -> Page {
    let mut page = Page::new(path(schema), schema.type_name.as_str());
    page.paragraph(&schema.description);
    page.list(facts(schema));
    page.heading(2, "Properties");
    let rows = schema.properties.iter().map(|(name, property)| top_row(schema, name, property));
    page.table(["property", "type", "name", "supplied by", "description"], rows);
    page.heading(2, "Operations");
    let rows = schema.operations.keys().filter_map(|operation| operation_row(schema, operation));
    let rows = rows.chain(schema.summary.iter().map(summary_row));
    page.table(["operation", "asked", "IAM actions", "supplies"], rows);
    if schema.properties.values().any(has_parts) {
        page.heading(2, "Parts");
    }
    for (name, property) in &schema.properties {
        if has_parts(property) {
            page.heading(3, name);
            let mut rows = Vec::new();
            parts(property, 0, &mut rows);
            page.table(["property", "type", "name", "description"], rows);
        }
    }
    page
}

/// Facts of a type that stand before its properties.
fn facts(schema: &Schema) -> Vec<String> {
    let place = match schema.scope {
        ListScope::Global => "once per account",
        ListScope::Regional => "in each region of the account",
    };
    let list = code(schema.list.as_str());
    let mut facts = vec![
        format!("Its id is {}.", code(&schema.identifier)),
        format!("It is listed {place}, by {list}."),
    ];
    if !schema.is_live() {
        facts.push("Recorded inventories only: live accounts are not asked for it yet.".to_owned());
    }
    let using: Vec<String> = catalog::types()
        .iter()
        .filter(|one| one.rule.schemas().any(|it| it.type_name == schema.type_name))
        .map(|one| link(&code(one.name.as_str()), "../check-types.md", one.name.as_str()))
        .collect();
    if !using.is_empty() {
        facts.push(format!("Check types: {}.", using.join(", ")));
    }
    facts.push("[All resource types](../resource-types.md), and how to read this page.".to_owned());
    facts
}

fn top_row(schema: &Schema, name: &str, property: &Property) -> [String; 5] {
    let shown = if has_parts(property) { link(&code(name), "", name) } else { code(name) };
    let operation = &property.operation;
    let is_recorded = property.recorded_only || is_recorded(schema, operation);
    let mut supplied = code(operation.as_str());
    if is_recorded && schema.is_live() {
        supplied = format!("{supplied}, {RECORDED}");
    }
    [shown, kind(property), name_source(property).to_owned(), supplied, description(property)]
}

fn operation_row(schema: &Schema, operation: &Operation) -> Option<[String; 4]> {
    let known = schema.operations.get(operation)?;
    let mut asked = if known.bulk { "once for all" } else { "for each" }.to_owned();
    if !known.after.is_empty() {
        asked = format!("{asked}, after {}", codes(known.after.iter().map(Operation::as_str)));
    }
    if known.recorded_only && schema.is_live() {
        asked = format!("{asked}, {RECORDED}");
    }
    let supplied = schema.properties.values().filter(|one| one.operation == *operation).count();
    let first: Vec<&str> = schema
        .properties
        .iter()
        .filter(|(_, one)| one.operation == *operation)
        .map(|(name, _)| name.as_ref())
        .take(SHOWN)
        .collect();
    let more = match supplied - first.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let actions = codes(known.permissions.iter().map(AsRef::as_ref));
    Some([code(operation.as_str()), asked, actions, codes(first) + &more])
}

fn summary_row(summary: &Summary) -> [String; 4] {
    let spared = codes(summary.of.iter().map(Operation::as_str));
    let actions = codes(summary.permissions.iter().map(AsRef::as_ref));
    let asked = format!("once for all, before {spared}");
    let supplied = "which of these need not be asked of a resource, since it passes".to_owned();
    [code(summary.operation.as_str()), asked, actions, supplied]
}

/// How many properties of an operation are named beside it.
const SHOWN: usize = 4;

fn is_recorded(schema: &Schema, operation: &Operation) -> bool {
    schema.operations.get(operation).is_some_and(|known| known.recorded_only)
}

/// `true` where a property has properties of its own.
fn has_parts(property: &Property) -> bool {
    !property.properties.is_empty() || property.items.as_deref().is_some_and(has_parts)
}

/// The rows of what is in a property, at any depth.
fn parts(property: &Property, depth: usize, rows: &mut Vec<[String; 4]>) {
    if let Some(items) = &property.items {
        parts(items, depth, rows);
    }
    for (name, inner) in &property.properties {
        let shown = "&emsp;".repeat(depth) + &code(name);
        let source = name_source(inner).to_owned();
        rows.push([shown, kind(inner), source, description(inner)]);
        parts(inner, depth + 1, rows);
    }
}

/// The type in words, and whether it may be null.
fn kind(property: &Property) -> String {
    let nullable = property.nullable && property.default.is_none();
    format!("{}{}", of_kind(property), if nullable { " or null" } else { "" })
}

fn of_kind(property: &Property) -> String {
    let items = property.items.as_deref().map(|one| several(&of_kind(one))).unwrap_or_default();
    match property.kind {
        Kind::String => "string".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Double => "double".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Timestamp => "timestamp".to_owned(),
        Kind::List => format!("list of {items}"),
        Kind::Map => format!("map of {items}"),
        Kind::Object => "object".to_owned(),
        Kind::Document => "document".to_owned(),
    }
}

fn name_source(property: &Property) -> &'static str {
    match property.name {
        NameSource::Cloudformation => "CloudFormation",
        NameSource::Api => "API",
        NameSource::Own => "own",
    }
}

fn description(property: &Property) -> String {
    let mut words = one_line(&property.description);
    if let Some(items) = property.items.as_deref().filter(|items| !has_parts(items)) {
        words = format!("{words} Each: {}", one_line(&items.description));
    }
    let unsaid = |value: &&Arc<str>| !property.description.contains(&***value);
    if *property.values != *regions() && property.values.iter().any(|value| unsaid(&value)) {
        let values: Vec<_> = property.values.iter().map(|value| code(value)).collect();
        words = format!("{words} One of {}.", values.join(", "));
    }
    let bounds = property.bounds();
    if property.minimum.is_some() && property.maximum.is_some() {
        let unit = bounds.unit.map(|unit| format!(" {}", unit.word())).unwrap_or_default();
        let from = if bounds.least == bounds.most { "It is " } else { "" };
        words = format!("{words} {from}{bounds}{unit}.");
    }
    if let Some(default) = &property.default {
        words = format!("{words} {} where it is missing.", code(&default.to_json().to_string()));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_like_types() {
        let table = [
            ("AWS::EC2::FlowLog", "aws-ec2-flow-log"),
            ("AWS::EC2::VPC", "aws-ec2-vpc"),
            ("AWS::EC2::EBSEncryptionByDefault", "aws-ec2-ebs-encryption-by-default"),
            ("AWS::IAM::OIDCProvider", "aws-iam-oidc-provider"),
        ];
        for (name, expected) in table {
            assert_eq!(file(name), expected);
        }
    }
}
