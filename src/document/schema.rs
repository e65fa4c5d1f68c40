//! JSON Schemas of documents: generated from the types that are read, and looked up once for reading.

use std::fmt;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value as Json;

/// Type of a value, as JSON Schema has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Bool,
    List,
    Map,
}

impl Kind {
    /// All of them, with their names in a schema and for people.
    const ALL: [(Self, &str, &str); 4] = [
        (Self::Text, "string", "text"),
        (Self::Bool, "boolean", "`true` or `false`"),
        (Self::List, "array", "a list"),
        (Self::Map, "object", "a mapping"),
    ];
}

/// Schema of a node and of all that may be in it.
#[derive(Debug, Default)]
pub struct NodeSchema {
    /// `true` where null is a value.
    pub(super) takes_null: bool,
    /// Types that a value may have; none where it may have any.
    kinds: Vec<Kind>,
    /// Words of an enum.
    pub(super) words: Option<Vec<String>>,
    /// Keys that are known, in the order of the schema.
    pub(super) known: Vec<(String, NodeSchema)>,
    /// Schema of values under other keys, where there may be any.
    pub(super) other: Option<Box<NodeSchema>>,
    /// Indices of the known keys that must be there.
    pub(super) required: Vec<usize>,
    /// Schema of the items of a list.
    pub(super) items: Option<Box<NodeSchema>>,
    /// Count of items that a list has at least.
    pub(super) fewest_items: u64,
    /// Characters that a text has at most.
    pub(super) most_characters: u64,
    /// Subject of the value, in one line.
    pub(super) description: Option<String>,
}

impl NodeSchema {
    /// Schema of what has none.
    pub(super) const ANYTHING: Self = Self {
        takes_null: false,
        kinds: Vec::new(),
        words: None,
        known: Vec::new(),
        other: None,
        required: Vec::new(),
        items: None,
        fewest_items: 0,
        most_characters: u64::MAX,
        description: None,
    };

    /// Keys that are known.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(name, _)| name.as_str())
    }

    /// Home of a key in a document: the one that is nearest to the top.
    pub(super) fn home_of(&self, key: &str) -> Option<Home<'_>> {
        let mut level = vec![Home { path: Vec::new(), is_item: false, node: self }];
        while !level.is_empty() {
            let has = |home: &Home<'_>| home.node.keys().any(|known| known == key);
            if let Some(found) = level.iter().position(has) {
                return Some(level.swap_remove(found));
            }
            level = level.iter().flat_map(Home::below).collect();
        }
        None
    }

    /// `true` where a truth value must be.
    pub(super) fn is_truth(&self) -> bool {
        self.kinds == [Kind::Bool]
    }

    /// Types that a value may have, for people.
    pub(super) fn wanted(&self) -> Vec<String> {
        let allowed = Kind::ALL.iter().filter(|(kind, ..)| self.kinds.contains(kind));
        allowed.map(|(.., name)| (*name).to_owned()).collect()
    }
}

/// Mapping of a document that knows a key.
#[derive(Debug)]
pub(super) struct Home<'s> {
    /// Keys that lead to it.
    pub(super) path: Vec<&'s str>,
    /// `true` where the last of them has a list of such mappings.
    is_item: bool,
    node: &'s NodeSchema,
}

impl Home<'_> {
    fn below(&self) -> impl Iterator<Item = Self> {
        self.node.known.iter().map(|(name, inner)| Self {
            path: [self.path.as_slice(), &[name]].concat(),
            is_item: inner.items.is_some(),
            node: inner.items.as_deref().unwrap_or(inner),
        })
    }

    /// `true` where it must have a key.
    pub(super) fn requires(&self, key: &str) -> bool {
        let known = |index: &usize| self.node.known.get(*index);
        self.node.required.iter().filter_map(known).any(|(name, _)| name == key)
    }
}

impl fmt::Display for Home<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preposition = if self.is_item { "in an item of" } else { "under" };
        match self.path.as_slice() {
            [] => out.write_str("at the top of the document"),
            path => write!(out, "{preposition} `{}`", path.join(".")),
        }
    }
}

/// JSON Schema of a type, which says what its documents mean: all scalars are text.
pub fn json_schema<T: JsonSchema>(title: &str) -> Json {
    let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
    let mut schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

impl From<&Json> for NodeSchema {
    fn from(schema: &Json) -> Self {
        let number = |key: &str| schema.get(key).and_then(Json::as_u64);
        let known = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
        let other = schema.get("additionalProperties").filter(|other| **other != Json::Bool(false));
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        let kinds = Kind::ALL.into_iter().filter(|(_, name, _)| allows(schema, name));
        let inner = |schema: &Json| Box::new(Self::from(schema));
        let known: Vec<_> = known.map(|(key, schema)| (key.clone(), Self::from(schema))).collect();
        let index = |key: &str| known.iter().position(|(name, _)| name == key);
        let required = required.filter_map(Json::as_str).filter_map(index).collect();
        Self {
            takes_null: is_open(schema) && schema.get("not").is_none(),
            kinds: kinds.map(|(kind, ..)| kind).collect(),
            words: words(schema),
            other: other.map(inner),
            required,
            known,
            items: schema.get("items").map(inner),
            fewest_items: number("minItems").unwrap_or(0),
            most_characters: number("maxLength").unwrap_or(u64::MAX),
            description: description(schema).map(str::to_owned),
        }
    }
}

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

/// Words of an enum, however the schema spells it.
fn words(schema: &Json) -> Option<Vec<String>> {
    if let Some(only) = schema.get("const") {
        return Some(only.as_str().map(str::to_owned).into_iter().collect());
    }
    if let Some(words) = schema.get("enum").and_then(Json::as_array) {
        return Some(words.iter().filter_map(Json::as_str).map(str::to_owned).collect());
    }
    let several = schema.get("oneOf").and_then(Json::as_array)?;
    several.iter().map(words).collect::<Option<Vec<_>>>().map(|words| words.concat())
}
