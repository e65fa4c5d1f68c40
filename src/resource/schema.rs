//! Resource schemas: the properties of each type and the operation that supplies each.
//!
//! One JSON file a type in `schemas/resources/`, compiled in. From it come the static check of
//! expressions, the fetch plan, the IAM permissions and the documentation.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::DateTime;
use indexmap::IndexMap;
use serde::Deserialize;

use super::{Operation, Provider, TypeName, Value, regions};

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
    /// The values of a text that the cloud documents, where it documents all of them; empty where
    /// it does not. From the enumerations of AWS's API models.
    /// The word `regions` in their place are all regions.
    #[serde(default, rename = "enum", deserialize_with = "words")]
    pub values: Vec<Arc<str>>,
    /// What the cloud documents to be in force where the property is missing.
    #[serde(default, deserialize_with = "value")]
    pub default: Option<Value>,
    /// Whether live accounts are not asked for it yet, although they are for its operation. On
    /// top-level properties only. An inventory that lacks it says nothing of it: it is unknown
    /// there, not null.
    #[serde(default)]
    pub recorded_only: bool,
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
    /// Whether live accounts are not asked it yet: only recorded inventories have its answers. A
    /// type whose list is so is not in live accounts at all.
    #[serde(default)]
    pub recorded_only: bool,
    /// The operations whose answers name what this one asks for, such as the keys of a user: they
    /// are asked first.
    #[serde(default)]
    pub after: Vec<Operation>,
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
    /// Whether each resource lives in a region although the list is global.
    #[serde(default)]
    pub placed: bool,
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
    /// A property, or another operation, names an operation that the file does not describe.
    #[error("`{property}` names operation `{operation}`, which `operations` lacks")]
    Operation {
        /// The property or operation.
        property: String,
        /// The operation it names.
        operation: Operation,
    },
    /// The identifier is no property of the list.
    #[error("identifier `{identifier}` is no property that the list supplies")]
    Identifier {
        /// The property.
        identifier: String,
    },
}

impl Schema {
    /// Reads a schema file.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let schema: Self = serde_json::from_str(text)?;
        let known = |operation: &Operation| schema.operations.contains_key(operation);
        let named = |property: &str, operation: &Operation| SchemaError::Operation {
            property: property.to_owned(),
            operation: operation.clone(),
        };
        for (name, property) in &schema.properties {
            if !known(&property.operation) {
                return Err(named(name, &property.operation));
            }
        }
        for (name, operation) in &schema.operations {
            if let Some(missing) = operation.after.iter().find(|before| !known(before)) {
                return Err(named(name.as_str(), missing));
            }
        }
        match schema.properties.get(&schema.identifier) {
            Some(property) if property.operation == schema.list => Ok(schema),
            _ => Err(SchemaError::Identifier { identifier: schema.identifier.to_string() }),
        }
    }

    /// Whether each resource is judged in a region: those of regional types, and those that live in
    /// one although their list is global.
    pub fn is_judged_by_region(&self) -> bool {
        self.scope == Scope::Regional || self.placed
    }

    /// Whether live accounts are asked for resources of the type.
    pub fn is_live(&self) -> bool {
        self.operations.get(&self.list).is_some_and(|list| !list.recorded_only)
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

const FILES: &[&str] = &[
    include_str!("../../schemas/resources/aws-ec2-ebs-encryption-by-default.json"),
    include_str!("../../schemas/resources/aws-ec2-eip.json"),
    include_str!("../../schemas/resources/aws-ec2-flow-log.json"),
    include_str!("../../schemas/resources/aws-ec2-image.json"),
    include_str!("../../schemas/resources/aws-ec2-instance.json"),
    include_str!("../../schemas/resources/aws-ec2-internet-gateway.json"),
    include_str!("../../schemas/resources/aws-ec2-launch-template.json"),
    include_str!("../../schemas/resources/aws-ec2-network-acl.json"),
    include_str!("../../schemas/resources/aws-ec2-network-interface.json"),
    include_str!("../../schemas/resources/aws-ec2-route-table.json"),
    include_str!("../../schemas/resources/aws-ec2-security-group.json"),
    include_str!("../../schemas/resources/aws-ec2-snapshot.json"),
    include_str!("../../schemas/resources/aws-ec2-subnet.json"),
    include_str!("../../schemas/resources/aws-ec2-volume.json"),
    include_str!("../../schemas/resources/aws-ec2-vpc.json"),
    include_str!("../../schemas/resources/aws-iam-account-password-policy.json"),
    include_str!("../../schemas/resources/aws-iam-account-summary.json"),
    include_str!("../../schemas/resources/aws-iam-group.json"),
    include_str!("../../schemas/resources/aws-iam-instance-profile.json"),
    include_str!("../../schemas/resources/aws-iam-managed-policy.json"),
    include_str!("../../schemas/resources/aws-iam-oidc-provider.json"),
    include_str!("../../schemas/resources/aws-iam-role.json"),
    include_str!("../../schemas/resources/aws-iam-saml-provider.json"),
    include_str!("../../schemas/resources/aws-iam-server-certificate.json"),
    include_str!("../../schemas/resources/aws-iam-user.json"),
    include_str!("../../schemas/resources/aws-s3-account-public-access-block.json"),
    include_str!("../../schemas/resources/aws-s3-bucket.json"),
    include_str!("../../schemas/resources/aws-s3-object.json"),
];

/// Whether a text is among the documented values, or one that may stand for what has no name there:
/// a number, as of protocols. Where none are documented, every text is.
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt;

    use regex::Regex;
    use serde::de::{Error, MapAccess, SeqAccess, Visitor};

    use super::*;

    /// What is wrong with a property and those below it, a line each.
    fn problems(path: &str, property: &Property, top: bool) -> Vec<String> {
        let has_items = matches!(property.kind, Kind::List | Kind::Map);
        let one_line = |text: &str| !text.is_empty() && text.ends_with('.') && !text.contains('\n');
        let rules = [
            (one_line(&property.description), "is not described by a sentence"),
            (property.items.is_some() == has_items, "has items and is no list or map, or none"),
            (
                property.properties.is_empty() == (property.kind != Kind::Object),
                "has properties and is no object, or none",
            ),
            (top != property.operation.as_str().is_empty(), "has an operation below the top"),
            (top || property.default.is_none(), "has a default, which only counts at the top"),
            (
                property.values.is_empty() || property.kind == Kind::String,
                "has values and is no text",
            ),
            (top || !property.recorded_only, "is `recordedOnly`, which only counts at the top"),
        ];
        let broken = rules.into_iter().filter(|(holds, _)| !holds);
        let mut found: Vec<_> = broken.map(|(_, problem)| format!("{path} {problem}")).collect();
        for (name, inner) in &property.properties {
            found.extend(problems(&format!("{path}.{name}"), inner, false));
        }
        if let Some(inner) = property.items.as_deref() {
            found.extend(problems(&format!("{path}[]"), inner, false));
        }
        found
    }

    /// What is wrong with a schema as a whole, a line each.
    fn problems_of(schema: &Schema) -> Vec<String> {
        let name = &schema.type_name;
        let action = Regex::new("^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$").expect("a pattern");
        let mut found = Vec::new();
        for (operation, known) in &schema.operations {
            let permissions = [operation.as_str()].into_iter();
            let actions = permissions.chain(known.permissions.iter().map(AsRef::as_ref));
            let odd = actions.filter(|one| !action.is_match(one));
            found.extend(
                odd.map(|one| format!("{name}: `{one}` is not of the form service:Action")),
            );
            let supplies = |property: &Property| property.operation == *operation;
            if known.permissions.is_empty() || !schema.properties.values().any(supplies) {
                found
                    .push(format!("{name}: `{operation}` needs no permission or supplies nothing"));
            }
            if !schema.is_live() && !known.recorded_only {
                found.push(format!("{name}: `{operation}` is live and the list is not"));
            }
        }
        for (property, known) in &schema.properties {
            found.extend(problems(&format!("{name}.{property}"), known, true));
            if known.recorded_only && schema.operations[&known.operation].recorded_only {
                found.push(format!("{name}.{property} is `recordedOnly` as is its operation"));
            }
        }
        let identifier = &schema.properties[&schema.identifier];
        if identifier.kind != Kind::String || identifier.nullable {
            found.push(format!("{name}.{} cannot be an id", schema.identifier));
        }
        if schema.properties.get("Arn").is_some_and(|arn| arn.operation != schema.list) {
            found.push(format!("{name}.Arn is not of the list, where it is looked for"));
        }
        found
    }

    /// Any JSON, if no object in it names a key twice.
    struct Unambiguous;

    impl<'de> Deserialize<'de> for Unambiguous {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            from.deserialize_any(Self)
        }
    }

    impl<'de> Visitor<'de> for Unambiguous {
        type Value = Self;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("JSON")
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
            while items.next_element::<Self>()?.is_some() {}
            Ok(self)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
            let mut seen = BTreeSet::new();
            while let Some((name, _)) = entries.next_entry::<String, Self>()? {
                if let Some(twice) = seen.replace(name) {
                    return Err(A::Error::custom(format!("`{twice}` is there twice")));
                }
            }
            Ok(self)
        }
    }

    #[test]
    fn every_type_is_known_once() {
        let names: Vec<&str> = schemas().keys().map(TypeName::as_str).collect();
        insta::assert_snapshot!(names.join("\n"), @r"
        AWS::EC2::EBSEncryptionByDefault
        AWS::EC2::EIP
        AWS::EC2::FlowLog
        AWS::EC2::Image
        AWS::EC2::Instance
        AWS::EC2::InternetGateway
        AWS::EC2::LaunchTemplate
        AWS::EC2::NetworkAcl
        AWS::EC2::NetworkInterface
        AWS::EC2::RouteTable
        AWS::EC2::SecurityGroup
        AWS::EC2::Snapshot
        AWS::EC2::Subnet
        AWS::EC2::VPC
        AWS::EC2::Volume
        AWS::IAM::AccountPasswordPolicy
        AWS::IAM::AccountSummary
        AWS::IAM::Group
        AWS::IAM::InstanceProfile
        AWS::IAM::ManagedPolicy
        AWS::IAM::OIDCProvider
        AWS::IAM::Role
        AWS::IAM::SAMLProvider
        AWS::IAM::ServerCertificate
        AWS::IAM::User
        AWS::S3::AccountPublicAccessBlock
        AWS::S3::Bucket
        AWS::S3::Object
        ");
        assert_eq!(names.len(), FILES.len(), "two files describe the same type");
    }

    #[test]
    fn compiled_in_schemas_are_whole() {
        let found: Vec<String> = schemas().values().flat_map(problems_of).collect();
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn no_name_is_there_twice() {
        let twice = |text| serde_json::from_str::<Unambiguous>(text).err().map(|it| it.to_string());
        let told = twice(r#"{ "a": [{ "b": 1, "b": 2 }] }"#).expect("a problem");
        assert!(told.starts_with("`b` is there twice"), "{told}");
        assert_eq!(FILES.iter().filter_map(|text| twice(text)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn live_accounts_are_asked_for_these_types() {
        let live = schemas().values().filter(|schema| schema.is_live());
        let names: Vec<&str> = live.map(|schema| schema.type_name.as_str()).collect();
        assert_eq!(
            names,
            ["AWS::EC2::Instance", "AWS::EC2::SecurityGroup", "AWS::IAM::User", "AWS::S3::Bucket"],
            "the adapter lists these"
        );
    }

    #[test]
    fn the_documented_policy_allows_what_operations_need() {
        let operations = schemas().values().flat_map(|schema| schema.operations.values());
        let asked = operations.filter(|one| !one.recorded_only);
        let needed: std::collections::BTreeSet<&str> =
            asked.flat_map(|one| &one.permissions).map(AsRef::as_ref).collect();
        let text = include_str!("../../docs/reader-policy.json");
        let policy: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(needed));
    }

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
