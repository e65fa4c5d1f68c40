//! Resource schemas: the properties of each type and the operation that supplies each.
//!
//! One JSON file a type in `schemas/resources/`, compiled in. From it come the static check of
//! expressions, the fetch plan, the IAM permissions and the documentation.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use indexmap::IndexMap;
use serde::Deserialize;

use super::{Operation, Provider, TypeName, Value};

/// Whether a type is listed once per account or once per region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Listed once per account, in the target `global`.
    Global,
    /// Listed in each region of the account.
    Regional,
}

/// Whose name a property carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameSource {
    /// CloudFormation's.
    Cloudformation,
    /// The API's, where CloudFormation has none.
    Api,
    /// Ours, where neither has one.
    Own,
}

/// The type of a property's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Double,
    /// True or false.
    Boolean,
    /// An instant, RFC 3339 in recorded inventories.
    Timestamp,
    /// A sequence of `items`.
    List,
    /// Keys chosen by the user, values of `items`.
    Map,
    /// The keys in `properties` and no others.
    Object,
    /// JSON of any shape, such as an IAM policy document.
    Document,
}

/// One property, at any depth.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Property {
    /// The type of its value; every property may also be null.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// What it means.
    #[serde(default)]
    pub description: String,
    /// Whose name it carries.
    #[serde(default = "cloudformation")]
    pub name: NameSource,
    /// The operation that supplies it; on top-level properties only, empty below.
    #[serde(default = "no_operation")]
    pub operation: Operation,
    /// Whether a resource may lack it, as far as the cloud documents.
    #[serde(default)]
    pub nullable: bool,
    /// What the cloud documents to be in force where the property is missing.
    #[serde(default, deserialize_with = "value")]
    pub default: Option<Value>,
    /// The element type of a list or map.
    #[serde(default)]
    pub items: Option<Box<Property>>,
    /// The properties of an object.
    #[serde(default)]
    pub properties: IndexMap<Arc<str>, Property>,
}

/// One operation of a type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationSchema {
    /// The IAM actions that it needs.
    pub permissions: Vec<Arc<str>>,
    /// Whether one call answers for all resources of a target (a list, a report) or for one.
    #[serde(default)]
    pub bulk: bool,
}

/// A resource type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// The name, such as `AWS::S3::Bucket`.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// The cloud.
    #[serde(default)]
    pub provider: Provider,
    /// What it is.
    pub description: String,
    /// Where it is listed.
    pub scope: Scope,
    /// The operation that lists it; its facet is there for every resource.
    pub list: Operation,
    /// The top-level property that is the resource's id.
    pub identifier: Arc<str>,
    /// The operations, each a facet.
    pub operations: BTreeMap<Operation, OperationSchema>,
    /// The top-level properties.
    pub properties: IndexMap<Arc<str>, Property>,
}

/// Why a schema file is refused.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Not JSON of a schema's shape.
    #[error("cannot read the resource schema: {0}")]
    Shape(#[from] serde_json::Error),
    /// A property names an operation that the file does not describe.
    #[error("property `{property}` names operation `{operation}`, which `operations` lacks")]
    Operation {
        /// The property.
        property: String,
        /// The operation it names.
        operation: Operation,
    },
}

impl Schema {
    /// Reads a schema file.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let schema: Self = serde_json::from_str(text)?;
        for (name, property) in &schema.properties {
            if !schema.operations.contains_key(&property.operation) {
                return Err(SchemaError::Operation {
                    property: name.to_string(),
                    operation: property.operation.clone(),
                });
            }
        }
        Ok(schema)
    }

    /// What one operation's answer, as JSON from top-level property names to values, means:
    /// properties in their types, unknown ones dropped.
    pub fn refine(&self, operation: &Operation, answer: &serde_json::Value) -> Value {
        let known = self.properties.iter().filter(|(_, property)| property.operation == *operation);
        Value::map(known.filter_map(|(name, property)| {
            Some((name.clone(), property.refine(Value::from_json(answer.get(name.as_ref())?))))
        }))
    }
}

impl Property {
    /// The value in the property's type: text of an instant becomes an instant, at any depth.
    /// What does not fit is left as it is, for the expression to stumble over visibly.
    pub fn refine(&self, value: Value) -> Value {
        match (self.kind, value) {
            (Kind::Timestamp, Value::String(text)) => DateTime::parse_from_rfc3339(&text)
                .map_or(Value::String(text), |instant| Value::Timestamp(instant.to_utc())),
            (Kind::Double, Value::Int(number)) => {
                #[expect(clippy::cast_precision_loss, reason = "doubles are what the schema says")]
                Value::Double(number as f64)
            }
            (Kind::List, Value::List(items)) => match &self.items {
                Some(item) => Value::list(items.iter().cloned().map(|value| item.refine(value))),
                None => Value::List(items),
            },
            (Kind::Map, Value::Map(entries)) => match &self.items {
                Some(item) => Value::map(
                    entries.iter().map(|(key, value)| (key.clone(), item.refine(value.clone()))),
                ),
                None => Value::Map(entries),
            },
            (Kind::Object, Value::Map(entries)) => {
                Value::map(entries.iter().map(|(key, value)| {
                    let refined = match self.properties.get(key) {
                        Some(property) => property.refine(value.clone()),
                        None => value.clone(),
                    };
                    (key.clone(), refined)
                }))
            }
            (_, value) => value,
        }
    }
}

/// All resource types of this version, by name.
pub fn schemas() -> &'static BTreeMap<TypeName, Schema> {
    static SCHEMAS: LazyLock<BTreeMap<TypeName, Schema>> = LazyLock::new(|| {
        FILES
            .iter()
            .map(|text| {
                #[expect(clippy::expect_used, reason = "compiled in and read by a test")]
                let schema = Schema::parse(text).expect("a compiled-in schema is well-formed");
                (schema.type_name.clone(), schema)
            })
            .collect()
    });
    &SCHEMAS
}

const FILES: &[&str] = &[];

fn cloudformation() -> NameSource {
    NameSource::Cloudformation
}

fn no_operation() -> Operation {
    Operation::from("")
}

fn value<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    let json = serde_json::Value::deserialize(from)?;
    Ok(Some(Value::from_json(&json)))
}
