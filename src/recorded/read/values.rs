//! Values of properties, each in the type that its schema gives.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::Reading;
use super::json::{Entries, FromText, unexpected};
use crate::resource::{Kind, Operation, Property, Schema, Value};

/// Numbers between those of `i64` and beyond them, which are `f64` exactly.
const INTEGERS: Range<f64> = -9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0;

/// The properties that one operation supplies.
pub(super) struct Properties<'s> {
    pub(super) schema: &'s Schema,
    pub(super) operation: &'s Operation,
    pub(super) reading: &'s Reading<'s>,
}

impl<'de> Entries<'de> for Properties<'_> {
    type Output = Value;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let stack = &self.reading.stack;
        let begins = stack.entries();
        let find = |name: &str| match self.schema.properties.get_key_value(name) {
            Some(known) if known.1.operation == *self.operation => Ok(known),
            _ => Err(unexpected(name)),
        };
        while let Some((name, property)) = map.next_key_seed(FromText(find))? {
            stack.once(begins, name, Arc::ptr_eq)?;
            let value = map.next_value_seed(Typed::new(Some(property), self.reading))?;
            stack.push(property.rank, Arc::clone(name), value);
        }
        stack.mapping(begins)
    }
}

/// A value of a property, or any value without one. Every property may be null.
struct Typed<'s> {
    property: Option<&'s Property>,
    reading: &'s Reading<'s>,
    /// How many levels of lists and objects there may be.
    levels: u8,
}

impl<'s> Typed<'s> {
    fn new(property: Option<&'s Property>, reading: &'s Reading<'s>) -> Self {
        Self { property, reading, levels: reading.levels }
    }

    /// Kind of the property; `None` where any value will do.
    fn kind(&self) -> Option<Kind> {
        self.property.map(|property| property.kind)
    }

    /// Reader of what is a level below.
    fn below<E: Error>(&self, property: Option<&'s Property>) -> Result<Self, E> {
        let levels = self.levels.checked_sub(1).ok_or_else(|| E::custom("it is too deep"))?;
        Ok(Self { property, levels, ..*self })
    }

    /// Reader of the elements of a list or map.
    fn item<E: Error>(&self) -> Result<Self, E> {
        self.below(self.property.and_then(|property| property.items.as_deref()))
    }

    fn wrong<E: Error>(&self, found: Unexpected<'_>) -> E {
        E::invalid_type(found, self)
    }

    fn object<'de, A: MapAccess<'de>>(
        &self,
        property: &'s Property,
        mut map: A,
    ) -> Result<Value, A::Error> {
        let stack = &self.reading.stack;
        let begins = stack.entries();
        let find =
            |name: &str| property.properties.get_key_value(name).ok_or_else(|| unexpected(name));
        while let Some((name, inner)) = map.next_key_seed(FromText(find))? {
            stack.once(begins, name, Arc::ptr_eq)?;
            let value = map.next_value_seed(self.below(Some(inner))?)?;
            stack.push(inner.rank, Arc::clone(name), value);
        }
        stack.mapping(begins)
    }
}

impl<'de> DeserializeSeed<'de> for Typed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Typed<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.kind() {
            Some(Kind::String) => "a text or null",
            Some(Kind::Integer) => "a whole number of 64 bits or null",
            Some(Kind::Double) => "a number or null",
            Some(Kind::Boolean) => "true, false or null",
            Some(Kind::Timestamp) => "an instant or null",
            Some(Kind::List) => "a list or null",
            Some(Kind::Map | Kind::Object) => "an object or null",
            Some(Kind::Document) => "an object, a text or null",
            None => "any value",
        })
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        match self.kind() {
            Some(Kind::Boolean) | None => Ok(Value::Bool(value)),
            _ => Err(self.wrong(Unexpected::Bool(value))),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        match self.kind() {
            Some(Kind::Integer) | None => Ok(Value::Int(value)),
            #[expect(clippy::cast_precision_loss, reason = "doubles are what the schema says")]
            Some(Kind::Double) => Ok(Value::Double(value as f64)),
            _ => Err(self.wrong(Unexpected::Signed(value))),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if let Ok(value) = i64::try_from(value) {
            return self.visit_i64(value);
        }
        match self.kind() {
            #[expect(clippy::cast_precision_loss, reason = "there is one integer type")]
            Some(Kind::Double) | None => Ok(Value::Double(value as f64)),
            _ => Err(self.wrong(Unexpected::Unsigned(value))),
        }
    }

    /// As in JSON Schema, a number without a fraction is whole however it is written.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        match self.kind() {
            Some(Kind::Double) | None => Ok(Value::Double(value)),
            Some(Kind::Integer) if value.fract() == 0.0 && INTEGERS.contains(&value) => {
                Ok(Value::Double(value))
            }
            _ => Err(self.wrong(Unexpected::Float(value))),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        match self.kind() {
            Some(Kind::String | Kind::Document) | None => {
                Ok(Value::String(self.reading.texts.shared(text)))
            }
            Some(Kind::Timestamp) => instant(text).map(Value::Timestamp).map_err(E::custom),
            _ => Err(self.wrong(Unexpected::Str(text))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        if !matches!(self.kind(), Some(Kind::List) | None) {
            return Err(self.wrong(Unexpected::Seq));
        }
        let stack = &self.reading.stack;
        let begins = stack.items();
        while let Some(item) = list.next_element_seed(self.item()?)? {
            stack.push_item(item);
        }
        Ok(stack.list(begins))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        match (self.kind(), self.property) {
            (Some(Kind::Object), Some(property)) => self.object(property, map),
            (Some(Kind::Map | Kind::Document) | None, _) => {
                let stack = &self.reading.stack;
                let begins = stack.entries();
                let shared = |name: &str| Ok(self.reading.texts.shared(name));
                while let Some(name) = map.next_key_seed(FromText(shared))? {
                    stack.once(begins, &name, |one, other| one == other)?;
                    stack.push(0, name, map.next_value_seed(self.item()?)?);
                }
                stack.mapping(begins)
            }
            _ => Err(self.wrong(Unexpected::Map)),
        }
    }
}

/// Instant of RFC 3339, which has a `T` between day and time.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let read = DateTime::parse_from_rfc3339(text).ok();
    let read = read.filter(|_| matches!(text.as_bytes().get(10), Some(b'T' | b't')));
    read.map(|instant| instant.to_utc())
        .ok_or_else(|| format!("{text:?} is no instant, as in `2026-11-16T08:00:00Z`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let mut from = serde_json::Deserializer::from_str(text);
        Typed::new(None, &Reading::whole())
            .deserialize(&mut from)
            .expect_err("a key is there twice")
            .to_string()
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused_where_it_is_read() {
        let early = refused(r#"{"b": 1, "a": 2, "b": 3, "a": 4}"#);
        assert_eq!(early, "`b` is there twice at line 1 column 20");
        // Of what only begins there is nothing more to read.
        assert_eq!(refused(r#"{"b": 1, "b""#), "`b` is there twice at line 1 column 12");
        let keys: Vec<_> = (0..40).map(|at| format!(r#""k{at}": 1"#)).collect();
        let many = format!(r#"{{{}, "k39": 2}}"#, keys.join(", "));
        assert!(refused(&many).starts_with("`k39` is there twice"));
    }
}
