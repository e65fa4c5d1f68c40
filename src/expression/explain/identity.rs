//! What people know the elements of lists by, where those are told.

use std::borrow::Cow;

use super::super::notation;
use super::super::tree::Loop;
use crate::resource::Value;

/// Elements that a loop goes over, with their positions in the list that they are named by.
pub(super) struct Listed<'a> {
    pub(super) path: String,
    pub(super) naming: Naming,
    /// Field that people know an element by.
    pub(super) known_by: Option<&'a str>,
    pub(super) elements: Vec<(usize, Cow<'a, Value>)>,
}

/// What the variable of a loop is shown as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Its value, which stands in the text.
    Literal,
    /// Position in a list that a reader can look up.
    Index,
    /// Itself, in a list that the expression makes.
    Variable,
}

impl Listed<'_> {
    /// What people know an element by.
    pub(super) fn identity(&self, looped: &Loop, at: usize, element: &Value) -> Option<Identity> {
        let is_used = looped.body.free_variables().contains(&looped.index);
        match self.naming {
            Naming::Literal => {
                let of = looped.variable.to_string();
                let value = notation::value(element);
                Some(Identity { shown: format!("{of} = {value}"), of, value: Some(value), is_used })
            }
            Naming::Index => {
                let field = self.known_by?;
                let value = element.get(field).filter(|value| !value.is_null())?;
                let of = format!("{}[{at}]", self.path);
                let shown = format!("{of}.{field} = {}", notation::value(value));
                Some(Identity { shown, of, value: None, is_used })
            }
            Naming::Variable => None,
        }
    }
}

/// What people know an element of a list by.
pub(super) struct Identity {
    /// Path of the element.
    of: String,
    /// Its path and value, as it is observed.
    shown: String,
    /// Value of an element that stands in the text.
    pub(super) value: Option<String>,
    /// The loop asks about it.
    is_used: bool,
}

impl Identity {
    /// Puts it before what was seen of the element, unless that is the whole element or says it.
    pub(super) fn put_before(&self, at: usize, values: &mut Vec<String>) {
        if let Some(value) = &self.value {
            // `tag("a") = null` says it, and `FromPort = 8080` does not say 80.
            let seen = || values.iter().skip(at);
            let is_said = value.starts_with('"') && seen().any(|one| one.contains(value.as_str()))
                || values.len() > at && seen().all(|one| one.ends_with(&format!(" = {value}")));
            if self.is_used && !is_said {
                values.insert(at, self.shown.clone());
            }
            return;
        }
        let seen = values.iter().skip(at).filter_map(|one| one.strip_prefix(&*self.of));
        let is_part = seen.clone().any(|rest| rest.starts_with('.'));
        let is_whole = seen.clone().any(|rest| rest.starts_with(" ="));
        // What was seen may be of something made of the element.
        let is_elsewhere =
            self.is_used && values.iter().skip(at).all(|one| !one.contains(&*self.of));
        if (is_part && !is_whole || is_elsewhere) && !values.contains(&self.shown) {
            values.insert(at, self.shown.clone());
        }
    }
}
