//! Comments in expressions: which are taken, and which are refused for what they swallow.

use insta::assert_snapshot;

use crate::diagnostic::Level;

use super::*;

/// Errors of a check whose `assert` is written so.
fn asserted(written: &str) -> String {
    let text = group(&format!("    - id: a\n      select: AWS::EC2::Volume\n{written}"));
    let mut reading = read(&text);
    reading.diagnostics.retain(|found| found.level == Level::Error);
    let told = told(&reading);
    let is_good = reading.policies.groups.values().any(|group| !group.checks.is_empty());
    assert_eq!(is_good, told.is_empty(), "{written}");
    told
}

const SWALLOWED: &str = "the comment swallows what stands below it: YAML joins these lines into one
    help: use `|`, or `#` above the expression";

#[test]
fn a_comment_that_swallows_is_refused_where_it_begins() {
    let cases = [
        ("      assert: >\n        true // one\n        && false\n", "17:14-17:16"),
        ("      assert: >-\n        true\n        // one\n        && false\n", "18:9-18:11"),
        (
            "      assert: >+\n        true\n        && true // ä\n        && false\n\n",
            "18:17-18:19",
        ),
        ("      assert: >\n        // first\n        true && false\n", "17:9-17:11"),
        ("      assert: >2\n          true\n        // x\n        && false\n", "18:9-18:11"),
        // Lines that are indented further keep their breaks, those around them do not.
        (
            "      assert: >\n        true // x\n        && [1].all(a,\n          true)\n",
            "17:14-17:16",
        ),
        (
            "      assert: >\n        true\n          // kept\n        && true // x\n        || true\n",
            "19:17-19:19",
        ),
        ("      assert: true // always\n        && false\n", "16:20-16:22"),
        ("      assert: \"true // x\n        && false\"\n", "16:21-16:23"),
        ("      assert: \"true // x \\\n        && false\"\n", "16:21-16:23"),
        ("      assert: \"true // kept\\n && true // x\n        && false\"\n", "16:39-16:41"),
        ("      assert: 'true // it''s\n        && false'\n", "16:21-16:23"),
        ("      assert: >\r\n        true // x\r\n        && false\r\n", "17:14-17:16"),
        ("      assert: >\n        \"//\" != '' // x\n        && false\n", "17:20-17:22"),
        ("      assert: >\n        true // one\n        // two\n        && false\n", "17:14-17:16"),
        ("      assert: >\n        true // one\n        # two\n", "17:14-17:16"),
        ("      assert: \"true // x\\r && false\"\n", "16:21-16:23"),
        ("      assert: \"true // x\\v && false\"\n", "16:21-16:23"),
        ("      assert: \"true // x\\f && false\"\n", "16:21-16:23"),
        ("      assert: \"true // x\\N && false\"\n", "16:21-16:23"),
        ("      assert: \"true // x\\P && false\"\n", "16:21-16:23"),
        ("      assert: \"true // x\\L// y\n        && false\"\n", "16:21-16:23"),
        ("      assert: |\n        true // x\u{2028}        && false\n", "17:14-17:16"),
    ];
    for (written, place) in cases {
        let wanted = format!("{place}: error[swallowing-comment] {SWALLOWED}");
        assert_eq!(asserted(written), wanted, "{written}");
    }
}

#[test]
fn a_comment_that_swallows_nothing_is_taken() {
    let cases = [
        "      assert: |\n        true // one\n        // two\n        && true\n",
        "      assert: |-\n        // one\n        true\n",
        "      assert: >\n        true\n        && true // the end\n",
        "      assert: >+\n        true // the end\n\n\n",
        "      assert: >\n        true\n        // the end\n        // of all\n",
        "      assert: >\n        true // one\n\n        && true\n",
        "      assert: >\n        true\n          // further in\n        && true\n",
        "      assert: true // the end\n",
        "      assert: true\n        && true // the end\n",
        "      assert: \"true // one\\n && true\"\n",
        "      assert: \"true // one\\r\\n && true\"\n",
        "      assert: \"true // one\\r \\r\\n && true\"\n",
        "      assert: \"true // one\\r // two\"\n",
        "      assert: \"true // one\n\n        && true\"\n",
        "      assert: >\n        \"http://x\"\n        != 'a//b'\n",
        "      assert: 'r\"//\" !=\n        \"\"'\n",
        "      # above\n      assert: >\n        true\n        && true\n",
    ];
    for written in cases {
        assert_eq!(asserted(written), "", "{written}");
    }
}

#[test]
fn all_expressions_are_held_to_it() {
    assert_snapshot!(problems(&group(
        "    - id: a
      select: AWS::EC2::Volume
      let:
        keys:
          select: AWS::EC2::Volume
          where: >
            true // x
            && false
      where: true // x
        && false
      assert: size(keys) > 0
    - id: b
      select: AWS::EC2::Volume
      assertAll: >
        size(resources) > 0 // x
        && false
---
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/x }
spec:
  description: D.
  title: T
  severity: low
  remediation: R.
  select: AWS::EC2::Volume
  where: 'true // x

    // kept

    // y
    && false'
  assert: \"true // x
    && false\"
"
    )), @"
    20:18-20:20: error[swallowing-comment] the comment swallows what stands below it: YAML joins these lines into one
        help: use `|`, or `#` above the expression
    28:29-28:31: error[swallowing-comment] the comment swallows what stands below it: YAML joins these lines into one
        help: use `|`, or `#` above the expression
    44:5-44:7: error[swallowing-comment] the comment swallows what stands below it: YAML joins these lines into one
        help: use `|`, or `#` above the expression
    46:17-46:19: error[swallowing-comment] the comment swallows what stands below it: YAML joins these lines into one
        help: use `|`, or `#` above the expression
    ");
}

#[test]
fn a_hash_is_not_answered_with_what_swallows() {
    let help = |written: &str| {
        let told = asserted(written);
        told.rsplit("help: ").next().unwrap_or_default().to_owned()
    };
    assert_snapshot!([
        "      assert: >\n        true\n        # one\n        && false\n",
        "      assert: '# one\n        && false'\n",
        "      assert: |\n        true\n        # one\n        && false\n",
        "      assert: 'true # one'\n",
    ].map(help).join("\n"), @"
    put it above the key; or use `|`, where a comment begins with `//`
    put it above the key; or use `|`, where a comment begins with `//`
    a comment begins with `//`
    a comment begins with `//`
    ");
}
