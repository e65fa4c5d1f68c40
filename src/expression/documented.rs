//! Constants that are none of the values that there are: of a property, by what the cloud
//! documents, and of a type.
//!
//! `Status == "enabled"` compares with a text that the cloud never says. A cloud learns new values
//! from time to time, so that it is a warning and no error.

use std::fmt;
use std::sync::Arc;

use super::operand::{Operand, Statement, TOLD};
use super::span::Span;
use super::types::{Case, NAMES, Properties, Texts, Type, Words};
use super::{Problem, beyond, notation};
use crate::diagnostic::{Code, known_here, meant_or_known};
use crate::resource::{self, Form, Part, UnknownAction, Value, is_documented};

/// Among how many values of a list the name of a protocol is looked for.
const MOST_NAMED: usize = 64;

/// Warns about constants that are none of the values documented for what they are compared with,
/// where that is text of a kind: the observed value itself, or each element of it.
pub(super) fn check(
    observed: &Operand<'_>,
    kind: &Type,
    constants: &Operand<'_>,
    problems: &mut Vec<Problem>,
) {
    let known = match kind {
        Type::String(known) => known.get(),
        Type::List(items) if matches!(constants.constant, Some(Value::List(_))) => {
            return check(observed, &items.get(), constants, problems);
        }
        Type::Int(_) if observed.constant.is_none() => {
            if let Some(bounds) = kind.bounds() {
                beyond::check_values(observed, bounds, constants, problems);
            }
            return;
        }
        _ => return,
    };
    if constants.constant.is_none() || observed.constant.is_some() {
        return;
    }
    let is_doubled = |text: &str| known.form == Some(&Form::Protocol) && is_named(text, constants);
    let texts = constants.texts().filter(|(text, _)| !is_doubled(text));
    let found = texts.filter_map(|(text, at)| odd(text, at, &known, observed));
    problems.extend(found.take(TOLD));
}

/// `true` for the number of a protocol whose name is among the constants too: who names both is right
/// whichever EC2 answers.
fn is_named(number: &str, constants: &Operand<'_>) -> bool {
    number.parse::<u8>().is_ok()
        && Form::Protocol
            .canonical(number)
            .is_some_and(|name| constants.texts().take(MOST_NAMED).any(|(text, _)| text == name))
}

/// Warning of a text that is compared with what is never, or not always, written so.
fn odd(text: &str, at: Span, known: &Texts, observed: &Operand<'_>) -> Option<Problem> {
    if let Some(problem) = template(text, at) {
        return Some(problem);
    }
    if known.form == Some(&Form::Action) {
        return unknown_action(text, at).or_else(|| partial((text, at), true, known, observed));
    }
    if let Some(problem) = in_other_case(text, at, known, observed) {
        return Some(problem);
    }
    if known.forms().next().is_some() && !known.forms().any(|form| form.admits(text)) {
        let meant = |form: &&'static Form| form.canonical(text).is_some();
        let form = known.forms().find(meant).or(known.form)?;
        return Some(formless(text, at, form, known, observed));
    }
    let is_word = match known.case {
        Some(_) => {
            known.words.is_empty() || known.words.iter().any(|word| word.eq_ignore_ascii_case(text))
        }
        // Of what a policy names a part may be empty, or have wildcards.
        None if known.form == Some(&Form::ArnPart) && (text.is_empty() || is_wild(text)) => true,
        None => is_documented(text, known.words),
    };
    (!is_word).then(|| undocumented(text, at, known.words, observed))
}

fn is_wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Warning of a template that nothing has filled in.
fn template(text: &str, at: Span) -> Option<Problem> {
    // A search for one sign is prepared by nothing, and few texts have it.
    if !text.contains('{') {
        return None;
    }
    let (_, rest) = text.split_once("{{")?;
    rest.contains("}}").then(|| {
        let shown = notation::value(&Value::string(text));
        let message = format!("{shown} is a template, and nothing fills it in");
        let problem = Problem::warning(at, Code::FixedComparison, message);
        problem.help("write the value, or make it a parameter of a check type")
    })
}

/// Warning of an action that AWS does not document.
pub(super) fn unknown_action(text: &str, at: Span) -> Option<Problem> {
    let UnknownAction { message, help } = resource::unknown_action(text)?;
    Some(Problem::warning(at, Code::UndocumentedValue, message).help(help))
}

/// Warning of an action as one of the ways in which it may be written.
fn partial(
    (text, at): (&str, Span),
    is_whole: bool,
    known: &Texts,
    observed: &Operand<'_>,
) -> Option<Problem> {
    // `*` is written in one way.
    if text == "*" {
        return None;
    }
    let (path, shown) = (observed.shown, notation::value(&Value::string(text)));
    if observed.statement.is_some_and(|statement| statement.is_closed) {
        if known.case.is_some() {
            return in_other_case(text, at, known, observed);
        }
        let message = format!("`{path}` may name {shown} in another case");
        let problem = Problem::warning(at, Code::PartialComparison, message);
        let lower = shown.to_ascii_lowercase();
        return Some(problem.help(format!("compare `{path}.lowerAscii()` with `{lower}`")));
    }
    let in_case = if known.case.is_some() { "" } else { "in another case, " };
    let message = format!("`{path}` may name {shown} {in_case}by a wildcard, or by `NotAction`");
    let problem = Problem::warning(at, Code::PartialComparison, message);
    // The start of an action names none.
    let is_action = is_whole && text.contains(':') && !text.ends_with(':');
    let shown = if is_action { shown } else { "\"service:Action\"".to_owned() };
    Some(match observed.statement {
        Some(Statement { name, is_denied: true, .. }) => problem.help(format!(
            "write `allowsAction({name}, {shown})` of what is allowed, and of a `Deny` \
             `{name}.Action.exists(a, glob({}, a.lowerAscii()))`",
            shown.to_ascii_lowercase()
        )),
        statement => {
            let name = statement.map_or("statement", |statement| statement.name);
            problem.help(format!("write `allowsAction({name}, {shown})`"))
        }
    })
}

/// Warning of a text with letters that what it is compared with has only in another case.
fn in_other_case(text: &str, at: Span, known: &Texts, observed: &Operand<'_>) -> Option<Problem> {
    let (meant, words) = match known.case? {
        Case::Lower => (text.to_ascii_lowercase(), "lower"),
        Case::Upper => (text.to_ascii_uppercase(), "upper"),
    };
    (meant != text).then(|| {
        let shown = notation::value(&Value::string(text));
        let message = format!("{shown} is never `{}`, which is in {words} case", observed.shown);
        let problem = Problem::warning(at, Code::FixedComparison, message);
        problem.help(format!("write {}", notation::value(&Value::string(meant))))
    })
}

/// Warning of a text that is compared with what never looks like it.
fn formless(text: &str, at: Span, form: &Form, known: &Texts, observed: &Operand<'_>) -> Problem {
    let shown = notation::value(&Value::string(text));
    let path = observed.shown;
    let words = known.forms().map(Form::words).collect::<Vec<_>>().join(", or ");
    let message = format!("{shown} is never `{path}`, which is {words}");
    let meant = form.canonical(text).filter(|meant| meant != text && form.admits(meant));
    let help = match meant {
        Some(meant) => format!("write {}", notation::value(&Value::string(&*meant))),
        None if text.contains(['*', '?']) => {
            format!("a comparison knows no wildcards: write `{path}.glob({shown})`")
        }
        None => match form.sample().filter(|_| Form::Arn.admits(text)) {
            Some(sample) => format!("it is the ARN of another type: write one as `{sample}`"),
            None => advice(form, path, &shown),
        },
    };
    Problem::warning(at, Code::FixedComparison, message).help(help)
}

/// What to write where a text is none of a form.
fn advice(form: &Form, path: &dyn fmt::Display, shown: &str) -> String {
    match form {
        Form::Arn | Form::ArnOf(_) => {
            format!("write the whole ARN, or ask a part, as in `{path}.contains({shown})`")
        }
        Form::KeyArn => "look for the key by its ARN".to_owned(),
        Form::Ipv4Range | Form::Ipv6Range | Form::Range => {
            "write a range, or ask `isWorldCidr` or `cidrContains`".to_owned()
        }
        Form::Ipv4 => "write an address, such as `10.0.0.1`".to_owned(),
        Form::Ipv6 => "write an address, such as `2001:db8::1`".to_owned(),
        Form::AccountId | Form::ArnAccount | Form::Principal => {
            "write an id, such as `\"123456789012\"`".to_owned()
        }
        Form::Id(prefix) => {
            format!("write an id, such as `\"{prefix}0123456789abcdef0\"`; a name stands in a tag")
        }
        Form::ConditionOperator => "write an operator, such as `StringEquals`".to_owned(),
        Form::ServicePrincipal => "write it whole, as `ec2.amazonaws.com`".to_owned(),
        Form::Empty => "leave it out: the ARN names none".to_owned(),
        Form::Zone => {
            format!("write a zone, or ask for those of a region: `{path}.startsWith(...)`")
        }
        Form::ZoneId => {
            "write an id, such as `use1-az1`; its name is `AvailabilityZone`".to_owned()
        }
        Form::InstanceType => "write both, or ask `startsWith` for a family".to_owned(),
        Form::Protocol => "write `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1`".to_owned(),
        Form::Alias => "write the alias, such as `alias/logs`".to_owned(),
        Form::Name if shown.contains("<root_account>") => {
            "the root user is none of IAM's: ask `AWS::IAM::AccountSummary`".to_owned()
        }
        Form::GroupName => "compare the id instead: `GroupId`".to_owned(),
        Form::Version => "write a version, such as `v1`".to_owned(),
        Form::ConditionKey => "an operator is the condition's `Operator`".to_owned(),
        Form::Action | Form::ArnPart | Form::Path | Form::Name | Form::AnyId | Form::Address => {
            "write it as it is kept".to_owned()
        }
    }
}

/// Warning of two observed texts that are never the same; of a list it is its elements.
pub(super) fn check_apart(one: &Operand<'_>, other: &Operand<'_>, at: Span) -> Option<Problem> {
    if one.constant.is_some() || other.constant.is_some() {
        return None;
    }
    let (is_list, of_other) = match other.kind {
        Type::List(items) => (true, items.get().texts()),
        kind => (false, kind.texts()),
    };
    let (first, second) = (one.kind.texts()?, of_other?);
    // None of the documented values has the form.
    let has_none = |of: &Texts, named: &Texts| {
        !named.words.is_empty()
            && !named.words.iter().any(|word| of.forms().any(|form| form.admits(word)))
    };
    let are_apart = match (first.form, second.form) {
        (Some(_), Some(_)) => {
            first.forms().all(|one| second.forms().all(|other| one.excludes(other)))
        }
        (Some(_), None) => first.case.is_none() && has_none(&first, &second),
        (None, Some(_)) => second.case.is_none() && has_none(&second, &first),
        (None, None) => false,
    };
    if !are_apart {
        return None;
    }
    let words = |texts: &Texts| match texts.form {
        Some(form) => form.words(),
        None => "one of the documented values".to_owned(),
    };
    let (never, are) = if is_list { ("never in", "each of those") } else { ("never", "the other") };
    let (one, other) = (one.shown, other.shown);
    let (first, second) = (words(&first), words(&second));
    let message = format!("`{one}` is {never} `{other}`: it is {first}, and {are} is {second}");
    let problem = Problem::warning(at, Code::FixedComparison, message);
    Some(problem.help("compare what has the same form"))
}

/// Warns about a part that no text of the form of what is searched can have.
pub(super) fn check_part(
    observed: &Operand<'_>,
    part: &Operand<'_>,
    place: Part,
    problems: &mut Vec<Problem>,
) {
    for (text, at) in part.texts().take(TOLD) {
        problems.extend(odd_part((text, at), place, observed));
    }
}

fn odd_part((text, at): (&str, Span), place: Part, observed: &Operand<'_>) -> Option<Problem> {
    if observed.constant.is_some() || text.is_empty() {
        return None;
    }
    let known = observed.kind.texts()?;
    if known.form == Some(&Form::Action) {
        // Who looks for a wildcard asks how it was written.
        let is_whole = place != Part::Start;
        let is_wild = text.contains('*');
        return if is_wild { None } else { partial((text, at), is_whole, &known, observed) };
    }
    if let Some(problem) = in_other_case(text, at, &known, observed) {
        return Some(problem);
    }
    let Some(form) = known.form else { return of_words((text, at), place, &known, observed) };
    if known.forms().any(|form| form.admits_part(text, place)) {
        return None;
    }
    let shown = notation::value(&Value::string(text));
    let path = observed.shown;
    let message = format!("`{path}` never {} {shown}: it is {}", has(place), form.words());
    let problem = Problem::warning(at, Code::FixedComparison, message);
    let meant = form.canonical(text).filter(|meant| meant != text);
    Some(match (meant.filter(|meant| form.admits_part(meant, place)), form) {
        (Some(meant), _) => {
            problem.help(format!("write {}", notation::value(&Value::string(&*meant))))
        }
        (None, Form::KeyArn) => problem.help("look for the key by its ARN"),
        (None, Form::Arn) => problem.help("an ARN begins with `arn:`"),
        (None, _) => match form.sample() {
            Some(sample) => problem.help(format!("it looks like `{sample}`")),
            None => problem.help("leave it out, or ask for a part that it can have"),
        },
    })
}

/// Warning of a part that none of the documented values has.
fn of_words(
    (text, at): (&str, Span),
    place: Part,
    known: &Texts,
    observed: &Operand<'_>,
) -> Option<Problem> {
    let is_part = |word: &Arc<str>| match place {
        Part::Start => word.starts_with(text),
        Part::Within => word.contains(text),
        Part::End => word.ends_with(text),
    };
    if known.words.is_empty() || known.case.is_some() || known.words.iter().any(is_part) {
        return None;
    }
    let (path, shown) = (observed.shown, notation::value(&Value::string(text)));
    let message = format!("no value of `{path}` is documented that {} {shown}", has(place));
    let problem = Problem::warning(at, Code::UndocumentedValue, message);
    Some(problem.help(known_here(text, known.words.iter().map(|word| &**word))))
}

/// Verb for a part at a place.
fn has(place: Part) -> &'static str {
    match place {
        Part::Start => "begins with",
        Part::Within => "contains",
        Part::End => "ends with",
    }
}

/// Warns about a pattern with `*` and `?` that no text of the form of what is searched can be like.
pub(super) fn check_glob(
    observed: &Operand<'_>,
    pattern: &Operand<'_>,
    problems: &mut Vec<Problem>,
) {
    if pattern.kind.is_of_actions() {
        // Asked the other way round, of what a policy writes as a pattern.
        let actions = observed.texts().filter_map(|(text, at)| unknown_action(text, at));
        problems.extend(actions.take(TOLD));
    }
    let Some(known) = observed.kind.texts() else { return };
    if observed.constant.is_some() {
        return;
    }
    let found = pattern.texts().filter_map(|(text, at)| {
        if known.form == Some(&Form::Action) {
            let partial = || partial((text, at), true, &known, observed);
            return unknown_action(text, at).or_else(partial);
        }
        if !text.contains(['*', '?']) {
            return odd(text, at, &known, observed);
        }
        let mut parts = Part::of_glob(text);
        parts.find_map(|(part, place)| odd_part((part, at), place, observed))
    });
    problems.extend(found.take(TOLD));
}

/// Warns about a regular expression that finds a text as it stands, where no text of the form of
/// what is searched has that.
pub(super) fn check_pattern(
    observed: &Operand<'_>,
    pattern: &Operand<'_>,
    problems: &mut Vec<Problem>,
) {
    let Some(text) = pattern.text().filter(|_| observed.constant.is_none()) else { return };
    let from_start = text.strip_prefix('^');
    let (literal, is_whole) = literal(from_start.unwrap_or(text));
    let at = pattern.span;
    let found = match (from_start.is_some(), is_whole) {
        _ if literal.is_empty() => None,
        (true, true) => observed.kind.texts().and_then(|known| odd(&literal, at, &known, observed)),
        (true, false) => odd_part((&literal, at), Part::Start, observed),
        (false, true) => odd_part((&literal, at), Part::End, observed),
        (false, false) => odd_part((&literal, at), Part::Within, observed),
    };
    problems.extend(found);
}

/// Text that a pattern begins with, and whether it ends with that; nothing of alternatives.
fn literal(pattern: &str) -> (String, bool) {
    if pattern.contains('|') || pattern.starts_with("(?") {
        return (String::new(), false);
    }
    let mut literal = String::new();
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        let plain = match sign {
            '$' if signs.peek().is_none() => return (literal, true),
            '\\' => match signs.next() {
                Some(escaped) if escaped.is_ascii_punctuation() => escaped,
                _ => break,
            },
            '.' | '[' | '(' | ')' | '^' | '$' | '*' | '+' | '?' | '{' => break,
            plain => plain,
        };
        if matches!(signs.peek(), Some('*' | '?' | '{' | '+')) {
            break;
        }
        literal.push(plain);
    }
    (literal, false)
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
        let path = path.to_string();
        let statement = path.rsplit_once('.').map_or("statement", |(statement, _)| statement);
        format!(
            "ask `hasWildcardPrincipal({statement})` for everybody, or a kind, as in `{path}.AWS`"
        )
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
