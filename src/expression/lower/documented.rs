//! Values that the cloud documents, and constants that are none of them.
//!
//! `Status == "enabled"` compares with a text that the cloud never says. A cloud learns new values
//! from time to time, so that it is a warning and no error.

use super::super::library::Operator;
use super::super::tree::{Expr, Span};
use super::super::types::{Type, Words};
use super::super::{Problem, show};
use super::names::TYPES;
use super::{Lowering, Typed};
use crate::diagnostic::{Code, meant_or_known};
use crate::resource::{Value, is_documented};

/// How many values of a list are told.
const TOLD: usize = 5;

impl Lowering<'_> {
    /// Warns about constants that are none of the values documented for what they are compared
    /// with, where that is text of a kind: the observed value itself, or each element of it.
    pub(super) fn check_documented(&mut self, observed: &Typed, kind: &Type, constants: &Typed) {
        let &Type::String(words) = kind else { return };
        let Expr::Constant(constant) = &constants.node.expr else { return };
        if words.is_empty() {
            return;
        }
        let texts = match constant {
            Value::String(_) => std::slice::from_ref(constant),
            Value::List(items) => items,
            _ => return,
        };
        let place = constants.node.span;
        let is_known = |text: &&Value| text.as_str().is_none_or(|text| is_documented(text, words));
        let unknown = texts.iter().filter(|text| !is_known(text));
        self.problems
            .extend(unknown.take(TOLD).map(|text| undocumented(text, observed, words, place)));
    }

    /// Refuses names of types that there are not, where a type is compared with them.
    pub(super) fn check_type_names(&mut self, kind: &Type, constants: &Typed) {
        let (Type::Kind, Expr::Constant(constant)) = (kind, &constants.node.expr) else { return };
        let texts = match (constant, &constants.kind) {
            (Value::String(_), Type::String(_)) => std::slice::from_ref(constant),
            (Value::List(items), _) => items,
            _ => return,
        };
        let known = || TYPES.into_iter().filter(|name| *name != "uint").chain(["resource"]);
        for text in texts.iter().filter_map(Value::as_str) {
            if known().all(|name| name != text) {
                let message = format!("there is no type {}", show::value(&Value::string(text)));
                let problem = Problem::error(constants.node.span, Code::WrongValue, message);
                self.problems.push(problem.help(meant_or_known(text, known())));
            }
        }
    }

    /// Warns likewise about `compare(observed, operator, expected)`.
    pub(super) fn check_compared(&mut self, observed: &Typed, operator: &str, expected: &Typed) {
        use Operator::{Contains, Equals, InList, NotContains, NotEquals, NotInList};
        match (Operator::named(operator), &observed.kind) {
            (Some(Equals | NotEquals | InList | NotInList), kind) => {
                self.check_documented(observed, kind, expected);
            }
            (Some(Contains | NotContains), Type::List(items)) => {
                self.check_documented(observed, items, expected);
            }
            _ => {}
        }
    }
}

fn undocumented(value: &Value, observed: &Typed, words: Words, place: Span) -> Problem {
    let (path, shown) = (show::node(&observed.node), show::value(value));
    let message = format!("no value {shown} is documented for `{path}`");
    let text = value.as_str().unwrap_or_default();
    let help = meant_or_known(text, words.iter().map(|word| &**word));
    Problem::warning(place, Code::UndocumentedValue, message).help(help)
}
