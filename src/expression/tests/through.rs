//! Constants that come to a function through a loop: by the elements of a list.

use super::decided::{silent, told};
use super::fixed::{GROUP, POLICY, USER, VOLUME};

const TOLD: &[(&str, &str, &str, &str)] = &[
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && ['10.0.0.0/33'].exists(x, cidrContains(x, r.CidrIp)))",
        "'10.0.0.0/33'",
        "no range of addresses",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && ['10.0.0.0/8', 'all'].exists(x, r.CidrIp.cidrOverlaps(x)))",
        "'all'",
        "no range of addresses",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [22, 70000].exists(p, allowsPort(r, 'tcp', p)))",
        "70000",
        "there is no port 70000",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, ['TCPP'].exists(p, allowsPort(r, p, 22) || allowsPort(r, p, 443)))",
        "'TCPP'",
        "there is no protocol",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, allowsPort(r, r.IpProtocol, 70000))",
        "70000",
        "there is no port 70000",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, ['TCPP'].exists(p, allowsPort(r, p, 22)))",
        "'TCPP'",
        "there is no protocol",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [{'port': 70000, 'protocol': 'tcp'}].exists(p, allowsPort(r, p.protocol, p.port)))",
        "p.port",
        "there is no port 70000",
    ),
    (
        POLICY,
        "!['PassRole'].exists(a, allowsAction(resource.PolicyDocument, a))",
        "'PassRole'",
        "no action of IAM",
    ),
    (
        POLICY,
        "['logs'].all(x, !allowsAction(resource.PolicyDocument, 'iam:PassRole', x))",
        "'logs'",
        "",
    ),
    (
        POLICY,
        "statements(resource.PolicyDocument).all(s, ['SourceIp'].exists(k, hasCondition(s, k)))",
        "'SourceIp'",
        "never the key of a condition",
    ),
    (
        USER,
        "['90d', '90'].exists(d, age(resource.CreateDate) < duration(d))",
        "'90'",
        "`duration(\"90\")` has no value",
    ),
    (
        USER,
        "['2026-01-31'].exists(d, resource.CreateDate < timestamp(d))",
        "'2026-01-31'",
        "has no value",
    ),
];

/// Constants that are compared: a field of an element is one as the element is.
const COMPARED: &[(&str, &str, &str, &str)] = &[
    (
        VOLUME,
        "[{'type': 'gp9'}].exists(t, resource.VolumeType == t.type)",
        "t.type",
        "no value \"gp9\" is documented",
    ),
    (
        VOLUME,
        "[{'type': 'gp3'}, {'type': 'gp9'}].exists(t, t.type == resource.VolumeType)",
        "t.type",
        "no value \"gp9\" is documented",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [{'range': 'all'}].exists(x, r.CidrIp == x.range))",
        "x.range",
        "\"all\" is never `r.CidrIp`",
    ),
];

const SILENT: &[(&str, &str)] = &[
    (VOLUME, "[{'type': 'gp2'}, {'type': 'gp3'}].exists(t, resource.VolumeType == t.type)"),
    // A field may be a guard for another.
    (
        VOLUME,
        "[{'of': 'id', 'is': 'vol-1'}].exists(t, t.of == 'type' && resource.VolumeType == t.is)",
    ),
    (VOLUME, "[{'is': 'gp9'}].exists(t, resource.VolumeType == t.is || resource.VolumeId == t.is)"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && ['10.0.0.0/8', '::/0', '10.1.2.3'].exists(x, cidrContains(x, r.CidrIp)))",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && ['10.0.0.0/8', 'all'].exists(x, x == 'all' || cidrContains(x, r.CidrIp)))",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && ['10.0.0.0/8', 'all'].filter(x, x != 'all').exists(x, cidrContains(x, r.CidrIp)))",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [0, 65535].exists(p, allowsPort(r, '6', p)))",
    ),
    (POLICY, "!['iam:PassRole', '*', 's3:*'].exists(a, allowsAction(resource.PolicyDocument, a))"),
    (USER, "['90d', '0'].exists(d, age(resource.CreateDate) < duration(d))"),
    (USER, "['90', '1h'].exists(d, d.endsWith('h') && age(resource.CreateDate) < duration(d))"),
];

#[test]
fn an_element_that_a_function_cannot_read_is_told_as_a_constant_is() {
    told(TOLD);
    told(COMPARED);
    silent(SILENT);
}
