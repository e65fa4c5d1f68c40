//! Parameters of check types, and the values that checks give them.

use std::collections::HashSet;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place, meant};
use crate::expression::{Environment, Parameter, ParameterKind};
use crate::resource::Value;

use super::notes::Notes;
use super::written::ParameterWord;
use crate::document::short;
use crate::document::{Entry, Node, Tree};

/// A parameter of a check type.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// What it is called.
    pub name: Arc<str>,
    /// Its type.
    pub kind: ParameterKind,
    /// One sentence for people.
    pub description: Option<String>,
    /// What it is where a check does not say; without one a check must.
    pub default: Option<Value>,
    /// The values that it may have; any where there are none.
    pub allowed: Vec<String>,
}

/// How many names a check or a check type may give to one kind of thing: each is looked for in all.
const MOST_NAMES: usize = 100;

/// Lists of so few items are held against the allowed values one after another.
const FEW_ITEMS: usize = 8;

/// Whether there are not too many of a kind; else it is noted.
pub(super) fn are_few(entries: &[Entry], of: &str, notes: &mut Notes) -> bool {
    let Some(entry) = entries.get(MOST_NAMES) else { return true };
    let message = format!("`{of}` has {} names, and {MOST_NAMES} are the most", entries.len());
    let refused = Diagnostic::error(entry.place.clone(), Code::TooManyNames, message);
    notes.push(refused.help("split it into several"));
    false
}

/// What the `parameters` of a check type declare.
#[derive(Debug, Default)]
pub(super) struct Declaration {
    /// The parameters.
    pub(super) parameters: Vec<Declared>,
    /// The names of those that are declared wrongly.
    broken: Vec<Arc<str>>,
}

impl Declaration {
    /// What `spec` declares; what is wrong is noted.
    pub(super) fn read(spec: &Node, notes: &mut Notes) -> Self {
        let entries = entries(spec.get("parameters"));
        let mut read = Self::default();
        let are_few = are_few(entries, "parameters", notes);
        for entry in entries.iter().take(MOST_NAMES) {
            match declare(entry, notes) {
                Some(declared) if are_few => read.parameters.push(declared),
                _ => read.broken.push(entry.key.as_str().into()),
            }
        }
        read
    }

    /// Whether all of it is right.
    pub(super) fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    /// All names, also of what is declared wrongly.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let declared = self.parameters.iter().map(|one| &*one.name);
        declared.chain(self.broken.iter().map(|name| &**name))
    }

    /// The names of expressions: parameters that have no value, or that which `value` gives them.
    pub(super) fn environment(&self, value: impl Fn(&Declared) -> Option<Value>) -> Environment {
        let parameters = self.parameters.iter().map(|declared| Parameter {
            name: Arc::clone(&declared.name),
            kind: declared.kind,
            value: value(declared),
        });
        let broken = self.broken.as_slice().into();
        Environment::empty().with_parameters(parameters.collect()).with_broken_parameters(broken)
    }
}

fn declare(entry: &Entry, notes: &mut Notes) -> Option<Declared> {
    if !is_identifier(&entry.key) {
        let message = format!("`{}` cannot be the name of a parameter", short(&entry.key));
        let refused = Diagnostic::error(entry.place.clone(), Code::InvalidValue, message);
        notes.push(refused.help("use a-z, A-Z, 0-9 and `_`, and begin with a letter"));
        return None;
    }
    let node = &entry.value;
    let kind = node.get("type").and_then(Node::text).unwrap_or("string");
    let kind = serde_json::from_value::<ParameterWord>(kind.into()).ok()?.into();
    let allowed = node.get("allowed").map(Node::items).unwrap_or_default();
    let allowed: Vec<String> = allowed.iter().filter_map(Node::text).map(str::to_owned).collect();
    let optional = node.get("optional").and_then(Node::text) == Some("true");
    let mut declared = Declared {
        name: entry.key.as_str().into(),
        kind,
        description: node.get("description").and_then(Node::text).map(str::to_owned),
        default: optional.then_some(Value::Null),
        allowed,
    };
    if let Some(default) = node.get("default").filter(|default| !default.is_null()) {
        declared.default = Some(declared.value(default, notes)?);
    }
    Some(declared)
}

/// What `with` gives the declared parameters, in their order.
pub(super) fn bind(
    declared: &[Declared],
    with: Option<&Entry>,
    uses: (&str, &Place),
    notes: &mut Notes,
) -> Option<Arc<[Parameter]>> {
    let (name, place) = uses;
    let given = entries(with.map(|with| &with.value));
    if !are_few(given, "with", notes) {
        return None;
    }
    let mut is_whole = unknown(declared, given, name, notes);
    let mut bound = Vec::new();
    for parameter in declared {
        let entry = given.iter().find(|entry| *entry.key == *parameter.name);
        let value = match (entry, &parameter.default) {
            (Some(entry), default) if !entry.value.is_null() || default.is_none() => {
                parameter.value(&entry.value, notes)
            }
            (_, Some(default)) => Some(default.clone()),
            (_, None) => {
                let message = format!("`{name}` needs the parameter `{}`", parameter.name);
                let at = with.map_or(place, |with| &with.place);
                let mut refused = Diagnostic::error(at.clone(), Code::MissingParameter, message);
                refused.help = Some(match &parameter.description {
                    Some(text) => format!("add it under `with`: {text}"),
                    None => "add it under `with`".to_owned(),
                });
                notes.push(refused);
                None
            }
        };
        is_whole &= value.is_some();
        bound.push(Parameter { name: parameter.name.clone(), kind: parameter.kind, value });
    }
    is_whole.then(|| bound.into())
}

/// Notes what is given and not declared; whether there is nothing of that kind.
fn unknown(declared: &[Declared], given: &[Entry], name: &str, notes: &mut Notes) -> bool {
    let mut is_known = true;
    for entry in given {
        if declared.iter().any(|parameter| *parameter.name == *entry.key) {
            continue;
        }
        is_known = false;
        if notes.is_full() {
            return is_known;
        }
        let key = short(&entry.key);
        let message = format!("`{name}` has no parameter `{key}`");
        let mut refused = Diagnostic::error(entry.place.clone(), Code::UnknownParameter, message);
        let names = || declared.iter().map(|parameter| &*parameter.name);
        refused.help = meant(&key, names()).or_else(|| {
            Some(match declared {
                [] => "it takes none".to_owned(),
                _ => format!("it takes `{}`", names().collect::<Vec<_>>().join("`, `")),
            })
        });
        notes.push(refused);
    }
    is_known
}

impl Declared {
    /// The value of a node, or the diagnostic that says why it is none.
    fn value(&self, node: &Node, notes: &mut Notes) -> Option<Value> {
        let value = typed(self.kind, node);
        let Some(value) = value else {
            if !matches!(node.tree, Tree::Refused) {
                let wanted = wanted(self.kind);
                let found = match node.text() {
                    Some(text) => format!("`{}`", short(text)),
                    None => node.kind().to_owned(),
                };
                let message = format!("`{}` is {found}, but must be {wanted}", self.name);
                notes.push(Diagnostic::error(node.place.clone(), Code::WrongParameter, message));
            }
            return None;
        };
        if self.allowed.is_empty() {
            return Some(value);
        }
        let items = node.items();
        let many = items.len() > FEW_ITEMS;
        let known: HashSet<&str> =
            self.allowed.iter().filter(|_| many).map(String::as_str).collect();
        let is_allowed = |text: &str| {
            known.contains(text) || !many && self.allowed.iter().any(|allowed| allowed == text)
        };
        for item in items.iter().chain([node]) {
            let Some(text) = item.text() else { continue };
            if is_allowed(text) {
                continue;
            }
            let allowed = self.allowed.join("`, `");
            let message =
                format!("`{}` is `{}`, but must be one of `{allowed}`", self.name, short(text));
            let mut refused = Diagnostic::error(item.place.clone(), Code::WrongParameter, message);
            refused.help = meant(text, self.allowed.iter().map(String::as_str));
            notes.push(refused);
            return None;
        }
        Some(value)
    }
}

fn typed(kind: ParameterKind, node: &Node) -> Option<Value> {
    let plain = || match &node.tree {
        Tree::Scalar(scalar) if scalar.is_plain() => node.text(),
        _ => None,
    };
    match kind {
        ParameterKind::String => node.text().map(|text| Value::string(text.trim_end_matches('\n'))),
        ParameterKind::Integer => plain()?.parse().ok().map(Value::Int),
        ParameterKind::Number => {
            plain()?.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Double)
        }
        ParameterKind::Boolean => plain()?.parse().ok().map(Value::Bool),
        ParameterKind::List => match &node.tree {
            Tree::List(items) => {
                let texts: Option<Vec<Value>> =
                    items.iter().map(|item| item.text().map(Value::string)).collect();
                texts.map(Value::list)
            }
            _ => None,
        },
    }
}

fn wanted(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::String => "text",
        ParameterKind::Integer => "a whole number, without quotes",
        ParameterKind::Number => "a number, without quotes",
        ParameterKind::Boolean => "`true` or `false`",
        ParameterKind::List => "a list of texts",
    }
}

/// Whether a text can be a name in expressions.
pub(super) fn is_identifier(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The entries of a mapping; none of anything else.
pub(super) fn entries(node: Option<&Node>) -> &[Entry] {
    match node.map(|node| &node.tree) {
        Some(Tree::Map(entries)) => entries,
        _ => &[],
    }
}
