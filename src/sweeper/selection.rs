//! What is swept: which accounts of a commit, and which types of an account.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::{Account, PolicySet, Sweep};
use crate::resource::{Schema, TypeName, schemas};

/// Accounts that want to be swept.
pub(super) fn swept(policies: &PolicySet) -> impl Iterator<Item = &Account> {
    policies.accounts().filter(|account| account.sweep == Sweep::Daily)
}

/// Types that the checks of an account look at, those aside that no live account is asked for, or not
/// for all that it has.
pub(super) fn types(policies: &PolicySet, account: &Account) -> Vec<&'static Schema> {
    let groups = policies.groups.values().filter(|group| group.accounts.selects(account));
    let schemas = groups.flat_map(|group| &group.checks).flat_map(|check| check.rule.schemas());
    let swept = schemas.filter(|schema| schema.is_swept());
    let by_name: BTreeMap<&TypeName, &Schema> =
        swept.map(|schema| (&schema.type_name, schema)).collect();
    by_name.into_values().collect()
}

/// Types that somebody asked for, as far as sweeps know them.
pub(super) fn asked(types: &BTreeSet<TypeName>) -> Vec<&'static Schema> {
    let known = types.iter().filter_map(|name| schemas().get(name.as_str()));
    known.filter(|schema| schema.is_swept()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::policy::SourceFile;

    const POLICIES: &str = "
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod, labels: { env: prod } }
spec: { aws: { accountId: '123456789012', regions: [eu-west-1] }, inventory: { sweep: daily } }
---
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: sandbox }
spec: { aws: { accountId: '210987654321', regions: [eu-west-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: vault }
spec: { aws: { accountId: '000000000001', regions: [eu-west-1] }, inventory: { sweep: off } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: all }
spec:
  checks:
    - { id: named, select: AWS::S3::Bucket, assert: resource.BucketName != '' }
    - { id: again, select: AWS::S3::Bucket, assert: resource.BucketName != 'x' }
    - { id: rotated, select: AWS::KMS::Key, assert: resource.KeyId != '' }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: of-prod }
spec:
  accounts: { matchLabels: { env: prod } }
  checks:
    - id: grouped
      select: AWS::EC2::Instance
      let: { web: { select: AWS::EC2::SecurityGroup, pick: one } }
      assert: web.GroupId in resource.SecurityGroupIds
";

    fn policies() -> Arc<PolicySet> {
        let reading = PolicySet::read(&[SourceFile::new("a.yaml", POLICIES.as_bytes())]);
        assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
        reading.policies
    }

    #[test]
    fn an_account_is_swept_unless_it_says_off() {
        let policies = policies();
        let names: Vec<&str> = swept(&policies).map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["prod", "sandbox"]);
    }

    #[test]
    fn an_account_is_asked_for_the_types_that_its_checks_look_at() {
        let policies = policies();
        let of = |name: &str| {
            let account = &policies.accounts[name];
            let types = types(&policies, account);
            types.iter().map(|schema| schema.type_name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(
            of("prod"),
            ["AWS::EC2::Instance", "AWS::EC2::SecurityGroup", "AWS::S3::Bucket"]
        );
        assert_eq!(of("sandbox"), ["AWS::S3::Bucket"]);
    }
}
