//! Slips of YAML around expressions: each is told as what it is, at its line, and what the help says
//! is valid when it is typed.

use std::fmt::Write;

use super::*;

/// Lines of a check behind its `select`, or with another way of its own.
fn check(written: &str) -> String {
    group(&format!("    - id: a\n      select: AWS::EC2::Volume\n{written}"))
}

/// What is told of each, behind the lines that it is told of.
fn all(cases: &[&str], whole: impl Fn(&str) -> String) -> String {
    let mut told = String::new();
    for case in cases {
        let found = problems(&whole(case));
        writeln!(told, "{case}\n{found}\n").expect("room");
    }
    told
}

#[test]
fn a_line_that_begins_with_an_operator_belongs_to_the_text_above_it() {
    let block =
        |line: &str| check(&format!("      assert: >\n        tag(\"a\") != null\n      {line}\n"));
    let signs = [
        "&& true",
        "|| true",
        ")",
        "+ \"x\" == \"y\"",
        "== \"b\"",
        "!= \"b\"",
        ">= 3",
        "< 3",
        "- 3",
        "* 3",
        "/ 3",
        "% 3",
        ".exists(x, true)",
        "in [\"a\"]",
        "? true : false",
        ": true",
        ", 3",
        "// why",
    ];
    for sign in signs {
        for text in [block(sign), block(&format!("{sign}\n        && true"))] {
            let told = problems(&text);
            let begun =
                told.contains("18:7-18:") && told.contains("begins a line that is indented less");
            assert!(begun && told.lines().count() == 2, "{sign}: {told}");
        }
        let deeper = format!("      assert: >\n        tag(\"a\") != null\n        {sign}\n");
        assert!(!problems(&check(&deeper)).contains("indented less"), "{sign}");
    }
    insta::assert_snapshot!(problems(&block("== \"b\"")), @"
    18:7-18:9: error[yaml-syntax] `==` begins a line that is indented less than the text above it
        help: indent it as deep as the first line of the text
    ");
    insta::assert_snapshot!(problems(&check("      assert: tag(\"a\")\n      != null\n")), @"
    17:7-17:9: error[yaml-syntax] `!=` begins a line that is indented less than the text above it
        help: indent it deeper than `assert`
    ");
    assert_eq!(problems(&check("      assert: tag(\"a\")\n       != null\n")), "");
    let list = "      assert: >\n        tag(\"a\") in [\"b\"\n      ]\n";
    assert!(problems(&check(list)).contains("18:7-18:8: error[yaml-syntax] `]` begins a line"));
    let item = "      assert: tag(\"a\") == null\n     - id: b\n";
    assert!(!problems(&check(item)).contains("begins a line"));
    let flow = "    - { id: a,\n        assert: x\n      ]\n";
    assert!(!problems(&group(flow)).contains("begins a line"));
    // A text that is no expression goes on with words.
    let title =
        problems(&check("      title: a\n      == \"b\"\n      assert: tag(\"a\") != null\n"));
    assert!(!title.contains("begins a line"), "{title}");
}

#[test]
fn a_comment_ends_a_text_or_is_no_part_of_an_expression() {
    let cases = [
        "      assert: tag(\"a\") == null # why\n        && tag(\"b\") != null\n",
        "      assert: tag(\"a\") == null\n        # why\n        && tag(\"b\") != null\n",
        "      assert: |\n        tag(\"a\") == null\n      # why\n        && tag(\"b\") != null\n",
        "      assert: >\n        tag(\"a\") == null\n      // why\n        && tag(\"b\") != null\n",
        "      assert: >\n        tag(\"a\") == null\n        # why\n        && tag(\"b\") != null\n",
        "      assert: |\n        tag(\"a\") == null\n        # why\n        && tag(\"b\") != null\n",
        "      title: one # why\n        two\n      assert: tag(\"a\") != null\n",
    ];
    insta::assert_snapshot!(all(&cases, check), @r#"
          assert: tag("a") == null # why
            && tag("b") != null

    16:32-16:33: error[yaml-syntax] a comment stands inside a text of several lines
        help: put the expression on its own lines after `|`, and begin a comment in it with `//`

          assert: tag("a") == null
            # why
            && tag("b") != null

    17:9-17:10: error[yaml-syntax] this comment ends the text above it
        help: put the expression on its own lines after `|`, and begin a comment in it with `//`

          assert: |
            tag("a") == null
          # why
            && tag("b") != null

    18:7-18:8: error[yaml-syntax] this comment ends the text above it
        help: put the expression on its own lines after `|`, and begin a comment in it with `//`

          assert: >
            tag("a") == null
          // why
            && tag("b") != null

    18:7-18:9: error[yaml-syntax] `//` begins a line that is indented less than the text above it
        help: indent it as deep as the first line of the text

          assert: >
            tag("a") == null
            # why
            && tag("b") != null

    18:9-18:10: error[expression-syntax] `#` is not expected here
        help: put it above the key; or use `|`, where a comment begins with `//`

          assert: |
            tag("a") == null
            # why
            && tag("b") != null

    18:9-18:10: error[expression-syntax] `#` is not expected here
        help: a comment begins with `//`

          title: one # why
            two
          assert: tag("a") != null

    16:18-16:19: error[yaml-syntax] a comment stands inside a text of several lines
        help: put the text after `>`, and the comment before it
    "#);
    for right in [
        "      assert: |\n        tag(\"a\") == null\n        // why\n        && tag(\"b\") != null\n",
        "      # why\n      assert: >\n        tag(\"a\") == null\n        && tag(\"b\") != null\n",
        "      # why\n      title: >\n        one\n        two\n      assert: tag(\"a\") != null\n",
    ] {
        assert_eq!(problems(&check(right)), "", "{right}");
    }
}

#[test]
fn keys_and_items_without_a_space_are_told_at_their_lines() {
    let assert = "      assert: tag(\"a\") != null\n";
    let cases = [
        "    - id: a\n      select:AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    - id: a\n      select: AWS::EC2::Volume\n      assert:tag(\"a\") != null\n",
        "    - id: a\n      select:\u{a0}AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    - id: a\n      severity:high\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    -id: a\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    - id:\ta\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    - id: a\n      title: “T: x”\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
    ];
    insta::assert_snapshot!(all(&cases, group), @r#"
        - id: a
          select:AWS::EC2::Volume
          assert: tag("a") != null

    15:13-15:14: error[yaml-syntax] there is no space after the `:` of `select`
        help: write `select: `

        - id: a
          select: AWS::EC2::Volume
          assert:tag("a") != null

    16:13-16:14: error[yaml-syntax] there is no space after the `:` of `assert`
        help: write `assert: `

        - id: a
          select: AWS::EC2::Volume
          assert: tag("a") != null

    15:14-15:15: error[yaml-syntax] U+00A0 stands behind `select:`, which looks like a space only
        help: write `select: `, with a plain space

        - id: a
          severity:high
          select: AWS::EC2::Volume
          assert: tag("a") != null

    15:15-15:16: error[yaml-syntax] there is no space after the `:` of `severity`
        help: write `severity: `

        -id: a
          select: AWS::EC2::Volume
          assert: tag("a") != null

    14:5-14:6: error[yaml-syntax] there is no space after the `-` of a list
        help: write `- `, or quote the text

        - id:	a
          select: AWS::EC2::Volume
          assert: tag("a") != null

    14:10-14:11: error[yaml-syntax] there is a tab after the `:`, where only a space is read
        help: write a space in its place

        - id: a
          title: “T: x”
          select: AWS::EC2::Volume
          assert: tag("a") != null

    15:14-15:15: error[yaml-syntax] `“` is no quote of YAML
        help: write straight quotes, `"` or `'`, around the text
    "#);
    assert_eq!(problems(&check(assert)), "");
    // An address in a text of several lines is no key.
    let told = problems(&check("      title: see\n        http://example.com\n       x: y\n"));
    assert!(!told.contains("`http`"), "{told}");
}

#[test]
fn what_begins_with_a_star_is_quoted_as_yaml_reads_it() {
    let titles = [
        "*say",
        "*say \"hi\"*",
        "*a\\d*",
        "*it's \"x\"*",
        "*it's*",
        "*a b # why",
        "*a: b",
        "*a\n        b c",
        "*a `b`",
    ];
    let title =
        |title: &str| check(&format!("      title: {title}\n      assert: tag(\"a\") != null\n"));
    insta::assert_snapshot!(all(&titles, title), @r#"
    *say
    16:14-16:18: error[alias] text that begins with `*` stands in quotes: YAML reads `*say` as an alias
        help: write it as `"*say"`

    *say "hi"*
    16:14-16:18: error[alias] text that begins with `*` stands in quotes: YAML reads `*say` as an alias
        help: write it as `'*say "hi"*'`

    *a\d*
    16:14-16:19: error[alias] text that begins with `*` stands in quotes: YAML reads `*a\d*` as an alias
        help: write it as `'*a\d*'`

    *it's "x"*
    16:14-16:19: error[alias] text that begins with `*` stands in quotes: YAML reads `*it's` as an alias
        help: write it as `'*it''s "x"*'`

    *it's*
    16:14-16:20: error[alias] text that begins with `*` stands in quotes: YAML reads `*it's*` as an alias
        help: write it as `"*it's*"`

    *a b # why
    16:14-16:16: error[alias] text that begins with `*` stands in quotes: YAML reads `*a` as an alias
        help: write it as `"*a b"`

    *a: b
    16:14-16:17: error[alias] text that begins with `*` stands in quotes: YAML reads `*a:` as an alias
        help: write it as `"*a: b"`

    *a
            b c
    16:14-16:16: error[alias] text that begins with `*` stands in quotes: YAML reads `*a` as an alias
        help: put all of it in single quotes, and write a `'` inside as `''`

    *a `b`
    16:14-16:16: error[alias] text that begins with `*` stands in quotes: YAML reads `*a` as an alias
        help: put all of it in single quotes, and write a `'` inside as `''`
    "#);
    for written in titles {
        let told = problems(&title(written));
        let Some((_, quoted)) = told.split_once("help: write it as `") else { continue };
        let quoted = quoted.lines().next().expect("a line").trim_end_matches('`');
        assert_eq!(problems(&title(quoted)), "", "{written} became {quoted}");
    }
    let key = problems("a:\n  *.example.com: x\n");
    assert!(key.contains("write it as `\"*.example.com\"`"), "{key}");
}

#[test]
fn what_separates_no_documents_is_named() {
    let account = ACCOUNT.trim_end_matches("---\n");
    let between = |mark: &str| {
        let other = account.replace("name: prod", "name: other");
        problems(&format!("{account}{mark}\n{other}"))
    };
    let marks =
        ["----", "--", "  ---", "—", "<<<<<<< HEAD", "=======", ">>>>>>> other", "||||||| base"];
    let told: Vec<String> =
        marks.iter().map(|mark| format!("{mark}\n{}\n", between(mark))).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    ----
    6:1-6:5: error[yaml-syntax] `----` separates no documents
        help: between two documents stands a line `---`, from its first column on

    --
    6:1-6:3: error[yaml-syntax] `--` separates no documents
        help: between two documents stands a line `---`, from its first column on

      ---
    6:3-6:6: error[yaml-syntax] `---` is indented, and so separates no documents
        help: between two documents stands a line `---`, from its first column on

    —
    6:1-6:2: error[yaml-syntax] `—` separates no documents
        help: between two documents stands a line `---`, from its first column on

    <<<<<<< HEAD
    6:1-6:13: error[yaml-syntax] `<<<<<<<` marks a conflict of a merge that is not resolved
        help: keep one of the sides, and remove the lines that mark them

    =======
    6:1-6:8: error[yaml-syntax] `=======` marks a conflict of a merge that is not resolved
        help: keep one of the sides, and remove the lines that mark them

    >>>>>>> other
    6:1-6:14: error[yaml-syntax] `>>>>>>>` marks a conflict of a merge that is not resolved
        help: keep one of the sides, and remove the lines that mark them

    ||||||| base
    6:1-6:13: error[yaml-syntax] `|||||||` marks a conflict of a merge that is not resolved
        help: keep one of the sides, and remove the lines that mark them
    ");
    for told in marks.map(between) {
        assert_eq!(told.matches("error[").count(), 1, "{told}");
    }
    assert_eq!(problems(&format!("{account}---\n")), "");
}

#[test]
fn a_template_is_one_problem() {
    let cases = [
        "    - {{ include }}\n",
        "    - id: {{ x }}\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    - { id: ${ID}, select: \"AWS::EC2::Volume\", assert: 'tag(\"a\") != null' }\n",
        "    - id: a\n      severity: ${SEVERITY}\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    - id: a\n      title: <%= title %>\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != null\n",
        "    - id: a\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != {{ .x }}\n",
        "    - id: a\n      select: AWS::EC2::Volume\n      assert: tag(\"a\") != ${X}\n",
    ];
    insta::assert_snapshot!(all(&cases, group), @r#"
        - {{ include }}

    14:7-14:20: error[yaml-syntax] `{{ include }}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed

        - id: {{ x }}
          select: AWS::EC2::Volume
          assert: tag("a") != null

    14:11-14:18: error[yaml-syntax] `{{ x }}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed

        - { id: ${ID}, select: "AWS::EC2::Volume", assert: 'tag("a") != null' }

    14:13-14:18: error[yaml-syntax] `${ID}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed

        - id: a
          severity: ${SEVERITY}
          select: AWS::EC2::Volume
          assert: tag("a") != null

    15:17-15:28: error[yaml-syntax] `${SEVERITY}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed

        - id: a
          title: <%= title %>
          select: AWS::EC2::Volume
          assert: tag("a") != null

    15:14-15:26: error[yaml-syntax] `<%= title %>` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed

        - id: a
          select: AWS::EC2::Volume
          assert: tag("a") != {{ .x }}

    16:27-16:35: error[expression-syntax] `{{ .x }}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed

        - id: a
          select: AWS::EC2::Volume
          assert: tag("a") != ${X}

    16:27-16:31: error[expression-syntax] `${X}` is a template, which nobody fills in here
        help: commit what it stands for: policies are read as they are committed
    "#);
    let account = |id: &str| {
        problems(&group("").replace("accountId: 012345678901", &format!("accountId: {id}")))
    };
    for id in ["{{ x }}", "{{ .Values.account }}", "${ACCOUNT}", "<%= id %>"] {
        let told = account(id);
        assert!(told.contains(&format!("`{id}` is a template")), "{told}");
        assert!(!told.contains("Twelve digits") && !told.contains("twelve digits"), "{told}");
    }
    // In quotes they are texts, as the variables of IAM's policies are.
    let quoted = "    - id: a\n      title: \"${SEVERITY}\"\n      select: AWS::EC2::Volume\n      \
                  assert: tag(\"a\") == \"${aws:username}\"\n";
    assert_eq!(problems(&group(quoted)), "");
}

#[test]
fn a_tab_after_a_dash_is_refused_where_a_list_or_mapping_begins() {
    let at = |text: &str| {
        let file = SourceFile::new("x.yaml", text.as_bytes());
        let mut reading = PolicySet::read(std::slice::from_ref(&file));
        reading.diagnostics.retain(|found| found.code == Code::YamlSyntax);
        told(&reading)
    };
    insta::assert_snapshot!(at("a:\n  -\tid: x\n  - id: y\n"), @"
    2:4-2:5: error[yaml-syntax] there is a tab after the `-`, where YAML needs a space
        help: write a space in its place
    ");
    for good in [
        "- id: x\n",
        "-\tx\n",
        "- a -\tb\n",
        "-\t{ a: b }\n",
        "-\t[a, b]\n",
        "-\t\"x\"\n",
        "-\n  a: b\n",
    ] {
        assert_eq!(at(good), "", "{good}");
    }
}

#[test]
fn a_blank_that_is_no_space_is_told_where_it_indents() {
    let at = |text: &str| {
        let file = SourceFile::new("x.yaml", text.as_bytes());
        told(&PolicySet::read(std::slice::from_ref(&file)))
    };
    let lines = |blank: &str| {
        format!("spec:\n  checks:\n    - id: a\n{blank}title: b\n      severity: high\n")
    };
    insta::assert_snapshot!(at(&lines("\u{a0}     ")), @"
    4:1-4:2: error[invisible-character] U+00A0 stands in the indentation, which looks like a space only
        help: indent with plain spaces
    ");
    insta::assert_snapshot!(at(&lines("  \u{a0}\u{a0}\u{a0} ")), @"
    4:3-4:4: error[invisible-character] U+00A0 stands in the indentation, which looks like a space only
        help: indent with plain spaces
    ");
}
