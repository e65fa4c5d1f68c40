//! Problems of files, gathered while they are read.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Location};

use super::limits::MAX_PROBLEMS;

/// Diagnostics of the files so far, bounded for each file.
#[derive(Debug, Clone, Default)]
pub struct DiagnosticSink {
    found: Vec<Diagnostic>,
    /// How many there may be before the present file has too many.
    most: usize,
}

impl DiagnosticSink {
    /// A sink for one file.
    pub fn of_file() -> Self {
        Self { found: Vec::new(), most: MAX_PROBLEMS }
    }

    /// Begins another file, which may have as many problems as each.
    pub fn start_file(&mut self) {
        self.most = self.found.len() + MAX_PROBLEMS;
    }

    /// Takes up a diagnostic, unless the file has too many already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.is_full() {
            return;
        }
        let path = Arc::clone(&diagnostic.place.path);
        self.found.push(diagnostic);
        if self.is_full() {
            let message = format!("there are {MAX_PROBLEMS} problems or more");
            let last = Diagnostic::error(Location::file(path), Code::TooManyProblems, message);
            self.found.push(last.help("the rest is not told; mend these first"));
        }
    }

    /// Takes up all that was found in other files.
    pub fn merge(&mut self, other: Self) {
        self.found.extend(other.found);
    }

    /// Takes up diagnostics of another file, as many as there are.
    pub fn extend(&mut self, others: &[Diagnostic]) {
        self.found.extend_from_slice(others);
    }

    /// Diagnostics in the order in which they were found.
    pub fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }

    /// `true` once the file has so many problems that more are not told.
    pub fn is_full(&self) -> bool {
        self.found.len() >= self.most
    }

    /// Diagnostics in the order of their places, each once.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}
