//! What a JSON Schema allows, looked up once: documents are held to it node by node.

use serde_json::Value as Json;

/// What a value may be, as JSON Schema has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Truth,
    List,
    Map,
}

impl Kind {
    /// All of them, with their names in a schema.
    const ALL: [(Self, &str); 4] = [
        (Self::Text, "string"),
        (Self::Truth, "boolean"),
        (Self::List, "array"),
        (Self::Map, "object"),
    ];
}

/// What a schema allows.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Whether it allows everything: the value is looked at where its meaning is known.
    pub(super) is_open: bool,
    /// Whether null is part of that.
    pub(super) takes_null: bool,
    /// What a value may be.
    kinds: Vec<Kind>,
    /// The only words that it allows, if it is so.
    pub(super) words: Option<Vec<String>>,
    /// The keys that it knows, in the order of the schema.
    pub(super) known: Vec<(String, Form)>,
    /// What it allows under other keys, if it allows any.
    pub(super) other: Option<Box<Form>>,
    /// The keys that must be there.
    pub(super) required: Vec<String>,
    /// What it allows in lists; everything without it.
    pub(super) items: Option<Box<Form>>,
    /// The fewest items of a list.
    pub(super) fewest_items: u64,
    /// The most characters of a text.
    pub(super) most_characters: u64,
    /// What it is about, in one line.
    pub(super) description: Option<String>,
}

impl Form {
    /// Of what has no schema.
    pub(super) fn anything() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Whether a value may be of a kind.
    pub(super) fn allows(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// What is allowed under a key.
    pub(super) fn of(&self, key: &str) -> Option<&Self> {
        let known = self.known.iter().find(|(name, _)| name == key).map(|(_, form)| form);
        known.or(self.other.as_deref())
    }

    /// The keys that it knows.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(name, _)| name.as_str())
    }

    /// What is said of a key that it knows.
    pub(super) fn description_of(&self, key: &str) -> Option<&str> {
        let (_, form) = self.known.iter().find(|(name, _)| name == key)?;
        form.description.as_deref()
    }
}

impl From<&Json> for Form {
    fn from(schema: &Json) -> Self {
        let number = |key: &str| schema.get(key).and_then(Json::as_u64);
        let known = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
        let other = schema.get("additionalProperties").filter(|other| **other != Json::Bool(false));
        let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
        let kinds = Kind::ALL.into_iter().filter(|(_, name)| allows(schema, name));
        let inner = |schema: &Json| Box::new(Self::from(schema));
        Self {
            is_open: is_open(schema),
            takes_null: is_open(schema) && schema.get("not").is_none(),
            kinds: kinds.map(|(kind, _)| kind).collect(),
            words: words(schema),
            known: known.map(|(key, schema)| (key.clone(), Self::from(schema))).collect(),
            other: other.map(inner),
            required: required.filter_map(Json::as_str).map(str::to_owned).collect(),
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

/// The words of an enum, however the schema spells it.
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
