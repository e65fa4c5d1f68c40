//! Regular expressions whose cost is known before they are used. They are those of RE2.

use regex_automata::meta::{BuildError, Config, Regex};
use regex_syntax::hir::Hir;

use super::EvalBudget;
use super::re2;
use crate::resource::Failure;

/// The largest compiled size of a pattern, in bytes.
pub(super) const LARGEST: usize = 1 << 17;

/// Smaller sizes that a pattern is tried to fit in: the first that does tells its weight.
const SIZES: [usize; 8] = [1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16];

/// Regular expression, compiled once.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    regex: Regex,
    /// Steps per 64 bytes of text, in the worst case.
    weight: u64,
    /// The bytes that it is compiled to, at most.
    pub(super) size: usize,
    /// Characters that were looked up for their other case when it was read.
    pub(super) folded: usize,
}

impl Pattern {
    /// Pattern of a source, or why it is refused.
    ///
    /// Matching takes time in proportion to the length of the text and, at worst, the size of the
    /// pattern: a pattern's weight is the most steps that 64 bytes of text take, at 64 bytes of
    /// compiled pattern a step. What is too large is refused after one attempt. Each size is twice
    /// the one before and an attempt ends where its size is reached, so that all of them together
    /// take about as long as two of the last. Reading the source has no such end: letters of either
    /// case in a class of many cost 40 ms, so it is read once for all attempts.
    pub(super) fn compile(source: &str) -> Result<Self, String> {
        let ours =
            re2::translate(source).map_err(|reason| format!("the pattern is wrong: {reason}"))?;
        let read =
            regex_syntax::parse(&ours.pattern).map_err(|error| refusal(&error.to_string()))?;
        let largest = build(&read, LARGEST).map_err(|error| {
            let is_large = error.size_limit().is_some();
            if is_large { TOO_LARGE.to_owned() } else { refusal(&error.to_string()) }
        })?;
        let fitting =
            SIZES.into_iter().find_map(|size| build(&read, size).ok().map(|regex| (regex, size)));
        let (regex, size) = fitting.unwrap_or((largest, LARGEST));
        Ok(Self {
            source: source.to_owned(),
            regex,
            weight: size as u64 / 64,
            size,
            folded: ours.folded,
        })
    }

    /// Text that it was compiled from.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// `true` where it is found in a text.
    pub(super) fn is_found_in(&self, text: &str, budget: &mut EvalBudget) -> Result<bool, Failure> {
        budget.step(1 + text.len() as u64 * self.weight / 64)?;
        Ok(self.regex.is_match(text))
    }
}

/// Words for a pattern that is larger than [`LARGEST`].
const TOO_LARGE: &str = "the pattern is too large";

fn build(read: &Hir, size: usize) -> Result<Regex, Box<BuildError>> {
    let config = Config::new().nfa_size_limit(Some(size)).hybrid_cache_capacity(1 << 18);
    Regex::builder().configure(config).build_from_hir(read).map_err(Box::new)
}

fn refusal(error: &str) -> String {
    let last = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
    let reason = match last {
        "Unicode property value not found" => {
            r"RE2 has of `\p{...}` categories such as `Lu`, and scripts such as `Greek`"
        }
        last => last,
    };
    format!("the pattern is wrong: {reason}")
}
