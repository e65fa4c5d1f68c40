//! What the functions of lists give, and what they have no value for.

use serde_json::json;

use super::fixture::{all_problems, ordinary, verdicts};

#[test]
fn lists() {
    insta::assert_snapshot!(verdicts(&[
        "['b', 'a', 'b'].distinct() == ['b', 'a'] && [1, 1.0, '1', [1], [1.0]].distinct() == [1, '1', [1]]",
        "[null, null].distinct() == [null] && [].distinct() == [] && dyn(null).distinct() == []",
        "[1, 2.0, 1.0, 2].distinct() == [1, 2]",
        "[[1, 2], [], [3]].flatten() == [1, 2, 3] && [[[1]], 2].flatten() == [[1], 2]",
        "[3, 1, 2].sort() == [1, 2, 3] && ['b', 'a', ''].sort() == ['', 'a', 'b'] && [].sort() == []",
        "[2.5, 1, 2].sort() == [1, 2, 2.5] && [true, false].sort() == [false, true]",
        "[now, now - duration('1h')].sort()[1] == now && [duration('2h'), duration('1h')].min() == duration('1h')",
        "[3, 1, 2].min() == 1 && [3, 1, 2].max() == 3 && ['a', 'b'].max() == 'b' && [1, 0.5].min() == 0.5",
        "[1, 2].sum() == 3 && [0.5, 1.0].sum() == 1.5 && [].sum() == 0 && dyn(null).sum() == 0",
        "[duration('1h'), duration('30m')].sum() == duration('90m')",
        "resource.Ports.map(p, p.Cidr).distinct().size() == size(resource.Ports)",
        "resource.Ports.map(p, p.Groups).flatten().distinct().size() > 0",
    ], &ordinary()), @r#"
    ['b', 'a', 'b'].distinct() == ['b', 'a'] && [1, 1.0, '1', [1], [1.0]].distinct() == [1, '1', [1]]  =>  true
    [null, null].distinct() == [null] && [].distinct() == [] && dyn(null).distinct() == []  =>  true
    [1, 2.0, 1.0, 2].distinct() == [1, 2]  =>  true
    [[1, 2], [], [3]].flatten() == [1, 2, 3] && [[[1]], 2].flatten() == [[1], 2]  =>  true
    [3, 1, 2].sort() == [1, 2, 3] && ['b', 'a', ''].sort() == ['', 'a', 'b'] && [].sort() == []  =>  true
    [2.5, 1, 2].sort() == [1, 2, 2.5] && [true, false].sort() == [false, true]  =>  true
    [now, now - duration('1h')].sort()[1] == now && [duration('2h'), duration('1h')].min() == duration('1h')  =>  true
    [3, 1, 2].min() == 1 && [3, 1, 2].max() == 3 && ['a', 'b'].max() == 'b' && [1, 0.5].min() == 0.5  =>  true
    [1, 2].sum() == 3 && [0.5, 1.0].sum() == 1.5 && [].sum() == 0 && dyn(null).sum() == 0  =>  true
    [duration('1h'), duration('30m')].sum() == duration('90m')  =>  true
    resource.Ports.map(p, p.Cidr).distinct().size() == size(resource.Ports)  =>  true
    resource.Ports.map(p, p.Groups).flatten().distinct().size() > 0  =>  true
    "#);
}

#[test]
fn lists_without_a_value() {
    insta::assert_snapshot!(verdicts(&[
        "dyn([resource.Size, resource.Name]).sort() == []",
        "dyn([resource.Names]).sort() == []",
        "dyn([resource.Owner]).max() == 1",
        "dyn([resource.Names]).min() == 1",
        "resource.Ports.filter(p, p.From == 7).map(p, p.From).max() == 1",
        "[resource.Size, 9223372036854775807].sum() == 1",
        "dyn([resource.Size, 0.5]).sum() == 1",
        "dyn([resource.Name]).sum() == ''",
        "dyn(resource.Size).distinct() == []",
        "dyn(resource.Names).max() == 'x'",
    ], &json!({ "Name": "web-1", "Size": 8 })), @r#"
    dyn([resource.Size, resource.Name]).sort() == []  =>  expression_error: `dyn([resource.Size, resource.Name]).sort()` has no value: `dyn([resource.Size, resource.Name])` is `[8, "web-1"]`
    dyn([resource.Names]).sort() == []  =>  expression_error: `dyn([resource.Names]).sort()` has no value: `dyn([resource.Names])` is `[null]`
    dyn([resource.Owner]).max() == 1  =>  expression_error: `dyn([resource.Owner]).max()` has no value: `dyn([resource.Owner])` is `[null]`
    dyn([resource.Names]).min() == 1  =>  expression_error: `dyn([resource.Names]).min()` has no value: `dyn([resource.Names])` is `[null]`
    resource.Ports.filter(p, p.From == 7).map(p, p.From).max() == 1  =>  expression_error: `resource.Ports.filter(p, p.From == 7).map(p, p.From).max()` has no value: `resource.Ports.filter(p, p.From == 7).map(p, p.From)` is `[]`
    [resource.Size, 9223372036854775807].sum() == 1  =>  expression_error: `[resource.Size, 9223372036854775807].sum()` has no value: `[resource.Size, 9223372036854775807]` is `[8, 9223372036854775807]`
    dyn([resource.Size, 0.5]).sum() == 1  =>  expression_error: `dyn([resource.Size, 0.5]).sum()` has no value: `dyn([resource.Size, 0.5])` is `[8, 0.5]`
    dyn([resource.Name]).sum() == ''  =>  expression_error: `dyn([resource.Name]).sum()` has no value: `dyn([resource.Name])` is `["web-1"]`
    dyn(resource.Size).distinct() == []  =>  expression_error: `dyn(resource.Size).distinct()` has no value: `dyn(resource.Size)` is `8`
    dyn(resource.Names).max() == 'x'  =>  expression_error: `dyn(resource.Names)` is null, and `max` needs a value
    "#);
}

#[test]
fn lists_of_the_wrong_things() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Ports.sort() == []",
        "resource.Names.sum() == 0",
        "resource.Ports.map(p, p.From).join(',') == ''",
        "resource.Name.distinct() == []",
        "resource.Names.sort()[0] == 1",
        "resource.Names.max() == 1",
        "resource.Ports.map(p, p.Groups).flatten()[0] == 1",
        "resource.Ports.distinct().exists(p, p.Form == 1)",
        "resource.Name.split(',').exists(p, p == 1)",
        "resource.Name.split() == []",
        "resource.Name.substring() == ''",
        "split('a', ',') == []",
        "resource.Name.replace('a') == ''",
    ]), @r#"
    resource.Ports.sort() == []
    [resource.Ports] wrong-type: `sort` takes a list of numbers, strings or times, and this is a list of which each is an object
    resource.Names.sum() == 0
    [resource.Names] wrong-type: `sum` takes a list of numbers or durations, and this is a list of which each is a string
    resource.Ports.map(p, p.From).join(',') == ''
    [resource.Ports.map(p, p.From)] wrong-type: `join` takes a list of strings, and this is a list of which each is an integer
    resource.Name.distinct() == []
    [resource.Name] wrong-type: `distinct` takes a list, and this is a string
    resource.Names.sort()[0] == 1
    [resource.Names.sort()[0] == 1] wrong-type: a string never equals an integer, so `==` is always false (put the number in quotes, as in `"1"`, or convert the text with `int(resource.Names.sort()[0])`)
    resource.Names.max() == 1
    [resource.Names.max() == 1] wrong-type: a string never equals an integer, so `==` is always false (put the number in quotes, as in `"1"`, or convert the text with `int(resource.Names.max())`)
    resource.Ports.map(p, p.Groups).flatten()[0] == 1
    [resource.Ports.map(p, p.Groups).flatten()[0] == 1] wrong-type: a string never equals an integer, so `==` is always false (put the number in quotes, as in `"1"`, or convert the text with `int(resource.Ports.map(p, p.Groups).flatten()[0])`)
    resource.Ports.distinct().exists(p, p.Form == 1)
    [Form] unknown-property: `p` has no property `Form` (did you mean `From`?)
    resource.Name.split(',').exists(p, p == 1)
    [p == 1] wrong-type: a string never equals an integer, so `==` is always false (put the number in quotes, as in `"1"`, or convert the text with `int(p)`)
    resource.Name.split() == []
    [split] wrong-arguments: `split` takes one argument here (write `text.split(separator)`)
    resource.Name.substring() == ''
    [substring] wrong-arguments: `substring` takes 1 or 2 arguments here (write `text.substring(start, end)`)
    split('a', ',') == []
    [split] wrong-arguments: `split` is not called this way (write `text.split(separator)`)
    resource.Name.replace('a') == ''
    [replace] wrong-arguments: `replace` takes 2 arguments here (write `text.replace(part, by)`)
    "#);
}
