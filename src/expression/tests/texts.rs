//! What the functions of text give, and what they have no value for.

use serde_json::json;

use super::fixture::{ordinary, verdicts};

#[test]
fn texts_are_cut_and_put_together() {
    insta::assert_snapshot!(verdicts(&[
        "'aBc é'.upperAscii() == 'ABC é' && '\\t a b \\n'.trim() == 'a b' && ''.trim() == ''",
        "'a,b,,c'.split(',') == ['a', 'b', '', 'c'] && ''.split(',') == [''] && 'ab'.split(',') == ['ab']",
        "'日本'.split('') == ['日', '本'] && ''.split('') == []",
        "['a', 'b'].join(',') == 'a,b' && ['a', 'b'].join() == 'ab' && [].join(',') == ''",
        "'a.b.c'.replace('.', '') == 'abc' && 'aaa'.replace('aa', 'b') == 'ba' && 'ab'.replace('', '-') == '-a-b-'",
        "'日本語'.substring(1) == '本語' && '日本語'.substring(1, 2) == '本' && 'abc'.substring(3) == ''",
        "'日本語'.indexOf('語') == 2 && 'abc'.indexOf('x') == -1 && 'abc'.indexOf('') == 0",
        "[1, 2, 2].indexOf(2) == 1 && ['a'].indexOf('b') == -1 && [1].indexOf(1.0) == 0",
        "json('{\"a\": [1, 2.5, null, true, \"x\"]}') == {'a': [1, 2.5, null, true, 'x']}",
        "json('null') == null && json(' 7 ') == 7 && json('\"x\"') == 'x'",
    ], &json!({})), @r#"
    'aBc é'.upperAscii() == 'ABC é' && '\t a b \n'.trim() == 'a b' && ''.trim() == ''  =>  true
    'a,b,,c'.split(',') == ['a', 'b', '', 'c'] && ''.split(',') == [''] && 'ab'.split(',') == ['ab']  =>  true
    '日本'.split('') == ['日', '本'] && ''.split('') == []  =>  true
    ['a', 'b'].join(',') == 'a,b' && ['a', 'b'].join() == 'ab' && [].join(',') == ''  =>  true
    'a.b.c'.replace('.', '') == 'abc' && 'aaa'.replace('aa', 'b') == 'ba' && 'ab'.replace('', '-') == '-a-b-'  =>  true
    '日本語'.substring(1) == '本語' && '日本語'.substring(1, 2) == '本' && 'abc'.substring(3) == ''  =>  true
    '日本語'.indexOf('語') == 2 && 'abc'.indexOf('x') == -1 && 'abc'.indexOf('') == 0  =>  true
    [1, 2, 2].indexOf(2) == 1 && ['a'].indexOf('b') == -1 && [1].indexOf(1.0) == 0  =>  true
    json('{"a": [1, 2.5, null, true, "x"]}') == {'a': [1, 2.5, null, true, 'x']}  =>  true
    json('null') == null && json(' 7 ') == 7 && json('"x"') == 'x'  =>  true
    "#);
}

#[test]
fn texts_without_a_value() {
    insta::assert_snapshot!(verdicts(&[
        "resource.Name.substring(6) == ''",
        "resource.Name.substring(-1) == ''",
        "resource.Name.substring(3, 2) == ''",
        "resource.Name.substring(resource.Size) == ''",
        "resource.Name.substring(1, dyn(resource.Owner)) == 'eb-1'",
        "json(resource.Name) == null",
        "resource.Owner.split(',') == []",
        "resource.Name.replace('a', resource.Owner) == ''",
        "dyn(resource.Size).trim() == ''",
        "dyn(resource.Name).split(dyn(resource.Size)) == ['x']",
        "dyn(resource.Size).indexOf('x') == 0",
        "dyn([resource.Size]).join(',') == '8'",
    ], &ordinary()), @r#"
    resource.Name.substring(6) == ''  =>  expression_error: `resource.Name.substring(6)` has no value: `resource.Name` is `"web-1"`
    resource.Name.substring(-1) == ''  =>  expression_error: `resource.Name.substring(-1)` has no value: `resource.Name` is `"web-1"`
    resource.Name.substring(3, 2) == ''  =>  expression_error: `resource.Name.substring(3, 2)` has no value: `resource.Name` is `"web-1"`
    resource.Name.substring(resource.Size) == ''  =>  expression_error: `resource.Name.substring(resource.Size)` has no value: `resource.Name` is `"web-1"`, `resource.Size` is `8`
    resource.Name.substring(1, dyn(resource.Owner)) == 'eb-1'  =>  expression_error: `dyn(resource.Owner)` is null, and `substring` needs a value
    json(resource.Name) == null  =>  expression_error: `json(resource.Name)` has no value: `resource.Name` is `"web-1"`
    resource.Owner.split(',') == []  =>  expression_error: `resource.Owner` is null, and `split` needs a value
    resource.Name.replace('a', resource.Owner) == ''  =>  expression_error: `resource.Owner` is null, and `replace` needs a value
    dyn(resource.Size).trim() == ''  =>  expression_error: `dyn(resource.Size).trim()` has no value: `dyn(resource.Size)` is `8`
    dyn(resource.Name).split(dyn(resource.Size)) == ['x']  =>  expression_error: `dyn(resource.Name).split(dyn(resource.Size))` has no value: `dyn(resource.Name)` is `"web-1"`, `dyn(resource.Size)` is `8`
    dyn(resource.Size).indexOf('x') == 0  =>  expression_error: `dyn(resource.Size).indexOf("x")` has no value: `dyn(resource.Size)` is `8`
    dyn([resource.Size]).join(',') == '8'  =>  expression_error: `dyn([resource.Size]).join(",")` has no value: `dyn([resource.Size])` is `[8]`
    "#);
}

#[test]
fn what_nests_too_deeply_is_no_json() {
    let nested =
        |depth: usize| json!({ "Name": format!("{}{}", "[".repeat(depth), "]".repeat(depth)) });
    assert_eq!(super::fixture::verdict("size(json(resource.Name)) == 1", &nested(100)), "true");
    let said = super::fixture::verdict("size(json(resource.Name)) == 1", &nested(1000));
    assert!(said.starts_with("expression_error: `json(resource.Name)` has no value"), "{said}");
}
