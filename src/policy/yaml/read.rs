//! From text to documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use crate::diagnostic::{Diagnostic, Place};

use super::node::{Entry, Node, Tree};
use super::scalar::{ScalarText, Written};

/// The largest file that is read, bytes.
const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting.
const MAX_DEPTH: usize = 64;
/// The most nodes in a file.
const MAX_NODES: usize = 100_000;

/// The documents of a file and all that is wrong with its YAML. What cannot be read ends the file;
/// what is merely refused is left out, and reading goes on.
pub(in crate::policy) fn read(
    path: &Arc<str>,
    bytes: &[u8],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_BYTES} are read", bytes.len());
        let refused = Diagnostic::error(Place::file(Arc::clone(path)), "file-too-large", message);
        diagnostics.push(refused.help("split it into several files"));
        return Vec::new();
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            diagnostics.push(not_utf8(path, bytes, error.valid_up_to()));
            return Vec::new();
        }
    };
    if let Some(offset) = text.find('\0') {
        let place = place_of_byte(path, text, offset);
        let nul = Diagnostic::error(place, "nul", "the file holds a NUL character");
        diagnostics.push(nul.help("remove it; policies are text"));
        return Vec::new();
    }
    let file: Vec<char> = text.chars().collect();
    Reader { path, file: &file, diagnostics, nodes: 0, depth: 0 }.documents(text)
}

fn not_utf8(path: &Arc<str>, bytes: &[u8], valid: usize) -> Diagnostic {
    let head = std::str::from_utf8(bytes.get(..valid).unwrap_or_default()).unwrap_or_default();
    Diagnostic::error(place_of_byte(path, head, valid), "not-utf8", "the file is not UTF-8")
        .help("save it as UTF-8")
}

fn place_of_byte(path: &Arc<str>, text: &str, offset: usize) -> Place {
    let head = text.get(..offset).unwrap_or(text);
    let line = head.matches('\n').count() + 1;
    let column = head.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place::point(Arc::clone(path), count(line), count(column))
}

fn too_deep(place: Place) -> Diagnostic {
    let message = format!("nesting is deeper than {MAX_DEPTH}");
    Diagnostic::error(place, "too-deep", message).help("no policy needs this; flatten it")
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Reading broke off; the diagnostic is already noted.
struct Broken;

struct Reader<'a> {
    path: &'a Arc<str>,
    file: &'a [char],
    diagnostics: &'a mut Vec<Diagnostic>,
    nodes: usize,
    depth: usize,
}

type Events<'a> = Parser<'a, saphyr_parser::StrInput<'a>>;

impl Reader<'_> {
    fn documents(mut self, text: &str) -> Vec<Node> {
        let mut events = Parser::new_from_str(text);
        let mut documents = Vec::new();
        loop {
            match self.next(&mut events) {
                Ok((Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd, _)) => {}
                Ok((Event::StreamEnd, _)) | Err(Broken) => return documents,
                Ok((event, span)) => match self.node(event, span, &mut events) {
                    Ok(node) => documents.push(node),
                    Err(Broken) => return documents,
                },
            }
        }
    }

    fn next<'e>(&mut self, events: &mut Events<'e>) -> Result<(Event<'e>, Span), Broken> {
        match events.next_event() {
            Some(Ok(event)) => Ok(event),
            None => Ok((Event::StreamEnd, Span::default())),
            Some(Err(error)) => {
                let place = self.point(*error.marker());
                let diagnostic = if error.info().contains("recursion limit") {
                    too_deep(place)
                } else {
                    self.syntax(place, format!("the file is not YAML: {}", error.info()))
                };
                self.diagnostics.push(diagnostic);
                Err(Broken)
            }
        }
    }

    /// A syntax error, with the advice that its line calls for.
    fn syntax(&self, place: Place, message: String) -> Diagnostic {
        let line = self.line(place.line);
        let value = line.split_once(": ").map(|(_, value)| value.trim()).unwrap_or_default();
        let expression = ["==", "!=", "&&", "||", " ? "].iter().any(|sign| value.contains(sign));
        let diagnostic = Diagnostic::error(place, "yaml-syntax", message);
        if line.trim_start().starts_with('\t') {
            diagnostic.help("indent with spaces, not with tabs")
        } else if expression {
            diagnostic.help("quote the expression as a whole, or put it on its own lines after `>`")
        } else {
            diagnostic
        }
    }

    fn line(&self, number: u32) -> String {
        let skip = usize::try_from(number).unwrap_or(1).saturating_sub(1);
        self.file.split(|c| *c == '\n').nth(skip).unwrap_or_default().iter().collect()
    }

    fn node(
        &mut self,
        event: Event<'_>,
        span: Span,
        events: &mut Events<'_>,
    ) -> Result<Node, Broken> {
        let place = self.place(span);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the file has more than {MAX_NODES} nodes");
            let diagnostic = Diagnostic::error(place, "too-many-nodes", message);
            self.diagnostics.push(diagnostic.help("split it into several files"));
            return Err(Broken);
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_decorations(&place, anchor, tag.is_some());
                Ok(self.scalar(text.into_owned(), style, span))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_decorations(&place, anchor, tag.is_some());
                self.nested(place, events, Self::sequence)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_decorations(&place, anchor, tag.is_some());
                self.nested(place, events, Self::mapping)
            }
            _ => {
                let refused = Diagnostic::error(place.clone(), "alias", "aliases are not allowed");
                self.diagnostics.push(refused.help("write the value out"));
                let text = self.scalar(String::new(), ScalarStyle::Plain, span);
                Ok(Node { place, ..text })
            }
        }
    }

    fn nested(
        &mut self,
        place: Place,
        events: &mut Events<'_>,
        read: fn(&mut Self, &mut Events<'_>) -> Result<Tree, Broken>,
    ) -> Result<Node, Broken> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.diagnostics.push(too_deep(place));
            return Err(Broken);
        }
        let tree = read(self, events)?;
        self.depth -= 1;
        Ok(Node { place, tree })
    }

    fn sequence(&mut self, events: &mut Events<'_>) -> Result<Tree, Broken> {
        let mut items = Vec::new();
        loop {
            match self.next(events)? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(Tree::List(items)),
                (event, span) => items.push(self.node(event, span, events)?),
            }
        }
    }

    fn mapping(&mut self, events: &mut Events<'_>) -> Result<Tree, Broken> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        loop {
            let (event, span) = self.next(events)?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(Tree::Map(entries));
            }
            let key = self.node(event, span, events)?;
            let (event, span) = self.next(events)?;
            let value = self.node(event, span, events)?;
            let Tree::Scalar(name) = &key.tree else {
                let refused = Diagnostic::error(key.place, "key", "a key must be text");
                self.diagnostics.push(refused);
                continue;
            };
            let name = name.as_str().to_owned();
            if name == "<<" {
                let refused = Diagnostic::error(key.place, "merge", "merge keys are not allowed");
                self.diagnostics.push(refused.help("write the entries out"));
            } else if let Some(first) = seen.get(&name) {
                let message = format!("key `{name}` is there twice");
                let refused = Diagnostic::error(key.place, "duplicate-key", message);
                self.diagnostics.push(refused.related(first.clone(), "the first one is here"));
            } else {
                seen.insert(name.clone(), key.place.clone());
                entries.push(Entry { key: name, place: key.place, value });
            }
        }
    }

    fn refuse_decorations(&mut self, place: &Place, anchor: usize, tagged: bool) {
        if anchor > 0 {
            let refused = Diagnostic::error(place.clone(), "anchor", "anchors are not allowed");
            self.diagnostics.push(refused.help("remove `&name`, and write out what refers to it"));
        }
        if tagged {
            let refused = Diagnostic::error(place.clone(), "tag", "tags are not allowed");
            self.diagnostics.push(
                refused.help("if `!` belongs to an expression: quote it, or put it after `>`"),
            );
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Node {
        let start = (span.start.index(), count(span.start.line()), count(span.start.col() + 1));
        let written = Written { file: self.file, start, end: span.end.index() };
        let place = self.place(span);
        let scalar = ScalarText::new(text, style, &written);
        Node { place, tree: Tree::Scalar(Arc::new(scalar)) }
    }

    fn place(&self, span: Span) -> Place {
        let start = self.point(span.start);
        let (end_line, end_column) = (count(span.end.line()), count(span.end.col() + 1));
        if (end_line, end_column) <= (start.line, start.column) || end_line > start.line {
            return start;
        }
        Place { end_line, end_column, ..start }
    }

    fn point(&self, marker: Marker) -> Place {
        Place::point(Arc::clone(self.path), count(marker.line().max(1)), count(marker.col() + 1))
    }
}
