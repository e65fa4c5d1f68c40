//! Doc comments: how many say little, and how many begin with a question instead of a noun.

use crate::modules::SourceFile;

/// Words up to which a doc comment is short.
const FEW_WORDS: usize = 4;
/// First words that put a question instead of a noun.
const QUESTIONS: [&str; 4] = ["What", "Where", "That", "Whether"];

/// Counts of doc comments; one comment is one run of lines that begin with `///`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DocComments {
    /// All of them.
    pub(crate) all: usize,
    /// Those of four words or fewer.
    pub(crate) short: usize,
    /// Those that begin with What, Where, That or Whether.
    pub(crate) questions: usize,
}

impl DocComments {
    /// Counts of the files together.
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = &'a SourceFile>) -> Self {
        let mut counts = Self::default();
        for file in files {
            let mut words: Vec<&str> = Vec::new();
            for line in file.text.lines().chain([""]) {
                if let Some(doc) = line.trim_start().strip_prefix("///") {
                    words.extend(doc.split_whitespace());
                } else if !words.is_empty() {
                    counts.count(&words);
                    words.clear();
                }
            }
        }
        counts
    }

    fn count(&mut self, words: &[&str]) {
        self.all += 1;
        self.short += usize::from(words.len() <= FEW_WORDS);
        self.questions += usize::from(words.first().is_some_and(|word| QUESTIONS.contains(word)));
    }

    /// `true` where of a hundred comments at most so many are short, and so many are questions.
    pub(crate) fn keeps(self, short: usize, questions: usize) -> bool {
        let most = |share: usize| (self.all * share).div_ceil(100);
        self.short <= most(short) && self.questions <= most(questions)
    }
}
