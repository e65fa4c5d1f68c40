//! Texts of a form through loops, functions and cases, and what is right beside them.
//!
//! Forms are those of AWS's documents, which `Form` names.

use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, POLICY, ROLE, VOLUME, warnings};

/// Text about each rule of a group, each condition of a bucket's statements, or each action.
fn within(around: &str, cases: &[(&str, &str, &str)]) {
    let (type_name, before, after) = match around {
        "rule" => (GROUP, "!resource.SecurityGroupIngress.exists(r, ", ")"),
        "condition" => {
            (BUCKET, "!statements(resource.Policy).exists(s, s.Condition.exists(c, ", "))")
        }
        _ => (POLICY, "!statements(resource.PolicyDocument).exists(s, s.Action != null && ", ")"),
    };
    for (text, place, words) in cases {
        let text = format!("{before}{text}{after}");
        if words.is_empty() {
            silent(&[(type_name, &text)]);
        } else {
            told(&[(type_name, &text, place, words)]);
        }
    }
}

#[test]
fn a_part_of_an_address_has_numbers_of_it() {
    let of = |text: &str| format!("resource.PublicIp != null && resource.PublicIp.{text}");
    let eip = "AWS::EC2::EIP";
    for text in ["startsWith('300.')", "endsWith('.256')", "contains('.1.2.3.4.5')"] {
        let shown = text.split('\'').nth(1).unwrap_or_default();
        told(&[(eip, &of(text), &format!("'{shown}'"), "an address of IPv4")]);
    }
    for text in ["startsWith('3.')", "endsWith('.255')", "contains('.25')", "startsWith('20')"] {
        silent(&[(eip, &of(text))]);
    }
}

#[test]
fn ranges_are_known_through_lists_and_functions() {
    within(
        "rule",
        &[
            (
                "[r.CidrIp, r.CidrIpv6].exists(x, x == '0.0.0.0')",
                "'0.0.0.0'",
                "write \"0.0.0.0/0\"",
            ),
            (
                "[r.CidrIp, r.CidrIpv6].exists(x, x in ['0.0.0.0/0', '::'])",
                "'::'",
                "write \"::/0\"",
            ),
            (
                "r.CidrIp != null && r.CidrIp.startsWith('0.0.0.0/00')",
                "'0.0.0.0/00'",
                "never begins with",
            ),
            (
                "r.CidrIp != null && r.CidrIp.matches('^0\\\\.0\\\\.0\\\\.0$')",
                "'^0\\\\.0\\\\.0\\\\.0$'",
                "write \"0.0.0.0/0\"",
            ),
            ("r.CidrIp != null && r.CidrIp.glob('::*')", "'::*'", "never begins with \"::\""),
            (
                "r.CidrIp != null && cidrContains('2001:db8::/32', r.CidrIp)",
                "r.CidrIp",
                "no address in common",
            ),
            ("r.CidrIp in {'0.0.0.0': 1}", "{'0.0.0.0': 1}", "write \"0.0.0.0/0\""),
            ("r.CidrIp == r.CidrIpv6", "r.CidrIp == r.CidrIpv6", "is never `r.CidrIpv6`"),
            ("[r.CidrIp, r.CidrIpv6].exists(x, x in ['0.0.0.0/0', '::/0'])", "", ""),
            ("r.CidrIp != null && r.CidrIp.startsWith('10.')", "", ""),
            ("r.CidrIp != null && r.CidrIp.endsWith('/0')", "", ""),
            ("r.CidrIp != null && r.CidrIp.matches('^10\\\\.|/0$')", "", ""),
            ("r.CidrIp != null && r.CidrIp.matches('^0+\\\\.')", "", ""),
            ("r.CidrIp != null && r.CidrIp.glob('10.*/8')", "", ""),
            ("r.CidrIp != null && cidrContains('10.0.0.0/8', r.CidrIp)", "", ""),
            ("r.CidrIp in {'0.0.0.0/0': 1}", "", ""),
        ],
    );
}

#[test]
fn keys_and_operators_of_conditions_are_known() {
    within(
        "condition",
        &[
            ("['aws:SourceIp'].exists(k, k == c.Key)", "'aws:SourceIp'", "write \"aws:sourceip\""),
            ("glob(c.Key, 'aws:Source*')", "'aws:Source*'", "write \"aws:source\""),
            ("c.Key.matches('^aws:SourceIp$')", "'^aws:SourceIp$'", "write \"aws:sourceip\""),
            ("c.Key.matches('Source')", "'Source'", "never contains"),
            ("c.Operator == 'StringEqual'", "'StringEqual'", "write \"StringEquals\""),
            ("c.Key.lowerAscii() == 'aws:SourceIp'", "'aws:SourceIp'", "in lower case"),
            ("['aws:sourceip', 'aws:sourcevpc'].exists(k, k == c.Key)", "", ""),
            ("glob(c.Key, 'aws:source*')", "", ""),
            ("c.Key.matches('(?i)^aws:SourceIp$')", "", ""),
            ("c.Key.matches('^aws:(SourceIp|x)$')", "", ""),
            ("c.Operator in ['StringEquals', 'ForAnyValue:StringLikeIfExists', 'Bool']", "", ""),
        ],
    );
}

#[test]
fn actions_are_named_in_many_ways() {
    within(
        "action",
        &[
            (
                "s.Action.exists(a, a.startsWith('s3:Get'))",
                "'s3:Get'",
                "write `allowsAction(s, \"service:Action\")`",
            ),
            (
                "s.Action.exists(a, a.matches('^iam:PassRole$'))",
                "'^iam:PassRole$'",
                "allowsAction(s, \"iam:PassRole\")",
            ),
            ("s.Action == ['iam:PassRole']", "['iam:PassRole']", "allowsAction(s, "),
            ("['iam:PassRole'].exists(x, x in s.Action)", "'iam:PassRole'", "allowsAction(s, "),
            ("s.Action.join(',').contains('iam:PassRole')", "'iam:PassRole'", "allowsAction(s, "),
            (
                "s.Action.exists(a, a.lowerAscii() == 'iam:passrole')",
                "'iam:passrole'",
                "by a wildcard",
            ),
            (
                "s.Action.exists(a, a.lowerAscii() == 's3:GetObject')",
                "'s3:GetObject'",
                "by a wildcard",
            ),
            ("s.Action.exists(a, glob(a, 's3:*'))", "'s3:*'", "allowsAction(s, "),
            (
                "s.Effect == 'Deny' && 's3:PutObject' in s.Action",
                "'s3:PutObject'",
                "of a `Deny` `s.Action.exists(a, glob(\"s3:putobject\", a.lowerAscii()))`",
            ),
            ("s.Action.exists(a, a == '*')", "", ""),
            ("s.Action.exists(a, a.endsWith(':*'))", "", ""),
            ("s.Action == ['*']", "", ""),
            (
                "s.Effect == 'Deny' && s.Action.exists(a, glob('s3:putobject', a.lowerAscii()))",
                "",
                "",
            ),
        ],
    );
}

#[test]
fn texts_in_a_case_are_told() {
    told(&[
        (BUCKET, "resource.BucketName.lowerAscii() == 'ABC'", "'ABC'", "write \"abc\""),
        (
            BUCKET,
            "tag('env') != null && tag('env').upperAscii() == 'prod'",
            "'prod'",
            "write \"PROD\"",
        ),
        (BUCKET, "resource.BucketName.lowerAscii().contains('Prod')", "'Prod'", "in lower case"),
        (
            VOLUME,
            "resource.VolumeType.upperAscii() == 'GP9'",
            "'GP9'",
            "no value \"GP9\" is documented",
        ),
    ]);
    silent(&[
        (BUCKET, "resource.BucketName.lowerAscii() == 'abc-1'"),
        (VOLUME, "resource.VolumeType.upperAscii() == 'GP3'"),
        (BUCKET, "tag('env') != null && tag('env').upperAscii() in ['PROD', 'T1']"),
    ]);
}

/// Texts that are none of their type, each with its place and words.
const STRANGE: &[(&str, &str, &str, &str)] = &[
    (
        ROLE,
        "'AdministratorAccess' in resource.ManagedPolicyArns",
        "'AdministratorAccess'",
        "an ARN of `iam:policy`",
    ),
    (
        ROLE,
        "resource.ManagedPolicyArns.exists(a, a == 'AdministratorAccess')",
        "'AdministratorAccess'",
        "is never `a`",
    ),
    (
        ROLE,
        "resource.ManagedPolicyArns.exists(a, a == 'arn:aws:iam::aws:policy/*')",
        "'arn:aws:iam::aws:policy/*'",
        "`a.glob(",
    ),
    (
        ROLE,
        "resource.Arn == 'arn:aws:iam::123456789012:user/x'",
        "'arn:aws:iam::123456789012:user/x'",
        "an ARN of `iam:role`",
    ),
    (
        ROLE,
        "resource.Arn == 'arn:aws:iam::12345678901:role/x'",
        "'arn:aws:iam::12345678901:role/x'",
        "is never",
    ),
    (
        ROLE,
        "resource.RoleName == 'arn:aws:iam::123456789012:role/x'",
        "'arn:aws:iam::123456789012:role/x'",
        "a name",
    ),
    (ROLE, "resource.Path == 'admin'", "'admin'", "write \"/admin/\""),
    (BUCKET, "resource.BucketName != '{{ env }}'", "'{{ env }}'", "is a template"),
    (BUCKET, "resource.BucketName in {'b-*': 1}", "{'b-*': 1}", "knows no wildcards"),
    (BUCKET, "account in {'prod': 1}", "{'prod': 1}", "account id"),
    (INSTANCE, "resource.InstanceType == 't3.*'", "'t3.*'", "`resource.InstanceType.glob("),
    (
        VOLUME,
        "resource.KmsKeyId != null && resource.KmsKeyId.glob('*alias/aws/ebs')",
        "'*alias/aws/ebs'",
        "by its ARN",
    ),
    (
        VOLUME,
        "resource.KmsKeyId != null && resource.KmsKeyId.matches('alias/aws/ebs')",
        "'alias/aws/ebs'",
        "by its ARN",
    ),
    (
        BUCKET,
        "arn(resource.Arn).account == account",
        "arn(resource.Arn).account == account",
        "always empty",
    ),
    (
        BUCKET,
        "arn(resource.Arn).region == region",
        "arn(resource.Arn).region == region",
        "always empty",
    ),
    (ROLE, "arn(resource.Arn).region == 'us-east-1'", "'us-east-1'", "always empty"),
    (INSTANCE, "arn(resource.Arn).account == '12345'", "'12345'", "write \"000000012345\""),
    (INSTANCE, "arn(resource.Arn).service == 'EC2'", "'EC2'", "write \"ec2\""),
    (
        ROLE,
        "!statements(resource.AssumeRolePolicyDocument).exists(s, s.Principal != null && s.Principal.Service != null && 'ec2' in s.Principal.Service)",
        "'ec2'",
        "write \"ec2.amazonaws.com\"",
    ),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).all(s, principalAccounts(s).all(a, a == 'prod'))",
        "'prod'",
        "twelve digits",
    ),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).exists(s, s.Principal != null && s.Principal.AWS != null && 'arn:aws:iam::12345678901:root' in s.Principal.AWS)",
        "'arn:aws:iam::12345678901:root'",
        "an account id, or an ARN",
    ),
    (
        BUCKET,
        "!statements(resource.Policy).exists(t, t.Principal != null && '*' in t.Principal)",
        "'*'",
        "`hasWildcardPrincipal(t)`",
    ),
];

const OWN: &[(&str, &str)] = &[
    (ROLE, "'arn:aws:iam::aws:policy/AdministratorAccess' in resource.ManagedPolicyArns"),
    (ROLE, "resource.ManagedPolicyArns.exists(a, a.endsWith('/AdministratorAccess'))"),
    (ROLE, "resource.ManagedPolicyArns.all(a, arn(a).account in [account, 'aws'])"),
    (ROLE, "resource.Arn == 'arn:aws-cn:iam::123456789012:role/a/b'"),
    (ROLE, "resource.Path == '/' || resource.Path.startsWith('/aws-service-role/')"),
    (ROLE, "arn(resource.Arn).account == account && arn(resource.Arn).region == ''"),
    (INSTANCE, "arn(resource.Arn).region == region && arn(resource.Arn).account == account"),
    (INSTANCE, "resource.InstanceType == 't3.micro' || resource.InstanceType.glob('t3.*')"),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).all(s, s.Principal == null || s.Principal.Service == null || 'ec2.amazonaws.com' in s.Principal.Service)",
    ),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).all(s, principalAccounts(s).all(a, a in [account, '123456789012']))",
    ),
    (BUCKET, "account in {'123456789012': 1}"),
    (BUCKET, "tag('a') == '{}' || tag('a') == 'x/y:z*'"),
];

#[test]
fn arns_and_names_are_those_of_their_type() {
    told(STRANGE);
    silent(OWN);
}

#[test]
fn what_is_no_policy_is_not_asked_as_one() {
    for text in ["isPublic(resource.PolicyStatus)", "isPublic(resource.Arn)"] {
        let found = warnings(BUCKET, text);
        assert!(found.len() == 1 && found[0].contains("policy document"), "{text}: {found:#?}");
    }
    silent(&[(BUCKET, "!isPublic(resource.Policy)")]);
}

#[test]
fn a_value_that_may_be_meant_for_another_comparison_is_not_blamed() {
    let group = crate::resource::schemas().get("AWS::EC2::SecurityGroup").expect("a type");
    let told = |text: &str| {
        let compiled =
            super::super::Expression::compile(text, group, super::super::ExpressionKind::Assert);
        let compiled = compiled.unwrap_or_else(|problems| panic!("{text}: {problems:#?}"));
        compiled.warnings().iter().map(|one| one.message.clone()).collect::<Vec<_>>()
    };
    let ranges = "!resource.SecurityGroupIngress.exists(r, ['0.0.0.0/0', '::/0'].exists(w, r.CidrIp == w || r.CidrIpv6 == w))";
    assert_eq!(told(ranges), Vec::<String>::new());
    let names = "['default', 'sg-0123456789abcdef0'].all(x, x != resource.GroupName && x != resource.GroupId)";
    assert_eq!(told(names), Vec::<String>::new());
    // What fits none of them is.
    let neither = ranges.replace("0.0.0.0/0", "everywhere");
    assert_eq!(told(&neither).len(), 2, "{:#?}", told(&neither));
    let one =
        "!resource.SecurityGroupIngress.exists(r, ['0.0.0.0/0', '::/0'].exists(w, r.CidrIp == w))";
    assert_eq!(told(one).len(), 1, "{:#?}", told(one));
}

/// A list of the world, of both families, is asked for in the property of each.
#[test]
fn a_list_that_is_meant_for_each_property_of_a_chain_is_not_blamed() {
    let world = "['0.0.0.0/0', '::/0']";
    for text in [
        "r.CidrIp in W || r.CidrIpv6 in W",
        "r.FromPort == 22 && (r.CidrIp in W || r.CidrIpv6 in W)",
        "(r.CidrIp != null && r.CidrIp in W) || (r.CidrIpv6 != null && r.CidrIpv6 in W)",
        "!(!(r.CidrIp in W) && !(r.CidrIpv6 in W))",
        "r.CidrIp in W || r.CidrIpv6 in ['::/0']",
    ] {
        let text = text.replace('W', world);
        silent(&[(GROUP, &format!("!resource.SecurityGroupIngress.exists(r, {text})"))]);
    }
    let apart = "!resource.SecurityGroupIngress.exists(r, r.CidrIp in W) && !resource.SecurityGroupIngress.exists(r, r.CidrIpv6 in W)";
    silent(&[(GROUP, &apart.replace('W', world))]);
    within(
        "rule",
        &[
            ("r.CidrIp in ['0.0.0.0/0', '::/0']", "'::/0'", "is never `r.CidrIp`"),
            (
                "r.CidrIp in ['0.0.0.0/0', '::/0'] || r.CidrIpv6 in ['2001:db8::/32']",
                "'::/0'",
                "is never `r.CidrIp`",
            ),
            (
                "r.CidrIp in ['0.0.0.0/0', 'all', '10.0.0.0/8'] || r.CidrIpv6 in ['::/0']",
                "'all'",
                "is never `r.CidrIp`",
            ),
        ],
    );
}

/// The keys of a map that stands in the text are known.
#[test]
fn keys_of_literal_maps_are_there() {
    silent(&[
        (
            GROUP,
            "![{'from': 22, 'to': 22}, {'from': 3389, 'to': 3389}].exists(p, resource.SecurityGroupIngress.exists(r, r.FromPort != null && r.FromPort <= p.from && r.ToPort >= p.to))",
        ),
        (
            INSTANCE,
            "[{'type': 't3.*', 'env': 'dev'}].all(m, resource.InstanceType.glob(m.type) || tag('env') != null && tag('env') != m.env)",
        ),
        (INSTANCE, "[{'env': resource.InstanceType}].all(m, m.env != 't2.micro')"),
        (
            INSTANCE,
            "[{'a': 1}, {'a': 2}].filter(m, m.a > 1).all(m, m.a > 5 || resource.InstanceType != 't3.a')",
        ),
        (BUCKET, "{'days': 30}.days > 7 && tag('a') == 'b'"),
    ]);
    told(&[
        (
            INSTANCE,
            "[{'env': 't3.micro'}, {'name': 'x'}].all(m, m.env != resource.InstanceType)",
            "m.env != resource.InstanceType",
            "`m.env` may be null",
        ),
        (
            INSTANCE,
            "[{'env': resource.KeyName}].all(m, m.env != 'x')",
            "m.env != 'x'",
            "`m.env` may be null",
        ),
    ]);
}

/// Service Authorization Reference, "Resource types": the ARN of a bucket names neither a region nor an
/// account, one of IAM no region, and `/` stands behind the type.
#[test]
fn an_arn_is_held_against_its_form_as_a_whole() {
    let told_of = |type_name, path: &str, arn: &str| {
        let (text, place) = (format!("{path} == '{arn}'"), format!("'{arn}'"));
        told(&[(type_name, &text, &place, "is never")]);
    };
    for arn in [
        "arn:aws:s3:eu-west-1:123456789012:acme",
        "arn:aws:s3:eu-west-1::acme",
        "arn:aws:s3::123456789012:acme",
    ] {
        told_of(BUCKET, "resource.Arn", arn);
    }
    told_of(ROLE, "resource.Arn", "arn:aws:iam:us-east-1:123456789012:role/acme");
    told_of(ROLE, "resource.Arn", "arn:aws:iam::123456789012:role:acme");
    silent(&[
        (BUCKET, "resource.Arn == 'arn:aws-cn:s3:::acme.logs'"),
        (ROLE, "resource.Arn != 'arn:aws:iam::123456789012:role/team/acme'"),
        (POLICY, "resource.PolicyArn == 'arn:aws:iam::aws:policy/job-function/Billing'"),
        (GROUP, "resource.GroupId == 'sg-0123456789abcdef0'"),
    ]);
}
