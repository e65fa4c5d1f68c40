//! What is wrong with the files, gathered while they are read, and what that may still cost.

use crate::diagnostic::Diagnostic;
use crate::document::DiagnosticSink;
use crate::expression::CompileBudget;

/// Diagnostics of all files so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub(super) sink: DiagnosticSink,
    /// What the expressions of the present file may still cost.
    pub(super) effort: CompileBudget,
}

impl Notes {
    /// What follows is about the next file.
    pub(super) fn start_file(&mut self) {
        self.sink.start_file();
        self.effort = CompileBudget::default();
    }

    /// Takes up a diagnostic, unless the file has too many already.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// Takes up what was noted of other files.
    pub(super) fn merge(&mut self, other: Self) {
        self.sink.merge(other.sink);
    }

    /// Whether the file has so many problems that more are not told.
    pub(super) fn is_full(&self) -> bool {
        self.sink.is_full()
    }

    /// All of them by place, each once.
    pub(super) fn into_sorted(self) -> Vec<Diagnostic> {
        self.sink.into_sorted()
    }
}
