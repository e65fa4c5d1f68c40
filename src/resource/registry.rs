//! The resource types that are known, as a value.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Index;
use std::sync::LazyLock;

use super::{Schema, SchemaError, TypeName};

/// Resource types by name. [`schemas`] are those of this version; whatever depends on which types
/// there are takes a registry, so that it works the same with others.
#[derive(Debug, Clone, Default)]
pub struct SchemaRegistry(BTreeMap<TypeName, Schema>);

impl SchemaRegistry {
    /// Registry of the types that schema files describe, one a file.
    pub fn parse<'t>(files: impl IntoIterator<Item = &'t str>) -> Result<Self, SchemaError> {
        files.into_iter().try_fold(Self::default(), Self::with)
    }

    /// Registry with the type of one more schema file.
    pub fn with(mut self, file: &str) -> Result<Self, SchemaError> {
        let schema = Schema::parse(file)?;
        match self.0.insert(schema.type_name.clone(), schema) {
            None => Ok(self),
            Some(twice) => Err(SchemaError::Duplicate { type_name: twice.type_name }),
        }
    }

    /// Schema of a type, if it is known.
    pub fn get<N>(&self, name: &N) -> Option<&Schema>
    where
        TypeName: Borrow<N>,
        N: Ord + ?Sized,
    {
        self.0.get(name)
    }

    /// Names of the types, in order.
    pub fn keys(&self) -> impl Iterator<Item = &TypeName> + Clone {
        self.0.keys()
    }

    /// Schemas, in the order of their types' names.
    pub fn values(&self) -> impl Iterator<Item = &Schema> + Clone {
        self.0.values()
    }

    /// Schemas of the types that live accounts are asked for.
    pub fn live(&self) -> impl Iterator<Item = &Schema> {
        self.values().filter(|schema| schema.is_live())
    }

    /// Number of types that are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// `true` where no type is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N> Index<&N> for SchemaRegistry
where
    TypeName: Borrow<N>,
    N: Ord + ?Sized,
{
    type Output = Schema;

    #[expect(clippy::indexing_slicing, reason = "indexing is what `Index` is for")]
    fn index(&self, name: &N) -> &Schema {
        &self.0[name]
    }
}

/// The resource types of this version.
pub fn schemas() -> &'static SchemaRegistry {
    static SCHEMAS: LazyLock<SchemaRegistry> = LazyLock::new(|| {
        #[expect(clippy::expect_used, reason = "compiled in and read by a test")]
        SchemaRegistry::parse(FILES.iter().copied()).expect("compiled-in schemas are well-formed")
    });
    &SCHEMAS
}

const FILES: &[&str] = &[
    include_str!("../../schemas/resources/aws-ec2-ebs-encryption-by-default.json"),
    include_str!("../../schemas/resources/aws-ec2-eip.json"),
    include_str!("../../schemas/resources/aws-ec2-flow-log.json"),
    include_str!("../../schemas/resources/aws-ec2-image.json"),
    include_str!("../../schemas/resources/aws-ec2-image-block-public-access.json"),
    include_str!("../../schemas/resources/aws-ec2-instance.json"),
    include_str!("../../schemas/resources/aws-ec2-instance-metadata-defaults.json"),
    include_str!("../../schemas/resources/aws-ec2-internet-gateway.json"),
    include_str!("../../schemas/resources/aws-ec2-launch-template.json"),
    include_str!("../../schemas/resources/aws-ec2-network-acl.json"),
    include_str!("../../schemas/resources/aws-ec2-network-interface.json"),
    include_str!("../../schemas/resources/aws-ec2-prefix-list.json"),
    include_str!("../../schemas/resources/aws-ec2-route-table.json"),
    include_str!("../../schemas/resources/aws-ec2-security-group.json"),
    include_str!("../../schemas/resources/aws-ec2-snapshot.json"),
    include_str!("../../schemas/resources/aws-ec2-snapshot-block-public-access.json"),
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
    include_str!("../../schemas/resources/aws-kms-key.json"),
    include_str!("../../schemas/resources/aws-s3-account-public-access-block.json"),
    include_str!("../../schemas/resources/aws-s3-bucket.json"),
    include_str!("../../schemas/resources/aws-s3-object.json"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt;

    use regex::Regex;
    use serde::Deserialize;
    use serde::de::{Error, MapAccess, SeqAccess, Visitor};

    use super::super::{Kind, Properties, Property, Value};
    use super::*;

    /// Problems of a property and of those below it, a line each.
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
            (top || property.made_up.is_none(), "is `madeUp`, which only counts at the top"),
            (
                property.values.is_empty() || property.kind == Kind::String,
                "has values and is no text",
            ),
            (property.form.is_none() || property.kind == Kind::String, "has a form and is no text"),
            (
                property.given.is_empty() || property.nullable,
                "is given by another and is never null",
            ),
            (
                property.only.as_ref().is_none_or(|only| property.nullable && only.with.is_some()),
                "is there only with a value of another, and never null or with any",
            ),
            (
                property.alternative.is_none() || property.nullable,
                "is an alternative and is never null",
            ),
            (top || !property.recorded_only, "is `recordedOnly`, which only counts at the top"),
            (
                property.setting.is_none() || property.recorded_late,
                "takes a setting and is not `recordedLate`",
            ),
            (!top || !property.identifies, "identifies, which only counts in objects of lists"),
            (
                !property.recorded_late || top || !property.nullable,
                "is `recordedLate` below the top, and may be null",
            ),
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

    /// Properties that are there by a neighbour which there is not, a line each.
    fn strangers(path: &str, siblings: &Properties) -> Vec<String> {
        let mut found = Vec::new();
        for (name, property) in siblings {
            let path = format!("{path}.{name}");
            for given in property.given.iter().chain(&property.only) {
                let neighbour = siblings.get(&given.property);
                let values = given.with.iter().flatten();
                let is_one = |value: &Value| match neighbour {
                    Some(known) => value.as_str().is_none_or(|text| {
                        known.values.is_empty() || known.values.iter().any(|one| **one == *text)
                    }),
                    None => true,
                };
                if neighbour.is_none() || !values.into_iter().all(is_one) || *name == given.property
                {
                    found.push(format!("{path} is given by a stranger, `{}`", given.property));
                }
            }
            found.extend(strangers(&path, &property.properties));
            if let Some(items) = property.items.as_deref() {
                found.extend(strangers(&format!("{path}[]"), &items.properties));
            }
        }
        found
    }

    /// Problems of a schema as a whole, a line each.
    fn problems_of(schema: &Schema) -> Vec<String> {
        let name = &schema.type_name;
        let action = Regex::new("^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$").expect("a pattern");
        // What is in parentheses tells apart questions that are asked by one name.
        let question = Regex::new(r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]+(\([a-z][A-Za-z]+\))?$");
        let question = question.expect("a pattern");
        let mut found = Vec::new();
        for (operation, known) in &schema.operations {
            let odd = known.permissions.iter().map(AsRef::as_ref);
            let odd = odd.filter(|one| !action.is_match(one));
            let odd = odd.chain(Some(operation.as_str()).filter(|one| !question.is_match(one)));
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
        found.extend(strangers(name.as_str(), &schema.properties));
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

        fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
            Ok(self)
        }

        fn visit_unit<E>(self) -> Result<Self, E> {
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
        AWS::EC2::ImageBlockPublicAccess
        AWS::EC2::Instance
        AWS::EC2::InstanceMetadataDefaults
        AWS::EC2::InternetGateway
        AWS::EC2::LaunchTemplate
        AWS::EC2::NetworkAcl
        AWS::EC2::NetworkInterface
        AWS::EC2::PrefixList
        AWS::EC2::RouteTable
        AWS::EC2::SecurityGroup
        AWS::EC2::Snapshot
        AWS::EC2::SnapshotBlockPublicAccess
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
        AWS::KMS::Key
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
    fn the_documented_policy_allows_what_operations_need() {
        let needed = schemas().values().flat_map(Schema::live_permissions);
        let needed: std::collections::BTreeSet<&str> = needed.map(AsRef::as_ref).collect();
        let text = include_str!("../../docs/reader-policy.json");
        let policy: serde_json::Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(policy["Statement"][0]["Action"], serde_json::json!(needed));
    }

    #[test]
    fn a_type_that_is_described_twice_is_refused() {
        let bucket = FILES.iter().find(|text| text.contains(r#""AWS::S3::Bucket""#));
        let twice = schemas().clone().with(bucket.expect("buckets have a schema"));
        let told = twice.map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(told, Err("resource type `AWS::S3::Bucket` is described twice".to_owned()));
    }
}
