//! From text to documents.

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Input, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use crate::diagnostic::{Code, Diagnostic, Place};

use super::ascii::Ascii;
use super::node::{Entry, Keys, Node, Tree};
use super::scalar::Scalar;
use super::sink::DiagnosticSink;
use super::text::Text;
use super::{json, refusal, syntax};

/// The largest file that is read, bytes.
const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting.
pub(super) const MAX_DEPTH: usize = 64;
/// The most nodes in a file.
pub(super) const MAX_NODES: usize = 100_000;

/// The most commas and question marks in a file. They part what is in brackets, and the parser keeps
/// all of that before it tells any of it.
const MAX_COMMAS: usize = 50_000;

/// The documents of a file.
#[derive(Debug, Default)]
pub struct Documents {
    /// Those that could be read.
    pub roots: Vec<Node>,
    /// Whether others could not be read, so that what they declare is not known.
    pub is_partial: bool,
}

/// Reads the documents of a file and sink all that is wrong with its YAML. After what cannot be
/// read at all the next document is tried; what is merely refused is left out. A file named `.json`
/// is JSON, of which there is one document.
pub fn read(path: &Arc<str>, bytes: &[u8], sink: &mut DiagnosticSink) -> Documents {
    let source = match refusal::not_text(path, bytes, MAX_BYTES) {
        Ok(source) => source,
        Err(refused) => {
            sink.push(*refused);
            return Documents { is_partial: true, ..Documents::default() };
        }
    };
    let text = Arc::new(Text::new(Arc::clone(path), source));
    if path.ends_with(".json") {
        let roots: Vec<Node> = json::read(&text, sink).into_iter().collect();
        return Documents { is_partial: roots.is_empty(), roots };
    }
    if let Some(comma) = memchr::memchr2_iter(b',', b'?', bytes).nth(MAX_COMMAS) {
        let before = bytes.get(..comma).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count();
        sink.push(refusal::too_long(text.place_of_line(line), MAX_COMMAS));
        return Documents { is_partial: true, ..Documents::default() };
    }
    let mut documents = Documents::default();
    if text.is_ascii() {
        stream(&text, Ascii::new, &mut documents, sink);
    } else {
        stream(&text, StrInput::new, &mut documents, sink);
    }
    documents
}

/// Reads the documents of a text, from each at which reading can begin again.
fn stream<'a, T: Input>(
    text: &'a Arc<Text>,
    input: impl Fn(&'a str) -> T,
    documents: &mut Documents,
    sink: &mut DiagnosticSink,
) {
    let mut read_so_far = 0;
    let mut next = Some(0);
    while let Some(from) = next.take() {
        let mut reader = Reader {
            text,
            sink,
            events: Parser::new(input(text.from(from))),
            characters_before: text.character_of(from),
            last_end: from,
            line: 0,
            open: Vec::new(),
            nodes: read_so_far,
        };
        if let Err(broken) = reader.stream(&mut documents.roots) {
            documents.is_partial = true;
            next = match broken {
                Broken::Syntax(at) if !reader.sink.is_full() => {
                    refusal::next_document(text, at, from)
                }
                Broken::Syntax(_) | Broken::Limit => None,
            };
        }
        read_so_far = reader.nodes;
    }
}

/// Why reading broke off; the diagnostic is already noted.
enum Broken {
    /// A syntax error at this offset: the next document may be fine.
    Syntax(usize),
    /// Too much of something.
    Limit,
}

struct Reader<'a, 'd, T: Input> {
    text: &'a Arc<Text>,
    sink: &'d mut DiagnosticSink,
    events: Parser<'a, T>,
    /// How many characters of the file this parser does not see.
    characters_before: usize,
    /// Where the last event ended.
    last_end: usize,
    /// The line in which it began, counted from 0.
    line: usize,
    /// The entries of the mappings that are not read to their end, those of the innermost last.
    open: Vec<Entry>,
    nodes: usize,
}

/// An event, its bytes, and where the event before it ended.
struct Located<'a> {
    event: Event<'a>,
    span: Range<usize>,
    behind: usize,
}

impl<'a, T: Input> Reader<'a, '_, T> {
    fn stream(&mut self, roots: &mut Vec<Node>) -> Result<(), Broken> {
        loop {
            let located = self.next()?;
            match located.event {
                Event::StreamEnd => return Ok(()),
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                _ => roots.push(self.node(located, 0)?),
            }
        }
    }

    fn next(&mut self) -> Result<Located<'a>, Broken> {
        let behind = self.last_end;
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let span = self.bytes(span);
                self.last_end = span.end.max(behind);
                self.line = self.text.line_near(span.start, self.line);
                Ok(Located { event, span, behind })
            }
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok(Located { event: Event::StreamEnd, span: behind..behind, behind }),
        }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.text.byte_of(self.characters_before + span.start.index());
        let end = self.text.byte_of(self.characters_before + span.end.index());
        start..end.max(start)
    }

    fn syntax(&mut self, error: &ScanError) -> Broken {
        let at = self.text.byte_of(self.characters_before + error.marker().index());
        if error.info().contains("recursion limit") {
            return self.too_deep(&(at..at));
        }
        self.sink.push(syntax::error(self.text, at, error.info()));
        Broken::Syntax(at)
    }

    fn too_deep(&mut self, span: &Range<usize>) -> Broken {
        self.sink.push(refusal::too_deep(self.place(span), MAX_DEPTH));
        Broken::Limit
    }

    fn node(&mut self, located: Located<'a>, depth: usize) -> Result<Node, Broken> {
        let Located { event, span, behind } = located;
        self.bound(&span)?;
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.refuse_properties(&span, anchor, tag.as_deref());
                // Only an escape can bring one in; a database takes none.
                let has_nul = value.contains('\0');
                if has_nul {
                    self.sink.push(refusal::nul(self.place(&span)));
                }
                Ok(match tag {
                    Some(_) => self.refused(&span),
                    None if has_nul => self.refused(&span),
                    None => self.scalar((value.into_owned(), style), &span, behind),
                })
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_properties(&span, anchor, tag.as_deref());
                let place = self.start(&span);
                Ok(Node { place, tree: Tree::List(self.list(&span, depth + 1)?) })
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_properties(&span, anchor, tag.as_deref());
                let place = self.start(&span);
                Ok(Node { place, tree: Tree::Map(self.map(&span, depth + 1)?) })
            }
            Event::Alias(_) => {
                self.sink.push(refusal::alias(self.text, span.start));
                Ok(self.refused(&span))
            }
            _ => Ok(self.refused(&span)),
        }
    }

    /// Stops where there is too much.
    fn bound(&mut self, span: &Range<usize>) -> Result<(), Broken> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.sink.push(refusal::too_many_nodes(self.start(span), MAX_NODES));
        }
        if self.nodes > MAX_NODES || self.sink.is_full() {
            return Err(Broken::Limit);
        }
        Ok(())
    }

    fn refuse_properties(&mut self, span: &Range<usize>, anchor: usize, tag: Option<&Tag>) {
        let count = usize::from(anchor > 0) + usize::from(tag.is_some());
        for refused in refusal::properties(self.text, span.start, count) {
            self.sink.push(refused);
        }
    }

    fn refused(&self, span: &Range<usize>) -> Node {
        Node { place: self.place(span), tree: Tree::Refused }
    }

    fn scalar(&self, text: (String, ScalarStyle), span: &Range<usize>, behind: usize) -> Node {
        let scalar = Scalar::new(self.text, text, span, behind);
        Node { place: scalar.place(self.line), tree: Tree::Scalar(Box::new(scalar)) }
    }

    fn list(&mut self, span: &Range<usize>, depth: usize) -> Result<Vec<Node>, Broken> {
        self.bound_depth(span, depth)?;
        let mut items = Vec::new();
        loop {
            let located = self.next()?;
            if matches!(located.event, Event::SequenceEnd | Event::StreamEnd) {
                return Ok(items);
            }
            items.push(self.node(located, depth)?);
        }
    }

    fn map(&mut self, span: &Range<usize>, depth: usize) -> Result<Vec<Entry>, Broken> {
        self.bound_depth(span, depth)?;
        let first = self.open.len();
        let mut keys = Keys::default();
        loop {
            let located = self.next()?;
            if matches!(located.event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(self.open.drain(first..).collect());
            }
            let key = self.key(located, depth)?;
            let value = self.next()?;
            let value = self.node(value, depth)?;
            let Some((key, place)) = key else { continue };
            let entries = self.open.get(first..).unwrap_or_default();
            if let Some(first) = keys.find(entries, &key) {
                let refused = refusal::duplicate_key(&key, place, first.place.clone());
                self.sink.push(refused);
            } else {
                self.open.push(Entry { key, place, value });
            }
        }
    }

    fn bound_depth(&mut self, span: &Range<usize>, depth: usize) -> Result<(), Broken> {
        if depth > MAX_DEPTH { Err(self.too_deep(span)) } else { Ok(()) }
    }

    /// The text of a key and its place; merge keys and keys that are no text are refused.
    fn key(
        &mut self,
        located: Located<'a>,
        depth: usize,
    ) -> Result<Option<(String, Place)>, Broken> {
        let key = match located {
            Located { event: Event::Scalar(name, ScalarStyle::Plain, 0, None), span, .. }
                if is_simple_key(&name) =>
            {
                self.bound(&span)?;
                return Ok(Some((name.into_owned(), self.place(&span))));
            }
            other => self.node(other, depth)?,
        };
        let refused = match key.tree {
            Tree::Scalar(name) if name.is_plain() && name.as_str() == "<<" => {
                Diagnostic::error(key.place, Code::Merge, "merge keys are not allowed")
                    .help("write the entries out")
            }
            Tree::Scalar(name) => return Ok(Some((name.into_text(), key.place))),
            Tree::Refused => return Ok(None),
            Tree::List(_) | Tree::Map(_) => {
                Diagnostic::error(key.place, Code::Key, "a key must be text")
            }
        };
        self.sink.push(refused);
        Ok(None)
    }

    fn place(&self, span: &Range<usize>) -> Place {
        self.text.place_of_first_line(span.clone(), self.line)
    }

    /// The place of a collection is its first character: all of it would be half the file.
    fn start(&self, span: &Range<usize>) -> Place {
        self.text.place_of_first_line(span.start..span.start, self.line)
    }
}

/// Whether a plain key is a name like those of policies: what is nothing or a merge key has rules of
/// its own.
fn is_simple_key(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '$')
        && !name.contains('\0')
}
