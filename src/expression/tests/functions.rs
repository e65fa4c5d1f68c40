//! What the functions give.

use serde_json::json;

use super::fixture::{ordinary, verdict, verdicts};

#[test]
fn text() {
    insta::assert_snapshot!(verdicts(&[
        "'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc')",
        "'abc'.contains('') && !'abc'.contains('x')",
        "'AbC'.lowerAscii() == 'abc'",
        "'日本'.size() == 2 && size('') == 0",
        "'a' + 'b' == 'ab'",
        "'a' < 'b' && 'a' <= 'a' && 'b' > 'a' && 'b' >= 'b'",
        "'abc'.matches('^a.c$') && !'abc'.matches('^b') && matches('abc', 'b')",
        "r'\\d' == '\\\\d'",
        "glob('web-1', 'web-*') && 'web-1'.glob('*-?') && glob('', '*')",
        "glob('abcabd', '*abd') && glob('aXbXc', 'a*b*c') && glob('日本', '?本')",
        "glob('abc', 'ab') || glob('abc', 'abcd') || glob('abc', '?') || glob('', '?')",
        "glob('a*c', 'a*c') && glob('arn:aws:s3:::b/x/y', 'arn:aws:s3:::b/*')",
    ], &json!({})), @r#"
    'abc'.contains('b') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc')  =>  true
    'abc'.contains('') && !'abc'.contains('x')  =>  true
    'AbC'.lowerAscii() == 'abc'  =>  true
    '日本'.size() == 2 && size('') == 0  =>  true
    'a' + 'b' == 'ab'  =>  true
    'a' < 'b' && 'a' <= 'a' && 'b' > 'a' && 'b' >= 'b'  =>  true
    'abc'.matches('^a.c$') && !'abc'.matches('^b') && matches('abc', 'b')  =>  true
    r'\d' == '\\d'  =>  true
    glob('web-1', 'web-*') && 'web-1'.glob('*-?') && glob('', '*')  =>  true
    glob('abcabd', '*abd') && glob('aXbXc', 'a*b*c') && glob('日本', '?本')  =>  true
    glob('abc', 'ab') || glob('abc', 'abcd') || glob('abc', '?') || glob('', '?')  =>  false
    glob('a*c', 'a*c') && glob('arn:aws:s3:::b/x/y', 'arn:aws:s3:::b/*')  =>  true
    "#);
}

#[test]
fn numbers() {
    insta::assert_snapshot!(verdicts(&[
        "1 + 2 * 3 - 4 / 2 == 5 && 7 % 4 == 3 && -7 / 2 == -3",
        "1.5 + 1.0 == 2.5 && 3.0 / 2.0 == 1.5 && -(1.5) == -1.5",
        "1 == 1.0 && 1 < 1.5 && 2.5 > 2 && 1 in [1.0]",
        "9223372036854775807 < 9223372036854775808.0",
        "9007199254740993 > 9007199254740992.0",
        "-9223372036854775808 < 0",
        "int('42') == 42 && int(4.9) == 4 && int(-4.9) == -4",
        "double('1.5') == 1.5 && double(2) == 2.0",
        "string(42) == '42' && string(true) == 'true' && string(1.5) == '1.5'",
        "bool('true') && !bool('false')",
        "resource.Size / 0 == 1",
        "resource.Size % 0 == 1",
        "resource.Size + 9223372036854775807 == 0",
        "int(resource.Name) == 1",
        "double(resource.Name) < 1.0 || double(resource.Name) >= 1.0",
        "bool(resource.Name)",
        "resource.Ratio / 0.0 > 1.0",
    ], &ordinary()), @r#"
    1 + 2 * 3 - 4 / 2 == 5 && 7 % 4 == 3 && -7 / 2 == -3  =>  true
    1.5 + 1.0 == 2.5 && 3.0 / 2.0 == 1.5 && -(1.5) == -1.5  =>  true
    1 == 1.0 && 1 < 1.5 && 2.5 > 2 && 1 in [1.0]  =>  true
    9223372036854775807 < 9223372036854775808.0  =>  true
    9007199254740993 > 9007199254740992.0  =>  true
    -9223372036854775808 < 0  =>  true
    int('42') == 42 && int(4.9) == 4 && int(-4.9) == -4  =>  true
    double('1.5') == 1.5 && double(2) == 2.0  =>  true
    string(42) == '42' && string(true) == 'true' && string(1.5) == '1.5'  =>  true
    bool('true') && !bool('false')  =>  true
    resource.Size / 0 == 1  =>  expression_error: `resource.Size / 0` has no value: `resource.Size` is `8`
    resource.Size % 0 == 1  =>  expression_error: `resource.Size % 0` has no value: `resource.Size` is `8`
    resource.Size + 9223372036854775807 == 0  =>  expression_error: `resource.Size + 9223372036854775807` has no value: `resource.Size` is `8`
    int(resource.Name) == 1  =>  expression_error: `int(resource.Name)` has no value: `resource.Name` is `"web-1"`
    double(resource.Name) < 1.0 || double(resource.Name) >= 1.0  =>  expression_error: `double(resource.Name)` has no value: `resource.Name` is `"web-1"`
    bool(resource.Name)  =>  expression_error: `bool(resource.Name)` has no value: `resource.Name` is `"web-1"`
    resource.Ratio / 0.0 > 1.0  =>  expression_error: `resource.Ratio / 0.0` has no value: `resource.Ratio` is `0.5`
    "#);
}

#[test]
fn time() {
    insta::assert_snapshot!(verdicts(&[
        "now == timestamp('2026-06-30T00:00:00Z')",
        "age(resource.Created) == duration('180d')",
        "now - resource.Created == duration('4320h')",
        "resource.Created + duration('180d') == now && duration('180d') + resource.Created == now",
        "now - duration('180d') == resource.Created",
        "duration('1d') == duration('24h') && duration('1h30m') == duration('90m')",
        "duration('1.5h') == duration('90m') && duration('250ms') < duration('1s')",
        "duration('-1h') < duration('0') && -duration('1h') == duration('-1h')",
        "duration('1d') + duration('1h') - duration('1h') == duration('1d')",
        "string(duration('36h30m0.5s')) == '131400.5s'",
        "string(now) == '2026-06-30T00:00:00Z'",
        "int(timestamp('1970-01-01T00:01:00+00:00')) == 60 && timestamp(60) < now",
        "now.getFullYear() == 2026 && now.getMonth() == 5 && now.getDate() == 30",
        "now.getDayOfMonth() == 29 && now.getDayOfWeek() == 2 && now.getDayOfYear() == 180",
        "now.getHours() == 0 && now.getMinutes() == 0 && now.getSeconds() == 0",
        "duration('90m').getHours() == 1 && duration('90m').getMinutes() == 90",
        "resource.Created + duration('400000w') < timestamp('9999-12-31T23:59:59Z')",
        "resource.Created + duration('500000w') > now",
        "now - duration('2026w') - duration('500000w') < now",
        "age(resource.Created) + duration('500000w') + duration('500000w') > duration('1d')",
        "timestamp(resource.Name) < now",
        "duration(resource.Name) < duration('1d')",
    ], &ordinary()), @r#"
    now == timestamp('2026-06-30T00:00:00Z')  =>  true
    age(resource.Created) == duration('180d')  =>  true
    now - resource.Created == duration('4320h')  =>  true
    resource.Created + duration('180d') == now && duration('180d') + resource.Created == now  =>  true
    now - duration('180d') == resource.Created  =>  true
    duration('1d') == duration('24h') && duration('1h30m') == duration('90m')  =>  true
    duration('1.5h') == duration('90m') && duration('250ms') < duration('1s')  =>  true
    duration('-1h') < duration('0') && -duration('1h') == duration('-1h')  =>  true
    duration('1d') + duration('1h') - duration('1h') == duration('1d')  =>  true
    string(duration('36h30m0.5s')) == '131400.5s'  =>  true
    string(now) == '2026-06-30T00:00:00Z'  =>  true
    int(timestamp('1970-01-01T00:01:00+00:00')) == 60 && timestamp(60) < now  =>  true
    now.getFullYear() == 2026 && now.getMonth() == 5 && now.getDate() == 30  =>  true
    now.getDayOfMonth() == 29 && now.getDayOfWeek() == 2 && now.getDayOfYear() == 180  =>  true
    now.getHours() == 0 && now.getMinutes() == 0 && now.getSeconds() == 0  =>  true
    duration('90m').getHours() == 1 && duration('90m').getMinutes() == 90  =>  true
    resource.Created + duration('400000w') < timestamp('9999-12-31T23:59:59Z')  =>  true
    resource.Created + duration('500000w') > now  =>  expression_error: `resource.Created + duration("3500000d")` has no value: `resource.Created` is `timestamp("2026-01-01T00:00:00Z")`
    now - duration('2026w') - duration('500000w') < now  =>  expression_error: `now - duration("14182d") - duration("3500000d")` has no value: `now - duration("14182d")` is `timestamp("1987-09-01T00:00:00Z")`
    age(resource.Created) + duration('500000w') + duration('500000w') > duration('1d')  =>  expression_error: `age(resource.Created) + duration("3500000d") + duration("3500000d")` has no value: `age(resource.Created) + duration("3500000d")` is `duration("3500180d")`
    timestamp(resource.Name) < now  =>  expression_error: `timestamp(resource.Name)` has no value: `resource.Name` is `"web-1"`
    duration(resource.Name) < duration('1d')  =>  expression_error: `duration(resource.Name)` has no value: `resource.Name` is `"web-1"`
    "#);
}

#[test]
fn durations_that_cannot_be_read() {
    for text in ["", "-", "90", "d", "90 d", "1.2.3h", "1e3s", "1y", ".h", "99999999999999999999w"]
    {
        let ordinary = json!({ "Name": text });
        let said = verdict("duration(resource.Name) == now - now", &ordinary);
        assert!(said.ends_with(&format!("`resource.Name` is `\"{text}\"`")), "{said}");
    }
}

#[test]
fn collections() {
    insta::assert_snapshot!(verdicts(&[
        "[1, 2] + [3] == [1, 2, 3] && size([1, 2]) == 2 && [1, 2][1] == 2",
        "{'a': 1}.a == 1 && {'a': 1}['a'] == 1 && 'a' in {'a': 1} && size({'a': 1}) == 1",
        "{'a': [1, {'b': 2}]} == {'a': [1, {'b': 2.0}]}",
        "{'a': 1} == {'b': 1} || {'a': 1} == {} || [1] == [2] || [1] == []",
        "[[1]].exists(x, x == [1]) && [1, 2].exists_one(x, x > 1) && [1, 2].existsOne(x, x > 1)",
        "[3, 1].filter(x, x > 1).map(x, x * 2) == [6]",
        "{'a': 1, 'b': 2}.map(k, k) == ['a', 'b'] && {'a': 1}.all(k, k == 'a')",
        "[1, 2].map(x, [3, 4].map(y, x * y)) == [[3, 4], [6, 8]]",
        "[1].all(x, [2].all(x, x == 2) && x == 1)",
        "type(1) == int && type('') == string && type([]) == list && type({}) == map",
        "type(null) == null_type && type(1.0) == double && type(now) == timestamp && type(1u) == int",
        "dyn(1) == 1 && dyn(resource.Name) == 'web-1'",
        "tag('env') in ['prod'] && tag('empty') == '' && tag('none') == null",
        "resource.Policy.Statement[0].Action == ['s3:*']",
        "resource.Policy.Statement.exists(s, s.Action.startsWith('s3'))",
        "resource.Policy.Statement.all(s, s.Action.startsWith('s3'))",
    ], &ordinary()), @r#"
    [1, 2] + [3] == [1, 2, 3] && size([1, 2]) == 2 && [1, 2][1] == 2  =>  true
    {'a': 1}.a == 1 && {'a': 1}['a'] == 1 && 'a' in {'a': 1} && size({'a': 1}) == 1  =>  true
    {'a': [1, {'b': 2}]} == {'a': [1, {'b': 2.0}]}  =>  true
    {'a': 1} == {'b': 1} || {'a': 1} == {} || [1] == [2] || [1] == []  =>  false
    [[1]].exists(x, x == [1]) && [1, 2].exists_one(x, x > 1) && [1, 2].existsOne(x, x > 1)  =>  true
    [3, 1].filter(x, x > 1).map(x, x * 2) == [6]  =>  true
    {'a': 1, 'b': 2}.map(k, k) == ['a', 'b'] && {'a': 1}.all(k, k == 'a')  =>  true
    [1, 2].map(x, [3, 4].map(y, x * y)) == [[3, 4], [6, 8]]  =>  true
    [1].all(x, [2].all(x, x == 2) && x == 1)  =>  true
    type(1) == int && type('') == string && type([]) == list && type({}) == map  =>  true
    type(null) == null_type && type(1.0) == double && type(now) == timestamp && type(1u) == int  =>  true
    dyn(1) == 1 && dyn(resource.Name) == 'web-1'  =>  true
    tag('env') in ['prod'] && tag('empty') == '' && tag('none') == null  =>  true
    resource.Policy.Statement[0].Action == ['s3:*']  =>  false
    resource.Policy.Statement.exists(s, s.Action.startsWith('s3'))  =>  true
    resource.Policy.Statement.all(s, s.Action.startsWith('s3'))  =>  expression_error: `s.Action.startsWith("s3")` has no value: `s.Action` is `["s3:Get", "s3:Put"]`
    "#);
}
