//! `Waiver` documents for what fails now, as `waive` writes them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::evaluation::NO_RESOURCE;
use crate::render::yaml::{self, Tree};

/// The longest stem of a name, which a dash and eight digits follow.
const LONGEST_STEM: usize = 54;

/// Finding that fails and is to be waived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failing {
    /// Name of the group that found it.
    pub group: String,
    /// Id of the check that fails.
    pub check: String,
    /// Account that the resource belongs to.
    pub account: String,
    /// Region of the resource, or `global`.
    pub region: String,
    /// The resource's id, or [`NO_RESOURCE`].
    pub resource: String,
}

/// Terms that all the waivers share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms<'a> {
    /// Reason that is given for them.
    pub reason: &'a str,
    /// Person or team that answers for them.
    pub owner: &'a str,
    /// Last day on which they hold, in UTC.
    pub expires: NaiveDate,
}

/// A document for each group, check and account with its resources. What is about no resource is
/// waived by a document of its own for each region, since that leaves the resource open.
pub fn documents(failing: impl IntoIterator<Item = Failing>, terms: Terms<'_>) -> Vec<String> {
    let mut parts: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for Failing { group, check, account, region, resource } in failing {
        let is_of_none = resource == NO_RESOURCE;
        // Settings of an account have its id, in each region the same.
        let region = (is_of_none || resource == account).then_some(region);
        let resources = parts.entry((group, check, account, region)).or_default();
        if !is_of_none {
            resources.insert(resource);
        }
    }
    let written = parts.into_iter().map(|((group, check, account, region), resources)| {
        let mut covers = vec![("group", group), ("check", check), ("account", account)];
        covers.extend(region.map(|region| ("region", region)));
        document(&covers, &resources, terms)
    });
    written.collect()
}

fn document(covers: &[(&str, String)], resources: &BTreeSet<String>, terms: Terms<'_>) -> String {
    let Terms { reason, owner, expires } = terms;
    let name = name(covers, resources, expires);
    let mut matches: Vec<_> = covers.iter().map(|(key, value)| (*key, Tree::Text(value))).collect();
    if !resources.is_empty() {
        let resources = resources.iter().map(|resource| Tree::Text(resource));
        matches.push(("resource", Tree::List(resources.collect())));
    }
    yaml::document(&Tree::Map(vec![
        ("apiVersion", Tree::Text("cloudcorrect.dev/v1")),
        ("kind", Tree::Text("Waiver")),
        ("metadata", Tree::Map(vec![("name", Tree::Text(&name))])),
        (
            "spec",
            Tree::Map(vec![
                ("match", Tree::Map(matches)),
                ("reason", Tree::Text(reason)),
                ("owner", Tree::Text(owner)),
                ("expires", Tree::Plain(expires.to_string())),
            ]),
        ),
    ]))
}

/// A name that says what it is of, and that no other set of resources has.
fn name(covers: &[(&str, String)], resources: &BTreeSet<String>, expires: NaiveDate) -> String {
    let values = || covers.iter().map(|(_, value)| value.as_str());
    let all = values().chain(resources.iter().map(String::as_str));
    let digest =
        Sha256::digest(all.flat_map(|one| [one, "\n"]).collect::<String>() + &expires.to_string());
    let stem: String =
        values().take(2).collect::<Vec<_>>().join("-").chars().take(LONGEST_STEM).collect();
    let digest = hex::encode(digest);
    format!("{stem}-{}", digest.get(..8).unwrap_or(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::policy::{PolicySet, SourceFile};

    fn failing(check: &str, account: &str, region: &str, resource: &str) -> Failing {
        Failing {
            group: "storage".to_owned(),
            check: check.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            resource: resource.to_owned(),
        }
    }

    const TERMS: Terms<'_> = Terms {
        reason: "Old: see #12, 'soon'",
        owner: "ada@example.com",
        expires: NaiveDate::from_ymd_opt(2026, 12, 31).expect("a day"),
    };

    fn written() -> Vec<String> {
        let failing = [
            failing("versioned", "123456789012", "eu-west-1", "logs"),
            failing("versioned", "123456789012", "us-east-1", "0x1F"),
            failing("versioned", "210987654321", "us-east-1", "logs"),
            failing("few", "123456789012", "eu-west-1", "*"),
        ];
        documents(failing, TERMS)
    }

    #[test]
    fn what_fails_together_is_waived_together() {
        let written = written();
        insta::assert_snapshot!(written.join("---\n"), @r#"
        apiVersion: cloudcorrect.dev/v1
        kind: Waiver
        metadata:
          name: storage-few-80c7c91f
        spec:
          match:
            group: storage
            check: few
            account: "123456789012"
            region: eu-west-1
          reason: "Old: see #12, 'soon'"
          owner: ada@example.com
          expires: 2026-12-31
        ---
        apiVersion: cloudcorrect.dev/v1
        kind: Waiver
        metadata:
          name: storage-versioned-6159c694
        spec:
          match:
            group: storage
            check: versioned
            account: "123456789012"
            resource:
            - "0x1F"
            - logs
          reason: "Old: see #12, 'soon'"
          owner: ada@example.com
          expires: 2026-12-31
        ---
        apiVersion: cloudcorrect.dev/v1
        kind: Waiver
        metadata:
          name: storage-versioned-fdbf1389
        spec:
          match:
            group: storage
            check: versioned
            account: "210987654321"
            resource:
            - logs
          reason: "Old: see #12, 'soon'"
          owner: ada@example.com
          expires: 2026-12-31
        "#);
    }

    #[test]
    fn settings_of_an_account_are_waived_where_they_fail() {
        let settings = |region| failing("ebs", "123456789012", region, "123456789012");
        let written = documents([settings("eu-west-1"), settings("us-east-1")], TERMS);
        let regions: Vec<_> = written
            .iter()
            .filter_map(|text| text.split("region: ").nth(1)?.lines().next())
            .collect();
        assert_eq!(regions, ["eu-west-1", "us-east-1"]);
        assert!(written.iter().all(|text| text.contains("- \"123456789012\"")), "{written:?}");
    }

    #[test]
    fn what_is_written_is_read_as_it_is_meant() {
        let text = written().join("---\n");
        let reading = PolicySet::read(&[SourceFile::new("a.yaml", text.into_bytes())]);
        let codes: BTreeSet<_> = reading.diagnostics.iter().map(|found| found.code).collect();
        assert_eq!(
            codes,
            BTreeSet::from([Code::UnknownAccount, Code::UnknownGroup]),
            "and no other"
        );
        let numbers = &reading.policies.waivers.values().nth(1).expect("two").covers.resources;
        assert_eq!(numbers, &["0x1F", "logs"]);
    }

    #[test]
    fn a_name_fits_however_long_its_parts_are() {
        let long = Failing { group: "g".repeat(63), ..failing("c", "1", "r", "x") };
        let written = documents([long.clone()], TERMS).concat();
        let other = documents([Failing { resource: "y".into(), ..long }], TERMS).concat();
        let name = |text: &str| {
            let line = text.lines().find(|line| line.contains("name:")).expect("a name");
            line.trim_start_matches("  name: ").to_owned()
        };
        assert_eq!(name(&written).len(), 63);
        assert_ne!(name(&written), name(&other));
    }
}
