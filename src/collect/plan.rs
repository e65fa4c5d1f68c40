//! The fetch plan of checks, made of the same requirements that are carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::DateTime;

use super::requirements;
use crate::expression::Expression;
use crate::fetch::{FetchRequirement, Frequency, Plan, PlannedCall, Reader, TypePlan};
use crate::policy::{Account, Group};
use crate::resource::{Operation, Schema, SchemaRegistry, Segment, TypeName};

/// The plan for the checks of `groups` in an account.
pub fn plan<'a>(groups: &[&'a Group], account: &'a Account) -> Plan<'a> {
    let mut types: BTreeMap<TypeName, TypeCalls<'_>> = BTreeMap::new();
    for group in groups {
        for check in &group.checks {
            let name = format!("{}/{}", group.name, check.id);
            let filters = check.rule.selections().map(|(_, filter)| filter);
            let requirements = requirements::of_rule(&check.rule, account, DateTime::default());
            for (requirement, filter) in requirements.iter().zip(filters) {
                let of_type = types.entry(requirement.schema().type_name.clone());
                let calls = of_type.or_insert_with(|| TypeCalls::new(requirement.schema()));
                calls.add(&name, requirement, filter.map(Expression::text));
            }
        }
    }
    let types = types.into_values().map(|calls| calls.plan(account)).collect();
    Plan { types }
}

/// Requirements of all that live accounts are asked of these types; of lists that are not read as a
/// whole, of the segments that checks of `groups` name.
pub fn everything<'a>(
    schemas: &'a SchemaRegistry,
    groups: &[&Group],
    account: &Account,
) -> Vec<FetchRequirement<'a>> {
    let mut all = FetchRequirement::all(schemas);
    for of_type in plan(groups, account).types {
        let Some(schema) = schemas.get(&of_type.schema.type_name) else { continue };
        let segments = of_type.segments.into_iter().filter(|_| schema.is_live());
        all.extend(segments.map(|one| FetchRequirement::everything(schema).within(Some(one))));
    }
    all
}

/// Readers of the operations of a type.
struct TypeCalls<'a> {
    schema: &'a Schema,
    readers: BTreeMap<Operation, Vec<Reader>>,
    /// Segments of the list that readers require.
    segments: BTreeSet<Segment>,
    /// Operations that filters read, which come before the others.
    of_filters: BTreeSet<Operation>,
}

impl<'a> TypeCalls<'a> {
    fn new(schema: &'a Schema) -> Self {
        let (readers, segments, of_filters) = Default::default();
        Self { schema, readers, segments, of_filters }
    }

    fn add(&mut self, check: &str, requirement: &FetchRequirement<'_>, filter: Option<&str>) {
        let list = self.schema.list.clone();
        self.read(list.clone(), check, None, None);
        self.segments.extend(requirement.segment().cloned());
        let spares = |operation: &Operation| {
            let summary = self.schema.summary.as_ref().filter(|_| requirement.may_be_settled());
            let spared = summary.filter(|summary| summary.of.contains(operation));
            spared.map(|summary| summary.operation.clone())
        };
        let of_filter = requirement.of_filter().iter().map(|one| (one, None));
        let rest = requirement.of_rest().iter().map(|one| (one, filter));
        let asked: Vec<_> = of_filter
            .chain(rest)
            .filter(|(operation, _)| **operation != list)
            .map(|(operation, filter)| (operation.clone(), filter, spares(operation)))
            .collect();
        self.of_filters.extend(requirement.of_filter().iter().cloned());
        for (operation, filter, spared_by) in asked {
            if let Some(summary) = &spared_by {
                self.read(summary.clone(), check, None, None);
            }
            self.read(operation, check, filter, spared_by);
        }
    }

    fn read(
        &mut self,
        operation: Operation,
        check: &str,
        filter: Option<&str>,
        spared_by: Option<Operation>,
    ) {
        let readers = self.readers.entry(operation).or_default();
        // What a filter reads is read of all, whatever the rest of the check reads.
        if readers.last().is_none_or(|last| last.check != check) {
            let filter = filter.map(|text| Arc::from(text.trim()));
            readers.push(Reader { check: check.to_owned(), filter, spared_by });
        }
    }

    fn plan(self, account: &Account) -> TypePlan<'a> {
        let Self { schema, readers, segments, of_filters } = self;
        let summary = schema.summary.as_ref();
        let is_summary =
            |operation: &Operation| summary.is_some_and(|one| one.operation == *operation);
        let call = |(operation, readers): (Operation, Vec<Reader>)| {
            let known = schema.operations.get(&operation);
            let of_summary = summary.filter(|one| one.operation == operation);
            let permissions = known.map(|known| &known.permissions);
            let permissions = permissions.or(of_summary.map(|summary| &summary.permissions));
            let is_bulk = operation == schema.list || known.is_none_or(|known| known.bulk);
            PlannedCall {
                permissions: permissions.cloned().unwrap_or_default(),
                frequency: if is_bulk { Frequency::Once } else { Frequency::Each },
                is_recorded_only: known.is_some_and(|known| known.recorded_only),
                operation,
                readers,
            }
        };
        let stage = |call: &PlannedCall| {
            let operation = &call.operation;
            (
                *operation != schema.list,
                !is_summary(operation),
                !of_filters.contains(operation),
                call.frequency == Frequency::Each,
            )
        };
        let mut calls: Vec<PlannedCall> = readers.into_iter().map(call).collect();
        calls.sort_by_key(stage);
        TypePlan { schema, regions: schema.listed_in(&account.regions), segments, calls }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::policy::{PolicySet, Rule, SourceFile};

    const GROUP: &str = "
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '123456789012', regions: [eu-west-1, us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: a }
spec:
  checks:
    - id: private
      select: AWS::S3::Bucket
      where: tag('env') == 'prod'
      assert: resource.PublicAccessBlockConfiguration.BlockPublicAcls
    - id: logged
      select: AWS::S3::Bucket
      assert: resource.LoggingConfiguration.DestinationBucketName != null
    - id: mfa
      select: AWS::IAM::User
      assert: '!has(resource.LoginProfile) || size(resource.MFADevices) > 0'
    - id: group
      select: AWS::EC2::Instance
      let: { web: { select: AWS::EC2::SecurityGroup, where: 'resource.GroupName == \"web\"', pick: one } }
      assert: web.GroupId in resource.SecurityGroupIds
";

    fn policies() -> Arc<PolicySet> {
        let loaded = PolicySet::read(&[SourceFile::new("x.yaml", GROUP.as_bytes())]);
        assert!(loaded.is_clean(), "{:#?}", loaded.diagnostics);
        loaded.policies
    }

    #[test]
    fn a_plan_has_its_calls_in_stages_with_who_reads_them() {
        let policies = policies();
        let account = policies.accounts.values().next().expect("an account");
        let groups: Vec<&Group> = policies.groups().collect();
        let plan = plan(&groups, account);
        let lines = plan.types.iter().flat_map(|one| {
            one.calls.iter().map(|call| {
                let readers = call.readers.iter().map(|reader| {
                    let filter = reader.filter.iter().map(|filter| format!(" where {filter}"));
                    let spared = reader.spared_by.iter().map(|by| format!(" unless {by}"));
                    reader.check.clone() + &filter.chain(spared).collect::<String>()
                });
                let readers = readers.collect::<Vec<_>>().join(", ");
                let regions = one.regions.len();
                format!("{} x{regions} {:?}: {readers}", call.operation, call.frequency)
            })
        });
        insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
        ec2:DescribeInstances x2 Once: a/group
        ec2:DescribeSecurityGroups x2 Once: a/group
        iam:ListUsers x1 Once: a/mfa
        iam:GetCredentialReport x1 Once: a/mfa
        iam:GetLoginProfile x1 Each: a/mfa unless iam:GetCredentialReport
        iam:ListMFADevices x1 Each: a/mfa unless iam:GetCredentialReport
        s3:ListBuckets x1 Once: a/private, a/logged
        s3:GetBucketTagging x1 Each: a/private
        s3:GetBucketLogging x1 Each: a/logged
        s3:GetPublicAccessBlock x1 Each: a/private where tag('env') == 'prod'
        ");
        let permissions: Vec<&str> = plan.permissions().into_iter().collect();
        assert!(permissions.contains(&"iam:GenerateCredentialReport"), "{permissions:?}");
        assert!(permissions.contains(&"s3:GetBucketPublicAccessBlock"), "{permissions:?}");
    }

    fn texts(rule: &Rule) -> String {
        rule.expressions().map(|one| one.text().to_owned() + "\n").collect()
    }

    /// Operations that a rule asks a type for, with nothing in these texts that they supply.
    fn unread(rule: &Rule, texts: &str, account: &Account) -> Vec<String> {
        let is_named = |name: &str| {
            texts.match_indices(name).any(|(at, _)| {
                let (before, after) = (&texts[..at], &texts[at + name.len()..]);
                before.ends_with('.') && !after.starts_with(|next: char| next.is_alphanumeric())
            }) || name == "Tags" && texts.contains("tag(")
        };
        let mut unread = Vec::new();
        for requirement in requirements::of_rule(rule, account, DateTime::default()) {
            let schema = requirement.schema();
            for operation in requirement.of_filter().iter().chain(requirement.of_rest()) {
                let known = schema.properties.iter();
                let mut supplied = known.filter(|(_, known)| known.operation == *operation);
                let is_before = schema.operations.values().any(|one| one.after.contains(operation));
                if *operation != schema.list
                    && !is_before
                    && !supplied.any(|(name, _)| is_named(name))
                {
                    unread.push(format!("{} {operation}", schema.type_name));
                }
            }
        }
        unread
    }

    #[test]
    fn no_call_is_made_whose_answer_nobody_reads() {
        let policies = policies();
        let account = policies.accounts.values().next().expect("an account");
        for check_type in catalog::types().iter() {
            let rule = &check_type.rule;
            assert_eq!(unread(rule, &texts(rule), account), [""; 0], "{}", check_type.name);
        }
        // What is read by nobody would be seen.
        let private = &policies.groups.values().next().expect("a group").checks[0].rule;
        let operations = ["s3:GetBucketTagging", "s3:GetPublicAccessBlock"];
        let all = operations.map(|one| format!("AWS::S3::Bucket {one}"));
        assert_eq!(unread(private, "", account), all);
    }
}
