//! Policies and commits for the tests of this module.

use chrono::DateTime;

use crate::git::Commit;

/// An account with labels, in a document.
pub(super) fn account(name: &str, labels: &str) -> String {
    format!(
        r#"
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: {{ name: {name}, labels: {{ {labels} }} }}
spec: {{ aws: {{ accountId: "123456789012", regions: [us-east-1] }} }}
"#
    )
}

/// A group over the accounts with the label `env: prod`, in a document.
pub(super) fn group(name: &str, every: &str) -> String {
    format!(
        r#"
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: {{ name: {name} }}
spec:
  accounts: {{ matchLabels: {{ env: prod }} }}
  schedule: {{ every: {every} }}
  checks:
    - id: named
      select: AWS::S3::Bucket
      assert: resource.BucketName != ""
"#
    )
}

/// A commit of no repository.
pub(super) fn commit(number: u8) -> Commit {
    Commit {
        id: format!("{number:02x}").repeat(20).parse().unwrap(),
        parent: None,
        author: "Ada <ada@example.com>".into(),
        committed_at: DateTime::UNIX_EPOCH,
        summary: "Change".into(),
    }
}
