//! Constants that are none of the values that there are: of a property, by what the cloud
//! documents, and of a type.
//!
//! `Status == "enabled"` compares with a text that the cloud never says. A cloud learns new values
//! from time to time, so that it is a warning and no error.

use super::Problem;
use super::notation;
use super::operand::Operand;
use super::span::Span;
use super::types::{NAMES, Properties, Texts, Type, Words};
use crate::diagnostic::{Code, meant_or_known};
use crate::resource::{Form, Part, Value, is_documented};

/// How many values of a list are told.
const TOLD: usize = 5;

/// Warns about constants that are none of the values documented for what they are compared with,
/// where that is text of a kind: the observed value itself, or each element of it.
pub(super) fn check(
    observed: &Operand<'_>,
    kind: &Type,
    constants: &Operand<'_>,
    problems: &mut Vec<Problem>,
) {
    let &Type::String(Texts { words, form }) = kind else { return };
    let Some(constant) = constants.constant else { return };
    let texts = match constant {
        Value::String(_) => std::slice::from_ref(constant),
        Value::List(items) => items,
        _ => return,
    };
    let texts = texts.iter().enumerate();
    let texts = texts.filter_map(|(at, text)| Some((text.as_str()?, constants.place(at))));
    if let Some(form) = form {
        let found = texts.clone().filter_map(|(text, at)| formless(text, at, form, observed));
        problems.extend(found.take(TOLD));
    }
    let unknown = texts.filter(|(text, _)| !is_documented(text, words));
    problems.extend(unknown.take(TOLD).map(|(text, at)| undocumented(text, at, words, observed)));
}

/// Warning of a text that is compared with what never looks like it, or not always.
fn formless(text: &str, at: Span, form: &Form, observed: &Operand<'_>) -> Option<Problem> {
    let shown = notation::value(&Value::string(text));
    let path = observed.shown;
    if *form == Form::Action {
        // `*` is written in one way.
        let is_exact = text == "*";
        return (!is_exact).then(|| {
            let message = format!(
                "`{path}` may name {shown} in another case, by a wildcard, or by `NotAction`"
            );
            let problem = Problem::warning(at, Code::PartialComparison, message);
            problem.help(format!("write `allowsAction(statement, {shown})`"))
        });
    }
    if form.admits(text) {
        return None;
    }
    let message = format!("{shown} is never `{path}`, which is {}", form.words());
    let help = match form.canonical(text).filter(|meant| meant != text) {
        Some(meant) => format!("write {}", notation::value(&Value::string(&*meant))),
        None if text.contains(['*', '?']) => {
            format!("a comparison knows no wildcards: write `{path}.glob({shown})`")
        }
        None => match form {
            Form::Arn => {
                format!("write the whole ARN, or ask a part, as in `{path}.contains({shown})`")
            }
            Form::KeyArn => "look for the key by its ARN".to_owned(),
            Form::Ipv4Range | Form::Ipv6Range => {
                "write a range, or ask `isWorldCidr` or `cidrContains`".to_owned()
            }
            Form::Ipv4 => "write an address, such as `10.0.0.1`".to_owned(),
            Form::AccountId => "write an id, such as `\"123456789012\"`".to_owned(),
            Form::Id(prefix) => format!(
                "write an id, such as `\"{prefix}0123456789abcdef0\"`; a name stands in a tag"
            ),
            Form::ConditionKey | Form::Action | Form::Name => "write it as it is kept".to_owned(),
        },
    };
    Some(Problem::warning(at, Code::FixedComparison, message).help(help))
}

/// Warns about a part that no text of the form of what is searched can have.
pub(super) fn check_part(
    observed: &Operand<'_>,
    part: &Operand<'_>,
    place: Part,
    problems: &mut Vec<Problem>,
) {
    let Type::String(Texts { form: Some(form), .. }) = observed.kind else { return };
    let Some(text) = part.text().filter(|text| !form.admits_part(text, place)) else { return };
    let shown = notation::value(&Value::string(text));
    let place = match place {
        Part::Start => "begins with",
        Part::Within => "contains",
        Part::End => "ends with",
    };
    let path = observed.shown;
    let message = format!("`{path}` never {place} {shown}: it is {}", form.words());
    let problem = Problem::warning(part.span, Code::FixedComparison, message);
    problems.push(match (form.canonical(text).filter(|meant| meant != text), form) {
        (Some(meant), _) => {
            problem.help(format!("write {}", notation::value(&Value::string(&*meant))))
        }
        (None, Form::KeyArn) => problem.help("look for the key by its ARN"),
        (None, Form::Arn) => problem.help("an ARN begins with `arn:`"),
        (None, _) => problem.help("leave it out, or ask for a part that it can have"),
    });
}

/// Warning of a text that is ordered as a number would be: texts are ordered by their characters.
pub(super) fn check_digits(one: &Operand<'_>, other: &Operand<'_>) -> Option<Problem> {
    if one.kind.is_number() || other.kind.is_number() {
        return None;
    }
    let (observed, constant) = match (one.text(), other.text()) {
        (None, Some(_)) => (one, other),
        (Some(_), None) => (other, one),
        _ => return None,
    };
    let text = constant.text().filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite))?;
    let message = "texts are ordered by their characters, `\"10\"` before `\"9\"`";
    let function = if text.parse::<i64>().is_ok() { "int" } else { "double" };
    let problem = Problem::warning(constant.span, Code::PartialComparison, message);
    Some(problem.help(format!("compare numbers: `{function}({})` with `{text}`", observed.shown)))
}

/// Warning of a key that is looked for in an object that never has it.
pub(super) fn no_key(
    key: &str,
    wanted: &Operand<'_>,
    within: &Operand<'_>,
    known: &Properties,
) -> Problem {
    let path = within.shown;
    let shown = notation::value(&Value::string(key));
    let message = format!("{shown} is never a key of `{path}`");
    let help = if known.contains_key("AWS") {
        "ask `hasWildcardPrincipal(statement)` for everybody, or a kind, as in `Principal.AWS`"
            .to_owned()
    } else {
        meant_or_known(key, known.keys().map(|key| &**key))
    };
    Problem::warning(wanted.span, Code::FixedComparison, message).help(help)
}

fn undocumented(text: &str, at: Span, words: Words, observed: &Operand<'_>) -> Problem {
    let shown = notation::value(&Value::string(text));
    let message = format!("no value {shown} is documented for `{}`", observed.shown);
    let help = meant_or_known(text, words.iter().map(|word| &**word));
    Problem::warning(at, Code::UndocumentedValue, message).help(help)
}

/// Refuses names of types that there are not, where a type is compared with them.
pub(super) fn check_type_names(kind: &Type, constants: &Operand<'_>, problems: &mut Vec<Problem>) {
    let (Type::Kind, Some(constant)) = (kind, constants.constant) else { return };
    let texts = match (constant, constants.kind) {
        (Value::String(_), Type::String(_)) => std::slice::from_ref(constant),
        (Value::List(items), _) => items,
        _ => return,
    };
    let known = || NAMES.into_iter().filter(|name| *name != "uint").chain(["resource"]);
    for text in texts.iter().filter_map(Value::as_str) {
        if known().all(|name| name != text) {
            let message = format!("there is no type {}", notation::value(&Value::string(text)));
            let problem = Problem::error(constants.span, Code::WrongValue, message);
            problems.push(problem.help(meant_or_known(text, known())));
        }
    }
}
