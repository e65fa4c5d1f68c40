//! Objects, lists and texts of JSON as they come from a stream.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Reads the entries of an object.
pub(super) trait Entries<'de> {
    type Output;

    fn read<A: MapAccess<'de>>(self, map: A) -> Result<Self::Output, A::Error>;
}

/// An object whose entries are read one by one.
pub(super) struct Object<E>(pub(super) E);

impl<'de, E: Entries<'de>> DeserializeSeed<'de> for Object<E> {
    type Value = E::Output;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<E::Output, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, E: Entries<'de>> Visitor<'de> for Object<E> {
    type Value = E::Output;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<E::Output, A::Error> {
        self.0.read(map)
    }
}

/// Reads the elements of a list.
pub(super) trait Elements<'de> {
    type Output;

    fn read<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Output, A::Error>;
}

/// A list whose elements are read one by one.
pub(super) struct Array<E>(pub(super) E);

impl<'de, E: Elements<'de>> DeserializeSeed<'de> for Array<E> {
    type Value = E::Output;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<E::Output, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, E: Elements<'de>> Visitor<'de> for Array<E> {
    type Value = E::Output;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<E::Output, A::Error> {
        self.0.read(list)
    }
}

/// A text, or a key, that a function takes or refuses with a reason. Nothing is kept of it.
pub(super) struct FromText<F>(pub(super) F);

impl<'de, T, F: FnOnce(&str) -> Result<T, String>> DeserializeSeed<'de> for FromText<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        from.deserialize_str(TextVisitor(self.0, PhantomData))
    }
}

struct TextVisitor<F, T>(F, PhantomData<T>);

impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for TextVisitor<F, T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

/// Fills what can be there once.
pub(super) fn set<T, E: Error>(field: &mut Option<T>, value: T, name: &str) -> Result<(), E> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(twice(name)),
    }
}

pub(super) fn twice<E: Error>(name: &str) -> E {
    E::custom(format_args!("`{name}` is there twice"))
}

pub(super) fn missing<E: Error>(name: &str) -> E {
    E::custom(format_args!("`{name}` is missing"))
}

pub(super) fn unexpected(name: &str) -> String {
    format!("`{name}` is not expected here")
}
