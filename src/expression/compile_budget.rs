//! How much reading the expressions of a file may cost: counted and never timed, so that the same
//! file always gets the same answer.
//!
//! What is evaluated has its `EvalBudget`; this is about texts on their way there. An ordinary file
//! uses a hundredth of it.

use std::collections::HashMap;
use std::sync::Arc;

use super::SharedExpressions;
use super::parse::TextStats;
use super::pattern::{self, Pattern};

/// The most text, bytes: as much again with each use of a check type, and more where it is nested.
const TEXT: usize = 4 << 20;
/// The most work of the careful parser, in units of about a microsecond: enough for any one text.
const CARE: usize = 80 << 10;
/// The most bytes of compiled patterns, tries included; each takes some nanoseconds.
const PATTERNS: usize = 16 << 20;
/// Cost of a pattern, however small it is, in bytes.
const PATTERN: usize = 8 << 10;

/// Rest of the work that the expressions of a file may make, and what it has led to.
#[derive(Debug, Clone)]
pub struct CompileBudget {
    text: usize,
    care: usize,
    patterns: usize,
    /// Patterns by their source: a check type that is used often has the same ones each time.
    known: HashMap<String, Result<Arc<Pattern>, String>>,
    /// Expressions of other files, where several are read together.
    shared: Option<Arc<SharedExpressions>>,
}

impl Default for CompileBudget {
    fn default() -> Self {
        Self { text: TEXT, care: CARE, patterns: PATTERNS, known: HashMap::new(), shared: None }
    }
}

impl CompileBudget {
    /// `true` where so many bytes of text may be read.
    pub fn read(&mut self, bytes: usize) -> bool {
        take(&mut self.text, bytes)
    }

    /// Has the file share expressions with others; what each costs stays the same.
    pub fn share(&mut self, expressions: &Arc<SharedExpressions>) {
        self.shared = Some(Arc::clone(expressions));
    }

    /// Expressions that it shares with other files.
    pub(super) fn shared(&self) -> Option<&SharedExpressions> {
        self.shared.as_deref()
    }

    /// `true` where nothing more may be read.
    pub fn is_spent(&self) -> bool {
        self.text == 0
    }

    /// `true` where a text may be read by the careful parser, which takes its time for every token.
    pub(super) fn read_with_care(&mut self, text: &str, stats: TextStats) -> bool {
        take(&mut self.care, text.len() + 8 * stats.signs)
    }

    /// A compiled pattern, or why it is refused.
    pub(super) fn pattern(&mut self, source: &str) -> Result<Arc<Pattern>, String> {
        if let Some(known) = self.known.get(source) {
            return known.clone();
        }
        if self.patterns == 0 {
            return Err("the patterns of this file are too large together".to_owned());
        }
        let compiled = Pattern::compile(source).map(Arc::new);
        // Each size is tried up to the one that fits, and each is twice the one before.
        let cost = |pattern: &Arc<Pattern>| 2 * pattern.size + pattern.folded / 2;
        let cost = compiled.as_ref().map_or(2 * pattern::LARGEST, cost);
        self.patterns = self.patterns.saturating_sub(PATTERN + source.len() + cost);
        self.known.insert(source.to_owned(), compiled.clone());
        compiled
    }
}

/// Takes so much, if it is there; else there is nothing any more.
fn take(left: &mut usize, amount: usize) -> bool {
    let rest = left.checked_sub(amount);
    *left = rest.unwrap_or(0);
    rest.is_some()
}
