//! What a function says of one thing beside constants: of a given value, and by its beginning.

use std::borrow::Cow;

use super::super::EvalBudget;
use super::super::builtins::{Function, MOST_ARGUMENTS};
use super::super::pattern::Pattern;
use super::super::tree::{Expr, Node};
use super::constant;
use crate::resource::Value;

/// Question whether a thing is as constants say, by a function that has no answer for null.
pub(super) struct Predicate<'t> {
    /// Thing that is asked.
    pub(super) of: &'t Node,
    function: &'static Function,
    asks: Asks<'t>,
}

enum Asks<'t> {
    /// A pattern is sought.
    Search(&'t Pattern),
    /// All arguments, of which one is the thing.
    Call { arguments: &'t [Node], at: usize },
}

impl<'t> Predicate<'t> {
    /// Question that a node asks, if it is one.
    pub(super) fn of(node: &'t Node) -> Option<Self> {
        match &node.expr {
            Expr::Matches { function, text, pattern, .. } => {
                let of = Some(&**text).filter(|of| constant(of).is_none())?;
                Some(Self { of, function, asks: Asks::Search(pattern) })
            }
            Expr::Call { function, arguments, .. }
                if function.property.is_none() && function.is_boolean() && function.is_pure() =>
            {
                let mut observed = arguments.iter().enumerate();
                let (at, of) = observed.find(|(_, one)| constant(one).is_none())?;
                let is_only = observed.all(|(_, one)| constant(one).is_some());
                let asks = Asks::Call { arguments, at };
                (is_only && !function.takes_null(at)).then_some(Self { of, function, asks })
            }
            _ => None,
        }
    }

    /// Answer for a value; `None` where there is none or it costs too much.
    pub(super) fn holds(&self, value: &Value, budget: &mut EvalBudget) -> Option<bool> {
        let (arguments, at) = match self.asks {
            Asks::Search(pattern) => {
                return self.function.search(pattern, value.as_str()?, budget).ok();
            }
            Asks::Call { arguments, at } => (arguments, at),
        };
        let given: [Cow<'_, Value>; MOST_ARGUMENTS] = std::array::from_fn(|place| {
            let constant = arguments.get(place).and_then(constant);
            Cow::Borrowed(if place == at { value } else { constant.unwrap_or(&Value::Null) })
        });
        match self.function.call(&given, budget).ok()?.as_deref() {
            Some(Value::Bool(holds)) => Some(*holds),
            _ => None,
        }
    }

    /// First text, in the order of texts, of which it may hold, and the first behind these.
    pub(super) fn range(&self) -> Option<[Value; 2]> {
        let beginning = self.beginning()?;
        Some([Value::string(beginning), Value::string(behind(beginning)?)])
    }

    /// `true` where all that begins so is as it asks.
    pub(super) fn is_beginning(&self) -> bool {
        match self.function.name {
            "glob" => {
                let beginning = self.text().and_then(|text| text.strip_suffix('*'));
                beginning.is_some_and(|beginning| !beginning.contains(['*', '?']))
            }
            name => name == "startsWith",
        }
    }

    /// Text with which all begins of which it may hold; there are texts behind these.
    pub(super) fn beginning(&self) -> Option<&'t str> {
        let beginning = match (&self.asks, self.function.name) {
            (Asks::Search(pattern), _) => literal_beginning(pattern.source())?,
            (_, "glob") => self.text()?.split(['*', '?']).next()?,
            (_, "startsWith") => self.text()?,
            _ => return None,
        };
        let last = beginning.chars().next_back()?;
        (last != char::MAX).then_some(beginning)
    }

    /// Text with which all ends of which it may hold.
    pub(super) fn ending(&self) -> Option<&'t str> {
        match self.function.name {
            "glob" => self.text()?.rsplit(['*', '?']).next(),
            "endsWith" => self.text(),
            _ => None,
        }
    }

    /// Text that the thing is held against.
    fn text(&self) -> Option<&'t str> {
        match self.asks {
            Asks::Call { arguments: [_, text], at: 0 } => constant(text)?.as_str(),
            _ => None,
        }
    }
}

/// Text that stands at the beginning of all that a regular expression finds as a whole, as far as it
/// is written without signs of the language.
fn literal_beginning(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix('^').filter(|rest| !rest.contains('|'))?;
    let is_plain =
        |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '/' | ':');
    let end = rest.find(|sign| !is_plain(sign)).unwrap_or(rest.len());
    let (literal, behind) = rest.split_at_checked(end)?;
    let is_counted = behind.starts_with(['*', '+', '?', '{']);
    let literal = if is_counted { literal.get(..literal.len().checked_sub(1)?)? } else { literal };
    (!literal.is_empty()).then_some(literal)
}

/// First text behind all that begin with another, in the order of texts.
fn behind(beginning: &str) -> Option<String> {
    let mut signs: Vec<char> = beginning.chars().collect();
    let last = signs.pop()?;
    // What is no sign lies between these two.
    let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(last as u32 + 1) };
    signs.push(next?);
    Some(signs.into_iter().collect())
}
