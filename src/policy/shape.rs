//! Whether a document has the shape of its kind.
//!
//! The JSON Schema of the kind decides: which keys there are, which are required, and which type a
//! scalar takes. Where it asks for text, the text of the scalar is kept as it is written, so that
//! `012`, `no` and `123456789012` stay what the author sees.

use serde_json::{Map, Value as Json};

use crate::diagnostic::Diagnostic;

use super::notes::Notes;
use super::yaml::{Entry, Node, Scalar, Tree};

/// Keys of the design that this version does not have, with what to do in the meantime.
const LATER: &[(&str, &str)] =
    &[("maxAge", "leave it out; what is read is never older than the evaluation")];

/// What of a node fits `schema`, as JSON: parts that do not are noted and left out, items of lists
/// are null in their place. `None` where something required is missing.
pub(super) fn fit(node: &Node, schema: &Json, notes: &mut Notes) -> Option<Json> {
    Fitting { notes }.node(node, schema, "the document")
}

struct Fitting<'a> {
    notes: &'a mut Notes,
}

impl Fitting<'_> {
    fn node(&mut self, node: &Node, schema: &Json, what: &str) -> Option<Json> {
        if is_open(schema) && !node.is_null() {
            return Some(Json::Null);
        }
        match &node.tree {
            Tree::Map(entries) if allows(schema, "object") => {
                self.object(node, entries, schema, what)
            }
            Tree::List(items) if allows(schema, "array") => self.array(node, items, schema, what),
            Tree::Scalar(text) if !node.is_null() => self.scalar(node, text, schema, what),
            Tree::Refused => None,
            _ => self.mismatch(node, schema, what),
        }
    }

    fn object(
        &mut self,
        node: &Node,
        entries: &[Entry],
        schema: &Json,
        what: &str,
    ) -> Option<Json> {
        let no_keys = Map::new();
        let known = schema.get("properties").and_then(Json::as_object).unwrap_or(&no_keys);
        let other = schema.get("additionalProperties").filter(|other| **other != Json::Bool(false));
        let mut object = Map::new();
        for entry in entries {
            let Some(schema) = known.get(&entry.key).or(other) else {
                self.unknown_key(entry, known, what);
                continue;
            };
            let what = format!("`{}`", short(&entry.key));
            if let Some(value) = self.node(&entry.value, schema, &what) {
                object.insert(entry.key.clone(), value);
            }
        }
        let mut is_whole = true;
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        for key in required.filter_map(Json::as_str) {
            is_whole &= object.contains_key(key);
            if !entries.iter().any(|entry| entry.key == key) {
                let message = format!("{what} lacks `{key}`");
                let mut missing = Diagnostic::error(node.place.clone(), "missing-key", message);
                missing.help = known.get(key).and_then(description).map(str::to_owned);
                self.notes.push(missing);
            }
        }
        is_whole.then_some(Json::Object(object))
    }

    fn unknown_key(&mut self, entry: &Entry, known: &Map<String, Json>, what: &str) {
        if self.notes.is_full() {
            return;
        }
        let key = &short(&entry.key);
        if let Some((_, instead)) = LATER.iter().find(|(later, _)| later == key) {
            let message = format!("`{key}` is not supported by this version");
            let refused = Diagnostic::error(entry.place.clone(), "unsupported", message);
            self.notes.push(refused.help(*instead));
            return;
        }
        let message = format!("{what} has no `{key}`");
        let mut refused = Diagnostic::error(entry.place.clone(), "unknown-key", message);
        let near = nearest(key, known.keys().map(String::as_str));
        refused.help = near.map(|near| format!("did you mean `{near}`?")).or_else(|| {
            let names: Vec<_> = known.keys().map(|name| format!("`{name}`")).collect();
            Some(format!("known here: {}", names.join(", ")))
        });
        self.notes.push(refused);
    }

    fn array(&mut self, node: &Node, items: &[Node], schema: &Json, what: &str) -> Option<Json> {
        let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(0);
        if (items.len() as u64) < least {
            let message = format!("{what} must not be empty");
            self.notes.push(Diagnostic::error(node.place.clone(), "empty-list", message));
            return None;
        }
        let item_schema = schema.get("items").unwrap_or(&Json::Bool(true));
        let what = format!("an item of {what}");
        let fitted = items.iter().map(|item| self.node(item, item_schema, &what));
        Some(Json::Array(fitted.map(Option::unwrap_or_default).collect()))
    }

    fn scalar(&mut self, node: &Node, scalar: &Scalar, schema: &Json, what: &str) -> Option<Json> {
        let text = scalar.as_str();
        if let Some(words) = words(schema) {
            return self.word(node, text, &words, what);
        }
        if allows(schema, "string") {
            return self.text(node, text, schema, what);
        }
        if allows(schema, "boolean") && scalar.is_plain() && matches!(text, "true" | "false") {
            return Some(Json::Bool(text == "true"));
        }
        self.mismatch(node, schema, what)
    }

    fn text(&mut self, node: &Node, text: &str, schema: &Json, what: &str) -> Option<Json> {
        let most = schema.get("maxLength").and_then(Json::as_u64).unwrap_or(u64::MAX);
        // The break at the end of a block is YAML's, not the author's.
        let text = text.trim_end_matches('\n');
        let length = text.chars().count();
        if length as u64 <= most {
            return Some(Json::from(text));
        }
        let message = format!("{what} has {length} characters; at most {most} are allowed");
        self.notes.push(Diagnostic::error(node.place.clone(), "too-long", message));
        None
    }

    fn word(&mut self, node: &Node, text: &str, words: &[&str], what: &str) -> Option<Json> {
        if words.contains(&text) {
            return Some(Json::from(text));
        }
        let shown: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("{what} is `{}`, but must be {}", short(text), one_of(&shown));
        let mut refused = Diagnostic::error(node.place.clone(), "unknown-word", message);
        refused.help =
            nearest(text, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        self.notes.push(refused);
        None
    }

    fn mismatch(&mut self, node: &Node, schema: &Json, what: &str) -> Option<Json> {
        let wanted: Vec<_> = [
            ("string", "text"),
            ("boolean", "`true` or `false`"),
            ("array", "a list"),
            ("object", "a mapping"),
        ]
        .into_iter()
        .filter(|(kind, _)| allows(schema, kind))
        .map(|(_, name)| name.to_owned())
        .collect();
        let found = match &node.tree {
            Tree::Scalar(text) if !node.is_null() => format!("`{}`", short(text.as_str())),
            _ => node.kind().to_owned(),
        };
        let message = format!("{what} is {found}, but must be {}", one_of(&wanted));
        let mut refused = Diagnostic::error(node.place.clone(), "wrong-type", message);
        refused.help = description(schema).map(str::to_owned);
        self.notes.push(refused);
        None
    }
}

/// Whether a schema allows everything: the value is looked at where its meaning is known.
fn is_open(schema: &Json) -> bool {
    const LIMITS: [&str; 5] = ["type", "enum", "const", "oneOf", "anyOf"];
    schema.as_object().map_or(*schema == Json::Bool(true), |schema| {
        !LIMITS.iter().any(|limit| schema.contains_key(*limit))
    })
}

fn description(schema: &Json) -> Option<&str> {
    schema.get("description").and_then(Json::as_str).filter(|text| !text.contains('\n'))
}

fn allows(schema: &Json, kind: &str) -> bool {
    match schema.get("type") {
        Some(Json::String(only)) => only == kind,
        Some(Json::Array(several)) => several.iter().any(|one| one == kind),
        _ if words(schema).is_some() => kind == "string",
        _ => schema
            .get("anyOf")
            .and_then(Json::as_array)
            .is_some_and(|several| several.iter().any(|one| allows(one, kind))),
    }
}

/// The words of an enum, however the schema spells it.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(only) = schema.get("const") {
        return Some(only.as_str().into_iter().collect());
    }
    if let Some(words) = schema.get("enum").and_then(Json::as_array) {
        return Some(words.iter().filter_map(Json::as_str).collect());
    }
    let several = schema.get("oneOf").and_then(Json::as_array)?;
    several.iter().map(words).collect::<Option<Vec<_>>>().map(|words| words.concat())
}

fn one_of(names: &[String]) -> String {
    match names {
        [] => "left out".to_owned(),
        [only] => only.clone(),
        [several @ .., last] => format!("{} or {last}", several.join(", ")),
    }
}

/// The name that a misspelt one was meant to be.
pub(super) fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing costs the product of both lengths, and no name is long.
    if found.len() > 100 {
        return None;
    }
    let folded = found.to_lowercase();
    known
        .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &folded), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 5)
        .min()
        .map(|(_, name)| name)
}

/// As much of a text as fits into a message, where it stands in backticks: it has none itself.
pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(60).map(|c| if c == '`' { '\'' } else { c }).collect();
    if shown.len() == text.len() { shown } else { format!("{shown}…") }
}
