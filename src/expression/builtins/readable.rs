//! Texts that a function can never read, by the form that they have.

use crate::diagnostic::Code;
use crate::expression::Problem;
use crate::expression::operand::Operand;
use crate::resource::{Form, Reading};

/// Warning of an argument that is none of what is read, whatever its value is.
pub(in crate::expression) fn check(argument: &Operand<'_>, reading: Reading) -> Option<Problem> {
    if argument.constant.is_some() {
        return None;
    }
    let known = argument.kind.texts()?;
    if known.form.is_none() || known.forms().any(|form| form.may_be(reading)) {
        return None;
    }
    let (noun, sample) = match reading {
        Reading::Arn => ("an ARN", "`arn:aws:iam::123456789012:role/web`"),
        Reading::Range => ("a range of addresses", "`10.0.0.0/8`"),
        Reading::Span => ("a span of time", "`90d`"),
        Reading::Instant => ("an instant", "`2026-01-31T00:00:00Z`"),
        Reading::Number => ("a number", "`42`"),
    };
    let (path, words) = (argument.shown, known.forms().map(Form::words).collect::<Vec<_>>());
    let message = format!("`{path}` is never {noun}: it is {}", words.join(", or "));
    let problem = Problem::warning(argument.span, Code::FixedComparison, message);
    Some(problem.help(format!("give it a text that is one, such as {sample}")))
}
