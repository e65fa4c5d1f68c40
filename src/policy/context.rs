//! A file while its documents are resolved: its text, its problems so far, and what it may still cost.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::{DiagnosticSink, Field, SourceText, Span, short};
use crate::expression::CompileBudget;

/// File whose documents are resolved.
#[derive(Debug, Clone)]
pub(super) struct FileContext {
    /// Text of the file, by which places are told.
    pub(super) source: Arc<SourceText>,
    pub(super) sink: DiagnosticSink,
    /// Budget that is left for its expressions.
    pub(super) effort: CompileBudget,
    /// Problems that are none of their own where a document could not be read, since what they miss
    /// may be declared there.
    pub(super) unfound: DiagnosticSink,
}

impl FileContext {
    /// Context of a file, with what is wrong with its YAML.
    pub(super) fn new(source: Arc<SourceText>, sink: DiagnosticSink) -> Self {
        let unfound = DiagnosticSink::of_file();
        Self { source, sink, effort: CompileBudget::default(), unfound }
    }

    /// Location of a value, by its bytes in the file.
    pub(super) fn place(&self, span: Span) -> Location {
        self.source.place_of(span)
    }

    /// Error at a value, to be completed and reported.
    pub(super) fn error(&self, at: Span, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.place(at), code, message)
    }

    /// Warning at a value, to be completed and reported.
    pub(super) fn warning(&self, at: Span, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.place(at), code, message)
    }

    /// Reports a diagnostic, unless the file has too many already.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// Keeps a diagnostic on something that is declared nowhere, to be reported once all documents
    /// are known.
    pub(super) fn report_unfound(&mut self, diagnostic: Diagnostic) {
        if !self.is_full() {
            self.unfound.push(diagnostic);
        }
    }

    /// `true` once the file has so many problems that more are not told.
    pub(super) fn is_full(&self) -> bool {
        self.sink.is_full()
    }

    /// Value of the text in a field; a text that is none is reported, and so is nothing else.
    pub(super) fn parse<T: FromStr<Err: fmt::Display>>(
        &mut self,
        field: &Field<String>,
    ) -> Option<T> {
        let text = field.get()?;
        self.parse_text(&text.value, text.span)
    }

    /// Value of a text; one that is none is reported.
    pub(super) fn parse_text<T: FromStr<Err: fmt::Display>>(
        &mut self,
        text: &str,
        at: Span,
    ) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let is_brief = text.chars().count() <= 100;
                let message = if is_brief {
                    T::Err::to_string(&error)
                } else {
                    format!("`{}` is too long", short(text))
                };
                let refused = self.error(at, Code::InvalidValue, message);
                self.report(refused);
                None
            }
        }
    }
}
