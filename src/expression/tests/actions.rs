//! Actions that AWS does not document, wherever one is named, and what is right beside them.
//!
//! Actions are those of the Service Authorization Reference, as `src/resource/actions.txt` has them.

use super::decided::{silent, told};
use super::fixed::{BUCKET, POLICY};

#[test]
fn an_action_that_is_asked_for_and_not_documented_is_told() {
    told(&[
        (
            POLICY,
            "!allowsAction(resource.PolicyDocument, 'iam:PasRole')",
            "'iam:PasRole'",
            "no action `iam:PasRole` (as of 2026-09-26) (did you mean `iam:PassRole`?)",
        ),
        (
            POLICY,
            "!allowsAction(resource.PolicyDocument, 'iamm:PassRole', 'arn:aws:iam::123456789012:role/x')",
            "'iamm:PassRole'",
            "no service `iamm` of IAM (as of 2026-09-26) (did you mean `iam:PassRole`?)",
        ),
        (
            POLICY,
            "!resource.PolicyDocument.allowsAction('iam:Pas?Rolle')",
            "'iam:Pas?Rolle'",
            "no action like `iam:Pas?Rolle`",
        ),
        (
            POLICY,
            "!['iam:PassRole', 'sts:AssumesRole'].exists(a, allowsAction(resource.PolicyDocument, a))",
            "'sts:AssumesRole'",
            "did you mean `sts:AssumeRole`?",
        ),
        (
            BUCKET,
            "!statements(resource.Policy).exists(s, allowsAction(s, 's3:ListObjects'))",
            "'s3:ListObjects'",
            "the operation of that name asks for `s3:ListBucket`",
        ),
    ]);
}

#[test]
fn an_action_that_is_compared_and_not_documented_is_told() {
    told(&[
        (
            POLICY,
            "!statements(resource.PolicyDocument).exists(s, s.Action != null && 'iam:PasRole' in s.Action)",
            "'iam:PasRole'",
            "did you mean `iam:PassRole`?",
        ),
        (
            POLICY,
            "!statements(resource.PolicyDocument).exists(s, s.Action != null && s.Action.exists(a, glob(a, 'iam:Pasr*')))",
            "'iam:Pasr*'",
            "no action like `iam:Pasr*`",
        ),
        (
            POLICY,
            "!statements(resource.PolicyDocument).exists(s, s.Action != null && s.Action.exists(a, a.matches('^iam:PasRole$')))",
            "'^iam:PasRole$'",
            "did you mean `iam:PassRole`?",
        ),
        (
            BUCKET,
            "statements(resource.Policy).exists(s, s.Effect == 'Deny' && s.Action.exists(a, glob('s3:putobjct', a.lowerAscii())))",
            "'s3:putobjct'",
            "did you mean `s3:PutObject`?",
        ),
    ]);
}

#[test]
fn actions_that_there_are_or_that_nobody_knows_are_not_told() {
    silent(&[
        (POLICY, "!allowsAction(resource.PolicyDocument, 'iam:passrole')"),
        (POLICY, "!allowsAction(resource.PolicyDocument, '*')"),
        (POLICY, "!allowsAction(resource.PolicyDocument, '*:*')"),
        (POLICY, "!allowsAction(resource.PolicyDocument, 'IAM:*')"),
        (POLICY, "!allowsAction(resource.PolicyDocument, 'ec2:*Tags')"),
        (POLICY, "!allowsAction(resource.PolicyDocument, 's3:Get*')"),
        (POLICY, "!allowsAction(resource.PolicyDocument, 'iam:Pass?ole')"),
        // Of its actions none is listed.
        (POLICY, "!allowsAction(resource.PolicyDocument, 'a4b:NoSuchAction')"),
        (
            POLICY,
            "!allowsAction(resource.PolicyDocument, 'vpc-lattice:AssociateViaAWSService-EventsAndStates')",
        ),
        (
            BUCKET,
            "statements(resource.Policy).exists(s, s.Effect == 'Deny' && s.Action.exists(a, glob('s3:putobject', a.lowerAscii())))",
        ),
    ]);
}

/// What a policy allows is data, and its author's.
#[test]
fn actions_within_a_policy_are_not_looked_at() {
    silent(&[(
        POLICY,
        "resource.PolicyDocument != {'Statement': [{'Effect': 'Allow', 'Action': 'iam:PasRole', 'Resource': '*'}]}",
    )]);
}
