//! Pieces of texts, compared with what none of them can be: a part that `split` gives has no
//! separator in it, and three characters are never four.

use super::operand::{MOST_READ, Operand, TOLD};
use super::span::Span;
use super::tree::{Expr, Node};
use super::{Problem, notation, show};
use crate::diagnostic::Code;
use crate::resource::Value;

/// Warns about constants that a piece of a text is compared with and never is.
pub(super) fn check(observed: &Node, constants: &Operand<'_>, problems: &mut Vec<Problem>) {
    let (call, is_part) = match &observed.expr {
        Expr::Index(pair) => (&pair.0, true),
        Expr::Call { .. } => (observed, false),
        _ => return,
    };
    let Some(piece) = Piece::of(call).filter(|piece| is_part == piece.is_part()) else { return };
    let odd = constants.texts().filter_map(|(text, at)| piece.odd(text, at, observed));
    problems.extend(odd.take(TOLD));
}

/// Warns about a constant that is looked for among the parts of a text.
pub(super) fn check_member(wanted: &Operand<'_>, list: &Node, problems: &mut Vec<Problem>) {
    if let Some(piece) = Piece::of(list).filter(Piece::is_part) {
        let odd = wanted.texts().filter_map(|(text, at)| piece.odd(text, at, list));
        problems.extend(odd.take(TOLD));
    }
}

/// Warns about what a loop over the parts of a text compares its variable with.
pub(super) fn check_loop(list: &Node, index: usize, body: &Node, problems: &mut Vec<Problem>) {
    let is_variable =
        |node: &Node| matches!(node.expr, Expr::Local { index: of, .. } if of == index);
    let piece = || Piece::of(list).filter(Piece::is_part);
    let (variable, constant) = match &body.expr {
        Expr::Equal(pair) | Expr::NotEqual(pair) if is_variable(&pair.1) => (&pair.1, &pair.0),
        Expr::Equal(pair) | Expr::NotEqual(pair) | Expr::In(pair) => (&pair.0, &pair.1),
        Expr::Not(of) => return check_loop(list, index, of, problems),
        _ => return,
    };
    let (true, Expr::Constant(value)) = (is_variable(variable), &constant.expr) else { return };
    let values = match value {
        Value::List(items) => items,
        one => std::slice::from_ref(one),
    };
    let Some(piece) = piece() else { return };
    let texts = values.iter().take(MOST_READ).filter_map(Value::as_str);
    problems.extend(texts.filter_map(|text| piece.odd(text, constant.span, variable)).take(TOLD));
}

/// What is known of a piece of a text.
enum Piece<'t> {
    /// A part between separators.
    Part(&'t str),
    Trimmed,
    /// So many characters.
    Cut(usize),
    /// What has a sign replaced.
    Without(&'t str),
}

impl<'t> Piece<'t> {
    /// Piece that a call gives, or of which it gives a list.
    fn of(call: &'t Node) -> Option<Self> {
        let Expr::Call { function, arguments, .. } = &call.expr else { return None };
        let text = |at: usize| match &arguments.get(at)?.expr {
            Expr::Constant(Value::String(text)) if !text.is_empty() => Some(&**text),
            _ => None,
        };
        let number = |at: usize| match &arguments.get(at)?.expr {
            Expr::Constant(Value::Int(number)) => usize::try_from(*number).ok(),
            _ => None,
        };
        match function.name {
            "split" => text(1).map(Self::Part),
            "trim" => Some(Self::Trimmed),
            "substring" => number(2)?.checked_sub(number(1)?).map(Self::Cut),
            "replace" => {
                let (sign, by) = (text(1)?, &arguments.get(2)?.expr);
                let is_gone = matches!(
                    by, Expr::Constant(Value::String(by)) if !by.contains(sign)
                );
                (is_gone && sign.chars().count() == 1).then_some(Self::Without(sign))
            }
            _ => None,
        }
    }

    fn is_part(&self) -> bool {
        matches!(self, Self::Part(_))
    }

    /// Warning of a text that it never is.
    fn odd(&self, text: &str, at: Span, observed: &Node) -> Option<Problem> {
        let shown = |text: &str| notation::value(&Value::string(text));
        let (words, help) = match self {
            Self::Part(separator) if text.contains(separator) => (
                format!("is a part without {}", shown(separator)),
                "compare one part, or the whole text".to_owned(),
            ),
            Self::Trimmed if text.trim() != text => {
                ("has no white space around it".to_owned(), format!("write {}", shown(text.trim())))
            }
            Self::Cut(count) if text.chars().count() != *count => (
                match count {
                    0 => "has no characters".to_owned(),
                    1 => "has one character".to_owned(),
                    count => format!("has {count} characters"),
                },
                "compare as many characters, or ask `startsWith`".to_owned(),
            ),
            Self::Without(sign) if text.contains(sign) => (
                format!("has no {} any more", shown(sign)),
                "compare with the text after the replacement".to_owned(),
            ),
            _ => return None,
        };
        let message = format!("{} is never `{}`, which {words}", shown(text), show::node(observed));
        Some(Problem::warning(at, Code::FixedComparison, message).help(help))
    }
}
