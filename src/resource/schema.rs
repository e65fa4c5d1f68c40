//! Resource schemas: the properties of each type and the operation that supplies each.
//!
//! One JSON file a type in `schemas/resources/`, compiled in. From it come the static check of
//! expressions, the fetch plan, the IAM permissions and the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use foldhash::fast::FixedState;
use indexmap::IndexMap;
use serde::Deserialize;

use super::{Bounds, Form, ListedBy, Operation, Provider, Region, TypeName, Unit, Value, regions};

/// Number of lists of a type: one per account, or one per region of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListScope {
    /// Listed once per account, in the target `global`.
    Global,
    /// Listed in each region of the account.
    Regional,
}

/// Whose name a property carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameSource {
    /// CloudFormation's, which comes first.
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
    /// Text of any length.
    String,
    /// A whole number that `i64` holds.
    Integer,
    /// A number, whole or not.
    Double,
    /// One of true and false.
    Boolean,
    /// An instant, RFC 3339 in recorded inventories.
    Timestamp,
    /// A sequence of values, each as `items` says.
    List,
    /// Keys chosen by the user, values of `items`.
    Map,
    /// The keys in `properties` and no others.
    Object,
    /// A JSON object of any shape, such as an IAM policy document; where the cloud gave anything
    /// else, the text of it.
    Document,
}

/// One property, at any depth.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of a schema file by itself")]
pub struct Property {
    /// The type of its value; every property may also be null.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Sentence for people that says what the property means.
    #[serde(default)]
    pub description: String,
    /// Vocabulary that its name is from.
    #[serde(default = "cloudformation")]
    pub name: NameSource,
    /// The operation that supplies it; on top-level properties only, empty below.
    #[serde(default = "no_operation")]
    pub operation: Operation,
    /// `true` where a resource may lack it, as far as the cloud documents.
    #[serde(default)]
    pub nullable: bool,
    /// The values of a text that the cloud documents, where it documents all of them; empty where
    /// it does not. From the enumerations of AWS's API models.
    /// The word `regions` in their place are all regions.
    #[serde(default, rename = "enum", deserialize_with = "words")]
    pub values: Vec<Arc<str>>,
    /// Form of a text that the cloud documents, where its values are not all documented.
    #[serde(default)]
    pub form: Option<Form>,
    /// Least value of an integer that the cloud documents, in force where nobody says otherwise too.
    #[serde(default)]
    pub minimum: Option<i64>,
    /// Greatest value of an integer that the cloud documents, of whatever its neighbours say.
    #[serde(default)]
    pub maximum: Option<i64>,
    /// What an integer counts, where people mistake it for another unit.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// Neighbours by any of which the cloud documents that a nullable property is there.
    #[serde(default)]
    pub given: Vec<Given>,
    /// Neighbour, and its values without which the cloud documents a nullable property to be null.
    #[serde(default)]
    pub only: Option<Given>,
    /// Set of neighbours of which each object has one, as a rule has one source, which is a range of
    /// IPv4, one of IPv6 or a group: without this one it has another, and with it no other.
    #[serde(default)]
    pub alternative: Option<Arc<str>>,
    /// Value that the cloud documents to be in force where the property is missing.
    #[serde(default, deserialize_with = "value")]
    pub default: Option<Value>,
    /// Value that a new resource has where nobody says otherwise, at the top level. It is for
    /// resources that tests make up: what an account answers stands as it is.
    #[serde(default, deserialize_with = "value")]
    pub made_up: Option<Value>,
    /// `true` of an instant that is never ahead, as of what was made.
    #[serde(default)]
    pub past: bool,
    /// `true` where live accounts are not asked for it yet, although they are for its operation. On
    /// top-level properties only. An inventory that lacks it says nothing of it: it is unknown
    /// there, not null.
    #[serde(default)]
    pub recorded_only: bool,
    /// `true` where inventories of earlier versions lack it although accounts have it. What lacks it
    /// says nothing of it: it is unknown there, not null. At the top a live account's answer has a
    /// null for it where there is none; below it is never null.
    #[serde(default)]
    pub recorded_late: bool,
    /// Setting of the operator without which accounts are not asked for it; such a property is
    /// [`Property::recorded_late`] too.
    #[serde(default)]
    pub setting: Option<Arc<str>>,
    /// `true` where people know an object of a list by it, as an access key by its id.
    #[serde(default)]
    pub identifies: bool,
    /// The element type of a list or map.
    #[serde(default)]
    pub items: Option<Box<Property>>,
    /// The properties of an object.
    #[serde(default)]
    pub properties: Properties,
    /// Number of the neighbours whose names come before its own, by which a mapping is put into order
    /// without comparing names.
    #[serde(skip)]
    pub rank: usize,
}

/// Properties by their names, in the order in which people read them. The names are those of schemas,
/// so that no hash need be keyed.
pub type Properties = IndexMap<Arc<str>, Property, FixedState>;

/// Neighbour of a property by which that is there: by its value, as the ports of a rule by the
/// protocol, or since the neighbour is there, as one port by the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Given {
    /// Name of the neighbour, in the same object.
    pub property: Arc<str>,
    /// Values of the neighbour with which it is there; `None` where any value will do.
    #[serde(default, rename = "in", deserialize_with = "values")]
    pub with: Option<Vec<Value>>,
}

/// One operation of a type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperationSchema {
    /// The IAM actions that it needs.
    pub permissions: Vec<Arc<str>>,
    /// `true` where one call answers for all resources of a target (a list, a report).
    #[serde(default)]
    pub bulk: bool,
    /// `true` where live accounts are not asked it yet: only recorded inventories have its answers. A
    /// type whose list is so is not in live accounts at all.
    #[serde(default)]
    pub recorded_only: bool,
    /// The operations whose answers name what this one asks for, such as the keys of a user: they
    /// are asked first.
    #[serde(default)]
    pub after: Vec<Operation>,
}

/// Report of a type, and what it stands in for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Summary {
    /// Operation that gives the report, by which its part on a resource is kept as a facet.
    pub operation: Operation,
    /// The IAM actions that it needs.
    pub permissions: Vec<Arc<str>>,
    /// Operations of whose properties it tells the possible values.
    pub of: Vec<Operation>,
    /// Property of the list that is the same in the report, where it is about the same resource: a name
    /// may have been given anew since.
    pub same_by: Option<Arc<str>>,
}

/// Key of the instant at which a report was made, beside the values of properties.
pub const MADE: &str = "(made)";

/// Description of a resource type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// The name, such as `AWS::S3::Bucket`.
    #[serde(rename = "type")]
    pub type_name: TypeName,
    /// Cloud that has the type.
    #[serde(default)]
    pub provider: Provider,
    /// Sentence for people that says what a resource of the type is.
    pub description: String,
    /// Targets that list it.
    pub scope: ListScope,
    /// `true` where each resource lives in a region although the list is global.
    #[serde(default)]
    pub placed: bool,
    /// The operation that lists it; its facet is there for every resource.
    pub list: Operation,
    /// Properties that a request of the list names, where it is too long to be read as a whole.
    #[serde(default)]
    pub listed_by: Option<ListedBy>,
    /// The top-level property that is the resource's id.
    pub identifier: Arc<str>,
    /// The operations, each a facet.
    pub operations: BTreeMap<Operation, OperationSchema>,
    /// Report on all resources at once, which may spare several of the operations.
    #[serde(default)]
    pub summary: Option<Summary>,
    /// Top-level properties, in the order in which people read them.
    pub properties: Properties,
}

/// Why a schema file is refused.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Not JSON of a schema's shape.
    #[error("cannot read the resource schema: {0}")]
    Shape(#[from] serde_json::Error),
    /// A property, or another operation, names an operation that the file does not describe.
    #[error("`{property}` names operation `{operation}`, which `operations` lacks")]
    Operation {
        /// Name of the property or operation that names it.
        property: String,
        /// Operation that is not described.
        operation: Operation,
    },
    /// Another file describes the same type.
    #[error("resource type `{type_name}` is described twice")]
    Duplicate {
        /// Name that both files describe.
        type_name: TypeName,
    },
    /// The identifier is no property of the list.
    #[error("identifier `{identifier}` is no property that the list supplies")]
    Identifier {
        /// Name of the property that was to be the id.
        identifier: String,
    },
}

/// Fills the ranks of properties and of all that is below them.
fn rank(properties: &mut Properties) {
    let mut names: Vec<Arc<str>> = properties.keys().cloned().collect();
    names.sort();
    for (rank, name) in names.iter().enumerate() {
        let Some(property) = properties.get_mut(name) else { continue };
        property.rank = rank;
        let mut below = Some(property);
        while let Some(property) = below {
            self::rank(&mut property.properties);
            below = property.items.as_deref_mut();
        }
    }
}

impl Schema {
    /// Reads a schema file, whose parts must fit each other.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let mut schema: Self = serde_json::from_str(text)?;
        let named = |property: &str, operation: &Operation| SchemaError::Operation {
            property: property.to_owned(),
            operation: operation.clone(),
        };
        for (name, property) in &mut schema.properties {
            match schema.operations.get_key_value(&property.operation) {
                // One copy of the name, by which its facet is found quickly.
                Some((operation, _)) => property.operation = operation.clone(),
                None => return Err(named(name, &property.operation)),
            }
        }
        let known = |operation: &Operation| schema.operations.contains_key(operation);
        for (name, operation) in &schema.operations {
            if let Some(missing) = operation.after.iter().find(|before| !known(before)) {
                return Err(named(name.as_str(), missing));
            }
        }
        if let Some(summary) = &schema.summary
            && let Some(missing) = summary.of.iter().find(|one| !known(one))
        {
            return Err(named(summary.operation.as_str(), missing));
        }
        rank(&mut schema.properties);
        match schema.properties.get(&schema.identifier) {
            Some(property) if property.operation == schema.list => Ok(schema),
            _ => Err(SchemaError::Identifier { identifier: schema.identifier.to_string() }),
        }
    }

    /// `true` where each resource is judged in a region: those of regional types, and those that live in
    /// one although their list is global.
    pub fn is_judged_by_region(&self) -> bool {
        self.scope == ListScope::Regional || self.placed
    }

    /// Regions that an account with these `regions` is asked for resources of the type: `global`
    /// alone where the type is listed once per account.
    pub fn listed_in(&self, regions: &BTreeSet<Region>) -> Vec<Region> {
        match self.scope {
            ListScope::Global => vec![Region::global()],
            ListScope::Regional => regions.iter().cloned().collect(),
        }
    }

    /// Operations that live accounts are asked.
    pub fn live_operations(&self) -> impl Iterator<Item = &Operation> {
        let live = self.operations.iter().filter(|(_, known)| !known.recorded_only);
        live.map(|(operation, _)| operation)
    }

    /// IAM actions that live accounts are asked by.
    pub fn live_permissions(&self) -> impl Iterator<Item = &Arc<str>> {
        let asked = self.operations.values().filter(|known| !known.recorded_only);
        let summary = self.summary.iter().flat_map(|summary| &summary.permissions);
        asked.flat_map(|known| &known.permissions).chain(summary)
    }

    /// `true` where live accounts are asked for resources of the type.
    pub fn is_live(&self) -> bool {
        self.operations.get(&self.list).is_some_and(|list| !list.recorded_only)
    }

    /// `true` where sweeps ask live accounts for all resources of the type: those that are listed by what
    /// a request names are too many.
    pub fn is_swept(&self) -> bool {
        self.is_live() && self.listed_by.is_none()
    }

    /// Meaning of one operation's answer, which is JSON from top-level property names to values:
    /// properties in their types, without those that the type does not have.
    pub fn refine(&self, operation: &Operation, answer: &serde_json::Value) -> Value {
        if let Some(summary) = self.summary.as_ref().filter(|one| one.operation == *operation) {
            return summary.refine(self, answer);
        }
        let known = self.properties.iter().filter(|(_, property)| property.operation == *operation);
        Value::map(known.filter_map(|(name, property)| {
            Some((name.clone(), property.refine(Value::from_json(answer.get(name.as_ref())?))))
        }))
    }
}

impl Summary {
    /// Instant at which a report was made, by its part on a resource.
    pub fn made(told: &Value) -> Option<DateTime<Utc>> {
        match told.get(MADE) {
            Some(Value::Timestamp(at)) => Some(*at),
            _ => None,
        }
    }

    /// Meaning of the report's part on one resource: JSON from names of properties to the list of
    /// values that each may have. Objects are known in part: nobody knows what they lack.
    fn refine(&self, schema: &Schema, answer: &serde_json::Value) -> Value {
        let told = schema.properties.iter().filter(|(_, known)| self.of.contains(&known.operation));
        let told = told.filter_map(|(name, property)| {
            let possible = answer.get(name.as_ref())?.as_array()?.iter();
            let refined = |json| in_part(property.refine(Value::from_json(json)), property);
            Some((name.clone(), Value::list(possible.map(refined))))
        });
        let same = self.same_by.as_ref().and_then(|name| {
            let property = schema.properties.get(name)?;
            Some((name.clone(), property.refine(Value::from_json(answer.get(name.as_ref())?))))
        });
        let made = answer.get(MADE).and_then(serde_json::Value::as_str);
        let made = made.and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        let made = made.map(|at| (Arc::from(MADE), Value::Timestamp(at.to_utc())));
        Value::map(told.chain(same).chain(made))
    }
}

/// The value with each object that the schema describes as the part of it that is known.
fn in_part(value: Value, property: &Property) -> Value {
    match value {
        Value::Map(entries) if !property.properties.is_empty() => Value::Map(entries.in_part()),
        Value::List(items) => match &property.items {
            Some(item) => Value::list(items.iter().map(|one| in_part(one.clone(), item))),
            None => Value::List(items),
        },
        value => value,
    }
}

impl Property {
    /// Range of its values, where it is a whole number.
    pub fn bounds(&self) -> Bounds {
        let (least, most) = (self.minimum.unwrap_or(i64::MIN), self.maximum.unwrap_or(i64::MAX));
        Bounds { unit: self.unit, ..Bounds::new(least, most) }
    }

    /// Name of the property that people know the objects of a list by.
    pub fn identity_of_elements(&self) -> Option<&Arc<str>> {
        let elements = self.items.as_deref()?;
        elements.properties.iter().find(|(_, one)| one.identifies).map(|(name, _)| name)
    }

    /// The value in the property's type: text of an instant becomes an instant, at any depth.
    /// What does not fit is left as it is, for the expression to stumble over visibly.
    pub fn refine(&self, value: Value) -> Value {
        match (self.kind, value) {
            (Kind::Timestamp, Value::String(text)) => DateTime::parse_from_rfc3339(&text)
                .map_or(Value::String(text), |instant| Value::Timestamp(instant.to_utc())),
            (Kind::Double, Value::Int(number)) =>
            {
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

/// `true` for a text among the documented values, and for one that may stand for what has no name
/// there: a number, as of protocols. Where none are documented, it is true of every text.
pub fn is_documented(text: &str, values: &[Arc<str>]) -> bool {
    values.is_empty() || values.iter().any(|value| **value == *text) || text.parse::<i64>().is_ok()
}

fn words<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Arc<str>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        Listed(Vec<Arc<str>>),
        Named(String),
    }
    match Words::deserialize(from)? {
        Words::Listed(words) => Ok(words),
        Words::Named(name) if name == "regions" => Ok(regions().to_vec()),
        Words::Named(name) => {
            Err(serde::de::Error::custom(format!("there is no list of values `{name}`")))
        }
    }
}

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

fn values<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Vec<Value>>, D::Error> {
    let json = Vec::<serde_json::Value>::deserialize(from)?;
    Ok(Some(json.iter().map(Value::from_json).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::schemas;
    use super::*;

    #[test]
    fn a_schema_must_hold_together() {
        let schema = |change: fn(&mut serde_json::Value)| {
            let mut json = serde_json::json!({
                "type": "T", "description": "", "scope": "global", "list": "a:List",
                "identifier": "Id",
                "operations": {
                    "a:List": { "permissions": ["a:List"] },
                    "a:More": { "permissions": ["a:More"], "after": ["a:List"] },
                },
                "properties": {
                    "Id": { "type": "string", "operation": "a:List" },
                    "More": { "type": "string", "operation": "a:More" },
                },
            });
            change(&mut json);
            Schema::parse(&json.to_string()).map(|_| ()).map_err(|error| error.to_string())
        };
        assert_eq!(schema(|_| ()), Ok(()));
        assert_eq!(
            schema(|json| json["properties"]["More"]["operation"] = "a:Les".into()),
            Err("`More` names operation `a:Les`, which `operations` lacks".to_owned())
        );
        assert_eq!(
            schema(|json| json["operations"]["a:More"]["after"][0] = "a:Les".into()),
            Err("`a:More` names operation `a:Les`, which `operations` lacks".to_owned())
        );
        assert_eq!(
            schema(|json| json["identifier"] = "More".into()),
            Err("identifier `More` is no property that the list supplies".to_owned())
        );
    }

    #[test]
    fn refine_gives_values_their_types() {
        let schema = &schemas()["AWS::IAM::User"];
        let answer = serde_json::json!({
            "AccessKeys": [{ "AccessKeyId": "AKIA", "CreateDate": "2026-01-02T03:04:05Z" }],
            "UserName": "of another operation",
        });
        let refined = schema.refine(&"iam:ListAccessKeys".into(), &answer);
        let keys = refined.get("AccessKeys").cloned().unwrap_or_default();
        let Value::List(keys) = keys else { panic!("{keys:?}") };
        assert!(matches!(keys[0].get("CreateDate"), Some(Value::Timestamp(_))), "{keys:?}");
        assert_eq!(refined.get("UserName"), None);
    }
}
