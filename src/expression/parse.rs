//! From text to the parser's tree, on texts that nobody vouches for.
//!
//! The `cel` crate has two parsers. The documented one, made by ANTLR, tells the places of nodes,
//! but takes some 100 µs a text and up to 170 KiB of stack a bracket in a debug build, so that it
//! runs on a thread of its own. The other, behind the feature `parser_pratt`, takes 5 µs and little
//! stack, but keeps the places to itself. Most texts have no problem to point at: the quick parser
//! reads first, and the careful one only where something is to be said about the text. A test holds
//! their trees equal.
//!
//! This file is the guard around the crate, and the only one that catches panics: a text at which a
//! parser panics is a text that cannot be read, and no end of the service.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use cel::IdedExpr;
use cel::parser::{ParseError, Parser, PrattParser};

use super::places::Places;
use super::span::Span;
use super::stumble::{Around, Told};
use super::{Problem, hints};
use crate::diagnostic::Code;

/// The longest text, in bytes.
pub(super) const MAX_LENGTH: usize = 8 << 10;
/// The deepest tree, in nodes.
pub(super) const MAX_DEPTH: usize = 64;
/// The largest tree, in nodes.
pub(super) const MAX_NODES: usize = 4096;

/// Chains of more calls than this are left to the careful parser: the quick one copies what stands
/// before each of them, and again for each.
const MANY_LINKS: usize = 64;
/// Texts with more punctuation than this may nest deeper than an ordinary stack holds.
const MANY_SIGNS: usize = 400;
/// Holds the careful parser at its own limit of nesting, and a chain as long as the text.
const STACK_BYTES: usize = 64 << 20;

/// So few open brackets add nothing to the cost of a text.
const FEW_OPEN: usize = 3;

/// What a bracket that opens counts in [`COUNTS`].
const OPENED: u32 = 1 << 16;

/// Punctuation that a byte is, and brackets that it opens, so that both are counted at once: each text
/// is looked at byte by byte.
#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "computed by the compiler, which would refuse it"
)]
static COUNTS: [u32; 256] = {
    let mut counts = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        counts[at] =
            byte.is_ascii_punctuation() as u32 + OPENED * matches!(byte, b'(' | b'[' | b'{') as u32;
        at += 1;
    }
    counts
};

/// Counts of what a text consists of, known before it is parsed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TextStats {
    /// How much punctuation it has.
    pub(super) signs: usize,
    /// The most brackets that are open at once, give or take those in strings.
    pub(super) depth: usize,
    /// How many calls and the like are made of what another one gave.
    links: usize,
}

impl TextStats {
    /// Counts of a text. Of most it is enough to know how much there is of what: they cannot be deep, nor
    /// long chains.
    pub(super) fn of(text: &str) -> Self {
        let (mut signs, mut opened) = (0, 0);
        for part in text.as_bytes().chunks(usize::from(u16::MAX)) {
            let count = |byte: &u8| COUNTS.get(usize::from(*byte)).copied().unwrap_or_default();
            let counts: u32 = part.iter().map(count).sum();
            signs += (counts % OPENED) as usize;
            opened += (counts / OPENED) as usize;
        }
        if opened <= FEW_OPEN && signs <= MANY_LINKS {
            return Self { signs, depth: opened, links: 0 };
        }
        let (depth, links) = Self::depth_and_links(text);
        Self { signs, depth, links }
    }

    fn depth_and_links(text: &str) -> (usize, usize) {
        let (mut open, mut depth, mut links) = (0_usize, 0, 0);
        let mut is_link = false;
        for byte in text.bytes() {
            match byte {
                b' ' | b'\t' | b'\r' | b'\x0c' => continue,
                b'(' | b'[' | b'{' => {
                    open += 1;
                    depth = depth.max(open);
                }
                b')' | b']' | b'}' => open = open.saturating_sub(1),
                b'.' => links += usize::from(is_link),
                _ => {}
            }
            // Behind a line break may stand what was a link before a comment.
            is_link = matches!(byte, b')' | b']' | b'}' | b'\n');
        }
        (depth, links)
    }

    /// Cost of reading a text that looks so, in bytes: a sign is mostly a node of the tree, and
    /// macros in macros and lists of lists cost the square of their depth.
    pub(super) fn cost(self, text: &str) -> usize {
        (text.len() + 12 * self.signs) * (1 + self.depth * self.depth / 16)
    }

    /// `true` where the quick parser is quick on it.
    pub(super) fn is_quick(&self) -> bool {
        self.links <= MANY_LINKS
    }
}

/// Hands the tree of a text to `work`, if it is surely well-formed; `None` sends the caller to
/// [`careful`]. The stack is large enough for both.
pub(super) fn quick<T: Send>(
    text: &str,
    stats: TextStats,
    work: impl FnOnce(&IdedExpr) -> T + Send,
) -> Option<T> {
    let parse = || PrattParser::new().parse(text).ok().map(|tree| work(&tree));
    if stats.signs <= MANY_SIGNS {
        return catch_unwind(AssertUnwindSafe(parse)).ok().flatten();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, parse);
        thread.ok()?.join().ok().flatten()
    })
}

/// Parses with places, and hands the tree to `work`, on a stack that is large enough for both.
pub(super) fn careful<T: Send>(
    text: &str,
    work: impl FnOnce(&IdedExpr, &Places<'_>) -> T + Send,
) -> Result<T, Problem> {
    let run = || match Parser::new().parse_with_source_info(text) {
        Ok((tree, tokens)) => Ok(work(&tree, &Places::new(text, &tokens))),
        Err(refused) => Err(syntax_error(text, refused.errors.first())),
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        #[expect(
            clippy::expect_used,
            reason = "no fault of the text, which is neither right nor wrong"
        )]
        let thread = thread.expect("the system has room for one more thread");
        thread.join().unwrap_or_else(|_| Err(unparsed(text, "the parser gave up")))
    })
}

/// Problem of a text that no parser should see.
pub(super) fn too_large(text: &str, stats: TextStats) -> Option<Problem> {
    let place = Span::new(0, text.len());
    if text.len() > MAX_LENGTH {
        let message =
            format!("the expression has {} bytes, and {MAX_LENGTH} are the most", text.len());
        let problem = Problem::error(place, Code::ExpressionTooLarge, message);
        return Some(problem.help("split it into several checks"));
    }
    (stats.depth > MAX_DEPTH).then(|| too_deep(place))
}

/// Problem where the texts of a file are too many together.
pub(super) fn too_much(text: &str) -> Problem {
    let message = "the expressions of this file are too long together".to_owned();
    Problem::error(Span::new(0, text.len()), Code::ExpressionTooLarge, message).help(
        "split the file; each use of a check type counts as much as its expressions written out",
    )
}

/// Problem of a text that cannot be read, where looking for the place would take too long.
pub(super) fn unplaced(text: &str) -> Problem {
    unparsed(text, "its syntax is wrong").help("mend the problems above, and its place is told")
}

fn unparsed(text: &str, why: &str) -> Problem {
    Problem::error(
        Span::new(0, text.len()),
        Code::ExpressionSyntax,
        format!("the expression cannot be read: {why}"),
    )
}

/// The first error of the parser in our words; those behind it are mostly its consequences.
fn syntax_error(text: &str, error: Option<&ParseError>) -> Problem {
    let Some(error) = error else { return unparsed(text, "the parser gave up") };
    let place = place_of(text, offset(text, error.pos));
    let word = text.get(place.start()..place.end()).unwrap_or_default();
    let says = |part: &str| error.msg.contains(part);
    let problem = |message: String| Problem::error(place, Code::ExpressionSyntax, message);
    let refused = |told: Told| {
        let place = Span::new(told.place.start, told.place.end);
        Problem::error(place, Code::ExpressionSyntax, told.message).help(told.help)
    };
    let around = Around::new(text, place.start());
    if text.trim().is_empty() {
        problem("the expression is empty".to_owned())
    } else if error.pos == (0, 0) {
        too_deep(Span::new(0, text.len()))
    } else if says("literal") {
        problem(format!("`{word}` is no number of 64 bits"))
    } else if says("reserved identifier") {
        let message = format!("`{word}` is a reserved word of CEL");
        problem(message).advised(hints::sign(word, ""))
    } else if says("invalid argument to has()") {
        problem("`has` takes a property".to_owned()).help("write `has(resource.Name)`")
    } else if says("simple name") {
        problem("the first argument must be a simple name, such as `x`".to_owned())
    } else if says("unsupported syntax") {
        problem("optional selects and quoted names cannot be used in policies".to_owned())
            .help("a missing property is null: write `.`, or `[\"name\"]`")
    } else if let Some(told) = around.quote() {
        refused(told)
    } else if word.starts_with(['"', '\'']) && says("token recognition") {
        problem("the string has an escape that CEL does not know".to_owned())
            .help("write `\\\\` for a backslash, or `r\"...\"` for a text without escapes")
    } else if let Some(place) = hints::template(text) {
        let place = Span::new(place.start, place.end);
        let template = text.get(place.start()..place.end()).unwrap_or_default();
        let message = format!("`{template}` is a template, which nobody fills in here");
        Problem::error(place, Code::ExpressionSyntax, message)
            .help("commit what it stands for: policies are read as they are committed")
    } else if let Some((place, message, help)) = hints::question(text) {
        let place = Span::new(place.start, place.end);
        Problem::error(place, Code::ExpressionSyntax, message).help(help)
    } else if word.is_empty() {
        let early = || problem("the expression ends too early".to_owned());
        around.end().map_or_else(early, refused)
    } else {
        let behind = text.get(place.end()..).unwrap_or_default();
        let message = || format!("`{word}` is not expected here");
        if let Some(help) = hints::sign(word, behind) {
            return problem(message()).help(help);
        }
        let told = around.number().or_else(|| around.between());
        told.map_or_else(|| problem(message()).advised(around.help()), refused)
    }
}

/// Problem of a text that the parser refuses for its depth.
pub(super) fn too_deep(span: Span) -> Problem {
    let message = format!("the expression nests deeper than {MAX_DEPTH}");
    Problem::error(span, Code::ExpressionTooLarge, message).help("split it into several checks")
}

/// The word at an offset where the parser stumbled, or the one before that made it stumble.
fn place_of(text: &str, at: usize) -> Span {
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let first = rest.chars().next();
    if first.is_some_and(is_sign) {
        let length = rest.find(|c| !is_sign(c)).unwrap_or(rest.len());
        return Span::new(before.trim_end_matches(is_sign).len(), at + length);
    }
    let before = before.trim_end();
    let word = before.trim_end_matches(is_name).len();
    if before.get(word..).and_then(|word| hints::sign(word, "")).is_some() {
        return Span::new(word, before.len());
    }
    let length = match first {
        Some(c) if is_name(c) => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
        Some(c) => c.len_utf8(),
        None => 0,
    };
    Span::new(at, at + length)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_sign(c: char) -> bool {
    "=<>!&|".contains(c)
}

/// The byte offset of a line and column, both from 1 and in characters.
fn offset(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let column = usize::try_from(column - 1).unwrap_or(0);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let within: usize = rest.chars().take(column).map(char::len_utf8).sum();
    start + within
}
