//! Texts that are asked for by functions, beside each other, beside values, and beside what is
//! selected.

use super::decided::{silent, told};
use super::fixed::{BUCKET, INSTANCE, selected};
use crate::expression::ExpressionKind;

#[test]
fn beginnings_that_exclude_each_other_are_told() {
    told(&[
        (
            INSTANCE,
            "resource.InstanceType.startsWith('t3.') && resource.InstanceType.startsWith('m5.')",
            "resource.InstanceType.startsWith('m5.')",
            "`resource.InstanceType.startsWith(\"m5.\")` never holds beside",
        ),
        (
            INSTANCE,
            "resource.InstanceType == 'm5.large' && resource.InstanceType.startsWith('t3.')",
            "resource.InstanceType.startsWith('t3.')",
            "never holds beside `resource.InstanceType == \"m5.large\"`",
        ),
        (
            INSTANCE,
            "resource.InstanceType.startsWith('t3.') && !resource.InstanceType.startsWith('t3')",
            "resource.InstanceType.startsWith('t3')",
            "never holds",
        ),
        (
            INSTANCE,
            "resource.InstanceType.glob('t3.*') && resource.InstanceType in ['m5.large', 'c5.large']",
            "resource.InstanceType in ['m5.large', 'c5.large']",
            "never holds",
        ),
        (
            INSTANCE,
            "resource.InstanceType.glob('t3.*') && resource.InstanceType.glob('m5.*large')",
            "resource.InstanceType.glob('m5.*large')",
            "never holds",
        ),
        (
            INSTANCE,
            "!resource.InstanceType.startsWith('t3.') || !resource.InstanceType.startsWith('m5.')",
            "resource.InstanceType.startsWith('m5.')",
            "always holds",
        ),
    ]);
}

#[test]
fn values_that_are_not_as_a_function_asks_are_told() {
    told(&[
        (
            BUCKET,
            "resource.BucketName.contains('prod') && !resource.BucketName.contains('prod')",
            "resource.BucketName.contains('prod')",
            "never holds beside",
        ),
        (
            BUCKET,
            "resource.BucketName.matches('prod$') || !resource.BucketName.matches('prod$')",
            "resource.BucketName.matches('prod$')",
            "always holds where",
        ),
        (
            BUCKET,
            "resource.BucketName == 'logs' && resource.BucketName.endsWith('-prod')",
            "resource.BucketName.endsWith('-prod')",
            "never holds",
        ),
        (
            BUCKET,
            "resource.BucketName == 'logs' && resource.BucketName.matches('^data')",
            "resource.BucketName.matches('^data')",
            "never holds",
        ),
        (
            BUCKET,
            "tag('env') != null && tag('env').startsWith('prod') && tag('env').startsWith('dev')",
            "tag('env').startsWith('dev')",
            "never holds",
        ),
        (
            "AWS::EC2::SecurityGroup",
            "resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0/0' \
             && cidrContains('10.0.0.0/8', r.CidrIp))",
            "cidrContains('10.0.0.0/8', r.CidrIp)",
            "never holds",
        ),
    ]);
}

#[test]
fn what_may_be_is_not_told() {
    silent(&[
        (
            INSTANCE,
            "resource.InstanceType.startsWith('t3.') || resource.InstanceType.startsWith('m5.')",
        ),
        (BUCKET, "resource.BucketName.endsWith('-logs') && resource.BucketName.endsWith('logs')"),
        (BUCKET, "resource.BucketName.endsWith('-logs') || resource.BucketName.endsWith('-data')"),
        (BUCKET, "!resource.BucketName.endsWith('-a') && !resource.BucketName.endsWith('-b')"),
        (BUCKET, "resource.BucketName.endsWith('-a') && !resource.BucketName.endsWith('-b')"),
        (
            BUCKET,
            "resource.BucketName.glob('a*') && resource.BucketName.glob('*-prod') && resource.BucketName.endsWith('-prod')",
        ),
        (
            BUCKET,
            "resource.BucketName.matches('^acme?-') && resource.BucketName.startsWith('acm-')",
        ),
        (BUCKET, "resource.BucketName.matches('^a|^b') && resource.BucketName.startsWith('b')"),
        (
            BUCKET,
            "resource.BucketName.matches('^(?i)acme') && resource.BucketName.startsWith('ACME')",
        ),
        (
            INSTANCE,
            "resource.InstanceType.startsWith('t3') && !resource.InstanceType.startsWith('t3a.')",
        ),
        (INSTANCE, "resource.InstanceType.startsWith('t3.') && resource.InstanceType != 't3.nano'"),
        (
            INSTANCE,
            "resource.InstanceType.startsWith('t3.') && resource.InstanceType.endsWith('.micro')",
        ),
        (INSTANCE, "resource.InstanceType.glob('*.large') && resource.InstanceType.glob('m5.*')"),
        (
            INSTANCE,
            "resource.InstanceType in ['t3.micro', 'm5.large'] && resource.InstanceType.startsWith('t3.')",
        ),
        (BUCKET, "resource.BucketName.contains('logs') && resource.BucketName.contains('data')"),
        (BUCKET, "resource.BucketName.matches('^logs') && !resource.BucketName.matches('prod$')"),
        (BUCKET, "resource.BucketName.startsWith('') && resource.BucketName.startsWith('a')"),
        (
            BUCKET,
            "tag('env') == null || tag('env').startsWith('prod') || tag('env').startsWith('dev')",
        ),
        (
            "AWS::IAM::ManagedPolicy",
            "statements(resource.PolicyDocument).exists(s, s.Resource != null \
             && s.Resource.exists(r, r.startsWith('arn:aws:s3')) \
             && s.Resource.exists(r, r.startsWith('arn:aws:iam')))",
        ),
    ]);
}

#[test]
fn two_ends_exclude_each_other() {
    told(&[
        (
            BUCKET,
            "resource.BucketName.endsWith('-logs') && resource.BucketName.endsWith('-data')",
            "resource.BucketName.endsWith('-data')",
            "never holds beside",
        ),
        (
            BUCKET,
            "!resource.BucketName.endsWith('-logs') || !resource.BucketName.endsWith('-data')",
            "resource.BucketName.endsWith('-data')",
            "always holds where",
        ),
        (
            BUCKET,
            "resource.BucketName.glob('*-prod') && resource.BucketName.glob('*-dev')",
            "resource.BucketName.glob('*-dev')",
            "never holds beside",
        ),
        (
            BUCKET,
            "(resource.BucketName.endsWith('-a') || resource.BucketName.endsWith('-b')) && resource.BucketName.endsWith('-c')",
            "resource.BucketName.endsWith('-c')",
            "never holds beside",
        ),
        (
            BUCKET,
            "resource.BucketName.matches('^acme-.*$') && resource.BucketName.startsWith('web-')",
            "resource.BucketName.startsWith('web-')",
            "never holds beside",
        ),
        (
            BUCKET,
            "resource.BucketName.matches('^acme-[0-9]+$') && resource.BucketName == 'web'",
            "resource.BucketName == 'web'",
            "never holds beside",
        ),
    ]);
}

#[test]
fn a_beginning_is_held_against_what_is_selected() {
    for (filter, text, words) in [
        ("startsWith('t3.')", "startsWith('m5.')", "never holds of what is selected"),
        ("startsWith('t3.')", "startsWith('t3')", "always holds of what is selected"),
        ("endsWith('.micro')", "endsWith('.micro')", "always holds of what is selected"),
        ("startsWith('t3')", "startsWith('t3.')", ""),
        ("endsWith('.micro')", "endsWith('.large')", "never holds of what is selected"),
        ("endsWith('.micro')", "glob('*.large')", "never holds of what is selected"),
        ("matches('^t3[.]')", "startsWith('m5')", "never holds of what is selected"),
        ("endsWith('large')", "endsWith('.large')", ""),
        ("glob('t3.*')", "matches('micro$')", ""),
    ] {
        let path = |asked| format!("resource.InstanceType.{asked}");
        let found = selected(INSTANCE, &path(filter), &path(text), ExpressionKind::Assert);
        assert!(found.contains(words) && words.is_empty() == found.is_empty(), "{text}: {found}");
    }
}
