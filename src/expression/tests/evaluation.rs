//! What expressions say: the table of null, unknown and budgets.

use serde_json::json;

use super::fixture::{ordinary, verdicts};

#[test]
fn missing_properties_are_null_or_their_default() {
    insta::assert_snapshot!(verdicts(&[
        "resource.Owner == null",
        "resource.Block == null",
        "resource.Block.Deep.Leaf == null",
        "resource.Mode == 'open'",
        "tag('env') == null",
        "tag('missing') == null",
        "resource.Labels.missing == null",
        "resource.Labels['missing'] == null",
        "resource.Policy.Statement[0].Principal.AWS == null",
        "resource.Block['Acls'] == null",
    ], &json!({ "Block": "absent", "Labels": {}, "Tags": "absent" })), @r#"
    resource.Owner == null  =>  true
    resource.Block == null  =>  true
    resource.Block.Deep.Leaf == null  =>  true
    resource.Mode == 'open'  =>  true
    tag('env') == null  =>  true
    tag('missing') == null  =>  true
    resource.Labels.missing == null  =>  true
    resource.Labels['missing'] == null  =>  true
    resource.Policy.Statement[0].Principal.AWS == null  =>  true
    resource.Block['Acls'] == null  =>  true
    "#);
}

#[test]
fn null_is_false_where_true_or_false_is_needed() {
    insta::assert_snapshot!(verdicts(&[
        "resource.Public",
        "resource.Public && true",
        "true && resource.Public",
        "resource.Public || false",
        "resource.Public || true",
        "!resource.Public",
        "resource.Public ? true : false",
        "null",
        "null ? true : false",
        "!null",
    ], &json!({})), @r#"
    resource.Public  =>  false
    resource.Public && true  =>  false
    true && resource.Public  =>  false
    resource.Public || false  =>  false
    resource.Public || true  =>  true
    !resource.Public  =>  true
    resource.Public ? true : false  =>  false
    null  =>  false
    null ? true : false  =>  false
    !null  =>  true
    "#);
}

#[test]
fn null_is_compared_as_a_value() {
    insta::assert_snapshot!(verdicts(&[
        "resource.Owner == 'x'",
        "resource.Owner != 'x'",
        "resource.Owner == null",
        "resource.Owner != null",
        "resource.Owner in ['x', 'y']",
        "!(resource.Owner in ['x', 'y'])",
        "resource.Owner in ['x', null]",
        "'x' in resource.Names",
        "has(resource.Owner)",
        "has(resource.Block.Acls)",
        "has(resource.Name)",
    ], &json!({ "Name": "x" })), @r#"
    resource.Owner == 'x'  =>  false
    resource.Owner != 'x'  =>  true
    resource.Owner == null  =>  true
    resource.Owner != null  =>  false
    resource.Owner in ['x', 'y']  =>  false
    !(resource.Owner in ['x', 'y'])  =>  true
    resource.Owner in ['x', null]  =>  true
    'x' in resource.Names  =>  false
    has(resource.Owner)  =>  false
    has(resource.Block.Acls)  =>  false
    has(resource.Name)  =>  true
    "#);
}

#[test]
fn null_is_an_empty_list() {
    insta::assert_snapshot!(verdicts(&[
        "resource.Names.all(n, false)",
        "resource.Names.exists(n, true)",
        "resource.Names.exists_one(n, true)",
        "resource.Names.filter(n, true) == []",
        "resource.Names.map(n, n) == []",
        "size(resource.Names) == 0",
        "resource.Names.size() == 0",
        "resource.Policy.Statement.all(s, false)",
        "resource.Names[0] == null",
    ], &json!({})), @r#"
    resource.Names.all(n, false)  =>  true
    resource.Names.exists(n, true)  =>  false
    resource.Names.exists_one(n, true)  =>  false
    resource.Names.filter(n, true) == []  =>  true
    resource.Names.map(n, n) == []  =>  true
    size(resource.Names) == 0  =>  true
    resource.Names.size() == 0  =>  true
    resource.Policy.Statement.all(s, false)  =>  true
    resource.Names[0] == null  =>  true
    "#);
}

#[test]
fn null_has_no_order_no_arithmetic_and_no_text() {
    insta::assert_snapshot!(verdicts(&[
        "resource.Count > 1",
        "1 <= resource.Count",
        "resource.Count + 1 == 2",
        "-resource.Count == 2",
        "resource.Owner.startsWith('a')",
        "resource.Owner.contains('a')",
        "resource.Owner.matches('a')",
        "glob(resource.Owner, 'a*')",
        "tag('none').endsWith('a')",
        "int(resource.Owner) == 1",
        "age(resource.Created) > duration('1d')",
        "cidrContains('10.0.0.0/8', resource.Owner)",
        "arn(resource.Owner).account == account",
        "resource.Ports[7].From == 1",
        "resource.Ports[-1].From == 1",
        "resource.Block.Acls || resource.Count > 1",
        "resource.Policy.Version.x == 1",
        "resource.Policy.Version > 1",
        "resource.Policy.Version",
    ], &json!({ "Ports": [{ "From": 1 }], "Policy": { "Version": "2012" }, "Block": { "Acls": false }})), @r#"
    resource.Count > 1  =>  expression_error: `resource.Count` is null, and `>` needs a value
    1 <= resource.Count  =>  expression_error: `resource.Count` is null, and `<=` needs a value
    resource.Count + 1 == 2  =>  expression_error: `resource.Count` is null, and `+` needs a value
    -resource.Count == 2  =>  expression_error: `resource.Count` is null, and `-` needs a value
    resource.Owner.startsWith('a')  =>  expression_error: `resource.Owner` is null, and `startsWith` needs a value
    resource.Owner.contains('a')  =>  expression_error: `resource.Owner` is null, and `contains` needs a value
    resource.Owner.matches('a')  =>  expression_error: `resource.Owner` is null, and `matches` needs a value
    glob(resource.Owner, 'a*')  =>  expression_error: `resource.Owner` is null, and `glob` needs a value
    tag('none').endsWith('a')  =>  expression_error: `tag("none")` is null, and `endsWith` needs a value
    int(resource.Owner) == 1  =>  expression_error: `resource.Owner` is null, and `int` needs a value
    age(resource.Created) > duration('1d')  =>  expression_error: `resource.Created` is null, and `age` needs a value
    cidrContains('10.0.0.0/8', resource.Owner)  =>  expression_error: `resource.Owner` is null, and `cidrContains` needs a value
    arn(resource.Owner).account == account  =>  expression_error: `resource.Owner` is null, and `arn` needs a value
    resource.Ports[7].From == 1  =>  expression_error: `resource.Ports` has 1 elements, and none at index 7
    resource.Ports[-1].From == 1  =>  expression_error: `resource.Ports` has 1 elements, and none at index -1
    resource.Block.Acls || resource.Count > 1  =>  expression_error: `resource.Count` is null, and `>` needs a value
    resource.Policy.Version.x == 1  =>  expression_error: `resource.Policy.Version` is a string, which has no `x`
    resource.Policy.Version > 1  =>  expression_error: `resource.Policy.Version` is a string and `1` is an integer, which `>` cannot compare
    resource.Policy.Version  =>  expression_error: `resource.Policy.Version` is a string where true or false is needed
    "#);
}

#[test]
fn a_facet_that_could_not_be_read_is_unknown_unless_the_rest_decides() {
    let denied = json!({
        "Enabled": true, "Names": ["a", "b"], "Block": "denied", "Tags": "missing",
        "Ports": [{ "From": 1, "Cidr": "x" }, { "From": 2, "Cidr": "y" }],
    });
    insta::assert_snapshot!(verdicts(&[
        "resource.Block.Acls",
        "tag('env') == 'prod'",
        "!resource.Block.Acls",
        "resource.Block == null",
        "has(resource.Block)",
        "resource.Block.Acls && false",
        "false && resource.Block.Acls",
        "resource.Block.Acls && true",
        "resource.Block.Acls || true",
        "true || resource.Block.Acls",
        "resource.Block.Acls || false",
        "resource.Block.Acls && tag('a') == 'b'",
        "resource.Block.Acls ? true : true",
        "resource.Enabled ? true : resource.Block.Acls",
        "resource.Ports.all(p, p.From == 1 || resource.Block.Acls)",
        "resource.Ports.all(p, p.From == 1 && resource.Block.Acls)",
        "resource.Ports.exists(p, p.From == 2 || resource.Block.Acls)",
        "resource.Ports.exists(p, p.From == 3 || resource.Block.Acls)",
        "resource.Ports.exists_one(p, p.From < 3 || resource.Block.Acls)",
        "resource.Ports.exists_one(p, p.From == 1 || resource.Block.Acls)",
        "resource.Ports.filter(p, resource.Block.Acls) == []",
        "resource.Policy.Statement.all(s, false)",
        "[resource.Block.Acls] == []",
    ], &denied), @r#"
    resource.Block.Acls  =>  access_denied: t: denied
    tag('env') == 'prod'  =>  not_collected: t:Tags was not collected
    !resource.Block.Acls  =>  access_denied: t: denied
    resource.Block == null  =>  access_denied: t: denied
    has(resource.Block)  =>  access_denied: t: denied
    resource.Block.Acls && false  =>  false
    false && resource.Block.Acls  =>  false
    resource.Block.Acls && true  =>  access_denied: t: denied
    resource.Block.Acls || true  =>  true
    true || resource.Block.Acls  =>  true
    resource.Block.Acls || false  =>  access_denied: t: denied
    resource.Block.Acls && tag('a') == 'b'  =>  access_denied: t: denied
    resource.Block.Acls ? true : true  =>  access_denied: t: denied
    resource.Enabled ? true : resource.Block.Acls  =>  true
    resource.Ports.all(p, p.From == 1 || resource.Block.Acls)  =>  access_denied: t: denied
    resource.Ports.all(p, p.From == 1 && resource.Block.Acls)  =>  false
    resource.Ports.exists(p, p.From == 2 || resource.Block.Acls)  =>  true
    resource.Ports.exists(p, p.From == 3 || resource.Block.Acls)  =>  access_denied: t: denied
    resource.Ports.exists_one(p, p.From < 3 || resource.Block.Acls)  =>  false
    resource.Ports.exists_one(p, p.From == 1 || resource.Block.Acls)  =>  access_denied: t: denied
    resource.Ports.filter(p, resource.Block.Acls) == []  =>  access_denied: t: denied
    resource.Policy.Statement.all(s, false)  =>  access_denied: t: denied
    [resource.Block.Acls] == []  =>  access_denied: t: denied
    "#);
}

#[test]
fn what_an_inventory_was_recorded_without_is_unknown_and_not_empty() {
    let asked = [
        "!resource.Ports.exists(p, 'a' in p.Peers)",
        "resource.Ports.all(p, size(p.Peers) == 0)",
        "resource.Ports[1].Peers == []",
        "resource.Ports.all(p, p.Cidr != 'x')",
    ];
    insta::assert_snapshot!(verdicts(&asked, &ordinary()), @"
    !resource.Ports.exists(p, 'a' in p.Peers)  =>  not_collected: the inventory was recorded without `Peers`; record it again
    resource.Ports.all(p, size(p.Peers) == 0)  =>  not_collected: the inventory was recorded without `Peers`; record it again
    resource.Ports[1].Peers == []  =>  not_collected: the inventory was recorded without `Peers`; record it again
    resource.Ports.all(p, p.Cidr != 'x')  =>  true
    ");
    let whole = json!({ "Ports": [{ "Cidr": "y", "Peers": ["b"] }, { "Cidr": "z", "Peers": [] }] });
    insta::assert_snapshot!(verdicts(&asked, &whole), @"
    !resource.Ports.exists(p, 'a' in p.Peers)  =>  true
    resource.Ports.all(p, size(p.Peers) == 0)  =>  false
    resource.Ports[1].Peers == []  =>  true
    resource.Ports.all(p, p.Cidr != 'x')  =>  true
    ");
}

#[test]
fn what_live_accounts_do_not_tell_is_unknown_where_it_is_not_recorded() {
    let asked = ["resource.Zone == null", "resource.Zone == 'a'", "resource.Zone == null || true"];
    insta::assert_snapshot!(verdicts(&asked, &json!({})), @"
    resource.Zone == null  =>  unsupported: `Zone` is not read from live accounts yet, only from recorded inventories
    resource.Zone == 'a'  =>  unsupported: `Zone` is not read from live accounts yet, only from recorded inventories
    resource.Zone == null || true  =>  true
    ");
    insta::assert_snapshot!(verdicts(&asked, &json!({ "Zone": null })), @"
    resource.Zone == null  =>  true
    resource.Zone == 'a'  =>  false
    resource.Zone == null || true  =>  true
    ");
    insta::assert_snapshot!(verdicts(&asked, &json!({ "Zone": "a" })), @"
    resource.Zone == null  =>  false
    resource.Zone == 'a'  =>  true
    resource.Zone == null || true  =>  true
    ");
}

#[test]
fn an_ordinary_thing() {
    insta::assert_snapshot!(verdicts(&[
        "resource.Enabled",
        "resource.Size == 8 && resource.Size == 8.0 && resource.Ratio < 1",
        "resource.Size + 1 == 9u",
        "resource.Block.Acls && resource.Block.Buckets",
        "tag('env') == 'prod' && tag('empty') == ''",
        "resource.Ports.exists(p, p.From <= 22 && p.Cidr == '10.0.0.0/8')",
        "resource.Ports.all(p, isWorldCidr(p.Cidr))",
        "age(resource.Created) > duration('90d')",
        "resource.Created < now - duration('90d')",
        "resource.Policy.Statement.exists(s, s.Principal == '*')",
        "resource.Policy.Statement.exists(s, type(s.Action) == list && 's3:Get' in s.Action)",
        "resource.Name.matches('^web-[0-9]+$')",
        "account == '123456789012' && region == 'eu-west-1'",
        "resource.Labels.team == 'core' && 'team' in resource.Labels",
        "resource.Labels.all(k, k.startsWith('t'))",
        "resource.Ports.map(p, p.From) == [22, 443]",
        "resource.Ports.map(p, p.From > 22, p.From) == [443]",
        "resource.Ports.filter(p, p.From > 22).size() == 1",
        "resource.Ports.exists(p, p.Groups.exists(g, g == 'a' && p.From == 22))",
    ], &ordinary()), @r#"
    resource.Enabled  =>  true
    resource.Size == 8 && resource.Size == 8.0 && resource.Ratio < 1  =>  true
    resource.Size + 1 == 9u  =>  true
    resource.Block.Acls && resource.Block.Buckets  =>  false
    tag('env') == 'prod' && tag('empty') == ''  =>  true
    resource.Ports.exists(p, p.From <= 22 && p.Cidr == '10.0.0.0/8')  =>  true
    resource.Ports.all(p, isWorldCidr(p.Cidr))  =>  false
    age(resource.Created) > duration('90d')  =>  true
    resource.Created < now - duration('90d')  =>  true
    resource.Policy.Statement.exists(s, s.Principal == '*')  =>  true
    resource.Policy.Statement.exists(s, type(s.Action) == list && 's3:Get' in s.Action)  =>  true
    resource.Name.matches('^web-[0-9]+$')  =>  true
    account == '123456789012' && region == 'eu-west-1'  =>  true
    resource.Labels.team == 'core' && 'team' in resource.Labels  =>  true
    resource.Labels.all(k, k.startsWith('t'))  =>  true
    resource.Ports.map(p, p.From) == [22, 443]  =>  true
    resource.Ports.map(p, p.From > 22, p.From) == [443]  =>  true
    resource.Ports.filter(p, p.From > 22).size() == 1  =>  true
    resource.Ports.exists(p, p.Groups.exists(g, g == 'a' && p.From == 22))  =>  true
    "#);
}
