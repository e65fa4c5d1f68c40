//! Tree of a document on its way into types.
//!
//! It lies flat in one vector, each node before what it holds, and borrows its texts from the file:
//! it is built and dropped once for each document, and hardly anything is allocated for it.

use std::collections::BTreeMap;

use super::scalar::Scalar;
use super::sink::DiagnosticSink;
use super::span::Span;
use super::text::SourceText;

/// Taker of the documents of a file, one after another.
pub(super) type Each<'e> = dyn FnMut(NodeRef<'_>, &SourceText, &mut DiagnosticSink) + 'e;

/// Node of a document, without what it holds.
#[derive(Debug)]
pub(super) struct Node<'s> {
    /// Bytes of a scalar, or the first of a collection.
    pub(super) span: Span,
    pub(super) kind: NodeKind<'s>,
}

/// Kind of a node.
#[derive(Debug)]
pub(super) enum NodeKind<'s> {
    Scalar(Scalar<'s>),
    /// List of so many nodes, those inside its items and itself counted.
    List(u32),
    /// Mapping likewise: a key, which is a scalar, then its value.
    Map(u32),
    /// Value that was refused, which has been reported.
    Refused,
}

impl Node<'_> {
    /// Count of nodes from this one to the last inside it.
    fn size(&self) -> usize {
        match self.kind {
            NodeKind::List(size) | NodeKind::Map(size) => size as usize,
            NodeKind::Scalar(_) | NodeKind::Refused => 1,
        }
    }
}

/// Nodes of the document that is being read, and the keys of its mappings that are still open.
#[derive(Debug, Default)]
pub(super) struct Builder<'s> {
    nodes: Vec<Node<'s>>,
    /// Where the keys of open mappings stand, those of the innermost last.
    keys: Vec<u32>,
}

/// Collection that is not read to its end.
#[derive(Debug, Default)]
pub(super) struct Open {
    at: usize,
    first_key: usize,
    /// Keys of a mapping that has many, as far as it was asked for them.
    known: BTreeMap<String, u32>,
}

/// Keys of a mapping up to this many are searched one after another.
const FEW_KEYS: usize = 16;

impl<'s> Builder<'s> {
    /// Builder for a file of so many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        Self { nodes: Vec::with_capacity(bytes / 20), keys: Vec::with_capacity(32) }
    }

    pub(super) fn push(&mut self, span: Span, kind: NodeKind<'s>) {
        self.nodes.push(Node { span, kind });
    }

    pub(super) fn scalar(&mut self, span: Span, scalar: Scalar<'s>) {
        self.push(span, NodeKind::Scalar(scalar));
    }

    pub(super) fn refused(&mut self, span: Span) {
        self.push(span, NodeKind::Refused);
    }

    /// Begins a list or a mapping at its first character.
    pub(super) fn open(&mut self, span: Span) -> Open {
        let at = self.nodes.len();
        self.refused(span);
        Open { at, first_key: self.keys.len(), ..Open::default() }
    }

    /// Ends a list or a mapping with what was pushed since it began.
    pub(super) fn close(&mut self, open: &Open, kind: fn(u32) -> NodeKind<'s>) {
        let size = self.nodes.len().saturating_sub(open.at);
        if let Some(node) = self.nodes.get_mut(open.at) {
            node.kind = kind(u32::try_from(size).unwrap_or(u32::MAX));
        }
        self.keys.truncate(open.first_key);
    }

    /// Count of nodes so far, where the next one will stand.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Forgets the nodes from one on.
    pub(super) fn truncate(&mut self, len: usize) {
        self.nodes.truncate(len);
    }

    /// Forgets everything, for the next document.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.keys.clear();
    }

    /// Node at a place, with what it holds.
    pub(super) fn node(&self, at: usize) -> Option<NodeRef<'_>> {
        NodeRef::new(self.nodes.get(at..)?)
    }

    /// Takes up the key at a place into an open mapping; the place of the first of its name is
    /// given back where that mapping has it already.
    pub(super) fn key(&mut self, open: &mut Open, at: usize) -> Option<Span> {
        let name = text_at(&self.nodes, at)?;
        let keys = self.keys.get(open.first_key..).unwrap_or_default();
        let same = |key: &&u32| text_at(&self.nodes, **key as usize) == Some(name);
        let first = if keys.len() <= FEW_KEYS {
            keys.iter().find(same).copied()
        } else {
            for key in keys.iter().skip(open.known.len()) {
                let name = text_at(&self.nodes, *key as usize).unwrap_or_default();
                open.known.insert(name.to_owned(), *key);
            }
            open.known.get(name).copied()
        };
        if first.is_none() {
            self.keys.push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        self.nodes.get(first? as usize).map(|node| node.span)
    }
}

fn text_at<'n>(nodes: &'n [Node<'_>], at: usize) -> Option<&'n str> {
    match &nodes.get(at)?.kind {
        NodeKind::Scalar(scalar) => Some(scalar.as_str()),
        _ => None,
    }
}

/// Node with what it holds.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'t> {
    /// The node itself, then those inside it.
    nodes: &'t [Node<'t>],
    first: &'t Node<'t>,
}

impl<'t> NodeRef<'t> {
    /// The first of some nodes.
    fn new(nodes: &'t [Node<'t>]) -> Option<Self> {
        let first = nodes.first()?;
        Some(Self { nodes: nodes.get(..first.size())?, first })
    }

    pub(super) fn kind(self) -> &'t NodeKind<'t> {
        &self.first.kind
    }

    pub(super) fn span(self) -> Span {
        self.first.span
    }

    /// Scalar that is not null.
    pub(super) fn scalar(self) -> Option<&'t Scalar<'t>> {
        match &self.first.kind {
            NodeKind::Scalar(scalar) if !scalar.is_null() => Some(scalar),
            _ => None,
        }
    }

    /// Text of a scalar that is not null.
    pub(super) fn text(self) -> Option<&'t str> {
        self.scalar().map(Scalar::as_str)
    }

    /// Text of a scalar, whatever it is; nothing of anything else.
    pub(super) fn raw(self) -> &'t str {
        match &self.first.kind {
            NodeKind::Scalar(scalar) => scalar.as_str(),
            _ => "",
        }
    }

    /// `true` for a scalar that is no value.
    pub(super) fn is_null(self) -> bool {
        matches!(&self.first.kind, NodeKind::Scalar(scalar) if scalar.is_null())
    }

    /// Nodes directly inside it: items, or keys and values in turn.
    pub(super) fn children(self) -> Children<'t> {
        Children(self.nodes.get(1..).unwrap_or_default())
    }

    /// Keys with their values.
    pub(super) fn entries(self) -> impl Iterator<Item = (Key<'t>, NodeRef<'t>)> {
        let mut children = match self.first.kind {
            NodeKind::Map(_) => self.children(),
            _ => Children(&[]),
        };
        std::iter::from_fn(move || {
            let (key, value) = (children.next()?, children.next()?);
            Some((Key { text: key.raw(), span: key.span() }, value))
        })
    }

    /// `true` where the mapping at the end of a path of keys has a key; of a list on the way, where
    /// all of its items lead there.
    pub(super) fn has_at(self, path: &[&str], key: &str) -> bool {
        if let NodeKind::List(_) = self.kind() {
            let mut items = self.children().peekable();
            return items.peek().is_some() && items.all(|item| item.has_at(path, key));
        }
        match path {
            [] => self.entries().any(|(found, _)| found.text == key),
            [first, rest @ ..] => {
                let next = self.entries().find(|(found, _)| found.text == *first);
                next.is_some_and(|(_, inner)| inner.has_at(rest, key))
            }
        }
    }

    /// Name of its kind, for people.
    pub(super) fn kind_name(self) -> &'static str {
        match &self.first.kind {
            NodeKind::Scalar(scalar) if scalar.is_null() => "empty",
            NodeKind::Scalar(_) => "a scalar",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
            NodeKind::Refused => "refused",
        }
    }
}

/// Key of a mapping.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'t> {
    pub(super) text: &'t str,
    pub(super) span: Span,
}

/// Nodes that stand beside each other.
#[derive(Debug)]
pub(super) struct Children<'t>(&'t [Node<'t>]);

impl<'t> Iterator for Children<'t> {
    type Item = NodeRef<'t>;

    fn next(&mut self) -> Option<NodeRef<'t>> {
        let node = NodeRef::new(self.0)?;
        self.0 = self.0.get(node.nodes.len()..).unwrap_or_default();
        Some(node)
    }
}
