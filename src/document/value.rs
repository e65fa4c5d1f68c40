//! Values whose types are known elsewhere: parameters, and properties of made-up resources.

use super::node::{NodeKind, NodeRef};
use super::scalar::Text;
use super::span::{Entries, Entry, List, Located};

/// Value whose type is not known where it stands.
#[derive(Debug, Clone)]
pub enum Value {
    /// Scalar, also one that is no value.
    Text(Text),
    /// List of values.
    List(List<Self>),
    /// Mapping of the author's keys.
    Map(Entries<Self>),
}

/// Value whose type is not known where it stands, with its place.
pub type LocatedValue = Located<Value>;

impl Value {
    /// Value of a node; of what was refused there is none.
    pub(super) fn of(node: NodeRef<'_>) -> Option<Self> {
        match node.kind() {
            NodeKind::Scalar(scalar) => Some(Self::Text(scalar.to_text())),
            NodeKind::List(_) => Some(Self::List(List(node.children().map(located).collect()))),
            NodeKind::Map(_) => {
                let entry = |(key, value): (super::node::Key<'_>, NodeRef<'_>)| Entry {
                    key: Located { value: key.text.to_owned(), span: key.span },
                    value: located(value),
                };
                Some(Self::Map(Entries(node.entries().map(entry).collect())))
            }
            NodeKind::Refused => None,
        }
    }

    /// Text of a scalar that is not null.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.is_null() => Some(text.as_str()),
            _ => None,
        }
    }

    /// `true` for a scalar that is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_null())
    }

    /// Name of its kind, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) if self.is_null() => "empty",
            Self::Text(_) => "a scalar",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

fn located(node: NodeRef<'_>) -> Option<LocatedValue> {
    Some(Located { value: Value::of(node)?, span: node.span() })
}
