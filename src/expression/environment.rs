//! What the names of an expression stand for, besides `account`, `region` and `now`.

use std::sync::Arc;

use super::Expression;
use super::builtins::Builtins;
use super::tree::Node;
use super::types::{ScalarKind, Type};
use crate::resource::{Schema, Value};

/// The names that there are beside `resource`, for [`is_taken`].
const OWN_NAMES: [&str; 6] = ["resource", "resources", "params", "account", "region", "now"];

/// The names of an expression. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The type of `resource`, or of the elements of `resources`, as the kind of the expression
    /// has it; without one there is neither.
    pub(super) subject: Option<&'static Schema>,
    /// Parameters in `params`; without them there is no such name.
    pub(super) parameters: Option<Arc<[Parameter]>>,
    /// Parameters whose declaration is wrong, so that nothing is known of them.
    pub(super) broken: Option<Arc<[Arc<str>]>>,
    pub(super) bindings: Arc<[Binding]>,
    /// Condition that holds of each resource, since `where` lets no others through.
    pub(super) filter: Option<Expression>,
    /// The functions that there are.
    pub(super) builtins: &'static Builtins,
}

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ParameterKind {
    /// One value.
    Scalar(ScalarKind),
    /// A list of such.
    List(ScalarKind),
    /// A list of mappings, each with these keys and values of these types.
    Records(Arc<[(Arc<str>, ScalarKind)]>),
}

/// One of `params`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Name, unique among the parameters.
    pub name: Arc<str>,
    /// Its type; it may be null besides.
    pub kind: ParameterKind,
    /// Value in this environment. Without one the expression can be checked, and not evaluated.
    pub value: Option<Value>,
}

/// A name that `let` gives to resources of the account.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Name, unique among those of `let`.
    pub name: Arc<str>,
    /// The type of what it finds.
    pub schema: &'static Schema,
    /// `true` where it is a list of all that are found, or the only one.
    pub is_list: bool,
}

impl PartialEq for Binding {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.schema.type_name == other.schema.type_name
            && self.is_list == other.is_list
    }
}

impl Environment {
    /// Resources of a type, and nothing else of its own.
    pub fn of(schema: &'static Schema) -> Self {
        Self { subject: Some(schema), ..Self::empty() }
    }

    /// Environment without a resource.
    pub fn empty() -> Self {
        Self {
            subject: None,
            parameters: None,
            broken: None,
            bindings: Arc::default(),
            filter: None,
            builtins: Builtins::standard(),
        }
    }

    /// The same over resources of a type.
    #[must_use]
    pub fn over(self, schema: &'static Schema) -> Self {
        Self { subject: Some(schema), ..self }
    }

    /// The same with `params`.
    #[must_use]
    pub fn with_parameters(self, parameters: Arc<[Parameter]>) -> Self {
        Self { parameters: Some(parameters), ..self }
    }

    /// The same with parameters whose declaration is wrong: what is asked of them is not checked.
    #[must_use]
    pub fn with_broken_parameters(self, broken: Arc<[Arc<str>]>) -> Self {
        Self { broken: Some(broken), ..self }
    }

    /// Parameters in `params`; nothing where there is none.
    pub fn parameters(&self) -> Arc<[Parameter]> {
        self.parameters.clone().unwrap_or_default()
    }

    /// The same with the names of `let`.
    #[must_use]
    pub fn with_bindings(self, bindings: Arc<[Binding]>) -> Self {
        Self { bindings, ..self }
    }

    /// The same of resources for which `where` holds: what it finds not to be null needs no guard.
    #[must_use]
    pub fn with_filter(self, filter: &Expression) -> Self {
        Self { filter: Some(filter.clone()), ..self }
    }

    /// The same with other functions.
    #[cfg(test)]
    pub(super) fn with_builtins(self, builtins: &'static Builtins) -> Self {
        Self { builtins, ..self }
    }

    /// Condition that holds of each resource.
    pub(super) fn selection(&self) -> Option<&Node> {
        self.filter.as_ref().map(Expression::root)
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        let type_of = |environment: &Self| environment.subject.map(|schema| &schema.type_name);
        type_of(self) == type_of(other)
            && self.parameters == other.parameters
            && self.bindings == other.bindings
            && std::ptr::eq(self.builtins, other.builtins)
    }
}

impl From<&'static Schema> for Environment {
    fn from(schema: &'static Schema) -> Self {
        Self::of(schema)
    }
}

/// `true` where the language itself has a meaning for a name, so that `let` must not give it
/// another.
pub fn is_taken(name: &str) -> bool {
    OWN_NAMES.contains(&name) || Builtins::standard().find(name).is_some()
}

impl ParameterKind {
    pub(super) fn type_of(&self) -> Type {
        match self {
            Self::Scalar(kind) => kind.type_of(),
            Self::List(items) => Type::List(items.type_of().into()),
            Self::Records(fields) => Type::List(Type::Record(Arc::clone(fields)).into()),
        }
    }
}

impl Binding {
    pub(super) fn type_of(&self) -> Type {
        let one = Type::Resource(self.schema);
        if self.is_list { Type::List(one.into()) } else { one }
    }
}
