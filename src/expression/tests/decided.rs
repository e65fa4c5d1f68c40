//! Terms that exclude each other or are decided by themselves, nulls in lists, and what is right
//! beside them.

use super::super::{
    Binding, Environment, Expression, ExpressionKind, Parameter, ParameterKind, ScalarKind,
};
use super::fixed::{BUCKET, GROUP, INSTANCE, USER, VOLUME, selected, warnings};
use crate::resource::{Value, schemas};

/// Each text is told at a place, by a message with some words.
#[track_caller]
pub(super) fn told(cases: &[(&str, &str, &str, &str)]) {
    for (type_name, text, place, words) in cases {
        let found = warnings(type_name, text);
        let is_told = found
            .iter()
            .any(|line| line.starts_with(&format!("[{place}] ")) && line.contains(words));
        assert!(is_told && found.len() == 1, "{text}: {found:#?}");
    }
}

/// Nothing is told of the texts.
#[track_caller]
pub(super) fn silent(cases: &[(&str, &str)]) {
    for (type_name, text) in cases {
        assert_eq!(warnings(type_name, text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_to_write_fits_the_place() {
    let helps = [
        (BUCKET, "tag('env') == 'prod' && tag('env') == 'dev'"),
        (BUCKET, "tag('env') == null && tag('env') == 'dev'"),
        (BUCKET, "tag('env') != null || tag('env') != 'dev'"),
        (BUCKET, "tag('env') == 'prod' ? tag('env') == 'dev' : true"),
        (BUCKET, "tag('env') == 'prod' ? tag('env') == 'dev' && tag('a') == 'b' : true"),
        (
            GROUP,
            "resource.SecurityGroupIngress.exists(r, r.CidrIp == '10.0.0.0/8' ? \
             r.CidrIpv6 == '::/0' : true)",
        ),
    ]
    .map(|(type_name, text)| warnings(type_name, text).join("\n"));
    insta::assert_snapshot!(helps.join("\n"), @r#"
    [tag('env') == 'dev'] fixed-comparison: `tag("env")` is never "prod" and "dev" at once (write `tag("env") in ["prod", "dev"]`)
    [tag('env') == 'dev'] fixed-comparison: `tag("env")` is never null and "dev" at once (write `||` where either is meant)
    [tag('env') != 'dev'] fixed-comparison: `tag("env")` always differs from null or from "dev" (write `&&` where both are meant)
    [tag('env') == 'dev'] fixed-comparison: `tag("env")` is never "prod" and "dev" at once (ask something that the condition leaves open)
    [tag('env') == 'dev'] fixed-comparison: `tag("env")` is never "prod" and "dev" at once (ask something that the condition leaves open)
    [r.CidrIpv6 == '::/0'] fixed-comparison: `r.CidrIpv6 == "::/0"` never holds here: where there is `r.CidrIp`, `r.CidrIpv6` is null (ask something that the condition leaves open)
    "#);
}

#[test]
fn what_is_computed_is_never_null() {
    told(&[
        (
            BUCKET,
            "resource.BucketName.startsWith('a') != null",
            "resource.BucketName.startsWith('a') != null",
            "is never null, so `resource.BucketName.startsWith(\"a\") != null` is always true (it is \
             true or false: write `resource.BucketName.startsWith(\"a\")` or \
             `!(resource.BucketName.startsWith(\"a\"))`)",
        ),
        (BUCKET, "size(resource.BucketName) == null", "size(resource.BucketName) == null", "false"),
        (
            BUCKET,
            "resource.BucketName.matches('^a') == null",
            "resource.BucketName.matches('^a') == null",
            "always false",
        ),
        (BUCKET, "(tag('a') == tag('b')) != null", "tag('a') == tag('b')) != null", "always true"),
    ]);
    silent(&[(BUCKET, "tag('a') != null && tag('a').lowerAscii() != 'b'")]);
}

const EXCLUDED: &[(&str, &str, &str, &str)] = &[
    (
        VOLUME,
        "resource.VolumeType == 'gp2' && resource.VolumeType != 'gp2'",
        "resource.VolumeType != 'gp2'",
        "never holds",
    ),
    (
        VOLUME,
        "resource.VolumeType == 'gp2' || resource.VolumeType != 'gp2'",
        "resource.VolumeType != 'gp2'",
        "always holds",
    ),
    (
        VOLUME,
        "resource.VolumeType == 'gp2' && resource.VolumeType in ['gp3', 'io1']",
        "resource.VolumeType in ['gp3', 'io1']",
        "never holds",
    ),
    (
        VOLUME,
        "!(resource.VolumeType == 'gp2') || !(resource.VolumeType == 'gp3')",
        "resource.VolumeType == 'gp3'",
        "always differs",
    ),
    (VOLUME, "resource.Size > 10 && resource.Size < 5", "resource.Size < 5", "never holds"),
    (VOLUME, "resource.Size >= 10 || 10 > resource.Size", "10 > resource.Size", "always holds"),
    (VOLUME, "resource.Size == 8 && resource.Size > 10", "resource.Size > 10", "never holds"),
    (
        VOLUME,
        "resource.VolumeType in ['gp2', 'gp3'] && resource.VolumeType != 'gp2' && resource.VolumeType != 'gp3'",
        "resource.VolumeType != 'gp3'",
        "beside",
    ),
    (
        VOLUME,
        "(resource.VolumeType == 'gp2' || resource.VolumeType == 'gp3') && resource.VolumeType == 'io1'",
        "resource.VolumeType == 'io1'",
        "never holds",
    ),
    (VOLUME, "resource.Encrypted && !resource.Encrypted", "resource.Encrypted", "never holds"),
    (
        VOLUME,
        "resource.Encrypted == true || resource.Encrypted == false",
        "resource.Encrypted == false",
        "always holds",
    ),
    (
        USER,
        "size(resource.AccessKeys) > 1 && size(resource.AccessKeys) == 0",
        "size(resource.AccessKeys) == 0",
        "never holds",
    ),
    (BUCKET, "tag('env') == 'prod' && tag('env') == null", "tag('env') == null", "at once"),
    (
        USER,
        "resource.AccessKeys.exists(k, k.Status == 'Active' && k.Status != 'Active')",
        "k.Status != 'Active'",
        "never holds",
    ),
    (
        USER,
        "resource.AccessKeys.filter(k, k.Status == 'Active').all(k, k.Status != 'Active' && k.AccessKeyId != '')",
        "k.Status != 'Active'",
        "never holds",
    ),
];

const POSSIBLE: &[(&str, &str)] = &[
    (VOLUME, "resource.VolumeType == 'gp2' || resource.VolumeType == 'gp3'"),
    (VOLUME, "resource.VolumeType != 'gp2' && resource.VolumeType != 'gp3'"),
    (VOLUME, "resource.Size > 10 && resource.Size <= 500 && resource.Size != 100"),
    (VOLUME, "resource.Size < 5 || resource.Size > 10"),
    (VOLUME, "resource.Encrypted || resource.VolumeType == 'gp2' && !resource.Encrypted"),
    (VOLUME, "resource.Encrypted != true || resource.KmsKeyId != null"),
    (
        USER,
        "resource.AccessKeys.exists(k, k.Status == 'Active') && resource.AccessKeys.exists(k, k.Status != 'Active')",
    ),
    (BUCKET, "tag('env') == 'prod' || tag('owner') != null"),
    (BUCKET, "tag('env') == null || tag('env') != 'prod'"),
];

#[test]
fn terms_that_exclude_each_other_are_told_at_the_last() {
    told(EXCLUDED);
    silent(POSSIBLE);
}

#[test]
fn what_the_selection_leaves_open_is_not_laid_to_it() {
    let told = |text: &str| {
        let filter = "resource.VolumeType in ['gp2', 'gp3']";
        selected(VOLUME, filter, text, ExpressionKind::Assert)
    };
    insta::assert_snapshot!(told("resource.VolumeType != 'gp2' && resource.VolumeType != 'gp3'"), @r#"`resource.VolumeType != "gp3"` never holds beside `resource.VolumeType in ["gp2", "gp3"]` and `resource.VolumeType != "gp2"`"#);
    insta::assert_snapshot!(told("resource.VolumeType == 'gp2' || resource.VolumeType == 'gp3'"), @r#"`resource.VolumeType == "gp3"` always holds where `resource.VolumeType in ["gp2", "gp3"]` and not `resource.VolumeType == "gp2"`"#);
    insta::assert_snapshot!(told("resource.VolumeType != 'gp2' && resource.VolumeType == 'io1'"), @r#"`resource.VolumeType == "io1"` never holds of what is selected by `resource.VolumeType in ["gp2", "gp3"]`"#);
    insta::assert_snapshot!(told("resource.VolumeType != 'gp2' && resource.Encrypted"), @"");
}

#[test]
fn an_assertion_is_held_against_what_is_selected() {
    let told = |filter: &str, text: &str, kind| selected(VOLUME, filter, text, kind);
    for (filter, text, words) in [
        ("resource.VolumeType == 'gp2'", "resource.VolumeType != 'gp2'", "never holds"),
        ("resource.VolumeType == 'gp2'", "resource.VolumeType == 'gp2'", "always holds"),
        (
            "resource.VolumeType == 'gp2'",
            "resource.VolumeType == 'gp3' && resource.Encrypted",
            "never holds",
        ),
        ("resource.Encrypted", "resource.Encrypted || resource.Size > 8", "always holds"),
        ("resource.Size > 100 && tag('a') == 'b'", "resource.Size <= 100", "never holds"),
        (
            "resource.VolumeType == 'gp2'",
            "resource.VolumeType in ['gp3', 'gp2'] && resource.Encrypted",
            "",
        ),
        ("resource.VolumeType == 'gp2'", "resource.VolumeType == 'gp3' || resource.Encrypted", ""),
        ("resource.Size > 100", "resource.Size <= 500", ""),
    ] {
        let found = told(filter, text, ExpressionKind::Assert);
        assert!(found.contains(words) && words.is_empty() == found.is_empty(), "{text}: {found}");
    }
    let of_all = "resources.all(r, r.VolumeType == 'gp2')";
    let found = told("resource.VolumeType == 'gp2'", of_all, ExpressionKind::AssertAll);
    assert!(found.contains("`r.VolumeType == \"gp2\"` always holds"), "{found}");
    let of_all = "resources.exists(r, r.VolumeType == 'gp3' && r.Encrypted)";
    let found = told("resource.VolumeType == 'gp2'", of_all, ExpressionKind::AssertAll);
    assert!(found.contains("`r.VolumeType == \"gp3\"` never holds"), "{found}");
}

#[test]
fn terms_with_one_outcome_are_told() {
    told(&[
        (USER, "size(resource.AccessKeys) >= 0", "size(resource.AccessKeys) >= 0", "always true"),
        (USER, "0 <= resource.AccessKeys.size()", "0 <= resource.AccessKeys.size()", "always true"),
        (USER, "size(resource.AccessKeys) < 0", "size(resource.AccessKeys) < 0", "always false"),
        (USER, "size(resource.AccessKeys) > -1", "size(resource.AccessKeys) > -1", "always true"),
        (
            BUCKET,
            "resource.BucketName.indexOf('a') >= -1",
            "resource.BucketName.indexOf('a') >= -1",
            "always true",
        ),
        (
            BUCKET,
            "resource.BucketName == resource.BucketName",
            "resource.BucketName == resource.BucketName",
            "itself",
        ),
        (VOLUME, "resource.Size > resource.Size", "resource.Size > resource.Size", "always false"),
        (BUCKET, "resource.BucketName in []", "resource.BucketName in []", "always false"),
        (VOLUME, "resource.Encrypted || true", "true", "`... || true` is always true"),
        (VOLUME, "resource.Encrypted && false", "false", "`... && false` is always false"),
    ]);
    silent(&[
        (USER, "size(resource.AccessKeys) > 0 || size(resource.MFADevices) == 0"),
        (USER, "size(resource.AccessKeys) <= 0 && size(resource.MFADevices) >= 1"),
        (BUCKET, "resource.BucketName.indexOf('a') >= 0"),
        (VOLUME, "resource.Encrypted == true"),
        (INSTANCE, "resource.SecurityGroupIds.all(a, resource.SecurityGroupIds.exists(b, a == b))"),
    ]);
}

#[test]
fn null_of_a_list_is_told_in_other_words() {
    for text in [
        "resource.MFADevices in [null]",
        "!(null in [resource.MFADevices])",
        "[resource.MFADevices].exists(l, l == null)",
        "dyn(resource.MFADevices) == null",
        "compare(resource.MFADevices, 'EQUALS', null)",
        "compare(resource.MFADevices, 'IN_LIST', [null])",
    ] {
        let found = warnings(USER, text);
        assert!(found.len() == 1 && found[0].contains("is never null"), "{text}: {found:#?}");
    }
    silent(&[
        (USER, "compare(resource.MFADevices, 'IS_NOT_EMPTY')"),
        (USER, "!(resource.LoginProfile in [null])"),
        (USER, "dyn(resource.LoginProfile) == null"),
        (USER, "[resource.LoginProfile, resource.PasswordLastUsed].exists(l, l == null)"),
    ]);
}

#[test]
fn what_let_finds_is_never_null() {
    let schema = &schemas()["AWS::EC2::VPC"];
    for (is_list, words) in [(true, "size(v) > 0"), (false, "one of its properties")] {
        let binding = Binding { name: "v".into(), schema, is_list };
        let environment = Environment::of(&schemas()[INSTANCE]).with_bindings([binding].into());
        let compiled = Expression::compile("v != null", environment, ExpressionKind::Assert);
        let compiled = compiled.expect("an expression");
        let found = &compiled.warnings()[0];
        assert_eq!(found.message, "`v` is never null, so `v != null` is always true");
        assert!(found.help.as_deref().is_some_and(|help| help.contains(words)), "{found:?}");
    }
}

#[test]
fn the_values_of_parameters_decide_in_silence() {
    for (value, text) in [
        (Value::Bool(true), "params.x || resource.Encrypted"),
        (Value::string("gp2"), "resource.VolumeType == params.x || resource.VolumeType != 'gp2'"),
        (Value::list([]), "!(resource.VolumeType in params.x)"),
    ] {
        let kind = match value {
            Value::Bool(_) => ParameterKind::Scalar(ScalarKind::Boolean),
            Value::List(_) => ParameterKind::List(ScalarKind::String),
            _ => ParameterKind::Scalar(ScalarKind::String),
        };
        let parameter = Parameter { name: "x".into(), kind, value: Some(value) };
        let environment = Environment::of(&schemas()[VOLUME]).with_parameters([parameter].into());
        let compiled = Expression::compile(text, environment, ExpressionKind::Assert);
        assert_eq!(compiled.expect("an expression").warnings(), [], "{text}");
    }
}

#[test]
fn an_assertion_of_parameters_alone_asks_nothing_of_the_resource() {
    let kind = ParameterKind::Scalar(ScalarKind::Boolean);
    let parameter = Parameter { name: "x".into(), kind, value: None };
    let environment = Environment::of(&schemas()[VOLUME]).with_parameters([parameter].into());
    let messages = |text| {
        let compiled = Expression::compile(text, environment.clone(), ExpressionKind::Assert);
        let compiled = compiled.expect("an expression");
        compiled.warnings().iter().map(|one| one.message.clone()).collect::<Vec<_>>()
    };
    for text in ["params.x == true", "!params.x", "params.x || 1 == 2"] {
        assert_eq!(messages(text), ["the assertion is the same for every resource"], "{text}");
    }
    for text in ["!params.x || resource.Encrypted", "params.x || account == '123456789012'"] {
        assert_eq!(messages(text), [""; 0], "{text}");
    }
}

const NULLS: &[(&str, &str, &str, &str)] = &[
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [r.CidrIp, r.CidrIpv6].exists(x, isWorldCidr(x)))",
        "x",
        "`isWorldCidr` of null is unknown",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.map(r, r.CidrIp).all(x, x.cidrPrefixLength() >= 8)",
        "x",
        "`cidrPrefixLength` of null is unknown",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.map(r, r.CidrIp).join(',') == ''",
        "resource.SecurityGroupIngress.map(r, r.CidrIp)",
        "null may be in",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.map(r, r.FromPort).max() < 1024",
        "resource.SecurityGroupIngress.map(r, r.FromPort)",
        "`max` of it is unknown",
    ),
    (
        VOLUME,
        "compare(resource.Iops, 'GREATER_THAN', 100)",
        "resource.Iops",
        "`compare` of null is unknown",
    ),
    (
        VOLUME,
        "compare(100, 'LESS_THAN', resource.Iops)",
        "resource.Iops",
        "`compare` of null is unknown",
    ),
    (
        BUCKET,
        "!(resource.BucketName in tag('a').split(','))",
        "tag('a')",
        "`split` of null is unknown",
    ),
    (BUCKET, "!(tag('a').lowerAscii() in ['x'])", "tag('a')", "`lowerAscii` of null is unknown"),
    (
        BUCKET,
        "{'a': tag('a').lowerAscii()}['a'] == 'x'",
        "tag('a')",
        "`lowerAscii` of null is unknown",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, r.IpProtocol != '-1' && r.FromPort > 22)",
        "r.FromPort",
        "`>` of null is unknown",
    ),
];

const GUARDED: &[(&str, &str)] = &[
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [r.CidrIp, r.CidrIpv6].exists(x, x != null && isWorldCidr(x)))",
    ),
    (GROUP, "[1, 2].sum() == size(resource.SecurityGroupIngress)"),
    (
        GROUP,
        "resource.SecurityGroupIngress.filter(r, r.CidrIp != null).map(r, r.CidrIp).all(x, x.cidrPrefixLength() >= 8)",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.map(r, r.CidrIp).filter(x, x != null).all(x, x.cidrPrefixLength() >= 8)",
    ),
    (GROUP, "resource.SecurityGroupIngress.map(r, r.CidrIp).filter(x, x != null).join(',') == ''"),
    (GROUP, "resource.SecurityGroupIngress.map(r, r.CidrIp != null, r.CidrIp).join(',') == ''"),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, [r.CidrIp, r.CidrIpv6].all(x, x != '0.0.0.0/0' && x != '::/0'))",
    ),
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == 'tcp' && r.FromPort <= 22)"),
    (VOLUME, "resource.Iops != null && compare(resource.Iops, 'GREATER_THAN', 100)"),
    (VOLUME, "compare(resource.Iops, 'EQUALS', 100)"),
    (BUCKET, "tag('a') != null && !(tag('a').lowerAscii() in ['x'])"),
];

#[test]
fn nulls_in_lists_are_told_where_a_value_is_needed() {
    told(NULLS);
    silent(GUARDED);
}

#[test]
fn numbers_are_ordered_by_compare() {
    silent(&[(VOLUME, "compare('30', 'LESS_THAN', resource.Size)")]);
    let found = warnings(INSTANCE, "resource.MetadataOptions.HttpPutResponseHopLimit <= '1'");
    assert_eq!(found.len(), 1, "{found:#?}");
}

/// Of null an order and a function are unknown: that a term before does not hold says nothing of it.
#[test]
fn nulls_have_a_term_of_their_own() {
    silent(&[
        (
            USER,
            "resource.PasswordLastUsed != null && resource.PasswordLastUsed > now - duration('90d') || resource.PasswordLastUsed == null && resource.CreateDate > now - duration('90d')",
        ),
        (
            USER,
            "(resource.PasswordLastUsed == null || resource.PasswordLastUsed > now - duration('90d')) && (resource.PasswordLastUsed != null || resource.CreateDate > now - duration('90d'))",
        ),
        (
            INSTANCE,
            "resource.KeyName != null && resource.KeyName.startsWith('acme-') || resource.KeyName == null && tag('env') == 'dev'",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp != null && isPrivateCidr(r.CidrIp) || r.CidrIp == null && r.SourceSecurityGroupId != null)",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.FromPort != null && r.FromPort > 1023 || r.FromPort == null && r.IpProtocol == '-1')",
        ),
        (VOLUME, "tag('a') != null && tag('a') < 'b' || tag('a') == null"),
    ]);
    told(&[
        (
            INSTANCE,
            "tag('a') != null && tag('a') > 'b' && tag('a') == 'a'",
            "tag('a') == 'a'",
            "never holds beside",
        ),
        (
            INSTANCE,
            "tag('a') != null && (tag('a') <= 'b' || tag('a') > 'b')",
            "tag('a') > 'b'",
            "always holds",
        ),
    ]);
}

/// Named is what excludes a term, and what is selected only where that alone does.
#[test]
fn what_excludes_a_term_is_what_is_named() {
    let instance =
        |filter: &str, text: &str| selected(INSTANCE, filter, text, ExpressionKind::Assert);
    insta::assert_snapshot!(
        [
            instance(
                "resource.State.Name != 'terminated'",
                "resource.State.Name == 'running' && resource.State.Name == 'stopped'",
            ),
            instance("resource.State.Name == 'running'", "resource.State.Name == 'stopped'"),
            selected(
                VOLUME,
                "resource.VolumeType in ['gp3', 'gp2']",
                "resource.VolumeType == 'gp3' ? resource.Throughput > 125 : resource.VolumeType == 'gp2'",
                ExpressionKind::Assert,
            ),
        ]
        .join("\n"),
        @r#"
    `resource.State.Name` is never "running" and "stopped" at once
    `resource.State.Name == "stopped"` never holds of what is selected by `resource.State.Name == "running"`
    `resource.VolumeType == "gp2"` always holds where `resource.VolumeType in ["gp3", "gp2"]` and not `resource.VolumeType == "gp3"`
    "#
    );
}
