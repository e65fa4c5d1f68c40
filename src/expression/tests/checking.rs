//! What is wrong with expressions, and where.

use std::collections::BTreeSet;

use super::super::{Expression, ExpressionKind};
use super::fixture::{all_problems, compile, schema};
use crate::resource::Operation;

#[test]
fn misspelt_names_come_with_what_was_meant() {
    insta::assert_snapshot!(all_problems(&[
            "resource.Enabld",
            "resource.enabled",
            "resource.State.Cod == 1",
            "resource.Acls",
            "resource.Xyzzy",
            "resource.Block.Xyzzy",
            "resource.Ports.exists(p, p.Form == 1)",
            "resource['Enabld']",
            "resource.State['Cod'] == 1",
            "has(resource.Ownr)",
    ]), @"
    resource.Enabld
    [Enabld] unknown-property: `Test::Thing` has no property `Enabld` (did you mean `Enabled`?)
    resource.enabled
    [enabled] unknown-property: `Test::Thing` has no property `enabled` (did you mean `Enabled`?)
    resource.State.Cod == 1
    [Cod] unknown-property: `resource.State` has no property `Cod` (did you mean `Code`?)
    resource.Acls
    [Acls] unknown-property: `Test::Thing` has no property `Acls` (did you mean `Block.Acls`?)
    resource.Xyzzy
    [Xyzzy] unknown-property: `Test::Thing` has no property `Xyzzy` (there are `Name`, `Size`, `Ratio`, `Created`, `Enabled`, `Owner`, `Public`, `Count`, `Mode`, `Zone`, `State`, `Names`, `Ports`, `Keys`, `Labels`, `Block`, `Policy`, `Tags`)
    resource.Block.Xyzzy
    [Xyzzy] unknown-property: `resource.Block` has no property `Xyzzy` (there are `Acls`, `Buckets`, `Deep`)
    resource.Ports.exists(p, p.Form == 1)
    [Form] unknown-property: `p` has no property `Form` (did you mean `From`?)
    resource['Enabld']
    ['Enabld'] unknown-property: `Test::Thing` has no property `Enabld` (did you mean `Enabled`?)
    resource.State['Cod'] == 1
    ['Cod'] unknown-property: `resource.State` has no property `Cod` (did you mean `Code`?)
    has(resource.Ownr)
    [Ownr] unknown-property: `Test::Thing` has no property `Ownr` (did you mean `Owner`?)
    "
        );
}

#[test]
fn unknown_names_come_with_what_there_is() {
    insta::assert_snapshot!(all_problems(&[
        "resorce.Enabled",
        "Enabled",
        "resource.Ports.all(port, prt.From == 1)",
        "size",
        "resource == null",
        "resource[resource.Name]",
        "resource.Name.startWith('x')",
        "sise(resource.Names) == 1",
        "frobnicate(resource.Nam)",
        "resource.Name.frobnicate()",
    ]), @r#"
    resorce.Enabled
    [resorce] unknown-name: `resorce` is not known here (did you mean `resource`?)
    Enabled
    [Enabled] unknown-name: `Enabled` is not known here (write `resource.Enabled`)
    resource.Ports.all(port, prt.From == 1)
    [prt] unknown-name: `prt` is not known here (did you mean `port`?)
    size
    [size] unknown-name: `size` is not known here (`size` is a function: write `size(...)`)
    resource == null
    [resource] whole-resource: `resource` is no value of its own (name a property, as in `resource.Name`)
    resource[resource.Name]
    [resource.Name] whole-resource: the property's name must stand here as a string
    resource.Name.startWith('x')
    [startWith] unknown-function: there is no function `startWith` (did you mean `startsWith`?)
    sise(resource.Names) == 1
    [sise] unknown-function: there is no function `sise` (did you mean `size`?)
    frobnicate(resource.Nam)
    [frobnicate] unknown-function: there is no function `frobnicate`
    [Nam] unknown-property: `Test::Thing` has no property `Nam` (did you mean `Name`?)
    resource.Name.frobnicate()
    [frobnicate] unknown-function: there is no function `frobnicate`
    "#
    );
}

#[test]
fn types_that_do_not_go_together() {
    insta::assert_snapshot!(all_problems(&[
            "resource.Size == '8'",
            "resource.Name != 8",
            "resource.Enabled == 'true'",
            "resource.Names == 'a'",
            "resource.State == 'running'",
            "resource.Created < '2026-01-01'",
            "resource.Name < 8",
            "resource.Name > null",
            "resource.Names < ['a']",
            "age(resource.Created) > 90",
            "age(resource.Name) > duration('90d')",
            "8 in resource.Names",
            "'a' in resource.Name",
            "resource.Name in 'a, b'",
            "resource.Size in ['8']",
            "1 in resource.Labels",
    ]), @r#"
    resource.Size == '8'
    [resource.Size == '8'] wrong-type: an integer never equals a string, so `==` is always false (write the number without quotes, as `8`)
    resource.Name != 8
    [resource.Name != 8] wrong-type: a string never equals an integer, so `!=` is always true (put the number in quotes, as in `"8"`, or convert the text with `int(resource.Name)`)
    resource.Enabled == 'true'
    [resource.Enabled == 'true'] wrong-type: a boolean never equals a string, so `==` is always false (write `true` without quotes)
    resource.Names == 'a'
    [resource.Names == 'a'] wrong-type: a list never equals a string, so `==` is always false (write `"a" in resource.Names`)
    resource.State == 'running'
    [resource.State == 'running'] wrong-type: an object never equals a string, so `==` is always false (write `resource.State.Label`)
    resource.Created < '2026-01-01'
    [resource.Created < '2026-01-01'] wrong-type: `<` cannot compare a timestamp with a string (write `timestamp("2026-01-01T00:00:00Z")`)
    resource.Name < 8
    [resource.Name < 8] wrong-type: `<` cannot compare a string with an integer (write `int(resource.Name)`)
    resource.Name > null
    [resource.Name > null] wrong-type: `>` cannot compare a string with null (compare with null by `==` or `!=`)
    resource.Names < ['a']
    [resource.Names < ['a']] wrong-type: `<` cannot compare a list with a list (ask the list's elements with `in`, `exists` or `all`)
    age(resource.Created) > 90
    [age(resource.Created) > 90] wrong-type: `>` cannot compare a duration with an integer (write a span of time with its unit, as in `duration("90d")`)
    age(resource.Name) > duration('90d')
    [resource.Name] wrong-type: `age` takes a timestamp, and this is a string
    8 in resource.Names
    [8 in resource.Names] wrong-type: an integer is never in a list of which each is a string (put it in quotes, as in `"8"`)
    'a' in resource.Name
    [resource.Name] wrong-type: `in` needs a list or map on its right, and this is a string (write `resource.Name.contains("a")`)
    resource.Name in 'a, b'
    ['a, b'] wrong-type: `in` needs a list or map on its right, and this is a string (write `resource.Name in ["a", "b"]`)
    resource.Size in ['8']
    [resource.Size in ['8']] wrong-type: an integer is never in a list of which each is a string (write the list as `[8]`)
    1 in resource.Labels
    [1] wrong-type: a key of a map must be a string, and this is an integer
    "#
        );
}

#[test]
fn types_that_something_does_not_take() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Size + resource.Ratio > 1.0",
        "resource.Size + 'x' == 'x'",
        "resource.Name + null == 'x'",
        "-resource.Name == 'x'",
        "resource.Names.contains('a')",
        "resource.Ports.From == 1",
        "resource.Name.First == 'w'",
        "resource.Name[0] == 'w'",
        "resource.Ports['a'].From == 1",
        "resource.Labels[0] == 'x'",
        "resource.Name.all(c, c == 'x')",
        "resource.Size && resource.Enabled",
        "!resource.Name",
        "resource.Size ? true : false",
        "resource.Ports.all(p, p.From)",
        "size(resource.Size) == 1",
        "type(resource.Name) == 'string'",
        "{1: 2} == {}",
    ]), @"
    resource.Size + resource.Ratio > 1.0
    [resource.Size + resource.Ratio] wrong-type: `+` of an integer and a number has no value (write `double(resource.Size)`)
    resource.Size + 'x' == 'x'
    [resource.Size + 'x'] wrong-type: `+` of an integer and a string has no value (write `string(resource.Size)`)
    resource.Name + null == 'x'
    [resource.Name + null] wrong-type: `+` of a string and null has no value (compare with null by `==` or `!=`)
    -resource.Name == 'x'
    [-resource.Name] wrong-type: `-` of a string
    resource.Names.contains('a')
    [resource.Names] wrong-type: `contains` takes a string, and this is a list (for an element of a list write `... in list`)
    resource.Ports.From == 1
    [From] wrong-type: `resource.Ports` is a list, which has no `From` (ask its elements, as in `resource.Ports.exists(x, x.From == ...)`)
    resource.Name.First == 'w'
    [First] wrong-type: `resource.Name` is a string, which has no `First`
    resource.Name[0] == 'w'
    [resource.Name] wrong-type: `resource.Name` is a string, which has no elements
    resource.Ports['a'].From == 1
    ['a'] wrong-type: `resource.Ports` is a list, whose index is an integer, and this is a string (ask its elements, as in `resource.Ports.exists(x, ...)`; the first is `resource.Ports[0]`)
    resource.Labels[0] == 'x'
    [0] wrong-type: `resource.Labels` is a map, whose index is a string, and this is an integer
    resource.Name.all(c, c == 'x')
    [resource.Name] wrong-type: `resource.Name` is a string, which has no elements
    resource.Size && resource.Enabled
    [resource.Size] wrong-type: `resource.Size` must be true or false here, and is an integer (compare it with something, as in `resource.Size == ...`)
    !resource.Name
    [resource.Name] wrong-type: `resource.Name` must be true or false here, and is a string (compare it with something, as in `resource.Name == ...`)
    resource.Size ? true : false
    [resource.Size] wrong-type: `resource.Size` must be true or false here, and is an integer (compare it with something, as in `resource.Size == ...`)
    resource.Ports.all(p, p.From)
    [p.From] wrong-type: `p.From` must be true or false here, and is an integer (compare it with something, as in `p.From == ...`)
    size(resource.Size) == 1
    [resource.Size] wrong-type: `size` takes a string, list or map, and this is an integer
    type(resource.Name) == 'string'

    {1: 2} == {}
    [1] wrong-type: a key of a map must be a string, and this is an integer
    "
    );
}

#[test]
fn the_result_must_be_true_or_false() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Name",
        "resource.Size + 1",
        "resource.Ports.map(p, p.From)",
        "'true'",
        "now",
        "resource.Enabled ? 'a' : 'b'",
    ]), @"
    resource.Name
    [resource.Name] not-boolean: `assert` must be true or false, and this is a string (compare it with something, as in `resource.Name == ...`)
    resource.Size + 1
    [resource.Size + 1] not-boolean: `assert` must be true or false, and this is an integer (compare it with something, as in `... == ...`)
    resource.Ports.map(p, p.From)
    [resource.Ports.map(p, p.From)] not-boolean: `assert` must be true or false, and this is a list (write `size(resource.Ports.map(p, p.From)) > 0`, or ask its elements, as in `resource.Ports.map(p, p.From).exists(x, ...)`)
    'true'
    ['true'] not-boolean: `assert` must be true or false, and this is a string (compare it with something, as in `... == ...`)
    now
    [now] not-boolean: `assert` must be true or false, and this is a timestamp (compare it with something, as in `... == ...`)
    resource.Enabled ? 'a' : 'b'
    [resource.Enabled ? 'a' : 'b'] not-boolean: `assert` must be true or false, and this is a string (compare it with something, as in `... == ...`)
    ");
    let filter = Expression::compile("resource.Name", schema(), ExpressionKind::Filter);
    let problems = filter.expect_err("it is a string");
    assert_eq!(problems[0].message, "`where` must be true or false, and this is a string");
}

#[test]
fn calls_that_are_written_another_way() {
    insta::assert_snapshot!(all_problems(&[
        "contains(resource.Name, 'x')",
        "resource.Name.contains()",
        "resource.Name.contains('a', 'b')",
        "resource.Created.age() > duration('1d')",
        "age() > duration('1d')",
        "resource.Names.all(n)",
        "resource.Names.exists(n, true, true)",
        "has()",
        "resource.Name.matches(resource.Owner)",
        "tag(1) == 'x'",
    ]), @r#"
    contains(resource.Name, 'x')
    [contains] wrong-arguments: `contains` is not called this way (write `text.contains(part)`)
    resource.Name.contains()
    [contains] wrong-arguments: `contains` takes one argument here (write `text.contains(part)`)
    resource.Name.contains('a', 'b')
    [contains] wrong-arguments: `contains` takes one argument here (write `text.contains(part)`)
    resource.Created.age() > duration('1d')
    [age] wrong-arguments: `age` is not called this way (write `age(instant)`)
    age() > duration('1d')
    [age] wrong-arguments: `age` takes one argument here (write `age(instant)`)
    resource.Names.all(n)
    [all] wrong-arguments: `all` is not called this way (write `list.all(x, ...)`)
    resource.Names.exists(n, true, true)
    [exists] wrong-arguments: `exists` is not called this way (write `list.exists(x, ...)`)
    has()
    [has] wrong-arguments: `has` is not called this way (write `has(resource.Name)`)
    resource.Name.matches(resource.Owner)
    [resource.Owner] wrong-arguments: the pattern of `matches` must stand here as a string
    tag(1) == 'x'
    [1] wrong-type: `tag` takes a string, and this is an integer
    "#);
}

#[test]
fn constants_are_checked_when_read() {
    insta::assert_snapshot!(all_problems(&[
        "age(resource.Created) > duration('90 days')",
        "resource.Created < timestamp('yesterday')",
        "resource.Name.matches('(')",
        "resource.Name.matches('(a{1000}){1000}')",
        "resource.Name.matches('[\\\\pL0-9]{900}')",
        "cidrContains('10.0.0.0/99', '10.0.0.1')",
        "resource.Size == 1 / 0",
        "resource.Size == 9223372036854775807 + 1",
        "resource.Size == 18446744073709551615u",
        "resource.Name == b'bytes'",
        "Thing{a: 1} == null",
        "arn('x').account == account",
    ]), @r#"
    age(resource.Created) > duration('90 days')
    [duration('90 days')] wrong-value: `duration("90 days")` has no value (write it as `90d`, `12h`, `1h30m` or `45s`)
    resource.Created < timestamp('yesterday')
    [timestamp('yesterday')] wrong-value: `timestamp("yesterday")` has no value (write it as `2026-01-31T00:00:00Z`)
    resource.Name.matches('(')
    ['('] wrong-value: the pattern is wrong: unclosed group
    resource.Name.matches('(a{1000}){1000}')
    ['(a{1000}){1000}'] wrong-value: the pattern is wrong: `{1000}` makes more than the 1000 repeats of RE2
    resource.Name.matches('[\\pL0-9]{900}')
    ['[\\pL0-9]{900}'] wrong-value: the pattern is too large
    cidrContains('10.0.0.0/99', '10.0.0.1')
    ['10.0.0.0/99'] wrong-value: "10.0.0.0/99" is no range of addresses (write it as `10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`)
    resource.Size == 1 / 0
    [1 / 0] wrong-value: `1 / 0` has no value
    resource.Size == 9223372036854775807 + 1
    [9223372036854775807 + 1] wrong-value: `9223372036854775807 + 1` has no value
    resource.Size == 18446744073709551615u
    [18446744073709551615u] wrong-type: the integer is too large
    resource.Name == b'bytes'
    [b'bytes'] unsupported: bytes cannot be used in policies
    Thing{a: 1} == null
    [{] unsupported: messages cannot be used in policies
    arn('x').account == account
    ['x'] wrong-value: "x" is no ARN (write it as `arn:aws:iam::123456789012:role/web`)
    "#);
}

#[test]
fn assertions_of_constants_are_odd() {
    insta::assert_snapshot!(all_problems(&[
        "true",
        "null",
        "1 == 1 && 'a' in ['a']",
        "!['a'].exists(x, x == 'b')",
        "[1, 2].all(x, [3].exists(y, x > y))",
        "{'a': [1]}.a[0] == 2 ? true : false",
        "has({'a': 1}.b) || 'x'.matches('y') || size([1].filter(x, x > 1)) == 1",
        "[1][7] == 1",
        "age(timestamp('2026-01-01T00:00:00Z')) > duration('1d')",
        "account == '123456789012' || region == 'eu-west-1'",
        "tag('env') == 'prod'",
        "['a', resource.Name].all(x, x == 'a')",
        "now > timestamp('2026-01-01T00:00:00Z')",
        "[1].map(x, resource.Size > 0, x) == [1]",
    ]), @r#"
    true
    [true] warning: constant-assertion: the assertion is always true (ask something of `resource`)
    null
    [null] warning: constant-assertion: the assertion is always false (ask something of `resource`)
    1 == 1 && 'a' in ['a']
    [1 == 1 && 'a' in ['a']] warning: constant-assertion: the assertion is always true (ask something of `resource`)
    !['a'].exists(x, x == 'b')
    [!['a'].exists(x, x == 'b')] warning: constant-assertion: the assertion is always true (ask something of `resource`)
    [1, 2].all(x, [3].exists(y, x > y))
    [[1, 2].all(x, [3].exists(y, x > y))] warning: constant-assertion: the assertion is always false (ask something of `resource`)
    {'a': [1]}.a[0] == 2 ? true : false
    [{'a': [1]}.a[0] == 2 ? true : false] warning: constant-assertion: the assertion is always false (ask something of `resource`)
    has({'a': 1}.b) || 'x'.matches('y') || size([1].filter(x, x > 1)) == 1
    [has({'a': 1}.b) || 'x'.matches('y') || size([1].filter(x, x > 1)) == 1] warning: constant-assertion: the assertion is always false (ask something of `resource`)
    [1][7] == 1
    [[1][7] == 1] warning: constant-assertion: the assertion is the same for every resource (ask something of `resource`)
    age(timestamp('2026-01-01T00:00:00Z')) > duration('1d')

    account == '123456789012' || region == 'eu-west-1'

    tag('env') == 'prod'

    ['a', resource.Name].all(x, x == 'a')

    now > timestamp('2026-01-01T00:00:00Z')

    [1].map(x, resource.Size > 0, x) == [1]
    "#);
    let filter = Expression::compile("true", schema(), ExpressionKind::Filter).expect("a filter");
    assert_eq!(filter.warnings(), []);
}

#[test]
fn keys_are_there_once() {
    insta::assert_snapshot!(all_problems(&[
        "{'a': 1, 'b': 2, 'a': 3}.a == resource.Size",
        "{'a': 1, 'A': 2, resource.Name: 3, resource.Owner: 4}.a == resource.Size",
    ]), @r#"
    {'a': 1, 'b': 2, 'a': 3}.a == resource.Size
    ['a'] duplicate-key: key `a` is there twice
    {'a': 1, 'A': 2, resource.Name: 3, resource.Owner: 4}.a == resource.Size
    "#);
}

#[test]
fn what_is_not_a_number_is_no_value() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Ratio < 0.0 / 0.0",
        "resource.Ratio < double('NaN')",
        "resource.Ratio < 1.0 / 0.0 - 1.0 / 0.0",
        "resource.Ratio < 1.0 / 0.0",
    ]), @r#"
    resource.Ratio < 0.0 / 0.0
    [0.0 / 0.0] wrong-value: `0.0 / 0.0` has no value
    resource.Ratio < double('NaN')
    [double('NaN')] wrong-value: `double("NaN")` has no value
    resource.Ratio < 1.0 / 0.0 - 1.0 / 0.0
    [1.0 / 0.0] wrong-value: `1.0 / 0.0` has no value
    [1.0 / 0.0] wrong-value: `1.0 / 0.0` has no value
    resource.Ratio < 1.0 / 0.0
    [1.0 / 0.0] wrong-value: `1.0 / 0.0` has no value
    "#);
}

#[test]
fn constants_that_grow_are_left_as_they_are_written() {
    let grown = format!("resource.Name == 'a'{}", ".replace('a', 'aaaaaaaaaaaaaaaa')".repeat(4));
    let said = super::fixture::verdict(&grown, &serde_json::json!({ "Name": "a".repeat(1 << 16) }));
    assert_eq!(said, "true");
    let monster = format!("resource.Name == 'a'{}", ".replace('a', 'aaaaaaaaaaaaaaaa')".repeat(9));
    let said = super::fixture::verdict(&monster, &serde_json::json!({ "Name": "a" }));
    assert!(said.starts_with("budget: "), "{said}");
}

#[test]
fn an_expression_knows_what_it_reads() {
    let read =
        compile("resource.Ports.exists(p, p.From == 1) && tag('env') == 'x' && resource.Enabled");
    let reads = &read.reads()["Test::Thing"];
    let names: Vec<&str> = reads.properties.iter().map(|name| &**name).collect();
    assert_eq!(names, ["Enabled", "Ports", "Tags"]);
    let operations = ["t:List", "t:Tags"].map(Operation::from);
    assert_eq!(reads.operations, BTreeSet::from(operations));
    assert!(compile("true").reads().is_empty());
}

#[test]
fn equal_texts_are_equal_expressions() {
    assert_eq!(compile("resource.Enabled"), compile("resource.Enabled"));
    assert_ne!(compile("resource.Enabled"), compile("resource.Enabled "));
    let filter = Expression::compile("resource.Enabled", schema(), ExpressionKind::Filter);
    assert_ne!(filter, Ok(compile("resource.Enabled")));
}

#[test]
fn where_there_are_many_properties_the_closest_are_named() {
    let instance = &crate::resource::schemas()["AWS::EC2::Instance"];
    let problems = Expression::compile("resource.Xyzzy", instance, ExpressionKind::Assert)
        .expect_err("there is no such property");
    let help = problems[0].help.as_deref().expect("help");
    let (count, names) = help.split_once("; the closest are ").expect("not all");
    assert_eq!(count, format!("there are {}", instance.properties.len()));
    assert_eq!(names.split(", ").count(), 5);
}
