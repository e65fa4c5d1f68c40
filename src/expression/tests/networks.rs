//! What the functions of ranges, ports and ARNs give.

use serde_json::{Value as Json, json};

use super::fixture::{all_problems, ordinary, verdict, verdicts};

#[test]
fn ranges() {
    insta::assert_snapshot!(verdicts(&[
        "cidrContains('10.0.0.0/8', '10.1.0.0/16') && '10.0.0.0/8'.cidrContains('10.1.2.3')",
        "cidrContains('10.0.0.0/8', '11.0.0.0/16') || cidrContains('10.1.0.0/16', '10.0.0.0/8')",
        "cidrContains('0.0.0.0/0', '::1') || cidrContains('::/0', '10.0.0.1')",
        "cidrContains('2001:db8::/32', '2001:db8::1') && cidrContains('10.0.0.1', '10.0.0.1')",
        "isWorldCidr('0.0.0.0/0') && '::/0'.isWorldCidr() && !isWorldCidr('0.0.0.0/2')",
        "cidrOverlaps('10.1.0.0/16', '10.0.0.0/8') && cidrOverlaps('10.0.0.0/8', '10.1.2.3')",
        "cidrOverlaps('10.0.0.0/9', '10.128.0.0/9') || cidrOverlaps('::/0', '0.0.0.0/0')",
        "cidrPrefixLength('10.0.0.0/8') == 8 && '10.0.0.1'.cidrPrefixLength() == 32 && cidrPrefixLength('::1') == 128",
        "isWorldCidr(resource.Name)",
        "cidrPrefixLength(resource.Name) == 0",
        "cidrContains('10.0.0.0/8', resource.Name)",
        "cidrOverlaps(resource.Name, '10.0.0.0/8')",
    ], &ordinary()), @r#"
    cidrContains('10.0.0.0/8', '10.1.0.0/16') && '10.0.0.0/8'.cidrContains('10.1.2.3')  =>  true
    cidrContains('10.0.0.0/8', '11.0.0.0/16') || cidrContains('10.1.0.0/16', '10.0.0.0/8')  =>  false
    cidrContains('0.0.0.0/0', '::1') || cidrContains('::/0', '10.0.0.1')  =>  false
    cidrContains('2001:db8::/32', '2001:db8::1') && cidrContains('10.0.0.1', '10.0.0.1')  =>  true
    isWorldCidr('0.0.0.0/0') && '::/0'.isWorldCidr() && !isWorldCidr('0.0.0.0/2')  =>  true
    cidrOverlaps('10.1.0.0/16', '10.0.0.0/8') && cidrOverlaps('10.0.0.0/8', '10.1.2.3')  =>  true
    cidrOverlaps('10.0.0.0/9', '10.128.0.0/9') || cidrOverlaps('::/0', '0.0.0.0/0')  =>  false
    cidrPrefixLength('10.0.0.0/8') == 8 && '10.0.0.1'.cidrPrefixLength() == 32 && cidrPrefixLength('::1') == 128  =>  true
    isWorldCidr(resource.Name)  =>  expression_error: `isWorldCidr(resource.Name)` has no value: `resource.Name` is `"web-1"`
    cidrPrefixLength(resource.Name) == 0  =>  expression_error: `cidrPrefixLength(resource.Name)` has no value: `resource.Name` is `"web-1"`
    cidrContains('10.0.0.0/8', resource.Name)  =>  expression_error: `cidrContains("10.0.0.0/8", resource.Name)` has no value: `resource.Name` is `"web-1"`
    cidrOverlaps(resource.Name, '10.0.0.0/8')  =>  expression_error: `cidrOverlaps(resource.Name, "10.0.0.0/8")` has no value: `resource.Name` is `"web-1"`
    "#);
}

/// What holds half of the addresses that can be reached is the world: of IPv4 all, of IPv6 `2000::/3`
/// (RFC 4291, "IP Version 6 Addressing Architecture", 2.4, and IANA's "IPv6 Global Unicast Address
/// Assignments", November 2026).
#[test]
fn the_world() {
    for (range, wanted) in [
        ("0.0.0.0/0", "true"),
        ("1.0.0.0/0", "true"),
        ("0.0.0.0/1", "true"),
        ("128.0.0.0/1", "true"),
        ("0.0.0.0/2", "false"),
        ("10.0.0.0/8", "false"),
        ("::/0", "true"),
        ("::/1", "true"),
        ("8000::/1", "false"),
        ("::/2", "true"),
        ("2000::/3", "true"),
        ("2000::/4", "true"),
        ("3000::/4", "true"),
        ("2000::/5", "false"),
        ("fc00::/7", "false"),
        ("f000::/4", "false"),
    ] {
        assert_eq!(verdict(&format!("isWorldCidr('{range}')"), &json!({})), wanted, "{range}");
    }
}

#[test]
fn arns() {
    insta::assert_snapshot!(verdicts(&[
        "arn('arn:aws:iam::123456789012:role/a:b').account == account",
        "arn('arn:aws:iam::123456789012:role/a:b').resource == 'role/a:b'",
        "arn('arn:aws:iam::123456789012:role/a:b').resourceType == 'role'",
        "arn('arn:aws:iam::123456789012:role/path/b').resourceId == 'path/b'",
        "arn('arn:aws:logs:eu-west-1:123456789012:log-group:/x:*').resourceId == '/x:*'",
        "arn('arn:aws:sns:eu-west-1:123456789012:topic') == {'partition': 'aws', 'service': 'sns', 'region': 'eu-west-1', 'account': '123456789012', 'resource': 'topic', 'resourceType': '', 'resourceId': 'topic'}",
        "arn('arn:aws:s3:::bucket/key').resourceId == 'bucket/key' && arn('arn:aws:s3:::b').resourceType == ''",
        "arn('arn:aws:apigateway:eu-west-1::/restapis/x').resourceType == 'restapis'",
        "arn('arn:aws-cn:s3:cn-north-1::x').partition == 'aws-cn'",
        "arn(resource.Name).account == account",
    ], &ordinary()), @r#"
    arn('arn:aws:iam::123456789012:role/a:b').account == account  =>  true
    arn('arn:aws:iam::123456789012:role/a:b').resource == 'role/a:b'  =>  true
    arn('arn:aws:iam::123456789012:role/a:b').resourceType == 'role'  =>  true
    arn('arn:aws:iam::123456789012:role/path/b').resourceId == 'path/b'  =>  true
    arn('arn:aws:logs:eu-west-1:123456789012:log-group:/x:*').resourceId == '/x:*'  =>  true
    arn('arn:aws:sns:eu-west-1:123456789012:topic') == {'partition': 'aws', 'service': 'sns', 'region': 'eu-west-1', 'account': '123456789012', 'resource': 'topic', 'resourceType': '', 'resourceId': 'topic'}  =>  true
    arn('arn:aws:s3:::bucket/key').resourceId == 'bucket/key' && arn('arn:aws:s3:::b').resourceType == ''  =>  true
    arn('arn:aws:apigateway:eu-west-1::/restapis/x').resourceType == 'restapis'  =>  true
    arn('arn:aws-cn:s3:cn-north-1::x').partition == 'aws-cn'  =>  true
    arn(resource.Name).account == account  =>  expression_error: `arn(resource.Name)` has no value: `resource.Name` is `"web-1"`
    "#);
}

#[test]
fn names_are_checked() {
    insta::assert_snapshot!(all_problems(&[
        "arn(resource.Name).acount == account",
        "arn(resource.Name).account == 1",
        "allowsPort(resource.Policy, 'tpc', 22)",
        "allowsPort(resource.Policy, 'http', 22)",
        "allowsPort(resource.Policy, 'tcp', '22')",
        "allowsPort(resource.Policy, 'tcp', 70000)",
        "allowsPort(resource.Name, 'tcp', 22)",
    ]), @r#"
    arn(resource.Name).acount == account
    [acount] unknown-property: `arn(resource.Name)` has no property `acount` (did you mean `account`?)
    arn(resource.Name).account == 1
    [arn(resource.Name).account == 1] wrong-type: a string never equals an integer, so `==` is always false (put the number in quotes, as in `"1"`, or convert the text with `int(arn(resource.Name).account)`)
    allowsPort(resource.Policy, 'tpc', 22)
    ['tpc'] wrong-value: there is no protocol `tpc` (did you mean `tcp`?)
    allowsPort(resource.Policy, 'http', 22)
    ['http'] wrong-value: there is no protocol `http` (there are `icmp`, `tcp`, `udp`, `icmpv6`)
    allowsPort(resource.Policy, 'tcp', '22')
    ['22'] wrong-type: `allowsPort` takes an integer, and this is a string
    allowsPort(resource.Policy, 'tcp', 70000)
    [70000] wrong-value: there is no port 70000 (ports are 0 to 65535; of ICMP it is the type)
    allowsPort(resource.Name, 'tcp', 22)
    [resource.Name] wrong-type: `allowsPort` takes a map, and this is a string
    "#);
}

/// EC2's meaning of the rules of a security group: `-1` is all protocols and ports; only TCP, UDP and
/// ICMP have ports; -1 as the type of ICMP is every type.
#[test]
fn ports() {
    let entry = |protocol: &str, from: Json, to: Json| json!({ "Policy": { "IpProtocol": protocol, "FromPort": from, "ToPort": to } });
    let ssh = |entry: &Json| verdict("allowsPort(resource.Policy, 'tcp', 22)", entry);
    for (protocol, from, to, wanted) in [
        ("tcp", json!(22), json!(22), "true"),
        ("tcp", json!(0), json!(65535), "true"),
        ("tcp", json!(20), json!(21), "false"),
        ("tcp", json!(23), json!(1024), "false"),
        ("tcp", json!(null), json!(null), "true"),
        ("tcp", json!(null), json!(21), "false"),
        ("tcp", json!(-1), json!(-1), "true"),
        ("6", json!(22), json!(22), "true"),
        ("TCP", json!(22), json!(22), "true"),
        ("udp", json!(22), json!(22), "false"),
        ("icmp", json!(22), json!(22), "false"),
        ("-1", json!(null), json!(null), "true"),
        ("-1", json!(443), json!(443), "true"),
    ] {
        let entry = entry(protocol, from, to);
        assert_eq!(ssh(&entry), wanted, "{entry}");
    }
    insta::assert_snapshot!(verdicts(&[
        "allowsPort(resource.Policy, 6, 22) && resource.Policy.allowsPort('6', 22)",
        "allowsPort(resource.Policy, 17, 22) || allowsPort(resource.Policy, '-1', 22)",
        "allowsPort({'IpProtocol': 'icmp', 'FromPort': 8, 'ToPort': -1}, 'icmp', 8)",
        "allowsPort({'IpProtocol': 'icmpv6', 'FromPort': -1, 'ToPort': -1}, 58, 128)",
        "allowsPort({'IpProtocol': '50', 'FromPort': 1, 'ToPort': 2}, 50, 7)",
        "allowsPort(resource.Policy, dyn(resource.Name), 22)",
        "allowsPort(resource.Owner == null ? resource.Labels : resource.Labels, 'tcp', 22)",
        "allowsPort(resource.Block, 'tcp', 22)",
        "allowsPort(resource.Policy, 'tcp', resource.Count)",
    ], &entry("tcp", json!(22), json!(22))), @r#"
    allowsPort(resource.Policy, 6, 22) && resource.Policy.allowsPort('6', 22)  =>  true
    allowsPort(resource.Policy, 17, 22) || allowsPort(resource.Policy, '-1', 22)  =>  false
    allowsPort({'IpProtocol': 'icmp', 'FromPort': 8, 'ToPort': -1}, 'icmp', 8)  =>  true
    allowsPort({'IpProtocol': 'icmpv6', 'FromPort': -1, 'ToPort': -1}, 58, 128)  =>  true
    allowsPort({'IpProtocol': '50', 'FromPort': 1, 'ToPort': 2}, 50, 7)  =>  true
    allowsPort(resource.Policy, dyn(resource.Name), 22)  =>  expression_error: `dyn(resource.Name)` is null, and `allowsPort` needs a value
    allowsPort(resource.Owner == null ? resource.Labels : resource.Labels, 'tcp', 22)  =>  expression_error: `resource.Owner == null ? resource.Labels : resource.Labels` is null, and `allowsPort` needs a value
    allowsPort(resource.Block, 'tcp', 22)  =>  expression_error: `resource.Block` is null, and `allowsPort` needs a value
    allowsPort(resource.Policy, 'tcp', resource.Count)  =>  expression_error: `resource.Count` is null, and `allowsPort` needs a value
    "#);
}

#[test]
fn private_ranges_lie_wholly_in_those_of_the_standards() {
    // RFC 1918, section 3; RFC 6598, section 7; RFC 4193, section 3.1.
    let says = |range: &str| verdict(&format!("isPrivateCidr('{range}')"), &json!({}));
    for range in [
        "10.0.0.0/8",
        "10.1.2.3",
        "172.16.0.0/12",
        "172.31.255.255/32",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "100.127.255.255",
        "fc00::/7",
        "fd12:3456::/48",
        "fdff::1",
    ] {
        assert_eq!(says(range), "true", "{range}");
    }
    for range in [
        "0.0.0.0/0",
        "10.0.0.0/7",
        "9.255.255.255",
        "11.0.0.0/8",
        "172.15.0.0/16",
        "172.16.0.0/11",
        "172.32.0.0/16",
        "192.168.0.0/15",
        "192.169.0.0/16",
        "100.63.0.0/16",
        "100.128.0.0/16",
        "::/0",
        "fc00::/6",
        "fe80::/10",
        "2001:db8::/32",
    ] {
        assert_eq!(says(range), "false", "{range}");
    }
    let asked = verdict("!isPrivateCidr(resource.Name)", &json!({ "Name": "anywhere" }));
    assert!(asked.starts_with("expression_error"), "{asked}");
}
