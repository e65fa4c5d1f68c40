//! Values that the cloud documents, and those that are none of them.

use super::super::{Expression, ExpressionKind};
use super::fixture::all_problems;

#[test]
fn a_value_that_is_not_documented_is_warned_of_where_it_stands() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Mode == 'Open'",
        "'shut' != resource.Mode",
        "resource.Mode in ['open', 'half-open']",
        "resource.Ports.all(p, 'inn' in p.Flags)",
        "resource.Ports.exists(p, p.Flags.exists(flag, flag == 'IN'))",
        "compare(resource.Mode, 'NOT_IN_LIST', ['opened'])",
        "resource.Ports.exists(p, compare(p.Flags, 'CONTAINS', 'ou'))",
        "(resource.Enabled ? resource.Mode : resource.Mode) == 'opn'",
        "(resource.Enabled ? {'a': resource.Mode} : {'a': resource.Mode}).a == 'opn'",
        "region == 'us-esat-1'",
        "region in ['eu-west-1', 'mars-north-1']",
    ]), @r#"
    resource.Mode == 'Open'
    ['Open'] warning: undocumented-value: no value "Open" is documented for `resource.Mode` (did you mean `open`?)
    'shut' != resource.Mode
    ['shut'] warning: undocumented-value: no value "shut" is documented for `resource.Mode` (there are `open`, `closed`, `Half-Open`)
    resource.Mode in ['open', 'half-open']
    ['half-open'] warning: undocumented-value: no value "half-open" is documented for `resource.Mode` (did you mean `Half-Open`?)
    resource.Ports.all(p, 'inn' in p.Flags)
    ['inn'] warning: undocumented-value: no value "inn" is documented for `p.Flags` (did you mean `in`?)
    resource.Ports.exists(p, p.Flags.exists(flag, flag == 'IN'))
    ['IN'] warning: undocumented-value: no value "IN" is documented for `flag` (did you mean `in`?)
    compare(resource.Mode, 'NOT_IN_LIST', ['opened'])
    [['opened']] warning: undocumented-value: no value "opened" is documented for `resource.Mode` (there are `open`, `closed`, `Half-Open`)
    resource.Ports.exists(p, compare(p.Flags, 'CONTAINS', 'ou'))
    ['ou'] warning: undocumented-value: no value "ou" is documented for `p.Flags` (did you mean `out`?)
    (resource.Enabled ? resource.Mode : resource.Mode) == 'opn'
    ['opn'] warning: undocumented-value: no value "opn" is documented for `resource.Enabled ? resource.Mode : resource.Mode` (did you mean `open`?)
    (resource.Enabled ? {'a': resource.Mode} : {'a': resource.Mode}).a == 'opn'
    ['opn'] warning: undocumented-value: no value "opn" is documented for `(resource.Enabled ? {"a": resource.Mode} : {"a": resource.Mode}).a` (did you mean `open`?)
    region == 'us-esat-1'
    ['us-esat-1'] warning: undocumented-value: no value "us-esat-1" is documented for `region` (did you mean `us-east-1`?)
    region in ['eu-west-1', 'mars-north-1']
    ['mars-north-1'] warning: undocumented-value: no value "mars-north-1" is documented for `region` (there are 48; the closest are `eu-north-1`, `cn-north-1`, `af-south-1`, `ap-south-1`, `me-south-1`)
    "#);
}

#[test]
fn what_may_be_meant_is_not() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Mode == 'Half-Open' || resource.Mode in ['open', 'closed']",
        "resource.Mode == '-1'",
        "resource.Mode == null",
        "resource.Mode == resource.Name",
        "resource.Mode.lowerAscii() == 'half-open'",
        "resource.Mode.startsWith('Half')",
        "compare(resource.Mode, 'CONTAINS', 'op')",
        "(resource.Enabled ? resource.Mode : resource.Name) == 'x'",
        "(resource.Enabled ? {'a': resource.Mode} : {'a': resource.Name}).a == 'x'",
        "(resource.Mode + 'x') == 'openx'",
        "region == 'us-gov-east-1' || region == 'eu-west-1'",
    ]), @"
    resource.Mode == 'Half-Open' || resource.Mode in ['open', 'closed']

    resource.Mode == '-1'

    resource.Mode == null
    [resource.Mode == null] warning: fixed-comparison: `resource.Mode` is never null, so `resource.Mode == null` is always false (ask what it is, as in `resource.Mode == ...`)
    resource.Mode == resource.Name

    resource.Mode.lowerAscii() == 'half-open'

    resource.Mode.startsWith('Half')

    compare(resource.Mode, 'CONTAINS', 'op')

    (resource.Enabled ? resource.Mode : resource.Name) == 'x'

    (resource.Enabled ? {'a': resource.Mode} : {'a': resource.Name}).a == 'x'

    (resource.Mode + 'x') == 'openx'

    region == 'us-gov-east-1' || region == 'eu-west-1'
    ");
}

/// What is judged in a region, and what is not, as the schema of the type says.
#[test]
fn regions_are_those_that_resources_have() {
    let told = |type_name: &str, text: &str| {
        let schema = crate::resource::schemas().get(type_name).expect("a type");
        let compiled =
            Expression::compile(text, schema, ExpressionKind::Assert).expect("an expression");
        compiled.warnings().iter().map(|it| it.message.clone()).collect::<Vec<_>>().join("\n")
    };
    let cases = [
        ("AWS::IAM::Role", "region == 'us-east-1'", true),
        ("AWS::IAM::Role", "region == 'global'", false),
        ("AWS::EC2::Volume", "region == 'global'", true),
        ("AWS::S3::Bucket", "region == 'global'", true),
        ("AWS::S3::Bucket", "region == 'us-east-1'", false),
        ("AWS::S3::Bucket", "statements(resource.Policy).exists(s, s.Effect == 'allow')", true),
        (
            "AWS::EC2::SecurityGroup",
            "resource.SecurityGroupIngress.exists(r, r.IpProtocol == 'TCP')",
            true,
        ),
        (
            "AWS::EC2::SecurityGroup",
            "resource.SecurityGroupIngress.exists(r, r.IpProtocol == '50')",
            false,
        ),
    ];
    for (type_name, text, is_odd) in cases {
        let found = told(type_name, text);
        let is_told = found.contains("is documented") || found.contains("is never");
        assert_eq!(is_told, is_odd, "{type_name} {text}: {found}");
    }
}

#[test]
fn a_document_is_no_text() {
    let schema = crate::resource::schemas().get("AWS::S3::Bucket").expect("a type");
    let text = "json(resource.Policy).Statement[0].Effect == 'x'";
    let problems =
        Expression::compile(text, schema, ExpressionKind::Assert).expect_err("a document");
    assert_eq!(problems[0].message, "`resource.Policy` is a document already, and no text of one");
}

/// `KeySpec` and `KeyUsageType` of the KMS API, the regions and partitions of AWS's SDKs, and IAM's
/// "Name requirements", as of November 2026.
#[test]
fn parts_of_arns_and_kinds_of_keys_are_those_that_there_are() {
    use super::decided::{silent, told};
    const KEY: &str = "AWS::KMS::Key";
    const USER: &str = "AWS::IAM::User";
    told(&[
        (KEY, "resource.KeySpec == 'symmetric_default'", "'symmetric_default'", "is documented"),
        (KEY, "resource.KeySpec in ['RSA-2048', 'RSA_2048']", "'RSA-2048'", "`RSA_2048`"),
        (KEY, "arn(resource.Arn).region == 'eu-west-1a'", "'eu-west-1a'", "`eu-west-1`"),
        (KEY, "arn(resource.Arn).partition == 'aws-eu'", "'aws-eu'", "is documented"),
        (
            USER,
            "resource.UserName == '<root_account>'",
            "'<root_account>'",
            "the root user is none",
        ),
    ]);
    silent(&[
        (KEY, "resource.KeySpec in ['SYMMETRIC_DEFAULT', 'HMAC_256', 'ML_KEM_768']"),
        (KEY, "resource.KeyUsage == 'ENCAPSULATE_DECAPSULATE'"),
        (KEY, "arn(resource.Arn).region in ['eu-west-1', 'us-gov-east-1']"),
        (KEY, "arn(resource.Arn).region == region && arn(resource.Arn).partition == 'aws-cn'"),
        (
            KEY,
            "statements(resource.KeyPolicy).all(s, s.Resource == null || s.Resource.all(r, r == '*' || arn(r).region in ['', '*', 'eu-*']))",
        ),
        (USER, "resource.UserName.contains('root')"),
    ]);
}
