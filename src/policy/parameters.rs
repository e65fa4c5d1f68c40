//! Parameters of check types, and the values that checks give them.

use std::collections::HashSet;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, meant};
use crate::document::{
    Entries, Entry, Field, List, LocatedValue, Span, Text, Value as Given, short, truth_meant,
};
use crate::expression::{Environment, Parameter, ParameterKind, ScalarKind};
use crate::resource::Value;

use super::context::FileContext;
use super::document::check_type::{ItemWord, ParameterSpec, ParameterWord};

/// A parameter of a check type.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Name, by which expressions and checks call it.
    pub name: Arc<str>,
    /// Type that its values must have.
    pub kind: ParameterKind,
    /// Description, a sentence for people.
    pub description: Option<String>,
    /// Value where a check sets none; without a default a check must.
    pub default: Option<Value>,
    /// The values that it may have; any where there are none.
    pub allowed: Vec<String>,
}

/// How many names a check or a check type may give to one kind of thing: each is looked for in all.
const MOST_NAMES: usize = 100;

/// Lists of so few items are held against the allowed values one after another.
const FEW_ITEMS: usize = 8;

/// `true` where there are not too many names of a kind; else that is reported.
pub(super) fn are_few<T>(entries: &Entries<T>, of: &str, file: &mut FileContext) -> bool {
    let Some(entry) = entries.iter().nth(MOST_NAMES) else { return true };
    let count = entries.iter().len();
    let message = format!("`{of}` has {count} names, and {MOST_NAMES} are the most");
    let refused = file.error(entry.key.span, Code::TooManyNames, message);
    file.report(refused.help("split it into several"));
    false
}

/// Parameters that a check type declares, as far as they are right.
#[derive(Debug, Default)]
pub(super) struct Declaration {
    /// Parameters without a problem, in the order of the file.
    pub(super) parameters: Vec<Declared>,
    /// The names of those that are declared wrongly.
    broken: Vec<Arc<str>>,
}

impl Declaration {
    /// Declaration of the field `parameters`; what is wrong with it is reported.
    pub(super) fn resolve(field: &Field<Entries<ParameterSpec>>, file: &mut FileContext) -> Self {
        let mut read = Self::default();
        let Some(entries) = field.value() else { return read };
        let are_few = are_few(entries, "parameters", file);
        for entry in entries.iter().take(MOST_NAMES) {
            match declare(entry, file) {
                Some(declared) if are_few => read.parameters.push(declared),
                _ => read.broken.push(entry.key.value.as_str().into()),
            }
        }
        read
    }

    /// `true` where all declarations are right.
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
            kind: declared.kind.clone(),
            value: value(declared),
        });
        let broken = self.broken.as_slice().into();
        Environment::empty().with_parameters(parameters.collect()).with_broken_parameters(broken)
    }
}

fn declare(entry: &Entry<ParameterSpec>, file: &mut FileContext) -> Option<Declared> {
    let name = entry.key.value.as_str();
    if !is_identifier(name) {
        let message = format!("`{}` cannot be the name of a parameter", short(name));
        let refused = file.error(entry.key.span, Code::InvalidValue, message);
        file.report(refused.help("use a-z, A-Z, 0-9 and `_`, and begin with a letter"));
        return None;
    }
    let spec = &entry.value.as_ref()?.value;
    let ParameterSpec { description, default, optional, allowed, .. } = spec;
    let kind = kind_of(spec, file)?;
    let mut declared = Declared {
        name: name.into(),
        kind,
        description: description.value().cloned(),
        default: optional.value().is_some_and(|is| *is).then_some(Value::Null),
        allowed: allowed
            .value()
            .into_iter()
            .flat_map(List::iter)
            .map(|it| it.value.clone())
            .collect(),
    };
    if let Some(default) = default.get() {
        declared.default = Some(declared.value(default, file)?);
    }
    Some(declared)
}

/// Type that a parameter is declared to have; what is wrong with it is reported.
fn kind_of(spec: &ParameterSpec, file: &mut FileContext) -> Option<ParameterKind> {
    let ParameterSpec { kind, items, properties, .. } = spec;
    if kind.is_invalid() || items.is_invalid() || properties.is_invalid() {
        return None;
    }
    let scalar = match kind.value().copied().unwrap_or_default() {
        ParameterWord::String => ScalarKind::String,
        ParameterWord::Integer => ScalarKind::Integer,
        ParameterWord::Number => ScalarKind::Number,
        ParameterWord::Boolean => ScalarKind::Boolean,
        ParameterWord::List => return kind_of_list(items, properties, file),
    };
    for (name, key) in [("items", items.key()), ("properties", properties.key())] {
        let Some(key) = key else { continue };
        let message = format!("`{name}` is of lists, and the parameter is none");
        let refused = file.error(key, Code::NoEffect, message);
        file.report(refused.help("write `type: list` beside it, or remove it"));
        return None;
    }
    Some(ParameterKind::Scalar(scalar))
}

fn kind_of_list(
    items: &Field<ItemWord>,
    properties: &Field<Entries<ItemWord>>,
    file: &mut FileContext,
) -> Option<ParameterKind> {
    let Some(entries) = properties.value() else {
        return Some(ParameterKind::List(items.value().copied().unwrap_or_default().into()));
    };
    if let Some(key) = items.key() {
        let refused =
            file.error(key, Code::NoEffect, "`items` and `properties` both say what is listed");
        file.report(refused.help("leave `items` out where the items are mappings"));
        return None;
    }
    if !are_few(entries, "properties", file) {
        return None;
    }
    let fields = entries.iter().map(|Entry { key, value }| {
        let name = key.value.as_str();
        if !is_identifier(name) {
            let message = format!("`{}` cannot be the name of a property", short(name));
            let refused = file.error(key.span, Code::InvalidValue, message);
            file.report(refused.help("use a-z, A-Z, 0-9 and `_`, and begin with a letter"));
            return None;
        }
        Some((name.into(), value.as_ref()?.value.into()))
    });
    fields.collect::<Option<Vec<_>>>().map(|fields| ParameterKind::Records(fields.into()))
}

/// Values that `with` gives the declared parameters, in their order.
pub(super) fn bind(
    declared: &[Declared],
    with: &Field<Entries<Given>>,
    (name, at): (&str, Span),
    file: &mut FileContext,
) -> Option<Arc<[Parameter]>> {
    let none = Entries::default();
    let given = with.value().unwrap_or(&none);
    if with.is_invalid() || !are_few(given, "with", file) {
        return None;
    }
    let mut is_whole = are_known(declared, given, name, file);
    let mut bound = Vec::new();
    for parameter in declared {
        let value = match (given.entry(&parameter.name), &parameter.default) {
            (Some(entry), _) => entry.value.as_ref().and_then(|value| parameter.value(value, file)),
            (None, Some(default)) => Some(default.clone()),
            (None, None) => {
                let message = format!("`{name}` needs the parameter `{}`", parameter.name);
                let at = with.key().unwrap_or(at);
                let mut refused = file.error(at, Code::MissingParameter, message);
                refused.help = Some(match &parameter.description {
                    Some(text) => format!("add it under `with`: {text}"),
                    None => "add it under `with`".to_owned(),
                });
                file.report(refused);
                None
            }
        };
        is_whole &= value.is_some();
        bound.push(Parameter { name: parameter.name.clone(), kind: parameter.kind.clone(), value });
    }
    is_whole.then(|| bound.into())
}

/// `true` where nothing is given that is not declared; else that is reported.
fn are_known(
    declared: &[Declared],
    given: &Entries<Given>,
    name: &str,
    file: &mut FileContext,
) -> bool {
    let mut are_known = true;
    for Entry { key, .. } in given.iter() {
        if declared.iter().any(|parameter| *parameter.name == *key.value) {
            continue;
        }
        are_known = false;
        if file.is_full() {
            return are_known;
        }
        let given = short(&key.value);
        let message = format!("`{name}` has no parameter `{given}`");
        let mut refused = file.error(key.span, Code::UnknownParameter, message);
        let names = || declared.iter().map(|parameter| &*parameter.name);
        refused.help = meant(&given, names()).or_else(|| {
            Some(match declared {
                [] => "it takes none".to_owned(),
                _ => format!("it takes `{}`", names().collect::<Vec<_>>().join("`, `")),
            })
        });
        file.report(refused);
    }
    are_known
}

impl Declared {
    /// Value of the parameter that is given; one that it cannot have is reported.
    fn value(&self, given: &LocatedValue, file: &mut FileContext) -> Option<Value> {
        let value = match typed(&self.kind, given) {
            Ok(value) => value,
            Err(wrong) => {
                if let Some(wrong) = wrong {
                    let refused = self.refused(&wrong, file);
                    file.report(refused);
                }
                return None;
            }
        };
        let outside = if self.allowed.is_empty() { None } else { self.outside(given) };
        let Some((text, at)) = outside else { return Some(value) };
        let allowed = self.allowed.join("`, `");
        let message =
            format!("`{}` is `{}`, but must be one of `{allowed}`", self.name, short(text));
        let mut refused = file.error(at, Code::WrongParameter, message);
        refused.help = meant(text, self.allowed.iter().map(String::as_str));
        file.report(refused);
        None
    }

    /// Words for a value, or an item of one, that is not what it must be.
    fn refused(&self, (given, wanted): &(&LocatedValue, Wanted), file: &FileContext) -> Diagnostic {
        let name = &self.name;
        let is_item =
            !matches!((&self.kind, wanted), (ParameterKind::Scalar(_), _) | (_, Wanted::List));
        let subject = if is_item { format!("an item of `{name}`") } else { format!("`{name}`") };
        if let Wanted::NoKey { key, name, known } = wanted {
            let message = format!("{subject} has no `{}`", short(name));
            let refused = file.error(*key, Code::WrongParameter, message);
            let names = || known.iter().map(|(name, _)| &**name);
            let help = meant(name, names()).unwrap_or_else(|| wanted.words());
            return refused.help(help);
        }
        let text = match &given.value {
            Given::Text(text) if !text.is_null() => Some(text),
            _ => None,
        };
        let found = match (text, wanted) {
            (Some(text), Wanted::Scalar(_)) => text.shown(),
            (Some(text), _) => format!("`{}`", short(text.as_str())),
            (None, _) => given.value.kind().to_owned(),
        };
        let message = match wanted {
            Wanted::Key(key) => format!("{subject} lacks `{key}`"),
            wanted => format!("{subject} is {found}, but must be {}", wanted.words()),
        };
        let mut refused = file.error(given.span, Code::WrongParameter, message);
        refused.help = text.and_then(|text| unquoted(text, wanted));
        refused
    }

    /// Text of a value, or the first of its items, that is not among the allowed ones.
    fn outside<'v>(&self, given: &'v LocatedValue) -> Option<(&'v str, Span)> {
        let items = match &given.value {
            Given::List(items) => items.all(),
            _ => &[],
        };
        let many = items.len() > FEW_ITEMS;
        let known: HashSet<&str> =
            self.allowed.iter().filter(|_| many).map(String::as_str).collect();
        let is_allowed = |text: &str| {
            known.contains(text) || !many && self.allowed.iter().any(|allowed| allowed == text)
        };
        let texts = items.iter().flatten().chain([given]);
        let mut texts = texts.filter_map(|item| Some((item.value.text()?, item.span)));
        texts.find(|(text, _)| !is_allowed(text))
    }
}

/// A value, or an item of one, that is not of the type that it must have; `None` where it was refused
/// before, which has been reported.
type Wrong<'v> = Option<(&'v LocatedValue, Wanted)>;

/// What a value must be.
enum Wanted {
    Scalar(ScalarKind),
    List,
    /// A mapping with these keys.
    Record(Arc<[(Arc<str>, ScalarKind)]>),
    /// A mapping with a key that it lacks.
    Key(Arc<str>),
    /// A mapping without a key that it has.
    NoKey {
        key: Span,
        name: String,
        known: Arc<[(Arc<str>, ScalarKind)]>,
    },
}

fn typed<'v>(kind: &ParameterKind, given: &'v LocatedValue) -> Result<Value, Wrong<'v>> {
    let items = || match &given.value {
        Given::List(items) => Ok(items.all()),
        _ => Err(Some((given, Wanted::List))),
    };
    let all = |one: &dyn Fn(&'v LocatedValue) -> Result<Value, Wrong<'v>>| {
        let values = items()?.iter().map(|item| one(item.as_ref().ok_or(None)?));
        values.collect::<Result<Vec<_>, _>>().map(Value::list)
    };
    match kind {
        ParameterKind::Scalar(kind) => scalar(*kind, given),
        ParameterKind::List(kind) => all(&|item| scalar(*kind, item)),
        ParameterKind::Records(fields) => all(&|item| record(fields, item)),
    }
}

fn scalar(kind: ScalarKind, given: &LocatedValue) -> Result<Value, Wrong<'_>> {
    let plain = || match &given.value {
        Given::Text(text) if text.is_plain() => given.value.text(),
        _ => None,
    };
    let value = match kind {
        ScalarKind::String => {
            given.value.text().map(|text| Value::string(text.trim_end_matches('\n')))
        }
        ScalarKind::Integer => plain().and_then(|text| text.parse().ok()).map(Value::Int),
        ScalarKind::Number => plain()
            .and_then(|text| text.parse().ok())
            .filter(|number: &f64| number.is_finite())
            .map(Value::Double),
        ScalarKind::Boolean => plain().and_then(|text| text.parse().ok()).map(Value::Bool),
    };
    value.ok_or(Some((given, Wanted::Scalar(kind))))
}

fn record<'v>(
    fields: &Arc<[(Arc<str>, ScalarKind)]>,
    given: &'v LocatedValue,
) -> Result<Value, Wrong<'v>> {
    let Given::Map(entries) = &given.value else {
        return Err(Some((given, Wanted::Record(Arc::clone(fields)))));
    };
    let is_known = |name: &str| fields.iter().any(|(known, _)| **known == *name);
    if let Some(Entry { key, .. }) = entries.iter().find(|entry| !is_known(&entry.key.value)) {
        let (key, name) = (key.span, key.value.clone());
        return Err(Some((given, Wanted::NoKey { key, name, known: Arc::clone(fields) })));
    }
    let values = fields.iter().map(|(name, kind)| {
        let Some(entry) = entries.entry(name) else {
            return Err(Some((given, Wanted::Key(Arc::clone(name)))));
        };
        let value = entry.value.as_ref().ok_or(None)?;
        Ok((Arc::clone(name), scalar(*kind, value)?))
    });
    values.collect::<Result<Vec<_>, _>>().map(Value::map)
}

impl Wanted {
    fn words(&self) -> String {
        let keys = |fields: &[(Arc<str>, ScalarKind)]| {
            fields.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Scalar(ScalarKind::String) => "text".to_owned(),
            Self::Scalar(ScalarKind::Integer) => "a whole number, without quotes".to_owned(),
            Self::Scalar(ScalarKind::Number) => "a number, without quotes".to_owned(),
            Self::Scalar(ScalarKind::Boolean) => "`true` or `false`, without quotes".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Record(fields) => format!("a mapping with {}", keys(fields)),
            Self::Key(name) => format!("a mapping with `{name}`"),
            Self::NoKey { known, .. } => format!("a mapping with {} alone", keys(known)),
        }
    }
}

/// Help for a text in the place of a number or a truth value that it stands for.
fn unquoted(text: &Text, wanted: &Wanted) -> Option<String> {
    let Wanted::Scalar(kind) = wanted else { return None };
    let value = text.trimmed();
    let is_number = match kind {
        ScalarKind::Boolean => return truth_meant(value, text.is_plain()),
        ScalarKind::String => false,
        ScalarKind::Integer => value.parse::<i64>().is_ok(),
        ScalarKind::Number => value.parse().is_ok_and(f64::is_finite),
    };
    is_number.then(|| format!("write `{}` without quotes", short(value)))
}

/// `true` where a text can be a name in expressions.
pub(super) fn is_identifier(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
