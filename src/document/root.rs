//! Documents of a file, one after another: what kind each says it is, and its reading into a type.

use super::deserialize::{Advice, Deserializer, FromNode, Kind, Subject};
use super::node::{NodeKind, NodeRef};
use super::read::{self, ReadFile};
use super::schema::NodeSchema;
use super::sink::DiagnosticSink;
use super::source::SourceFile;
use super::span::{Located, Span};
use super::text::SourceText;

/// Document whose kind is not looked at yet.
#[derive(Debug, Clone, Copy)]
pub struct Root<'t>(NodeRef<'t>);

/// Value of the key by which a document says what it is.
#[derive(Debug, Clone, Copy)]
pub enum Discriminator<'t> {
    /// Text, with its place.
    Text(&'t str, Span),
    /// Something else, with its kind for people; nothing where it was refused, which is reported.
    NoText(Option<&'static str>, Span),
    /// Mapping that lacks the key.
    Missing,
    /// Document that is no mapping, with its kind for people; nothing where it was refused.
    NoMapping(Option<&'static str>),
}

impl<'t> Root<'t> {
    /// `true` for a document that holds nothing.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// Place of its first character.
    pub fn span(self) -> Span {
        self.0.span()
    }

    /// Value of a key by which documents say what they are.
    pub fn discriminator(self, key: &str) -> Discriminator<'t> {
        let name = |node: NodeRef<'t>| match node.kind() {
            NodeKind::Refused => None,
            _ => Some(node.kind_name()),
        };
        let NodeKind::Map(_) = self.0.kind() else {
            return Discriminator::NoMapping(name(self.0));
        };
        let Some((_, value)) = self.0.entries().find(|(found, _)| found.text == key) else {
            return Discriminator::Missing;
        };
        match value.text() {
            Some(text) => Discriminator::Text(text, value.span()),
            None => Discriminator::NoText(name(value), value.span()),
        }
    }

    /// Document in the type of its kind, which is one of several. `None` for one that is no mapping,
    /// which is reported.
    pub fn read<T: FromNode>(
        self,
        schema: &'t NodeSchema,
        kinds: &'t [Kind],
        reader: &mut Deserializer<'t>,
    ) -> Option<Located<T>> {
        reader.root = schema;
        reader.kinds = kinds;
        let value = T::from_node(self.0, schema, Subject::Document, reader)?;
        Some(Located { value, span: self.0.span() })
    }
}

impl Deserializer<'_> {
    /// Text of the file whose documents are read.
    pub fn source(&self) -> &SourceText {
        self.source
    }

    /// Sink for what is wrong with them.
    pub fn sink(&mut self) -> &mut DiagnosticSink {
        self.sink
    }
}

/// Reads the documents of a file and hands over each; all that is wrong with its YAML or JSON is
/// reported. What a document holds is there as long as it is handed over.
pub fn read(
    file: &SourceFile,
    advice: &'static Advice,
    sink: &mut DiagnosticSink,
    mut each: impl for<'t> FnMut(Root<'t>, &mut Deserializer<'t>),
) -> ReadFile {
    let root = &NodeSchema::ANYTHING;
    read::read(file, sink, &mut |document, source, sink| {
        each(
            Root(document),
            &mut Deserializer { source, sink, advice, document, root, kinds: &[] },
        );
    })
}
