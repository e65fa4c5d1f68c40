//! Accounts for the tests of the files beside this one.

use crate::document::SourceFile;
use crate::policy::{Account, PolicySet};

/// An account of one region, as a policy file declares it.
pub(super) fn account(id: &str) -> Account {
    let text = format!(
        "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: {{ name: prod }}\n\
         spec: {{ aws: {{ accountId: \"{id}\", regions: [eu-west-1] }} }}\n"
    );
    let file = SourceFile::new("accounts.yaml", text.into_bytes());
    let reading = PolicySet::read(&[file]);
    Account::clone(reading.policies.accounts().next().expect("an account"))
}
