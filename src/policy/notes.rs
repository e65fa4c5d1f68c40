//! What is wrong with the files, gathered while they are read.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::expression::Effort;

/// How many problems of one file are told: one with more is hardly a policy, and telling all of
/// them would cost more than reading it.
const MOST_PER_FILE: usize = 500;

/// Diagnostics of all files so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    noted: Vec<Diagnostic>,
    /// How many there may be before the present file has too many.
    most: usize,
    /// What its expressions may still cost.
    pub(super) effort: Effort,
}

impl Notes {
    /// What follows is about the next file.
    pub(super) fn start_file(&mut self) {
        self.most = self.noted.len() + MOST_PER_FILE;
        self.effort = Effort::default();
    }

    /// Takes up a diagnostic, unless the file has too many already.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if self.is_full() {
            return;
        }
        let path = Arc::clone(&diagnostic.place.path);
        self.noted.push(diagnostic);
        if self.is_full() {
            let message = format!("there are {MOST_PER_FILE} problems or more");
            let last = Diagnostic::error(Place::file(path), Code::TooManyProblems, message);
            self.noted.push(last.help("the rest is not told; mend these first"));
        }
    }

    /// Takes up what was noted of other files.
    pub(super) fn merge(&mut self, other: Self) {
        self.noted.extend(other.noted);
    }

    /// Whether the file has so many problems that more are not told.
    pub(super) fn is_full(&self) -> bool {
        self.noted.len() >= self.most
    }

    /// All of them by place, each once.
    pub(super) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.noted.sort();
        self.noted.dedup();
        self.noted
    }
}
