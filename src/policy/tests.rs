//! What authors see: whole files in, diagnostics at their places out.

mod check_types;
mod comments;
mod declared;
mod documented;
mod enforce;
mod files;
mod follow_ups;
mod given;
mod lines;
mod packs;
mod reading;
mod samples;
mod selected;
mod settings;
mod waivers;

use crate::diagnostic::Code;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(text: &str) -> LoadOutcome {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: impl Into<std::sync::Arc<[u8]>>) -> LoadOutcome {
    PolicySet::read(&[SourceFile::new("policies/x.yaml", bytes)])
}

/// Each diagnostic as `line:column-end: level[code] message (help)`.
fn problems(text: &str) -> String {
    told(&read(text))
}

fn told(reading: &LoadOutcome) -> String {
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
fn an_account_is_swept_daily_or_never() {
    let saying = |line: &str| {
        group(CHECK)
            .replace("us-east-1, eu-west-1] }\n", &format!("us-east-1, eu-west-1] }}\n{line}"))
    };
    let sweep = |line: &str| {
        let reading = read(&saying(line));
        assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
        reading.policies.accounts["prod"].sweep
    };
    assert_eq!(sweep(""), Sweep::Daily);
    assert_eq!(sweep("  inventory: {}\n"), Sweep::Daily);
    assert_eq!(sweep("  inventory: { sweep: daily }\n"), Sweep::Daily);
    assert_eq!(sweep("  inventory: { sweep: off }\n"), Sweep::Off);
    insta::assert_snapshot!(problems(&saying("  inventory: { sweep: weekly }\n")), @"6:23-6:29: error[unknown-word] `sweep` is `weekly`, but must be `daily` or `off`");
    insta::assert_snapshot!(problems(&saying("  inventory: off\n")), @"
    6:14-6:17: error[wrong-type] `inventory` is `off`, but must be a mapping
        help: write it as in `inventory: { sweep: off }`
    ");
}

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
    assert_eq!((group.mode, group.schedule.to_string()), (Mode::Enforce, "15m".to_owned()));
    let check = &group.checks[0];
    assert_eq!((check.severity, check.rule.on_empty), (Severity::High, Some(OnEmpty::Fail)));
    let assertion = "resource.VersioningConfiguration.Status == \"Enabled\"\n";
    assert_eq!(check.rule.assertion.text(), assertion);
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
    insta::assert_snapshot!(problems(&text), @r"
    14:11-14:14: error[invalid-value] name `A b` contains `A`; use a-z, 0-9 and `-`
    15:7-15:12: error[unknown-key] an item of `checks` has no `titel`
        help: did you mean `title`?
    16:17-16:23: error[unknown-word] `severity` is `urgent`, but must be `info`, `low`, `medium`, `high` or `critical`
    17:15-17:31: error[unknown-resource-type] there is no resource type `AWS::S3::Buckets`
        help: did you mean `AWS::S3::Bucket`?
    20:13-20:39: error[unknown-check-type] there is no check type `aws/running-instance-count`
        help: `cloudcorrect schema check-types` lists those that there are
    22:7-22:8: error[missing-key] an item of `checks` lacks `id`
        help: Unique in the group or pack: at most 63 of a-z, 0-9 and `-`.
    22:15-22:16: error[wrong-type] `select` is a list, but must be text
        help: The resource type, such as `AWS::S3::Bucket`.
    23:13-23:14: error[wrong-type] `assert` is empty, but must be text
        help: A CEL expression: what must hold of each of them, as `resource`.
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
    insta::assert_snapshot!(problems(&text), @r"
    14:7-14:13: error[anchor] anchors are not allowed, and YAML reads `&first` as one
        help: remove it, and write out what refers to it
    16:7-16:9: error[duplicate-key] key `id` is there twice
        15: the first one is here
    18:14-18:22: error[tag] tags are not allowed, and YAML reads `!negated` as one
        help: quote the expression as a whole, or put it on its own lines after `>`
    19:16-19:20: warning[constant-assertion] the assertion is always true
        help: ask something of `resource`
    20:7-20:13: error[alias] aliases are not allowed
        help: write the value out
    21:7-21:8: error[missing-key] an item of `checks` lacks `id`
        help: Unique in the group or pack: at most 63 of a-z, 0-9 and `-`.
    21:7-21:9: error[merge] merge keys are not allowed
        help: write the entries out
    23:16-23:20: warning[constant-assertion] the assertion is always true
        help: ask something of `resource`
    ");
    let unquoted = group("    - id: a\n      select: AWS::S3::Bucket\n      assert: \"a\" == b\n");
    insta::assert_snapshot!(problems(&unquoted), @"
    16:19-16:20: error[yaml-syntax] the text in quotes ends before this, and more follows it
        help: quote the expression as a whole, or put it on its own lines after `>`
    ");
}

#[test]
fn names_and_references_are_checked_over_all_documents() {
    let twice = format!("{}---\n{}", group(CHECK), group(CHECK));
    insta::assert_snapshot!(problems(&twice), @"
    3:19-3:23: error[duplicate-name] account `prod` is there twice
        20: the second one is here
    5:21-5:33: error[duplicate-name] account id `012345678901` is there twice
        22: the second one is here
    9:19-9:26: error[duplicate-name] group `storage` is there twice
        26: the second one is here
    20:19-20:23: error[duplicate-name] account `prod` is there twice
        3: the first one is here
    22:21-22:33: error[duplicate-name] account id `012345678901` is there twice
        5: the first one is here
    26:19-26:26: error[duplicate-name] group `storage` is there twice
        9: the first one is here
    ");
    let lost = group(CHECK).replace("env: prod } }\n  schedule", "env: dev } }\n  schedule");
    insta::assert_snapshot!(problems(&lost), @"
    11:3-11:11: error[no-account] group `storage` selects no account
        help: no account has the label `env: dev`; `env` is `prod` there
    ");
    let alone = group(CHECK).split_once("---\n").expect("two documents").1.to_owned();
    insta::assert_snapshot!(problems(&alone), @"
    5:3-5:11: error[no-account] group `storage` selects no account
        help: add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` and `regions`
    ");
    let misnamed = group(CHECK).replace("matchLabels: { env: prod }", "names: [prd]");
    insta::assert_snapshot!(problems(&misnamed), @"
    11:3-11:11: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    11:23-11:26: error[unknown-account] there is no account `prd`
        help: did you mean `prod`?
    ");
}

#[test]
fn what_cannot_be_read_hides_nothing_else() {
    let text = group("    - select: AWS::S3::Bucket\n      assert: nothing\n")
        .replace("metadata: { name: storage }", "metadata: { labels: { a: b } }")
        .replace("every: 15m", "every: 15");
    insta::assert_snapshot!(problems(&text), @r#"
    9:11-9:12: error[missing-key] `metadata` lacks `name`
        help: Unique among the documents of this kind: at most 63 of a-z, 0-9 and `-`.
    12:22-12:24: error[invalid-value] `15` is not an interval; write a number with `s`, `m`, `h` or `d`, such as `15m`
    14:7-14:8: error[missing-key] an item of `checks` lacks `id`
        help: Unique in the group or pack: at most 63 of a-z, 0-9 and `-`.
    15:15-15:22: error[unknown-name] `nothing` is not known here
        help: there are `resource`, `account`, `region`, `now`; put text in quotes, as in `"nothing"`
    "#);
}

#[test]
fn what_cannot_be_seen_in_an_expression_is_told_unless_it_is_escaped() {
    let with = |assert: &str| {
        group(&format!("    - id: a\n      select: AWS::S3::Bucket\n      assert: {assert}\n"))
    };
    let hidden = ["\u{200b}", "\u{ad}", "\u{2060}", "\u{200d}", "\u{a0}", "\u{3000}"];
    let told = hidden.map(|c| problems(&with(&format!("resource.BucketName != \"prod{c}\""))));
    insta::assert_snapshot!(told.join("\n"), @r"
    16:43-16:44: warning[invisible-character] the text holds U+200B, which cannot be seen
        help: remove it, or write it as `\u200b`
    16:43-16:44: warning[invisible-character] the text holds U+00AD, which cannot be seen
        help: remove it, or write it as `\u00ad`
    16:43-16:44: warning[invisible-character] the text holds U+2060, which cannot be seen
        help: remove it, or write it as `\u2060`
    16:43-16:44: warning[invisible-character] the text holds U+200D, which cannot be seen
        help: remove it, or write it as `\u200d`
    16:43-16:44: warning[invisible-character] the text holds U+00A0, which looks like a space
        help: remove it, or write it as `\u00a0`
    16:43-16:44: warning[invisible-character] the text holds U+3000, which looks like a space
        help: remove it, or write it as `\u3000`
    ");
    let block = with(
        ">\n        resource.BucketName != \"é\" &&\n        resource.BucketName != \"\u{200b}\"",
    );
    insta::assert_snapshot!(problems(&block), @r"
    18:33-18:34: warning[invisible-character] the text holds U+200B, which cannot be seen
        help: remove it, or write it as `\u200b`
    ");
    for fine in [r#"tag("a") == "prod\u200b""#, "tag(\"a\") == \"größe 日本 ❤\u{fe0f}\""] {
        assert_eq!(problems(&with(fine)), "", "{fine}");
    }
}

#[test]
fn a_label_that_no_account_has_is_told() {
    let labels = ["{ env: Prod }", "{ env: shop }", "{ env: prod, tema: shop }"];
    let told = labels.map(|labels| {
        problems(
            &group(CHECK).replace("matchLabels: { env: prod }", &format!("matchLabels: {labels}")),
        )
    });
    insta::assert_snapshot!(told.join("\n"), @r"
    11:3-11:11: error[no-account] group `storage` selects no account
        help: did you mean `env: prod`?
    11:3-11:11: error[no-account] group `storage` selects no account
        help: no account has the label `env: shop`; `env` is `prod` there
    11:3-11:11: error[no-account] group `storage` selects no account
        help: no account has a label `tema`
    ");
}

#[test]
fn a_number_of_an_account_is_no_name_of_one() {
    let selected = group(CHECK).replace("matchLabels: { env: prod }", "names: [\"012345678901\"]");
    insta::assert_snapshot!(problems(&selected), @r"
    11:3-11:11: error[no-account] group `storage` selects no account
        help: compare `spec.accounts` with the labels and names of the `Account` documents
    11:23-11:37: error[unknown-account] there is no account `012345678901`
        help: write its name, `prod`
    ");
}

#[test]
fn a_broken_account_is_no_reason_to_say_that_it_is_not_there() {
    let selected = group(CHECK).replace("matchLabels: { env: prod }", "names: [prod, dev]");
    // Where the names of all accounts are known, one that none of them has is told nevertheless.
    let broken = [
        ("012345678901", "12", true),
        ("kind: Account", "kind: Acount", false),
        ("{ name:", "[", false),
    ];
    for (from, to, is_dev_told) in broken {
        let found = problems(&selected.replacen(from, to, 1));
        assert!(!found.contains(Code::NoAccount.as_str()), "{found}");
        assert!(!found.contains("there is no account `prod`"), "{found}");
        assert_eq!(found.contains("there is no account `dev`"), is_dev_told, "{found}");
    }
}

#[test]
fn documents_behind_a_syntax_error_are_read() {
    let text = format!("a: [\n---\nkind: Groop\n---\nb: 'c\n--- # note\n{}", group(CHECK));
    insta::assert_snapshot!(problems(&text), @"
    2:1-2:2: error[yaml-syntax] a value is missing here
        help: write one, and close each `[` and `{` that is open
    3:7-3:12: error[unknown-kind] there is no kind `Groop`
        help: did you mean `Group`?
    5:4-5:5: error[yaml-syntax] the text in quotes that begins here is not closed before its document ends
        help: close the quotes; no line inside begins with `---` or `...`
    ");
    assert_eq!(read(&text).policies.groups.len(), 1);
}

#[test]
fn empty_and_overlong_values_are_refused() {
    let text = group(
        "    - id: a
      title: >
        LONG
      select: AWS::S3::Bucket
      where:
      assert: resource.BucketName == 'a' # b
",
    )
    .replace("regions: [us-east-1, eu-west-1]", "regions: [us-east, global, eu-west-1]")
    .replace("LONG", &"x".repeat(201))
    .replace("metadata: { name: storage }", &format!("metadata: {{ name: {} }}", "y".repeat(5000)));
    insta::assert_snapshot!(problems(&text), @"
    5:45-5:52: error[invalid-value] `us-east` is not the name of an AWS region
        help: did you mean `us-east-1`?
    5:54-5:60: error[invalid-value] `global` is judged always; name regions only
        help: remove it
    9:19-9:5019: error[invalid-value] `yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…` is too long
    16:9-16:210: error[too-long] `title` has 201 characters; at most 200 are allowed
    18:12-18:13: error[wrong-type] `where` is empty, but must be text
        help: A CEL expression: which resources of the type are judged; all of them if it is left out.
    ");
}

#[test]
fn expressions_that_yaml_reads_otherwise_are_told_how_to_be_written() {
    let cases = [
        "!resource.BucketName",
        "!tag(\"env\")",
        "*x",
        "&& true",
        "\"a\" == \"b\"",
        "true ? a : b",
        "[1].exists(x, true)",
        "@x",
        "tag(\"a\") == \"b #c\"",
        "resource.BucketName == \"a\" || # why",
    ];
    let told = cases.map(|assertion| {
        let check =
            format!("    - id: a\n      select: AWS::S3::Bucket\n      assert: {assertion}\n");
        let all = check.replace("assert:", "assertAll:");
        let (each, all) = (problems(&group(&check)), problems(&group(&all)));
        assert!(all.contains("quote") || !each.contains("quote"), "{all}");
        format!("{assertion}\n{each}")
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    !resource.BucketName
    16:15-16:35: error[tag] tags are not allowed, and YAML reads `!resource.BucketName` as one
        help: quote the expression as a whole, or put it on its own lines after `>`
    !tag("env")
    16:15-16:26: error[tag] tags are not allowed, and YAML reads `!tag("env")` as one
        help: quote the expression as a whole, or put it on its own lines after `>`
    *x
    16:15-16:17: error[alias] text that begins with `*` stands in quotes: YAML reads `*x` as an alias
        help: quote the expression as a whole, or put it on its own lines after `>`
    && true
    16:15-16:17: error[anchor] anchors are not allowed, and YAML reads `&&` as one
        help: quote the expression as a whole, or put it on its own lines after `>`
    16:15-16:22: warning[constant-assertion] the assertion is always true
        help: ask something of `resource`
    "a" == "b"
    16:19-16:20: error[yaml-syntax] the text in quotes ends before this, and more follows it
        help: quote the expression as a whole, or put it on its own lines after `>`
    true ? a : b
    16:24-16:25: error[yaml-syntax] a `:` is not expected here
        help: quote the expression as a whole, or put it on its own lines after `>`
    [1].exists(x, true)
    16:18-16:19: error[yaml-syntax] this line is not part of the mapping above it
        help: quote the expression as a whole, or put it on its own lines after `>`
    @x
    16:15-16:16: error[yaml-syntax] text that begins with this character must be in quotes
        help: quote the expression as a whole, or put it on its own lines after `>`
    tag("a") == "b #c"
    16:27-16:28: error[expression-syntax] the text that begins here is not closed
        help: YAML takes ` #` and what follows for a comment; quote the expression as a whole, or put it on its own lines after `>`
    resource.BucketName == "a" || # why
    16:44-16:45: error[expression-syntax] the expression ends too early
        help: YAML takes ` #` and what follows for a comment; quote the expression as a whole, or put it on its own lines after `>`
    "#);
}

#[test]
fn documents_of_other_kinds_are_named() {
    insta::assert_snapshot!(problems("kind: Groop\n---\nkind: Route\n---\nhello\n---\na: 1\n"), @r"
    1:7-1:12: error[unknown-kind] there is no kind `Groop`
        help: did you mean `Group`?
    3:7-3:12: error[unsupported] kind `Route` is not supported by this version
    5:1-5:6: error[wrong-type] a document must be a mapping, but this is a scalar
        help: start with `apiVersion: cloudcorrect.dev/v1` and `kind`
    7:1-7:2: error[missing-key] the document lacks `kind`
        help: add `kind: `, which is `Account` or `Group` or `CheckType` or `Pack` or `Test` or `Waiver`
    ");
    insta::assert_snapshot!(problems("apiVersion: v1\nkind: Group\nmetadata: {}\nspec: {}\n"), @r"
    1:13-1:15: error[unknown-word] `apiVersion` is `v1`, but must be `cloudcorrect.dev/v1`
    3:11-3:12: error[missing-key] `metadata` lacks `name`
        help: Unique among the documents of this kind: at most 63 of a-z, 0-9 and `-`.
    4:7-4:8: error[missing-key] `spec` lacks `checks`
        help: add `checks`, or `packs` whose checks the group takes up
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
    let cases: [(Code, Vec<u8>); 17] = [
        (Code::TooDeep, "[".repeat(100_000).into_bytes()),
        (Code::TooDeep, "{a: ".repeat(300).into_bytes()),
        (Code::FileTooLarge, vec![b' '; (1 << 20) + 1]),
        (Code::NotUtf8, b"kind: \xff".to_vec()),
        (Code::Nul, b"kind: \0".to_vec()),
        (Code::Nul, br#"kind: "a\0b""#.to_vec()),
        (Code::Nul, br#"{ "a\u0000b": 1 }"#.to_vec()),
        (Code::InvisibleCharacter, b"kind: a\rb".to_vec()),
        (Code::InvisibleCharacter, "kind: \u{202e}".into()),
        (Code::InvisibleCharacter, ">-\n\u{feff}&x : *x\n".into()),
        (Code::UnknownKind, format!("kind: {}", "x".repeat(200_000)).into_bytes()),
        (
            Code::UnknownKey,
            group(&format!("    - {{ {}: 1 }}\n", "x".repeat(200_000))).into_bytes(),
        ),
        (Code::TooManyProblems, group(&"    - { a: 1 }\n".repeat(3_000)).into_bytes()),
        (Code::TooManyNodes, "- a\n".repeat(200_000).into_bytes()),
        (Code::YamlSyntax, b"a: [".to_vec()),
        (Code::YamlSyntax, b"a:\n\tb: 1".to_vec()),
        (Code::Alias, b"a: &x 1\nb: *x\n".to_vec()),
    ];
    for (code, bytes) in cases {
        let reading = PolicySet::read(&[SourceFile::new("x.yaml", bytes)]);
        let codes: Vec<_> = reading.diagnostics.iter().map(|found| found.code).collect();
        let first = reading.diagnostics.first();
        assert!(codes.contains(&code), "{code}: {first:?}");
        assert!(codes.len() <= 502, "{code}");
        assert!(reading.diagnostics.iter().all(|found| found.message.len() < 300), "{code}");
    }
}

#[test]
fn a_schedule_is_an_interval_or_times_of_a_clock() {
    let with = |schedule: &str| {
        let text =
            group(CHECK).replace("schedule: { every: 15m }", &format!("schedule: {schedule}"));
        let reading = read(&text);
        match reading.policies.groups.get("storage") {
            Some(group) => group.schedule.to_string(),
            None => problems(&text),
        }
    };
    let schedules = [
        r#"{ cron: "0 6 * * mon-fri", timezone: Europe/Berlin }"#,
        r#"{ cron: "*/30 * * * *" }"#,
        "{ cron: 0 6 * * *, every: 1h }",
        "{ cron: 0 6 * * *, timezone: Europe/Berlyn }",
        "{ cron: 0 6 31 2 * }",
        "{ cron: 0 6 * * }",
    ];
    insta::assert_snapshot!(schedules.map(with).join("\n"), @"
    0 6 * * mon-fri Europe/Berlin
    */30 * * * * UTC
    12:39-12:41: error[conflict] `every` and `cron` exclude each other
        help: keep the one that is meant
        12: the other one is here
    12:42-12:55: error[unknown-timezone] `Europe/Berlyn` is not a time zone of the IANA database, such as `Europe/Berlin`
        help: did you mean `Europe/Berlin`?
    12:21-12:31: error[invalid-cron] `0 6 31 2 *` never comes: there is no such day
    12:21-12:28: error[invalid-cron] a cron pattern has five fields, and this has 4
        help: write minute, hour, day of the month, month and weekday, such as `0 6 * * mon-fri`
    ");
}

#[test]
fn the_cron_patterns_of_a_file_are_bounded_together() {
    let patterns = |count: usize| {
        let one = group(CHECK).replace("every: 15m", "cron: \"0 6 * * *\"");
        let (account, group) = one.split_at(ACCOUNT.len());
        let groups = (0..count).map(|n| group.replace("name: storage", &format!("name: g{n}")));
        let text = account.to_owned() + &groups.collect::<Vec<_>>().join("---\n");
        let codes = read(&text).diagnostics.into_iter().map(|found| found.code);
        codes.filter(|code| *code == Code::TooManySchedules).count()
    };
    // 4 MiB are 2048 patterns, less what the expressions of the groups take.
    assert_eq!(patterns(1_700), 0);
    assert!(patterns(2_100) > 0);
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
        let generated = schema::printed(&schema::of(kind).expect("a known kind"));
        assert!(committed == generated, "`{path}` is stale: `cloudcorrect schema {kind} > {path}`");
    }
}

/// A document with every field there is.
const WHOLE_GROUP: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "Group",
    "metadata": { "name": "a", "labels": { "a": "b" }, "annotations": { "c": "d" } },
    "spec": {
        "description": "x",
        "owner": "x",
        "accounts": { "matchLabels": { "env": "prod" }, "names": ["prod"] },
        "schedule": { "cron": "0 6 * * *", "timezone": "UTC" },
        "mode": "audit",
        "enforce": { "newOnly": "2026-11-22" },
        "suspend": true,
        "checks": [{
            "id": "a",
            "formerly": ["z"],
            "title": "x",
            "severity": "low",
            "select": "AWS::S3::Bucket",
            "where": "true",
            "assert": "true",
            "onEmpty": "fail",
            "compliance": ["soc2/CC6.1"],
            "remediation": "x",
            "maxAge": "1h"
        }, {
            "id": "b",
            "let": { "web": { "select": "AWS::EC2::VPC", "where": "true", "pick": "one" } },
            "select": "AWS::S3::Bucket",
            "assertAll": "size(resources) > 1",
            "scope": "account"
        }]
    }
}"#;

const WHOLE_CHECK_TYPE: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "CheckType",
    "metadata": { "name": "team/a", "labels": { "a": "b" }, "annotations": { "c": "d" } },
    "spec": {
        "description": "x",
        "title": "x",
        "parameters": {
            "key": { "type": "string", "description": "x", "default": "a", "allowed": ["a"] },
            "other": { "optional": true }
        },
        "severity": "low",
        "let": { "web": { "select": "AWS::EC2::VPC", "where": "true", "pick": "one" } },
        "select": "AWS::S3::Bucket",
        "where": "true",
        "assert": "true",
        "onEmpty": "fail",
        "compliance": ["soc2/CC6.1"],
        "remediation": "x"
    }
}"#;

const WHOLE_PACK: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "Pack",
    "metadata": { "name": "a", "labels": { "a": "b" }, "annotations": { "c": "d" } },
    "spec": {
        "description": "x",
        "checks": [{ "id": "a", "select": "AWS::S3::Bucket", "assert": "true" }]
    }
}"#;

const WHOLE_TEST: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "Test",
    "metadata": { "name": "a", "labels": { "a": "b" }, "annotations": { "c": "d" } },
    "spec": {
        "check": "a/b",
        "now": "2026-01-31T00:00:00Z",
        "given": {
            "AWS::S3::Bucket": [{
                "BucketName": "b",
                "CreationDate": "2026-01-31T00:00:00Z",
                "PublicAccessBlockConfiguration": { "BlockPublicAcls": true },
                "Policy": { "Statement": [] },
                "Tags": [{ "Key": "a", "Value": "b" }],
                "$region": "eu-west-1",
                "$unknown": { "Acl": "access_denied" }
            }],
            "AWS::EC2::Volume": [{ "VolumeId": "vol-1", "Size": 8 }],
            "AWS::IAM::AccountSummary": [{ "SummaryMap": {} }]
        },
        "unlisted": { "AWS::EC2::VPC": "access_denied" },
        "expect": { "pass": ["b"], "fail": [], "notSelected": ["vol-1"] }
    }
}"#;

const WHOLE_TEST_OF_CASES: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "Test",
    "metadata": { "name": "a" },
    "spec": {
        "pack": "a/b",
        "cases": [{
            "name": "x",
            "now": "2026-01-31T00:00:00Z",
            "given": { "AWS::S3::Bucket": [{ "BucketName": "b" }] },
            "expect": { "unknown": ["b"], "notApplicable": ["*"] }
        }]
    }
}"#;

/// The pack that the one of cases is of.
const PACK_OF_TESTS: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "Pack",
    "metadata": { "name": "a" },
    "spec": { "checks": [{ "id": "b", "select": "AWS::S3::Bucket", "assert": "true" }] }
}"#;

const WHOLE_WAIVER: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "Waiver",
    "metadata": { "name": "a", "labels": { "a": "b" }, "annotations": { "c": "d" } },
    "spec": {
        "match": {
            "group": "a",
            "check": "b",
            "account": "prod",
            "region": "global",
            "resource": ["x", "y*"]
        },
        "reason": "x",
        "owner": "x",
        "expires": "2026-12-31",
        "approvedBy": "x",
        "ticket": "x"
    }
}"#;

const WHOLE_ACCOUNT: &str = r#"{
    "apiVersion": "cloudcorrect.dev/v1",
    "kind": "Account",
    "metadata": { "name": "prod", "labels": { "env": "prod" }, "annotations": { "c": "d" } },
    "spec": { "aws": { "accountId": "123456789012", "regions": ["us-east-1"] } }
}"#;

/// All JSON pointers into a document but its root.
fn pointers(json: &serde_json::Value, at: &str, found: &mut Vec<String>) {
    let mut inside = |key: &str, value: &serde_json::Value| {
        let pointer = format!("{at}/{key}");
        found.push(pointer.clone());
        pointers(value, &pointer, found);
    };
    match json {
        serde_json::Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| inside(key, value));
        }
        serde_json::Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| inside(&at.to_string(), value));
        }
        _ => {}
    }
}

/// Every way in which one part of a document can be missing, misspelt or of another type.
fn mutants(json: &serde_json::Value) -> Vec<serde_json::Value> {
    let mut found = Vec::new();
    pointers(json, "", &mut found);
    let replaced = |pointer: &String, by: serde_json::Value| {
        let mut mutant = json.clone();
        *mutant.pointer_mut(pointer)? = by;
        Some(mutant)
    };
    let without = |pointer: &String| {
        let (parent, key) = pointer.rsplit_once('/')?;
        let mut mutant = json.clone();
        match mutant.pointer_mut(parent)? {
            serde_json::Value::Object(entries) => entries.shift_remove(key)?,
            serde_json::Value::Array(items) => items.remove(key.parse().ok()?),
            _ => return None,
        };
        Some(mutant)
    };
    let misspelt = |pointer: &String| {
        let mut mutant = json.clone();
        mutant.pointer_mut(pointer)?.as_object_mut()?.insert("x-y".to_owned(), "z".into());
        Some(mutant)
    };
    let long = [json!("x".repeat(4001)), json!("A b")];
    let others = || {
        let texts =
            ["12", "true", "2026-01-31", "2026-01-31T00:00:00Z"].map(serde_json::Value::from);
        let scalars = [json!(null), json!(12), json!(1.5), json!(true), json!(123_456_789_012_i64)];
        let scalars = scalars.into_iter().chain(texts);
        [json!([]), json!({})].into_iter().chain(scalars).chain(long.clone())
    };
    let values =
        found.iter().flat_map(|pointer| others().filter_map(move |other| replaced(pointer, other)));
    let removed = found.iter().filter_map(without);
    let added = found.iter().filter_map(misspelt);
    values.chain(removed).chain(added).collect()
}

/// The codes of problems that a schema can tell as well.
const OF_SHAPE: [Code; 14] = [
    Code::UnknownKey,
    Code::MissingKey,
    Code::WrongType,
    Code::UnknownWord,
    Code::UnknownKind,
    Code::EmptyList,
    Code::TooLong,
    Code::InvalidValue,
    Code::Conflict,
    Code::InvalidInstant,
    Code::InvalidName,
    Code::MissingProperty,
    Code::UnknownCause,
    Code::UnknownProperty,
];

/// How many documents were taken up.
fn count(policies: &PolicySet) -> usize {
    let PolicySet { accounts, groups, check_types, packs, tests, waivers } = policies;
    accounts.len() + groups.len() + check_types.len() + packs.len() + tests.len() + waivers.len()
}

/// What editors accept is what the reader accepts: both go by the schema. Nothing is left out without
/// a word.
#[test]
fn the_schemas_say_what_is_accepted() {
    let kinds = [
        ("Group", WHOLE_GROUP),
        ("Account", WHOLE_ACCOUNT),
        ("CheckType", WHOLE_CHECK_TYPE),
        ("Waiver", WHOLE_WAIVER),
        ("Pack", WHOLE_PACK),
        ("Test", WHOLE_TEST),
        ("Test", WHOLE_TEST_OF_CASES),
    ];
    let any = jsonschema::validator_for(&schema::all()).expect("a schema");
    let mut apart = Vec::new();
    for (kind, text) in kinds {
        let whole: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let schema =
            jsonschema::validator_for(&schema::of(kind).expect("a kind")).expect("a schema");
        let wrong: Vec<_> = schema.iter_errors(&whole).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{kind}");
        let mut seen = [0, 0];
        for mutant in mutants(&whole) {
            let account = if kind == "Group" { WHOLE_ACCOUNT } else { "" };
            let others = if kind == "Test" { PACK_OF_TESTS } else { "" };
            let file = format!("{account}\n---\n{others}\n---\n{mutant}\n");
            let reading = read(&file);
            let codes: Vec<_> = reading.diagnostics.into_iter().map(|it| it.code).collect();
            let expected = [account, others].iter().filter(|it| !it.is_empty()).count() + 1;
            if count(&reading.policies) != expected && codes.is_empty() {
                apart.push(format!("nothing is said of {mutant:.1000}"));
            }
            // Other codes are about what a schema cannot say: references and expressions.
            let shaped = !codes.iter().any(|code| OF_SHAPE.contains(code));
            let has_type = !codes.contains(&Code::UnknownResourceType);
            let is_good = shaped && has_type;
            if schema.is_valid(&mutant) != is_good {
                apart.push(format!("{mutant:.1000}: {codes:?}"));
            }
            // A document of another kind, or of none, is another question.
            let is_of_kind = mutant["kind"] == kind && mutant["apiVersion"] == whole["apiVersion"];
            if is_of_kind && any.is_valid(&mutant) != is_good {
                apart.push(format!("of any kind: {mutant:.1000}: {codes:?}"));
            }
            seen[usize::from(shaped)] += 1;
        }
        assert!(seen.iter().all(|count| *count > 5), "{kind}: {seen:?}");
    }
    assert_eq!(apart, Vec::<String>::new());
}

#[test]
fn a_policy_of_a_made_up_resource_is_no_list() {
    let told = |policy: &str| {
        problems(&format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: {{ name: a }}\nspec:\n  \
             check: a/b\n  given:\n    AWS::S3::Bucket:\n      - {{ BucketName: b, Policy: {policy} }}\n  \
             expect: {{ fail: [b] }}\n"
        ))
    };
    let refused = "`Policy` is a list, but must be a mapping";
    for list in ["[]", "[{ Effect: Allow }]"] {
        assert!(told(list).contains(refused), "{}", told(list));
    }
    for other in ["{}", "{ Statement: [] }", "'[]'", "5", "null"] {
        assert!(!told(other).contains("`Policy` is"), "{}", told(other));
    }
}

/// Tests make resources up, of which editors know the properties and the documented values.
#[test]
fn the_schema_of_tests_knows_resources() {
    let schema = jsonschema::validator_for(&schema::of("Test").expect("a kind")).expect("a schema");
    let told = |given: serde_json::Value| {
        let spec = json!({ "check": "a/b", "given": given, "expect": { "fail": ["i-1"] } });
        let test = json!({
            "apiVersion": "cloudcorrect.dev/v1", "kind": "Test", "metadata": { "name": "a" },
            "spec": spec,
        });
        let errors: Vec<_> = schema.iter_errors(&test).map(|error| error.to_string()).collect();
        errors.join("\n")
    };
    let instance = |more: &str| {
        let text = format!(r#"{{ "AWS::EC2::Instance": [{{ "InstanceId": "i-1", {more} }}] }}"#);
        told(serde_json::from_str(&text).expect("JSON"))
    };
    let fine = r#""State": { "Name": "hatching" }, "KeyName": 12, "$region": "eu-west-1",
        "Tenancy": null, "$unknown": { "Tags": "access_denied" }"#;
    insta::assert_snapshot!(instance(fine), @"");
    insta::assert_snapshot!(instance(r#""Stat": {}"#), @"Additional properties are not allowed ('Stat' was unexpected)");
    insta::assert_snapshot!(instance(r#""State": { "Nam": "running" }"#), @"Additional properties are not allowed ('Nam' was unexpected)");
    insta::assert_snapshot!(told(json!({ "AWS::EC2::Machine": [] })), @"Additional properties are not allowed ('AWS::EC2::Machine' was unexpected)");
    let known = schema::of("Test").expect("a kind");
    let state = "/$defs/given/properties/AWS::EC2::Instance/items/properties/State/properties/Name";
    let offered = known.pointer(&format!("{state}/defaultSnippets")).expect("values");
    assert_eq!(offered[1]["body"], "running");
}

/// Every property of every kind is described, and what may be left out has its default.
#[test]
fn the_schemas_describe_everything() {
    fn undescribed(schema: &serde_json::Value, at: &str, found: &mut Vec<String>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            if property["description"].as_str().unwrap_or_default().is_empty() {
                found.push(at.clone());
            }
            undescribed(property, &at, found);
            undescribed(&property["items"], &at, found);
            undescribed(&property["additionalProperties"], &at, found);
        }
    }
    let mut found = Vec::new();
    for kind in schema::kinds() {
        undescribed(schema::meant(kind).expect("a kind"), kind, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
    let group = schema::of("Group").expect("a kind");
    let spec = &group["properties"]["spec"]["allOf"][0]["properties"];
    let check = &spec["checks"]["items"]["properties"];
    assert_eq!(spec["mode"]["default"], "enforce");
    assert_eq!(spec["schedule"]["properties"]["every"]["default"], "1h");
    assert_eq!(check["severity"]["default"], "medium");
    assert_eq!(check["let"]["additionalProperties"]["properties"]["pick"]["default"], "all");
}

/// Fails unless every diagnostic of a text, read as YAML and as JSON, has a place in it.
fn places_are_in_the_file(text: &str) -> Result<(), TestCaseError> {
    let file = text.strip_prefix('\u{feff}').unwrap_or(text);
    let widths: Vec<usize> = file.split('\n').map(|line| line.chars().count()).collect();
    let width = |line: u32| widths.get(usize::try_from(line).expect("fits") - 1).copied();
    let json = PolicySet::read(&[SourceFile::new("x.json", text.as_bytes())]);
    for found in read(text).diagnostics.into_iter().chain(json.diagnostics) {
        let place = &found.place;
        // A place at the end of a line is shown as one character behind it.
        let fits = |line: u32, column: u32, behind: usize| {
            let column = usize::try_from(column).expect("fits");
            width(line).is_some_and(|width| (1..=width + behind).contains(&column))
        };
        prop_assert!(fits(place.line, place.column, 1), "{found:?}");
        prop_assert!(fits(place.end_line, place.end_column, 2), "{found:?}");
        prop_assert!((place.end_line, place.end_column) > (place.line, place.column));
    }
    Ok(())
}

const EXAMPLES: &str = concat!(
    include_str!("../../example-policies/policies/accounts.yaml"),
    "---\n",
    include_str!("../../example-policies/policies/storage.yaml"),
    "---\n",
    include_str!("../../example-policies/policies/network.yaml"),
);

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_every_place_is_in_the_file(
        text in prop_oneof![
            any::<String>(),
            "\\PC{0,100}",
            "[-a-z:{}\\[\\],&*!|>'\"# \n\t]{0,200}",
            "(kind: Group\n|metadata: |spec:\n|  checks:\n|  - id: a\n|    assert: >\n|      x\n|\\{|\\}|é|\r\n){0,30}",
        ]
    ) {
        places_are_in_the_file(&text)?;
    }

    #[test]
    fn edits_of_good_policies_are_told_in_the_file(
        edits in proptest::collection::vec((0usize..4000, 0usize..12, "[a\"'!&*:>|{}\\[\\]#, \nä-]{0,3}"), 1..4)
    ) {
        let mut text = EXAMPLES.to_owned();
        for (at, length, by) in edits {
            let at = at % text.len();
            let end = (at + length).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                text.replace_range(at..end, &by);
            }
        }
        places_are_in_the_file(&text)?;
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_bytes(bytes);
    }
}

/// Expressions count bytes, places count characters.
#[test]
fn letters_of_several_bytes_do_not_shift_a_place() {
    let check = CHECK.replace("resource.BucketName != \"\"", "'\"äöü€\" == \"b\" && unknownThing'");
    let found = problems(&group(&check));
    assert!(found.contains("16:33-16:45: error[unknown-name]"), "{found}");
}
