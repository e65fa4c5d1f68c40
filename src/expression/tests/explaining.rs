//! Which part was false, and what it saw.

use serde_json::{Value as Json, json};

use super::super::EvalBudget;
use super::fixture::{compile, ordinary, with_subject};

fn explain(text: &str, properties: &Json) -> Vec<(String, String)> {
    with_subject(properties, |subject| {
        compile(text).explain_parts(subject, &mut EvalBudget::default())
    })
}

fn explained(texts: &[&str], properties: &Json) -> String {
    let all = texts.iter().map(|text| {
        let found = explain(text, properties);
        let lines = found.iter().map(|(part, seen)| format!("  {part}  <-  {seen}"));
        [(*text).to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    });
    all.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_smallest_false_parts_are_shown() {
    insta::assert_snapshot!(explained(&[
            "resource.Block.Acls && resource.Block.Buckets",
            "resource.Enabled && (resource.Size > 9 || resource.Ratio > 1)",
            "resource.Size == 9",
            "resource.Size == 9 && resource.Name == 'db' && resource.Enabled",
            "tag('env') == 'dev' || tag('stage') == 'dev'",
            "resource.Owner == 'me'",
            "has(resource.Owner)",
            "resource.Mode == 'closed'",
            "resource.Block.Deep.Leaf == 'x'",
            "resource.Name in ['a', 'b']",
            "'x' in resource.Ports[0].Groups",
            "resource.Name.startsWith('db') && resource.Name.matches('^w')",
    ], &ordinary()), @r#"
    resource.Block.Acls && resource.Block.Buckets
      resource.Block.Buckets  <-  resource.Block.Buckets = false
    resource.Enabled && (resource.Size > 9 || resource.Ratio > 1)
      resource.Size > 9  <-  resource.Size = 8
      resource.Ratio > 1  <-  resource.Ratio = 0.5
    resource.Size == 9
      resource.Size == 9  <-  resource.Size = 8
    resource.Size == 9 && resource.Name == 'db' && resource.Enabled
      resource.Size == 9  <-  resource.Size = 8
      resource.Name == "db"  <-  resource.Name = "web-1"
    tag('env') == 'dev' || tag('stage') == 'dev'
      tag("env") == "dev"  <-  tag("env") = "prod"
      tag("stage") == "dev"  <-  tag("stage") = null
    resource.Owner == 'me'
      resource.Owner == "me"  <-  resource.Owner = null
    has(resource.Owner)
      has(resource.Owner)  <-  resource.Owner = null
    resource.Mode == 'closed'
      resource.Mode == "closed"  <-  resource.Mode = "open"
    resource.Block.Deep.Leaf == 'x'
      resource.Block.Deep.Leaf == "x"  <-  resource.Block.Deep = null
    resource.Name in ['a', 'b']
      resource.Name in ["a", "b"]  <-  resource.Name = "web-1"
    'x' in resource.Ports[0].Groups
      "x" in resource.Ports[0].Groups  <-  resource.Ports[0].Groups = ["a"]
    resource.Name.startsWith('db') && resource.Name.matches('^w')
      resource.Name.startsWith("db")  <-  resource.Name = "web-1"
    "#
        );
}

#[test]
fn loops_and_calls_show_what_they_saw() {
    insta::assert_snapshot!(explained(&[
        "age(resource.Created) < duration('90d')",
        "size(resource.Ports) < 2",
        "resource.Ports.all(p, p.From == 22 && !isWorldCidr(p.Cidr))",
        "!resource.Ports.exists(p, p.From >= 443 && isWorldCidr(p.Cidr))",
        "resource.Ports.exists(p, p.From == 80)",
        "resource.Ports.all(p, p.Groups.all(g, g == 'b'))",
        "resource.Labels.all(k, k == 'env')",
        "resource.Ports.map(p, p.Cidr).all(c, c == '10.0.0.0/8')",
        "!(resource.Enabled && resource.Size == 8)",
        "resource.Enabled ? resource.Size == 9 : false",
        "!resource.Enabled ? true : resource.Size == 9",
        "account == '000000000000'",
        "resource.Size + 1 == 10",
        "resource.Policy.Statement.all(s, s.Effect == 'Deny')",
        "false",
        "true",
        "resource.Owner > 'x'",
    ], &ordinary()), @r#"
    age(resource.Created) < duration('90d')
      age(resource.Created) < duration("90d")  <-  resource.Created = timestamp("2026-01-01T00:00:00Z")
    size(resource.Ports) < 2
      size(resource.Ports) < 2  <-  size(resource.Ports) = 2
    resource.Ports.all(p, p.From == 22 && !isWorldCidr(p.Cidr))
      resource.Ports[1].From == 22  <-  resource.Ports[1].From = 443
      !isWorldCidr(resource.Ports[1].Cidr)  <-  resource.Ports[1].Cidr = "0.0.0.0/0"
    !resource.Ports.exists(p, p.From >= 443 && isWorldCidr(p.Cidr))
      !resource.Ports.exists(p, p.From >= 443 && isWorldCidr(p.Cidr))  <-  resource.Ports[1].From = 443, resource.Ports[1].Cidr = "0.0.0.0/0"
    resource.Ports.exists(p, p.From == 80)
      resource.Ports.exists(p, p.From == 80)  <-  resource.Ports[0].From = 22, resource.Ports[1].From = 443
    resource.Ports.all(p, p.Groups.all(g, g == 'b'))
      resource.Ports[0].Groups[0] == "b"  <-  resource.Ports[0].Groups[0] = "a"
    resource.Labels.all(k, k == 'env')
      k == "env"  <-  k = "team"
    resource.Ports.map(p, p.Cidr).all(c, c == '10.0.0.0/8')
      c == "10.0.0.0/8"  <-  c = "0.0.0.0/0"
    !(resource.Enabled && resource.Size == 8)
      !(resource.Enabled && resource.Size == 8)  <-  resource.Enabled = true, resource.Size = 8
    resource.Enabled ? resource.Size == 9 : false
      resource.Size == 9  <-  resource.Size = 8
    !resource.Enabled ? true : resource.Size == 9
      resource.Size == 9  <-  resource.Size = 8
    account == '000000000000'
      account == "000000000000"  <-  account = "123456789012"
    resource.Size + 1 == 10
      resource.Size + 1 == 10  <-  resource.Size + 1 = 9
    resource.Policy.Statement.all(s, s.Effect == 'Deny')
      resource.Policy.Statement[0].Effect == "Deny"  <-  resource.Policy.Statement[0].Effect = "Allow"
    false
      false  <-  
    true
    resource.Owner > 'x'
    "#
    );
}

#[test]
fn null_is_shown_where_it_begins() {
    let none = json!({ "Block": "absent" });
    insta::assert_snapshot!(explained(&[
        "resource.Block.Acls && resource.Block.Buckets",
        "resource.Block.Deep.Leaf == 'x'",
        "resource.Policy.Statement[0].Effect == 'Allow'",
        "resource.Names.exists(n, n == 'x')",
        "tag('env') == 'prod'",
    ], &none), @r#"
    resource.Block.Acls && resource.Block.Buckets
      resource.Block.Acls  <-  resource.Block = null
      resource.Block.Buckets  <-  resource.Block = null
    resource.Block.Deep.Leaf == 'x'
      resource.Block.Deep.Leaf == "x"  <-  resource.Block = null
    resource.Policy.Statement[0].Effect == 'Allow'
      resource.Policy.Statement[0].Effect == "Allow"  <-  resource.Policy = null
    resource.Names.exists(n, n == 'x')
      resource.Names.exists(n, n == "x")  <-  resource.Names = null
    tag('env') == 'prod'
      tag("env") == "prod"  <-  tag("env") = null
    "#);
}

#[test]
fn unknown_parts_are_not_shown() {
    let denied = json!({ "Block": "denied", "Size": 8 });
    insta::assert_snapshot!(explained(&[
        "resource.Block.Acls && resource.Size == 9",
        "resource.Block.Acls || resource.Size == 9",
    ], &denied), @r#"
    resource.Block.Acls && resource.Size == 9
      resource.Size == 9  <-  resource.Size = 8
    resource.Block.Acls || resource.Size == 9
    "#);
}

#[test]
fn what_is_shown_stays_short() {
    let ports: Vec<Json> =
        (0..1000).map(|n| json!({ "From": n, "Cidr": "x".repeat(500) })).collect();
    let many = json!({ "Ports": ports, "Name": "y".repeat(9000) });
    insta::assert_snapshot!(explained(&[
        "resource.Ports.all(p, p.From < 0)",
        "resource.Ports.exists(p, p.From < 0)",
        "resource.Name == 'é\\n'",
        "resource.Ports.all(p, p.Cidr == '' && resource.Ports.all(q, q.Cidr == ''))",
    ], &many), @r#"
    resource.Ports.all(p, p.From < 0)
      resource.Ports[0].From < 0  <-  resource.Ports[0].From = 0
      resource.Ports[1].From < 0  <-  resource.Ports[1].From = 1
      resource.Ports[2].From < 0  <-  resource.Ports[2].From = 2
    resource.Ports.exists(p, p.From < 0)
      resource.Ports.exists(p, p.From < 0)  <-  resource.Ports[0].From = 0, resource.Ports[1].From = 1, resource.Ports[2].From = 2, size(resource.Ports) = 1000
    resource.Name == 'é\n'
      resource.Name == "é\n"  <-  resource.Name = "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
    resource.Ports.all(p, p.Cidr == '' && resource.Ports.all(q, q.Cidr == ''))
      resource.Ports[0].Cidr == ""  <-  resource.Ports[0].Cidr = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      resource.Ports[1].Cidr == ""  <-  resource.Ports[1].Cidr = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      resource.Ports[2].Cidr == ""  <-  resource.Ports[2].Cidr = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
    "#);
}

/// Policy whose second statement is the one that is asked about.
fn two_statements() -> Json {
    json!({ "Policy": { "Statement": [
        { "Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
          "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
        { "Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"],
          "Resource": "*" },
    ] } })
}

#[test]
fn a_policy_is_shown_by_the_statement_that_decides() {
    insta::assert_snapshot!(explained(&[
        "!isPublic(resource.Policy)",
        "!allowsAction(resource.Policy, 's3:GetObject')",
        "!isPublic(statements(resource.Policy))",
        "!statements(resource.Policy).exists(s, s.Effect == 'Allow' && isPublic(s))",
        "statements(resource.Policy).all(s, !isPublic(s))",
        "statements(resource.Policy).all(s, s.Effect == 'Deny')",
        "isPublic(resource.Policy) && allowsAll(resource.Policy.Statement[1])",
    ], &two_statements()), @r#"
    !isPublic(resource.Policy)
      !isPublic(resource.Policy)  <-  statements(resource.Policy)[1] = {"Action": ["s3:GetObject"], "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Resource": ["*"], "Sid…
    !allowsAction(resource.Policy, 's3:GetObject')
      !allowsAction(resource.Policy, "s3:GetObject")  <-  statements(resource.Policy)[1] = {"Action": ["s3:GetObject"], "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Resource": ["*"], "Sid…
    !isPublic(statements(resource.Policy))
      !isPublic(statements(resource.Policy))  <-  statements(resource.Policy)[1] = {"Action": ["s3:GetObject"], "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Resource": ["*"], "Sid…
    !statements(resource.Policy).exists(s, s.Effect == 'Allow' && isPublic(s))
      !statements(resource.Policy).exists(s, s.Effect == "Allow" && isPublic(s))  <-  statements(resource.Policy)[1].Effect = "Allow", statements(resource.Policy)[1] = {"Action": ["s3:GetObject"], "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Resource": ["*"], "Sid…
    statements(resource.Policy).all(s, !isPublic(s))
      !isPublic(statements(resource.Policy)[1])  <-  statements(resource.Policy)[1] = {"Action": ["s3:GetObject"], "Effect": "Allow", "Principal": {"AWS": ["*"]}, "Resource": ["*"], "Sid…
    statements(resource.Policy).all(s, s.Effect == 'Deny')
      statements(resource.Policy)[1].Effect == "Deny"  <-  statements(resource.Policy)[1].Sid = "Open", statements(resource.Policy)[1].Effect = "Allow"
    isPublic(resource.Policy) && allowsAll(resource.Policy.Statement[1])
      allowsAll(resource.Policy.Statement[1])  <-  resource.Policy.Statement[1] = {"Action": ["s3:GetObject"], "Effect": "Allow", "Principal": "*", "Resource": "*", "Sid": "Open"}
    "#);
    let alone = json!({ "Policy": two_statements()["Policy"]["Statement"][1] });
    insta::assert_snapshot!(explained(&["!isPublic(resource.Policy)"], &alone), @r#"
    !isPublic(resource.Policy)
      !isPublic(resource.Policy)  <-  resource.Policy = {"Action": ["s3:GetObject"], "Effect": "Allow", "Principal": "*", "Resource": "*", "Sid": "Open"}
    "#);
}

#[test]
fn written_lists_are_not_told_as_seen() {
    insta::assert_snapshot!(explained(&[
        "[22, 443].all(port, !resource.Ports.exists(p, p.From == port))",
        "![22, 3389].exists(port, resource.Ports.exists(p, p.From == port))",
        "['a', 'b'].all(name, tag(name) != null)",
    ], &ordinary()), @r#"
    [22, 443].all(port, !resource.Ports.exists(p, p.From == port))
      !resource.Ports.exists(p, p.From == 22)  <-  resource.Ports[0].From = 22
      !resource.Ports.exists(p, p.From == 443)  <-  resource.Ports[1].From = 443
    ![22, 3389].exists(port, resource.Ports.exists(p, p.From == port))
      ![22, 3389].exists(port, resource.Ports.exists(p, p.From == port))  <-  resource.Ports[0].From = 22
    ['a', 'b'].all(name, tag(name) != null)
      tag("a") != null  <-  tag("a") = null
      tag("b") != null  <-  tag("b") = null
    "#);
}

#[test]
fn the_elements_that_decide_are_shown() {
    insta::assert_snapshot!(explained(&[
        "[22, 443].all(p, resource.Ports.exists(r, r.From == p && r.From < 100))",
        "['db', 'web-1'].all(n, n == 'db' || n.startsWith('x'))",
        "resource.Ports.filter(r, r.From > 100).all(r, r.Cidr == '10.0.0.0/8')",
        "resource.Ports.filter(r, r.From > 22).filter(r, r.From < 9999).all(r, r.Cidr == 'x')",
        "size(resource.Ports.filter(r, isWorldCidr(r.Cidr))) == 0",
        "size(resource.Ports.filter(r, r.From == 9)) > 0",
        "resource.Ports.exists_one(r, r.From > 0)",
        "resource.Ports.exists_one(r, r.From == 9)",
    ], &ordinary()), @r#"
    [22, 443].all(p, resource.Ports.exists(r, r.From == p && r.From < 100))
      resource.Ports.exists(r, r.From == 443 && r.From < 100)  <-  p = 443, resource.Ports[0].From = 22, resource.Ports[1].From = 443
    ['db', 'web-1'].all(n, n == 'db' || n.startsWith('x'))
      "web-1" == "db"  <-  n = "web-1"
      "web-1".startsWith("x")  <-  n = "web-1"
    resource.Ports.filter(r, r.From > 100).all(r, r.Cidr == '10.0.0.0/8')
      resource.Ports[1].Cidr == "10.0.0.0/8"  <-  resource.Ports[1].Cidr = "0.0.0.0/0"
    resource.Ports.filter(r, r.From > 22).filter(r, r.From < 9999).all(r, r.Cidr == 'x')
      resource.Ports[1].Cidr == "x"  <-  resource.Ports[1].Cidr = "0.0.0.0/0"
    size(resource.Ports.filter(r, isWorldCidr(r.Cidr))) == 0
      size(resource.Ports.filter(r, isWorldCidr(r.Cidr))) == 0  <-  size(resource.Ports.filter(r, isWorldCidr(r.Cidr))) = 1, resource.Ports[1].Cidr = "0.0.0.0/0"
    size(resource.Ports.filter(r, r.From == 9)) > 0
      size(resource.Ports.filter(r, r.From == 9)) > 0  <-  size(resource.Ports.filter(r, r.From == 9)) = 0
    resource.Ports.exists_one(r, r.From > 0)
      resource.Ports.exists_one(r, r.From > 0)  <-  resource.Ports[0].From = 22, resource.Ports[1].From = 443
    resource.Ports.exists_one(r, r.From == 9)
      resource.Ports.exists_one(r, r.From == 9)  <-  resource.Ports = [{"Cidr": "10.0.0.0/8", "From": 22, "Groups": ["a"]}, {"Cidr": "0.0.0.0/0", "From": 443, "Groups": […
    "#);
    insta::assert_snapshot!(explained(&[
        "statements(resource.Policy).all(s, ['Deny', 'None'].exists(e, e == s.Effect))",
        "statements(resource.Policy).all(s, s.Action.map(a, a.lowerAscii()).all(x, x == 'a'))",
    ], &two_statements()), @r#"
    statements(resource.Policy).all(s, ['Deny', 'None'].exists(e, e == s.Effect))
      ["Deny", "None"].exists(e, e == statements(resource.Policy)[1].Effect)  <-  statements(resource.Policy)[1].Sid = "Open", statements(resource.Policy)[1].Effect = "Allow"
    statements(resource.Policy).all(s, s.Action.map(a, a.lowerAscii()).all(x, x == 'a'))
      x == "a"  <-  statements(resource.Policy)[0].Sid = "Tls", x = "s3:*"
      x == "a"  <-  statements(resource.Policy)[1].Sid = "Open", x = "s3:getobject"
    "#);
}

#[test]
fn an_element_is_named_by_what_people_know_it_by() {
    let keys = json!({ "Keys": [
        { "Id": "K1", "Used": true, "Size": 1 },
        { "Id": "K2", "Used": false, "Size": 9 },
        { "Id": null, "Used": false, "Size": 8 },
    ] });
    insta::assert_snapshot!(explained(&[
        "resource.Keys.all(k, k.Used)",
        "resource.Keys.all(k, k.Used || k.Size < 5)",
        "!resource.Keys.exists(k, !k.Used && k.Size > 5)",
        "resource.Keys.all(k, k.Id == 'K1')",
        "!resource.Keys.exists(k, k == resource.Keys[0])",
        "resource.Keys.all(k, resource.Keys.exists(o, o.Id == k.Id && o.Size > 8))",
        "resource.Keys.filter(k, !k.Used).all(k, k.Used)",
        "resource.Keys.all(k, resource.Size == 1)",
    ], &keys), @r#"
    resource.Keys.all(k, k.Used)
      resource.Keys[1].Used  <-  resource.Keys[1].Id = "K2", resource.Keys[1].Used = false
      resource.Keys[2].Used  <-  resource.Keys[2].Used = false
    resource.Keys.all(k, k.Used || k.Size < 5)
      resource.Keys[1].Used  <-  resource.Keys[1].Id = "K2", resource.Keys[1].Used = false
      resource.Keys[1].Size < 5  <-  resource.Keys[1].Id = "K2", resource.Keys[1].Size = 9
      resource.Keys[2].Used  <-  resource.Keys[2].Used = false
      resource.Keys[2].Size < 5  <-  resource.Keys[2].Size = 8
    !resource.Keys.exists(k, !k.Used && k.Size > 5)
      !resource.Keys.exists(k, !k.Used && k.Size > 5)  <-  resource.Keys[1].Id = "K2", resource.Keys[1].Used = false, resource.Keys[1].Size = 9, resource.Keys[2].Used = false, resource.Keys[2].Size = 8
    resource.Keys.all(k, k.Id == 'K1')
      resource.Keys[1].Id == "K1"  <-  resource.Keys[1].Id = "K2"
      resource.Keys[2].Id == "K1"  <-  resource.Keys[2].Id = null
    !resource.Keys.exists(k, k == resource.Keys[0])
      !resource.Keys.exists(k, k == resource.Keys[0])  <-  resource.Keys[0] = {"Id": "K1", "Size": 1, "Used": true}
    resource.Keys.all(k, resource.Keys.exists(o, o.Id == k.Id && o.Size > 8))
      resource.Keys.exists(o, o.Id == resource.Keys[0].Id && o.Size > 8)  <-  resource.Keys[0].Id = "K1", resource.Keys[0].Size = 1, resource.Keys[1].Id = "K2", resource.Keys[2].Id = null, resource.Keys[2].Size = 8
      resource.Keys.exists(o, o.Id == resource.Keys[2].Id && o.Size > 8)  <-  resource.Keys[0].Id = "K1", resource.Keys[2].Id = null, resource.Keys[0].Size = 1, resource.Keys[1].Id = "K2", resource.Keys[2].Size = 8
    resource.Keys.filter(k, !k.Used).all(k, k.Used)
      resource.Keys[1].Used  <-  resource.Keys[1].Id = "K2", resource.Keys[1].Used = false
      resource.Keys[2].Used  <-  resource.Keys[2].Used = false
    resource.Keys.all(k, resource.Size == 1)
      resource.Size == 1  <-  resource.Size = null
    "#);
}

#[test]
fn what_a_policy_lacks_is_told_of_the_nearest_statement() {
    let deny = json!({
        "Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    });
    let with = |key: &str, value: Json| {
        let mut changed = deny.clone();
        changed[key] = value;
        changed
    };
    let allow =
        json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*" });
    let said = [
        Json::Null,
        json!({ "Statement": [] }),
        json!({ "Statement": [allow] }),
        json!({ "Statement": [with("Effect", json!("Allow"))] }),
        json!({ "Statement": [allow, with("Principal", json!({ "AWS": "123456789012" }))] }),
        json!({ "Statement": [with("Action", json!("s3:GetObject"))] }),
        json!({ "Statement": with("Resource", json!("arn:aws:s3:::logs")) }),
        json!({ "Statement": with("Resource", json!("arn:aws:s3:::logs/*")) }),
        json!({ "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
            "Condition": { "Bool": { "aws:SecureTransport": "false" },
                "StringNotEquals": { "aws:SourceVpc": "vpc-1" } },
        }] }),
    ];
    let texts = ["deniesInsecureTransport(resource.Policy, 'logs')"];
    let all: Vec<_> =
        said.iter().map(|policy| explained(&texts, &json!({ "Policy": policy }))).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy = null
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: no statement denies what comes without TLS
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: no statement denies what comes without TLS
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: no statement denies what comes without TLS
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: statement `"Tls"` denies only some principals
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: statement `"Tls"` denies only some actions, and not `s3:*`
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: statement `"Tls"` is not on `arn:aws:s3:::logs/*`
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: statement `"Tls"` is not on `arn:aws:s3:::logs`
    deniesInsecureTransport(resource.Policy, 'logs')
      deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy: `Statement[0]` has a condition on `aws:sourcevpc` as well
    "#);
    insta::assert_snapshot!(explained(
        &["!deniesInsecureTransport(resource.Policy, 'logs')"],
        &json!({ "Policy": { "Statement": [deny] } })
    ), @r#"
    !deniesInsecureTransport(resource.Policy, 'logs')
      !deniesInsecureTransport(resource.Policy, "logs")  <-  resource.Policy = {"Statement": [{"Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}, "Effect":…
    "#);
}
