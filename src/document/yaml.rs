//! YAML, event by event, into the tree of each document.

use std::ops::Range;

use saphyr_parser::{Event, Input, Parser, ScalarStyle, ScanError, Span, Tag};

use crate::diagnostic::{Code, Diagnostic, Location};

use super::limits::{MAX_DEPTH, MAX_NODES};
use super::node::{Builder, Each, NodeKind};
use super::scalar::Scalar;
use super::sink::DiagnosticSink;
use super::text::SourceText;
use super::{lines, refusal, syntax};

/// Hands over the documents of a file, from each place at which reading can begin again. `true`
/// where all of them could be read.
pub(super) fn read<'s, T: Input>(
    source: &'s SourceText,
    input: impl Fn(&'s str) -> T,
    sink: &mut DiagnosticSink,
    each: &mut Each<'_>,
) -> bool {
    let mut is_whole = true;
    let mut tree = Builder::new(source.source().len());
    let mut count = 0;
    let mut next = Some(0);
    while let Some(from) = next.take() {
        let mut reader = Reader {
            source,
            sink: &mut *sink,
            tree: &mut tree,
            events: Parser::new(input(source.from(from))),
            characters_before: source.character_of(from),
            last_end: from,
            count,
            is_unseparated: false,
        };
        if let Err(abort) = reader.stream(each) {
            is_whole = false;
            next = match abort {
                ParseAbort::Syntax(at) if !reader.sink.is_full() => {
                    refusal::next_document(source, at, from)
                }
                ParseAbort::Syntax(_) | ParseAbort::Limit => None,
            };
        }
        count = reader.count;
    }
    is_whole
}

/// Reason why reading broke off, which has been reported.
enum ParseAbort {
    /// A syntax error at this offset: the next document may be fine.
    Syntax(usize),
    /// Too much of something.
    Limit,
}

struct Reader<'s, 'd, T: Input> {
    source: &'s SourceText,
    sink: &'d mut DiagnosticSink,
    tree: &'d mut Builder<'s>,
    events: Parser<'s, T>,
    /// Characters of the file that this parser does not see.
    characters_before: usize,
    /// Where the last event ended.
    last_end: usize,
    /// Nodes of the file so far.
    count: usize,
    /// Another document begins inside this one.
    is_unseparated: bool,
}

/// Event with its bytes, and where the event before it ended.
struct Located<'s> {
    event: Event<'s>,
    span: Range<usize>,
    behind: usize,
}

impl<'s, T: Input> Reader<'s, '_, T> {
    fn stream(&mut self, each: &mut Each<'_>) -> Result<(), ParseAbort> {
        loop {
            let located = self.next()?;
            match located.event {
                Event::StreamEnd => return Ok(()),
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd => {}
                _ => {
                    self.tree.clear();
                    self.is_unseparated = false;
                    self.node(located, 0)?;
                    if let Some(root) = self.tree.node(0) {
                        each(root, self.source, self.sink);
                    }
                }
            }
        }
    }

    #[inline]
    fn next(&mut self) -> Result<Located<'s>, ParseAbort> {
        let behind = self.last_end;
        match self.events.next_event() {
            Some(Ok((event, span))) => {
                let span = self.bytes(span);
                self.last_end = span.end.max(behind);
                Ok(Located { event, span, behind })
            }
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok(Located { event: Event::StreamEnd, span: behind..behind, behind }),
        }
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let start = self.source.byte_of(self.characters_before + span.start.index());
        let end = self.source.byte_of(self.characters_before + span.end.index());
        start..end.max(start)
    }

    fn syntax(&mut self, error: &ScanError) -> ParseAbort {
        let at = self.source.byte_of(self.characters_before + error.marker().index());
        if error.info().contains("recursion limit") {
            return self.too_deep(&(at..at));
        }
        self.sink.push(syntax::error(self.source, at, error.info()));
        ParseAbort::Syntax(at)
    }

    fn too_deep(&mut self, span: &Range<usize>) -> ParseAbort {
        self.sink.push(refusal::too_deep(self.place(span), MAX_DEPTH));
        ParseAbort::Limit
    }

    /// Takes up a node with all that is in it.
    fn node(&mut self, located: Located<'s>, depth: usize) -> Result<(), ParseAbort> {
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
                let unfilled = match style {
                    ScalarStyle::Plain => lines::unfilled_text(self.source, &span),
                    _ => None,
                };
                let is_unfilled = unfilled.is_some();
                if let Some(unfilled) = unfilled {
                    self.sink.push(unfilled);
                }
                if has_nul || is_unfilled || tag.is_some() {
                    self.tree.refused(span.into());
                } else {
                    let text = (value.into_owned(), style);
                    let (span, scalar) = Scalar::new(self.source, text, span, behind);
                    self.tree.scalar(span, scalar);
                }
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_properties(&span, anchor, tag.as_deref());
                self.refuse_tab(&span);
                self.list(&span, depth + 1)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_properties(&span, anchor, tag.as_deref());
                self.refuse_tab(&span);
                self.map(&span, depth + 1)?;
            }
            Event::Alias(_) => {
                self.sink.push(refusal::alias(self.source, span.start));
                self.tree.refused(span.into());
            }
            _ => self.tree.refused(span.into()),
        }
        Ok(())
    }

    /// Stops where there is too much.
    fn bound(&mut self, span: &Range<usize>) -> Result<(), ParseAbort> {
        self.count += 1;
        if self.count > MAX_NODES {
            let place = self.source.place(span.start..span.start);
            self.sink.push(refusal::too_many_nodes(place, MAX_NODES));
        }
        if self.count > MAX_NODES || self.sink.is_full() {
            return Err(ParseAbort::Limit);
        }
        Ok(())
    }

    #[inline]
    fn refuse_properties(&mut self, span: &Range<usize>, anchor: usize, tag: Option<&Tag>) {
        let count = usize::from(anchor > 0) + usize::from(tag.is_some());
        if count == 0 {
            return;
        }
        for refused in refusal::properties(self.source, span.start, count) {
            self.sink.push(refused);
        }
    }

    /// Refuses a tab between a `-` and the list or mapping that begins behind it: YAML indents these
    /// by spaces (1.2.2, 8.2.1), though the parser takes it.
    #[inline]
    fn refuse_tab(&mut self, span: &Range<usize>) {
        if let Some(refused) = syntax::tab_behind_dash(self.source, span.start) {
            self.sink.push(refused);
        }
    }

    fn list(&mut self, span: &Range<usize>, depth: usize) -> Result<(), ParseAbort> {
        self.bound_depth(span, depth)?;
        // The place of a collection is its first character: all of it would be half the file.
        let open = self.tree.open((span.start..span.start).into());
        loop {
            let located = self.next()?;
            if matches!(located.event, Event::SequenceEnd | Event::StreamEnd) {
                self.tree.close(&open, NodeKind::List);
                return Ok(());
            }
            self.node(located, depth)?;
        }
    }

    fn map(&mut self, span: &Range<usize>, depth: usize) -> Result<(), ParseAbort> {
        self.bound_depth(span, depth)?;
        let begin = self.tree.len();
        let mut open = self.tree.open((span.start..span.start).into());
        let mut is_template = false;
        loop {
            let located = self.next()?;
            if matches!(located.event, Event::MappingEnd | Event::StreamEnd) {
                if is_template {
                    // What is told of it is told: it is no mapping that lacks something.
                    self.tree.truncate(begin);
                    self.tree.refused((span.start..span.start).into());
                } else {
                    self.tree.close(&open, NodeKind::Map);
                }
                return Ok(());
            }
            let at = self.tree.len();
            self.bound_key(&located)?;
            self.node(located, depth)?;
            is_template |= self.is_template(at);
            let is_key = self.is_key(at);
            let first = if is_key { self.tree.key(&mut open, at) } else { None };
            let value = self.next()?;
            self.node(value, depth)?;
            if let Some(first) = first {
                self.duplicate_key(at, first);
            }
            if !is_key || first.is_some() {
                self.tree.truncate(at);
            }
        }
    }

    /// Stops at a line that goes on with an expression, of which YAML makes a key: `? a : b`.
    fn bound_key(&mut self, key: &Located<'s>) -> Result<(), ParseAbort> {
        let start = key.span.start;
        let is_empty = key.span.is_empty() && self.source.char_at(start) == Some(':');
        let is_asked = self.source.source().as_bytes().get(..start);
        // Few keys are either, and each is asked.
        if !is_empty && !is_asked.is_some_and(|before| before.ends_with(b"? ")) {
            return Ok(());
        }
        let before = self.source.slice(self.source.line_start(start)..start).trim_start();
        if !(before.starts_with("? ") || before.is_empty() && is_empty) {
            return Ok(());
        }
        match lines::continuation(self.source, key.span.start) {
            Some(told) => {
                self.sink.push(told);
                Err(ParseAbort::Syntax(key.span.start))
            }
            None => Ok(()),
        }
    }

    /// `true` where the node at a place is the inner mapping of a `{{ template }}`.
    fn is_template(&self, at: usize) -> bool {
        let Some(key) = self.tree.node(at) else { return false };
        if !matches!(key.kind(), NodeKind::Map(_)) {
            return false;
        }
        let start = key.span().range().start;
        self.source.from(start.saturating_sub(1)).starts_with("{{")
    }

    fn duplicate_key(&mut self, at: usize, first: super::span::Span) {
        let Some(key) = self.tree.node(at) else { return };
        let place = self.source.place_of(key.span());
        let name = key.raw();
        // Of a document without a mark before it all keys are there twice.
        let is_at_margin =
            self.source.line_start(key.span().range().start) == key.span().range().start;
        let is_own = ["apiVersion", "kind"].contains(&name) && is_at_margin;
        if is_own && !self.is_unseparated {
            self.is_unseparated = true;
            self.sink.push(refusal::unseparated(name, place));
            return;
        }
        if self.is_unseparated && is_at_margin {
            return;
        }
        let refused = refusal::duplicate_key(name, place, self.source.place_of(first));
        self.sink.push(refused);
    }

    fn bound_depth(&mut self, span: &Range<usize>, depth: usize) -> Result<(), ParseAbort> {
        if depth > MAX_DEPTH { Err(self.too_deep(span)) } else { Ok(()) }
    }

    /// `true` where the node at a place can be a key: merge keys and what is no text are refused.
    fn is_key(&mut self, at: usize) -> bool {
        let Some(key) = self.tree.node(at) else { return false };
        let place = || self.source.place_of(key.span());
        let refused = match key.kind() {
            NodeKind::Scalar(name) if name.is_plain() && name.as_str() == "<<" => {
                Diagnostic::error(place(), Code::Merge, "merge keys are not allowed")
                    .help("write the entries out")
            }
            NodeKind::Scalar(_) => return true,
            NodeKind::Refused => return false,
            NodeKind::List(_) | NodeKind::Map(_) => {
                let start = key.span().range().start;
                let is_template = self.is_template(at);
                let template = is_template.then(|| refusal::template(self.source, start)).flatten();
                template
                    .unwrap_or_else(|| Diagnostic::error(place(), Code::Key, "a key must be text"))
            }
        };
        self.sink.push(refused);
        false
    }

    fn place(&self, span: &Range<usize>) -> Location {
        self.source.place(self.source.first_line(span.clone()))
    }
}
