//! Values of properties: JSON with instants, durations and one integer type; and resources, which
//! are made of them and, in expressions, are values too.

mod mapping;

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use litemap::LiteMap;

pub use self::mapping::Mapping;
use super::{Failure, Operation, Region, TypeName};

/// A value of a property or of an expression. Cheap to clone: lists, maps and strings are shared.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing, and known to be nothing.
    #[default]
    Null,
    /// One of true and false.
    Bool(bool),
    /// A whole number; there is one integer type.
    Int(i64),
    /// A floating point number of 64 bits.
    Double(f64),
    /// Text, shared by all that hold it.
    String(Arc<str>),
    /// An instant, in UTC.
    Timestamp(DateTime<Utc>),
    /// A span of time, which may be negative.
    Duration(TimeDelta),
    /// A sequence of values, shared.
    List(Arc<[Value]>),
    /// A mapping, in the order of its keys.
    Map(Mapping),
    /// A resource as a whole, in expressions alone: no property holds one.
    Resource(Arc<Resource>),
}

impl Value {
    /// Value that holds a text.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// Value that holds a sequence.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// Value that holds a mapping; of equal keys the last counts.
    pub fn map<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// `true` for [`Value::Null`] and for nothing else.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// `true` where both are the same piece of memory, or a value that has none; `false` may be said of
    /// equal values as well, and nothing is compared piece by piece but texts.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Int(one), Self::Int(other)) => one == other,
            (Self::String(one), Self::String(other)) => one == other,
            (Self::List(one), Self::List(other)) => Arc::ptr_eq(one, other),
            (Self::Map(one), Self::Map(other)) => one.is_same(other),
            _ => false,
        }
    }

    /// The entry of a mapping; `None` for a missing key and for what is no mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// The same of a key of a schema, as [`Mapping::get_shared`] finds it.
    pub fn get_shared(&self, key: &Arc<str>) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.get_shared(key),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// JSON as it came from an API; integers beyond `i64` become doubles. Instants stay text:
    /// [`super::Property::refine`] turns them into [`Value::Timestamp`].
    pub fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => number
                .as_i64()
                .map_or_else(|| Self::Double(number.as_f64().unwrap_or(f64::NAN)), Self::Int),
            Json::String(text) => Self::string(text.as_str()),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json)),
            Json::Object(entries) => {
                Self::map(entries.iter().map(|(key, value)| (key.as_str(), Self::from_json(value))))
            }
        }
    }

    /// JSON with keys in order: equal values give equal bytes, which digests rely on. Instants are
    /// RFC 3339 in UTC, durations seconds with `s`, resources their id.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::Double(value) => Json::from(*value),
            Self::String(text) => Json::from(text.as_ref()),
            Self::Timestamp(instant) => {
                Json::from(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            Self::Duration(span) => Json::from(seconds(*span)),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(entries) => Json::Object(
                entries.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect(),
            ),
            Self::Resource(resource) => Json::from(resource.id.as_ref()),
        }
    }
}

/// A span of time as CEL writes it: seconds, with as many digits of the fraction as it has.
pub fn seconds(span: TimeDelta) -> String {
    let sign = if span < TimeDelta::zero() { "-" } else { "" };
    let span = span.abs();
    let (seconds, nanos) = (span.num_seconds(), span.subsec_nanos());
    if nanos == 0 {
        return format!("{sign}{seconds}s");
    }
    let fraction = format!("{nanos:09}");
    format!("{sign}{seconds}.{}s", fraction.trim_end_matches('0'))
}

/// Answer of one API operation on one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Facet {
    /// It answered: a [`Value::Map`] from top-level property names to values, already refined by
    /// the schema.
    Read(Value),
    /// It answered that there is none, such as a bucket without a policy.
    Absent,
    /// It could not be read.
    Failed(Failure),
}

impl Facet {
    /// `true` where it answered with something.
    pub fn has_entries(&self) -> bool {
        matches!(self, Self::Read(Value::Map(entries)) if entries.keys().any(|key| !key.is_empty()))
    }

    /// Why it could not be read.
    pub fn failure(&self) -> Option<&Failure> {
        if let Self::Failed(failure) = self { Some(failure) } else { None }
    }
}

/// Answers on a resource, by operation. A tree would take half a KiB for the first of them.
pub type Facets = LiteMap<Operation, Facet>;

/// A resource and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Name of its type.
    pub type_name: TypeName,
    /// CloudFormation's primary identifier: a bucket's, user's or role's name, a group's,
    /// instance's or volume's id, a policy's ARN, an account's id for account-wide settings.
    pub id: Arc<str>,
    /// The ARN, where the type has one.
    pub arn: Option<Arc<str>>,
    /// The region that the resource lives in; `global` for IAM.
    pub region: Region,
    /// Answers by operation. An operation without an entry was not asked.
    pub facets: Facets,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time_are_shown_exactly() {
        let shown = |millis| Value::Duration(TimeDelta::milliseconds(millis)).to_json();
        let spans = [0, 90_000, 1_500, -500, -1_500, 1, 86_400_250];
        let wanted = ["0s", "90s", "1.5s", "-0.5s", "-1.5s", "0.001s", "86400.25s"];
        assert_eq!(spans.map(shown), wanted);
        let nano = Value::Duration(TimeDelta::nanoseconds(-1));
        assert_eq!(Value::list([nano]).to_json(), serde_json::json!(["-0.000000001s"]));
    }
}
