//! Problems of a recording as JSON, each in the words of diagnostics and with the pointer to what it
//! is about.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::ids::impossible;
use super::places::Pointer;
use crate::diagnostic::{Code, meant, meant_or_known};
use crate::document::short;

/// Example of an instant, for help.
const INSTANT: &str = "write it as in `2026-11-16T08:00:00Z`";

/// Keys above the index of a resource: `lists`, type, region and `resources`.
const INDEX: usize = 4;

/// Unknown keys of an object that a missing one is compared with.
const MOST_COMPARED: usize = 100;

/// A problem at a pointer.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) pointer: Pointer,
    /// `true` where the problem is the key of the value.
    pub(super) is_of_key: bool,
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Pointer to a second place and what it has to do with the problem.
    pub(super) related: Option<(Pointer, &'static str)>,
}

impl Finding {
    fn new(pointer: Pointer, code: Code, message: String, help: Option<String>) -> Self {
        Self { pointer, is_of_key: false, code, message, help, related: None }
    }

    fn of_key(self) -> Self {
        Self { is_of_key: true, ..self }
    }
}

/// What an error of the JSON Schema `root` means; of several unknown keys in an object each, as many
/// as are wanted. A resource that was judged alone has an index in its list.
pub(super) fn explain(
    error: &ValidationError<'_>,
    root: &Json,
    index: Option<usize>,
    most: usize,
) -> Vec<Finding> {
    let broken = Broken::new(error, root, index);
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            unexpected.iter().take(most).map(|key| broken.unknown_key(key)).collect()
        }
        Kind::PropertyNames { error } => {
            let key = error.instance().as_str().unwrap_or_default().to_owned();
            let (is_no, help) = match broken.pointer.last().map(String::as_str) {
                Some("segments") => {
                    ("segment", "write what the ids begin with, a bucket and `/` at least")
                }
                _ => ("region", "name one, such as `eu-west-1`"),
            };
            let message = format!("`{}` is no {is_no}", short(&key));
            let (help, pointer) = (help.to_owned(), broken.below(&key));
            vec![Finding::new(pointer, Code::InvalidName, message, Some(help)).of_key()]
        }
        _ => vec![broken.of_value(error)],
    }
}

/// What breaks a keyword of the JSON Schema.
struct Broken<'e> {
    pointer: Pointer,
    value: &'e Json,
    /// Argument of the keyword.
    keyword: &'e Json,
    /// Schema that the keyword is part of.
    schema: &'e Json,
}

impl<'e> Broken<'e> {
    fn new(error: &'e ValidationError<'_>, root: &'e Json, index: Option<usize>) -> Self {
        let mut pointer = segments(error.instance_path().as_str());
        if let (Some(index), Some(segment)) = (index, pointer.get_mut(INDEX)) {
            *segment = index.to_string();
        }
        let path = error.schema_path().as_str();
        let schema = path.rsplit_once('/').and_then(|(schema, _)| root.pointer(schema));
        Self {
            pointer,
            value: error.instance(),
            keyword: root.pointer(path).unwrap_or(&Json::Null),
            schema: schema.unwrap_or(&Json::Null),
        }
    }

    fn of_value(self, error: &ValidationError<'_>) -> Finding {
        let subject = subject(&self.pointer);
        let description = self.description();
        let (code, message, help) = match error.kind() {
            Kind::Required { property } => return self.missing_key(property),
            Kind::Type { .. } => self.wrong_type(),
            Kind::Constant { .. } | Kind::Enum { .. } => self.wrong_word(),
            Kind::Format { .. } => {
                let message = format!("{subject} is no instant");
                (Code::InvalidInstant, message, Some(INSTANT.to_owned()))
            }
            Kind::Pattern { .. } => self.malformed(),
            Kind::MinLength { .. } => (Code::InvalidName, format!("{subject} is empty"), None),
            Kind::MinProperties { .. } => {
                (Code::MissingKey, format!("{subject} is empty"), description)
            }
            Kind::MaxProperties { .. } => {
                (Code::Conflict, format!("{subject} has more than one key"), description)
            }
            Kind::Minimum { .. } | Kind::Maximum { .. } => {
                (Code::InvalidValue, format!("{subject} has more than 64 bits"), description)
            }
            Kind::FalseSchema => {
                let message = format!("{subject} is not expected here");
                let help = "its type is listed region by region".to_owned();
                let finding = Finding::new(self.pointer, Code::UnknownKey, message, Some(help));
                return finding.of_key();
            }
            _ => (Code::InvalidValue, short(&error.masked_with("the value").to_string()), None),
        };
        Finding::new(self.pointer, code, message, help)
    }

    fn below(&self, key: &str) -> Pointer {
        self.pointer.iter().cloned().chain([key.to_owned()]).collect()
    }

    fn description(&self) -> Option<String> {
        Some(self.schema.get("description")?.as_str()?.to_owned())
    }

    /// Keys that the object may have.
    fn known(&self) -> Vec<&'e str> {
        let known = self.schema.get("properties").and_then(Json::as_object);
        known.into_iter().flat_map(|known| known.keys().map(String::as_str)).collect()
    }

    fn unknown_key(&self, key: &str) -> Finding {
        let is_type = matches!(&*self.pointer, [lists] if lists == "lists");
        let (code, message) = if is_type {
            (Code::UnknownResourceType, format!("there is no resource type `{}`", short(key)))
        } else {
            (Code::UnknownKey, format!("{} has no `{}`", subject(&self.pointer), short(key)))
        };
        let known = self.known();
        let help =
            if known.is_empty() { "it has no keys".to_owned() } else { meant_or_known(key, known) };
        Finding::new(self.below(key), code, message, Some(help)).of_key()
    }

    fn missing_key(self, property: &Json) -> Finding {
        let key = property.as_str().unwrap_or_default();
        let described = self.schema.get("properties").and_then(|known| known.get(key));
        let described = described.and_then(|known| known.get("description")?.as_str());
        let present = self.value.as_object().into_iter().flat_map(|entries| entries.keys());
        let known = self.known();
        // A misspelt key is told as unknown, with what it was meant to be.
        let mut unknown = present.map(String::as_str).filter(|key| !known.contains(key));
        let misspelt =
            unknown.by_ref().take(MOST_COMPARED).find(|other| meant(other, [key]).is_some());
        let help = match misspelt {
            Some(misspelt) => Some(format!("it has `{}` in its place", short(misspelt))),
            None => described.map(str::to_owned),
        };
        let message = format!("{} lacks `{key}`", subject(&self.pointer));
        Finding::new(self.pointer, Code::MissingKey, message, help)
    }

    fn wrong_type(&self) -> (Code, String, Option<String>) {
        let wanted: Vec<_> = match self.keyword {
            Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
            name => name.as_str().into_iter().collect(),
        };
        // What may be null is told last.
        let (null, others): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|name| *name == "null");
        let names: Vec<_> = others.into_iter().chain(null).map(type_words).collect();
        let found = found_words(self.value);
        let names = names.join(" or ");
        let message = format!("{} is {found}, but must be {names}", subject(&self.pointer));
        let is_bare = matches!(self.value, Json::Number(_) | Json::Bool(_));
        let help = if is_bare && names.starts_with("text") {
            Some("put it in quotes".to_owned())
        } else {
            self.description()
        };
        (Code::WrongType, message, help)
    }

    /// A constant, or a word of a few.
    fn wrong_word(&self) -> (Code, String, Option<String>) {
        let known: Vec<&str> = match self.keyword {
            Json::Array(words) => words.iter().filter_map(Json::as_str).collect(),
            word => word.as_str().into_iter().collect(),
        };
        let subject = subject(&self.pointer);
        let must = format!("must be `{}`", known.join("`, `"));
        match (self.value.as_str(), &*known) {
            (_, []) => (
                Code::InvalidValue,
                format!("{subject} must be `{}`", self.keyword),
                Some("leave the key out where it does not hold".to_owned()),
            ),
            (Some(word), [only]) => (
                Code::InvalidValue,
                format!("{subject} is `{}`, but must be `{only}`", short(word)),
                meant(word, [*only]),
            ),
            (Some(word), _) => (
                Code::UnknownCause,
                format!("there is no cause `{}`", short(word)),
                Some(meant_or_known(word, known)),
            ),
            (None, _) => (
                Code::WrongType,
                format!("{subject} is {}, but {must}", found_words(self.value)),
                None,
            ),
        }
    }

    fn malformed(&self) -> (Code, String, Option<String>) {
        let shown = short(self.value.as_str().unwrap_or_default());
        let is_account = matches!(&*self.pointer, [account] if account == "account");
        let (what, help) = if is_account {
            ("account id", "an account id has twelve digits")
        } else {
            ("region", "name one, such as `eu-west-1`")
        };
        (Code::InvalidName, format!("`{shown}` is no {what}"), Some(help.to_owned()))
    }
}

/// Problem of an id that no resource can have, or that another one of its list has, which is there
/// first.
pub(super) fn of_id(
    id: &str,
    key: &str,
    pointer: &Pointer,
    first: Option<Pointer>,
) -> Option<Finding> {
    if let Some((code, problem)) = impossible(id) {
        let message = format!("`{key}` {problem}");
        let help = "no resource has such an id".to_owned();
        return Some(Finding::new(pointer.clone(), code, message, Some(help)));
    }
    let first = first?;
    let message = format!("resource `{}` is there twice", short(id));
    let help = "name each resource of a list once".to_owned();
    let finding = Finding::new(pointer.clone(), Code::DuplicateName, message, Some(help));
    Some(Finding { related: Some((first, "it is there first")), ..finding })
}

/// Keys of a JSON Pointer (RFC 6901).
fn segments(pointer: &str) -> Pointer {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

/// What a message calls the value at a pointer.
fn subject(pointer: &Pointer) -> String {
    match pointer.as_slice() {
        [] => "the recording".to_owned(),
        [.., list, item] if item.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("item {item} of `{}`", short(list))
        }
        [.., key] => format!("`{}`", short(key)),
    }
}

fn type_words(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        other => other,
    }
}

fn found_words(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
