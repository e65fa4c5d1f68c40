//! Findings as SARIF 2.1.0: policies are the rules, and resources are where they are broken.
//!
//! A resource has no file, so a result points to the line of its check and names the resource as its
//! logical location. The types are the part of the standard that is written; an optional member is
//! left out where there is nothing to say.

use std::borrow::Cow;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::diagnostic::visible_lines;
use crate::evaluation::{Checked, Finding, Outcome};
use crate::policy::{Check, Group, Severity, Waiver};

use super::Results;
use crate::render::sarif::{PhysicalLocation, Text, location, log, rule_name, visible};

/// Most tags of a rule that GitHub shows; with more than twice as many it refuses the log
/// (<https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit>).
const MOST_TAGS: usize = 10;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: String,
    short_description: Text,
    full_description: Text,
    default_configuration: Configuration,
    properties: Properties<'a>,
    help: Text,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

/// Properties that GitHub reads of a rule.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Properties<'a> {
    tags: Vec<Cow<'a, str>>,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingResult {
    rule_id: String,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(flatten)]
    physical: PhysicalLocation,
    logical_locations: [LogicalLocation; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    #[serde(serialize_with = "visible")]
    name: String,
    #[serde(serialize_with = "visible")]
    fully_qualified_name: String,
    kind: &'static str,
}

/// Fingerprints by which the next log recognises a finding, wherever its check has moved to.
#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "finding/v1")]
    finding: String,
    /// The same once more: GitHub reads no other name, and makes one of the text of the line where it
    /// is missing, which all findings of a check share.
    #[serde(rename = "primaryLocationLineHash")]
    line: String,
}

/// Reason for which a finding is no longer asked about.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

/// Log of all findings but passes, with the rules of all checks.
pub(super) fn log_of(results: &Results<'_>, category: &str) -> String {
    let id = |checked: &Checked<'_>| format!("{}/{}", checked.group.name, checked.check.id);
    let checks: Vec<_> = results.checks.iter().map(|checked| (id(checked), checked)).collect();
    let rules: Vec<_> =
        checks.iter().map(|(id, checked)| rule(id, checked.group, checked.check)).collect();
    let found = checks.iter().enumerate().flat_map(|(index, (id, checked))| {
        let findings = checked.result.findings.iter();
        findings.filter_map(move |finding| result((id.as_str(), index), checked.check, finding))
    });
    log(category, &rules, &found.collect::<Vec<_>>())
}

fn rule<'a>(id: &'a str, group: &Group, check: &'a Check) -> Rule<'a> {
    let description = group.description.as_ref().unwrap_or(&check.title);
    Rule {
        id,
        name: rule_name(id),
        short_description: Text { text: check.title.clone() },
        full_description: Text { text: description.clone() },
        default_configuration: Configuration { level: level(check.severity) },
        properties: Properties {
            tags: tags(check),
            severity: check.severity,
            security_severity: score(check.severity),
        },
        help: Text { text: help(check) },
    }
}

/// What to do, if the check says so, what it asks in any case, and the controls that are no tags.
fn help(check: &Check) -> String {
    let rule = check.rule_text();
    let remediation = rule.remediation.map(|text| format!("{}\n\n", text.trim()));
    let filter = rule.filter.map(|text| format!(" where {}", text.trim()));
    let assert = if rule.is_of_all { "assertAll" } else { "assert" };
    let untagged: Vec<_> = all_tags(check).into_iter().skip(MOST_TAGS).collect();
    let untagged = match untagged.join(", ") {
        none if none.is_empty() => none,
        some => format!("\n\nalso of: {some}"),
    };
    format!(
        "{}{}{}\n{assert}: {}{}",
        remediation.unwrap_or_default(),
        rule.resource_type,
        filter.unwrap_or_default(),
        rule.assertion.trim(),
        untagged
    )
}

/// The first of the tags; those that are left out are in the [`help`].
fn tags(check: &Check) -> Vec<Cow<'_, str>> {
    let mut tags = all_tags(check);
    tags.truncate(MOST_TAGS);
    tags
}

/// Code scanning shows the score only of what is tagged `security`.
fn all_tags(check: &Check) -> Vec<Cow<'_, str>> {
    let mut tags = vec![Cow::Borrowed("security")];
    for tag in check.compliance.iter().map(|tag| visible_lines(tag)) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// Ids of the checks that have more controls than their rules have room for tags.
pub(super) fn with_many_tags(results: &Results<'_>) -> Vec<String> {
    let many = results.checks.iter().filter(|checked| all_tags(checked.check).len() > MOST_TAGS);
    many.map(|Checked { group, check, .. }| format!("{}/{}", group.name, check.id)).collect()
}

fn result((id, index): (&str, usize), check: &Check, finding: &Finding) -> Option<FindingResult> {
    let Finding { account, resource_type, .. } = finding;
    let (region, resource_id) = (finding.region(), finding.resource_id());
    // What is no failure has no level, says the standard.
    let (kind, level) = match finding.outcome {
        Outcome::Fail | Outcome::Waived => ("fail", level(check.severity)),
        Outcome::Unknown(_) => ("open", "none"),
        Outcome::Pass | Outcome::NotApplicable => return None,
    };
    let place = format!("{account}/{region}/{resource_type}/{resource_id}");
    let fingerprint = fingerprint(id, &place);
    let is_waived = finding.outcome == Outcome::Waived;
    Some(FindingResult {
        rule_id: id.to_owned(),
        rule_index: index,
        kind,
        level,
        message: Text { text: message(check, finding) },
        partial_fingerprints: Fingerprints { finding: fingerprint.clone(), line: fingerprint },
        locations: [Location {
            physical: location(&check.place),
            logical_locations: [LogicalLocation {
                name: resource_id.to_owned(),
                fully_qualified_name: place,
                kind: "resource",
            }],
        }],
        suppressions: is_waived.then(|| suppression(finding)).into_iter().collect(),
    })
}

fn message(check: &Check, finding: &Finding) -> String {
    let Finding { account, resource_type, .. } = finding;
    let (region, resource_id) = (finding.region(), finding.resource_id());
    let name = format!("{resource_type} {resource_id} ({account}/{region})");
    let outcome = match finding.outcome {
        Outcome::Unknown(cause) => format!("unknown ({cause})"),
        outcome => outcome.name().to_owned(),
    };
    let message = format!("{}: {outcome} for {name}", check.title);
    match finding.observed() {
        "" => message,
        seen => format!("{message}: {seen}"),
    }
}

fn suppression(finding: &Finding) -> Suppression {
    let justification = finding.waiver.as_deref().map(|waiver| {
        let Waiver { name, reason, owner, expires, .. } = waiver;
        let words = format!("{reason} (waiver {name} of {owner}, until {expires})");
        visible_lines(&words).into_owned()
    });
    let status = justification.is_some().then_some("accepted");
    Suppression { kind: "external", justification, status }
}

fn fingerprint(id: &str, place: &str) -> String {
    hex::encode(Sha256::digest(format!("{id}\n{place}")))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The middle of the range that GitHub shows as the same word; it has none for `info`.
fn score(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::evaluation::Totals;
    use crate::policy::{PolicySet, SourceFile};
    use crate::render::sarif::testing::run;
    use crate::resource::{Cause, Failure, Inventory, Listing, Region, schemas};

    use serde_json::{Value as Json, json};

    use super::*;

    const POLICY: &str = "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '012345678901', regions: [eu-west-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  accounts: { names: [prod] }
  schedule: { every: 15m }
  checks:
    - id: named
      title: Buckets have a name
      severity: low
      compliance: [security, cis/1]
      remediation: Give it one.
      select: AWS::S3::Bucket
      assert: resource.BucketName == \"x\"
      onEmpty: fail
";

    /// The log of a check over a list of buckets, with its findings' outcome changed.
    fn log(listing: Listing, change: fn(Outcome) -> Outcome) -> Json {
        log_of_policies(POLICY, listing, change)
    }

    fn log_of_policies(policy: &str, listing: Listing, change: fn(Outcome) -> Outcome) -> Json {
        let file = SourceFile::new("policies/a.yaml", policy.as_bytes());
        let policies = PolicySet::read(&[file]).policies;
        let group = policies.groups.values().next().expect("a group");
        let account = policies.accounts.values().next().expect("an account");
        let now = "2026-11-16T08:00:00Z".parse().expect("an instant");
        let mut inventory = Inventory::empty(account.id.clone(), now);
        let bucket = &schemas()["AWS::S3::Bucket"].type_name;
        inventory.listings.insert((bucket.clone(), Region::global()), listing);
        let mut each = Checked::each(group, vec![(account, &inventory)], Vec::new());
        let mut checked = each.next().expect("a check");
        for finding in &mut checked.result.findings {
            finding.outcome = change(finding.outcome);
        }
        let (checks, totals) = ([checked], Totals::none());
        let results = Results { checks: &checks, totals: &totals, is_part: false, duration_ms: 1 };
        run(&log_of(&results, "c"))
    }

    #[test]
    fn a_check_is_a_rule_and_a_failure_its_result() {
        let run = log(Listing::Complete(Vec::new()), |outcome| outcome);
        assert_eq!(
            run["tool"]["driver"]["rules"],
            json!([{
                "id": "storage/named",
                "name": "StorageNamed",
                "shortDescription": { "text": "Buckets have a name" },
                "fullDescription": { "text": "Buckets have a name" },
                "defaultConfiguration": { "level": "note" },
                "properties": {
                    "tags": ["security", "cis/1"], "severity": "low", "security-severity": "2.0",
                },
                "help": {
                    "text": "Give it one.\n\nAWS::S3::Bucket\nassert: resource.BucketName == \"x\"",
                },
            }])
        );
        let result = &run["results"][0];
        assert_eq!((&result["kind"], &result["level"]), (&json!("fail"), &json!("note")));
        let text = result["message"]["text"].as_str().expect("text");
        insta::assert_snapshot!(text, @"Buckets have a name: fail for AWS::S3::Bucket * (012345678901/global): nothing was selected");
        let place = &result["locations"][0];
        let file = &place["physicalLocation"];
        assert_eq!(file["artifactLocation"]["uri"], "policies/a.yaml");
        assert_eq!(file["region"]["startLine"], 13);
        assert_eq!(
            place["logicalLocations"][0]["fullyQualifiedName"],
            "012345678901/global/AWS::S3::Bucket/*"
        );
    }

    #[test]
    fn a_rule_has_no_more_tags_than_github_shows() {
        let controls: Vec<String> = (1..=25).map(|number| format!("cis/{number}")).collect();
        let of = |number: usize| {
            let list = format!("compliance: [{}]", controls[..number].join(", "));
            let policy = POLICY.replace("compliance: [security, cis/1]", &list);
            let run = log_of_policies(&policy, Listing::Complete(Vec::new()), |outcome| outcome);
            run["tool"]["driver"]["rules"][0].clone()
        };
        let tags = |rule: &Json| rule["properties"]["tags"].as_array().expect("tags").clone();
        let help = |rule: &Json| rule["help"]["text"].as_str().expect("a text").to_owned();
        let (fits, much) = (of(9), of(25));
        assert_eq!(tags(&fits).len(), 10);
        assert_eq!(tags(&much), tags(&fits));
        assert_eq!(tags(&much)[0], "security");
        let rest = format!("{}\n\nalso of: {}", help(&fits), controls[9..].join(", "));
        assert_eq!(help(&much), rest);
    }

    #[test]
    fn what_is_unknown_is_open_and_what_is_waived_suppressed() {
        let denied = Failure::new(Cause::AccessDenied, "s3:ListBuckets: Access Denied");
        let run = log(Listing::Failed(denied), |outcome| outcome);
        let result = &run["results"][0];
        assert_eq!((&result["kind"], &result["level"]), (&json!("open"), &json!("none")));
        let text = result["message"]["text"].as_str().expect("text");
        insta::assert_snapshot!(text, @"Buckets have a name: unknown (access_denied) for AWS::S3::Bucket * (012345678901/global): s3:ListBuckets: Access Denied");
        let empty = || Listing::Complete(Vec::new());
        let waived = log(empty(), |_| Outcome::Waived);
        assert_eq!(waived["results"][0]["suppressions"], json!([{ "kind": "external" }]));
        assert_eq!(log(empty(), |_| Outcome::Pass)["results"], json!([]));
    }

    #[test]
    fn nothing_in_a_log_is_hidden() {
        let policy = POLICY
            .replace("Buckets have", "Buckets\u{200b} have")
            .replace("cis/1", "cis\u{2060}/1")
            .replace("Give it", "Give\u{200d} it");
        let failed = Failure::new(Cause::ServiceError, "a\u{202e}b\u{1b}\u{ffff}");
        let text = log_of_policies(&policy, Listing::Failed(failed), |outcome| outcome).to_string();
        for part in ["Buckets\u{fffd} have", "cis\u{fffd}/1", "Give\u{fffd} it", "a\u{fffd}b"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains(crate::diagnostic::is_hidden), "{text}");
        assert!(!text.contains("\\u"), "{text}");
    }

    #[test]
    fn a_finding_keeps_its_fingerprint() {
        let [one, other] = ["a", "b"].map(|place| fingerprint("storage/named", place));
        assert_eq!(one, fingerprint("storage/named", "a"));
        assert_ne!(one, other);
    }
}
