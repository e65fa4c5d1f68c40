//! Functions of IAM policy documents. Each takes a document as a map or as JSON text, also
//! percent-encoded, or a statement, or a list of these; null has no statement.

use super::{Form, Function, Gives, Parameter, Signature, signature};

const POLICY: &[Parameter] = &[Parameter::Policy];
const POLICY_AND_TEXT: &[Parameter] = &[Parameter::Policy, Parameter::Text];

pub(super) static SIGNATURES: [Signature; 7] = [
    signature("allowsAll", Function::AllowsAll, Form::Either, POLICY, Gives::Bool)
        .doc(
            "allowsAll(policy)",
            "Whether a statement allows all actions, `*` or `*:*`, on all resources, `*`; \
             `NotAction` and conditions do not count.",
        )
        .example("allowsAll({'Effect': 'Allow', 'Action': '*', 'Resource': '*'})", "true"),
    signature(
        "deniesInsecureTransport",
        Function::DeniesInsecureTransport,
        Form::Either,
        POLICY_AND_TEXT,
        Gives::Bool,
    )
    .doc(
        "deniesInsecureTransport(policy, bucket)",
        "Whether everybody is denied all S3 actions without TLS on a bucket, by ARN or name, and \
         on its objects.",
    )
    .example(
        "deniesInsecureTransport({'Effect': 'Deny', 'Principal': '*', 'Action': 's3:*', \
         'Resource': ['arn:aws:s3:::logs', 'arn:aws:s3:::logs/*'], \
         'Condition': {'Bool': {'aws:SecureTransport': 'false'}}}, 'logs')",
        "true",
    ),
    signature(
        "hasCondition",
        Function::HasCondition,
        Form::Either,
        POLICY_AND_TEXT,
        Gives::Bool,
    )
    .doc(
        "hasCondition(statement, key)",
        "Whether a statement has a condition on a key, whose case does not matter.",
    )
    .example(
        "hasCondition({'Effect': 'Allow', 'Action': 'sts:AssumeRole', \
         'Condition': {'StringEquals': {'sts:ExternalId': 'x'}}}, 'STS:externalid')",
        "true",
    ),
    signature(
        "hasWildcardPrincipal",
        Function::HasWildcardPrincipal,
        Form::Either,
        POLICY,
        Gives::Bool,
    )
    .doc(
        "hasWildcardPrincipal(statement)",
        "Whether a statement is about everybody: its principal is `*`, or `*` among those of AWS.",
    )
    .example(
        "hasWildcardPrincipal({'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 's3:*'})",
        "true",
    ),
    signature("isPublic", Function::IsPublic, Form::Either, POLICY, Gives::Bool)
        .doc(
            "isPublic(policy)",
            "Whether a statement allows everybody something, by what S3 documents as the meaning \
             of public: no condition holds it to fixed values.",
        )
        .example(
            "isPublic({'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', \
             'Condition': {'StringEquals': {'aws:SourceVpce': 'vpce-1a2b3c4d'}}})",
            "false",
        ),
    signature(
        "principalAccounts",
        Function::PrincipalAccounts,
        Form::Either,
        POLICY,
        Gives::Strings,
    )
    .doc(
        "principalAccounts(statement)",
        "The accounts that the AWS principals of a statement belong to, each once.",
    )
    .example(
        "principalAccounts({'Effect': 'Allow', 'Action': 'sts:AssumeRole', \
         'Principal': {'AWS': 'arn:aws:iam::123456789012:root'}})",
        "['123456789012']",
    ),
    signature("statements", Function::Statements, Form::Global, POLICY, Gives::Statements)
        .doc(
            "statements(policy)",
            "The statements of a policy in one form: `Action`, `Resource` and the principals of \
             each kind are lists, `Condition` is a list of `Operator`, `Key` in lower case and \
             `Values`, and `AnyPrincipal` says that the principal was written as `\"*\"`.",
        )
        .example(
            "statements('{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\"}}')[0].Action",
            "['s3:*']",
        ),
];
