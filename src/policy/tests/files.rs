//! Files that are no YAML or JSON: what their authors are told.

use crate::diagnostic::Code;
use insta::assert_snapshot;

use super::*;

fn read_json(text: &str) -> LoadOutcome {
    let account = SourceFile::new("a.yaml", ACCOUNT.as_bytes());
    PolicySet::read(&[account, SourceFile::new("x.json", text.as_bytes())])
}

/// The problems of a file of JSON.
fn json_problems(text: &str) -> String {
    told(&read_json(text))
}

/// The problems but for a missing `kind`.
fn odd(mut reading: LoadOutcome) -> String {
    reading.diagnostics.retain(|found| found.code != Code::MissingKey);
    told(&reading)
}

const JSON: &str = r#"{"apiVersion": "cloudcorrect.dev/v1", "kind": "Group", "metadata": {"name": "a"},
"spec": {"accounts": {"names": ["prod"]}, "schedule": {"every": "15m"}, "description": "D", "checks": [
{"id": "a", "title": "T", "select": "AWS::S3::Bucket", "assert": "A"}]}}"#;

/// A group with a description and an assertion.
fn json(description: &str, assert: &str) -> String {
    JSON.replace("\"D\"", description).replace("\"A\"", assert)
}

#[test]
fn escapes_of_json_are_read() {
    let name = r#""resource.BucketName != \"\ud83d\ude00\"""#;
    let text = json(r#""a\/b \u00e4 \uD83D\uDE00 \b\f\n\r\t\"\\""#, name);
    let reading = read_json(&text);
    assert!(reading.is_clean(), "{:?}", reading.diagnostics);
    let group = &reading.policies.groups["a"];
    let description = group.description.as_deref();
    assert_eq!(description, Some("a/b ä \u{1f600} \u{8}\u{c}\n\r\t\"\\"));
    assert_eq!(group.checks[0].rule.assertion.text(), "resource.BucketName != \"\u{1f600}\"");
    let behind = json(r#""x""#, r#""'\ud83d\ude00' == 'a' && wrong""#);
    let told = json_problems(&behind);
    assert!(told.starts_with("3:92-3:97: error[unknown-name]"), "{told}");
}

#[test]
fn halves_of_characters_are_told() {
    let checked = r#""resource.BucketName != \"\"""#;
    let halves = [r#""a \ud83d b""#, r#""\ude00\ud83d""#, r#""\ud83d\u0041""#, r#""\ud83""#];
    let told = halves.map(|half| json_problems(&json(half, checked)));
    assert_snapshot!(told.join("\n"), @r#"
    2:91-2:97: error[lone-surrogate] `\ud83d` is half of a character
        help: write both halves, as in `\ud83d\ude00`, or the character itself
    2:89-2:95: error[lone-surrogate] `\ude00` is half of a character
        help: write both halves, as in `\ud83d\ude00`, or the character itself
    2:95-2:101: error[lone-surrogate] `\ud83d` is half of a character
        help: write both halves, as in `\ud83d\ude00`, or the character itself
    2:89-2:95: error[lone-surrogate] `\ud83d` is half of a character
        help: write both halves, as in `\ud83d\ude00`, or the character itself
    2:89-2:90: error[json-syntax] an escape has too few digits
        help: write `\u` with four digits from 0 to f
    "#);
}

/// Texts that are no JSON, each for a reason of its own.
const NO_JSON: [&str; 21] = [
    "{",
    "[1, 2,]",
    "{\"a\": 1,}",
    "{'a': 1}",
    "{a: 1}",
    "{\"a\" 1}",
    "{\"a\": 1 \"b\": 2}",
    "{\"a\": 1} {\"b\": 2}",
    "{\"a\": 1} // done",
    "# first\n{}",
    "{\"a\": yes}",
    "{\"a\": 012, }",
    "{\"a\": \"b\n\"}",
    "{\"a\": \"b\tc\"}",
    "{\"a\": \"\\d\"}",
    "{\"a\": \"\\u0000\"}",
    "{\"a\": 1, \"a\": 2}",
    "kind: Group\n",
    "{\"a\": ,}",
    "{\"a\": @}",
    "",
];

/// Diagnostics of them, each behind its text.
const NO_JSON_TOLD: &str = r#"{
1:2-1:3: error[json-syntax] the file ends where a key in double quotes is needed
    help: close each `{`, `[` and `"` that is open

[1, 2,]
1:6-1:7: error[json-syntax] a `,` stands before `]`
    help: remove it

{"a": 1,}
1:8-1:9: error[json-syntax] a `,` stands before `}`
    help: remove it

{'a': 1}
1:2-1:3: error[json-syntax] JSON has no single quotes
    help: write `"`

{a: 1}
1:2-1:3: error[json-syntax] a key in double quotes is needed here
    help: name the file `.yaml` if it is YAML

{"a" 1}
1:6-1:7: error[json-syntax] `:` is needed here
    help: name the file `.yaml` if it is YAML

{"a": 1 "b": 2}
1:9-1:10: error[json-syntax] `,` or `}` is needed here
    help: name the file `.yaml` if it is YAML

{"a": 1} {"b": 2}
1:10-1:11: error[json-syntax] a second value follows the first
    help: a `.json` file holds one document; use a `.yaml` file, or one file for each

{"a": 1} // done
1:10-1:11: error[json-syntax] JSON has no comments
    help: remove it, or name the file `.yaml` if it is YAML

# first
{}
1:1-1:2: error[json-syntax] JSON has no comments
    help: remove it, or name the file `.yaml` if it is YAML

{"a": yes}
1:7-1:8: error[json-syntax] `yes` is no value of JSON
    help: put text in double quotes, or name the file `.yaml` if it is YAML

{"a": 012, }
1:7-1:8: error[json-syntax] `012` is no value of JSON
    help: put text in double quotes, or name the file `.yaml` if it is YAML

{"a": "b
"}
1:7-1:8: error[json-syntax] the text that begins here is never closed
    help: close it with `"`; a line break inside is written `\n`

{"a": "b	c"}
1:9-1:10: error[json-syntax] a tab stands in a text
    help: write it as `\t`

{"a": "\d"}
1:8-1:9: error[json-syntax] JSON does not know this escape
    help: write `\\` for a backslash

{"a": "\u0000"}
1:7-1:15: error[nul] the text holds a NUL character
    help: remove the escape of it; policies are text

{"a": 1, "a": 2}
1:10-1:13: error[duplicate-key] key `a` is there twice
    1: the first one is here

kind: Group

1:1-1:2: error[json-syntax] `kind` is no value of JSON
    help: put text in double quotes, or name the file `.yaml` if it is YAML

{"a": ,}
1:7-1:8: error[json-syntax] a value is needed here
    help: name the file `.yaml` if it is YAML

{"a": @}
1:7-1:8: error[json-syntax] a value is needed here
    help: name the file `.yaml` if it is YAML


1:1-1:2: error[json-syntax] the file ends where a value is needed
    help: close each `{`, `[` and `"` that is open"#;

#[test]
fn what_is_no_json_is_told() {
    let told = NO_JSON.map(|text| format!("{text}\n{}", odd(read_json(text))));
    assert_eq!(told.join("\n\n"), NO_JSON_TOLD);
}

#[test]
fn numbers_of_json_are_those_of_json() {
    let value = |number: &str| json_problems(&format!("{{\"kind\": {number}}}"));
    for number in ["0", "-1", "10.5", "1e3", "1.5E-3", "true", "null"] {
        assert!(!value(number).contains(Code::JsonSyntax.as_str()), "{number}");
    }
    for number in ["00", "+1", ".5", "1.", "1e", "-", "0x1", "NaN", "nul"] {
        assert!(value(number).contains(Code::JsonSyntax.as_str()), "{number}");
    }
}

/// Texts with a mistake in YAML each.
const MISTAKES: [&str; 48] = [
    "a:\n\tb: 1\n",
    "a:\n  b: 1\n\tc: 2\n",
    "a: \"b\nc: d\n",
    "a: 'b\nc: d\n",
    "a: \"b\n---\nc: d\n",
    "a: \"b\" c\n",
    "a: b: c\n",
    "a: 1\n  b: 2\n",
    "a:\n    b: 1\n  c: 2\n",
    "a:\n  - b\n - c\n",
    "a:\n  - b\n  c: d\n",
    "a:\n  - b: c\n   assert: d\n",
    "a: [b, c\nd: e\n",
    "a: {b: c\nd: e\n",
    "a: [\n",
    "a: @b\n",
    "a: `b`\n",
    "a: %b\n",
    "a: b\nc\n",
    "a\nb: c\n",
    "a:\n  b: 1\n c\n",
    "a: - b\n",
    "a: [- b]\n",
    "a: [-]\n",
    "a: ? b\n",
    "a: \"\\d\"\n",
    "a: \"\\u12\"\n",
    "a: \"\\ud83d\\ude00\"\n",
    "a: b]\nc: ]\n",
    "a: |\n   b\n  c\n",
    "a: >\n  b\n c\n",
    "a: b # c\n  d\n",
    "a: *b\n",
    "a: [**/b c, d] # e\n",
    "a: &b c\nd: *b\n",
    "a:\n  b: >\n    c\n  && d\n",
    "a:\n  b: >\n    c\n  || d\n",
    "a: >\n  b\n\t&& c\n",
    "a: {% if b %}\n",
    "a: |x\n  b\n",
    "a: b\n--- c: d\n",
    "a: b\n... c\n",
    "- a\nb: c\n",
    "a: b\n- c\n",
    "%YAML\n---\na: b\n",
    "a: {b: c}}\n",
    "a: \"b\": c\n",
    "a:b\nc: d\n",
];

/// Diagnostics of them, each behind its text.
const MISTAKES_TOLD: &str = r#"a:
	b: 1
2:1-2:2: error[yaml-syntax] a tab stands where YAML needs spaces
    help: indent with spaces, not with tabs

a:
  b: 1
	c: 2
3:1-3:2: error[yaml-syntax] a tab stands where YAML needs spaces
    help: indent with spaces, not with tabs

a: "b
c: d
1:4-1:5: error[yaml-syntax] the text in quotes that begins here is not closed, or goes on without indentation
    help: close the quotes, or indent the lines of the text

a: 'b
c: d
1:4-1:5: error[yaml-syntax] the text in quotes that begins here is not closed, or goes on without indentation
    help: close the quotes, or indent the lines of the text

a: "b
---
c: d
1:4-1:5: error[yaml-syntax] the text in quotes that begins here is not closed before its document ends
    help: close the quotes; no line inside begins with `---` or `...`

a: "b" c
1:8-1:9: error[yaml-syntax] the text in quotes ends before this, and more follows it
    help: put the whole value in single quotes, or on its own lines after `>`

a: b: c
1:5-1:6: error[yaml-syntax] a `:` is not expected here
    help: quote text that has `: ` in it; keys of one mapping stand below each other

a: 1
  b: 2
2:4-2:5: error[yaml-syntax] a `:` is not expected here
    help: quote text that has `: ` in it; keys of one mapping stand below each other

a:
    b: 1
  c: 2
3:3-3:4: error[yaml-syntax] this line is not part of the mapping above it
    help: indent keys of one mapping alike, and text of several lines deeper than its key; quote a value that begins with a quote or bracket

a:
  - b
 - c
3:2-3:3: error[yaml-syntax] this line is not part of the mapping above it
    help: indent keys of one mapping alike, and text of several lines deeper than its key; quote a value that begins with a quote or bracket

a:
  - b
  c: d
3:3-3:4: error[yaml-syntax] this line is not part of the list above it
    help: begin each item with `- ` in one column, and indent what belongs to an item below its text

a:
  - b: c
   assert: d
3:4-3:5: error[yaml-syntax] this line is not part of the list above it
    help: begin each item with `- ` in one column, and indent what belongs to an item below its text

a: [b, c
d: e
2:2-2:3: error[yaml-syntax] a `:` is not expected here
    help: close each `[` and `{` that is open, or quote text that has a `:` in it

a: {b: c
d: e
2:2-2:3: error[yaml-syntax] a `,` or `}` is missing before this
    help: close it with `}`, or put a `,` between its entries

a: [
1:5-1:6: error[yaml-syntax] a value is missing here
    help: write one, and close each `[` and `{` that is open

a: @b
1:4-1:5: error[yaml-syntax] text that begins with this character must be in quotes
    help: put the text in quotes

a: `b`
1:4-1:5: error[yaml-syntax] text that begins with this character must be in quotes
    help: put the text in quotes

a: %b
1:4-1:5: error[yaml-syntax] text that begins with this character must be in quotes
    help: put the text in quotes

a: b
c
2:2-2:3: error[yaml-syntax] this is not `key: value`
    help: put `: ` behind the key; text of several lines stands after `>` or `|`, indented

a
b: c
1:1-1:2: error[wrong-type] a document must be a mapping, but this is a scalar
    help: start with `apiVersion: cloudcorrect.dev/v1` and `kind`
2:2-2:3: error[yaml-syntax] a `:` is not expected here
    help: quote text that has `: ` in it; keys of one mapping stand below each other

a:
  b: 1
 c
3:2-3:3: error[yaml-syntax] this line is not part of the mapping above it
    help: indent keys of one mapping alike, and text of several lines deeper than its key; quote a value that begins with a quote or bracket

a: - b
1:4-1:5: error[yaml-syntax] a list cannot begin here
    help: put its first `- ` on a line of its own

a: [- b]
1:5-1:6: error[yaml-syntax] a `- ` stands inside brackets
    help: write the list as `[a, b]`, or without brackets and each item on its own line

a: [-]
1:5-1:6: error[yaml-syntax] text begins with `-` and a bracket
    help: write `- ` for an item of a list, or quote the text

a: ? b
1:4-1:5: error[yaml-syntax] a `? ` is not expected here
    help: quote text that begins with `?`

a: "\d"
1:4-1:5: error[yaml-syntax] double quotes do not know this escape
    help: write `\\` for a backslash, or use single quotes

a: "\u12"
1:4-1:5: error[yaml-syntax] an escape has too few digits
    help: write `\x` with two, `\u` with four and `\U` with eight digits from 0 to f

a: "\ud83d\ude00"
1:4-1:5: error[yaml-syntax] an escape stands for no character
    help: write the character itself, or one escape for it such as `\U0001f600`: YAML has no pairs

a: b]
c: ]
2:4-2:5: error[yaml-syntax] a bracket is closed that is not open
    help: remove it, or quote the text

a: |
   b
  c
3:3-3:4: error[yaml-syntax] this line is not part of the mapping above it
    help: indent keys of one mapping alike, and text of several lines deeper than its key; quote a value that begins with a quote or bracket

a: >
  b
 c
3:2-3:3: error[yaml-syntax] this line is not part of the mapping above it
    help: indent keys of one mapping alike, and text of several lines deeper than its key; quote a value that begins with a quote or bracket

a: b # c
  d
1:6-1:7: error[yaml-syntax] a comment stands inside a text of several lines
    help: put the text after `>`, and the comment before it

a: *b
1:4-1:6: error[alias] text that begins with `*` stands in quotes: YAML reads `*b` as an alias
    help: write it as `"*b"`

a: [**/b c, d] # e
1:5-1:9: error[alias] text that begins with `*` stands in quotes: YAML reads `**/b` as an alias
    help: write it as `"**/b c"`

a: &b c
d: *b
1:4-1:6: error[anchor] anchors are not allowed, and YAML reads `&b` as one
    help: remove it, and write out what refers to it
2:4-2:6: error[alias] aliases are not allowed
    help: write the value out

a:
  b: >
    c
  && d
4:3-4:5: error[yaml-syntax] `&&` begins a line that is indented less than the text above it
    help: indent it as deep as the first line of the text

a:
  b: >
    c
  || d
4:3-4:5: error[yaml-syntax] `||` begins a line that is indented less than the text above it
    help: indent it as deep as the first line of the text

a: >
  b
	&& c
3:1-3:2: error[yaml-syntax] a tab stands before `&&`, where YAML needs spaces
    help: indent with spaces, as deep as the line above it

a: {% if b %}
1:4-1:14: error[yaml-syntax] `{% if b %}` is a template, which nobody fills in here
    help: commit what it stands for: policies are read as they are committed

a: |x
  b
1:4-1:5: error[yaml-syntax] text follows `|` or `>` on its line
    help: begin the text on the next line, indented; or quote it

a: b
--- c: d
2:5-2:6: error[wrong-type] a document must be a mapping, but this is a scalar
    help: start with `apiVersion: cloudcorrect.dev/v1` and `kind`
2:6-2:7: error[yaml-syntax] a `:` is not expected here
    help: quote text that has `: ` in it; keys of one mapping stand below each other

a: b
... c
2:5-2:6: error[yaml-syntax] text follows `...`, which ends a document
    help: quote it, or begin another document with a line `---`

- a
b: c
2:1-2:2: error[yaml-syntax] this line is not part of the list above it
    help: begin each item with `- ` in one column, and indent what belongs to an item below its text

a: b
- c
2:3-2:4: error[yaml-syntax] this line is not part of the mapping above it
    help: indent keys of one mapping alike, and text of several lines deeper than its key; quote a value that begins with a quote or bracket

%YAML
---
a: b
1:1-1:2: error[yaml-syntax] the file is not YAML: while scanning a YAML directive, did not find expected version number

a: {b: c}}
1:10-1:11: error[yaml-syntax] a bracket is closed that is not open
    help: remove it, or quote the text

a: "b": c
1:7-1:8: error[yaml-syntax] a `:` is not expected here
    help: quote text that has `: ` in it; keys of one mapping stand below each other

a:b
c: d
1:1-1:4: error[wrong-type] a document must be a mapping, but this is a scalar
    help: start with `apiVersion: cloudcorrect.dev/v1` and `kind`
1:2-1:3: error[yaml-syntax] there is no space after the `:` of `a`
    help: write `a: `"#;

#[test]
fn mistakes_of_yaml_are_told_with_what_to_do() {
    let told = MISTAKES.map(|text| format!("{text}{}", odd(read(text))));
    assert_eq!(told.join("\n\n"), MISTAKES_TOLD);
}

/// So many texts in a row.
fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().concat()
}

/// A check type with a parameter and as many checks that use it.
fn used(parameter: &str, rest: &str, count: usize) -> String {
    let uses: String = many(count, |n| format!("    - {{ id: c{n}, uses: team/x }}\n"));
    let check_type = format!(
        "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: {{ name: team/x }}
spec:
  description: D.
  title: \"{{p}}\"
  severity: low
  parameters: {{ p: {parameter} }}
  select: AWS::S3::Bucket
{rest}  assert: tag(params.p) == null
---
"
    );
    check_type + &group(&uses)
}

#[test]
fn uses_of_check_types_cost_as_much_as_what_they_stand_for() {
    let many = problems(&used("{ description: D., default: a }", "", 2_000));
    assert_eq!(many, "");
    let long = format!("{{ description: D., default: {} }}", "x".repeat(10_000));
    let told = problems(&used(&long, "", 2_000));
    assert!(told.contains("error[too-many-uses]"), "{}", told.get(..200).unwrap_or(&told));
    assert_eq!(told.matches("error[too-many-problems]").count(), 1);
}

#[test]
fn titles_quote_parameters_in_short() {
    let long = format!("{{ description: D., default: {} }}", "x".repeat(100_000));
    let reading = read(&used(&long, "", 1));
    assert!(reading.is_clean(), "{:?}", reading.diagnostics);
    let title = &reading.policies.groups["storage"].checks[0].title;
    assert_eq!(*title, format!("{}…", "x".repeat(60)));
}

#[test]
fn names_of_let_and_parameters_are_few() {
    let names = |count: usize| -> String {
        many(count, |n| format!("n{n}: {{ select: \"AWS::EC2::VPC\" }}, "))
    };
    let check = |count| {
        let used = many(count, |n| format!("n{n}, "));
        let declaring =
            format!("let: {{ {} }}\n      where: '[{used}] != []'\n      assert:", names(count));
        CHECK.replace("assert:", &declaring)
    };
    assert_eq!(problems(&group(&check(100))), "");
    let told = problems(&group(&check(101)));
    assert!(told.contains("[too-many-names] `let` has 101 names, and 100 are the most"), "{told}");
    let parameters = many(101, |n| format!("q{n}: {{ description: D. }}, "));
    let text = used("{ description: D., default: a }", "", 0)
        .replace("parameters: { ", &format!("parameters: {{ {parameters}"));
    let told = problems(&text);
    assert!(told.contains("[too-many-names] `parameters` has 102 names"), "{told}");
}

#[test]
fn hostile_json_is_refused_at_once() {
    let cases = [
        (Code::TooDeep, "[".repeat(1_000_000)),
        (Code::TooDeep, "{\"a\":".repeat(100_000)),
        (Code::TooManyNodes, format!("[{}1]", "1,".repeat(200_000))),
        (Code::TooManyProblems, format!("{{{}\"a\":1}}", "\"a\":1,".repeat(10_000))),
        (Code::TooManyProblems, format!("[\"{}\"]", "\\ud83d".repeat(10_000))),
        (Code::JsonSyntax, "\"".to_owned()),
        (Code::Nul, "{\"a\": 1\0}".to_owned()),
    ];
    for (code, text) in cases {
        let reading = PolicySet::read(&[SourceFile::new("x.json", text.as_bytes())]);
        let codes: Vec<_> = reading.diagnostics.iter().map(|found| found.code).collect();
        assert!(codes.contains(&code), "{code}: {:?}", codes.first());
        assert!(codes.len() <= 502, "{code}");
    }
}

/// Places in a line count from its start, wherever in it they are.
#[test]
fn nodes_of_a_long_line_are_told_at_their_places() {
    let items = "a, ".repeat(20_000);
    let told = problems(&format!("[{items}*x]\n"));
    assert!(told.contains("1:60002-1:60004: error[alias]"), "{told}");
}

#[test]
fn what_no_case_goes_by_is_read_all_the_same() {
    let case = |name: &str, more: &str| {
        format!("    - {{ name: {name}, expect: {{ notSelected: [b] }}{more} }}\n")
    };
    let told = |cases: &str| {
        problems(&format!(
            "{}---\napiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: {{ name: t }}\nspec:\n  \
             check: storage/a\n  now: never\n  unlisted: {{ AWS::EC2::VPC: denied }}\n  \
             given: {{ AWS::S3::Bucket: [{{ BucketName: b }}] }}\n  cases:\n{cases}",
            group(
                "    - { id: a, select: AWS::S3::Bucket, where: resource.BucketName == \"a\", assert: resource.BucketName != \"b\" }\n"
            )
        ))
    };
    let own = ", now: 2026-01-31T00:00:00Z, unlisted: { AWS::EC2::VPC: access_denied }";
    let by_none = told(&(case("c", own) + &case("d", own)));
    assert!(by_none.contains("error[invalid-instant] `never` is no instant"), "{by_none}");
    assert!(by_none.contains("`denied`"), "{by_none}");
    // However many go by it, it is told once.
    assert_eq!(told(&(case("c", "") + &case("d", ""))), by_none);
}

#[test]
fn what_is_given_in_all_cases_counts_in_each() {
    let given: String =
        (0..200).map(|n| format!("{{ BucketName: a{n} }}")).collect::<Vec<_>>().join(", ");
    let cases = "    - expect: { notSelected: [a1] }\n".repeat(200);
    let text = format!(
        "{}---\napiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: {{ name: t }}\nspec:\n  \
         check: storage/a\n  given: {{ AWS::S3::Bucket: [{given}] }}\n  cases:\n{cases}",
        group("    - { id: a, select: AWS::S3::Bucket, assert: resource.BucketName != \"b\" }\n")
    );
    let told = problems(&text);
    let told = told.matches("[too-many-resources] the tests of this file give").count();
    assert_eq!(told, 1);
}

#[test]
fn a_document_without_a_mark_before_it_is_told_once() {
    let account = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: a }\n\
                   spec: { aws: { accountId: 123456789012, regions: [us-east-1] } }\n";
    let told = |second: &str| odd(read(&format!("{account}{second}")));
    let group = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: g }\n";
    insta::assert_snapshot!(told(group), @"
    5:1-5:11: error[duplicate-key] another document begins here: `apiVersion` is there twice
        help: write a line `---` before it
    ");
    insta::assert_snapshot!(told("kind: Group\napiVersion: cloudcorrect.dev/v1\n"), @"
    5:1-5:5: error[duplicate-key] another document begins here: `kind` is there twice
        help: write a line `---` before it
    ");
    insta::assert_snapshot!(told("spec: {}\n"), @"
    5:1-5:5: error[duplicate-key] key `spec` is there twice
        4: the first one is here
    ");
}

#[test]
fn a_template_is_told_as_what_it_is() {
    let told = |name: &str| {
        odd(read(&format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: {{ name: a }}\n\
             spec: {{ aws: {{ accountId: {name}, regions: [us-east-1] }} }}\n"
        )))
    };
    insta::assert_snapshot!(told("{{ .Values.account }}"), @"
    4:27-4:48: error[yaml-syntax] `{{ .Values.account }}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed
    ");
    insta::assert_snapshot!(told("{ {}: 1 }"), @"
    4:27-4:28: error[wrong-type] `accountId` is a mapping, but must be text
        help: Twelve digits.
    4:29-4:30: error[key] a key must be text
    ");
}

#[test]
fn a_comma_in_an_expression_without_quotes_is_told_once() {
    let told = |check: &str| {
        odd(read(&format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: g }}\nspec:\n  \
             checks:\n    - {check}\n"
        )))
    };
    let select = "id: a, select: AWS::S3::Bucket";
    insta::assert_snapshot!(told(&format!("{{ {select}, assert: statements(resource.Policy).all(s, s.Effect == \"Deny\", true) }}")), @"
    3:19-3:20: error[no-account] group `g` selects no account
        help: add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` and `regions`
    6:82-6:83: error[yaml-syntax] a `,` ends `assert` here, in the middle of its expression
        help: quote the expression as a whole, or put it on its own lines after `>`
    ");
    insta::assert_snapshot!(told(&format!("{{ {select}, where: glob(tag(\"a\"), \"b\"), assert: tag(\"b\") == null }}")), @"
    6:66-6:67: error[yaml-syntax] the text in quotes ends before this, and more follows it
        help: quote the expression as a whole, or put it on its own lines after `>`
    ");
    insta::assert_snapshot!(told(&format!("{{ {select}, assert: tag(\"b\") in [\"c\", \"d\"] }}")), @"
    6:61-6:62: error[yaml-syntax] a `,` or `}` is missing before this
        help: quote the expression as a whole, or put it on its own lines after `>`
    ");
    insta::assert_snapshot!(told("{ id: c, title: \"a {{ b }} c\", select: AWS::S3::Bucket, assert: tag(\"a\") in [\"b\"] }"), @"
    6:83-6:84: error[yaml-syntax] a `,` or `}` is missing before this
        help: quote the expression as a whole, or put it on its own lines after `>`
    ");
    insta::assert_snapshot!(told("{ id: c, title: \"{{ b }}\", select: AWS::S3::Bucket, assert: {{ d }} }"), @"
    3:19-3:20: error[no-account] group `g` selects no account
        help: add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` and `regions`
    6:67-6:74: error[yaml-syntax] `{{ d }}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed
    ");
    insta::assert_snapshot!(told("{ id: c, title: \"{% b %}\", select: AWS::S3::Bucket, assert: {{ d }} in [\"b\"] }"), @"
    6:67-6:74: error[yaml-syntax] `{{ d }}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed
    ");
    insta::assert_snapshot!(told(&format!("{{ {select}, assert: tag(\"b\") == null, asert }}")), @"
    3:19-3:20: error[no-account] group `g` selects no account
        help: add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` and `regions`
    6:67-6:72: error[unknown-key] an item of `checks` has no `asert`
        help: did you mean `assert`?
    ");
}

#[test]
fn a_key_at_the_wrong_level_is_told_where_it_belongs() {
    let text = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nseverity: high\n\
                metadata: { name: g, mode: audit }\nspec:\n  kind: Group\n  labels: { a: b }\n  \
                checks:\n    - { id: a, select: AWS::S3::Bucket, assert: tag(\"b\") == null, every: 1d }\n";
    insta::assert_snapshot!(odd(read(text)), @"
    3:1-3:9: error[unknown-key] the document has no `severity`
        help: it belongs in an item of `spec.checks`
    4:19-4:20: error[no-account] group `g` selects no account
        help: add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` and `regions`
    4:22-4:26: error[unknown-key] `metadata` has no `mode`
        help: it belongs under `spec`
    6:3-6:7: error[unknown-key] `spec` has no `kind`
        help: known here: `description`, `owner`, `accounts`, `schedule`, `mode`, `enforce`, `suspend`, `checks`, `packs`
    7:3-7:9: error[unknown-key] `spec` has no `labels`
        help: it belongs under `metadata`
    9:67-9:72: error[unknown-key] an item of `checks` has no `every`
        help: it belongs under `spec.schedule`
    ");
}

#[test]
fn a_key_that_is_like_one_or_stands_elsewhere_already_belongs_nowhere_else() {
    let text = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: g }\nspec:\n  \
                accounts: { name: prod, labels: { a: b } }\n  aws: { id: 1 }\n  checks:\n    - { id: a, \
                name: b, select: AWS::S3::Bucket, assert: tag(\"b\") == null, severity: high }\n    \
                - { id: b, select: AWS::S3::Bucket, assert: tag(\"b\") == null }\n  severity: low\n  \
                id: a\n---\napiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: { name: t }\nspec:\n  \
                check: g/a\n  given: { AWS::S3::Bucket: [] }\n  expect: { check: g/a, labels: {}, uses: x }\n\
                ---\napiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: a }\nspec: { aws: \
                { id: 123456789012, regions: [eu-west-1] } }\n";
    insta::assert_snapshot!(odd(read(text)), @"
    5:15-5:19: error[unknown-key] `accounts` has no `name`
        help: did you mean `names`?
    5:27-5:33: error[unknown-key] `accounts` has no `labels`
        help: did you mean `matchLabels`?
    6:3-6:6: error[unknown-key] `spec` has no `aws`
        help: it belongs under `spec`, in a document of kind `Account`
    8:16-8:20: error[unknown-key] an item of `checks` has no `name`
        help: known here: `id`, `title`, `severity`, `formerly`, `uses`, `with`, `compliance`, `remediation`, `maxAge`, `select`, `let`, `where`, `assert`, `assertAll`, `scope`, `onEmpty`
    10:3-10:11: error[unknown-key] `spec` has no `severity`
        help: it belongs in an item of `spec.checks`
    11:3-11:5: error[unknown-key] `spec` has no `id`
        help: known here: `description`, `owner`, `accounts`, `schedule`, `mode`, `enforce`, `suspend`, `checks`, `packs`
    19:13-19:18: error[unknown-key] `expect` has no `check`
        help: it belongs under `spec`, where there is one already
    19:25-19:31: error[unknown-key] `expect` has no `labels`
        help: it belongs under `metadata`
    19:37-19:41: error[unknown-key] `expect` has no `uses`
        help: it belongs under `spec`
    24:16-24:18: error[unknown-key] `aws` has no `id`
        help: did you mean `accountId`?
    ");
}

#[test]
fn a_key_that_stands_twice_or_in_another_kind_is_told_its_home() {
    let text = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: g, schedule: { every: 1d } }\n\
                spec:\n  schedule: { every: 1h }\n  mode: audit\n  regions: [eu-west-1]\n  select: \
                AWS::S3::Bucket\n  title: x\n  checks:\n    - { id: a, select: AWS::S3::Bucket, assert: \
                tag(\"b\") == null, mode: audit, owner: x }\n---\n\
                apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: a }\nspec:\n  regions: \
                [eu-west-1]\n  mode: audit\n  expires: 2026-12-31\n  checks: []\n  aws: { accountId: 123456789012, \
                regions: [eu-west-1] }\n";
    insta::assert_snapshot!(odd(read(text)), @"
    3:22-3:30: error[unknown-key] `metadata` has no `schedule`
        help: it belongs under `spec`, where there is one already
    7:3-7:10: error[unknown-key] `spec` has no `regions`
        help: it belongs under `spec.aws`, in a document of kind `Account`
    8:3-8:9: error[unknown-key] `spec` has no `select`
        help: it belongs in an item of `spec.checks`, where there is one already
    9:3-9:8: error[unknown-key] `spec` has no `title`
        help: it belongs in an item of `spec.checks`
    11:67-11:71: error[unknown-key] an item of `checks` has no `mode`
        help: it belongs under `spec`, where there is one already
    11:80-11:85: error[unknown-key] an item of `checks` has no `owner`
        help: it belongs under `spec`
    17:3-17:10: error[unknown-key] `spec` has no `regions`
        help: known here: `aws`, `inventory`
    18:3-18:7: error[unknown-key] `spec` has no `mode`
        help: it belongs under `spec`, in a document of kind `Group`
    19:3-19:10: error[unknown-key] `spec` has no `expires`
        help: it belongs under `spec`, in a document of kind `Waiver`
    20:3-20:9: error[unknown-key] `spec` has no `checks`
        help: known here: `aws`, `inventory`
    ");
}
