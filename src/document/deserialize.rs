//! From the tree of a document into the types of its kind.
//!
//! The JSON Schema of the kind decides, in the shape of a [`NodeSchema`]: which keys there are, which
//! are required, and which type a scalar takes. Where it asks for text, the text of the scalar is
//! kept as it is written, so that `012`, `no` and `123456789012` stay what the author sees. Whatever
//! does not fit is reported, and reading goes on behind it.

use std::fmt;
use std::str::FromStr;

use crate::diagnostic::{Code, Diagnostic, meant};

use super::node::{Key, NodeKind, NodeRef};
use super::scalar::{Scalar, Text, truth_meant};
use super::schema::NodeSchema;
use super::short::short;
use super::sink::DiagnosticSink;
use super::span::{Entries, Entry, Field, List, Located, Span};
use super::text::SourceText;
use super::value::Value;

/// Advice on the keys of a format, where a schema cannot give it.
#[derive(Debug)]
pub struct Advice {
    /// Keys whose value has a shape, each with an entry as it stands in a file.
    pub samples: &'static [(&'static str, &'static str)],
    /// Keys of expressions, which YAML may take for a list or a mapping.
    pub expressions: &'static [&'static str],
}

/// What to do where YAML makes a list or a mapping of an expression.
const EXPRESSION: &str = "it is one CEL expression: join several by `&&`; quote one that begins with \
                          `[` or `{`, or put it on its own lines after `>`";

/// Subject of a problem.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// Document as a whole.
    Document,
    /// Value of a key.
    Key(&'a str),
    /// Item of a list.
    Item(&'a Self),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => out.write_str("the document"),
            Self::Key(key) => write!(out, "`{}`", short(key)),
            Self::Item(of) => write!(out, "an item of {of}"),
        }
    }
}

/// Type that a node can be read into.
pub trait FromNode: Sized {
    /// Value of a node that a schema allows. `None` for one that is refused, which is reported.
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self>;
}

/// Mapping of known keys, as `mapping!` declares it.
pub trait Mapping: Default + 'static {
    /// Keys in the order of the schema, each with what reads its value into its field.
    const FIELDS: &'static [FieldReader<Self>];
}

/// Entry of a mapping as it is read.
type Read<'t> = (Key<'t>, NodeRef<'t>);

/// Key, and what reads its value into its field.
pub type FieldReader<T> = (&'static str, fn(&mut T, KeyValue<'_>, &mut Deserializer<'_>));

/// Known key of a mapping, with its value and what that may be.
#[derive(Debug, Clone, Copy)]
pub struct KeyValue<'t> {
    key: Key<'t>,
    value: NodeRef<'t>,
    schema: &'t NodeSchema,
    /// `true` where it is reported already that the value is none.
    is_refused: bool,
}

/// Name of a kind of document, and its schema.
pub(super) type Kind = (&'static str, NodeSchema);

/// Reader of the documents of a file into their types.
pub struct Deserializer<'d> {
    pub(super) source: &'d SourceText,
    pub(super) sink: &'d mut DiagnosticSink,
    pub(super) advice: &'static Advice,
    /// Document that is read.
    pub(super) document: NodeRef<'d>,
    /// Its schema.
    pub(super) root: &'d NodeSchema,
    /// All kinds of document, with the schema of each.
    pub(super) kinds: &'d [Kind],
}

impl Deserializer<'_> {
    /// Field of a key with its value.
    pub fn field<T: FromNode>(&mut self, entry: KeyValue<'_>) -> Field<T> {
        let KeyValue { key, value, schema, is_refused } = entry;
        if is_refused {
            return Field::Invalid { key: key.span };
        }
        match T::from_node(value, schema, Subject::Key(key.text), self) {
            Some(read) => {
                let value = Located { value: read, span: value.span() };
                Field::Given { key: key.span, value }
            }
            None => Field::Invalid { key: key.span },
        }
    }

    /// Mapping of known keys.
    pub fn mapping<T: Mapping>(
        &mut self,
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
    ) -> Option<T> {
        if !matches!(node.kind(), NodeKind::Map(_)) {
            return self.mismatch(node, schema, subject);
        }
        let mut read = T::default();
        let mut seen = 0_u64;
        let mut expected = 0;
        let mut entries = node.entries().peekable();
        while let Some((key, value)) = entries.next() {
            // Most authors write keys in the order of the schema, some of them left out.
            let (passed, ahead) = T::FIELDS.split_at(expected);
            let mut fields = ahead.iter().zip(expected..).chain(passed.iter().zip(0..));
            let known = fields.find(|((name, _), _)| *name == key.text);
            let known = known.and_then(|((_, fill), at)| Some((fill, at, schema.known.get(at)?)));
            let Some((fill, index, (_, schema))) = known else {
                self.unknown_key(key, schema, subject);
                continue;
            };
            expected = index + 1;
            seen |= 1 << index;
            let is_cut = entries.peek().is_some_and(|next| self.is_cut((key, value), *next));
            if is_cut {
                self.cut(key, value);
                // What stood behind its commas are keys without a value.
                while entries.next_if(|(_, value)| value.is_null()).is_some() {}
            }
            fill(&mut read, KeyValue { key, value, schema, is_refused: is_cut }, self);
        }
        for index in schema.required.iter().filter(|index| seen & 1 << **index == 0) {
            let Some((name, field)) = schema.known.get(*index) else { continue };
            let message = format!("{subject} lacks `{name}`");
            let mut missing = self.error(node.span(), Code::MissingKey, message);
            missing.help.clone_from(&field.description);
            self.sink.push(missing);
        }
        Some(read)
    }

    /// `true` where a comma cuts an expression in braces, whose rest YAML reads as a key.
    fn is_cut(&self, (key, value): Read<'_>, (next, behind): Read<'_>) -> bool {
        let between = value.span().range().end..next.span.range().start;
        behind.is_null()
            && self.advice.expressions.contains(&key.text)
            && value.text().is_some_and(|text| {
                text.matches(['(', '[', '{']).count() > text.matches([')', ']', '}']).count()
            })
            && self.source.slice(between).trim() == ","
    }

    fn cut(&mut self, key: Key<'_>, value: NodeRef<'_>) {
        let end = value.span().range().end;
        let behind = self.source.from(end);
        let comma = end + behind.find(',').unwrap_or_default();
        let message = format!("a `,` ends `{}` here, in the middle of its expression", key.text);
        let place = self.source.place(comma..comma + 1);
        let refused = Diagnostic::error(place, Code::YamlSyntax, message);
        self.sink.push(refused.help(super::refusal::QUOTE));
    }

    /// Word of an enum.
    pub fn word<T: FromStr>(
        &mut self,
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
    ) -> Option<T> {
        let Some(text) = node.text() else { return self.mismatch(node, schema, subject) };
        let words = schema.words.as_deref().unwrap_or_default();
        if let (true, Ok(word)) = (words.iter().any(|word| word == text), text.parse()) {
            return Some(word);
        }
        let shown: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("{subject} is `{}`, but must be {}", short(text), one_of(&shown));
        let mut refused = self.error(node.span(), Code::UnknownWord, message);
        refused.help = meant(text, words.iter().map(String::as_str));
        self.sink.push(refused);
        None
    }

    /// Scalar in the place of a text, unless it is too long.
    fn text<'t>(
        &mut self,
        node: NodeRef<'t>,
        schema: &NodeSchema,
        subject: Subject<'_>,
    ) -> Option<&'t Scalar<'t>> {
        let Some(scalar) = node.scalar() else { return self.mismatch(node, schema, subject) };
        let most = schema.most_characters;
        // The break at the end of a block is YAML's, not the author's.
        let text = scalar.as_str().trim_end_matches('\n');
        // No text has more characters than bytes.
        if text.len() as u64 <= most || text.chars().count() as u64 <= most {
            return Some(scalar);
        }
        let length = text.chars().count();
        let message = format!("{subject} has {length} characters; at most {most} are allowed");
        let refused = self.error(node.span(), Code::TooLong, message);
        self.sink.push(refused);
        None
    }

    fn list<T: FromNode>(
        &mut self,
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
    ) -> Option<List<T>> {
        let NodeKind::List(_) = node.kind() else { return self.mismatch(node, schema, subject) };
        let anything = NodeSchema::ANYTHING;
        let item_schema = schema.items.as_deref().unwrap_or(&anything);
        let item = |item: NodeRef<'_>| {
            let value = T::from_node(item, item_schema, Subject::Item(&subject), self)?;
            Some(Located { value, span: item.span() })
        };
        let items: Vec<_> = node.children().map(item).collect();
        if (items.len() as u64) < schema.fewest_items {
            let message = format!("{subject} must not be empty");
            let refused = self.error(node.span(), Code::EmptyList, message);
            self.sink.push(refused);
            return None;
        }
        Some(List(items))
    }

    fn entries<T: FromNode>(
        &mut self,
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
    ) -> Option<Entries<T>> {
        let NodeKind::Map(_) = node.kind() else { return self.mismatch(node, schema, subject) };
        let anything = NodeSchema::ANYTHING;
        let schema = schema.other.as_deref().unwrap_or(&anything);
        let entry = |(key, node): (Key<'_>, NodeRef<'_>)| {
            let value = T::from_node(node, schema, Subject::Key(key.text), self);
            Entry {
                key: Located { value: key.text.to_owned(), span: key.span },
                value: value.map(|value| Located { value, span: node.span() }),
            }
        };
        Some(Entries(node.entries().map(entry).collect()))
    }

    fn unknown_key(&mut self, key: Key<'_>, schema: &NodeSchema, subject: Subject<'_>) {
        if self.sink.is_full() {
            return;
        }
        let name = &short(key.text);
        let message = format!("{subject} has no `{name}`");
        let mut refused = self.error(key.span, Code::UnknownKey, message);
        let meant = meant(name, schema.keys()).or_else(|| longer(name, schema.keys()));
        refused.help = meant.or_else(|| self.home(name)).or_else(|| {
            let names: Vec<_> = schema.keys().map(|name| format!("`{name}`")).collect();
            Some(format!("known here: {}", names.join(", ")))
        });
        self.sink.push(refused);
    }

    /// Help that says where a key belongs. It says nothing of one that each such mapping must have
    /// and has: what is meant by another one is something else.
    fn home(&self, key: &str) -> Option<String> {
        let Some(home) = self.root.home_of(key) else { return self.home_elsewhere(key) };
        match self.document.has_at(&home.path, key) {
            false => Some(format!("it belongs {home}")),
            true if home.requires(key) => None,
            true => Some(format!("it belongs {home}, where there is one already")),
        }
    }

    /// The same of a key that documents of one other kind alone have.
    fn home_elsewhere(&self, key: &str) -> Option<String> {
        let kinds = self.kinds.iter();
        let mut homes = kinds.filter_map(|(kind, schema)| Some((kind, schema.home_of(key)?)));
        let (kind, home) = homes.next().filter(|_| homes.next().is_none())?;
        Some(format!("it belongs {home}, in a document of kind `{kind}`"))
    }

    /// Refusal of a node that is of another kind; nothing is said of what was refused already.
    fn mismatch<T>(
        &mut self,
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
    ) -> Option<T> {
        if matches!(node.kind(), NodeKind::Refused) {
            return None;
        }
        let truth = node.scalar().filter(|scalar| schema.is_truth() && !scalar.is_null());
        let found = match (truth, node.text()) {
            (Some(scalar), _) => scalar.shown(),
            (None, Some(text)) => format!("`{}`", short(text)),
            (None, None) => node.kind_name().to_owned(),
        };
        let message = format!("{subject} is {found}, but must be {}", one_of(&schema.wanted()));
        let mut refused = self.error(node.span(), Code::WrongType, message);
        refused.help = truth
            .and_then(|scalar| truth_meant(scalar.as_str(), scalar.is_plain()))
            .or_else(|| self.sample(node, subject))
            .or_else(|| schema.description.clone());
        self.sink.push(refused);
        None
    }

    /// How the value of a key is written.
    fn sample(&self, node: NodeRef<'_>, subject: Subject<'_>) -> Option<String> {
        let Subject::Key(key) = subject else { return None };
        let is_collection = matches!(node.kind(), NodeKind::List(_) | NodeKind::Map(_));
        if is_collection && self.advice.expressions.contains(&key) {
            return Some(EXPRESSION.to_owned());
        }
        let (_, sample) = self.advice.samples.iter().find(|(name, _)| *name == key)?;
        Some(format!("write it as in `{sample}`"))
    }

    fn error(&self, span: Span, code: Code, message: String) -> Diagnostic {
        Diagnostic::error(self.source.place_of(span), code, message)
    }
}

/// Help that names the key of which another is the last word: of `labels`, `matchLabels`.
fn longer<'k>(name: &str, mut known: impl Iterator<Item = &'k str>) -> Option<String> {
    let mut letters = name.chars();
    let first = letters.next()?.to_ascii_uppercase();
    let word = format!("{first}{}", letters.as_str());
    let found = known.find(|key| key.len() > word.len() && key.ends_with(&word))?;
    Some(format!("did you mean `{found}`?"))
}

fn one_of(names: &[String]) -> String {
    match names {
        [] => "left out".to_owned(),
        [only] => only.clone(),
        [several @ .., last] => format!("{} or {last}", several.join(", ")),
    }
}

impl FromNode for String {
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self> {
        let scalar = reader.text(node, schema, subject)?;
        Some(scalar.as_str().trim_end_matches('\n').to_owned())
    }
}

impl FromNode for Text {
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self> {
        reader.text(node, schema, subject).map(Scalar::to_text)
    }
}

impl FromNode for bool {
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self> {
        let truth = node.scalar().and_then(Scalar::truth);
        truth.or_else(|| reader.mismatch(node, schema, subject))
    }
}

impl FromNode for Value {
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self> {
        if node.is_null() && !schema.takes_null {
            return reader.mismatch(node, schema, subject);
        }
        Self::of(node)
    }
}

impl<T: FromNode> FromNode for List<T> {
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self> {
        reader.list(node, schema, subject)
    }
}

impl<T: FromNode> FromNode for Entries<T> {
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self> {
        reader.entries(node, schema, subject)
    }
}

/// One text, or a list of them.
#[derive(Debug, Clone)]
pub struct OneOrMany(pub List<String>);

impl FromNode for OneOrMany {
    fn from_node(
        node: NodeRef<'_>,
        schema: &NodeSchema,
        subject: Subject<'_>,
        reader: &mut Deserializer<'_>,
    ) -> Option<Self> {
        if matches!(node.kind(), NodeKind::List(_)) {
            return reader.list(node, schema, subject).map(Self);
        }
        let value = String::from_node(node, schema, subject, reader)?;
        Some(Self(List(vec![Some(Located { value, span: node.span() })])))
    }
}
