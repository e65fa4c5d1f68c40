//! What authors of other languages write, and the one thing that each is told.

use super::fixture::{all_problems, problems};

#[test]
fn operators_of_other_languages_are_explained() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Name not in ['a']",
        "!resource.Name in ['a']",
        "!resource.Name == 'a'",
        "!resource.Enabled == true",
        "resource.Owner is null",
        "resource.Owner is not null",
        "resource.Name contains 'a'",
        "resource.Name startsWith 'a'",
        "resource.Name like 'a*'",
        "resource.Name =~ 'a'",
        "resource.Size in (1, 2)",
        "1 < resource.Size < 3",
        "resource.Name == 'a' || 'b'",
        "resource.Name == 'a' Or resource.Enabled",
        "resource.Enabled; resource.Public",
        "resource.Ports.all(p => p.From == 22)",
    ]), @r#"
    resource.Name not in ['a']
    [not] expression-syntax: `not` is not expected here (write `!(x in list)`)
    !resource.Name in ['a']
    [!] wrong-type: `!` is of `resource.Name` alone here, which is a string (write `!(resource.Name in ...)`)
    !resource.Name == 'a'
    [!] wrong-type: `!` is of `resource.Name` alone here, which is a string (write `resource.Name != ...`)
    !resource.Enabled == true

    resource.Owner is null
    [is] expression-syntax: `is` is not expected here (write `==`)
    resource.Owner is not null
    [is] expression-syntax: `is` is not expected here (write `!=`)
    resource.Name contains 'a'
    [contains] expression-syntax: `contains` is not expected here (write `text.contains(part)`, or `element in list`)
    resource.Name startsWith 'a'
    [startsWith] expression-syntax: `startsWith` is not expected here (write `text.startsWith(part)`)
    resource.Name like 'a*'
    [like] expression-syntax: `like` is not expected here (write `text.matches(pattern)` or `text.glob(pattern)`)
    resource.Name =~ 'a'
    [=] expression-syntax: `=` is not expected here (write `text.matches(pattern)`)
    resource.Size in (1, 2)
    [,] expression-syntax: `,` is not expected here (a list stands in brackets, as in `x in [a, b]`)
    1 < resource.Size < 3
    [1 < resource.Size < 3] wrong-type: `<` cannot compare a boolean with an integer (join comparisons by `&&`, as in `a < b && b < c`)
    resource.Name == 'a' || 'b'
    ['b'] wrong-type: `"b"` must be true or false here, and is a string (compare it as well, as in `x == "b"`, or ask `x in [...]`)
    resource.Name == 'a' Or resource.Enabled
    [Or] expression-syntax: `Or` is not expected here (write `||`)
    resource.Enabled; resource.Public
    [;] expression-syntax: `;` is not expected here (write `&&` where both must hold)
    resource.Ports.all(p => p.From == 22)
    [=>] expression-syntax: `=>` is not expected here (write `list.all(x, ...)`, with a `,` behind the variable)
    "#);
}

/// A text, the part of it that is marked, and the end of what is said.
#[track_caller]
fn told(cases: &[(&str, &str, &str)]) {
    for (text, place, words) in cases {
        let found = problems(text);
        let is_told = found.starts_with(&format!("[{place}] expression-syntax: "));
        assert!(is_told && found.ends_with(words) && found.lines().count() == 1, "{text}: {found}");
    }
}

#[test]
fn a_comma_is_taken_for_what_it_may_mean() {
    const BOTH: &str = "(write `&&` where both must hold, or `||` where one of them suffices)";
    const LIST: &str = "(a list stands in brackets, as in `x in [a, b]`)";
    told(&[
        ("resource.Name == 'a', resource.Size == 8", ",", BOTH),
        ("(resource.Name == 'a', resource.Size == 8)", ",", BOTH),
        ("resource.Name in ['a', 'b'], resource.Size == 8", ",", BOTH),
        ("resource.Name == 'a', 'b' == resource.Owner", ",", BOTH),
        ("size(resource.Names) > 1, resource.Enabled", ",", BOTH),
        ("resource.Name == '(', resource.Enabled", ",", BOTH),
        ("resource.Name == 'a', 'b'", ",", LIST),
        ("resource.Size == 1, 2 && resource.Enabled", ",", BOTH),
        ("resource.Size in 1, 2", ",", LIST),
        ("resource.Size in (14,5)", ",", LIST),
        ("resource.Enabled && resource.Name in 'a', 'b' && resource.Public", ",", LIST),
        ("resource.Ratio <= 14,5", ",", "(write `14.5`)"),
        ("resource.Ratio <= 1,50 && resource.Enabled", ",", "(write `1.50`)"),
        ("resource.Size <= 10,000", ",", "(write `10000`, or `10.000`)"),
        ("resource.Enabled,", ",", "(leave it out)"),
        ("resource.Name in ['a',, 'b']", ",", "(leave it out, or write a value before it)"),
        ("resource.Enabled; resource.Public", ";", "(write `&&` where both must hold)"),
        ("resource.Enabled;", ";", "(leave it out)"),
    ]);
    for text in ["resource.Size in [14,5]", "resource.Name.replace('a', 'b') in ['c', 'd']"] {
        assert_eq!(problems(text), "", "{text}");
    }
}

#[test]
fn a_quote_that_is_missing_is_told_where_its_text_begins_or_ends() {
    told(&[
        (
            "resource.Name == \"ALL && resource.Owner == \"SUCCESS\"",
            "\"",
            "ends at the quote of another (write `\"ALL\"`)",
        ),
        ("resource.Name == 'a && resource.Owner == 'b' && resource.Enabled", "'", "(write `'a'`)"),
        ("resource.Name in ['a, 'b']", "'", "(write `'a'`)"),
        ("tag('env) == 'prod'", "'", "(write `'env'`)"),
        ("resource.Name == \"web", "\"", "is not closed (write `\"web\"`)"),
        ("resource.Name == 'two words && resource.Enabled", "'", "(write `'two words'`)"),
        ("resource.Name == web' && resource.Owner == 'b'", "web'", "(write `'web'`)"),
        ("resource.Name in ['a', us-east-1']", "us-east-1'", "(write `'us-east-1'`)"),
    ]);
}

#[test]
fn what_is_missing_between_two_values_is_told() {
    const OPERATOR: &str = "(write an operator before it, such as `==` or `&&`)";
    const COMMA: &str = "(write a `,` or an operator before it)";
    told(&[
        ("resource.Name \"CUSTOMER\"", "\"CUSTOMER\"", OPERATOR),
        ("resource.Name == 'x' resource.Size == 8", "resource", OPERATOR),
        ("resource.Enabled (resource.Public == true) 'x'", "'x'", ""),
        ("allowsAction(resource.Policy 'iam:PassRole', '*')", "'iam:PassRole'", COMMA),
        ("resource.Name in ['a' 'b']", "'b'", COMMA),
        ("resource.Size in [1 2]", "2", COMMA),
        ("resource.Name == 'it's'", "s", "(put a text that holds `'` in `\"`)"),
    ]);
}

#[test]
fn a_number_with_a_unit_is_a_span_of_time_or_a_text() {
    told(&[
        ("age(resource.Created) <= 90d", "90d", "(write `duration(\"90d\")`)"),
        ("resource.Size <= 4h && resource.Enabled", "4h", "(write `duration(\"4h\")`)"),
        ("age(resource.Created) < 1h30m", "1h30m", "(write `duration(\"1h30m\")`)"),
        ("age(resource.Created) < 1.5h", "1.5h", "(write `duration(\"1.5h\")`)"),
        ("now - 90d > resource.Created", "90d", "(write `duration(\"90d\")`)"),
        ("now-90d > resource.Created", "90d", "(write `duration(\"90d\")`)"),
        (
            "resource.Size <= 10GB",
            "10GB",
            "(write a number without a unit, or the text `\"10GB\"`)",
        ),
        ("resource.Owner == i-0123d", "i-0123d", "(text stands in quotes: write `\"i-0123d\"`)"),
    ]);
}

#[test]
fn a_bracket_that_is_not_closed_is_told_where_it_opens() {
    told(&[
        ("(resource.Enabled", "(", "`(` is not closed (write `)` behind what it holds)"),
        (
            "resource.Names.exists(n, n.contains('a')",
            "exists(",
            "`exists(` is not closed (write `)` behind what it holds)",
        ),
        ("resource.Name in ['(', 'b'", "[", "(write `]` behind what it holds)"),
        (
            "resource.Name in [size(['a'], 'b'] && true",
            "]",
            "(write a `)` before it: `size(` is open)",
        ),
        ("resource.Enabled)", ")", "(leave it out: no bracket is open)"),
        ("size(resource.Names,) > 1", ")", "(leave out the `,` before it)"),
        ("resource.Size ==", "", "ends too early (write a value behind `==`)"),
        ("(resource.Size +", "", "ends too early (write a value behind `+`)"),
    ]);
}

#[test]
fn conditions_of_other_languages_are_explained() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Enabled ? true",
        "resource.Name == 'a?' && resource.Size ==",
        "true if resource.Enabled else false",
        "if resource.Enabled then true else false",
        "resource?.Name == 'a'",
        "resource.Owner ?? 'a' == 'b'",
    ]), @"
    resource.Enabled ? true
    [?] expression-syntax: a `?` has no `:` (write `condition ? one : other`)
    resource.Name == 'a?' && resource.Size ==
    [] expression-syntax: the expression ends too early (write a value behind `==`)
    true if resource.Enabled else false
    [if] expression-syntax: `if` is not expected here (write `condition ? one : other`)
    if resource.Enabled then true else false
    [if] expression-syntax: `if` is a reserved word of CEL (write `condition ? one : other`)
    resource?.Name == 'a'
    [?.] expression-syntax: `?.` is not expected here (write `.`: what is missing is null)
    resource.Owner ?? 'a' == 'b'
    [??] expression-syntax: `??` is not expected here (write `x != null ? x : y`)
    ");
}

#[test]
fn names_of_other_languages_are_explained() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Owner == None",
        "resource.Enabled == True",
        "resource.Enabled == FALSE",
        "resource.Owner == nil",
        "resource.Owner != undefined",
        "len(resource.Names) == 1",
        "resource.Name.length == 1",
        "resource.Name.lower() == 'a'",
        "resource.Name.toLowerCase() == 'a'",
        "resource.Name.upper() == 'A'",
        "resource.Names.any(n, n == 'a')",
        "resource.Names.includes('a')",
        "isNull(resource.Owner)",
        "now() > resource.Created",
    ]), @"
    resource.Owner == None
    [None] unknown-name: `None` is not known here (write `null`)
    resource.Enabled == True
    [True] unknown-name: `True` is not known here (write `true`)
    resource.Enabled == FALSE
    [FALSE] unknown-name: `FALSE` is not known here (write `false`)
    resource.Owner == nil
    [nil] unknown-name: `nil` is not known here (write `null`)
    resource.Owner != undefined
    [undefined] unknown-name: `undefined` is not known here (write `null`)
    len(resource.Names) == 1
    [len] unknown-function: there is no function `len` (write `size(x)`)
    resource.Name.length == 1
    [length] wrong-type: `resource.Name` is a string, which has no `length` (write `size(resource.Name)`)
    resource.Name.lower() == 'a'
    [lower] unknown-function: there is no function `lower` (write `text.lowerAscii()`)
    resource.Name.toLowerCase() == 'a'
    [toLowerCase] unknown-function: there is no function `toLowerCase` (write `text.lowerAscii()`)
    resource.Name.upper() == 'A'
    [upper] unknown-function: there is no function `upper` (write `text.upperAscii()`)
    resource.Names.any(n, n == 'a')
    [any] unknown-function: there is no function `any` (write `list.exists(x, ...)`)
    resource.Names.includes('a')
    [includes] unknown-function: there is no function `includes` (write `text.contains(part)` or `element in list`)
    isNull(resource.Owner)
    [isNull] unknown-function: there is no function `isNull` (write `x == null`)
    now() > resource.Created
    [now] unknown-function: there is no function `now` (write `now`)
    ");
}

#[test]
fn types_are_compared_by_name_or_text() {
    insta::assert_snapshot!(all_problems(&[
        "type(resource.Policy) == 'string'",
        "'list' != type(resource.Policy)",
        "type(resource.Policy) in ['list', 'map']",
        "type(resource.Policy) == string || type(resource.Policy) in [int, list]",
        "type(resource.Policy) == 'integer'",
        "type(resource.Policy) in ['list', 'object']",
        "type(resource.Policy) == 1",
    ]), @r#"
    type(resource.Policy) == 'string'

    'list' != type(resource.Policy)

    type(resource.Policy) in ['list', 'map']

    type(resource.Policy) == string || type(resource.Policy) in [int, list]

    type(resource.Policy) == 'integer'
    ['integer'] wrong-value: there is no type "integer" (there are `bool`, `double`, `duration`, `int`, `list`, `map`, `null_type`, `string`, `timestamp`, `resource`)
    type(resource.Policy) in ['list', 'object']
    [['list', 'object']] wrong-value: there is no type "object" (there are `bool`, `double`, `duration`, `int`, `list`, `map`, `null_type`, `string`, `timestamp`, `resource`)
    type(resource.Policy) == 1
    [type(resource.Policy) == 1] wrong-type: a type never equals an integer, so `==` is always false
    "#);
}

#[test]
fn constants_of_ranges_arns_and_tags_are_checked_at_their_place() {
    insta::assert_snapshot!(all_problems(&[
        "cidrContains(resource.Name, 'bad')",
        "resource.Name.cidrContains('10.0.0.0/33')",
        "cidrContains('bad', resource.Name)",
        "cidrOverlaps(resource.Name, '10.0.0.0')",
        "isWorldCidr('everywhere')",
        "arn('x').account == resource.Name",
        "tag(null) == 'a'",
    ]), @r#"
    cidrContains(resource.Name, 'bad')
    ['bad'] wrong-value: "bad" is no range of addresses (write it as `10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`)
    resource.Name.cidrContains('10.0.0.0/33')
    ['10.0.0.0/33'] wrong-value: "10.0.0.0/33" is no range of addresses (write it as `10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`)
    cidrContains('bad', resource.Name)
    ['bad'] wrong-value: "bad" is no range of addresses (write it as `10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`)
    cidrOverlaps(resource.Name, '10.0.0.0')

    isWorldCidr('everywhere')
    ['everywhere'] wrong-value: "everywhere" is no range of addresses (write it as `10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`)
    arn('x').account == resource.Name
    ['x'] wrong-value: "x" is no ARN (write it as `arn:aws:iam::123456789012:role/web`)
    tag(null) == 'a'
    [null] wrong-type: the key of a tag must be a string, and this is null (write `tag("key")`)
    "#);
}

#[test]
fn what_is_asked_of_the_wrong_thing_is_told_the_right_one() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Names",
        "resource.Labels",
        "resource.State",
        "resource.Name && resource.Enabled",
        "resource.State == 'running'",
        "'env' in resource.Tags",
        "resource.Tags['env'] == 'prod'",
        "resource.Names['a'] == 'b'",
        "resource.Policy.contains('*')",
        "(now - resource.Created).getDays() < 90",
        "resource.Name.matches('*.micro')",
        "resource.Name == Enabled",
        "tag(env) == 'prod'",
        "resource.Name in [prod, dev]",
        "resource.Name.getDays() < 9",
    ]), @r#"
    resource.Names
    [resource.Names] not-boolean: `assert` must be true or false, and this is a list (write `size(resource.Names) > 0`, or ask its elements, as in `resource.Names.exists(x, ...)`)
    resource.Labels
    [resource.Labels] not-boolean: `assert` must be true or false, and this is a map (write `size(resource.Labels) > 0`, or ask a key, as in `"key" in resource.Labels`)
    resource.State
    [resource.State] not-boolean: `assert` must be true or false, and this is an object (ask one of its properties, as in `resource.State.Code == ...`)
    resource.Name && resource.Enabled
    [resource.Name] wrong-type: `resource.Name` must be true or false here, and is a string (compare it with something, as in `resource.Name == ...`)
    resource.State == 'running'
    [resource.State == 'running'] wrong-type: an object never equals a string, so `==` is always false (write `resource.State.Label`)
    'env' in resource.Tags
    ['env' in resource.Tags] wrong-type: a string is never in a list of which each is an object (write `tag("env") != null`)
    resource.Tags['env'] == 'prod'
    ['env'] wrong-type: `resource.Tags` is a list, whose index is an integer, and this is a string (write `tag("env")`)
    resource.Names['a'] == 'b'
    ['a'] wrong-type: `resource.Names` is a list, whose index is an integer, and this is a string (ask its elements, as in `resource.Names.exists(x, ...)`; the first is `resource.Names[0]`)
    resource.Policy.contains('*')
    [resource.Policy] wrong-type: `contains` takes a string, and this is a document of JSON (ask its statements, as in `statements(resource.Policy).exists(s, ...)`)
    (now - resource.Created).getDays() < 90
    [getDays] unknown-function: there is no function `getDays` (write `age(resource.Created) < duration("90d")`)
    resource.Name.matches('*.micro')
    ['*.micro'] wrong-value: the pattern is wrong: `*` has nothing to repeat (for `*` as any text write `resource.Name.glob("*.micro")`)
    resource.Name == Enabled
    [Enabled] unknown-name: `Enabled` is not known here (write `resource.Enabled`)
    tag(env) == 'prod'
    [env] unknown-name: `env` is not known here (there are `resource`, `account`, `region`, `now`; put text in quotes, as in `"env"`)
    resource.Name in [prod, dev]
    [prod] unknown-name: `prod` is not known here (there are `resource`, `account`, `region`, `now`; put text in quotes, as in `"prod"`)
    [dev] unknown-name: `dev` is not known here (there are `resource`, `account`, `region`, `now`; put text in quotes, as in `"dev"`)
    resource.Name.getDays() < 9
    [getDays] unknown-function: there is no function `getDays` (write `age(x)` and compare it with `duration("90d")`)
    "#);
}
