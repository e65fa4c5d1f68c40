//! Resources that a test makes up: properties as YAML, checked against the schema of their type.

mod neighbours;
mod statements;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;

use crate::diagnostic::{Code, Diagnostic, meant_or_known};
use crate::document::{
    Entries, Entry, Located, LocatedValue, Span, Value as Given, short, truth_meant,
};
use crate::resource::{
    AccountId, Cause, Facet, Failure, Form, Kind, Operation, Property, Region, Resource, Schema,
    Value, is_documented, regions,
};

use super::context::FileContext;
use super::region;

/// Keys of an entry that name no property.
const REGION: &str = "$region";
const UNKNOWN: &str = "$unknown";

/// The region of what says none.
pub(super) const DEFAULT_REGION: &str = "us-east-1";

/// Resource of a type with the properties of a mapping. What is wrong is reported.
pub(super) fn resource(
    given: &Located<Entries<Given>>,
    schema: &'static Schema,
    account: &AccountId,
    file: &mut FileContext,
) -> Option<Resource> {
    let entries = &given.value;
    let mut values: BTreeMap<&str, Value> = BTreeMap::new();
    let mut is_whole = true;
    for entry in entries.iter().filter(|entry| !is_marker(entry)) {
        let property = known(&entry.key, schema, file);
        let read = property
            .and_then(|property| value(entry.value.as_ref()?, property, &entry.key.value, file));
        is_whole &= read.is_some();
        values.extend(read.map(|read| (entry.key.value.as_str(), read)));
    }
    neighbours::report(entries, &schema.properties, |name| values.get(name), file);
    is_whole &= are_markers(entries, file);
    let region = region(entries, schema, file)?;
    let id = id(given.span, schema, &values, account, file)?;
    values.entry(&schema.identifier).or_insert_with(|| Value::string(Arc::clone(&id)));
    let failures = failures(entries, schema, file)?;
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

fn is_marker(entry: &Entry<Given>) -> bool {
    entry.key.value.starts_with('$')
}

/// `true` where the keys that are no properties are those that there are, with what they take.
fn are_markers(entries: &Entries<Given>, file: &mut FileContext) -> bool {
    let mut are_right = true;
    for Entry { key, value } in entries.iter().filter(|entry| is_marker(entry)) {
        let found = value.as_ref().map(|value| &value.value);
        let refused = match (key.value.as_str(), found) {
            (REGION | UNKNOWN, None) | (UNKNOWN, Some(Given::Map(_))) => continue,
            (REGION, Some(found)) if found.text().is_some() => continue,
            (name @ (REGION | UNKNOWN), Some(found)) => {
                let wanted = if name == REGION {
                    "text, the name of a region"
                } else {
                    "a mapping of properties to causes, as in `{ Policy: access_denied }`"
                };
                let message = format!("`{name}` is {}, but must be {wanted}", found.kind());
                let at = value.as_ref().map_or(key.span, |value| value.span);
                file.error(at, Code::WrongType, message)
            }
            (name, _) => {
                let message = format!("there is no `{}`", short(name));
                let help = meant_or_known(name, [REGION, UNKNOWN]);
                file.error(key.span, Code::UnknownKey, message).help(help)
            }
        };
        file.report(refused);
        are_right = false;
    }
    are_right
}

/// What an operation says: each of its properties, where nothing is given as the cloud has it then.
fn facet(schema: &Schema, operation: &Operation, values: &BTreeMap<&str, Value>) -> Value {
    let own = schema.properties.iter().filter(|(_, property)| property.operation == *operation);
    Value::map(own.map(|(name, property)| {
        (Arc::clone(name), values.get(&**name).cloned().unwrap_or_else(|| left_out(property)))
    }))
}

/// Value of what is left out, as the cloud gives it of a new resource.
fn left_out(property: &Property) -> Value {
    property.made_up.clone().unwrap_or_else(|| none(property))
}

/// Value of what is null: a list that never is so is empty.
fn none(property: &Property) -> Value {
    if is_always_a_list(property) { Value::list([]) } else { Value::Null }
}

fn is_always_a_list(property: &Property) -> bool {
    property.kind == Kind::List && !property.nullable
}

fn known(
    key: &Located<String>,
    schema: &'static Schema,
    file: &mut FileContext,
) -> Option<&'static Property> {
    let known = &schema.properties;
    let found = known.get(key.value.as_str());
    if found.is_none() && !file.is_full() {
        let names = known.keys().map(|name| &**name);
        let refused = unknown_property(key, schema.type_name.as_str(), names, file);
        file.report(refused);
    }
    found
}

fn unknown_property<'n>(
    key: &Located<String>,
    of: &str,
    names: impl Iterator<Item = &'n str>,
    file: &FileContext,
) -> Diagnostic {
    let message = format!("`{of}` has no property `{}`", short(&key.value));
    let refused = file.error(key.span, Code::UnknownProperty, message);
    refused.help(meant_or_known(&key.value, names))
}

fn region(entries: &Entries<Given>, schema: &Schema, file: &mut FileContext) -> Option<Region> {
    let given = entries.entry(REGION).and_then(|entry| entry.value.as_ref());
    match given.and_then(|given| Some((given.value.text()?, given.span))) {
        Some((text, at)) => {
            let region = region::resolve(text, at, file)?;
            misplaced(&region, at, schema, file);
            Some(region)
        }
        None if schema.is_judged_by_region() => DEFAULT_REGION.parse().ok(),
        None => Some(Region::global()),
    }
}

/// Warns of a region in which no resource of a type is: `global` of what is in regions, and one of
/// those for what is in none. One that is not documented is reported as such.
fn misplaced(region: &Region, at: Span, schema: &Schema, file: &mut FileContext) {
    let is_global = *region == Region::global();
    let is_real = is_documented(region.as_str(), regions());
    if is_global != schema.is_judged_by_region() || !is_real || file.is_full() {
        return;
    }
    let message = format!("no resource of `{}` is in `{region}`", schema.type_name);
    let odd = file.warning(at, Code::UndocumentedValue, message);
    file.report(odd.help(if is_global {
        "name the region of the resource, or leave `$region` out"
    } else {
        "write `global`, or leave `$region` out"
    }));
}

/// Property that names the resource; settings of the account have the account's id.
fn id(
    at: Span,
    schema: &Schema,
    values: &BTreeMap<&str, Value>,
    account: &AccountId,
    file: &mut FileContext,
) -> Option<Arc<str>> {
    match values.get(&*schema.identifier) {
        Some(Value::String(id)) if !id.is_empty() => Some(Arc::clone(id)),
        None if &*schema.identifier == "AccountId" => Some(account.as_str().into()),
        _ => {
            let identifier = &schema.identifier;
            let message = format!("a resource of `{}` lacks `{identifier}`", schema.type_name);
            let refused = file.error(at, Code::MissingProperty, message);
            file.report(refused.help("it is the id by which `expect` names the resource"));
            None
        }
    }
}

/// Operations that supply the properties of `$unknown`, and why they failed.
fn failures(
    entries: &Entries<Given>,
    schema: &'static Schema,
    file: &mut FileContext,
) -> Option<BTreeMap<Operation, Failure>> {
    let mut failures = BTreeMap::new();
    let mut is_whole = true;
    let unknown = entries.entry(UNKNOWN).and_then(|entry| entry.value.as_ref());
    let Some(Given::Map(entries)) = unknown.map(|unknown| &unknown.value) else {
        return Some(failures);
    };
    for entry in entries.iter() {
        let property = known(&entry.key, schema, file);
        let text = entry.value.as_ref().and_then(|it| Some((it.value.text()?, it.span)));
        if let (Some(value), None, false) = (&entry.value, text, file.is_full()) {
            let name = short(&entry.key.value);
            let message = format!("`{name}` is {}, but must be text, a cause", value.value.kind());
            let refused = file.error(value.span, Code::WrongType, message);
            file.report(refused.help("write it as in `{ Policy: access_denied }`"));
        }
        match (property, text.and_then(|(text, at)| cause(text, at, file))) {
            (Some(property), Some(cause)) => {
                let failure = Failure::new(cause, format!("{}: made up", property.operation));
                failures.insert(property.operation.clone(), failure);
            }
            _ => is_whole = false,
        }
    }
    is_whole.then_some(failures)
}

/// Cause of `unknown` by its name; one that is none is reported.
pub(super) fn cause(text: &str, at: Span, file: &mut FileContext) -> Option<Cause> {
    if let Ok(cause) = text.parse() {
        return Some(cause);
    }
    if file.is_full() {
        return None;
    }
    let names = Cause::ALL.iter().map(|cause| cause.as_str());
    let message = format!("`{}` is not a cause of `unknown`", short(text));
    let refused = file.error(at, Code::UnknownCause, message);
    file.report(refused.help(meant_or_known(text, names)));
    None
}

/// Value in the type that its property has.
fn value(
    given: &LocatedValue,
    property: &'static Property,
    name: &str,
    file: &mut FileContext,
) -> Option<Value> {
    if given.value.is_null() {
        if is_always_a_list(property) && !file.is_full() {
            let message =
                format!("`{}` is never null: it is empty where there is none", short(name));
            let odd = file.warning(given.span, Code::FixedComparison, message);
            file.report(odd.help("write `[]`, or leave it out"));
        }
        return Some(none(property));
    }
    match (&given.value, property.kind) {
        (found @ Given::Map(_), Kind::Document) => {
            statements::report(found, file);
            Some(document(found))
        }
        (found @ Given::List(items), Kind::List) => {
            let Some(item) = &property.items else { return Some(document(found)) };
            let values = items.all().iter().map(|found| value(found.as_ref()?, item, name, file));
            values.collect::<Vec<_>>().into_iter().collect::<Option<Vec<_>>>().map(Value::list)
        }
        (Given::Map(entries), Kind::Map | Kind::Object) => object(entries, property, name, file),
        (found @ Given::Text(_), kind) => match scalar(found, kind) {
            Some(value) => {
                let named = (property, name);
                let odd = || {
                    undocumented(&value, given.span, named, file)
                        .or_else(|| formless(&value, given.span, named, file))
                        .or_else(|| beyond(&value, given.span, named, file))
                        .or_else(|| quoted(given, named, file))
                };
                if !file.is_full()
                    && let Some(odd) = odd()
                {
                    file.report(odd);
                }
                Some(value)
            }
            None => mismatch(given, kind, name, file),
        },
        (_, kind) => mismatch(given, kind, name, file),
    }
}

fn object(
    entries: &Entries<Given>,
    property: &'static Property,
    name: &str,
    file: &mut FileContext,
) -> Option<Value> {
    let mut values = Vec::new();
    let mut is_whole = true;
    for Entry { key, value: found } in entries.iter() {
        let inner = match property.kind {
            Kind::Object => property.properties.get(key.value.as_str()),
            _ => property.items.as_deref(),
        };
        let read = match (inner, found) {
            (Some(inner), Some(found)) => value(found, inner, &key.value, file),
            (None, Some(found)) if property.kind == Kind::Map => Some(document(&found.value)),
            (None, _) if property.kind != Kind::Map && !file.is_full() => {
                let names = property.properties.keys().map(|name| &**name);
                let refused = unknown_property(key, name, names, file);
                file.report(refused);
                None
            }
            _ => None,
        };
        is_whole &= read.is_some();
        values.extend(read.map(|read| (key.value.as_str(), read)));
    }
    if property.kind == Kind::Object {
        let value = |name: &str| values.iter().find(|(of, _)| *of == name).map(|(_, value)| value);
        neighbours::report(entries, &property.properties, value, file);
    }
    for (name, inner) in &property.properties {
        if is_always_a_list(inner) && !values.iter().any(|(given, _)| *given == &**name) {
            values.push((name, none(inner)));
        }
    }
    is_whole.then(|| Value::map(values))
}

fn scalar(given: &Given, kind: Kind) -> Option<Value> {
    let text = given.text()?;
    let truth = if let Given::Text(text) = given { text.truth() } else { None };
    match kind {
        Kind::String | Kind::Document => Some(Value::string(text)),
        Kind::Integer => text.parse().ok().map(Value::Int),
        Kind::Double => text.parse().ok().map(Value::Double),
        Kind::Boolean => truth.or_else(|| text.parse().ok()).map(Value::Bool),
        Kind::Timestamp => {
            let instant = DateTime::parse_from_rfc3339(text).ok()?;
            Some(Value::Timestamp(instant.to_utc()))
        }
        Kind::List | Kind::Map | Kind::Object => None,
    }
}

/// Warning of a text that the cloud does not document for its property: a test of it shows how a
/// check judges what does not happen.
fn undocumented(
    value: &Value,
    at: Span,
    (property, name): (&'static Property, &str),
    file: &FileContext,
) -> Option<Diagnostic> {
    let text = value.as_str().filter(|text| !is_documented(text, &property.values))?;
    let message = format!("no value `{}` is documented for `{}`", short(text), short(name));
    let known = property.values.iter().map(|value| &**value);
    let help = meant_or_known(text, known);
    Some(file.warning(at, Code::UndocumentedValue, message).help(help))
}

/// Warning of a number that is not in the range of its property.
fn beyond(
    value: &Value,
    at: Span,
    (property, name): (&'static Property, &str),
    file: &FileContext,
) -> Option<Diagnostic> {
    let bounds = property.bounds();
    let Value::Int(number) = *value else { return None };
    if bounds.contains(number) {
        return None;
    }
    let message = format!("`{}` is {bounds}, and `{number}` is not", short(name));
    let odd = file.warning(at, Code::UndocumentedValue, message);
    Some(match bounds.unit {
        Some(unit) => odd.help(unit.advice(bounds, number)),
        None => odd,
    })
}

/// Warning of a text that has not the form in which the cloud gives its property.
fn formless(
    value: &Value,
    at: Span,
    (property, name): (&'static Property, &str),
    file: &FileContext,
) -> Option<Diagnostic> {
    let form = property.form.as_ref()?;
    let text = value.as_str().filter(|text| !form.admits(text))?;
    // EC2 documents a name or a number: a check may be shown to take both.
    if *form == Form::Protocol && text.parse::<u8>().is_ok() {
        return None;
    }
    let (text_shown, name, words) = (short(text), short(name), form.words());
    let message = format!("`{name}` is always {words}, which `{text_shown}` is not");
    let odd = file.warning(at, Code::UndocumentedValue, message);
    let meant = form.canonical(text).filter(|meant| meant != text);
    Some(match meant {
        Some(meant) => odd.help(format!("write `\"{meant}\"`")),
        None => odd,
    })
}

/// Warning of a number or a truth value in quotes: the cloud gives no text there.
fn quoted(
    given: &LocatedValue,
    (property, name): (&'static Property, &str),
    file: &FileContext,
) -> Option<Diagnostic> {
    let Given::Text(text) = &given.value else { return None };
    let wanted = match property.kind {
        Kind::Integer => "a whole number",
        Kind::Double => "a number",
        Kind::Boolean => "`true` or `false`",
        _ => return None,
    };
    let shown = short(text.as_str());
    let message = format!("`{}` is {wanted}, and `\"{shown}\"` in quotes is text", short(name));
    let odd = file.warning(given.span, Code::UndocumentedValue, message);
    (!text.is_plain()).then(|| odd.help(format!("write `{shown}` without quotes")))
}

fn mismatch(given: &LocatedValue, kind: Kind, name: &str, file: &mut FileContext) -> Option<Value> {
    let wanted = match kind {
        Kind::String => "text",
        Kind::Integer => "a whole number",
        Kind::Double => "a number",
        Kind::Boolean => "`true` or `false`",
        Kind::Timestamp => "an instant such as `2026-01-31T00:00:00Z`",
        Kind::List => "a list",
        Kind::Map | Kind::Object | Kind::Document => "a mapping",
    };
    let found = match given.value.text() {
        Some(text) => format!("`{}`", short(text)),
        None => given.value.kind().to_owned(),
    };
    let message = format!("`{}` is {found}, but must be {wanted}", short(name));
    let mut refused = file.error(given.span, Code::WrongType, message);
    if let (Kind::Boolean, Given::Text(text)) = (kind, &given.value) {
        refused.help = truth_meant(text.as_str(), text.is_plain());
    }
    file.report(refused);
    None
}

/// JSON of any shape, by the rules of YAML's core schema: plain `true`, `12` and `null` are what
/// they look like. A number is one if it would be written so: `012345678901`, `1_000` and `+5` stay
/// texts, and so do twelve digits, which are the id of an account wherever they stand in a policy.
fn document(given: &Given) -> Value {
    let value = |found: &Option<LocatedValue>| {
        found.as_ref().map_or(Value::Null, |found| document(&found.value))
    };
    match given {
        Given::Map(entries) => {
            Value::map(entries.iter().map(|entry| (entry.key.value.as_str(), value(&entry.value))))
        }
        Given::List(items) => Value::list(items.all().iter().map(value)),
        Given::Text(text) if text.is_null() => Value::Null,
        Given::Text(text) if text.is_plain() => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => match text.parse::<i64>() {
                Ok(number) if number.to_string() == text && !AccountId::is_one(text) => {
                    Value::Int(number)
                }
                _ => Value::string(text),
            },
        },
        Given::Text(text) => Value::string(text.as_str()),
    }
}
