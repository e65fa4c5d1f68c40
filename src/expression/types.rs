//! Types of expressions, as far as the schema tells them.

use std::fmt;
use std::sync::Arc;

use crate::resource::{self, Bounds, Form, Property, Schema, Value, schemas};

pub(super) use crate::resource::Properties;

/// Texts that the cloud documents as all values of a property; empty where it does not.
pub(super) type Words = &'static [Arc<str>];

/// What is known of texts before evaluation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Texts {
    pub(super) words: Words,
    /// Form that each of them has.
    pub(super) form: Option<&'static Form>,
    /// Form of those that have not the first.
    pub(super) other: Option<&'static Form>,
    /// Case of all their letters of ASCII.
    pub(super) case: Option<Case>,
}

/// Case of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
}

impl Texts {
    pub(super) const ANY: Self = Self { words: &[], form: None, other: None, case: None };

    /// Texts of words, or of a form.
    pub(super) const fn of(words: Words, form: Option<&'static Form>) -> Self {
        Self { words, form, ..Self::ANY }
    }

    /// The same in a case, in which most forms are not the same any more.
    pub(super) fn in_case(self, case: Case) -> Self {
        let keeps = |form: &&Form| case == Case::Lower || **form == Form::Action;
        let form = self.form.filter(keeps);
        Self { form, other: self.other.filter(keeps), case: Some(case), ..self }
    }

    /// Forms of them, one of which each has.
    pub(super) fn forms(self) -> impl Iterator<Item = &'static Form> {
        self.form.into_iter().chain(self.other)
    }

    /// What is known of texts that are of the one or of the other.
    fn joined(self, other: Self) -> Self {
        match (self.form, other.form) {
            _ if self == other => self,
            (Some(one), Some(two)) if self.is_plain() && other.is_plain() => {
                Self { form: Some(one), other: Some(two).filter(|two| *two != one), ..Self::ANY }
            }
            (Some(one), Some(two)) if other.is_plain() && self.words.is_empty() => {
                if self.case.is_none() && (one == two || self.other == Some(two)) {
                    self
                } else {
                    Self::ANY
                }
            }
            _ => Self::ANY,
        }
    }

    /// `true` where nothing is known but a form.
    fn is_plain(self) -> bool {
        self.words.is_empty() && self.other.is_none() && self.case.is_none()
    }
}

/// What is known of values: it stands in the schema of a property, or was made of what does. A type is
/// moved with each node, so that it keeps no more than where it stands.
#[derive(Debug, Clone)]
pub(super) enum Known<T: 'static> {
    Property(&'static Property),
    Always(&'static T),
    Made(Arc<T>),
}

const _: () = assert!(size_of::<Type>() <= 24, "each node is moved with its type");

/// Type of the elements of a list, or of the values of a map.
#[derive(Debug, Clone)]
pub(super) enum Items {
    /// Elements of a property.
    Of(&'static Property),
    Made(Box<Type>),
}

impl Items {
    /// Type of an element.
    pub(super) fn get(&self) -> Type {
        match self {
            Self::Of(property) => property.items.as_deref().map_or(Type::Any, Type::of),
            Self::Made(kind) => (**kind).clone(),
        }
    }
}

impl From<Type> for Items {
    fn from(kind: Type) -> Self {
        Self::Made(Box::new(kind))
    }
}

/// What the schema of a property says of its values.
pub(super) trait OfProperty: Copy {
    fn of_property(property: &'static Property) -> Self;
}

impl<T: OfProperty> Known<T> {
    /// Known facts, wherever they stand.
    pub(super) fn get(&self) -> T {
        match self {
            Self::Property(property) => T::of_property(property),
            Self::Always(known) => **known,
            Self::Made(known) => **known,
        }
    }
}

impl<T> From<T> for Known<T> {
    fn from(known: T) -> Self {
        Self::Made(Arc::new(known))
    }
}

impl OfProperty for Texts {
    fn of_property(property: &'static Property) -> Self {
        Self::of(&property.values, property.form.as_ref())
    }
}

impl OfProperty for Bounds {
    fn of_property(property: &'static Property) -> Self {
        property.bounds()
    }
}

/// Names of types, as `type(x)` gives them.
pub(super) const NAMES: [&str; 10] = [
    "bool",
    "double",
    "duration",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "uint",
];

/// The type of a parameter that is one value, or of an item of one that is a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ScalarKind {
    /// Text, as `string` in a document.
    #[default]
    String,
    /// Whole number of 64 bits.
    Integer,
    /// Number, whole or not.
    Number,
    /// True or false.
    Boolean,
}

impl ScalarKind {
    pub(super) fn type_of(self) -> Type {
        match self {
            Self::String => Type::TEXT,
            Self::Integer => Type::INT,
            Self::Number => Type::Double,
            Self::Boolean => Type::Bool,
        }
    }
}

/// A type. Every value may also be null.
#[derive(Debug, Clone)]
pub(super) enum Type {
    /// Not known before evaluation.
    Any,
    /// A policy document, of which nothing is known before evaluation either.
    Document,
    Null,
    Bool,
    /// Whole number, with the range that it is in.
    Int(Known<Bounds>),
    Double,
    /// Text, with what the cloud documents of it.
    String(Known<Texts>),
    Timestamp,
    Duration,
    /// A type itself, as `type(x)` gives it.
    Kind,
    List(Items),
    Map(Items),
    Object(&'static Properties),
    /// A mapping of a parameter, with its keys, each of which is there.
    Record(Arc<[(Arc<str>, ScalarKind)]>),
    /// A resource as a whole.
    Resource(&'static Schema),
}

impl Type {
    /// Text of any kind.
    pub(super) const TEXT: Self = Self::String(Known::Always(&Texts::ANY));

    /// Whole number of any size.
    pub(super) const INT: Self = Self::Int(Known::Always(&Bounds::ANY));

    /// The type of a property's values.
    pub(super) fn of(property: &'static Property) -> Self {
        match property.kind {
            resource::Kind::String => Self::String(Known::Property(property)),
            resource::Kind::Integer => Self::Int(Known::Property(property)),
            resource::Kind::Double => Self::Double,
            resource::Kind::Boolean => Self::Bool,
            resource::Kind::Timestamp => Self::Timestamp,
            resource::Kind::List => Self::List(Items::Of(property)),
            resource::Kind::Map => Self::Map(Items::Of(property)),
            resource::Kind::Object => Self::Object(&property.properties),
            resource::Kind::Document => Self::Document,
        }
    }

    /// The type of a constant.
    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::INT,
            Value::Double(_) => Self::Double,
            Value::String(_) => Self::TEXT,
            Value::Timestamp(_) => Self::Timestamp,
            Value::Duration(_) => Self::Duration,
            Value::List(items) => Self::List(Self::common(items.iter().map(Self::of_value)).into()),
            Value::Map(entries) => {
                Self::Map(Self::common(entries.values().map(Self::of_value)).into())
            }
            Value::Resource(resource) => {
                schemas().get(&resource.type_name).map_or(Self::Any, Self::Resource)
            }
        }
    }

    /// The type that all have, else [`Type::Any`].
    pub(super) fn common(types: impl IntoIterator<Item = Self>) -> Self {
        let mut types = types.into_iter().filter(|one| !matches!(one, Self::Null));
        let Some(first) = types.next() else { return Self::Any };
        types.try_fold(first, Self::joined).unwrap_or(Self::Any)
    }

    /// The type of what is of one type or of the other, if that is a type.
    fn joined(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::String(one), Self::String(other)) => {
                Some(Self::String(one.get().joined(other.get()).into()))
            }
            (Self::Int(one), Self::Int(other)) => {
                Some(Self::Int(one.get().joined(other.get()).into()))
            }
            (Self::List(one), Self::List(other)) => {
                one.get().joined(other.get()).map(|items| Self::List(items.into()))
            }
            (Self::Map(one), Self::Map(other)) => {
                one.get().joined(other.get()).map(|items| Self::Map(items.into()))
            }
            (one, other) => one.is_same(&other).then_some(one),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(one), Self::List(other)) | (Self::Map(one), Self::Map(other)) => {
                one.get().is_same(&other.get())
            }
            (Self::Object(one), Self::Object(other)) => std::ptr::eq(*one, *other),
            (Self::Record(one), Self::Record(other)) => one == other,
            (Self::Resource(one), Self::Resource(other)) => one.type_name == other.type_name,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// What is known of it, where it is text.
    pub(super) fn texts(&self) -> Option<Texts> {
        match self {
            Self::String(known) => Some(known.get()),
            _ => None,
        }
    }

    /// Range that it is in, where it is a whole number of which one is known.
    pub(super) fn bounds(&self) -> Option<Bounds> {
        match self {
            Self::Int(known) => Some(known.get()).filter(Bounds::is_known),
            _ => None,
        }
    }

    /// `true` of actions of IAM, and of lists of them.
    pub(super) fn is_of_actions(&self) -> bool {
        match self {
            Self::String(texts) => texts.get().form == Some(&Form::Action),
            Self::List(items) => items.get().is_of_actions(),
            _ => false,
        }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Double)
    }

    /// `true` where nothing is known of it before evaluation.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Any | Self::Document | Self::Null)
    }

    /// `true` where any two of its values have an order.
    pub(super) fn is_ordered(&self) -> bool {
        let simple =
            matches!(self, Self::Bool | Self::String(_) | Self::Timestamp | Self::Duration);
        simple || self.is_number()
    }

    /// `true` where values of the two can be equal at all, null aside.
    pub(super) fn may_equal(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(one), Self::List(other)) | (Self::Map(one), Self::Map(other)) => {
                one.get().may_equal(&other.get())
            }
            (
                Self::Map(_) | Self::Object(_) | Self::Record(_),
                Self::Map(_) | Self::Object(_) | Self::Record(_),
            ) => true,
            _ if self.is_open() || other.is_open() => true,
            _ if self.is_number() && other.is_number() => true,
            // The value of a type is its name.
            (Self::Kind, Self::String(_)) | (Self::String(_), Self::Kind) => true,
            _ => self.is_same(other),
        }
    }
}

impl Type {
    /// The words for it.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Any => "a value of any type",
            Self::Document => "a document of JSON",
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Int(_) => "an integer",
            Self::Double => "a number",
            Self::String(_) => "a string",
            Self::Timestamp => "a timestamp",
            Self::Duration => "a duration",
            Self::Kind => "a type",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Record(_) => "a map",
            Self::Object(_) => "an object",
            Self::Resource(_) => "a resource",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.words())
    }
}
