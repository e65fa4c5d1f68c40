//! Help that is typed as it stands: what was wrong is no error any more.

use std::fmt::Write;

use super::super::{Expression, ExpressionKind, Problem};
use super::fixture::{problems, schema};
use crate::diagnostic::Level;

/// A text and the part of it in whose place the first words in backticks of its help stand.
const TYPED: [(&str, &str); 49] = [
    ("tag('x') in [30, 60]", "[30, 60]"),
    ("account in [123456789012, 012345678901]", "[123456789012, 012345678901]"),
    ("tag('x') in [true]", "[true]"),
    ("tag('x') in [1.5]", "[1.5]"),
    ("resource.Size in ['30', '60']", "['30', '60']"),
    ("resource.Enabled in ['true']", "['true']"),
    ("tag('x') in [resource.Size]", "tag('x')"),
    ("resource.Size in resource.Names", "resource.Size"),
    ("30 in resource.Names", "30"),
    ("true in resource.Names", "true"),
    ("'10.0.0.0/8' in resource.Ports", "'10.0.0.0/8' in resource.Ports"),
    ("resource.Names in ['a', 'b']", "resource.Names in ['a', 'b']"),
    ("tag('since') in [now]", "tag('since')"),
    ("tag('cost') in [duration('1d')]", "tag('cost')"),
    ("'a' in resource.Name", "'a' in resource.Name"),
    ("'env' in resource.Tags", "'env' in resource.Tags"),
    ("tag('public') == true", "true"),
    ("tag('public') != false", "false"),
    ("tag('public') == resource.Enabled", "resource.Enabled"),
    ("resource.Enabled == 'true'", "'true'"),
    ("resource.Name + true == 'atrue'", "true"),
    ("'size ' + resource.Size == 'size 3'", "resource.Size"),
    ("tag('cost') < duration('3d')", "tag('cost')"),
    ("age(resource.Created) < '3d'", "'3d'"),
    ("age(resource.Created) < 90", "90"),
    ("age(resource.Created) < resource.Size", "resource.Size"),
    ("resource.Created < duration('3d')", "resource.Created"),
    ("now - 90 < resource.Created", "90"),
    ("now - '90d' < resource.Created", "'90d'"),
    ("now + tag('grace') > resource.Created", "tag('grace')"),
    ("now - tag('since') > duration('1d')", "tag('since')"),
    ("tag('since') < now", "tag('since')"),
    ("resource.Created > '2026-01-31'", "'2026-01-31'"),
    ("resource.Created > '2026-1-5'", "'2026-1-5'"),
    ("resource.Created > '2026-01-31 08:00:00'", "'2026-01-31 08:00:00'"),
    ("resource.Created == '2026-01-31T00:00:00+01:00'", "'2026-01-31T00:00:00+01:00'"),
    ("resource.Size == '30'", "'30'"),
    ("tag('x') == 30", "30"),
    ("tag('x') < 30", "tag('x')"),
    ("tag('x') - 1 == 2", "tag('x')"),
    ("tag('x') < 1.5", "tag('x')"),
    ("resource.Ratio + 1 > 2.0", "1"),
    ("resource.Ratio * resource.Size > 2.0", "resource.Size"),
    ("resource.Ratio % 2 == 0", "resource.Ratio"),
    ("resource.Names == 'a'", "resource.Names == 'a'"),
    ("resource.Names != 'a'", "resource.Names != 'a'"),
    ("resource.Names + 'a' == []", "'a'"),
    ("resource.Names < 3", "resource.Names"),
    ("resource.State == 'running'", "resource.State"),
];

fn problems_of(text: &str) -> Vec<Problem> {
    Expression::compile(text, schema(), ExpressionKind::Assert).err().unwrap_or_default()
}

/// The text with the help of its first error in the place of a part.
fn typed(text: &str, part: &str) -> String {
    let found = problems_of(text);
    let error = found.iter().find(|found| found.level == Level::Error);
    let help = error.and_then(|error| error.help.as_deref());
    let help = help.unwrap_or_else(|| panic!("{text}: {found:?}"));
    let typed = help.split('`').nth(1).unwrap_or_else(|| panic!("{text}: {help}"));
    assert!(text.contains(part), "{text}: {part}");
    text.replacen(part, typed, 1)
}

#[test]
fn what_help_says_can_be_typed() {
    let mut all = String::new();
    for (text, part) in TYPED {
        let typed = typed(text, part);
        let left = problems_of(&typed);
        assert!(left.is_empty(), "{text} became {typed}: {left:?}");
        writeln!(all, "{text}  ->  {typed}").expect("room");
    }
    insta::assert_snapshot!(all, @r#"
    tag('x') in [30, 60]  ->  tag('x') in ["30", "60"]
    account in [123456789012, 012345678901]  ->  account in ["123456789012", "012345678901"]
    tag('x') in [true]  ->  tag('x') in ["true"]
    tag('x') in [1.5]  ->  tag('x') in ["1.5"]
    resource.Size in ['30', '60']  ->  resource.Size in [30, 60]
    resource.Enabled in ['true']  ->  resource.Enabled in [true]
    tag('x') in [resource.Size]  ->  int(tag("x")) in [resource.Size]
    resource.Size in resource.Names  ->  string(resource.Size) in resource.Names
    30 in resource.Names  ->  "30" in resource.Names
    true in resource.Names  ->  "true" in resource.Names
    '10.0.0.0/8' in resource.Ports  ->  resource.Ports.exists(x, x.Cidr == "10.0.0.0/8")
    resource.Names in ['a', 'b']  ->  resource.Names.exists(x, x in ["a", "b"])
    tag('since') in [now]  ->  timestamp(tag("since")) in [now]
    tag('cost') in [duration('1d')]  ->  duration(tag("cost")) in [duration('1d')]
    'a' in resource.Name  ->  resource.Name.contains("a")
    'env' in resource.Tags  ->  tag("env") != null
    tag('public') == true  ->  tag('public') == "true"
    tag('public') != false  ->  tag('public') != "false"
    tag('public') == resource.Enabled  ->  tag('public') == string(resource.Enabled)
    resource.Enabled == 'true'  ->  resource.Enabled == true
    resource.Name + true == 'atrue'  ->  resource.Name + "true" == 'atrue'
    'size ' + resource.Size == 'size 3'  ->  'size ' + string(resource.Size) == 'size 3'
    tag('cost') < duration('3d')  ->  duration(tag("cost")) < duration('3d')
    age(resource.Created) < '3d'  ->  age(resource.Created) < duration("3d")
    age(resource.Created) < 90  ->  age(resource.Created) < duration("90d")
    age(resource.Created) < resource.Size  ->  age(resource.Created) < duration(string(resource.Size) + "d")
    resource.Created < duration('3d')  ->  age(resource.Created) < duration('3d')
    now - 90 < resource.Created  ->  now - duration("90d") < resource.Created
    now - '90d' < resource.Created  ->  now - duration("90d") < resource.Created
    now + tag('grace') > resource.Created  ->  now + duration(tag("grace")) > resource.Created
    now - tag('since') > duration('1d')  ->  now - timestamp(tag("since")) > duration('1d')
    tag('since') < now  ->  timestamp(tag("since")) < now
    resource.Created > '2026-01-31'  ->  resource.Created > timestamp("2026-01-31T00:00:00Z")
    resource.Created > '2026-1-5'  ->  resource.Created > timestamp("2026-01-05T00:00:00Z")
    resource.Created > '2026-01-31 08:00:00'  ->  resource.Created > timestamp("2026-01-31T08:00:00Z")
    resource.Created == '2026-01-31T00:00:00+01:00'  ->  resource.Created == timestamp("2026-01-31T00:00:00+01:00")
    resource.Size == '30'  ->  resource.Size == 30
    tag('x') == 30  ->  tag('x') == "30"
    tag('x') < 30  ->  int(tag("x")) < 30
    tag('x') - 1 == 2  ->  int(tag("x")) - 1 == 2
    tag('x') < 1.5  ->  double(tag("x")) < 1.5
    resource.Ratio + 1 > 2.0  ->  resource.Ratio + 1.0 > 2.0
    resource.Ratio * resource.Size > 2.0  ->  resource.Ratio * double(resource.Size) > 2.0
    resource.Ratio % 2 == 0  ->  int(resource.Ratio) % 2 == 0
    resource.Names == 'a'  ->  "a" in resource.Names
    resource.Names != 'a'  ->  !("a" in resource.Names)
    resource.Names + 'a' == []  ->  resource.Names + ["a"] == []
    resource.Names < 3  ->  size(resource.Names) < 3
    resource.State == 'running'  ->  resource.State.Label == 'running'
    "#);
}

#[test]
fn a_year_of_two_digits_is_of_no_century() {
    insta::assert_snapshot!(problems("resource.Created > '26-01-31'"), @r#"[resource.Created > '26-01-31'] wrong-type: `>` cannot compare a timestamp with a string (write an instant as `timestamp("2026-01-31T00:00:00Z")`)"#);
}

#[test]
fn a_number_of_days_keeps_its_side_and_its_sign() {
    let texts = [
        "(now - resource.Created).getDays() < 90",
        "(now - resource.Created).getDays() >= 90",
        "90 > (now - resource.Created).getDays()",
        "age(resource.Created).inDays() <= resource.Size",
        "resource.Created.getDays() > 7",
        "(now - timestamp(tag('since'))).days() > 7",
    ];
    let mut all = String::new();
    for text in texts {
        let typed = typed(text, text);
        assert!(problems_of(&typed).is_empty(), "{typed}: {:?}", problems_of(&typed));
        writeln!(all, "{text}  ->  {typed}").expect("room");
    }
    insta::assert_snapshot!(all, @r#"
    (now - resource.Created).getDays() < 90  ->  age(resource.Created) < duration("90d")
    (now - resource.Created).getDays() >= 90  ->  age(resource.Created) >= duration("90d")
    90 > (now - resource.Created).getDays()  ->  duration("90d") > age(resource.Created)
    age(resource.Created).inDays() <= resource.Size  ->  age(resource.Created) <= duration(string(resource.Size) + "d")
    resource.Created.getDays() > 7  ->  age(resource.Created) > duration("7d")
    (now - timestamp(tag('since'))).days() > 7  ->  age(timestamp(tag("since"))) > duration("7d")
    "#);
}

#[test]
fn templates_and_curly_quotes_are_named() {
    let texts = [
        "resource.Name != {{ .x }}",
        "resource.Name != {{ index .x \"a\" }} && true",
        "{% if x %}resource.Enabled{% endif %}",
        "resource.Name == ${NAME}",
        "resource.Name == <%= name %>",
        "resource.Name == “b”",
        "resource.Name == ‘b’",
    ];
    let all: Vec<String> = texts.iter().map(|text| problems(text)).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    [{{ .x }}] expression-syntax: `{{ .x }}` is a template, which nobody fills in here (commit what it stands for: policies are read as they are committed)
    [{{ index .x "a" }}] expression-syntax: `{{ index .x "a" }}` is a template, which nobody fills in here (commit what it stands for: policies are read as they are committed)
    [{% if x %}] expression-syntax: `{% if x %}` is a template, which nobody fills in here (commit what it stands for: policies are read as they are committed)
    [${NAME}] expression-syntax: `${NAME}` is a template, which nobody fills in here (commit what it stands for: policies are read as they are committed)
    [<%= name %>] expression-syntax: `<%= name %>` is a template, which nobody fills in here (commit what it stands for: policies are read as they are committed)
    [“] expression-syntax: `“` is not expected here (write straight quotes, as in `"text"`)
    [‘] expression-syntax: `‘` is not expected here (write straight quotes, as in `"text"`)
    "#);
    // Of a text in quotes it is a part.
    assert!(problems_of("resource.Name == '${aws:username}'").is_empty());
    assert!(!problems("resource.Name == '{{ x }}' &&").contains("template"));
}
