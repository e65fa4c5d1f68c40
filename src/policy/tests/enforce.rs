//! `enforce.newOnly`: read as it is meant, and refused where it says nothing.

use super::*;

/// A tree with a group that says this in its `spec`.
fn saying(line: &str) -> String {
    group(CHECK).replace("  checks:\n", &format!("{line}  checks:\n"))
}

fn good(line: &str) -> Group {
    let reading = read(&saying(line));
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    Group::clone(&reading.policies.groups["storage"])
}

#[test]
fn an_instant_is_read_and_counts_for_the_digest() {
    let without = good("");
    assert_eq!(without.new_only, None);
    assert_eq!(
        hex::encode(without.digest()),
        "75e0b2364a4df6f65fc75aa9dfd2bf605d129d015aad1090f6b822526130fb93",
        "groups that do not say it keep the digest that they are stored with"
    );
    let day = good("  enforce: { newOnly: 2026-11-22 }\n");
    assert_eq!(day.new_only.map(|it| it.to_string()), Some("2026-11-22".to_owned()));
    assert_ne!(day.digest(), without.digest());
    let other = good("  mode: enforce\n  enforce: { newOnly: 2026-11-23 }\n");
    assert_ne!(day.digest(), other.digest());
    let same = good("  enforce: { newOnly: \"2026-11-22T01:00:00+01:00\" }\n");
    assert_eq!(day.digest(), same.digest());
}

#[test]
fn what_is_no_instant_is_refused_with_what_to_write() {
    let of = |line: &str| problems(&saying(line));
    insta::assert_snapshot!(of("  enforce: { newOnly: 2026-11-31 }\n"), @"13:23-13:33: error[invalid-value] `2026-11-31` is neither a date nor an instant: write it as in `2026-12-31`, which begins at midnight in UTC, or `2026-12-31T18:00:00Z`");
    insta::assert_snapshot!(of("  enforce: { newOnly: true }\n"), @"13:23-13:27: error[invalid-value] `true` is neither a date nor an instant: write it as in `2026-12-31`, which begins at midnight in UTC, or `2026-12-31T18:00:00Z`");
    insta::assert_snapshot!(of("  enforce: { newOnly: 2026-11-22T08:00:00 }\n"), @"13:23-13:42: error[invalid-value] `2026-11-22T08:00:00` is neither a date nor an instant: write it as in `2026-12-31`, which begins at midnight in UTC, or `2026-12-31T18:00:00Z`");
    insta::assert_snapshot!(of("  enforce: {}\n"), @"13:12-13:13: error[missing-key] `enforce` lacks `newOnly`");
    insta::assert_snapshot!(of("  enforce: { new: 2026-11-22 }\n"), @r"
    13:12-13:13: error[missing-key] `enforce` lacks `newOnly`
    13:14-13:17: error[unknown-key] `enforce` has no `new`
        help: known here: `newOnly`
    ");
    insta::assert_snapshot!(of("  enforce: 2026-11-22\n"), @"
    13:12-13:22: error[wrong-type] `enforce` is `2026-11-22`, but must be a mapping
        help: write it as in `enforce: { newOnly: 2026-12-31 }`
    ");
    let misplaced = of("  newOnly: 2026-11-22\n");
    assert!(misplaced.contains("error[unknown-key] `spec` has no `newOnly`"), "{misplaced}");
    let refused = read(&saying("  enforce: { newOnly: since }\n"));
    assert!(refused.policies.groups.is_empty(), "a group that means something else is no group");
}

#[test]
fn it_says_nothing_where_nothing_is_enforced() {
    for mode in ["audit", "shadow"] {
        let text = saying(&format!("  mode: {mode}\n  enforce: {{ newOnly: 2026-11-22 }}\n"));
        let reading = read(&text);
        assert!(reading.is_clean(), "a warning only");
        let told = told(&reading);
        assert!(told.contains(&format!("`newOnly` says nothing with `mode: {mode}`")), "{told}");
    }
    let text = saying("  mode: audit\n  enforce: { newOnly: 2026-11-22 }\n");
    insta::assert_snapshot!(problems(&text), @r"
    14:23-14:33: warning[no-effect] `newOnly` says nothing with `mode: audit`
        help: nothing of this group is enforced; write `mode: enforce`, or remove it
    ");
}
