//! Resources that a test makes up: properties as YAML, checked against the schema of their type.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;

use crate::diagnostic::{Code, Diagnostic, meant_or_known};
use crate::resource::{
    AccountId, Cause, Facet, Failure, Kind, Operation, Property, Region, Resource, Schema, Value,
    is_documented,
};

use super::notes::Notes;
use super::region::named;
use crate::document::short;
use crate::document::{Entry, Node, Tree};

/// What of an entry is no property.
const REGION: &str = "$region";
const UNKNOWN: &str = "$unknown";

/// The region of what says none.
pub(super) const DEFAULT_REGION: &str = "us-east-1";

/// A resource of a type with the properties of a mapping. What is wrong is noted.
pub(super) fn resource(
    node: &Node,
    schema: &'static Schema,
    account: &AccountId,
    notes: &mut Notes,
) -> Option<Resource> {
    let Tree::Map(entries) = &node.tree else { return None };
    let mut values: BTreeMap<&str, Value> = BTreeMap::new();
    let mut is_whole = true;
    for entry in entries.iter().filter(|entry| !entry.key.starts_with('$')) {
        match known(entry, schema, notes) {
            Some(property) => match value(&entry.value, property, &entry.key, notes) {
                Some(value) => {
                    values.insert(&entry.key, value);
                }
                None => is_whole = false,
            },
            None => is_whole = false,
        }
    }
    is_whole &= markers(entries, notes);
    let region = region(node, schema, notes)?;
    let id = id(node, schema, &values, account, notes)?;
    values.entry(&schema.identifier).or_insert_with(|| Value::string(Arc::clone(&id)));
    let failures = failures(node, schema, notes)?;
    let arn = values.get("Arn").and_then(Value::as_str).map(Arc::from);
    let facets = schema.operations.keys().map(|operation| {
        let facet = match failures.get(operation) {
            Some(failure) => Facet::Failed(failure.clone()),
            None => Facet::Read(facet(schema, operation, &values)),
        };
        (operation.clone(), facet)
    });
    let type_name = schema.type_name.clone();
    is_whole.then(|| Resource { type_name, id, arn, region, facets: facets.collect() })
}

/// Whether the keys that are no properties are those that there are, with what they take.
fn markers(entries: &[Entry], notes: &mut Notes) -> bool {
    let mut are_right = true;
    for Entry { key, place, value } in entries.iter().filter(|entry| entry.key.starts_with('$')) {
        let refused = match (key.as_str(), &value.tree) {
            (_, Tree::Refused) | (UNKNOWN, Tree::Map(_)) => continue,
            (REGION, Tree::Scalar(_)) if !value.is_null() => continue,
            (REGION | UNKNOWN, _) => {
                let wanted = if key == REGION {
                    "text, the name of a region"
                } else {
                    "a mapping of properties to causes, as in `{ Policy: access_denied }`"
                };
                let message = format!("`{key}` is {}, but must be {wanted}", value.kind());
                Diagnostic::error(value.place.clone(), Code::WrongType, message)
            }
            _ => {
                let message = format!("there is no `{}`", short(key));
                let help = meant_or_known(key, [REGION, UNKNOWN]);
                Diagnostic::error(place.clone(), Code::UnknownKey, message).help(help)
            }
        };
        notes.push(refused);
        are_right = false;
    }
    are_right
}

/// What an operation says: each of its properties, null where nothing is given.
fn facet(schema: &Schema, operation: &Operation, values: &BTreeMap<&str, Value>) -> Value {
    let own = schema.properties.iter().filter(|(_, property)| property.operation == *operation);
    Value::map(
        own.map(|(name, _)| (Arc::clone(name), values.get(&**name).cloned().unwrap_or_default())),
    )
}

fn known(entry: &Entry, schema: &'static Schema, notes: &mut Notes) -> Option<&'static Property> {
    let known = &schema.properties;
    let found = known.get(entry.key.as_str());
    if found.is_none() && !notes.is_full() {
        let names = known.keys().map(|name| &**name);
        notes.push(unknown_property(entry, schema.type_name.as_str(), names));
    }
    found
}

fn unknown_property<'n>(
    entry: &Entry,
    of: &str,
    names: impl Iterator<Item = &'n str>,
) -> Diagnostic {
    let message = format!("`{of}` has no property `{}`", short(&entry.key));
    let mut refused = Diagnostic::error(entry.place.clone(), Code::UnknownProperty, message);
    refused.help = Some(meant_or_known(&entry.key, names));
    refused
}

fn region(node: &Node, schema: &Schema, notes: &mut Notes) -> Option<Region> {
    match node.text_of(&[REGION]) {
        Some((text, place)) => named(text, place, notes),
        None if schema.is_judged_by_region() => DEFAULT_REGION.parse().ok(),
        None => Some(Region::global()),
    }
}

/// The property that names the resource; settings of the account have the account's id.
fn id(
    node: &Node,
    schema: &Schema,
    values: &BTreeMap<&str, Value>,
    account: &AccountId,
    notes: &mut Notes,
) -> Option<Arc<str>> {
    match values.get(&*schema.identifier) {
        Some(Value::String(id)) if !id.is_empty() => Some(Arc::clone(id)),
        None if &*schema.identifier == "AccountId" => Some(account.as_str().into()),
        _ => {
            let identifier = &schema.identifier;
            let message = format!("a resource of `{}` lacks `{identifier}`", schema.type_name);
            let refused = Diagnostic::error(node.place.clone(), Code::MissingProperty, message);
            notes.push(refused.help("it is the id by which `expect` names the resource"));
            None
        }
    }
}

/// What `$unknown` says: the operations that supply its properties, and why they failed.
fn failures(
    node: &Node,
    schema: &'static Schema,
    notes: &mut Notes,
) -> Option<BTreeMap<Operation, Failure>> {
    let mut failures = BTreeMap::new();
    let mut is_whole = true;
    let Some(Tree::Map(entries)) = node.get(UNKNOWN).map(|node| &node.tree) else {
        return Some(failures);
    };
    for entry in entries {
        let property = known(entry, schema, notes);
        match (property, cause(&entry.value, notes)) {
            (Some(property), Some(cause)) => {
                let failure = Failure::new(cause, format!("{}: made up", property.operation));
                failures.insert(property.operation.clone(), failure);
            }
            _ => is_whole = false,
        }
    }
    is_whole.then_some(failures)
}

/// A cause of `unknown`.
pub(super) fn cause(node: &Node, notes: &mut Notes) -> Option<Cause> {
    let text = node.text()?;
    if let Ok(cause) = text.parse() {
        return Some(cause);
    }
    if notes.is_full() {
        return None;
    }
    let names = Cause::ALL.iter().map(|cause| cause.as_str());
    let message = format!("`{}` is no cause of `unknown`", short(text));
    let mut refused = Diagnostic::error(node.place.clone(), Code::UnknownCause, message);
    refused.help = Some(meant_or_known(text, names));
    notes.push(refused);
    None
}

/// A value in the type that its property has.
fn value(node: &Node, property: &'static Property, name: &str, notes: &mut Notes) -> Option<Value> {
    if node.is_null() {
        return Some(Value::Null);
    }
    match (&node.tree, property.kind) {
        (Tree::Refused, _) => None,
        (_, Kind::Document) => Some(document(node)),
        (Tree::List(items), Kind::List) => {
            let Some(item) = &property.items else { return Some(document(node)) };
            let values = items.iter().map(|node| value(node, item, name, notes));
            values.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>().map(Value::list)
        }
        (Tree::Map(entries), Kind::Map | Kind::Object) => object(entries, property, name, notes),
        (Tree::Scalar(_), kind) => match scalar(node, kind) {
            Some(value) => {
                if !notes.is_full()
                    && let Some(odd) = undocumented(&value, node, property, name)
                {
                    notes.push(odd);
                }
                Some(value)
            }
            None => mismatch(node, kind, name, notes),
        },
        (_, kind) => mismatch(node, kind, name, notes),
    }
}

fn object(
    entries: &[Entry],
    property: &'static Property,
    name: &str,
    notes: &mut Notes,
) -> Option<Value> {
    let mut values = Vec::new();
    let mut is_whole = true;
    for entry in entries {
        let inner = match property.kind {
            Kind::Object => property.properties.get(entry.key.as_str()),
            _ => property.items.as_deref(),
        };
        let read = match inner {
            Some(inner) => value(&entry.value, inner, &entry.key, notes),
            None if property.kind == Kind::Map => Some(document(&entry.value)),
            None if notes.is_full() => None,
            None => {
                let names = property.properties.keys().map(|name| &**name);
                notes.push(unknown_property(entry, name, names));
                None
            }
        };
        is_whole &= read.is_some();
        values.extend(read.map(|read| (entry.key.as_str(), read)));
    }
    is_whole.then(|| Value::map(values))
}

fn scalar(node: &Node, kind: Kind) -> Option<Value> {
    let text = node.text()?;
    match kind {
        Kind::String => Some(Value::string(text)),
        Kind::Integer => text.parse().ok().map(Value::Int),
        Kind::Double => text.parse().ok().map(Value::Double),
        Kind::Boolean => text.parse().ok().map(Value::Bool),
        Kind::Timestamp => {
            let instant = DateTime::parse_from_rfc3339(text).ok()?;
            Some(Value::Timestamp(instant.to_utc()))
        }
        Kind::Document => Some(document(node)),
        Kind::List | Kind::Map | Kind::Object => None,
    }
}

/// What is odd about a text that the cloud does not document for its property: a test of it shows
/// how a check judges what does not happen.
fn undocumented(
    value: &Value,
    node: &Node,
    property: &'static Property,
    name: &str,
) -> Option<Diagnostic> {
    let text = value.as_str().filter(|text| !is_documented(text, &property.values))?;
    let message = format!("no value `{}` is documented for `{}`", short(text), short(name));
    let known = property.values.iter().map(|value| &**value);
    let help = meant_or_known(text, known);
    Some(Diagnostic::warning(node.place.clone(), Code::UndocumentedValue, message).help(help))
}

fn mismatch(node: &Node, kind: Kind, name: &str, notes: &mut Notes) -> Option<Value> {
    let wanted = match kind {
        Kind::String => "text",
        Kind::Integer => "a whole number",
        Kind::Double => "a number",
        Kind::Boolean => "`true` or `false`",
        Kind::Timestamp => "an instant such as `2026-01-31T00:00:00Z`",
        Kind::List => "a list",
        Kind::Map | Kind::Object | Kind::Document => "a mapping",
    };
    let found = match node.text() {
        Some(text) => format!("`{}`", short(text)),
        None => node.kind().to_owned(),
    };
    let message = format!("`{}` is {found}, but must be {wanted}", short(name));
    notes.push(Diagnostic::error(node.place.clone(), Code::WrongType, message));
    None
}

/// JSON of any shape, by the rules of YAML's core schema: plain `true`, `12` and `null` are what
/// they look like.
fn document(node: &Node) -> Value {
    match &node.tree {
        Tree::Map(entries) => {
            Value::map(entries.iter().map(|entry| (entry.key.as_str(), document(&entry.value))))
        }
        Tree::List(items) => Value::list(items.iter().map(document)),
        Tree::Scalar(_) if node.is_null() => Value::Null,
        Tree::Scalar(scalar) if scalar.is_plain() => match scalar.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => text.parse().map_or_else(|_| Value::string(text), Value::Int),
        },
        Tree::Scalar(scalar) => Value::string(scalar.as_str()),
        Tree::Refused => Value::Null,
    }
}
