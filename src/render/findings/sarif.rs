//! Findings as SARIF 2.1.0: policies are the rules, and resources are where they are broken.
//!
//! A resource has no file, so a result points to the line of its check and names the resource as its
//! logical location.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::evaluation::{Finding, Outcome};
use crate::policy::{Check, Group, Severity, Waiver};

use super::Results;
use crate::render::sarif::{location, log};

/// Log of all findings but passes, with the rules of all checks.
pub(super) fn log_of(results: &Results<'_>) -> String {
    let mut rules = Vec::new();
    let mut found = Vec::new();
    for (group, judged) in results.groups {
        for (check, judged) in group.checks.iter().zip(&judged.checks) {
            let id = format!("{}/{}", group.name, check.id);
            let index = rules.len();
            let of_check = judged.findings.iter();
            found.extend(of_check.filter_map(|finding| result(&id, index, check, finding)));
            rules.push(rule(&id, group, check));
        }
    }
    log(&rules, &found)
}

fn rule(id: &str, group: &Group, check: &Check) -> Json {
    let mut rule = json!({
        "id": id,
        "shortDescription": { "text": check.title },
        "fullDescription": { "text": group.description.as_deref().unwrap_or(&check.title) },
        "defaultConfiguration": { "level": level(check.severity) },
        "properties": { "tags": tags(check), "severity": check.severity.to_string() },
    });
    if let Some(score) = score(check.severity) {
        insert(&mut rule, "/properties", "security-severity", json!(score));
    }
    if let Some(remediation) = &check.remediation {
        insert(&mut rule, "", "help", json!({ "text": remediation.trim() }));
    }
    rule
}

/// Code scanning shows the score only of what is tagged `security`.
fn tags(check: &Check) -> Vec<&str> {
    let mut tags = vec!["security"];
    for tag in check.compliance.iter().map(String::as_str) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn result(id: &str, index: usize, check: &Check, finding: &Finding) -> Option<Json> {
    let Finding { account, region, resource_type, resource_id, .. } = finding;
    // What is no failure has no level, says the standard.
    let (kind, level) = match finding.outcome {
        Outcome::Fail | Outcome::Waived => ("fail", level(check.severity)),
        Outcome::Unknown(_) => ("open", "none"),
        Outcome::Pass | Outcome::NotApplicable => return None,
    };
    let place = format!("{account}/{region}/{resource_type}/{resource_id}");
    let name = format!("{resource_type} {resource_id} ({account}/{region})");
    let words = match finding.outcome {
        Outcome::Unknown(cause) => format!("{}: unknown ({cause}) for {name}", check.title),
        outcome => format!("{}: {} for {name}", check.title, outcome.name()),
    };
    let words = match finding.observed() {
        seen if seen.is_empty() => words,
        seen => format!("{words}: {seen}"),
    };
    let mut result = json!({
        "ruleId": id,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": { "text": words },
        "locations": [location(&check.place)],
        "partialFingerprints": { "finding/v1": fingerprint(id, &place) },
    });
    let logical = json!([{ "name": resource_id, "fullyQualifiedName": place, "kind": "resource" }]);
    insert(&mut result, "/locations/0", "logicalLocations", logical);
    if finding.outcome == Outcome::Waived {
        insert(&mut result, "", "suppressions", json!([suppression(finding)]));
    }
    Some(result)
}

/// Why a finding is no longer asked about.
fn suppression(finding: &Finding) -> Json {
    let mut suppression = json!({ "kind": "external" });
    if let Some(waiver) = &finding.waiver {
        let Waiver { name, reason, owner, expires, .. } = waiver.as_ref();
        let words = format!("{reason} (waiver {name} of {owner}, until {expires})");
        insert(&mut suppression, "", "justification", json!(words));
        insert(&mut suppression, "", "status", json!("accepted"));
    }
    suppression
}

/// Adds a member to the object at a JSON Pointer.
fn insert(json: &mut Json, pointer: &str, name: &str, value: Json) {
    if let Some(Json::Object(object)) = json.pointer_mut(pointer) {
        object.insert(name.to_owned(), value);
    }
}

/// Fingerprint of a finding, by which the next log recognises it wherever its check has moved to.
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
    use crate::evaluation::evaluate;
    use crate::policy::{PolicySet, SourceFile};
    use crate::resource::{Cause, Failure, Inventory, Listing, Region, schemas};

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
        let file = SourceFile::new("policies/a.yaml", POLICY.as_bytes());
        let policies = PolicySet::read(&[file]).policies;
        let group = policies.groups.values().next().expect("a group");
        let account = policies.accounts.values().next().expect("an account");
        let now = "2026-11-16T08:00:00Z".parse().expect("an instant");
        let mut inventory = Inventory::empty(account.id.clone(), now);
        let bucket = &schemas()["AWS::S3::Bucket"].type_name;
        inventory.listings.insert((bucket.clone(), Region::global()), listing);
        let mut judged = evaluate(group, &[(account, &inventory)]);
        for finding in &mut judged.checks[0].findings {
            finding.outcome = change(finding.outcome);
        }
        let groups = [(group, judged)];
        let results =
            Results { groups: &groups, waivers: &[], requests: &json!({}), duration_ms: 1 };
        let log: Json = serde_json::from_str(&log_of(&results)).expect("JSON");
        let schema = include_str!("../../../tests/schemas/sarif-2.1.0.json");
        let schema: Json = serde_json::from_str(schema).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let problems: Vec<_> = validator.iter_errors(&log).map(|it| it.to_string()).collect();
        assert_eq!(problems, Vec::<String>::new());
        log["runs"][0].clone()
    }

    #[test]
    fn a_check_is_a_rule_and_a_failure_its_result() {
        let run = log(Listing::Complete(Vec::new()), |outcome| outcome);
        assert_eq!(
            run["tool"]["driver"]["rules"],
            json!([{
                "id": "storage/named",
                "shortDescription": { "text": "Buckets have a name" },
                "fullDescription": { "text": "Buckets have a name" },
                "defaultConfiguration": { "level": "note" },
                "properties": {
                    "tags": ["security", "cis/1"], "severity": "low", "security-severity": "2.0",
                },
                "help": { "text": "Give it one." },
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
    fn a_finding_keeps_its_fingerprint() {
        let [one, other] = ["a", "b"].map(|place| fingerprint("storage/named", place));
        assert_eq!(one, fingerprint("storage/named", "a"));
        assert_ne!(one, other);
    }
}
