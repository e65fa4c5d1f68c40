//! Waivers that come, go and change.

use super::*;

const WAIVER: &str = "
---
apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: { name: legacy }
spec:
  match: { group: storage, check: versioned, resource: [logs] }
  reason: It goes away.
  owner: ada
  expires: 2026-12-31
";

/// The changes from the waiver to the waiver with replacements, a line each.
fn changed(replacements: &[(&str, &str)]) -> String {
    let head = replacements.iter().fold(WAIVER.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let all = |waiver: &str| read(&format!("{ACCOUNTS}{STORAGE}{waiver}"));
    shown(&changes(&all(WAIVER), &all(&head)))
}

#[test]
fn a_new_waiver_is_weaker_and_one_less_is_stronger() {
    let [without, with] = ["", WAIVER].map(|it| read(&format!("{ACCOUNTS}{STORAGE}{it}")));
    insta::assert_snapshot!(shown(&changes(&without, &with)), @"Weaker: waiver legacy: added");
    insta::assert_snapshot!(shown(&changes(&with, &without)), @"Stronger: waiver legacy: removed");
}

#[test]
fn wider_and_for_longer_is_weaker() {
    insta::assert_snapshot!(changed(&[("2026-12-31", "2027-01-31"), ("[logs]", "[logs, data]")]), @r"
    Weaker: waiver legacy: resource `logs` -> `logs, data`
    Weaker: waiver legacy: expires `2026-12-31` -> `2027-01-31`
    ");
    insta::assert_snapshot!(changed(&[(", check: versioned, resource: [logs]", "")]), @r"
    Weaker: waiver legacy: check `versioned` -> ``
    Weaker: waiver legacy: resource `logs` -> ``
    ");
    insta::assert_snapshot!(changed(&[("2026-12-31", "2026-12-01"), ("[logs]", "[logs], account: prod")]), @r"
    Stronger: waiver legacy: account `` -> `prod`
    Stronger: waiver legacy: expires `2026-12-31` -> `2026-12-01`
    ");
    insta::assert_snapshot!(changed(&[("[logs]", "[data]"), ("check: versioned", "check: private")]), @r"
    Changed: waiver legacy: check `versioned` -> `private`
    Changed: waiver legacy: resource `logs` -> `data`
    ");
    insta::assert_snapshot!(changed(&[("It goes away.", "It stays."), ("owner: ada", "owner: eve")]), @r"
    Neutral: waiver legacy: reason `It goes away.` -> `It stays.`
    Neutral: waiver legacy: owner `ada` -> `eve`
    ");
}
