//! What authors see: whole files in, diagnostics at their places out.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Reading {
    PolicySet::read(&[SourceFile::new("policies/x.yaml", text.as_bytes())])
}

/// Each diagnostic as `line:column-end: level[code] message (help)`.
fn problems(text: &str) -> String {
    let reading = read(text);
    let lines = reading.diagnostics.iter().map(|found| {
        let place = &found.place;
        let help = found.help.as_ref().map(|help| format!("\n    help: {help}"));
        let related = found.related.as_ref();
        let related = related.map(|(place, what)| format!("\n    {}: {what}", place.line));
        format!(
            "{}:{}-{}:{}: {}[{}] {}{}{}",
            place.line,
            place.column,
            place.end_line,
            place.end_column,
            found.level,
            found.code,
            found.message,
            help.unwrap_or_default(),
            related.unwrap_or_default()
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

const ACCOUNT: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod, labels: { env: prod } }
spec:
  aws: { accountId: 012345678901, regions: [us-east-1, eu-west-1] }
---
";

fn group(checks: &str) -> String {
    format!(
        "{ACCOUNT}apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: {{ name: storage }}
spec:
  accounts: {{ matchLabels: {{ env: prod }} }}
  schedule: {{ every: 15m }}
  checks:
{checks}"
    )
}

const CHECK: &str = "    - id: a
      select: AWS::S3::Bucket
      assert: resource.BucketName != \"\"
";

#[test]
fn a_good_file_is_read_as_it_is_meant() {
    let reading = read(&group(
        "    - id: versioned
      title: Buckets keep versions
      severity: high
      select: AWS::S3::Bucket
      where: tag(\"env\") == \"prod\"
      assert: >
        resource.VersioningConfiguration.Status
        == \"Enabled\"
      onEmpty: fail
      compliance: [cis-aws-3.0.0/2.1.4]
",
    ));
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    let account = &reading.policies.accounts["prod"];
    assert_eq!(account.id.as_str(), "012345678901", "digits are kept as they are written");
    let group = &reading.policies.groups["storage"];
    assert_eq!((group.mode, group.every.to_string()), (Mode::Enforce, "15m".to_owned()));
    let check = &group.checks[0];
    assert_eq!((check.severity, check.on_empty), (Severity::High, OnEmpty::Fail));
    let assertion = "resource.VersioningConfiguration.Status == \"Enabled\"\n";
    assert_eq!(check.assertion.text(), assertion);
    assert_eq!(reading.policies.accounts_of(group).count(), 1);
}

#[test]
fn all_problems_of_a_document_are_told_at_once() {
    let text = group(
        "    - id: A b
      titel: x
      severity: urgent
      select: AWS::S3::Buckets
      assert: true
    - id: b
      uses: aws/running-instance-count
      with: { tagKey: app }
    - select: [AWS::S3::Bucket]
      assert:
",
    );
    insta::assert_snapshot!(problems(&text), @"
    15:7-15:12: error[unknown-key] an item of `checks` has no `titel`
        help: did you mean `title`?
    16:17-16:23: error[unknown-word] `severity` is `urgent`, but must be `info`, `low`, `medium`, `high` or `critical`
    20:7-20:11: error[unsupported] `uses` is not supported by this version
        help: write the check out with `select` and `assert`
    21:7-21:11: error[unsupported] `with` is not supported by this version
        help: write the check out with `select` and `assert`
    22:7-22:8: error[missing-key] an item of `checks` lacks `id`
        help: Unique in the group: at most 63 of a-z, 0-9 and `-`.
    22:15-22:16: error[wrong-type] `select` is a list, but must be text
        help: The resource type, such as `AWS::S3::Bucket`.
    23:13-23:14: error[wrong-type] `assert` is empty, but must be text
        help: A CEL expression: what must hold of each of them.
    ");
}

#[test]
fn yaml_that_is_not_ours_is_refused_with_advice() {
    let text = group(
        "    - &first
      id: a
      id: b
      select: AWS::S3::Bucket
      where: !negated
      assert: \"true\"
    - *first
    - <<: { id: c }
      select: AWS::S3::Bucket
      assert: \"true\"
",
    );
    insta::assert_snapshot!(problems(&text), @"
    14:7-14:8: error[anchor] anchors are not allowed
        help: remove `&name`, and write out what refers to it
    16:7-16:9: error[duplicate-key] key `id` is there twice
        15: the first one is here
    18:14-18:22: error[tag] tags are not allowed
        help: if `!` belongs to an expression: quote it, or put it after `>`
    20:7-20:13: error[alias] aliases are not allowed
        help: write the value out
    20:7-20:13: error[wrong-type] an item of `checks` is empty, but must be a mapping
        help: What must hold of the resources of a type.
    21:7-21:8: error[missing-key] an item of `checks` lacks `id`
        help: Unique in the group: at most 63 of a-z, 0-9 and `-`.
    21:7-21:9: error[merge] merge keys are not allowed
        help: write the entries out
    ");
    let unquoted = group("    - id: a\n      select: AWS::S3::Bucket\n      assert: \"a\" == b\n");
    insta::assert_snapshot!(problems(&unquoted), @"
    16:19-16:20: error[yaml-syntax] the file is not YAML: invalid trailing content after double-quoted scalar
        help: quote the expression as a whole, or put it on its own lines after `>`
    ");
}

#[test]
fn names_and_references_are_checked_over_all_documents() {
    let twice = format!("{}---\n{}", group(CHECK), group(CHECK));
    insta::assert_snapshot!(problems(&twice), @"
    20:19-20:23: error[duplicate-name] account `prod` is there twice
        3: the first one is here
    26:19-26:26: error[duplicate-name] group `storage` is there twice
        9: the first one is here
    ");
    let lost = group(CHECK).replace("env: prod } }\n  schedule", "env: dev } }\n  schedule");
    insta::assert_snapshot!(problems(&lost), @"
    9:19-9:26: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    ");
    let misnamed = group(CHECK).replace("matchLabels: { env: prod }", "names: [prd]");
    insta::assert_snapshot!(problems(&misnamed), @"
    9:19-9:26: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    9:19-9:26: error[unknown-account] there is no account `prd`
        help: did you mean `prod`?
    ");
}

#[test]
fn documents_of_other_kinds_are_named() {
    insta::assert_snapshot!(problems("kind: Groop\n---\nkind: Waiver\n---\nhello\n---\na: 1\n"), @"
    1:7-1:12: error[unknown-kind] there is no kind `Groop`
        help: did you mean `Group`?
    3:7-3:13: error[unsupported] kind `Waiver` is not supported by this version
    5:1-5:6: error[wrong-type] a document must be a mapping, but this is a scalar
        help: start with `apiVersion: cloudcorrect.dev/v1` and `kind`
    7:1-7:2: error[missing-key] the document lacks `kind`
        help: add `kind: `, which is `Account` or `Group`
    ");
    insta::assert_snapshot!(problems("apiVersion: v1\nkind: Group\nmetadata: {}\nspec: {}\n"), @"
    1:13-1:15: error[unknown-word] `apiVersion` is `v1`, but must be `cloudcorrect.dev/v1`
    3:11-3:12: error[missing-key] `metadata` lacks `name`
        help: Unique among the documents of this kind: at most 63 of a-z, 0-9 and `-`.
    4:7-4:8: error[missing-key] `spec` lacks `checks`
        help: The checks.
    ");
}

#[test]
fn empty_documents_and_comments_are_nothing() {
    assert_eq!(problems(""), "");
    assert_eq!(problems("# only a comment\n---\n---\n"), "");
}

#[test]
fn json_byte_order_marks_and_carriage_returns_are_read() {
    let json = r#"{"apiVersion":"cloudcorrect.dev/v1","kind":"Account","metadata":{"name":"a"},
        "spec":{"aws":{"accountId":"123456789012","regions":["us-east-1"]}}}"#;
    assert_eq!(problems(json), "");
    assert_eq!(problems(&format!("\u{feff}{json}")), "");
    let text = group(&CHECK.replace("resource.B", "unknownThing.B")).replace('\n', "\r\n");
    let place = problems(&text);
    assert!(place.starts_with("16:15-"), "{place}");
}

/// The place of `unknownThing` in an assertion written in each of YAML's styles.
#[test]
fn a_problem_in_an_expression_points_into_the_file_in_every_style() {
    let styles = [
        ("plain", "assert: unknownThing && true", (16, 15)),
        ("quoted", "assert: 'tag(''x'') == unknownThing'", (16, 30)),
        ("double", r#"assert: "tag(\"x\") == \u0027a\u0027 || unknownThing""#, (16, 47)),
        ("literal", "assert: |\n        tag(\"ä\") == \"b\"\n        && unknownThing", (18, 12)),
        ("folded", "assert: >-\n        true &&\n        unknownThing", (18, 9)),
        ("indented", "assert: >\n        true\n          && unknownThing", (18, 14)),
        ("blank line", "assert: >\n        true\n\n        && unknownThing", (19, 12)),
        ("two lines", "assert: true\n        && unknownThing", (17, 12)),
        ("quoted lines", "assert: \"true\n        && unknownThing\"", (17, 12)),
        ("header", "assert: >2- # why\n        true &&  unknownThing", (17, 18)),
    ];
    for (style, assertion, (line, column)) in styles {
        let check = format!("    - id: a\n      select: AWS::S3::Bucket\n      {assertion}\n");
        let text = group(&check);
        let found = read(&text).diagnostics;
        let first = found.first().map(|found| &found.place);
        let shown = first.map(|place| (place.line, place.column, place.end_column));
        let wanted = (line, column, column + 12);
        assert_eq!(shown, Some(wanted), "{style}\n{text}\n{}", problems(&text));
    }
}

#[test]
fn hostile_files_are_refused_at_once() {
    let cases: [(&str, Vec<u8>); 9] = [
        ("too-deep", "[".repeat(100_000).into_bytes()),
        ("too-deep", "{a: ".repeat(300).into_bytes()),
        ("file-too-large", vec![b' '; (1 << 20) + 1]),
        ("not-utf8", b"kind: \xff".to_vec()),
        ("nul", b"kind: \0".to_vec()),
        ("too-many-nodes", "- a\n".repeat(200_000).into_bytes()),
        ("yaml-syntax", b"a: [".to_vec()),
        ("yaml-syntax", b"a:\n\tb: 1".to_vec()),
        ("alias", b"a: &x 1\nb: *x\n".to_vec()),
    ];
    for (code, bytes) in cases {
        let reading = PolicySet::read(&[SourceFile::new("x.yaml", bytes)]);
        let codes: Vec<_> = reading.diagnostics.iter().map(|found| found.code).collect();
        assert!(codes.contains(&code), "{code}: {:?}", reading.diagnostics);
    }
}

#[test]
fn a_digest_changes_with_what_decides_and_with_nothing_else() {
    let digest = |text: &str| read(text).policies.groups["storage"].digest();
    let text = group(CHECK);
    assert_eq!(digest(&text), digest(&text.replace("  checks:", "  # moved\n\n  checks:")));
    for (from, to) in [
        ("every: 15m", "every: 10m"),
        ("!= \\\"\\\"", "!= \\\"x\\\""),
        ("- id: a", "- id: b"),
        ("matchLabels: { env: prod }", "names: [prod]"),
    ] {
        let from = from.replace('\\', "");
        assert_ne!(digest(&text), digest(&text.replace(&from, &to.replace('\\', ""))), "{from}");
    }
}

#[test]
fn the_committed_schemas_are_fresh() {
    for kind in schema::kinds() {
        let path = format!("schemas/{}.schema.json", kind.to_lowercase());
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let generated = format!("{:#}\n", schema::of(kind).expect("a known kind"));
        assert!(committed == generated, "`{path}` is stale: `cloudcorrect schema {kind} > {path}`");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_every_place_is_in_the_file(
        text in prop_oneof![
            any::<String>(),
            "[-a-z:{}\\[\\],&*!|>'\"# \n\t]{0,200}",
            "(kind: Group\n|metadata: |spec:\n|  checks:\n|  - id: a\n|    assert: >\n|      x\n|\\{|\\}|é|\r\n){0,30}",
        ]
    ) {
        let lines: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
        for found in read(&text).diagnostics {
            let place = found.place;
            let line = usize::try_from(place.line).expect("fits");
            prop_assert!(line >= 1 && line <= lines.len() + 1, "{place:?}");
            let width = lines.get(line - 1).copied().unwrap_or(0);
            let column = usize::try_from(place.column).expect("fits");
            prop_assert!(column >= 1 && column <= width + 2, "{place:?} in a line of {width}");
            prop_assert!((place.end_line, place.end_column) > (place.line, place.column));
        }
    }
}
/// Expressions count bytes, places count characters.
#[test]
fn letters_of_several_bytes_do_not_shift_a_place() {
    let check = CHECK.replace("resource.BucketName != \"\"", "'\"äöü€\" == \"b\" && unknownThing'");
    let found = problems(&group(&check));
    assert!(found.contains("16:33-16:45: error[unknown-name]"), "{found}");
}
